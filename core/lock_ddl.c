/* SPDX-License-Identifier: GPL-2.0-only */
#include "lock_ddl.h"

#include <inttypes.h>
#include <string.h>

#include "ask.h"
#include "tables/story.h"
#include "miglock/text.h"

void mlk_lock_ddl_note(struct mlk_observation *o, const struct mlk_person *p)
{
    if (o->at_ddl_count < MLK_AT_DDL_MAX && mlk_person_runs_ddl(p))
        o->at_ddl[o->at_ddl_count++] = p->id;
}

/* What a report has said already is not said again. */
static void add_blind_spots(struct mlk_observation *o)
{
    const cJSON *one;

    cJSON_ArrayForEach(one, o->snapshot->story->scene.blind_spots)
        mlk_say(o->blind_spots, "%s", one->valuestring);
}

enum mlk_status mlk_lock_ddl_look(struct mlk_session *s, struct mlk_observation *o)
{
    struct mlk_snapshot *snapshot = o->snapshot;
    enum mlk_status status = MLK_OK;

    if (!o->at_ddl_count)
        return MLK_OK;
    if (!snapshot->story)
        status =
            mlk_table_story_take(s, &snapshot->server, &snapshot->people,
                                 snapshot->of_many ? NULL : o->at_ddl, o->at_ddl_count, &snapshot->story);
    for (size_t i = 0; !status && i < o->at_ddl_count; i++) {
        cJSON *one;

        status = mlk_table_story_json(snapshot->story, o->at_ddl[i], &one);
        if (one && !cJSON_AddItemToArray(o->ddl, one)) {
            cJSON_Delete(one);
            status = MLK_NO_MEMORY;
        }
        if (!status)
            mlk_table_story_say(snapshot->story, o->at_ddl[i], o->because);
    }
    if (!status)
        add_blind_spots(o);
    return status;
}

static const char *text(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The first DDL that waits for a table. */
static const cJSON *waiting(const struct mlk_observation *o)
{
    const cJSON *one;

    cJSON_ArrayForEach(one, o->ddl)
    {
        const char *target = text(one, "target"), *phase = text(one, "phase");

        if (target && strncmp(target, "table:", 6) == 0 && phase && strcmp(phase, "running") != 0)
            return one;
    }
    return NULL;
}

const char *mlk_lock_ddl_waits_for(const struct mlk_observation *o)
{
    return text(waiting(o), "target");
}

void mlk_lock_ddl_advise(const struct mlk_observation *o, cJSON *because)
{
    const cJSON *ddl = waiting(o);
    const cJSON *blocker = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(ddl, "blockers"), 0);
    double id = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(blocker, "connection_id"));
    const char *target = text(ddl, "target");

    if (!ddl)
        return;
    if (blocker && id > 0 && !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(blocker, "guessed")))
        mlk_say(because,
                "the DDL under this lock waits behind connection %.0f: it goes on when that one ends its "
                "transaction, or is ended",
                id);
    mlk_say(because,
            "to give up the DDL instead%s and let go whoever queues behind it, release %s (SELECT "
            "miglock_release(...) or `miglock release`)",
            strcmp(text(ddl, "phase"), "finishing") == 0 ? ", which loses the work that it has done," : "",
            target);
}
