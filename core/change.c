/* SPDX-License-Identifier: GPL-2.0-only */
#include "change.h"

#include <string.h>

#include "ask.h"

struct mlk_access mlk_change_access(const struct mlk_observation *o, enum mlk_need need)
{
    return (struct mlk_access){.need = need, .schema = o->target->schema, .table = o->target->table};
}

bool mlk_change_possible(struct mlk_release *r, const struct mlk_observation *o)
{
    bool replica = o->snapshot->people.replica;

    if (!o->snapshot->server.read_only && !replica)
        return true;
    r->outcome = "refused";
    mlk_say(r->because, "refused: this server is %s; %s on the server that takes the writes",
            replica ? "a replica" : "read-only",
            o->facts.lock == MLK_LOCK_DAMAGED ? "repair the table" : "release the lock");
    return false;
}

static void lacks_right(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                        enum mlk_need need)
{
    r->outcome = "refused";
    mlk_say(r->because, "refused: %s; it takes %s on %s.%s", s->error, mlk_change_word(need),
            o->target->schema, o->target->table);
}

bool mlk_change_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o,
                        enum mlk_need need)
{
    struct mlk_access access = mlk_change_access(o, need);

    if (s->ops->may(s, &access) == MLK_OK)
        return true;
    lacks_right(s, r, o, need);
    return false;
}

enum mlk_status mlk_change_run(struct mlk_session *s, const struct mlk_observation *o, enum mlk_need need,
                               const char *sql, struct mlk_rows **rows, uint64_t *affected)
{
    struct mlk_access access = mlk_change_access(o, need);
    struct mlk_buf tagged;
    enum mlk_status status;

    mlk_buf_init(&tagged, strlen(sql) + sizeof MLK_TAG);
    mlk_buf_str(&tagged, MLK_TAG);
    mlk_buf_str(&tagged, sql);
    status = mlk_ask_buf(s, &access, &tagged, rows, affected);
    mlk_buf_free(&tagged);
    return status;
}

void mlk_change_roll_back(struct mlk_session *s)
{
    char error[MLK_ERROR_MAX];
    unsigned number = s->error_number;

    memcpy(error, s->error, sizeof error);
    mlk_ask(s, &mlk_need_nothing, "ROLLBACK", NULL);
    memcpy(s->error, error, sizeof error);
    s->error_number = number;
}

enum mlk_status mlk_change_failed(struct mlk_session *s, struct mlk_release *r,
                                  const struct mlk_observation *o, enum mlk_need need, enum mlk_status status)
{
    const struct mlk_target *t = o->target;

    switch (status) {
    case MLK_DENIED:
        lacks_right(s, r, o, need);
        return MLK_OK;
    case MLK_READ_ONLY:
        r->outcome = "refused";
        mlk_say(r->because, "refused: the server accepts no writes (%s)", s->error);
        return MLK_OK;
    case MLK_BUSY:
        r->outcome = "failed";
        mlk_say(r->because,
                "the %s stayed locked by another transaction for %d s (perhaps your own, if you have read or "
                "changed %s.%s in it); nothing was changed: end that transaction and try again",
                o->facts.lock == MLK_LOCK_DAMAGED ? "table" : "row", MLK_LOCK_WAIT_S, t->schema, t->table);
        return MLK_OK;
    case MLK_NO_MEMORY:
    case MLK_GONE:
    case MLK_KILLED:
        return status;
    default:
        r->outcome = "failed";
        mlk_say(r->because, "the server refused the %s, nothing was changed: %s", mlk_change_word(need),
                s->error);
        return MLK_OK;
    }
}

enum mlk_status mlk_change_commit(struct mlk_session *s, struct mlk_release *r, const char *after, bool *done)
{
    enum mlk_status status = mlk_ask(s, &mlk_need_nothing, "COMMIT", NULL);

    *done = status == MLK_OK;
    if (!status || status == MLK_NO_MEMORY)
        return status;
    /* so that the look afterwards does not see what may never be */
    mlk_change_roll_back(s);
    r->outcome = "failed";
    mlk_say(r->because, "the COMMIT was not confirmed (%s): look again, the %s is either as it was or %s",
            s->error, strcmp(after, "released") == 0 ? "row" : "table", after);
    return MLK_OK;
}
