/* SPDX-License-Identifier: GPL-2.0-only */
/* What was found out about one statement, and the document of it. */
#ifndef MLK_CORE_ADVISE_ADVICE_H
#define MLK_CORE_ADVISE_ADVICE_H

#include "forms.h"
#include "rules.h"

enum mlk_source {
    MLK_SOURCE_NONE,
    MLK_SOURCE_TRIED,      /* the server took or refused it on the twin */
    MLK_SOURCE_DOCUMENTED, /* nothing was tried: the documentation's rules */
    MLK_SOURCE_RULE        /* a statement whose effect does not depend on the table: RENAME */
};

struct mlk_advice {
    const struct mlk_ddl *ddl;
    struct mlk_table table;
    char why_not[MLK_WHY_MAX]; /* a sentence where it is not judged */
    enum mlk_source source;
    const struct mlk_form *form; /* the one advised; NULL: none can be stated, or none is known */
    enum mlk_rebuild rebuild;
    bool writes_stop; /* where there is no form */
    struct mlk_trial trial;
    struct mlk_ruling ruling;
    cJSON *in_the_way, *blind_spots; /* arrays */
};

/* The document (docs/advise.md), which the caller owns; NULL where memory is out. */
cJSON *mlk_advice_document(struct mlk_advisor *a, const struct mlk_advice *v);

/* because.c: sentences on why the advice is what it is. */
cJSON *mlk_advice_because(struct mlk_advisor *a, const struct mlk_advice *v);

#endif
