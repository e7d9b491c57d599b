/* SPDX-License-Identifier: GPL-2.0-only */
#include "ask.h"

#include <stdio.h>
#include <string.h>

const struct mlk_access mlk_need_nothing = {.need = MLK_NEED_NOTHING};
const struct mlk_access mlk_need_own = {.need = MLK_NEED_OWN};
const struct mlk_access mlk_need_process = {.need = MLK_NEED_PROCESS};

enum mlk_status mlk_ask(struct mlk_session *s, const struct mlk_access *need, const char *sql,
                        struct mlk_rows **rows)
{
    if (rows)
        *rows = NULL;
    return s->ops->query(s, need, sql, strlen(sql), rows, NULL);
}

enum mlk_status mlk_ask_buf(struct mlk_session *s, const struct mlk_access *need, const struct mlk_buf *sql,
                            struct mlk_rows **rows, uint64_t *affected)
{
    if (rows)
        *rows = NULL;
    if (affected)
        *affected = 0;
    if (sql->status) {
        snprintf(s->error, sizeof s->error, "a statement could not be built: %s",
                 mlk_status_text(sql->status));
        return sql->status;
    }
    return s->ops->query(s, need, mlk_buf_text(sql), sql->len, rows, affected);
}

bool mlk_ask_over(enum mlk_status status)
{
    return status == MLK_GONE || status == MLK_KILLED || status == MLK_NO_MEMORY;
}

void mlk_say(cJSON *list, const char *format, ...)
{
    char text[1024];
    va_list args;
    const cJSON *item;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item) && strcmp(item->valuestring, text) == 0)
            return;
    }
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
}
