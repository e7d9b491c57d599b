/* SPDX-License-Identifier: GPL-2.0-only */
/* The forms a statement can take, from the one that locks least on, and what the server says of each. */
#ifndef MLK_CORE_ADVISE_FORMS_H
#define MLK_CORE_ADVISE_FORMS_H

#include "advisor.h"

enum { MLK_FORMS_MAX = 12 };

struct mlk_tried {
    const struct mlk_form *form;
    bool accepted;
    char reason[MLK_ERROR_MAX]; /* the server's words; "" where it was accepted */
};

enum mlk_rebuild { MLK_REBUILD_UNKNOWN, MLK_REBUILD_NO, MLK_REBUILD_YES };

struct mlk_trial {
    size_t count;
    struct mlk_tried list[MLK_FORMS_MAX];
    const struct mlk_form *best; /* NULL where none was accepted */
    enum mlk_rebuild rebuild;
    bool as_alter;             /* best can be stated as ALTER TABLE only */
    bool no_guards;            /* the server's grammar takes no ALGORITHM and LOCK with this statement */
    char fails[MLK_ERROR_MAX]; /* why the statement fails in every form, in the server's words */
    char why[MLK_ERROR_MAX];   /* why it could not be tried to the end, as a clause */
};

/* The forms of that server, ended by one without algorithm. */
const struct mlk_form *mlk_forms(enum mlk_flavour flavour, unsigned server_version);
/* "INPLACE, LOCK=NONE" is the same form for everyone who compares pointers; NULL where there is none. */
const struct mlk_form *mlk_form_find(const struct mlk_form *forms, const char *algorithm, const char *lock);

/* Tries the statement on the twin, which has its change afterwards where a form was accepted. Not MLK_OK only
 * where there is no point in going on. */
enum mlk_status mlk_forms_try(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                              struct mlk_trial *out);

/* twin_spots.c: what the names of the statement are for the twin. texts gets an entry for each spot, which
 * lies in names. False, with a clause in why, where one cannot be told. */
struct mlk_spot_names {
    struct mlk_buf buf[MLK_SPOTS_MAX];
    const char *texts[MLK_SPOTS_MAX];
    char fresh[MLK_SPOTS_MAX][MLK_TWIN_NAME_MAX + 1];
};
enum mlk_status mlk_spots_resolve(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                                  struct mlk_spot_names *out, char *why, size_t why_size);
/* The statement has been run: the twin has its new constraints. */
void mlk_spots_keep(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                    const struct mlk_spot_names *names);
void mlk_spots_free(struct mlk_spot_names *names);

#endif
