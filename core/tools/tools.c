/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools.h"

#include <string.h>

#include "document.h"
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

enum mlk_status mlk_tools(cJSON **out)
{
    cJSON *array = cJSON_CreateArray();
    const struct mlk_tool *tool;

    *out = NULL;
    for (size_t i = 0; array && (tool = mlk_tool_at(i)); i++) {
        struct mlk_doc j;

        mlk_doc_begin(&j);
        mlk_doc_text(&j, "tool", tool->id);
        mlk_doc_text(&j, "title", tool->title);
        mlk_doc_text(&j, "kind", tool->kind == MLK_NAMED ? "named" : "row");
        mlk_doc_text(&j, "how", tool->how);
        mlk_doc_text(&j, "default_table", tool->default_table);
        mlk_doc_bool(&j, "qualifier", tool->takes_qualifier);
        mlk_doc_text(&j, "message", tool->message);
        mlk_doc_text(&j, "own_unlock", tool->own_unlock);
        mlk_doc_list(&j, "advice", tool->advice);
        if (!cJSON_AddItemToArray(array, mlk_doc_end(&j))) {
            cJSON_Delete(array);
            return MLK_NO_MEMORY;
        }
    }
    *out = array;
    return array ? MLK_OK : MLK_NO_MEMORY;
}
