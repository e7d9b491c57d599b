/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitored.h"

#include <limits.h>
#include <string.h>

#include "blind_spots.h"
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

/* A name that could be that of several tools is no stranger's. */
static bool of_no_tool(const cJSON *report)
{
    return mlk_same_text(mlk_json_text(report, "tool"), "named") &&
           cJSON_GetArraySize(member(report, "candidates")) == 0;
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
            ok = mlk_blind_spots_add(m->blind_spots, report, INT_MAX);
            cJSON_Delete(report);
        } else {
            ok = mlk_blind_spots_add(m->blind_spots, report, INT_MAX) &&
                 cJSON_AddItemToArray(m->locks, report);
        }
    }
    return ok;
}

enum mlk_status mlk_monitored(struct mlk_backend *b, struct mlk_answer *answer, bool named,
                              struct mlk_monitored *out)
{
    bool ok;

    *out = (struct mlk_monitored){.locks = cJSON_CreateArray(), .blind_spots = cJSON_CreateArray()};
    ok = out->locks && out->blind_spots && take(out, answer->single, true) && take(out, answer->table, named);
    if (ok && cJSON_GetArraySize(out->locks) == 0)
        ok = mlk_blind_spots_of_nobody(b, out->blind_spots, INT_MAX);
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
