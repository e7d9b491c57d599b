/* SPDX-License-Identifier: GPL-2.0-only */
#include "perfdata.h"

#include <inttypes.h>
#include <string.h>

#include "miglock/text.h"
#include "text.h"

enum { CLEAN_MAX = 1 << 20 };

void mlk_perfdata_text(struct mlk_buf *b, const char *text)
{
    struct mlk_buf clean;

    mlk_buf_init(&clean, CLEAN_MAX);
    mlk_text_clean(&clean, text);
    for (const char *p = mlk_buf_text(&clean); *p; p++) {
        if (*p == '|')
            mlk_buf_str(b, "\\x7c");
        else
            mlk_buf_add(b, p, 1);
    }
    mlk_buf_free(&clean);
}

/* Bytes of the character at p; 1 for a byte that belongs to none. */
static size_t step(const char *p, bool utf8)
{
    return utf8 ? mlk_utf8_step(p) : 1;
}

/* Whether a terminal shows this character as what it is; a byte above ASCII alone is none. */
static bool harmless(const char *p, size_t len)
{
    char one[8] = "", memory[32];
    struct mlk_buf clean;

    if (strchr("'=|%", *p) || len >= sizeof one)
        return false;
    memcpy(one, p, len);
    mlk_buf_fixed(&clean, memory, sizeof memory);
    mlk_text_clean(&clean, one);
    return strcmp(mlk_buf_text(&clean), one) == 0;
}

static void add_label(struct mlk_buf *b, const char *label)
{
    bool utf8 = mlk_utf8_valid(label, strlen(label));

    while (*label) {
        size_t len = step(label, utf8);

        if (harmless(label, len))
            mlk_buf_add(b, label, len);
        else
            for (size_t i = 0; i < len; i++)
                mlk_buf_fmt(b, "%%%02X", (unsigned char)label[i]);
        label += len;
    }
}

void mlk_perfdata_item(struct mlk_buf *b, const struct mlk_perfdata *item)
{
    const struct mlk_threshold *warning = item->warning, *critical = item->critical;

    mlk_buf_str(b, " '");
    add_label(b, item->label ? item->label : "");
    mlk_buf_fmt(b, " %s'=", item->what);
    if (item->value < 0)
        mlk_buf_str(b, "U"); /* the guidelines' word for a value that could not be determined */
    else
        mlk_buf_fmt(b, "%" PRId64 "%s", item->value, item->unit);
    mlk_buf_fmt(b, ";%s;%s;0", warning && warning->given ? warning->text : "",
                critical && critical->given ? critical->text : "");
}
