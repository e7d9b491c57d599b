/* SPDX-License-Identifier: GPL-2.0-only */
/* What the servers' documentation says, for where nothing may be tried. */
#ifndef MLK_CORE_ADVISE_RULES_H
#define MLK_CORE_ADVISE_RULES_H

#include "forms.h"

struct mlk_ruling {
    const struct mlk_form *form; /* NULL: none can be stated with it */
    enum mlk_rebuild rebuild;
    bool writes_stop; /* where there is no form */
    const char *note; /* a sentence on what the rule does not know; NULL */
};

/* False where the rules say nothing: another engine than InnoDB, or an older server. */
bool mlk_rules_judge(const struct mlk_session *s, const struct mlk_ddl *ddl, const struct mlk_table *table,
                     struct mlk_ruling *out);

#endif
