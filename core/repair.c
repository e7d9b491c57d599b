/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Repairing a damaged lock table: look, compare the token, ask the same policy as a release of a row, look
 * once more, act, look afterwards. It is an action of its own: nobody who only wants a lock released gets a
 * table rewritten.
 */
#include "repair.h"

#include <string.h>

#include "ask.h"
#include "policy.h"
#include "miglock/text.h"

static void copy_reasons(struct mlk_release *r, const struct mlk_observation *o)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, o->because) mlk_say(r->because, "%s", item->valuestring);
}

/* Refuses with the reasons of the report, and what would work. */
static bool refuse(struct mlk_release *r, const struct mlk_observation *o, const char *why)
{
    r->outcome = "refused";
    copy_reasons(r, o);
    mlk_say(r->because, "%s", why);
    return false;
}

/* Somebody could be at work under the lock. */
static bool refuse_for_people(struct mlk_release *r, const struct mlk_observation *o)
{
    switch (r->verdict) {
    case MLK_ACTIVE:
        return refuse(r, o,
                      "refused: whoever is at work could be migrating; wait for it to end, or say 'force' if "
                      "you know that it is no migration");
    case MLK_IDLE:
        return refuse(r, o,
                      "refused: whoever could be migrating is still connected, and being idle proves "
                      "nothing; end that client, or say 'force' if you know that it is not migrating");
    default:
        return refuse(r, o,
                      "refused: what is hidden from this account could be a migration; ask with an account "
                      "that sees it, or say 'force' if you know that nobody is migrating");
    }
}

/* True where the repair may go on to act. */
static bool decide(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                   const struct mlk_release_options *options)
{
    r->verdict = mlk_verdict_of_damaged(&o->facts);
    switch (o->facts.lock) {
    case MLK_LOCK_FREE:
    case MLK_LOCK_HELD:
        r->verdict = o->verdict;
        r->outcome = "nothing_to_repair";
        mlk_say(r->because, "the lock table %s.%s is in order", o->target->schema, o->target->table);
        return false;
    case MLK_LOCK_UNREADABLE:
        r->verdict = o->verdict;
        return refuse(r, o, "refused: what cannot be read cannot be repaired safely");
    case MLK_LOCK_DAMAGED:
        break;
    }
    if (!o->repair.count)
        return refuse(r, o, "refused: how this table should look nobody can say");
    if (options->token && strcmp(options->token, o->token) != 0) {
        r->outcome = "changed";
        mlk_say(r->because,
                "the lock table changed since you looked: your token is %s, now it is %s; look again with "
                "SELECT miglock_status(...) or `miglock status`",
                options->token, o->token);
        return false;
    }
    if (mlk_policy(r->verdict, MLK_LOCK_HELD, options->force) != MLK_MAY_RELEASE)
        return refuse_for_people(r, o);
    return mlk_repair_allowed(s, r, o);
}

static cJSON *repair_json(const struct mlk_release *r, const struct mlk_observation *seen,
                          const struct mlk_observation *now, bool dry_run)
{
    static const struct mlk_statements none;
    bool run = r->released || strcmp(r->outcome, "would_repair") == 0;
    struct mlk_doc j;

    mlk_release_begin_json(&j, r, seen->target, dry_run);
    mlk_doc_item(&j, "statements", mlk_statements_json(run ? &seen->repair : &none));
    return mlk_release_end_json(&j, r, mlk_release_now_json(now));
}

static enum mlk_status act(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *seen,
                           int64_t start, cJSON **out)
{
    struct mlk_snapshot snapshot;
    struct mlk_observation now;
    enum mlk_status status = mlk_repair_rows(s, r, seen);

    if (status)
        return status;
    r->elapsed_ms = s->ops->now_ms(s) - start;
    if (!mlk_look_after(s, seen->target, &snapshot, &now)) {
        *out = repair_json(r, seen, NULL, false);
        return MLK_OK;
    }
    *out = repair_json(r, seen, &now, false);
    mlk_observation_free(&now);
    mlk_snapshot_free(&snapshot);
    return MLK_OK;
}

/* The sessions were listed before the table was read: who came in between and changed it is in the table but
 * not in the list. So both are read again, and the decision is made again. Force has decided already. out is
 * set where the answer is no. */
static enum mlk_status decide_again(struct mlk_session *s, struct mlk_release *r,
                                    const struct mlk_target *target,
                                    const struct mlk_release_options *options, int64_t start, cJSON **out)
{
    struct mlk_snapshot snapshot;
    struct mlk_observation later = {0};
    enum mlk_status status;

    if (options->force)
        return MLK_OK;
    status = mlk_snapshot_for(s, target, &snapshot);
    if (status)
        return status;
    status = mlk_observe(s, &snapshot, target, MLK_PROBE_LOOK, &later);
    if (!status && !decide(s, r, &later, options)) {
        r->elapsed_ms = s->ops->now_ms(s) - start;
        *out = repair_json(r, &later, &later, false);
        status = *out ? MLK_OK : MLK_NO_MEMORY;
    }
    mlk_observation_free(&later);
    mlk_snapshot_free(&snapshot);
    return status;
}

static enum mlk_status run(struct mlk_session *s, struct mlk_release *r,
                           const struct mlk_release_options *options, const struct mlk_observation *seen,
                           cJSON **out)
{
    int64_t start = s->ops->now_ms(s);
    bool may = decide(s, r, seen, options);
    enum mlk_status status;

    if (may && options->dry_run) {
        r->outcome = "would_repair";
        mlk_say(r->because, "nothing was changed: this is what a repair would do");
    } else if (may) {
        status = decide_again(s, r, seen->target, options, start, out);
        if (!status && !*out)
            status = act(s, r, seen, start, out);
        return status || *out ? status : MLK_NO_MEMORY;
    }
    r->elapsed_ms = s->ops->now_ms(s) - start;
    *out = repair_json(r, seen, seen, options->dry_run);
    return *out ? MLK_OK : MLK_NO_MEMORY;
}

enum mlk_status mlk_repair(struct mlk_session *s, const struct mlk_target *target,
                           const struct mlk_release_options *options, cJSON **out, char *error,
                           size_t error_size)
{
    struct mlk_release r = {.counter = -1, .advice = target->tool->advice};
    struct mlk_snapshot snapshot;
    struct mlk_observation seen = {0};
    struct mlk_release_of of;
    enum mlk_status status;

    *out = NULL;
    if (target->tool->kind != MLK_ROW) {
        mlk_copy(error, error_size,
                 target->tool->kind == MLK_NAMED
                     ? "a named lock has no table that could be damaged; only a release ends it"
                     : "a repair is of a tool's lock table, as in ghost:blog; what waits for a table only a "
                       "release ends");
        return MLK_USAGE;
    }
    status = mlk_release_check_token(options, error, error_size);
    if (status)
        return status;
    r.because = cJSON_CreateArray();
    status = r.because ? mlk_snapshot_for(s, target, &snapshot) : MLK_NO_MEMORY;
    if (!status) {
        status = mlk_observe(s, &snapshot, target, MLK_PROBE_LOOK, &seen);
        if (!status) {
            status = run(s, &r, options, &seen, out);
            of = mlk_release_of("repair", &seen);
            mlk_release_write_down(s, &of, &r, options, status);
        }
        mlk_observation_free(&seen);
        mlk_snapshot_free(&snapshot);
    }
    if (status)
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
    cJSON_Delete(r.because);
    return status;
}
