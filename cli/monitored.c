/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitored.h"

#include <string.h>

#include "json.h"
#include "miglock/text.h"

static const cJSON *member(const cJSON *report, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(report, name);
}

static bool has_target(const cJSON *reports, const char *target)
{
    const cJSON *report;

    cJSON_ArrayForEach(report,
                       reports) if (mlk_same_text(mlk_json_text(report, "target"), target)) return true;
    return false;
}

static bool has_text(const cJSON *texts, const char *wanted)
{
    const cJSON *text;

    cJSON_ArrayForEach(text, texts) if (mlk_same_text(cJSON_GetStringValue(text), wanted)) return true;
    return false;
}

/* A name that could be that of several tools is no stranger's. */
static bool of_no_tool(const cJSON *report)
{
    return mlk_same_text(mlk_json_text(report, "tool"), "named") &&
           cJSON_GetArraySize(member(report, "candidates")) == 0;
}

/* False where memory is out. */
static bool add_blind_spots(cJSON *all, const cJSON *report)
{
    const cJSON *text;

    cJSON_ArrayForEach(text, member(report, "blind_spots"))
    {
        if (!has_text(all, cJSON_GetStringValue(text)) &&
            !cJSON_AddItemToArray(all, cJSON_Duplicate(text, true)))
            return false;
    }
    return true;
}

/* Takes the reports out of an array; a lock that was asked for twice counts once. */
static bool take(struct mlk_monitored *m, cJSON *from, bool named)
{
    cJSON *report;
    bool ok = true;

    while (ok && (report = cJSON_DetachItemFromArray(from, 0))) {
        bool other = !named && of_no_tool(report);

        if (has_target(m->locks, mlk_json_text(report, "target"))) {
            cJSON_Delete(report);
        } else if (other) {
            m->others++;
            ok = add_blind_spots(m->blind_spots, report);
            cJSON_Delete(report);
        } else {
            ok = add_blind_spots(m->blind_spots, report) && cJSON_AddItemToArray(m->locks, report);
        }
    }
    return ok;
}

/*
 * An empty list has no reports that could say what was not seen. That hardly depends on the lock, so the
 * report of a named lock that nobody takes tells it. Where it fails the answer stands without it.
 */
static bool look_around(struct mlk_backend *b, struct mlk_monitored *m)
{
    static const char nobody[] = "named:miglock looks around";
    char error[MLK_ERROR_MAX * 2];
    struct mlk_target target;
    cJSON *report = NULL;
    bool ok = true;

    if (mlk_target_parse(nobody, sizeof nobody - 1, &target, error, sizeof error) == MLK_OK &&
        mlk_backend_report(b, &target, false, &report, error, sizeof error) == MLK_OK)
        ok = add_blind_spots(m->blind_spots, report);
    cJSON_Delete(report);
    return ok;
}

enum mlk_status mlk_monitored(struct mlk_backend *b, struct mlk_answer *answer, bool named,
                              struct mlk_monitored *out)
{
    bool ok;

    *out = (struct mlk_monitored){.locks = cJSON_CreateArray(), .blind_spots = cJSON_CreateArray()};
    ok = out->locks && out->blind_spots && take(out, answer->single, true) && take(out, answer->table, named);
    if (ok && cJSON_GetArraySize(out->locks) == 0)
        ok = look_around(b, out);
    mlk_answer_free(answer);
    return ok ? MLK_OK : MLK_NO_MEMORY;
}

void mlk_monitored_free(struct mlk_monitored *m)
{
    cJSON_Delete(m->locks);
    cJSON_Delete(m->blind_spots);
    cJSON_Delete(m->nodes);
    *m = (struct mlk_monitored){0};
}
