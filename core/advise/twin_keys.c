/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Foreign keys of a twin. CREATE TABLE LIKE copies none, and a foreign key to the real parent would lock the
 * parent. So each parent and each child gets a twin as well, and the foreign keys lie between those.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "advisor.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { KEYS_MAX = 8, COLUMNS_BYTES = 4096 };

/* One foreign key, of the table or to it. */
struct key {
    char name[MLK_IDENT_MAX + 1];
    char schema[MLK_IDENT_MAX + 1]; /* of the other table */
    char table[MLK_IDENT_MAX + 1];
    struct mlk_buf columns;    /* of the child: quoted, with commas */
    struct mlk_buf referenced; /* of the parent */
    char on_update[24], on_delete[24];
};

struct keys {
    size_t count;
    bool more; /* than are looked at */
    struct key list[KEYS_MAX];
};

static void keys_free(struct keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        mlk_buf_free(&keys->list[i].columns);
        mlk_buf_free(&keys->list[i].referenced);
    }
}

static const char *text(const struct mlk_rows *rows, size_t row, size_t column)
{
    const char *t = mlk_rows_text(rows, row, column);

    return t ? t : "";
}

/* Rows of name, other schema, other table, column, referenced column, rules; in the order of the columns. */
static void gather(struct keys *keys, const struct mlk_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct key *k = keys->count ? &keys->list[keys->count - 1] : NULL;

        if (!k || strcmp(k->name, text(rows, i, 0)) != 0 || strcmp(k->table, text(rows, i, 2)) != 0) {
            if (keys->count == KEYS_MAX) {
                keys->more = true;
                return;
            }
            k = &keys->list[keys->count++];
            mlk_buf_init(&k->columns, COLUMNS_BYTES);
            mlk_buf_init(&k->referenced, COLUMNS_BYTES);
            mlk_copy(k->name, sizeof k->name, text(rows, i, 0));
            mlk_copy(k->schema, sizeof k->schema, text(rows, i, 1));
            mlk_copy(k->table, sizeof k->table, text(rows, i, 2));
            mlk_copy(k->on_update, sizeof k->on_update, text(rows, i, 5));
            mlk_copy(k->on_delete, sizeof k->on_delete, text(rows, i, 6));
        }
        mlk_buf_str(&k->columns, k->columns.len ? ", " : "");
        mlk_sql_ident(&k->columns, text(rows, i, 3));
        mlk_buf_str(&k->referenced, k->referenced.len ? ", " : "");
        mlk_sql_ident(&k->referenced, text(rows, i, 4));
    }
}

static void equals(struct mlk_buf *sql, const char *column, const char *value)
{
    mlk_buf_str(sql, column);
    mlk_buf_str(sql, " = ");
    mlk_sql_string(sql, value, strlen(value));
}

/* What this table refers to. Both views are asked for this table by constants, else MariaDB opens every table
 * of the server. */
static void parents_sql(struct mlk_buf *sql, const struct mlk_table *t)
{
    mlk_buf_str(
        sql, MLK_TAG
        "SELECT k.CONSTRAINT_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.COLUMN_NAME, "
        "k.REFERENCED_COLUMN_NAME, r.UPDATE_RULE, r.DELETE_RULE FROM "
        "information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON "
        "r.CONSTRAINT_NAME = k.CONSTRAINT_NAME WHERE ");
    equals(sql, "k.TABLE_SCHEMA", t->schema);
    equals(sql, " AND k.TABLE_NAME", t->name);
    equals(sql, " AND r.CONSTRAINT_SCHEMA", t->schema);
    equals(sql, " AND r.TABLE_NAME", t->name);
    mlk_buf_str(sql,
                " AND k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.CONSTRAINT_NAME, k.ORDINAL_POSITION");
}

/* What refers to this table. MySQL has it in its dictionary; in MariaDB only InnoDB's own tables can be asked
 * without opening every table. Source of the bits: storage/innobase/include/dict0mem.h. */
static bool children_sql(struct mlk_buf *sql, const struct mlk_session *s, const struct mlk_table *t)
{
    struct mlk_buf name;
    bool known;

    if (s->flavour == MLK_MYSQL) {
        mlk_buf_str(sql, MLK_TAG
                    "SELECT k.CONSTRAINT_NAME, k.TABLE_SCHEMA, k.TABLE_NAME, k.COLUMN_NAME, "
                    "k.REFERENCED_COLUMN_NAME, r.UPDATE_RULE, r.DELETE_RULE FROM "
                    "information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r "
                    "ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME "
                    "AND r.TABLE_NAME = k.TABLE_NAME WHERE ");
        equals(sql, "k.REFERENCED_TABLE_SCHEMA", t->schema);
        equals(sql, " AND k.REFERENCED_TABLE_NAME", t->name);
        mlk_buf_str(sql, " ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION");
        return true;
    }
    mlk_buf_init(&name, COLUMNS_BYTES);
    known = mlk_innodb_name(&name, t->schema) && !mlk_buf_str(&name, "/") && mlk_innodb_name(&name, t->name);
    mlk_buf_str(
        sql, MLK_TAG
        "SELECT SUBSTRING_INDEX(f.ID, '/', -1), SUBSTRING_INDEX(f.FOR_NAME, '/', 1), "
        "SUBSTRING_INDEX(f.FOR_NAME, '/', -1), "
        "c.FOR_COL_NAME, c.REF_COL_NAME, IF(f.TYPE & 4, 'CASCADE', IF(f.TYPE & 8, 'SET NULL', "
        "'RESTRICT')), IF(f.TYPE & 1, 'CASCADE', IF(f.TYPE & 2, 'SET NULL', 'RESTRICT')) FROM "
        "information_schema.INNODB_SYS_FOREIGN f JOIN information_schema.INNODB_SYS_FOREIGN_COLS c ON "
        "c.ID = f.ID WHERE ");
    equals(sql, "f.REF_NAME", mlk_buf_text(&name));
    mlk_buf_str(sql, " ORDER BY f.ID, c.POS");
    mlk_buf_free(&name);
    return known;
}

static bool same(const struct mlk_table *t, const struct key *k)
{
    return strcmp(t->schema, k->schema) == 0 && strcmp(t->name, k->table) == 0;
}

/* Puts the key between child and parent, both of this run. */
static enum mlk_status put(struct mlk_advisor *a, const struct key *k, const char *name,
                           const struct mlk_made *child, const struct mlk_made *parent)
{
    enum mlk_status status;
    struct mlk_buf sql;

    mlk_buf_init(&sql, MLK_SQL_MAX);
    mlk_buf_str(&sql, MLK_TAG "ALTER TABLE ");
    mlk_sql_table(&sql, child->schema, child->name);
    mlk_buf_str(&sql, " ADD CONSTRAINT ");
    mlk_sql_ident(&sql, name);
    mlk_buf_fmt(&sql, " FOREIGN KEY (%s) REFERENCES ", mlk_buf_text(&k->columns));
    mlk_sql_table(&sql, parent->schema, parent->name);
    mlk_buf_fmt(&sql, " (%s) ON UPDATE %s ON DELETE %s", mlk_buf_text(&k->referenced), k->on_update,
                k->on_delete);
    status = k->columns.status ? k->columns.status : mlk_advise_sql(a, &sql, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* One key of the table's own, or one to it from another table. Where it cannot be copied, that is said. */
static enum mlk_status copy_key(struct mlk_advisor *a, struct mlk_twin *twin, const struct key *k,
                                bool from_other, cJSON *blind_spots)
{
    struct mlk_made *other = twin->made;
    struct mlk_renamed *renamed;
    char name[MLK_TWIN_NAME_MAX + 1], why[MLK_WHY_MAX] = "";
    enum mlk_status status = MLK_OK;

    if (!same(&twin->table, k))
        status = mlk_made_like(a, twin->made->schema, k->schema, k->table, &other, why, sizeof why);
    if (mlk_ask_over(status))
        return status;
    renamed = mlk_twin_renamed(a, twin, k->name);
    if (renamed)
        memcpy(name, renamed->here, sizeof name);
    else
        mlk_advise_name(a, "miglock_", name);
    if (other) {
        status = put(a, k, name, from_other ? other : twin->made, from_other ? twin->made : other);
        if (status)
            mlk_copy(why, sizeof why, a->s->error);
    }
    if (!other || (status && !mlk_ask_over(status)))
        mlk_say(blind_spots, "the twin lacks the foreign key %.80s (%.250s): what it changes is not known",
                k->name, why);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static enum mlk_status copy_keys(struct mlk_advisor *a, struct mlk_twin *twin, const struct mlk_buf *sql,
                                 bool from_others, cJSON *blind_spots)
{
    struct keys keys = {0};
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        mlk_ask_buf(a->s, from_others ? &mlk_need_process : &mlk_need_nothing, sql, &rows, NULL);

    if (status && !mlk_ask_over(status)) {
        mlk_say(blind_spots, from_others ? "which tables refer to this one is not known (it takes PROCESS)"
                                         : "the foreign keys of the table are not known");
        status = MLK_OK;
    }
    if (!status && rows)
        gather(&keys, rows);
    for (size_t i = 0; !status && i < keys.count; i++) {
        if (from_others && same(&twin->table, &keys.list[i]))
            continue; /* to itself: one of its own */
        status = copy_key(a, twin, &keys.list[i], from_others, blind_spots);
    }
    if (keys.more)
        mlk_say(blind_spots, "the twin has only the first %d of the foreign keys %s the table", KEYS_MAX,
                from_others ? "to" : "of");
    keys_free(&keys);
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status checks(struct mlk_advisor *a, bool on)
{
    return mlk_ask(a->s, &mlk_need_nothing,
                   on ? MLK_TAG "SET SESSION foreign_key_checks = 1"
                      : MLK_TAG "SET SESSION foreign_key_checks = 0",
                   NULL);
}

enum mlk_status mlk_twin_keys(struct mlk_advisor *a, struct mlk_twin *twin, cJSON *blind_spots)
{
    enum mlk_status status = MLK_OK;
    struct mlk_buf sql;

    if (strcasecmp(twin->table.engine, "InnoDB") != 0) /* no other engine here has any */
        return MLK_OK;
    mlk_buf_init(&sql, MLK_SQL_MAX);
    status = checks(a, false);
    if (!status) {
        parents_sql(&sql, &twin->table);
        status = copy_keys(a, twin, &sql, false, blind_spots);
    }
    if (!status) {
        mlk_buf_reset(&sql);
        if (children_sql(&sql, a->s, &twin->table))
            status = copy_keys(a, twin, &sql, true, blind_spots);
    }
    if (!status)
        status = checks(a, a->foreign_key_checks);
    mlk_buf_free(&sql);
    return status;
}
