/* SPDX-License-Identifier: GPL-2.0-only */
/* What miglock check judges by where nothing is told otherwise. */
#ifndef MIGLOCK_UNIT_CHECK_OPTIONS_H
#define MIGLOCK_UNIT_CHECK_OPTIONS_H

#include "check.h"
#include "unit.h"

static inline struct mlk_check_options mlk_unit_check_options(void)
{
    struct mlk_check_options o = {
        .idle_s = 300,
        .on =
            {
#define FINDING_STATE(name, word, state) [MLK_FINDING_##name] = MLK_STATE_##state,
                MLK_FINDING_LIST(FINDING_STATE)
#undef FINDING_STATE
            },
    };

    assert_int_equal(mlk_threshold_parse("60", &o.ddl_waiting), MLK_OK);
    assert_int_equal(mlk_threshold_parse("10", &o.queue), MLK_OK);
    assert_int_equal(mlk_threshold_parse("80", &o.connections), MLK_OK);
    return o;
}

#endif
