/* SPDX-License-Identifier: GPL-2.0-only */
#include "blind_spots.h"

#include "miglock/text.h"

static bool has(const cJSON *all, const char *text)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, all) if (mlk_same_text(cJSON_GetStringValue(item), text)) return true;
    return false;
}

bool mlk_blind_spots_add(cJSON *all, const cJSON *report, int limit)
{
    const cJSON *spot;

    cJSON_ArrayForEach(spot, cJSON_GetObjectItemCaseSensitive(report, "blind_spots"))
    {
        if (!cJSON_IsString(spot) || has(all, spot->valuestring))
            continue;
        if (cJSON_GetArraySize(all) >= limit)
            break;
        if (!cJSON_AddItemToArray(all, cJSON_CreateString(spot->valuestring)))
            return false;
    }
    return true;
}

/* They hardly depend on the lock. */
bool mlk_blind_spots_of_nobody(struct mlk_backend *b, cJSON *all, int limit)
{
    static const char nobody[] = "named:miglock looks around";
    char error[MLK_ERROR_MAX * 2];
    struct mlk_target target;
    cJSON *report = NULL;
    bool ok = true;

    if (mlk_target_parse(nobody, sizeof nobody - 1, &target, error, sizeof error) == MLK_OK &&
        mlk_backend_report(b, &target, false, &report, error, sizeof error) == MLK_OK)
        ok = mlk_blind_spots_add(all, report, limit);
    cJSON_Delete(report);
    return ok;
}
