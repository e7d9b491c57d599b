/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Releasing a table: look, count the statements of whom it would end, look again, compare the token with
 * that, ask the policy, end them one after the other, look afterwards.
 */
#include "release.h"

#include <inttypes.h>
#include <string.h>

#include "../ask.h"
#include "../audit.h"
#include "../holder.h"
#include "miglock/text.h"

enum {
    /* INNODB_TRX is a copy that InnoDB renews once nobody has read it for 100 ms (innodb_now.c): where nobody
     * else reads it, this brings what a blocker has changed. A session that runs one statement after the
     * other also shows it within this time. */
    STALE_MS = 120,
    POLL_MS = 50,
    DRAIN_MS = 1000, /* those who waited get their locks one after the other */
};

struct job {
    struct mlk_session *s;
    const struct mlk_target *target;
    const struct mlk_release_options *options;
    struct mlk_release r;
    struct mlk_table_victims victims;
    struct mlk_buf statements; /* what was or would be run, with "; " between */
    cJSON *report;             /* of the table, when the decision was made */
};

static const char *const ended_ddl[] = {
    "that whoever kept the change waiting has ended: it would wait again",
    "SET SESSION lock_wait_timeout = 5 before the change: it gives up then, instead of making everybody "
    "queue",
    NULL,
};

static const char *token_of(const struct job *job)
{
    const cJSON *token = cJSON_GetObjectItemCaseSensitive(job->report, "token");

    return cJSON_IsString(token) ? token->valuestring : "";
}

static enum mlk_status count_statements(struct job *job)
{
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < job->victims.count; i++)
        status = mlk_statement_counter(job->s, job->victims.list[i].id, &job->victims.list[i].counter);
    return status;
}

/* Those of the second look, with what was counted after the first one. Who is new was not counted. */
static void keep_counters(struct mlk_table_victims *to, const struct mlk_table_victims *from)
{
    for (size_t i = 0; i < to->count; i++) {
        for (size_t k = 0; k < from->count; k++) {
            if (to->list[i].id == from->list[k].id)
                to->list[i].counter = from->list[k].counter;
        }
    }
}

/* Apart from what they do. False: outcome and reason are set. */
static bool may_end(struct job *job, const struct mlk_table_look *look, const struct mlk_table_victim *v)
{
    const struct mlk_person *p = mlk_person_find(look->scene.people, v->id);
    const struct mlk_access need = {.need = MLK_NEED_KILL, .connection_id = v->id};
    cJSON *because = job->r.because;

    job->r.outcome = "refused";
    if (v->id == job->s->caller_id) {
        mlk_say(because, "refused: that is your own connection; COMMIT, ROLLBACK or UNLOCK TABLES ends it");
    } else if (p && mlk_person_is_servers(p)) {
        mlk_say(because,
                "refused: connection %" PRIu64
                " is a thread of the server's own (%s); stop what it does instead",
                v->id, p->user && p->user[0] ? p->user : "system");
    } else if (job->s->proxied) {
        mlk_say(
            because,
            "refused: this connection goes through a proxy that has connection ids of its own, so a KILL "
            "could hit a stranger's connection; connect to the server itself, or install the functions in "
            "it, which know its own ids");
    } else if (job->s->ops->may(job->s, &need)) {
        mlk_table_lacks_kill(job->s, &job->r, v);
    } else {
        job->r.outcome = NULL;
        return true;
    }
    return false;
}

/* What was seen goes before the refusal. */
static void say_report_first(struct job *job)
{
    cJSON *all = cJSON_CreateArray(), *refusal = job->r.because;
    const cJSON *item;

    if (!all)
        return;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(job->report, "because"))
        mlk_say(all, "%s", item->valuestring);
    cJSON_ArrayForEach(item, refusal) mlk_say(all, "%s", item->valuestring);
    cJSON_Delete(refusal);
    job->r.because = all;
}

/* True where somebody is to be ended. */
static bool decide(struct job *job, const struct mlk_table_look *look)
{
    const char *given = job->options->token;
    bool go;

    job->r.verdict = mlk_table_verdict(&look->scene, &look->docs, look->doc);
    if (!mlk_table_is_held(look->doc)) {
        job->r.outcome = "free";
        mlk_say(job->r.because,
                "no DDL is at work on it and nobody waits for it, so there is nothing to release");
        return false;
    }
    if (given && strcmp(given, token_of(job)) != 0) {
        job->r.outcome = "changed";
        mlk_say(
            job->r.because,
            "who waits or who blocks changed since you looked: your token is %s, now it is %s; look again "
            "with SELECT miglock_status(...) or `miglock status`",
            given, token_of(job));
        return false;
    }
    mlk_table_choose(look, job->options, &job->r, &job->victims);
    go = job->victims.count > 0;
    for (size_t i = 0; go && i < job->victims.count; i++)
        go = may_end(job, look, &job->victims.list[i]);
    if (!go)
        say_report_first(job);
    return go;
}

static void add_statement(struct job *job)
{
    mlk_buf_str(&job->statements, job->statements.len ? "; " : "");
    mlk_buf_str(&job->statements, mlk_buf_text(&job->r.statement));
}

static void plan_statements(struct job *job)
{
    for (size_t i = 0; i < job->victims.count; i++) {
        mlk_buf_reset(&job->r.statement);
        mlk_kill_id_text(&job->r.statement, job->victims.list[i].what, NULL, job->victims.list[i].id, -1);
        add_statement(job);
    }
}

static void write_down(struct job *job, const struct mlk_table_look *look, uint64_t id,
                       enum mlk_status status)
{
    const struct mlk_release_of of = {
        .what = "release",
        .target = job->target->text,
        .token = token_of(job),
        .holder = id ? mlk_person_find(look->scene.people, id) : NULL,
        .holder_id = id,
    };

    mlk_release_write_down(job->s, &of, &job->r, job->options, status);
}

/* One line in the error log for each. The first that cannot be ended ends it all. */
static enum mlk_status end_all(struct job *job, const struct mlk_table_look *look)
{
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < job->victims.count; i++) {
        const struct mlk_table_victim *v = &job->victims.list[i];
        bool gone = false;

        job->r.outcome = NULL; /* that of the one before */
        if (v->what == MLK_KILL_CONNECTION)
            status = mlk_table_ask_client(job->s, &job->r, look, v->id, &gone);
        if (!status && !gone) {
            status = mlk_table_end(job->s, &job->r, look, v);
            add_statement(job);
        }
        write_down(job, look, v->id, status);
        if (!status && strcmp(job->r.outcome, "released") != 0)
            break;
    }
    return status;
}

static cJSON *result(struct job *job, cJSON *now)
{
    struct mlk_doc j;

    job->r.advice = job->options->blocker ? NULL : ended_ddl;
    mlk_release_begin_json(&j, &job->r, job->target, job->options->dry_run);
    mlk_doc_text(&j, "statement", job->statements.len ? mlk_buf_text(&job->statements) : NULL);
    return mlk_release_end_json(&j, &job->r, now);
}

/* Afterwards, once the queue has had time to go on. The answer stands without it. */
static cJSON *look_after(struct job *job)
{
    int64_t start = job->s->ops->now_ms(job->s);
    struct mlk_table_look now;
    cJSON *json = NULL;
    bool held = false;

    do {
        if (mlk_table_look(job->s, job->target, &now))
            break;
        cJSON_Delete(json);
        json = mlk_table_look_json(&now);
        held = mlk_table_is_held(now.doc);
        mlk_table_look_free(&now);
    } while (job->r.released && held && job->s->ops->now_ms(job->s) - start < DRAIN_MS &&
             job->s->ops->pause_ms(job->s, POLL_MS) == MLK_OK);
    if (job->r.released && held)
        mlk_say(job->r.because, "the table is still waited for, see \"now\"");
    return json ? json : cJSON_CreateNull();
}

/* On the look that counts. */
static enum mlk_status act(struct job *job, const struct mlk_table_look *look,
                           const struct mlk_table_victims *counted, cJSON **out)
{
    int64_t start = job->s->ops->now_ms(job->s);
    enum mlk_status status = MLK_OK;
    bool go;

    job->report = mlk_table_look_json(look);
    if (!job->report)
        return MLK_NO_MEMORY;
    go = decide(job, look);
    keep_counters(&job->victims, counted);
    if (!go || job->options->dry_run) {
        if (go) {
            job->r.outcome = "would_release";
            mlk_say(job->r.because, "nothing was changed: this is what a release would do");
            plan_statements(job);
        }
        write_down(job, look, job->options->blocker, MLK_OK);
        job->r.elapsed_ms = job->s->ops->now_ms(job->s) - start;
        *out = result(job, cJSON_Duplicate(job->report, true));
        return *out ? MLK_OK : MLK_NO_MEMORY;
    }
    status = end_all(job, look);
    if (status && status != MLK_NO_MEMORY && job->r.released) {
        /* somebody was ended before, which must be told */
        job->r.outcome = "failed";
        status = MLK_OK;
    }
    job->r.elapsed_ms = job->s->ops->now_ms(job->s) - start;
    if (status)
        return status;
    *out = result(job, look_after(job));
    return *out ? MLK_OK : MLK_NO_MEMORY;
}

/* One look, with what the policy needs. On anything but MLK_OK out is empty. */
static enum mlk_status take_look(struct job *job, struct mlk_table_look *out)
{
    enum mlk_status status = mlk_table_look(job->s, job->target, out);

    if (status || !job->options->blocker || !mlk_table_is_held(out->doc))
        return status;
    status = mlk_innodb_now_read(job->s, &out->now, out->scene.blind_spots);
    if (status)
        mlk_table_look_free(out);
    return status;
}

static enum mlk_status run(struct job *job, cJSON **out)
{
    struct mlk_table_victims counted = {0};
    struct mlk_table_look look;
    struct mlk_release aside = {.because = cJSON_CreateArray()};
    enum mlk_status status = aside.because ? take_look(job, &look) : MLK_NO_MEMORY;

    if (!status && !job->options->dry_run && mlk_table_is_held(look.doc)) {
        mlk_table_choose(&look, job->options, &aside, &job->victims);
        status = count_statements(job);
        counted = job->victims;
        mlk_table_look_free(&look);
        if (!status)
            status = job->s->ops->pause_ms(job->s, STALE_MS);
        if (!status)
            status = take_look(job, &look);
    }
    if (!status) {
        status = act(job, &look, &counted, out);
        mlk_table_look_free(&look);
    }
    cJSON_Delete(aside.because);
    return status;
}

enum mlk_status mlk_table_release(struct mlk_session *s, const struct mlk_target *target,
                                  const struct mlk_release_options *options, cJSON **out, char *error,
                                  size_t error_size)
{
    struct job job = {.s = s, .target = target, .options = options, .r = {.counter = -1}};
    enum mlk_status status = MLK_OK;

    *out = NULL;
    if (!options->dry_run)
        status = mlk_release_check_token(options, error, error_size);
    if (status)
        return status;
    mlk_buf_init(&job.r.statement, 8192);
    mlk_buf_init(&job.statements, 65536);
    job.r.because = cJSON_CreateArray();
    status = job.r.because ? run(&job, out) : MLK_NO_MEMORY;
    if (status)
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
    cJSON_Delete(job.report);
    cJSON_Delete(job.r.because);
    mlk_buf_free(&job.r.statement);
    mlk_buf_free(&job.statements);
    return status;
}
