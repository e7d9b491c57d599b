/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools.h"

#include <string.h>

#include "miglock/miglock.h"

static const struct mlk_tool *const table[] = {
    &mlk_tool_rails,
    &mlk_tool_ghost,
    &mlk_tool_knex,
    &mlk_tool_named,
};

const struct mlk_tool *mlk_tool_at(size_t index)
{
    return index < sizeof table / sizeof table[0] ? table[index] : NULL;
}

const struct mlk_tool *mlk_tool_find(const char *id, size_t len)
{
    const struct mlk_tool *tool;

    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        if (strlen(tool->id) == len && memcmp(tool->id, id, len) == 0)
            return tool;
    }
    return NULL;
}

void mlk_tool_list(struct mlk_buf *out)
{
    const struct mlk_tool *tool;

    for (size_t i = 0; (tool = mlk_tool_at(i)); i++)
        mlk_buf_fmt(out, "%s%s", i ? ", " : "", tool->id);
}

bool mlk_flag(const struct mlk_rows *rows, size_t row, int column, int64_t *value)
{
    const char *text = mlk_rows_text(rows, row, (size_t)column);
    size_t len = mlk_rows_length(rows, row, (size_t)column);

    if (column < 0 || !text)
        return false;
    /* BIT(1) arrives as the raw byte; inside MySQL a zero byte arrives as an empty text */
    if (len == 0 || (len == 1 && (unsigned char)text[0] < ' ')) {
        *value = len ? text[0] : 0;
        return true;
    }
    *value = mlk_rows_int(rows, row, (size_t)column, INT64_MIN);
    return *value != INT64_MIN;
}

/* An array of strings from a NULL-terminated list. */
static cJSON *string_array(const char *const *list)
{
    cJSON *array = cJSON_CreateArray();

    for (; list && *list; list++)
        cJSON_AddItemToArray(array, cJSON_CreateString(*list));
    return array;
}

static cJSON *string_or_null(const char *text)
{
    return text ? cJSON_CreateString(text) : cJSON_CreateNull();
}

enum mlk_status mlk_tools(cJSON **out)
{
    cJSON *array = cJSON_CreateArray();
    const struct mlk_tool *tool;

    *out = NULL;
    for (size_t i = 0; array && (tool = mlk_tool_at(i)); i++) {
        cJSON *o = cJSON_CreateObject();

        cJSON_AddStringToObject(o, "tool", tool->id);
        cJSON_AddStringToObject(o, "title", tool->title);
        cJSON_AddStringToObject(o, "kind", tool->kind == MLK_NAMED ? "named" : "row");
        cJSON_AddStringToObject(o, "how", tool->how);
        cJSON_AddItemToObject(o, "default_table", string_or_null(tool->default_table));
        cJSON_AddBoolToObject(o, "qualifier", tool->takes_qualifier);
        cJSON_AddItemToObject(o, "message", string_or_null(tool->message));
        cJSON_AddItemToObject(o, "own_unlock", string_or_null(tool->own_unlock));
        cJSON_AddItemToObject(o, "advice", string_array(tool->advice));
        if (!cJSON_AddItemToArray(array, o)) {
            cJSON_Delete(array);
            return MLK_NO_MEMORY;
        }
    }
    *out = array;
    return array ? MLK_OK : MLK_NO_MEMORY;
}
