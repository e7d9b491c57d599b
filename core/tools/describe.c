/* SPDX-License-Identifier: GPL-2.0-only */
#include "describe.h"

#include <string.h>

#include "document.h"
#include "miglock/miglock.h"
#include "miglock/session.h"
#include "miglock/sql.h"
#include "miglock/target.h"

static cJSON *phrases(const struct mlk_tool *tool)
{
    cJSON *list = cJSON_CreateArray();

    for (const struct mlk_phrase *p = tool->phrases; list && p && p->text; p++) {
        struct mlk_doc j;

        mlk_doc_begin(&j);
        mlk_doc_text(&j, "text", p->text);
        mlk_doc_text(&j, "means", p->means);
        if (!cJSON_AddItemToArray(list, mlk_doc_end(&j))) {
            cJSON_Delete(list);
            list = NULL;
        }
    }
    return list;
}

/* A qualifier for the example: the usual one; else what could be one. */
static const char *example_qualifier(const struct mlk_tool *tool)
{
    if (!tool->takes_qualifier || tool->default_qualifier || tool->kind == MLK_ROW)
        return NULL;
    if (tool->qualifier_is && strstr(tool->qualifier_is, "module"))
        return "MyApp.Repo";
    return tool->qualifier_is && strstr(tool->qualifier_is, "connection") ? "1562" : "users";
}

/* The statement that shows the lock to somebody without miglock. */
static void add_look(struct mlk_doc *j, const struct mlk_target *target)
{
    struct mlk_buf sql;

    mlk_buf_init(&sql, MLK_TARGET_MAX);
    if (target->tool->kind == MLK_NAMED) {
        mlk_buf_str(&sql, "SELECT IS_USED_LOCK(");
        mlk_sql_string(&sql, target->name, strlen(target->name));
        mlk_buf_str(&sql, ")");
    } else {
        mlk_buf_str(&sql, "SELECT * FROM ");
        mlk_sql_table(&sql, target->schema, target->table);
    }
    j->failed = j->failed || sql.status;
    mlk_doc_text(j, "sql", mlk_buf_text(&sql));
    mlk_buf_free(&sql);
}

static void add_companion(struct mlk_doc *j, const struct mlk_target *target)
{
    struct mlk_buf name;

    mlk_buf_init(&name, MLK_NAME_MAX);
    if (target->tool->companion)
        j->failed = j->failed || target->tool->companion(target->schema, &name);
    mlk_doc_text(j, "companion", name.len ? mlk_buf_text(&name) : NULL);
    mlk_buf_free(&name);
}

static cJSON *example(const struct mlk_tool *tool)
{
    const char *qualifier = example_qualifier(tool), *schema = "app";
    char error[MLK_ERROR_MAX];
    struct mlk_target target;
    struct mlk_doc j;

    if (tool->kind == MLK_NAMED && !tool->name) {
        schema = "nightly import";
        qualifier = NULL;
    } else if (tool->scope == MLK_PER_SERVER) { /* then the qualifier is all that follows the colon */
        schema = qualifier ? qualifier : "";
        qualifier = NULL;
    }
    if (mlk_target_make(tool->id, strlen(tool->id), schema, strlen(schema), qualifier,
                        qualifier ? strlen(qualifier) : 0, &target, error, sizeof error))
        return cJSON_CreateNull();
    mlk_doc_begin(&j);
    mlk_doc_text(&j, "target", target.text);
    mlk_doc_text(&j, "name", tool->kind == MLK_NAMED ? target.name : NULL);
    mlk_doc_text(&j, "table", tool->kind == MLK_ROW ? target.table : NULL);
    add_look(&j, &target);
    add_companion(&j, &target);
    return mlk_doc_end(&j);
}

cJSON *mlk_tool_describe(const struct mlk_tool *tool)
{
    bool named = tool->kind == MLK_NAMED;
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_text(&j, "tool", tool->id);
    mlk_doc_text(&j, "title", tool->title);
    mlk_doc_text(&j, "kind", named ? "named" : "row");
    mlk_doc_text(&j, "scope", tool->scope == MLK_PER_SERVER ? "server" : "schema");
    mlk_doc_text(&j, "how", tool->how);
    mlk_doc_text(&j, "stuck", tool->stuck);
    mlk_doc_text(&j, "on_mariadb", tool->on_mariadb);
    mlk_doc_text(&j, "default_table", tool->default_table);
    mlk_doc_list(&j, "columns", tool->columns);
    mlk_doc_bool(&j, "elsewhere", tool->elsewhere);
    mlk_doc_bool(&j, "qualifier", tool->takes_qualifier);
    mlk_doc_text(&j, "qualifier_is", tool->qualifier_is);
    mlk_doc_text(&j, "default_qualifier", tool->default_qualifier);
    mlk_doc_item(&j, "example", example(tool));
    mlk_doc_text(&j, "message", tool->message);
    mlk_doc_item(&j, "phrases", phrases(tool));
    mlk_doc_text(&j, "release", named ? "kill" : tool->release_deletes ? "delete" : "update");
    mlk_doc_text(&j, "own_unlock", tool->own_unlock);
    mlk_doc_list(&j, "advice", tool->advice);
    mlk_doc_text(&j, "source", tool->source);
    return mlk_doc_end(&j);
}

enum mlk_status mlk_tools(cJSON **out)
{
    cJSON *array = cJSON_CreateArray();
    const struct mlk_tool *tool;

    *out = NULL;
    for (size_t i = 0; array && (tool = mlk_tool_at(i)); i++) {
        if (!cJSON_AddItemToArray(array, mlk_tool_describe(tool))) {
            cJSON_Delete(array);
            return MLK_NO_MEMORY;
        }
    }
    *out = array;
    return array ? MLK_OK : MLK_NO_MEMORY;
}
