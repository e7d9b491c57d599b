/* SPDX-License-Identifier: GPL-2.0-only */
#include "plain.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "miglock/buf.h"
#include "text.h"

enum { FIELD_MAX = 1 << 22, NAME_MAX_BYTES = 64 };

static const struct {
    const char *commands, *columns;
} kinds[] = {
#define MLK_PLAIN_ROW(name, commands, columns) {commands, columns},
    MLK_PLAIN_LIST(MLK_PLAIN_ROW)
#undef MLK_PLAIN_ROW
};

const char *mlk_plain_commands(enum mlk_plain_kind kind)
{
    return kinds[kind].commands;
}

const char *mlk_plain_columns(enum mlk_plain_kind kind)
{
    return kinds[kind].columns;
}

/* The member that "now.verdict" of len bytes names; NULL where it is not there. */
static const cJSON *find(const cJSON *document, const char *path, size_t len)
{
    char name[NAME_MAX_BYTES];

    while (document && len > 0) {
        size_t part = strcspn(path, ". ");

        snprintf(name, sizeof name, "%.*s", (int)part, path);
        document = cJSON_GetObjectItemCaseSensitive(document, name);
        part += part < len;
        path += part;
        len -= part;
    }
    return document;
}

static void value(struct mlk_buf *b, const cJSON *item)
{
    const cJSON *one;

    if (cJSON_IsString(item)) {
        mlk_text_clean(b, item->valuestring);
    } else if (cJSON_IsBool(item)) {
        mlk_buf_str(b, cJSON_IsTrue(item) ? "yes" : "no");
    } else if (cJSON_IsNumber(item)) {
        mlk_buf_fmt(b, "%.15g", item->valuedouble);
    } else if (cJSON_IsArray(item)) {
        cJSON_ArrayForEach(one, item)
        {
            mlk_buf_str(b, one == item->child ? "" : "; ");
            value(b, one);
        }
    }
}

static void record(const char *columns, const cJSON *document)
{
    struct mlk_buf b;

    mlk_buf_init(&b, FIELD_MAX);
    for (const char *c = columns; *c; c += strspn(c, " ")) {
        size_t len = strcspn(c, " ");

        mlk_buf_reset(&b);
        value(&b, find(document, c, len));
        printf("%s%s", c == columns ? "" : "\t", b.len > 0 ? mlk_buf_text(&b) : "-");
        c += len;
    }
    putchar('\n');
    mlk_buf_free(&b);
}

void mlk_plain_print(enum mlk_plain_kind kind, const cJSON *document)
{
    const cJSON *item;

    if (!cJSON_IsArray(document)) {
        record(kinds[kind].columns, document);
        return;
    }
    cJSON_ArrayForEach(item, document) record(kinds[kind].columns, item);
}
