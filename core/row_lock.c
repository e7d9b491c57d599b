/* SPDX-License-Identifier: GPL-2.0-only */
/* Evidence on a flag row: what the table says, and which sessions could be the row's owner. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "holder.h"
#include "lock_ddl.h"
#include "miglock/sql.h"
#include "miglock/text.h"
#include "observe.h"
#include "row_owner.h"
#include "row_time.h"

/* Enough for every lock table that holds nothing but locks of migrations; Laravel's has those of a whole
 * application. */
enum { ROWS_READ = 1000 };

/* Case is ignored: with lower_case_table_names the server does so, and one session too many only makes the
 * answer more careful. How the server then folds letters outside ASCII is its own affair, so each of them
 * equals any letter. */
static bool same_schema(const struct mlk_snapshot *snap, const char *a, const char *b)
{
    while (a && b && *a && *b) {
        bool ascii = (unsigned char)*a < 0x80 && (unsigned char)*b < 0x80;

        if ((ascii || !snap->server.names_fold) && strncasecmp(a, b, 1) != 0)
            return false;
        a += snap->server.names_fold ? mlk_utf8_step(a) : 1;
        b += snap->server.names_fold ? mlk_utf8_step(b) : 1;
    }
    return a && b && !*a && !*b;
}

static bool has_table_locks(const struct mlk_snapshot *snap, uint64_t id, const char *schema)
{
    const struct mlk_metadata_lock_list *locks = &snap->locks.tables;

    for (size_t i = 0; i < locks->count; i++) {
        if (locks->items[i].connection_id == id && same_schema(snap, locks->items[i].name, schema))
            return true;
    }
    return false;
}

/* The table that a lock table belongs to is named like it: knex_migrations, DATABASECHANGELOG, cache. */
static size_t stem_length(const char *table)
{
    static const char *const suffixes[] = {"_locks", "_lock", "lock"};
    size_t len = strlen(table);

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        size_t n = strlen(suffixes[i]);

        if (len > n && strcasecmp(table + len - n, suffixes[i]) == 0)
            return len - n;
    }
    return len;
}

/* Some tools can keep their own tables in one schema and migrate another (knex's schemaName). Then no session
 * of the migration need have anything to do with the lock's schema, and anybody could be it. True also where
 * the server does not say. */
static bool only_bookkeeping(struct mlk_session *s, const struct mlk_target *t)
{
    struct mlk_access need = {.need = MLK_NEED_SCHEMA, .schema = t->schema};
    struct mlk_rows *rows;
    struct mlk_buf sql;
    bool only = true;

    if (!t->tool->elsewhere)
        return false;
    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, MLK_TAG "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ");
    mlk_sql_string(&sql, t->schema, strlen(t->schema));
    mlk_buf_str(&sql, " AND TABLE_NAME NOT IN (");
    mlk_sql_string(&sql, t->table, strlen(t->table));
    mlk_buf_str(&sql, ", ");
    mlk_sql_string(&sql, t->table, stem_length(t->table));
    mlk_buf_str(&sql, ") LIMIT 1");
    if (mlk_ask_buf(s, &need, &sql, &rows, NULL) == MLK_OK)
        only = rows->count == 0;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return only;
}

/* A statement can name the schema without being in it. */
static bool mentions(const struct mlk_person *p, const char *schema)
{
    return mlk_person_works(p) && p->statement && strcasestr(p->statement, schema);
}

/* Sessions that use the schema, name it in a statement, or have locks on its tables, could be the
 * migration; so could those of the host or process that the row names. */
static void find_candidates(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_people *people = &o->snapshot->people;
    const char *schema = o->target->schema;
    bool anybody = only_bookkeeping(s, o->target);
    size_t said = 0;

    for (size_t i = 0; i < people->count; i++) {
        const struct mlk_person *p = &people->list[i];
        bool in_schema = same_schema(o->snapshot, p->db, schema) || mentions(p, schema);

        if (!mlk_person_counts(s, p))
            continue;
        in_schema = in_schema || p->id == o->holder_id || has_table_locks(o->snapshot, p->id, schema);
        if (!in_schema && !anybody && !mlk_row_owner_fits(&o->row, p))
            continue;
        mlk_person_add(o->siblings, &o->sibling_count, p);
        o->facts.connected++;
        if (!mlk_person_works(p))
            continue;
        o->facts.working++;
        mlk_lock_ddl_note(o, p);
        if (said++ < MLK_PEOPLE_SAID)
            mlk_person_say(o->because, p, in_schema ? "in this schema" : "perhaps for this lock,");
    }
    if (anybody && o->facts.connected)
        mlk_say(
            o->because,
            "%s has no tables but the tool's own, so it is another schema that is migrated: every session "
            "of this server could hold the lock",
            schema);
    if (o->facts.connected > o->facts.working)
        mlk_say(o->because, "%zu session%s that could hold it %s connected and idle",
                o->facts.connected - o->facts.working, o->facts.connected - o->facts.working == 1 ? "" : "s",
                o->facts.connected - o->facts.working == 1 ? "is" : "are");
    mlk_row_owner_say(s, o);
    if (!o->facts.connected)
        mlk_say(o->because,
                o->facts.all_seen ? "no session that could hold it is connected to the schema %s"
                                  : "no session of the schema %s is visible to this account",
                schema);
    if (!o->snapshot->locks.tables.items && !anybody && o->facts.lock == MLK_LOCK_HELD)
        mlk_say(o->blind_spots,
                "a session that works on %s without having it as its default schema would not be noticed",
                schema);
}

/* Newer versions of a tool hold a named lock beside the row: then the holder is known. Where the server does
 * not answer, somebody could be holding it. */
static enum mlk_status find_companion(struct mlk_session *s, struct mlk_observation *o)
{
    struct mlk_buf name;
    enum mlk_status status;

    if (!o->target->tool->companion)
        return MLK_OK;
    mlk_buf_init(&name, MLK_NAME_MAX);
    status = o->target->tool->companion(o->target->schema, &name);
    if (!status)
        status = mlk_named_holder(s, mlk_buf_text(&name), &o->holder_id);
    if (status) {
        o->facts.all_seen = false;
        mlk_say(o->blind_spots,
                "whether anybody holds the named lock %s, which belongs to this lock, is not known: %s",
                mlk_buf_text(&name), s->error);
    } else if (o->holder_id) {
        o->holder = mlk_person_find(&o->snapshot->people, o->holder_id);
        mlk_say(o->because, "connection %" PRIu64 " holds the named lock %s, which belongs to this lock",
                o->holder_id, mlk_buf_text(&name));
        if (!o->holder)
            o->facts.connected++; /* it is there, though hidden */
    }
    mlk_buf_free(&name);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static bool same_cells(const struct mlk_rows *a, size_t row_a, const struct mlk_rows *b, size_t row_b)
{
    bool same = a->columns == b->columns;

    for (size_t c = 0; same && c < a->columns; c++) {
        const char *x = mlk_rows_text(a, row_a, c), *y = mlk_rows_text(b, row_b, c);

        same = x && y ? strcmp(x, y) == 0 : x == y;
    }
    return same;
}

/* For a table that is in order only the row that counts is compared: Laravel's has the locks of a whole
 * application, and some are always changing. */
static bool same_lock(const struct mlk_observation *o, const struct mlk_rows *dirty)
{
    struct mlk_row_state there;
    bool same = dirty->count == o->rows->count;

    o->target->tool->read(dirty, &there);
    if (there.finding != o->row.finding)
        return false;
    if (there.finding == MLK_ROW_FREE || there.finding == MLK_ROW_HELD)
        return same_cells(dirty, there.row, o->rows, o->row.row);
    for (size_t r = 0; same && r < dirty->count; r++)
        same = same_cells(dirty, r, o->rows, r);
    return same;
}

/* What is committed against what is there: knex keeps its flag uncommitted while a migration without DDL
 * runs. */
static void compare_uncommitted(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_rows *dirty = NULL;
    bool same;

    if (s->ops->read_table(s, t->schema, t->table, true, ROWS_READ, &dirty)) {
        mlk_say(o->blind_spots, "uncommitted changes of the lock table are not visible: %s", s->error);
        /* "free" would be a guess: knex's flag may be there, uncommitted */
        if (o->facts.lock == MLK_LOCK_FREE)
            o->facts.lock = MLK_LOCK_UNREADABLE;
        return;
    }
    same = same_lock(o, dirty);
    mlk_rows_free(dirty);
    if (same)
        return;
    o->facts.uncommitted = true;
    mlk_say(
        o->because,
        "a transaction that is not committed is changing %s: a migration is taking, holding or giving back "
        "the lock",
        t->table);
}

static enum mlk_status unreadable(struct mlk_session *s, struct mlk_observation *o, enum mlk_status status)
{
    const struct mlk_target *t = o->target;

    o->facts.lock = MLK_LOCK_UNREADABLE;
    /* a missing table and a missing right look the same to who has no right */
    if (status == MLK_DENIED)
        mlk_say(o->because, "%s.%s cannot be read: %s; it takes SELECT on that table", t->schema, t->table,
                s->error);
    else if (status == MLK_NOT_FOUND)
        mlk_say(o->because,
                "there is no table %s.%s: check the schema's name, or no migration of %s ever ran there",
                t->schema, t->table, t->tool->title);
    else if (status == MLK_BUSY)
        mlk_say(o->because, "%s.%s is locked by another session, perhaps by an ALTER or a backup: %s",
                t->schema, t->table, s->error);
    else
        mlk_say(o->because, "%s.%s cannot be read: %s", t->schema, t->table, s->error);
    return MLK_OK;
}

static void damaged(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    struct mlk_buf text;

    o->facts.lock = MLK_LOCK_DAMAGED;
    o->damage = o->row.finding == MLK_ROW_MISSING   ? "missing_row"
                : o->row.finding == MLK_ROW_SEVERAL ? "several_rows"
                                                    : "odd_columns";
    mlk_buf_init(&text, 800);
    t->tool->explain(t->schema, t->table, o->rows, &o->row, &text);
    mlk_say(o->because, "%s", mlk_buf_text(&text));
    mlk_buf_free(&text);
}

/* A row beyond those that were read could be the lock. */
static void cut_short(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;

    if (o->row.finding == MLK_ROW_HELD || (o->rows->count < ROWS_READ && !o->rows->truncated))
        return;
    o->facts.lock = MLK_LOCK_UNREADABLE;
    o->damage = NULL;
    mlk_say(o->because, "%s.%s has more than %zu rows, and only these were read", t->schema, t->table,
            o->rows->count);
}

/* What the row says. */
static void find(struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    bool flag = !t->tool->release_deletes;

    t->tool->read(o->rows, &o->row);
    switch (o->row.finding) {
    case MLK_ROW_FREE:
        o->facts.lock = MLK_LOCK_FREE;
        mlk_say(o->because, flag ? "the flag in %s.%s is not set" : "no row in %s.%s says that it is held",
                t->schema, t->table);
        break;
    case MLK_ROW_HELD:
        o->facts.lock = MLK_LOCK_HELD;
        mlk_say(o->because, flag ? "the flag in %s.%s is set" : "a row in %s.%s says that it is held",
                t->schema, t->table);
        break;
    case MLK_ROW_MISSING:
    case MLK_ROW_SEVERAL:
    case MLK_ROW_ODD:
        damaged(o);
        break;
    }
    if (o->row.held_rows > 1)
        mlk_say(o->because,
                "%zu rows say so; this is about one of them, and the others stay when it is released",
                o->row.held_rows);
    if (o->row.note)
        mlk_say(o->because, "%s", o->row.note);
    cut_short(o);
}

enum mlk_status mlk_observe_row(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_target *t = o->target;
    enum mlk_status status = s->ops->read_table(s, t->schema, t->table, false, ROWS_READ, &o->rows);

    if (mlk_ask_over(status))
        return status;
    if (status)
        return unreadable(s, o, status);
    find(o);
    compare_uncommitted(s, o);
    if (o->facts.lock == MLK_LOCK_FREE && !o->facts.uncommitted)
        return MLK_OK;
    status = mlk_row_times(s, o);
    if (!status)
        status = find_companion(s, o);
    if (!status)
        find_candidates(s, o);
    return status;
}
