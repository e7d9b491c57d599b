/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "install.h"

const char *mlk_function_name(size_t index)
{
    static const char *const names[] = {
#define MLK_FUNCTION_TEXT(name) #name,
        MLK_FUNCTION_LIST(MLK_FUNCTION_TEXT)
#undef MLK_FUNCTION_TEXT
    };

    return names[index];
}

static enum mlk_status ask(struct mlk_backend *b, const char *sql, const char *needs, struct mlk_rows **rows,
                           char *error, size_t error_size)
{
    enum mlk_status status = mlk_backend_sql(b, sql, rows);

    if (status == MLK_DENIED)
        snprintf(error, error_size, "%s (it needs %s)", b->session->error, needs);
    else if (status != MLK_OK)
        snprintf(error, error_size, "%s", b->session->error);
    return status;
}

static enum mlk_status look_mysql(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                  size_t error_size)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        ask(b, "SELECT COUNT(*) FROM mysql.component WHERE component_urn = 'file://miglock'",
            "SELECT on mysql.component", &rows, error, error_size);

    if (status == MLK_OK) {
        found->library = mlk_rows_int(rows, 0, 0, 0) > 0;
        found->unloaded = found->library && !found->answers;
    }
    mlk_rows_free(rows);
    return status;
}

/* A function of that name from another library is somebody else's: it is neither used nor replaced. */
static enum mlk_status look_functions(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                      size_t error_size)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = ask(b, "SELECT name, dl FROM mysql.func WHERE name LIKE 'miglock\\_%'",
                                 "SELECT on mysql.func", &rows, error, error_size);

    for (size_t i = 0; status == MLK_OK && i < rows->count; i++) {
        const char *name = mlk_rows_text(rows, i, 0), *library = mlk_rows_text(rows, i, 1);

        for (size_t f = 0; name && library && f < MLK_FUNCTIONS; f++) {
            if (strcasecmp(name, mlk_function_name(f)) != 0)
                continue;
            found->function[f] = strcmp(library, "miglock.so") == 0;
            if (!found->function[f]) {
                snprintf(error, error_size, "a function %s of another library (%s) is in the way", name,
                         library);
                status = MLK_UNSUPPORTED;
            }
        }
    }
    mlk_rows_free(rows);
    return status;
}

/* What stands in the tables and yet was not loaded at the start, as miglock.so was not there. */
static enum mlk_status look_unloaded(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                     size_t error_size)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = ask(b, "SELECT COUNT(*) FROM mysql.plugin WHERE dl = 'miglock.so'",
                                 "SELECT on mysql.plugin", &rows, error, error_size);

    if (status == MLK_OK)
        found->unloaded = (mlk_rows_int(rows, 0, 0, 0) > 0 && !found->library) ||
                          (found->function[MLK_FUNCTION_miglock_version] && !found->answers);
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status look_mariadb(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                    size_t error_size)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        ask(b,
            "SELECT COALESCE(SUM(PLUGIN_LIBRARY = 'miglock.so'), 0), COALESCE(SUM(PLUGIN_NAME = "
            "'METADATA_LOCK_INFO'), 0), @@GLOBAL.performance_schema FROM information_schema.PLUGINS WHERE "
            "PLUGIN_STATUS = 'ACTIVE'",
            "no privilege", &rows, error, error_size);

    if (status == MLK_OK) {
        found->library = mlk_rows_int(rows, 0, 0, 0) > 0;
        found->lock_info = mlk_rows_int(rows, 0, 1, 0) > 0;
        found->performance_schema = mlk_rows_int(rows, 0, 2, 0) > 0;
    }
    mlk_rows_free(rows);
    if (status == MLK_OK)
        status = look_functions(b, found, error, error_size);
    if (status == MLK_OK)
        status = look_unloaded(b, found, error, error_size);
    return status;
}

static enum mlk_status look_columns(struct mlk_backend *b, struct mlk_installation *found, size_t view,
                                    char *error, size_t error_size)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf names, sql;
    const char *columns;
    enum mlk_status status;

    mlk_buf_init(&sql, 1024);
    mlk_buf_fmt(&sql,
                "SELECT GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR ',') FROM "
                "information_schema.COLUMNS WHERE TABLE_SCHEMA = 'miglock' AND TABLE_NAME = '%s'",
                mlk_view_name(view));
    status = ask(b, mlk_buf_text(&sql), "no privilege", &rows, error, error_size);
    mlk_buf_init(&names, 4096);
    mlk_view_columns(view, &names);
    columns = mlk_rows_text(rows, 0, 0);
    if (status == MLK_OK)
        found->view[view] =
            columns && strcmp(columns, mlk_buf_text(&names)) == 0 ? MLK_VIEW_OURS : MLK_VIEW_OLD;
    mlk_buf_free(&names);
    mlk_buf_free(&sql);
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status look_view(struct mlk_backend *b, struct mlk_installation *found, size_t view,
                                 char *error, size_t error_size)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    const char *definition;
    enum mlk_status status;

    mlk_buf_init(&sql, 1024);
    mlk_buf_fmt(&sql,
                "SELECT t.TABLE_TYPE, v.VIEW_DEFINITION FROM information_schema.TABLES t LEFT JOIN "
                "information_schema.VIEWS v ON v.TABLE_SCHEMA = t.TABLE_SCHEMA AND v.TABLE_NAME = "
                "t.TABLE_NAME WHERE t.TABLE_SCHEMA = 'miglock' AND t.TABLE_NAME = '%s'",
                mlk_view_name(view));
    status = ask(b, mlk_buf_text(&sql), "SHOW VIEW on miglock.*", &rows, error, error_size);
    definition = mlk_rows_text(rows, 0, 1);
    if (status == MLK_OK && rows->count == 0)
        found->view[view] = MLK_VIEW_NONE;
    else if (status == MLK_OK && (!definition || !strstr(definition, mlk_view_function(view))))
        found->view[view] = MLK_VIEW_FOREIGN;
    else if (status == MLK_OK)
        status = look_columns(b, found, view, error, error_size);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return status;
}

static enum mlk_status look_schema(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                   size_t error_size)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        ask(b,
            "SELECT (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME "
            "= 'miglock'), (SELECT COUNT(*) FROM "
            "information_schema.TABLES WHERE TABLE_SCHEMA = 'miglock' AND TABLE_NAME NOT IN "
            "('locks', 'table_locks')) + (SELECT COUNT(*) FROM "
            "information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'miglock') + (SELECT "
            "COUNT(*) FROM information_schema.EVENTS "
            "WHERE EVENT_SCHEMA = 'miglock'), @@plugin_dir, @@hostname",
            "no privilege", &rows, error, error_size);

    if (status == MLK_OK) {
        const char *dir = mlk_rows_text(rows, 0, 2), *host = mlk_rows_text(rows, 0, 3);
        size_t length = dir ? strlen(dir) : 0;

        found->schema = mlk_rows_int(rows, 0, 0, 0) > 0;
        found->schema_in_use = mlk_rows_int(rows, 0, 1, 1) > 0;
        snprintf(found->plugin_dir, sizeof found->plugin_dir, "%s%s", dir ? dir : "",
                 length && dir[length - 1] != '/' ? "/" : "");
        snprintf(found->host, sizeof found->host, "%s", host ? host : "");
    }
    mlk_rows_free(rows);
    for (size_t i = 0; i < MLK_VIEWS && status == MLK_OK; i++)
        status = look_view(b, found, i, error, error_size);
    return status;
}

enum mlk_status mlk_installation_look(struct mlk_backend *b, struct mlk_installation *found, char *error,
                                      size_t error_size)
{
    enum mlk_status status;

    *found = (struct mlk_installation){.answers = b->installed};
    snprintf(found->version, sizeof found->version, "%s", b->version);
    status = b->session->flavour == MLK_MARIADB ? look_mariadb(b, found, error, error_size)
                                                : look_mysql(b, found, error, error_size);
    if (status == MLK_OK)
        status = look_schema(b, found, error, error_size);
    return status;
}
