/* SPDX-License-Identifier: GPL-2.0-only */
/* Twins go: those of this run by its own hand, those that an earlier one left by their names. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ask.h"
#include "advisor.h"
#include "miglock/sql.h"

enum { TRIES = 10, GONE_MS = 10000, STEP_MS = 200, SQL_BYTES = 4096 };

/* ---- of this run ---- */

/* A statement of the lost session may still be under way, and make what is dropped here. It is the same
 * account's, so it is seen. */
static enum mlk_status wait_for_creator(struct mlk_advisor *a, struct mlk_session *s)
{
    int64_t until = s->ops->now_ms(s) + GONE_MS;
    enum mlk_status status = MLK_OK;
    struct mlk_buf sql;
    bool there = true;

    if (s->own_id == a->s->own_id)
        return MLK_OK;
    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_fmt(&sql, MLK_TAG "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = %" PRIu64,
                a->s->own_id);
    while (!status && there && s->ops->now_ms(s) < until) {
        struct mlk_rows *rows = NULL;

        status = mlk_ask_buf(s, &mlk_need_own, &sql, &rows, NULL);
        there = mlk_rows_int(rows, 0, 0, 0) > 0;
        mlk_rows_free(rows);
        if (!status && there)
            status = s->ops->pause_ms(s, STEP_MS);
    }
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* What blocks it (a backup) may end. */
static enum mlk_status drop(struct mlk_session *s, const struct mlk_made *m)
{
    enum mlk_status status = MLK_BUSY;
    struct mlk_buf sql;

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_str(&sql, MLK_TAG "DROP TABLE IF EXISTS ");
    mlk_sql_table(&sql, m->schema, m->name);
    for (int i = 0; i < TRIES && (status == MLK_BUSY || status == MLK_KILLED); i++)
        status = mlk_ask_buf(s, &mlk_need_nothing, &sql, NULL, NULL);
    mlk_buf_free(&sql);
    return status;
}

static void keep(struct mlk_advisor *a, const struct mlk_made *m)
{
    mlk_buf_str(&a->left, a->left.len ? ", " : "DROP TABLE IF EXISTS ");
    mlk_sql_table(&a->left, m->schema, m->name);
}

/* Also where a KILL QUERY that was meant for an earlier statement ends it. */
static void set(struct mlk_session *s, const char *sql)
{
    enum mlk_status status = MLK_KILLED;

    for (int i = 0; i < TRIES && status == MLK_KILLED; i++)
        status = mlk_ask(s, &mlk_need_nothing, sql, NULL);
}

/* The settings of a session that has taken the place of a lost one. */
static void settle(struct mlk_advisor *a, struct mlk_session *s)
{
    set(s, MLK_TAG "SET SESSION foreign_key_checks = 0");
    if (s->own_id == a->s->own_id || a->replicated)
        return;
    set(s, MLK_TAG "SET SESSION sql_log_bin = 0");
    if (s->flavour == MLK_MARIADB)
        set(s, MLK_TAG "SET SESSION wsrep_on = 0");
}

enum mlk_status mlk_advisor_clean(struct mlk_advisor *a, struct mlk_session *s, char *error,
                                  size_t error_size)
{
    enum mlk_status status = MLK_OK, first = MLK_OK;
    size_t kept = 0;

    mlk_buf_reset(&a->left);
    if (a->made_count) {
        settle(a, s);
        status = wait_for_creator(a, s);
    }
    for (size_t i = 0; i < a->made_count; i++) {
        if (status != MLK_GONE)
            status = drop(s, &a->made[i]);
        if (!status)
            continue;
        if (!first)
            snprintf(error, error_size, "%s", s->error);
        first = first ? first : status;
        keep(a, &a->made[i]);
        a->made[kept++] = a->made[i];
    }
    a->made_count = kept;
    for (size_t i = 0; i < a->twin_count; i++) /* what they point to may have moved */
        free(a->twins[i]);
    a->twin_count = 0;
    return first;
}

const char *mlk_advisor_left(const struct mlk_advisor *a)
{
    return mlk_buf_text(&a->left);
}

/* ---- of earlier runs ---- */

static enum mlk_status alive(struct mlk_advisor *a, uint64_t id, bool *out)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_fmt(&sql, MLK_TAG "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = %" PRIu64, id);
    status = mlk_ask_buf(a->s, &mlk_need_own, &sql, &rows, NULL);
    *out = status || mlk_rows_int(rows, 0, 0, 1) > 0;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

static enum mlk_status name_one(struct mlk_advisor *a, const char *schema, const char *table, cJSON *out)
{
    char *end;
    uint64_t id = strtoull(table + strlen(MLK_TWIN_PREFIX), &end, 10);
    int64_t stamp = *end == '_' ? strtoll(end + 1, NULL, 10) : 0;
    struct mlk_buf sql;
    enum mlk_status status;
    bool there;

    if (id == a->s->own_id && stamp == a->stamp) /* of this very run */
        return MLK_OK;
    status = alive(a, id, &there);
    mlk_buf_init(&sql, SQL_BYTES);
    mlk_sql_table(&sql, schema, table);
    if (!status && there)
        mlk_say(out,
                "%s is a twin of connection %" PRIu64 ", which is still there: it may be at work with it",
                mlk_buf_text(&sql), id);
    else if (!status)
        mlk_say(
            out,
            "%s is an empty twin that an earlier run left; no connection %" PRIu64
            " is seen any more. Where nobody runs miglock advise: SET SESSION sql_log_bin = 0; DROP TABLE %s",
            mlk_buf_text(&sql), id, mlk_buf_text(&sql));
    mlk_buf_free(&sql);
    return status;
}

enum mlk_status mlk_twins_left(struct mlk_advisor *a, const char *schema, cJSON *out)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_str(&sql, MLK_TAG "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ");
    mlk_sql_string(&sql, schema, strlen(schema));
    mlk_buf_str(&sql, " AND TABLE_NAME LIKE 'miglock\\_twin\\_%' LIMIT 20");
    status = mlk_advise_sql(a, &sql, &rows);
    for (size_t i = 0; !status && i < rows->count; i++)
        status = name_one(a, schema, mlk_rows_text(rows, i, 0), out);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}
