/* SPDX-License-Identifier: GPL-2.0-only */
/* One session as others see it: compared with another, described in a sentence, shown in a report. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "sessions.h"
#include "text.h"

/* Bytes of HOST without the port: "10.0.0.7:51234", "[::1]:51234", "::1:51234", "localhost". */
static size_t address_length(const char *host)
{
    const char *colon = strrchr(host, ':');

    return colon ? (size_t)(colon - host) : strlen(host);
}

static bool same_address(const char *a, const char *b)
{
    size_t len;

    if (!a || !b)
        return false;
    len = address_length(a);
    return len == address_length(b) && memcmp(a, b, len) == 0;
}

bool mlk_person_sibling(const struct mlk_person *a, const struct mlk_person *b, bool *certain)
{
    *certain = false;
    if (a->id == b->id || !a->user || !b->user || strcmp(a->user, b->user) != 0 ||
        !same_address(a->host, b->host))
        return false;
    if (a->pid < 0 || b->pid < 0)
        return true;
    *certain = a->pid == b->pid;
    return *certain;
}

static void add_text(cJSON *o, const char *name, const char *text)
{
    if (text)
        cJSON_AddStringToObject(o, name, text);
    else
        cJSON_AddNullToObject(o, name);
}

static void add_number(cJSON *o, const char *name, int64_t number)
{
    if (number >= 0)
        cJSON_AddNumberToObject(o, name, (double)number);
    else
        cJSON_AddNullToObject(o, name);
}

cJSON *mlk_person_json(const struct mlk_person *p)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddNumberToObject(o, "connection_id", (double)p->id);
    add_text(o, "user", p->user);
    add_text(o, "host", p->host);
    add_text(o, "schema", p->db);
    add_text(o, "program", p->program);
    add_number(o, "pid", p->pid);
    add_text(o, "command", p->command);
    add_text(o, "state", p->state);
    add_number(o, "seconds", p->seconds);
    add_text(o, "statement", p->statement);
    cJSON_AddBoolToObject(o, "in_transaction", p->in_transaction);
    cJSON_AddNumberToObject(o, "uncommitted_changes", (double)p->changes);
    cJSON_AddStringToObject(o, "peer", "unknown");
    return o;
}

void mlk_person_describe(const struct mlk_person *p, struct mlk_buf *out)
{
    mlk_buf_fmt(out, "connection %" PRIu64 " (%s@%s", p->id, p->user ? p->user : "?",
                p->host ? p->host : "?");
    if (p->program || p->pid >= 0)
        mlk_buf_fmt(out, ", %s", p->program ? p->program : "process");
    if (p->pid >= 0)
        mlk_buf_fmt(out, "[%" PRId64 "]", p->pid);
    mlk_buf_str(out, ")");
}

void mlk_person_say(cJSON *because, const struct mlk_person *p, const char *role)
{
    char statement[90] = "";
    struct mlk_buf who;

    mlk_buf_init(&who, 600);
    mlk_person_describe(p, &who);
    if (p->statement)
        mlk_printable(statement, sizeof statement, p->statement, strlen(p->statement));
    if (p->command && strcasecmp(p->command, "Killed") == 0)
        mlk_say(because, "%s %s is being killed and has not ended yet", role, mlk_buf_text(&who));
    else if (p->state && strcmp(p->state, "User lock") == 0)
        mlk_say(because, "%s %s waits for a named lock for %" PRId64 " s", role, mlk_buf_text(&who),
                p->seconds);
    else if (p->command && strncasecmp(p->command, "Sleep", 5) == 0)
        mlk_say(because, "%s %s has been idle for %" PRId64 " s", role, mlk_buf_text(&who), p->seconds);
    else
        mlk_say(because, "%s %s has been running for %" PRId64 " s: %s%s%s%s", role, mlk_buf_text(&who),
                p->seconds, statement[0] ? statement : (p->command ? p->command : "?"),
                p->state && p->state[0] ? " (" : "", p->state && p->state[0] ? p->state : "",
                p->state && p->state[0] ? ")" : "");
    if (p->changes > 0)
        mlk_say(because, "connection %" PRIu64 " has an open transaction that changed %" PRId64 " row%s",
                p->id, p->changes, p->changes == 1 ? "" : "s");
    mlk_buf_free(&who);
}
