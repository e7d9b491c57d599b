/* SPDX-License-Identifier: GPL-2.0-only */
#include "session_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_script.h"

/* ---- calls ---- */

/* Counts a call; the status it must fail with, MLK_OK where it may go on. */
static enum mlk_status count_call(struct mlk_fake *f)
{
    f->calls++;
    if (f->fail_at == 0 || f->calls < f->fail_at) {
        return MLK_OK;
    }
    if (f->calls > f->fail_at && !f->fail_on) {
        return MLK_OK;
    }
    return f->fail_status;
}

static enum mlk_status fail(struct mlk_session *s, enum mlk_status status, unsigned number, const char *text)
{
    s->error_number = number;
    (void)snprintf(s->error, sizeof s->error, "%s", text);
    return status;
}

static bool denied(const struct mlk_fake *f, const struct mlk_access *need)
{
    return need != NULL && (f->denied & (1u << (unsigned)need->need)) != 0;
}

/* Finds the answer to sql and gives it. */
static enum mlk_status answer(struct mlk_session *s, const char *sql, struct mlk_rows **rows,
                              uint64_t *affected)
{
    struct mlk_fake *f = s->impl;
    struct fake_rule *rule = fake_script_find(f, sql);
    char text[MLK_ERROR_MAX];

    if (rule == NULL) {
        if (f->lenient) {
            return MLK_OK;
        }
        f->unscripted++;
        if (f->first_unscripted == NULL) {
            f->first_unscripted = strdup(sql);
        }
        (void)snprintf(text, sizeof text, "the fake has no reply to: %s", sql);
        return fail(s, MLK_SQL, 0, text);
    }
    if (rule->status != MLK_OK) {
        fake_script_used(f, rule);
        return fail(s, rule->status, rule->number, rule->text);
    }
    if (rule->rows != NULL && rows != NULL) {
        *rows = fake_rows_copy(rule->rows);
        if (*rows == NULL) {
            return fail(s, MLK_NO_MEMORY, 0, "out of memory");
        }
    }
    if (affected != NULL) {
        *affected = rule->affected;
    }
    fake_script_used(f, rule);
    return MLK_OK;
}

static enum mlk_status run(struct mlk_session *s, const struct mlk_access *need, const char *sql, size_t len,
                           struct mlk_rows **rows, uint64_t *affected)
{
    struct mlk_fake *f = s->impl;
    struct fake_call *call = fake_call_add(f, sql, len, need);
    enum mlk_status status = count_call(f);

    if (rows != NULL) {
        *rows = NULL;
    }
    if (affected != NULL) {
        *affected = 0;
    }
    s->error_number = 0;
    s->error[0] = '\0';
    if (call == NULL) {
        return fail(s, MLK_NO_MEMORY, 0, "out of memory");
    }
    if (status != MLK_OK) {
        (void)fail(s, status, 0, "the fake fails this call");
    } else if (denied(f, need)) {
        status = fail(s, MLK_DENIED, 0, "the account lacks a privilege");
    } else {
        status = answer(s, call->sql, rows, affected);
    }
    call->status = status;
    return status;
}

/* ---- methods ---- */

/* Runs one statement. */
static enum mlk_status fake_query(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                                  size_t len, struct mlk_rows **rows, uint64_t *affected)
{
    if (need == NULL) {
        (void)fprintf(stderr, "a statement without a need: %.*s\n", (int)len, sql);
        abort();
    }
    return run(s, need, sql, len, rows, affected);
}

/* Reads a base table. */
static enum mlk_status fake_read_table(struct mlk_session *s, const char *schema, const char *table,
                                       bool dirty, size_t limit, struct mlk_rows **rows)
{
    const struct mlk_access need = {.need = MLK_NEED_SELECT, .schema = schema, .table = table};
    struct mlk_rows *all = NULL;
    char sql[MLK_ERROR_MAX];
    int len = snprintf(sql, sizeof sql, "READ TABLE %s%s.%s", dirty ? "DIRTY " : "", schema, table);
    enum mlk_status status;

    *rows = NULL;
    if (len < 0 || (size_t)len >= sizeof sql) {
        return fail(s, MLK_TOO_LONG, 0, "a name is too long for the fake");
    }
    status = run(s, &need, sql, (size_t)len, &all, NULL);
    if (status == MLK_OK && all != NULL && all->count > limit) {
        *rows = fake_rows_head(all, limit);
        mlk_rows_free(all);
        return *rows != NULL ? MLK_OK : fail(s, MLK_NO_MEMORY, 0, "out of memory");
    }
    *rows = all;
    return status;
}

/* Whether that access would be allowed. */
static enum mlk_status fake_may(struct mlk_session *s, const struct mlk_access *need)
{
    struct mlk_fake *f = s->impl;

    if (count_call(f) != MLK_OK || denied(f, need)) {
        return fail(s, MLK_DENIED, 0, "the account lacks a privilege");
    }
    return MLK_OK;
}

/* Milliseconds of a clock that never goes back. */
static int64_t fake_now_ms(struct mlk_session *s)
{
    const struct mlk_fake *f = s->impl;

    return f->now;
}

/* Waits: the clock jumps. */
static enum mlk_status fake_pause_ms(struct mlk_session *s, unsigned ms)
{
    struct mlk_fake *f = s->impl;
    enum mlk_status status = count_call(f);

    if (status != MLK_OK) {
        return fail(s, status, 0, "the fake fails this call");
    }
    f->now += ms;
    if (f->on_pause != NULL) {
        f->on_pause(s, f->on_pause_arg);
    }
    return MLK_OK;
}

/* Answers for the kernel. */
static enum mlk_status fake_probe(struct mlk_session *s, const struct mlk_client *client,
                                  enum mlk_probe_how how, struct mlk_probe *out)
{
    struct mlk_fake *f = s->impl;
    enum mlk_status status = count_call(f);
    const struct fake_answer *answer = f->answers;

    if (status != MLK_OK) {
        return fail(s, status, 0, "the fake fails this call");
    }
    f->asked = *client;
    (void)snprintf(f->asked_host, sizeof f->asked_host, "%s", client->host != NULL ? client->host : "");
    f->asked.host = f->asked_host;
    if (how == MLK_PROBE_ASK && f->on_ask != NULL) {
        f->on_ask(s, f->on_ask_arg);
    }
    while (answer != NULL && !(answer->how == how && (answer->connection_id == client->connection_id ||
                                                      answer->connection_id == 0))) {
        answer = answer->next;
    }
    if (answer == NULL) {
        (void)snprintf(out->why, sizeof out->why, "the fake has no answer");
        return MLK_OK;
    }
    *out = answer->probe;
    f->now += answer->took_ms;
    return MLK_OK;
}

/* Keeps back what a client sends. */
static enum mlk_status fake_freeze(struct mlk_session *s, const struct mlk_client *client,
                                   struct mlk_frozen *out)
{
    struct mlk_fake *f = s->impl;
    enum mlk_status status = count_call(f);

    if (status != MLK_OK) {
        return fail(s, status, 0, "the fake fails this call");
    }
    *out = f->freeze;
    f->frozen = out->state == MLK_FREEZE_NOT ? 0 : client->connection_id;
    if (f->on_freeze != NULL) {
        f->on_freeze(s, f->on_freeze_arg);
    }
    return MLK_OK;
}

/* Ends what freeze has held. */
static bool fake_hang_up(struct mlk_session *s)
{
    struct mlk_fake *f = s->impl;

    f->hung_up++;
    if (f->on_hang_up)
        f->on_hang_up(s, f->on_hang_up_arg);
    return f->line_works;
}

/* Lets it speak again. */
static void fake_thaw(struct mlk_session *s)
{
    struct mlk_fake *f = s->impl;

    f->frozen = 0;
}

static int64_t fake_started(struct mlk_session *s, int64_t now)
{
    const struct mlk_fake *f = s->impl;

    return f->uptime < 0 ? -1 : now - f->uptime;
}

/* Writes to the error log. */
static void fake_log(struct mlk_session *s, const char *line)
{
    struct mlk_fake *f = s->impl;

    char **log = realloc(f->log, (f->log_count + 1) * sizeof *f->log);

    if (log == NULL) {
        return; /* as a server short of memory would */
    }
    f->log = log;
    f->log[f->log_count] = strdup(line);
    f->log_count += f->log[f->log_count] != NULL;
}

/* Ends the session and frees it. */
static void fake_close(struct mlk_session *s)
{
    if (s != NULL) {
        fake_free(s->impl);
        free(s);
    }
}

static const struct mlk_session_ops fake_ops = {
    .version = MLK_SESSION_VERSION,
    .name = "fake",
    .query = fake_query,
    .read_table = fake_read_table,
    .may = fake_may,
    .probe = NULL,
    .log = fake_log,
    .now_ms = fake_now_ms,
    .pause_ms = fake_pause_ms,
    .close = fake_close,
};

void mlk_fake_probe(struct mlk_session *s, uint64_t connection_id, enum mlk_probe_how how,
                    const struct mlk_probe *answer, unsigned took_ms)
{
    struct mlk_fake *f = s->impl;
    struct fake_answer *a = fake_must(calloc(1, sizeof *a), "an answer");

    *a = (struct fake_answer){f->answers, connection_id, how, *answer, took_ms};
    f->answers = a;
    f->ops.probe = fake_probe;
    f->ops.freeze = fake_freeze;
    f->ops.hang_up = fake_hang_up;
    f->ops.thaw = fake_thaw;
}

void mlk_fake_started(struct mlk_session *s, int64_t uptime)
{
    struct mlk_fake *f = s->impl;

    f->uptime = uptime;
    f->ops.started = fake_started;
}

void mlk_fake_calls_procedures(struct mlk_session *s)
{
    struct mlk_fake *f = s->impl;

    f->ops.calls = true;
}

void mlk_fake_freeze(struct mlk_session *s, enum mlk_freeze state, const char *why)
{
    struct mlk_fake *f = s->impl;

    f->freeze.state = state;
    (void)snprintf(f->freeze.why, sizeof f->freeze.why, "%s", why != NULL ? why : "");
}

/* ---- constructor ---- */

struct mlk_session *mlk_fake_open(enum mlk_flavour flavour)
{
    struct mlk_session *s = calloc(1, sizeof *s);
    struct mlk_fake *f = calloc(1, sizeof *f);

    if (s == NULL || f == NULL) {
        free(s);
        free(f);
        return NULL;
    }
    f->freeze.state = MLK_FREEZE_QUIET;
    f->ops = fake_ops;
    s->ops = &f->ops;
    s->impl = f;
    s->flavour = flavour;
    s->server_version = flavour == MLK_MARIADB ? 101119 : 90704;
    (void)snprintf(s->user, sizeof s->user, "shop");
    (void)snprintf(s->host, sizeof s->host, "app.example");
    s->caller_id = 7;
    s->own_id = 8;
    return s;
}
