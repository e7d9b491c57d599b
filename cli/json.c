/* SPDX-License-Identifier: GPL-2.0-only */
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "miglock/miglock.h"

/*
 * cJSON escapes control characters below 0x20 only. DEL and the C1 characters (U+0080 to U+009F, 0xc2 0x80 to
 * 0xc2 0x9f), which a terminal may act upon, occur in strings only, so a \u escape may stand for them.
 */
static void put(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    for (; *p; p++) {
        if (*p == 0x7f)
            fputs("\\u007f", stdout);
        else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
            printf("\\u00%02x", *++p);
        else
            putchar(*p);
    }
    putchar('\n');
}

bool mlk_json_out(const cJSON *document)
{
    char *text = mlk_json_print(document);

    if (!text)
        return false;
    put(text);
    cJSON_free(text);
    return true;
}

bool mlk_json_error(const char *code, const char *message)
{
    cJSON *document = cJSON_CreateObject();
    cJSON *error = cJSON_AddObjectToObject(document, "error");
    bool ok = cJSON_AddStringToObject(error, "code", code) &&
              cJSON_AddStringToObject(error, "message", message) && mlk_json_out(document);

    cJSON_Delete(document);
    return ok;
}

const char *mlk_json_text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

int64_t mlk_json_int(const cJSON *object, const char *name, int64_t fallback)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    /* beyond 2^53 a double is no whole number any more; nothing here gets near */
    if (!cJSON_IsNumber(item) || item->valuedouble < -9e15 || item->valuedouble > 9e15)
        return fallback;
    return (int64_t)item->valuedouble;
}

bool mlk_json_may_be_held(const cJSON *report)
{
    return !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(report, "held"));
}

bool mlk_json_any_held(const cJSON *reports)
{
    const cJSON *report;

    cJSON_ArrayForEach(report, reports) if (mlk_json_may_be_held(report)) return true;
    return false;
}
