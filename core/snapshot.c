/* SPDX-License-Identifier: GPL-2.0-only */
#include "snapshot.h"

#include <string.h>

enum mlk_status mlk_snapshot_take(struct mlk_session *s, const char *schema, bool tables,
                                  struct mlk_snapshot *out)
{
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    out->blind_spots = cJSON_CreateArray();
    if (!out->blind_spots)
        return MLK_NO_MEMORY;
    status = mlk_server_read(s, &out->server, out->blind_spots);
    if (!status)
        status = mlk_people_read(s, &out->server, &out->people, out->blind_spots);
    if (!status)
        status = mlk_metadata_locks_read(s, &out->server, schema, tables, &out->locks, out->blind_spots);
    if (status)
        mlk_snapshot_free(out);
    return status;
}

enum mlk_status mlk_snapshot_for(struct mlk_session *s, const struct mlk_target *target,
                                 struct mlk_snapshot *out)
{
    return mlk_snapshot_take(s, target->schema[0] ? target->schema : NULL, target->tool->kind == MLK_ROW,
                             out);
}

void mlk_snapshot_free(struct mlk_snapshot *snapshot)
{
    cJSON_Delete(snapshot->blind_spots);
    mlk_people_free(&snapshot->people);
    mlk_metadata_locks_free(&snapshot->locks);
    memset(snapshot, 0, sizeof *snapshot);
}
