/* SPDX-License-Identifier: GPL-2.0-only */
/* Every table that DDL is at work on, or that somebody waits for. */
#include <string.h>
#include <strings.h>

#include "miglock/text.h"
#include "look.h"

/* What concerns the whole server concerns each schema. */
static bool is_wanted(const struct mlk_table_scene *scene, const struct mlk_table_doc *doc,
                      const char *schema)
{
    if (!schema || doc->group->object == MLK_ON_SERVER)
        return true;
    return scene->server->names_fold ? strcasecmp(doc->group->schema, schema) == 0
                                     : strcmp(doc->group->schema, schema) == 0;
}

static enum mlk_status list(const struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                            const char *schema, cJSON *out)
{
    for (size_t i = 0; i < docs->count; i++) {
        cJSON *one;

        if (!is_wanted(scene, &docs->list[i], schema))
            continue;
        one = mlk_table_doc_json(scene, docs, &docs->list[i]);
        if (!one || !cJSON_AddItemToArray(out, one)) {
            cJSON_Delete(one);
            return MLK_NO_MEMORY;
        }
    }
    return MLK_OK;
}

enum mlk_status mlk_table_locks(struct mlk_session *s, const char *schema, cJSON **out, char *error,
                                size_t error_size)
{
    cJSON *array = cJSON_CreateArray();
    struct mlk_table_look look = {0};
    enum mlk_status status = array ? mlk_table_look(s, NULL, &look) : MLK_NO_MEMORY;

    *out = NULL;
    if (!status)
        status = list(&look.scene, &look.docs, schema, array);
    if (status) {
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
        cJSON_Delete(array);
    } else {
        *out = array;
    }
    mlk_table_look_free(&look);
    return status;
}
