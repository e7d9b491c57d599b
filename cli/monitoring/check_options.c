/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "members.h"

enum { IDLE_S = 300, TIMEOUT_S = 10, IDLE_MAX = 100000000, TIMEOUT_MAX = 3600 };

#define DDL_WAITING "60"
#define QUEUE       "10"
#define CONNECTIONS "80"

static const char *const findings[] = {
#define FINDING_WORD(name, word, state) word,
    MLK_FINDING_LIST(FINDING_WORD)
#undef FINDING_WORD
};

/* As --on takes them. */
static const struct {
    const char *word;
    enum mlk_state state;
} states[] = {{"ok", MLK_STATE_OK},
              {"warning", MLK_STATE_WARNING},
              {"critical", MLK_STATE_CRITICAL},
              {"unknown", MLK_STATE_UNKNOWN}};

const struct mlk_option mlk_check_option_table[] = {
    {"warning", 'w', MLK_ARG_REQUIRED, "RANGE",
     "WARNING when a lock is held, or a table waited for, for seconds outside of RANGE"},
    {"critical", 'c', MLK_ARG_REQUIRED, "RANGE",
     "CRITICAL when a lock is held, or a table waited for, for seconds outside of RANGE"},
    {"on", 0, MLK_ARG_REQUIRED, "WHAT=STATE",
     "another state for free (ok), active (ok), idle (warning), abandoned (critical), unknown (unknown), "
     "damaged (critical), no-age (unknown), ddl-waiting (warning), queue (critical) or connections "
     "(critical); can be given again"},
    {"idle", 0, MLK_ARG_REQUIRED, "SECONDS", "how long a lock must be idle to count as that (300)"},
    {"ddl-waiting", 0, MLK_ARG_REQUIRED, "RANGE",
     "ddl-waiting when DDL waits for a table for seconds outside of RANGE (60)"},
    {"queue", 0, MLK_ARG_REQUIRED, "RANGE",
     "queue when so many sessions wait for a table, outside of RANGE (10)"},
    {"connections", 0, MLK_ARG_REQUIRED, "RANGE",
     "connections when sessions wait for a table, and the per cent of connections in use is outside of RANGE "
     "(80)"},
    {"named", 0, MLK_ARG_NONE, NULL, "judge GET_LOCK names of no known tool too"},
    {"timeout", 't', MLK_ARG_REQUIRED, "SECONDS", "UNKNOWN when there is no answer by then (10)"},
    MLK_ALL_MEMBERS_OPTION,
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

static enum mlk_exit read_range(const struct mlk_cli *cli, const char *name, const char *value,
                                struct mlk_threshold *out)
{
    if (mlk_threshold_parse(value, out) == MLK_OK)
        return MLK_EXIT_DONE;
    return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                    "--%s: '%.40s' is no range: such as 600, 10:600, 10:, ~:600 or @10:20", name, value);
}

static enum mlk_exit read_seconds(const struct mlk_cli *cli, const char *name, const char *value,
                                  unsigned least, unsigned most, unsigned *out)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = *value >= '0' && *value <= '9' ? strtoul(value, &end, 10) : 0;
    if (!end || *end || errno || number < least || number > most)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage", "--%s must be a number of seconds from %u to %u", name,
                        least, most);
    *out = (unsigned)number;
    return MLK_EXIT_DONE;
}

/* WHAT=STATE */
static enum mlk_exit read_on(const struct mlk_cli *cli, const char *value, struct mlk_check_options *out)
{
    size_t len = strcspn(value, "="), finding = 0, state = 0;

    while (finding < MLK_FINDINGS &&
           !(strlen(findings[finding]) == len && strncmp(findings[finding], value, len) == 0))
        finding++;
    while (state < sizeof states / sizeof states[0] && value[len] &&
           strcmp(states[state].word, value + len + 1) != 0)
        state++;
    if (finding == MLK_FINDINGS)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "--on: '%.*s' is none of free, active, idle, abandoned, unknown, damaged, no-age, "
                        "ddl-waiting, queue, connections",
                        len < 40 ? (int)len : 40, value);
    if (!value[len] || state == sizeof states / sizeof states[0])
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "--on %s= must be followed by ok, warning, critical or unknown", findings[finding]);
    out->on[finding] = states[state].state;
    return MLK_EXIT_DONE;
}

static enum mlk_exit read_one(const struct mlk_cli *cli, const char *name, const char *value,
                              struct mlk_check_options *out)
{
    if (strcmp(name, "warning") == 0)
        return read_range(cli, name, value, &out->warning);
    if (strcmp(name, "critical") == 0)
        return read_range(cli, name, value, &out->critical);
    if (strcmp(name, "ddl-waiting") == 0)
        return read_range(cli, name, value, &out->ddl_waiting);
    if (strcmp(name, "queue") == 0)
        return read_range(cli, name, value, &out->queue);
    if (strcmp(name, "connections") == 0)
        return read_range(cli, name, value, &out->connections);
    if (strcmp(name, "on") == 0)
        return read_on(cli, value, out);
    if (strcmp(name, "idle") == 0)
        return read_seconds(cli, name, value, 0, IDLE_MAX, &out->idle_s);
    if (strcmp(name, "timeout") == 0)
        return read_seconds(cli, name, value, 1, TIMEOUT_MAX, &out->timeout_s);
    return MLK_EXIT_DONE;
}

enum mlk_exit mlk_check_options_read(const struct mlk_cli *cli, struct mlk_check_options *out)
{
    enum mlk_exit exit = MLK_EXIT_DONE;

    *out = (struct mlk_check_options){
        .idle_s = IDLE_S,
        .timeout_s = TIMEOUT_S,
        .named = mlk_options_has(&cli->options, "named"),
        .on =
            {
#define FINDING_STATE(name, word, state) [MLK_FINDING_##name] = MLK_STATE_##state,
                MLK_FINDING_LIST(FINDING_STATE)
#undef FINDING_STATE
            },
    };
    mlk_threshold_parse(DDL_WAITING, &out->ddl_waiting);
    mlk_threshold_parse(QUEUE, &out->queue);
    mlk_threshold_parse(CONNECTIONS, &out->connections);
    for (size_t i = 0; exit == MLK_EXIT_DONE && i < cli->options.count; i++)
        if (cli->options.given[i].value)
            exit = read_one(cli, cli->options.given[i].option->name, cli->options.given[i].value, out);
    return exit;
}
