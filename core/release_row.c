/* SPDX-License-Identifier: GPL-2.0-only */
/* A row: one UPDATE or DELETE that names every value that was seen, in a transaction of its own, of exactly
 * one row. */
#include "ask.h"
#include "change.h"

static enum mlk_need need_of(const struct mlk_observation *o)
{
    return o->target->tool->release_deletes ? MLK_NEED_DELETE : MLK_NEED_UPDATE;
}

bool mlk_release_row_allowed(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;

    if (!mlk_change_possible(r, o) || !mlk_change_allowed(s, r, o, need_of(o)))
        return false;
    if (t->tool->release(t->schema, t->table, o->rows, &o->row, &r->statement)) {
        r->outcome = "failed";
        mlk_say(r->because, "the statement could not be built: %s", mlk_status_text(r->statement.status));
        return false;
    }
    return true;
}

enum mlk_status mlk_release_row(struct mlk_session *s, struct mlk_release *r, const struct mlk_observation *o)
{
    uint64_t affected = 0;
    bool done;
    enum mlk_status status = mlk_ask(s, &mlk_need_nothing, "START TRANSACTION", NULL);

    if (!status) {
        status = mlk_change_run(s, o, need_of(o), mlk_buf_text(&r->statement), NULL, &affected);
        if (status || affected != 1)
            mlk_change_roll_back(s);
    }
    if (status)
        return mlk_change_failed(s, r, o, need_of(o), status);
    if (affected != 1) {
        r->outcome = "changed";
        mlk_say(r->because,
                affected
                    ? "more than one row fits what was seen, so nothing was changed"
                    : "the row changed between looking and releasing, so nothing was changed; look again");
        return MLK_OK;
    }
    status = mlk_change_commit(s, r, "released", &done);
    if (status || !done)
        return status;
    r->outcome = "released";
    r->released = true;
    mlk_say(r->because,
            o->target->tool->release_deletes ? "the row in %s.%s was deleted"
                                             : "the flag in %s.%s was cleared",
            o->target->schema, o->target->table);
    return MLK_OK;
}
