/* SPDX-License-Identifier: GPL-2.0-only */
/* Empty tables like others: when they may be made, and how. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "../server.h"
#include "advisor.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum mlk_status mlk_advise_sql(struct mlk_advisor *a, const struct mlk_buf *sql, struct mlk_rows **rows)
{
    if (a->options->stop && a->options->stop(a->options->caller)) {
        a->s->error[0] = '\0';
        return MLK_KILLED;
    }
    return mlk_ask_buf(a->s, &mlk_need_nothing, sql, rows, NULL);
}

void mlk_advise_name(struct mlk_advisor *a, const char *prefix, char *out)
{
    snprintf(out, MLK_TWIN_NAME_MAX + 1, "%s%" PRIu64 "_%" PRId64 "_%u", prefix, a->s->own_id, a->stamp,
             ++a->number);
}

/* ---- whether ---- */

/* Appends to the reason; keeps the first one. */
static void no(struct mlk_advisor *a, const char *why)
{
    if (!a->no_twin[0])
        snprintf(a->no_twin, sizeof a->no_twin, "%s", why);
}

/* Keeps what this session makes on this server. */
static enum mlk_status keep_here(struct mlk_advisor *a, const struct mlk_server *server, bool logs)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = MLK_OK;
    bool galera = server->cluster && strcmp(server->cluster, "Galera") == 0;

    if (logs)
        status = mlk_ask(a->s, &mlk_need_nothing, MLK_TAG "SET SESSION sql_log_bin = 0", &rows);
    if (!status && galera)
        status = mlk_ask(a->s, &mlk_need_nothing, MLK_TAG "SET SESSION wsrep_on = 0", &rows);
    mlk_rows_free(rows);
    if (mlk_ask_over(status))
        return status;
    a->replicated = status != MLK_OK;
    if (a->replicated && !a->options->allow_replicated)
        no(a, galera ? "this account may not keep a twin from the other nodes of the cluster (wsrep_on takes "
                       "SUPER); --allow-replicated makes one there too"
              : a->s->flavour == MLK_MYSQL
                  ? "this account may not keep a twin out of the binary log, and so off the replicas "
                    "(sql_log_bin takes SESSION_VARIABLES_ADMIN); --allow-replicated makes one there too"
                  : "this account may not keep a twin out of the binary log, and so off the replicas "
                    "(sql_log_bin takes BINLOG ADMIN); --allow-replicated makes one there too");
    return MLK_OK;
}

enum mlk_status mlk_twins_allowed(struct mlk_advisor *a)
{
    cJSON *blind_spots = cJSON_CreateArray();
    struct mlk_server server;
    struct mlk_rows *rows = NULL;
    enum mlk_status status = blind_spots ? MLK_OK : MLK_NO_MEMORY;
    bool logs = true;

    if (!status)
        status = mlk_server_read(a->s, true, &server, blind_spots);
    if (!status)
        status =
            mlk_ask(a->s, &mlk_need_nothing,
                    MLK_TAG "SELECT @@GLOBAL.log_bin, @@GLOBAL.sql_mode, @@GLOBAL.foreign_key_checks", &rows);
    if (!status) {
        logs = mlk_rows_int(rows, 0, 0, 1) != 0;
        mlk_copy(a->sql_mode, sizeof a->sql_mode, mlk_rows_text(rows, 0, 1) ? mlk_rows_text(rows, 0, 1) : "");
        a->mode = mlk_scan_mode(a->sql_mode);
        a->foreign_key_checks = mlk_rows_int(rows, 0, 2, 1) != 0;
        a->stamp = server.now;
        if (a->options->documented)
            no(a, "none was asked for");
        if (server.read_only)
            no(a, "this server is read-only");
        /* the next statement may run in another session, without sql_log_bin */
        if (a->s->proxied)
            no(a, "this connection goes through a proxy that may send each statement another way");
    }
    mlk_rows_free(rows);
    cJSON_Delete(blind_spots);
    if (!status && !a->no_twin[0])
        status = keep_here(a, &server, logs);
    return status;
}

/* ---- making ---- */

static void why_not(const struct mlk_advisor *a, const char *doing, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s failed: %s", doing, a->s->error);
}

/* MySQL gives a table with AUTOEXTEND_SIZE that much room on disk from the start, up to 4 GiB (seen on 9.7).
 */
static enum mlk_status takes_room(struct mlk_advisor *a, const char *schema, const char *table, bool *out)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = MLK_OK;
    struct mlk_buf sql;

    *out = false;
    mlk_buf_init(&sql, MLK_SQL_MAX);
    mlk_buf_str(&sql, MLK_TAG "SHOW CREATE TABLE ");
    mlk_sql_table(&sql, schema, table);
    if (a->s->flavour == MLK_MYSQL)
        status = mlk_advise_sql(a, &sql, &rows);
    if (!status && mlk_rows_text(rows, 0, 1))
        *out = strstr(mlk_rows_text(rows, 0, 1), "AUTOEXTEND_SIZE=") != NULL;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

/* Dropping what is not there asks whether this account may drop it: what cannot be removed is not made. */
static enum mlk_status make(struct mlk_advisor *a, const struct mlk_made *m, const char *schema,
                            const char *table, char *why, size_t why_size)
{
    enum mlk_status status;
    struct mlk_buf sql;
    bool begun = false;

    mlk_buf_init(&sql, MLK_SQL_MAX);
    mlk_buf_str(&sql, MLK_TAG "DROP TABLE IF EXISTS ");
    mlk_sql_table(&sql, m->schema, m->name);
    status = mlk_advise_sql(a, &sql, NULL);
    if (!status) {
        a->made_count++; /* from here on it may be there, also where the answer is lost */
        begun = true;
        mlk_buf_reset(&sql);
        mlk_buf_str(&sql, MLK_TAG "CREATE TABLE ");
        mlk_sql_table(&sql, m->schema, m->name);
        mlk_buf_str(&sql, " LIKE ");
        mlk_sql_table(&sql, schema, table);
        status = mlk_advise_sql(a, &sql, NULL);
    }
    if (status)
        why_not(a, begun ? "making an empty twin of the table" : "asking whether a twin may be removed again",
                why, why_size);
    if (!status) {
        mlk_buf_reset(&sql);
        mlk_buf_str(&sql, MLK_TAG "ALTER TABLE ");
        mlk_sql_table(&sql, m->schema, m->name);
        mlk_buf_fmt(&sql,
                    " COMMENT = 'Empty table of miglock advise, connection %" PRIu64
                    "; drop it once that one has ended'",
                    a->s->own_id);
        status = mlk_advise_sql(a, &sql, NULL);
        if (status)
            why_not(a, "changing the empty twin", why, why_size);
    }
    mlk_buf_free(&sql);
    return status;
}

enum mlk_status mlk_made_like(struct mlk_advisor *a, const char *in_schema, const char *schema,
                              const char *table, struct mlk_made **out, char *why, size_t why_size)
{
    struct mlk_made *m = &a->made[a->made_count];
    enum mlk_status status;
    bool room;

    *out = NULL;
    if (a->made_count == MLK_MADE_MAX) {
        snprintf(why, why_size, "there are %d empty tables of this run already", MLK_MADE_MAX);
        return MLK_OK;
    }
    mlk_copy(m->schema, sizeof m->schema, in_schema);
    mlk_copy(m->real, sizeof m->real, table);
    mlk_advise_name(a, MLK_TWIN_PREFIX, m->name);
    status = takes_room(a, schema, table, &room);
    if (room)
        snprintf(why, why_size, "even an empty table like this one takes up room on disk (AUTOEXTEND_SIZE)");
    else if (status)
        why_not(a, "reading the table", why, why_size);
    else
        status = make(a, m, schema, table, why, why_size);
    if (!status && !room)
        *out = m;
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* ---- twins ---- */

struct mlk_renamed *mlk_twin_renamed(struct mlk_advisor *a, struct mlk_twin *twin, const char *real)
{
    struct mlk_renamed *r = NULL;

    for (size_t i = 0; i < twin->renamed_count; i++) {
        if (strcasecmp(twin->renamed[i].real, real) == 0)
            r = &twin->renamed[i];
    }
    if (!r && twin->renamed_count == MLK_RENAMED_MAX)
        return NULL;
    if (!r)
        r = &twin->renamed[twin->renamed_count++];
    mlk_copy(r->real, sizeof r->real, real);
    mlk_advise_name(a, "miglock_", r->here);
    return r;
}

/* A FULLTEXT index leaves a hidden column behind, which CREATE TABLE LIKE does not copy and which changes
 * what the server accepts: one comes and goes on the twin too. */
static enum mlk_status hidden_column(struct mlk_advisor *a, const struct mlk_twin *twin, cJSON *blind_spots)
{
    struct mlk_table now = {.ids = -1};
    struct mlk_rows *rows = NULL;
    const char *column = NULL;
    enum mlk_status status;
    struct mlk_buf sql;

    mlk_copy(now.schema, sizeof now.schema, twin->made->schema);
    mlk_copy(now.name, sizeof now.name, twin->made->name);
    mlk_copy(now.engine, sizeof now.engine, twin->table.engine);
    status = mlk_table_inner(a->s, &now);
    if (status || now.columns < 0 || now.columns == twin->table.columns)
        return status;
    mlk_buf_init(&sql, MLK_SQL_MAX);
    mlk_buf_str(&sql, MLK_TAG "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ");
    mlk_sql_string(&sql, now.schema, strlen(now.schema));
    mlk_buf_str(&sql, " AND TABLE_NAME = ");
    mlk_sql_string(&sql, now.name, strlen(now.name));
    mlk_buf_str(&sql, " AND DATA_TYPE IN ('char', 'varchar', 'text', 'mediumtext', 'longtext', 'tinytext') "
                      "AND EXTRA NOT LIKE '%GENERATED%' LIMIT 1");
    status = mlk_advise_sql(a, &sql, &rows);
    column = mlk_rows_text(rows, 0, 0);
    if (!status && column) {
        mlk_buf_reset(&sql);
        mlk_buf_str(&sql, MLK_TAG "ALTER TABLE ");
        mlk_sql_table(&sql, now.schema, now.name);
        mlk_buf_str(&sql, " ADD FULLTEXT INDEX miglock_fulltext (");
        mlk_sql_ident(&sql, column);
        mlk_buf_str(&sql, ")");
        status = mlk_advise_sql(a, &sql, NULL);
        mlk_buf_reset(&sql);
        mlk_buf_str(&sql, MLK_TAG "ALTER TABLE ");
        mlk_sql_table(&sql, now.schema, now.name);
        mlk_buf_str(&sql, " DROP INDEX miglock_fulltext");
        if (!status)
            status = mlk_advise_sql(a, &sql, NULL);
        if (!status)
            status = mlk_table_inner(a->s, &now);
    }
    if (!mlk_ask_over(status) && now.columns != twin->table.columns)
        mlk_say(blind_spots,
                "the table has columns that the server keeps hidden, which its twin lacks: with ALGORITHM "
                "stated the statement stops at once where that matters");
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* The engines whose empty tables live by themselves. */
static bool plain(const char *engine)
{
    return strcasecmp(engine, "InnoDB") == 0 || strcasecmp(engine, "MyISAM") == 0 ||
           strcasecmp(engine, "Aria") == 0;
}

/* Of the server itself. */
static bool system_schema(const char *schema)
{
    static const char *const list[] = {"mysql", "sys", "information_schema", "performance_schema", NULL};

    for (const char *const *s = list; *s; s++) {
        if (strcasecmp(*s, schema) == 0)
            return true;
    }
    return false;
}

static enum mlk_status fresh(struct mlk_advisor *a, const struct mlk_table *table, struct mlk_twin **out,
                             char *why, size_t why_size, cJSON *blind_spots)
{
    struct mlk_twin *twin = calloc(1, sizeof *twin);
    enum mlk_status status;

    if (!twin)
        return MLK_NO_MEMORY;
    twin->table = *table;
    status = mlk_made_like(a, table->schema, table->schema, table->name, &twin->made, why, why_size);
    if (!status && twin->made && table->columns >= 0)
        status = hidden_column(a, twin, blind_spots);
    if (!status && twin->made)
        status = mlk_twin_keys(a, twin, blind_spots);
    if (status || !twin->made) {
        free(twin);
        return status;
    }
    a->twins[a->twin_count++] = twin;
    *out = twin;
    return MLK_OK;
}

enum mlk_status mlk_twin_get(struct mlk_advisor *a, const struct mlk_table *table, struct mlk_twin **out,
                             char *why, size_t why_size, cJSON *blind_spots)
{
    *out = NULL;
    for (size_t i = 0; i < a->twin_count; i++) {
        if (strcmp(a->twins[i]->table.schema, table->schema) == 0 &&
            strcmp(a->twins[i]->table.name, table->name) == 0) {
            *out = a->twins[i];
            return MLK_OK;
        }
    }
    if (a->no_twin[0])
        snprintf(why, why_size, "%s", a->no_twin);
    else if (system_schema(table->schema))
        snprintf(why, why_size, "none is made in a schema of the server's own");
    else if (!plain(table->engine))
        snprintf(why, why_size, "only tables of InnoDB, MyISAM and Aria are, and this one is of %s",
                 table->engine);
    else if (table->partitions > MLK_PARTITIONS_MAX)
        snprintf(why, why_size, "the table has more than %d partitions", MLK_PARTITIONS_MAX);
    else if (a->twin_count == MLK_TWINS_MAX)
        snprintf(why, why_size, "this run has tried %d tables already", MLK_TWINS_MAX);
    else
        return fresh(a, table, out, why, why_size, blind_spots);
    return MLK_OK;
}
