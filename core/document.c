/* SPDX-License-Identifier: GPL-2.0-only */
#include "document.h"

void mlk_doc_begin(struct mlk_doc *j)
{
    j->object = cJSON_CreateObject();
    j->failed = !j->object;
}

void mlk_doc_item(struct mlk_doc *j, const char *name, cJSON *item)
{
    if (!j->failed && item && cJSON_AddItemToObject(j->object, name, item))
        return;
    j->failed = true;
    cJSON_Delete(item);
}

void mlk_doc_text(struct mlk_doc *j, const char *name, const char *text)
{
    mlk_doc_item(j, name, text ? cJSON_CreateString(text) : cJSON_CreateNull());
}

void mlk_doc_number(struct mlk_doc *j, const char *name, double number)
{
    mlk_doc_item(j, name, cJSON_CreateNumber(number));
}

void mlk_doc_known_number(struct mlk_doc *j, const char *name, double number)
{
    mlk_doc_item(j, name, number < 0 ? cJSON_CreateNull() : cJSON_CreateNumber(number));
}

void mlk_doc_bool(struct mlk_doc *j, const char *name, bool value)
{
    mlk_doc_item(j, name, cJSON_CreateBool(value));
}

void mlk_doc_copy(struct mlk_doc *j, const char *name, const cJSON *item)
{
    mlk_doc_item(j, name, cJSON_Duplicate(item, true));
}

void mlk_doc_list(struct mlk_doc *j, const char *name, const char *const *list)
{
    cJSON *array = cJSON_CreateArray();

    for (; array && list && *list; list++) {
        if (!cJSON_AddItemToArray(array, cJSON_CreateString(*list))) {
            cJSON_Delete(array);
            array = NULL;
        }
    }
    mlk_doc_item(j, name, array);
}

cJSON *mlk_doc_end(struct mlk_doc *j)
{
    cJSON *object = j->object;

    j->object = NULL;
    if (!j->failed)
        return object;
    cJSON_Delete(object);
    return NULL;
}
