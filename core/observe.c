/* SPDX-License-Identifier: GPL-2.0-only */
#include "observe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "miglock/sql.h"
#include "token.h"

enum mlk_status mlk_snapshot_take(struct mlk_session *s, const char *schema, struct mlk_snapshot *out)
{
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    out->blind_spots = cJSON_CreateArray();
    if (!out->blind_spots)
        return MLK_NO_MEMORY;
    status = mlk_server_read(s, &out->server, out->blind_spots);
    if (!status)
        status = mlk_people_read(s, &out->server, &out->people, out->blind_spots);
    if (!status)
        status = mlk_metadata_locks_read(s, &out->server, schema, &out->locks, out->blind_spots);
    if (status)
        mlk_snapshot_free(out);
    return status;
}

void mlk_snapshot_free(struct mlk_snapshot *snapshot)
{
    cJSON_Delete(snapshot->blind_spots);
    mlk_people_free(&snapshot->people);
    mlk_metadata_locks_free(&snapshot->locks);
    memset(snapshot, 0, sizeof *snapshot);
}

void mlk_observe_person(cJSON *array, size_t *count, const struct mlk_person *p)
{
    if ((*count)++ < MLK_PEOPLE_SHOWN)
        cJSON_AddItemToArray(array, mlk_person_json(p));
}

/* Exactly the generation that was seen: a connection id is unique from one start of the server to the next.
 * Nothing that is hidden from some accounts is part of it, so that what one account was shown is good for
 * another. */
static void make_token(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_token token;

    mlk_token_begin(&token);
    mlk_token_add(&token, t->text, strlen(t->text));
    if (t->tool->kind == MLK_NAMED) {
        mlk_token_add_number(&token, o->snapshot->server.started);
        mlk_token_add_number(&token, (int64_t)o->holder_id);
    } else {
        for (size_t c = 0; c < o->rows->columns; c++)
            mlk_token_add(&token, mlk_rows_text(o->rows, o->row.row, c),
                          mlk_rows_length(o->rows, o->row.row, c));
    }
    mlk_token_end(&token, o->token);
}

static void make_next(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;

    switch (o->facts.lock) {
    case MLK_LOCK_DAMAGED:
        if (t->tool->repair(t->schema, t->table, o->rows, &o->row, &o->next))
            mlk_buf_reset(&o->next);
        return;
    case MLK_LOCK_UNREADABLE:
    case MLK_LOCK_FREE:
        return;
    case MLK_LOCK_HELD:
        break;
    }
    if (o->held_by_caller) {
        mlk_buf_str(&o->next, "SELECT RELEASE_LOCK(");
        mlk_sql_string(&o->next, t->name, strlen(t->name));
        mlk_buf_str(&o->next, ")");
        return;
    }
    mlk_buf_fmt(&o->next, "SELECT miglock_%s(", o->verdict == MLK_ACTIVE ? "status" : "release");
    mlk_sql_string(&o->next, t->text, strlen(t->text));
    if (o->verdict != MLK_ACTIVE)
        mlk_buf_fmt(&o->next, ", '%s'%s", o->token, o->verdict == MLK_ABANDONED ? "" : ", 'force'");
    mlk_buf_str(&o->next, ")");
}

static enum mlk_status begin(struct mlk_observation *o, const struct mlk_snapshot *snapshot,
                             const struct mlk_target *target)
{
    memset(o, 0, sizeof *o);
    mlk_buf_init(&o->next, 4096);
    o->target = target;
    o->snapshot = snapshot;
    o->since_earliest = o->since_latest = -1;
    o->because = cJSON_CreateArray();
    o->blind_spots = cJSON_Duplicate(snapshot->blind_spots, true);
    o->siblings = cJSON_CreateArray();
    o->waiters = cJSON_CreateArray();
    if (!o->because || !o->blind_spots || !o->siblings || !o->waiters)
        return MLK_NO_MEMORY;
    o->facts.kind = target->tool->kind;
    o->facts.all_seen = snapshot->people.all;
    o->facts.transactions_seen = snapshot->people.transactions;
    o->facts.other_nodes = snapshot->server.cluster || snapshot->people.replica;
    return MLK_OK;
}

static enum mlk_status look(struct mlk_session *s, const struct mlk_snapshot *snapshot,
                            const struct mlk_target *target, struct mlk_observation *o)
{
    enum mlk_status status = begin(o, snapshot, target);

    if (status)
        return status;
    status = target->tool->kind == MLK_NAMED ? mlk_observe_named(s, o) : mlk_observe_row(s, o);
    if (status)
        return status;
    o->verdict = mlk_verdict(&o->facts);
    if (o->facts.lock == MLK_LOCK_HELD)
        make_token(o);
    make_next(o);
    return o->next.status;
}

/* The sessions were listed before the row was read. Who connected and took the lock in between is in the row
 * but not in the list. So list the sessions again, and read the row again: if it is the same as before, its
 * owner had it while the sessions were listed, and is not among them. */
static enum mlk_status confirm(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_target *target = o->target;
    struct mlk_snapshot *later = calloc(1, sizeof *later);
    char seen[sizeof o->token];
    enum mlk_status status = later ? mlk_snapshot_take(s, target->schema, later) : MLK_NO_MEMORY;

    if (status) {
        free(later);
        return status;
    }
    memcpy(seen, o->token, sizeof seen);
    mlk_observation_free(o);
    status = look(s, later, target, o);
    o->own = later;
    if (status || o->verdict != MLK_ABANDONED || strcmp(seen, o->token) == 0)
        return status;
    o->verdict = MLK_UNKNOWN;
    mlk_say(o->because, "the lock changed hands while it was looked at: look again");
    mlk_buf_reset(&o->next);
    make_next(o);
    return o->next.status;
}

enum mlk_status mlk_observe(struct mlk_session *s, const struct mlk_snapshot *snapshot,
                            const struct mlk_target *target, struct mlk_observation *o)
{
    enum mlk_status status = look(s, snapshot, target, o);

    if (status || target->tool->kind != MLK_ROW || o->verdict != MLK_ABANDONED || o->facts.older_than_server)
        return status;
    return confirm(s, o);
}

void mlk_observation_free(struct mlk_observation *o)
{
    if (o->own)
        mlk_snapshot_free(o->own);
    free(o->own);
    mlk_rows_free(o->rows);
    cJSON_Delete(o->because);
    cJSON_Delete(o->blind_spots);
    cJSON_Delete(o->siblings);
    cJSON_Delete(o->waiters);
    mlk_buf_free(&o->next);
    memset(o, 0, sizeof *o);
}
