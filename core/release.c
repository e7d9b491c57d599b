/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Releasing: look again, compare the token, ask the policy, act, look afterwards. Whatever happens in
 * between, the lock is either as it was or released: a row changes in one committed compare-and-set, a named
 * lock by one KILL of its holder.
 */
#include "release.h"

#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "holder.h"
#include "lock_ddl.h"
#include "policy.h"
#include "miglock/text.h"
#include "tables/release.h"
#include "token.h"

/* Refuses with the reasons of the verdict and what would work. */
static void refuse(struct mlk_release *r, const struct mlk_observation *o, enum mlk_decision decision)
{
    const cJSON *item;

    r->outcome = "refused";
    cJSON_ArrayForEach(item, o->because) mlk_say(r->because, "%s", item->valuestring);
    if (decision == MLK_REFUSE && o->verdict == MLK_ACTIVE)
        mlk_say(
            r->because,
            "refused: work is going on under this lock; wait for it to end, or say 'force' to interrupt it");
    else if (decision == MLK_REFUSE && o->verdict == MLK_IDLE)
        mlk_say(r->because, "refused: whoever holds it is still connected, and being idle proves nothing; "
                            "end that client, or "
                            "say 'force' if you know that it is not migrating");
    else if (decision == MLK_REFUSE)
        mlk_say(r->because, "refused: what is hidden from this account could be the holder; ask with an "
                            "account that sees it, "
                            "or say 'force' if you know that nobody is migrating");
    else if (o->facts.lock == MLK_LOCK_DAMAGED)
        mlk_say(r->because,
                o->repair.count
                    ? "refused: the lock table is damaged, so releasing cannot help; a repair puts it right "
                      "(SELECT miglock_repair(...) or `miglock repair`)"
                    : "refused: the lock table is not one that this tool would use");
    else if (o->facts.lock == MLK_LOCK_UNREADABLE)
        mlk_say(r->because, "refused: what cannot be read cannot be released safely");
    else
        mlk_say(
            r->because,
            "refused: nothing is committed that could be released; the open transaction gives the lock back "
            "when it ends");
    mlk_lock_ddl_advise(o, r->because);
}

/* True where the release may go on to act. */
static bool decide(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                   const struct mlk_release_options *options)
{
    enum mlk_decision decision = mlk_policy(o->verdict, o->facts.lock, options->force);

    if (decision == MLK_NOTHING_TO_DO) {
        r->outcome = "free";
        mlk_say(r->because, "nobody holds the lock, so there is nothing to release");
        return false;
    }
    if (o->facts.lock == MLK_LOCK_HELD && options->token && strcmp(options->token, o->token) != 0) {
        r->outcome = "changed";
        mlk_say(
            r->because,
            "the lock changed hands since you looked: your token is %s, now it is %s; look again with SELECT "
            "miglock_status(...) or `miglock status`",
            options->token, o->token);
        return false;
    }
    if (decision != MLK_MAY_RELEASE) {
        refuse(r, o, decision);
        return false;
    }
    if (o->held_by_caller) {
        r->outcome = "refused";
        mlk_say(r->because, "your own connection holds this lock: %s releases it", mlk_buf_text(&o->next));
        return false;
    }
    return o->target->tool->kind == MLK_NAMED ? mlk_release_named_allowed(s, r, o)
                                              : mlk_release_row_allowed(s, r, o);
}

void mlk_release_begin_json(struct mlk_doc *j, const struct mlk_release *r, const struct mlk_target *t,
                            bool dry_run)
{
    mlk_doc_begin(j);
    mlk_doc_number(j, "schema_version", MLK_SCHEMA_VERSION);
    mlk_doc_text(j, "target", t->text);
    mlk_doc_text(j, "outcome", r->outcome);
    mlk_doc_bool(j, "dry_run", dry_run);
    mlk_doc_text(j, "verdict", mlk_verdict_text(r->verdict));
    mlk_doc_copy(j, "because", r->because);
}

cJSON *mlk_release_now_json(const struct mlk_observation *now)
{
    return now ? mlk_observation_json(now) : cJSON_CreateNull();
}

cJSON *mlk_release_end_json(struct mlk_doc *j, const struct mlk_release *r, cJSON *now)
{
    mlk_doc_number(j, "seconds", (double)r->elapsed_ms / 1000.0);
    mlk_doc_item(j, "now", now);
    mlk_doc_list(j, "advice", r->released ? r->advice : NULL);
    return mlk_doc_end(j);
}

static cJSON *release_json(const struct mlk_release *r, const struct mlk_observation *seen,
                           const struct mlk_observation *now, bool dry_run)
{
    struct mlk_doc j;

    mlk_release_begin_json(&j, r, seen->target, dry_run);
    mlk_doc_text(&j, "statement", r->statement.len ? mlk_buf_text(&r->statement) : NULL);
    return mlk_release_end_json(&j, r, mlk_release_now_json(now));
}

bool mlk_look_after(struct mlk_session *s, const struct mlk_target *target, struct mlk_snapshot *snapshot,
                    struct mlk_observation *now)
{
    memset(now, 0, sizeof *now);
    if (mlk_snapshot_for(s, target, snapshot))
        return false;
    if (mlk_observe(s, snapshot, target, MLK_PROBE_LOOK, now) == MLK_OK)
        return true;
    mlk_observation_free(now);
    mlk_snapshot_free(snapshot);
    return false;
}

static void after(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *seen,
                  cJSON **out)
{
    struct mlk_snapshot snapshot;
    struct mlk_observation now;

    if (!mlk_look_after(s, seen->target, &snapshot, &now)) {
        *out = release_json(r, seen, NULL, false);
        return;
    }
    if (r->released && now.facts.lock == MLK_LOCK_HELD && strcmp(now.token, seen->token) != 0)
        mlk_say(r->because, seen->row.held_rows > 1 ? "another row still says that it is held, see \"now\""
                                                    : "it has been taken again since, see \"now\"");
    *out = release_json(r, seen, &now, false);
    mlk_observation_free(&now);
    mlk_snapshot_free(&snapshot);
}

/* The client of a named lock's holder is asked only where the answer can matter. */
static bool worth_asking(const struct mlk_observation *o, const struct mlk_release_options *options)
{
    return o->target->tool->kind == MLK_NAMED && o->facts.lock == MLK_LOCK_HELD && !options->dry_run &&
           !o->held_by_caller && strcmp(options->token, o->token) == 0;
}

/* Counts the holder's statements and asks its client. Both from here on: who runs a statement meanwhile is at
 * work. */
static enum mlk_status ask(struct mlk_session *s, struct mlk_snapshot *snapshot, struct mlk_release *r,
                           const struct mlk_observation *first, struct mlk_observation *seen)
{
    enum mlk_status status = mlk_statement_counter(s, first->holder_id, &r->counter);

    r->counted_ms = s->ops->now_ms(s);
    return status ? status : mlk_observe(s, snapshot, first->target, MLK_PROBE_ASK, seen);
}

/* Asking was enough: the server has ended the session of a client that is gone. */
static void released_by_asking(struct mlk_release *r, const struct mlk_observation *seen)
{
    const cJSON *item;

    r->outcome = "released";
    r->released = true;
    r->verdict = MLK_ABANDONED;
    cJSON_ArrayForEach(item, seen->because) mlk_say(r->because, "%s", item->valuestring);
    mlk_say(r->because, "nobody had to be killed");
}

static enum mlk_status act(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *seen,
                           int64_t start, cJSON **out)
{
    enum mlk_status status =
        seen->target->tool->kind == MLK_NAMED ? mlk_release_named(s, r, seen) : mlk_release_row(s, r, seen);

    if (status)
        return status;
    r->elapsed_ms = s->ops->now_ms(s) - start;
    after(s, r, seen, out);
    return MLK_OK;
}

/* first: what was there when the call began. */
static enum mlk_status run(struct mlk_session *s, struct mlk_snapshot *snapshot,
                           const struct mlk_release_options *options, struct mlk_release *r,
                           const struct mlk_observation *first, cJSON **out)
{
    struct mlk_observation later = {0};
    const struct mlk_observation *seen = first;
    int64_t start = s->ops->now_ms(s);
    enum mlk_status status = MLK_OK;

    if (worth_asking(first, options)) {
        status = ask(s, snapshot, r, first, &later);
        seen = &later;
    }
    if (status)
        goto done;
    r->verdict = seen->verdict;
    if (seen->departed_id) {
        released_by_asking(r, seen);
        r->elapsed_ms = s->ops->now_ms(s) - start;
        *out = release_json(r, seen, seen, false);
    } else if (!decide(s, r, seen, options)) {
        r->elapsed_ms = s->ops->now_ms(s) - start;
        *out = release_json(r, seen, seen, options->dry_run);
    } else if (options->dry_run) {
        r->outcome = "would_release";
        mlk_say(r->because, "nothing was changed: this is what a release would do");
        *out = release_json(r, seen, seen, true);
    } else {
        status = act(s, r, seen, start, out);
    }
    if (!status && !*out)
        status = MLK_NO_MEMORY;
done:
    mlk_observation_free(&later);
    return status;
}

struct mlk_release_of mlk_release_of(const char *what, const struct mlk_observation *o)
{
    return (struct mlk_release_of){.what = what,
                                   .target = o->target->text,
                                   .token = o->token,
                                   .holder = o->holder,
                                   .holder_id = o->holder_id};
}

void mlk_release_write_down(struct mlk_session *s, const struct mlk_release_of *of, struct mlk_release *r,
                            const struct mlk_release_options *options, enum mlk_status status)
{
    bool nothing =
        r->outcome && (strcmp(r->outcome, "free") == 0 || strcmp(r->outcome, "nothing_to_repair") == 0);

    if (options->dry_run || nothing)
        return;
    if (status)
        mlk_say(r->because, "the call ended early: %s", s->error);
    mlk_audit_release(s, of, r, options->force);
}

enum mlk_status mlk_release_check_token(const struct mlk_release_options *options, char *error,
                                        size_t error_size)
{
    if (options->token ? mlk_token_valid(options->token, strlen(options->token)) : options->dry_run)
        return MLK_OK;
    mlk_copy(error, error_size, "a token is 12 hexadecimal digits, as \"token\" in the report of the lock");
    return MLK_USAGE;
}

enum mlk_status mlk_release(struct mlk_session *s, const struct mlk_target *target,
                            const struct mlk_release_options *options, cJSON **out, char *error,
                            size_t error_size)
{
    struct mlk_release r = {.counter = -1, .advice = target->tool->advice};
    struct mlk_release_of of;
    struct mlk_snapshot snapshot;
    struct mlk_observation first = {0};
    enum mlk_status status;

    *out = NULL;
    if (target->tool->kind == MLK_TABLE)
        return mlk_table_release(s, target, options, out, error, error_size);
    if (options->blocker) {
        mlk_copy(error, error_size, "a blocker is of a table, as in table:shop/orders; this is another lock");
        return MLK_USAGE;
    }
    r.because = cJSON_CreateArray();
    status = r.because ? MLK_OK : MLK_NO_MEMORY;
    mlk_buf_init(&r.statement, 8192);
    if (!options->dry_run && mlk_release_check_token(options, error, error_size)) {
        status = MLK_USAGE;
        goto done;
    }
    if (!status)
        status = mlk_snapshot_for(s, target, &snapshot);
    if (!status) {
        status = mlk_observe(s, &snapshot, target, MLK_PROBE_LOOK, &first);
        if (!status) {
            status = run(s, &snapshot, options, &r, &first, out);
            of = mlk_release_of("release", &first);
            mlk_release_write_down(s, &of, &r, options, status);
        }
        mlk_observation_free(&first);
        mlk_snapshot_free(&snapshot);
    }
    if (status)
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
done:
    cJSON_Delete(r.because);
    mlk_buf_free(&r.statement);
    return status;
}
