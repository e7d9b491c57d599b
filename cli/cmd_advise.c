/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads statements, has the core try them on empty twins, and sees to it that no twin stays. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "command.h"
#include "input.h"
#include "json.h"
#include "miglock/advise.h"
#include "plain.h"
#include "render.h"
#include "session_client.h"

/* One byte more than the core reads, which then says so. */
enum { TEXT_MAX = (1 << 20) + 1 };

static const struct mlk_option options[] = {
    {"schema", 0, MLK_ARG_REQUIRED, "SCHEMA", "of tables that are named without one"},
    {"file", 0, MLK_ARG_REQUIRED, "FILE", "read the statements from FILE"},
    {"documented", 0, MLK_ARG_NONE, NULL, "try nothing: what the servers' documentation says"},
    {"allow-replicated", 0, MLK_ARG_NONE, NULL,
     "make twins even if replicas or other nodes of a cluster get them too"},
    {"exit-code", 0, MLK_ARG_NONE, NULL, "exit with 3 where a statement stops writes or is not judged"},
    {NULL, 0, MLK_ARG_NONE, NULL, NULL},
};

/* ---- signals ---- */

static const int held[] = {SIGINT, SIGTERM, SIGHUP, 0};

/* Kept back while there may be twins. One that is ignored, as SIGHUP under nohup, stays so. */
static void hold_signals(sigset_t *set, sigset_t *before)
{
    sigemptyset(set);
    for (const int *s = held; *s; s++) {
        struct sigaction action;

        if (sigaction(*s, NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(set, *s);
    }
    sigprocmask(SIG_BLOCK, set, before);
}

/* Whether one has come. caller: the set of those that are kept back. */
static bool signalled(void *caller)
{
    const sigset_t *set = caller;
    sigset_t pending;

    if (sigpending(&pending) != 0)
        return false;
    for (const int *s = held; *s; s++) {
        if (sigismember(set, *s) == 1 && sigismember(&pending, *s) == 1)
            return true;
    }
    return false;
}

/* ---- input ---- */

static enum mlk_exit from(const struct mlk_cli *cli, const char *file, struct mlk_buf *text)
{
    bool input = strcmp(file, "-") == 0;
    int fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : mlk_input_read(fd, TEXT_MAX, text);

    if (!input && fd >= 0)
        close(fd);
    if (error)
        return mlk_fail(cli, MLK_EXIT_FAILED, "input", "cannot read %s: %s", input ? "standard input" : file,
                        strerror(error));
    return MLK_EXIT_DONE;
}

static enum mlk_exit gather(const struct mlk_cli *cli, struct mlk_buf *text)
{
    const char *file = mlk_options_value(&cli->options, "file");
    enum mlk_exit exit = MLK_EXIT_DONE;

    if (file && cli->argc > 0)
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "the statements come from --file or from the arguments");
    if (!file && (cli->argc == 0 || (cli->argc == 1 && strcmp(cli->argv[0], "-") == 0)))
        file = "-";
    if (file && cli->argc == 0 && strcmp(file, "-") == 0 && isatty(STDIN_FILENO))
        return mlk_fail(cli, MLK_EXIT_USAGE, "usage",
                        "usage: miglock advise 'ALTER TABLE ...', or statements on standard input");
    if (file)
        exit = from(cli, file, text);
    for (int i = 0; !file && i < cli->argc; i++) {
        mlk_buf_str(text, i ? " " : "");
        mlk_buf_str(text, cli->argv[i]);
    }
    if (exit == MLK_EXIT_DONE && text->status)
        return mlk_fail_status(cli, text->status, mlk_status_text(text->status));
    return exit;
}

/* ---- answer ---- */

static enum mlk_exit code_of(const struct mlk_cli *cli, const cJSON *documents)
{
    bool judged = false, fails = false, stops = false;
    const cJSON *d;

    cJSON_ArrayForEach(d, documents)
    {
        bool one = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(d, "judged"));
        const char *writes = mlk_json_text(d, "writes");

        judged = judged || one;
        fails = fails || mlk_json_text(d, "fails");
        stops = stops || !one || (writes && strcmp(writes, "stop") == 0);
    }
    if (fails)
        return MLK_EXIT_FAILED;
    if (!judged)
        return MLK_EXIT_USAGE;
    return stops && mlk_options_has(&cli->options, "exit-code") ? MLK_EXIT_HELD : MLK_EXIT_DONE;
}

static enum mlk_exit answer(const struct mlk_cli *cli, const cJSON *documents)
{
    struct mlk_render r;

    if (mlk_for_people(cli)) {
        mlk_render_start(&r, stdout, false);
        mlk_render_advise(&r, documents);
    } else if (cli->plain) {
        mlk_plain_print(MLK_PLAIN_ADVICE, documents);
    } else if (cli->json && !mlk_json_out(documents)) {
        return mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
    }
    return code_of(cli, documents);
}

/* ---- twins ---- */

/* Over the same connection or, where that one is lost, over another. What stays all the same is named. */
static void clean(struct mlk_cli *cli, const struct mlk_backend *b, struct mlk_advisor *advisor)
{
    char error[MLK_ERROR_MAX] = "", again[MLK_ERROR_MAX];
    enum mlk_status status = mlk_advisor_clean(advisor, b->session, error, sizeof error);
    struct mlk_session *second = NULL;

    if (status == MLK_GONE &&
        mlk_client_session_open(&cli->connection, &second, again, sizeof again) == MLK_OK) {
        status = mlk_advisor_clean(advisor, second, error, sizeof error);
        second->ops->close(second);
    }
    if (status)
        mlk_note("an empty table that was made to try the statement could not be removed (%s). Remove it "
                 "with: SET SESSION sql_log_bin = 0; %s",
                 error, mlk_advisor_left(advisor));
}

static enum mlk_exit work(struct mlk_cli *cli, struct mlk_backend *b, const struct mlk_buf *text)
{
    sigset_t set, before;
    const struct mlk_advise_options o = {
        .schema = mlk_options_value(&cli->options, "schema"),
        .documented = mlk_options_has(&cli->options, "documented"),
        .allow_replicated = mlk_options_has(&cli->options, "allow-replicated"),
        .stop = signalled,
        .caller = &set,
    };
    struct mlk_advisor *advisor = NULL;
    char error[MLK_ERROR_MAX] = "";
    cJSON *documents = NULL;
    enum mlk_exit exit;
    enum mlk_status status;

    hold_signals(&set, &before);
    status = mlk_advisor_open(b->session, &o, &advisor, error, sizeof error);
    if (!status) {
        status = mlk_advise(advisor, mlk_buf_text(text), text->len, &documents, error, sizeof error);
        clean(cli, b, advisor);
        mlk_advisor_free(advisor);
    }
    if (signalled(&set))
        mlk_note("interrupted; no advice");
    sigprocmask(SIG_SETMASK, &before, NULL); /* one that has come ends this process here */
    exit = status ? mlk_fail_status(cli, status, error) : answer(cli, documents);
    cJSON_Delete(documents);
    return exit;
}

static enum mlk_exit run(struct mlk_cli *cli)
{
    struct mlk_backend backend = {0};
    struct mlk_buf text;
    enum mlk_exit exit;

    mlk_buf_init(&text, TEXT_MAX);
    exit = gather(cli, &text);
    if (exit == MLK_EXIT_DONE)
        exit = mlk_backend_open(&backend, cli);
    if (exit == MLK_EXIT_DONE)
        exit = work(cli, &backend, &text);
    mlk_backend_close(&backend);
    mlk_buf_free(&text);
    return exit;
}

static const struct mlk_exit_code exit_codes[] = {
    {MLK_EXIT_DONE, "advice was given"},
    {MLK_EXIT_FAILED, "a statement would fail, or something went wrong"},
    {MLK_EXIT_USAGE, "nothing in it is judged, or it cannot be read"},
    {MLK_EXIT_HELD, "with --exit-code: a statement stops writes, or is not judged"},
    {0, NULL},
};

static const char *const examples[] = {
    "advise 'ALTER TABLE shop.orders ADD COLUMN note TEXT'",
    "advise --schema shop --file migration.sql",
    "advise --json --schema shop < migration.sql",
    NULL,
};

const struct mlk_command mlk_cmd_advise = {
    .name = "advise",
    .args = "[STATEMENT ... | -]",
    .summary = "what a schema change would do to everyone else, before it is run",
    .examples = examples,
    .text =
        "Judges ALTER TABLE, CREATE INDEX, DROP INDEX, RENAME TABLE and OPTIMIZE TABLE: finds the form that "
        "locks least and that this server accepts for this table, and writes the statement so that it stops "
        "at once where it would lock more. Several statements are judged as if they ran one after the "
        "other.\n"
        "The table itself is only looked at. The statement is tried on an empty twin in the same schema, "
        "miglock_twin_..., which is kept out of the binary log and removed again. That takes SELECT on the "
        "table, and CREATE, ALTER, DROP and INDEX for the twin; without them the advice comes from the "
        "documentation, and says so. Quotes are read by the server's global sql_mode.\n",
    .options = options,
    .min_args = 0,
    .max_args = -1,
    .connects = true,
    .exit_codes = exit_codes,
    .run = run,
};
