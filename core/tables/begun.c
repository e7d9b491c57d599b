/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether DDL that waits has done work already, which ending it would undo. ALTER TABLE and what is one
 * inside (CREATE INDEX, DROP INDEX, OPTIMIZE TABLE) wait up to twice with one and the same state: before they
 * begin, and at their end for the last, exclusive lock. What shows the second time and never the first, seen
 * on MySQL 9.7 and MariaDB 10.11 with tables of 500,000 rows: a transaction of InnoDB's (in-place changes; on
 * MySQL copies too), a granted lock that keeps writers out (copies), and on MariaDB the table
 * "#sql-alter-PROCESS-CONNECTION" (both numbers hexadecimal) among InnoDB's. That there is no transaction is
 * only believed of what InnoDB lists at this moment: INNODB_TRX can be older than the work.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../ask.h"
#include "docs.h"
#include "innodb_now.h"
#include "miglock/sql.h"

/* Of other DDL it is known that it waits once, before it changes anything. Of what is no DDL by its first
 * words it is not: MariaDB's SET STATEMENT ... FOR ALTER TABLE is shown as a whole. */
static bool waits_twice(const struct mlk_ddl_text *text)
{
    static const char *const kinds[] = {"ALTER TABLE", "CREATE INDEX", "DROP INDEX", "OPTIMIZE TABLE"};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(text->kind, kinds[i]) == 0)
            return true;
    }
    return !text->ddl;
}

static bool keeps_writers_out(const struct mlk_table_doc *doc, uint64_t id)
{
    for (size_t i = 0; i < doc->group->count; i++) {
        const struct mlk_table_lock *lock = &doc->group->locks[i];

        enum mlk_mdl shown = lock->type ? mlk_mdl_of(lock->type) : MLK_MDL_NONE;

        if (lock->id == id && lock->granted &&
            (shown == MLK_MDL_SHARED_NO_WRITE || shown == MLK_MDL_SHARED_NO_READ_WRITE ||
             shown == MLK_MDL_EXCLUSIVE))
            return true;
    }
    return false;
}

/* Appends the name as InnoDB has it, as bytes: 'shop' and 'a-b' become 'shop' and 'a@002db'. */
static void add_file_name(struct mlk_buf *sql, const char *name)
{
    mlk_buf_str(sql, "CAST(CONVERT(");
    mlk_sql_string(sql, name, strlen(name));
    mlk_buf_str(sql, " USING filename) AS BINARY)");
}

/* On MariaDB nobody shows which lock the DDL has by now (performance_schema shows the type that it was first
 * taken with): InnoDB's own tables tell, of a table that is InnoDB's. Of any other nothing is known, and
 * nothing on MySQL, whose tables do not tell. */
static enum mlk_status ask_innodb(struct mlk_table_scene *scene, const char *schema, const char *table,
                                  uint64_t id, enum mlk_table_begun *out)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    *out = MLK_BEGUN_UNKNOWN;
    if (scene->s->flavour != MLK_MARIADB)
        return MLK_OK;
    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, MLK_TAG "SELECT COALESCE(SUM(LOCATE('/#sql-alter-', t.NAME) > 0), 0), COUNT(*) FROM "
                              "information_schema.INNODB_SYS_TABLES t JOIN (SELECT CONCAT(");
    add_file_name(&sql, schema);
    mlk_buf_str(&sql, ", '/', ");
    add_file_name(&sql, table);
    mlk_buf_fmt(
        &sql,
        ") AS name) own WHERE t.NAME LIKE '%%/#sql-alter-%%-%" PRIx64
        "' OR CAST(t.NAME AS BINARY) = own.name OR LEFT(CAST(t.NAME AS BINARY), LENGTH(own.name) + 3) "
        "= CONCAT(own.name, '#P#')",
        id);
    status = mlk_ask_buf(scene->s, &mlk_need_process, &sql, &rows, NULL);
    if (!status && mlk_rows_int(rows, 0, 1, 0) > 0)
        *out = mlk_rows_int(rows, 0, 0, 0) > 0 ? MLK_BEGUN_YES : MLK_BEGUN_NO;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* In INNODB_TRX, with a transaction that can be the DDL's own: what it found open it has committed. */
static bool in_transaction(const struct mlk_person *p)
{
    enum { ROUNDING = 1 }; /* of seconds: both times are whole ones */

    return p->in_transaction && (p->seconds < 0 || p->transaction_seconds <= p->seconds + ROUNDING);
}

enum mlk_status mlk_table_shows_begun(struct mlk_table_scene *scene, const struct mlk_table_ddl *ddl,
                                      const struct mlk_table_lock *waits, enum mlk_table_begun *out)
{
    *out = MLK_BEGUN_NO;
    if (!waits_twice(&ddl->text))
        return MLK_OK;
    *out = MLK_BEGUN_YES;
    if (in_transaction(ddl->person))
        return MLK_OK;
    return ask_innodb(scene, waits->schema, waits->name, ddl->person->id, out);
}

/* What is read for all DDL at once, with the first that needs it. */
struct reading {
    struct mlk_innodb_now now;
    bool done;
};

static enum mlk_status read_now(struct mlk_table_scene *scene, struct reading *reading)
{
    if (reading->done)
        return MLK_OK;
    reading->done = true;
    return mlk_innodb_now_read(scene->s, &reading->now, scene->blind_spots);
}

static enum mlk_status find(struct mlk_table_scene *scene, const struct mlk_table_doc *doc,
                            struct mlk_table_work *work, struct reading *reading)
{
    const struct mlk_person *p = work->one.person;
    enum mlk_status status;

    work->begun = MLK_BEGUN_UNKNOWN;
    if (!p || !work->text.kind[0])
        return MLK_OK; /* what it runs is hidden */
    work->begun = MLK_BEGUN_NO;
    if (work->waits && !waits_twice(&work->text))
        return MLK_OK;
    work->begun = MLK_BEGUN_YES;
    if (!work->waits || in_transaction(p) || keeps_writers_out(doc, p->id))
        return MLK_OK;
    work->begun = MLK_BEGUN_UNKNOWN;
    if (!scene->people->transactions)
        return MLK_OK;
    status = read_now(scene, reading);
    if (status || !reading->now.known)
        return status;
    if (mlk_innodb_now_has(&reading->now, p->id)) {
        work->begun = MLK_BEGUN_YES;
        return MLK_OK;
    }
    if (scene->source == (scene->s->flavour == MLK_MYSQL ? MLK_TABLES_RECORDED : MLK_TABLES_PLUGIN)) {
        work->begun = MLK_BEGUN_NO;
        return MLK_OK;
    }
    return doc->group->object == MLK_ON_TABLE
               ? ask_innodb(scene, doc->group->schema, doc->group->name, p->id, &work->begun)
               : MLK_OK;
}

enum mlk_status mlk_table_begun(struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    struct reading reading = {0};
    enum mlk_status status = MLK_OK;

    for (size_t d = 0; d < docs->count; d++) {
        for (size_t i = 0; !status && !docs->list[d].aside && i < docs->list[d].ddl_count; i++)
            status = find(scene, &docs->list[d], &docs->list[d].ddl[i], &reading);
    }
    mlk_innodb_now_free(&reading.now);
    return status;
}

const char *mlk_table_phase(const struct mlk_table_work *work)
{
    return !work->waits ? "running" : work->begun == MLK_BEGUN_YES ? "finishing" : "waiting";
}
