/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/sql.h"

#include <string.h>

enum mlk_status mlk_sql_string(struct mlk_buf *b, const char *text, size_t len)
{
    size_t start = 0;

    if (!text)
        return mlk_buf_str(b, "NULL");
    mlk_buf_str(b, "'");
    for (size_t i = 0; i < len; i++) {
        const char *escaped = NULL;

        switch (text[i]) {
        case '\0':
            escaped = "\\0";
            break;
        case '\'':
            escaped = "''"; /* good in every sql_mode, also where a person pastes the statement */
            break;
        case '\\':
            escaped = "\\\\";
            break;
        case '\n': /* so that a statement stays one line in logs */
            escaped = "\\n";
            break;
        case '\r':
            escaped = "\\r";
            break;
        case '\x1a':
            escaped = "\\Z";
            break;
        default:
            continue;
        }
        mlk_buf_add(b, text + start, i - start);
        mlk_buf_str(b, escaped);
        start = i + 1;
    }
    mlk_buf_add(b, text + start, len - start);
    return mlk_buf_str(b, "'");
}

enum mlk_status mlk_sql_ident(struct mlk_buf *b, const char *text)
{
    mlk_buf_str(b, "`");
    for (; *text; text++)
        mlk_buf_add(b, *text == '`' ? "``" : text, *text == '`' ? 2 : 1);
    return mlk_buf_str(b, "`");
}

enum mlk_status mlk_sql_table(struct mlk_buf *b, const char *schema, const char *table)
{
    mlk_sql_ident(b, schema);
    mlk_buf_str(b, ".");
    return mlk_sql_ident(b, table);
}
