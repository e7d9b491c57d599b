/* SPDX-License-Identifier: GPL-2.0-only */
#include "forms.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "miglock/sql.h"
#include "miglock/text.h"

/* MySQL takes no LOCK but DEFAULT with INSTANT (error 1221). MariaDB does not keep to ALGORITHM everywhere,
 * but to LOCK: there each form has one. */
static const struct mlk_form mysql_forms[] = {
    {"INSTANT", "DEFAULT"},   {"INPLACE", "NONE"},   {"INPLACE", "SHARED"}, {"COPY", "SHARED"},
    {"INPLACE", "EXCLUSIVE"}, {"COPY", "EXCLUSIVE"}, {NULL, NULL}};
static const struct mlk_form mariadb_forms[] = {
    {"INSTANT", "NONE"},      {"NOCOPY", "NONE"},    {"INPLACE", "NONE"},
    {"NOCOPY", "SHARED"},     {"INPLACE", "SHARED"}, {"COPY", "SHARED"},
    {"INPLACE", "EXCLUSIVE"}, {"COPY", "EXCLUSIVE"}, {NULL, NULL}};
/* From 11.2 on a copy need not lock: release notes of MariaDB 11.2.1, MDEV-16329. */
static const struct mlk_form mariadb_online_copy[] = {
    {"INSTANT", "NONE"},   {"NOCOPY", "NONE"},    {"INPLACE", "NONE"}, {"COPY", "NONE"},
    {"NOCOPY", "SHARED"},  {"INPLACE", "SHARED"}, {"COPY", "SHARED"},  {"INPLACE", "EXCLUSIVE"},
    {"COPY", "EXCLUSIVE"}, {NULL, NULL}};

const struct mlk_form *mlk_forms(enum mlk_flavour flavour, unsigned server_version)
{
    if (flavour == MLK_MYSQL)
        return mysql_forms;
    return server_version >= 110200 ? mariadb_online_copy : mariadb_forms;
}

const struct mlk_form *mlk_form_find(const struct mlk_form *forms, const char *algorithm, const char *lock)
{
    for (; forms->algorithm; forms++) {
        if (strcmp(forms->algorithm, algorithm) == 0 && (!lock || strcmp(forms->lock, lock) == 0))
            return forms;
    }
    return NULL;
}

/* ---- one form ---- */

/* The errors that say "not in this form": names of mysqld_error.h of both servers. */
static bool another_form(unsigned error)
{
    return error == 1845    /* ER_ALTER_OPERATION_NOT_SUPPORTED */
           || error == 1846 /* ER_ALTER_OPERATION_NOT_SUPPORTED_REASON */
           || error == 1221 /* ER_WRONG_USAGE */
           || error == 1800 /* ER_UNKNOWN_ALTER_ALGORITHM */
           || error == 4092 /* ER_INNODB_MAX_ROW_VERSION, MySQL */;
}

/* MySQL 9.1 raised the limit from 64: storage/innobase/include/dict0types.h, MAX_ROW_VERSION. */
static bool versions_used_up(const struct mlk_advisor *a, const struct mlk_ddl *ddl,
                             const struct mlk_twin *twin, struct mlk_tried *tried)
{
    int64_t limit = a->s->server_version >= 90100 ? 255 : 64;
    bool counts = mlk_ddl_has(ddl, MLK_OP_ADD_COLUMN) || mlk_ddl_has(ddl, MLK_OP_DROP_COLUMN);

    if (!counts || strcmp(tried->form->algorithm, "INSTANT") != 0 || twin->table.row_versions < limit)
        return false;
    snprintf(tried->reason, sizeof tried->reason,
             "the table has used up its %lld row versions: no column comes or goes by INSTANT before it is "
             "rebuilt",
             (long long)limit);
    return true;
}

static enum mlk_status set_mode(struct mlk_advisor *a, const char *mode)
{
    enum mlk_status status;
    struct mlk_buf sql;

    mlk_buf_init(&sql, MLK_SQL_MAX);
    mlk_buf_str(&sql, MLK_TAG "SET SESSION sql_mode = ");
    mlk_sql_string(&sql, mode, strlen(mode));
    status = mlk_advise_sql(a, &sql, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* What is sent is the parsed statement with the twin's name in it and this form, nothing else. */
static enum mlk_status run(struct mlk_advisor *a, const struct mlk_ddl *ddl, const struct mlk_twin *twin,
                           const struct mlk_spot_names *names, struct mlk_trial *trial,
                           const struct mlk_form *form)
{
    struct mlk_rewrite how = {.form = form, .as_alter = trial->as_alter, .spots = names->texts};
    struct mlk_buf sql, table;
    enum mlk_status status;

    mlk_buf_init(&sql, MLK_SQL_MAX);
    mlk_buf_init(&table, 2048);
    mlk_sql_table(&table, twin->made->schema, twin->made->name);
    how.table = mlk_buf_text(&table);
    mlk_buf_str(&sql, MLK_TAG);
    mlk_ddl_write(ddl, &how, &sql);
    status = mlk_advise_sql(a, &sql, NULL);
    mlk_buf_free(&sql);
    mlk_buf_free(&table);
    return status;
}

/* ---- all forms ---- */

/* MariaDB partitions a table anew by a copy, whatever ALGORITHM says (seen on 10.11). */
static bool not_kept_to(const struct mlk_advisor *a, const struct mlk_ddl *ddl, const struct mlk_form *form)
{
    return a->s->flavour == MLK_MARIADB && mlk_ddl_has(ddl, MLK_OP_PARTITIONED) &&
           strcmp(form->algorithm, "COPY") != 0;
}

static int64_t ids(struct mlk_advisor *a, const struct mlk_twin *twin)
{
    struct mlk_table t = {.ids = -1};

    mlk_copy(t.schema, sizeof t.schema, twin->made->schema);
    mlk_copy(t.name, sizeof t.name, twin->made->name);
    mlk_copy(t.engine, sizeof t.engine, twin->table.engine);
    return mlk_table_inner(a->s, &t) == MLK_OK ? t.ids : -1;
}

/* Whether the accepted form writes the table anew. MariaDB's NOCOPY was refused before INPLACE was taken;
 * in MySQL the table has another number afterwards. */
static enum mlk_rebuild rebuilds(const struct mlk_advisor *a, const struct mlk_ddl *ddl,
                                 const struct mlk_form *form, int64_t before, int64_t after)
{
    if (strcmp(form->algorithm, "INSTANT") == 0 || strcmp(form->algorithm, "NOCOPY") == 0)
        return MLK_REBUILD_NO;
    /* a partition comes or goes, and so do numbers */
    if (mlk_ddl_has(ddl, MLK_OP_PARTITION_LIST))
        return strcmp(form->lock, "NONE") == 0 ? MLK_REBUILD_NO : MLK_REBUILD_UNKNOWN;
    if (mlk_ddl_has(ddl, MLK_OP_PARTITION_ROWS))
        return MLK_REBUILD_UNKNOWN;
    if (strcmp(form->algorithm, "COPY") == 0 || a->s->flavour == MLK_MARIADB)
        return MLK_REBUILD_YES;
    if (before < 0 || after < 0)
        return MLK_REBUILD_UNKNOWN;
    return before == after ? MLK_REBUILD_NO : MLK_REBUILD_YES;
}

/* False: the next form is worth a try. */
static bool settled(struct mlk_advisor *a, const struct mlk_ddl *ddl, const struct mlk_twin *twin,
                    enum mlk_status status, struct mlk_trial *trial)
{
    struct mlk_tried *tried = &trial->list[trial->count - 1];

    if (!status) {
        tried->accepted = true;
        trial->best = tried->form;
        return true;
    }
    mlk_twin_real_names(a, twin, a->s->error, tried->reason, sizeof tried->reason);
    if (mlk_ask_over(status))
        return true;
    if (status == MLK_BUSY || status == MLK_DENIED || status == MLK_READ_ONLY) {
        mlk_copy(trial->why, sizeof trial->why, tried->reason);
        return true;
    }
    if (another_form(a->s->error_number))
        return false;
    /* MariaDB's grammar has no place for ALGORITHM and LOCK beside these */
    trial->no_guards = a->s->error_number == 1064 && a->s->flavour == MLK_MARIADB &&
                       (mlk_ddl_has(ddl, MLK_OP_PARTITION_LIST) || mlk_ddl_has(ddl, MLK_OP_PARTITION_ROWS));
    if (trial->no_guards)
        trial->count--;
    else
        mlk_copy(trial->fails, sizeof trial->fails, tried->reason);
    return true;
}

static enum mlk_status all(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                           const struct mlk_spot_names *names, struct mlk_trial *trial)
{
    const struct mlk_form *form = mlk_forms(a->s->flavour, a->s->server_version);
    int64_t before = a->s->flavour == MLK_MYSQL ? ids(a, twin) : -1;
    enum mlk_status status = set_mode(a, a->sql_mode), back;
    bool done = status != MLK_OK;

    for (; !done && form->algorithm && trial->count < MLK_FORMS_MAX; form++) {
        struct mlk_tried *tried;

        if (not_kept_to(a, ddl, form))
            continue;
        tried = &trial->list[trial->count++];
        tried->form = form;
        if (versions_used_up(a, ddl, twin, tried))
            continue;
        status = run(a, ddl, twin, names, trial, form);
        done = settled(a, ddl, twin, status, trial);
    }
    if (mlk_ask_over(status))
        return status;
    if (!trial->best && !trial->fails[0] && !trial->why[0] && !trial->no_guards && trial->count)
        mlk_copy(trial->fails, sizeof trial->fails, trial->list[trial->count - 1].reason);
    back = set_mode(a, "");
    if (trial->best && !back) {
        trial->rebuild =
            rebuilds(a, ddl, trial->best, before, a->s->flavour == MLK_MYSQL ? ids(a, twin) : -1);
        mlk_spots_keep(a, ddl, twin, names);
    }
    return back;
}

enum mlk_status mlk_forms_try(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                              struct mlk_trial *out)
{
    struct mlk_spot_names names;
    enum mlk_status status;

    *out = (struct mlk_trial){.rebuild = MLK_REBUILD_UNKNOWN};
    /* MariaDB's DROP INDEX takes ALGORITHM or LOCK, not both; OPTIMIZE TABLE takes neither anywhere */
    out->as_alter = ddl->kind == MLK_DDL_OPTIMIZE_TABLE ||
                    (ddl->kind == MLK_DDL_DROP_INDEX && a->s->flavour == MLK_MARIADB);
    status = mlk_spots_resolve(a, ddl, twin, &names, out->why, sizeof out->why);
    if (!status && out->why[0] && a->s->error_number == 1146) { /* ER_NO_SUCH_TABLE: the parent */
        mlk_copy(out->fails, sizeof out->fails, a->s->error);
        out->why[0] = '\0';
    } else if (!status && !out->why[0]) {
        status = all(a, ddl, twin, &names, out);
    }
    mlk_spots_free(&names);
    return status;
}
