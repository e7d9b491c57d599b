/* SPDX-License-Identifier: GPL-2.0-only */
/* Building one JSON object: members are added without a check, and one check at the end tells whether all of
 * them are in. */
#ifndef MLK_CORE_DOCUMENT_H
#define MLK_CORE_DOCUMENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

struct mlk_doc {
    cJSON *object;
    bool failed;
};

void mlk_doc_begin(struct mlk_doc *j);
/* Takes item over, also where it fails; item NULL is a failure. */
void mlk_doc_item(struct mlk_doc *j, const char *name, cJSON *item);
/* NULL becomes JSON null. */
void mlk_doc_text(struct mlk_doc *j, const char *name, const char *text);
void mlk_doc_number(struct mlk_doc *j, const char *name, double number);
/* A negative number becomes JSON null. */
void mlk_doc_known_number(struct mlk_doc *j, const char *name, double number);
void mlk_doc_bool(struct mlk_doc *j, const char *name, bool value);
/* A copy of an array or object. */
void mlk_doc_copy(struct mlk_doc *j, const char *name, const cJSON *item);
/* Constant strings up to a NULL. */
void mlk_doc_list(struct mlk_doc *j, const char *name, const char *const *list);
/* The object, which the caller owns; NULL where any member is missing. */
cJSON *mlk_doc_end(struct mlk_doc *j);

#endif
