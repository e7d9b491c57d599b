/* SPDX-License-Identifier: GPL-2.0-only */
#include "snapshot.h"

#include <string.h>

#include "ask.h"
#include "holder.h"
#include "tables/story.h"

/* The parts that every picture has. out is zeroed. name: of the named lock that it is about, or NULL. */
static enum mlk_status begin(struct mlk_session *s, bool with_rows, const char *name,
                             struct mlk_snapshot *out)
{
    enum mlk_status status;

    out->blind_spots = cJSON_CreateArray();
    if (!out->blind_spots)
        return MLK_NO_MEMORY;
    status = name ? mlk_server_read_for(s, name, &out->server, out->blind_spots)
                  : mlk_server_read(s, with_rows, &out->server, out->blind_spots);
    return status ? status : mlk_people_read(s, &out->server, &out->people, out->blind_spots);
}

static enum mlk_status finish(struct mlk_snapshot *out, enum mlk_status status)
{
    if (status)
        mlk_snapshot_free(out);
    return status;
}

enum mlk_status mlk_snapshot_take(struct mlk_session *s, const char *schema, bool tables,
                                  struct mlk_snapshot *out)
{
    const struct mlk_metadata_locks_wanted wanted = {.tables = tables, .schema = schema};
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    status = begin(s, true, NULL, out);
    if (!status)
        status = mlk_people_know_threads(s, &out->server, &out->people, NULL);
    if (!status)
        status = mlk_people_know(s, &out->server, &out->people, NULL, out->blind_spots);
    if (!status)
        status =
            mlk_metadata_locks_read(s, &out->server, &wanted, &out->people, &out->locks, out->blind_spots);
    return finish(out, status);
}

/* Where the server does not say who holds it, whoever looks at the lock asks again, and tells. */
static enum mlk_status find_holder(struct mlk_session *s, const struct mlk_target *target,
                                   struct mlk_snapshot *out)
{
    enum mlk_status status;

    out->of_one = out->server.holder_known;
    out->holder_id = out->server.holder_id;
    if (out->of_one)
        return MLK_OK;
    status = mlk_target_fits(target, s->flavour, s->error, sizeof s->error);
    if (!status)
        status = mlk_named_holder(s, target->name, &out->holder_id);
    out->of_one = !status;
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* What a server with thousands of sessions and locks says of the others costs more than all the rest. */
static enum mlk_status take_of_one(struct mlk_session *s, const struct mlk_target *target,
                                   struct mlk_snapshot *out)
{
    struct mlk_metadata_locks_wanted wanted = {.name = target->name};
    const struct mlk_person *holder;
    bool fits = mlk_target_fits(target, s->flavour, s->error, sizeof s->error) == MLK_OK;
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    status = begin(s, false, fits ? target->name : NULL, out);
    if (!status)
        status = find_holder(s, target, out);
    wanted.holder = out->holder_id;
    holder = mlk_person_find(&out->people, out->holder_id);
    if (!status)
        status = mlk_people_know_threads(s, &out->server, &out->people, holder);
    if (!status)
        status = mlk_people_know(s, &out->server, &out->people, holder, out->blind_spots);
    if (!status)
        status =
            mlk_metadata_locks_read(s, &out->server, &wanted, &out->people, &out->locks, out->blind_spots);
    return finish(out, status);
}

enum mlk_status mlk_snapshot_for(struct mlk_session *s, const struct mlk_target *target,
                                 struct mlk_snapshot *out)
{
    return target->tool->kind == MLK_NAMED ? take_of_one(s, target, out)
                                           : mlk_snapshot_take(s, target->schema, true, out);
}

void mlk_snapshot_free(struct mlk_snapshot *snapshot)
{
    cJSON_Delete(snapshot->blind_spots);
    mlk_table_story_free(snapshot->story);
    mlk_people_free(&snapshot->people);
    mlk_metadata_locks_free(&snapshot->locks);
    memset(snapshot, 0, sizeof *snapshot);
}
