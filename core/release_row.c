/* SPDX-License-Identifier: GPL-2.0-only */
/* A row: one UPDATE or DELETE that names every value that was seen, in a transaction of its own, of exactly
 * one row. */
#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "release.h"

static struct mlk_access change_of(const struct mlk_observation *o)
{
    return (struct mlk_access){.need = o->target->tool->release_deletes ? MLK_NEED_DELETE : MLK_NEED_UPDATE,
                               .schema = o->target->schema,
                               .table = o->target->table};
}

/* The change as a word of SQL, which is also the name of its right. */
static const char *change_word(const struct mlk_observation *o)
{
    return o->target->tool->release_deletes ? "DELETE" : "UPDATE";
}

static void lacks_right(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    r->outcome = "refused";
    mlk_say(r->because, "refused: %s; it takes %s on %s.%s", s->error, change_word(o), o->target->schema,
            o->target->table);
}

bool mlk_release_row_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_access need = change_of(o);

    if (o->snapshot->server.read_only || o->snapshot->people.replica) {
        r->outcome = "refused";
        mlk_say(r->because,
                "refused: this server is %s; release the lock on the server that takes the writes",
                o->snapshot->people.replica ? "a replica" : "read-only");
        return false;
    }
    if (s->ops->may(s, &need)) {
        lacks_right(s, r, o);
        return false;
    }
    if (t->tool->release(t->schema, t->table, o->rows, &o->row, &r->statement)) {
        r->outcome = "failed";
        mlk_say(r->because, "the statement could not be built: %s", mlk_status_text(r->statement.status));
        return false;
    }
    return true;
}

/* Ends the transaction without a trace; where even that fails the connection is lost and the server does it.
 */
static void roll_back(struct mlk_session *s)
{
    char error[MLK_ERROR_MAX];
    unsigned number = s->error_number;

    memcpy(error, s->error, sizeof error);
    mlk_ask(s, &mlk_need_nothing, "ROLLBACK", NULL);
    memcpy(s->error, error, sizeof error);
    s->error_number = number;
}

static enum mlk_status explain_failure(struct mlk_session *s, struct mlk_release *r,
                                       const struct mlk_observation *o, enum mlk_status status)
{
    const struct mlk_target *t = o->target;

    switch (status) {
    case MLK_DENIED:
        lacks_right(s, r, o);
        return MLK_OK;
    case MLK_READ_ONLY:
        r->outcome = "refused";
        mlk_say(r->because, "refused: the server accepts no writes (%s)", s->error);
        return MLK_OK;
    case MLK_BUSY:
        r->outcome = "failed";
        mlk_say(
            r->because,
            "the row stayed locked by another transaction for %d s (perhaps your own, if you have read or "
            "changed %s.%s in it); nothing was changed: end that transaction and try again",
            MLK_LOCK_WAIT_S, t->schema, t->table);
        return MLK_OK;
    case MLK_NO_MEMORY:
    case MLK_GONE:
    case MLK_KILLED:
        return status;
    default:
        r->outcome = "failed";
        mlk_say(r->because, "the server refused the %s, nothing was changed: %s", change_word(o), s->error);
        return MLK_OK;
    }
}

enum mlk_status mlk_release_row(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    struct mlk_access need = change_of(o);
    struct mlk_buf sql;
    uint64_t affected = 0;
    enum mlk_status status;

    mlk_buf_init(&sql, r->statement.max + sizeof MLK_TAG);
    mlk_buf_str(&sql, MLK_TAG);
    mlk_buf_str(&sql, mlk_buf_text(&r->statement));
    status = mlk_ask(s, &mlk_need_nothing, "START TRANSACTION", NULL);
    if (!status) {
        status = mlk_ask_buf(s, &need, &sql, NULL, &affected);
        if (status || affected != 1)
            roll_back(s);
    }
    mlk_buf_free(&sql);
    if (status)
        return explain_failure(s, r, o, status);
    if (affected != 1) {
        r->outcome = "changed";
        mlk_say(r->because,
                affected
                    ? "more than one row fits what was seen, so nothing was changed"
                    : "the row changed between looking and releasing, so nothing was changed; look again");
        return MLK_OK;
    }
    status = mlk_ask(s, &mlk_need_nothing, "COMMIT", NULL);
    if (status == MLK_NO_MEMORY)
        return status;
    if (status) {
        /* so that the look afterwards does not see what may never be */
        roll_back(s);
        r->outcome = "failed";
        mlk_say(r->because,
                "the COMMIT was not confirmed (%s): look again, the row is either as it was or released",
                s->error);
        return MLK_OK;
    }
    r->outcome = "released";
    r->released = true;
    mlk_say(r->because,
            o->target->tool->release_deletes ? "the row in %s.%s was deleted"
                                             : "the flag in %s.%s was cleared",
            o->target->schema, o->target->table);
    return MLK_OK;
}
