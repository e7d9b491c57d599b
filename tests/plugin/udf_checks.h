/* SPDX-License-Identifier: GPL-2.0-only */
/* The tests that are the same in every host. */
#ifndef MIGLOCK_UDF_CHECKS_H
#define MIGLOCK_UDF_CHECKS_H

#include "udf_host.h"

/* Every function is there, and nothing of what is inside. */
void check_exports(void **state);
/* For every function: any other count of arguments, any other type than string. */
void check_argument_counts(void **state);
void check_argument_types(void **state);
/* The functions that ask nobody. */
void check_version(void **state);
void check_tools(void **state);
void check_name(void **state);
void check_name_refuses(void **state);
void check_rows_of_all_kinds(void **state);
void check_memory_is_reused(void **state);
void check_two_at_once(void **state);
void check_deinit_is_safe(void **state);
#define CHECKS_OF_EVERY_HOST                                                                                 \
    cmocka_unit_test(check_exports), cmocka_unit_test(check_argument_counts),                                \
        cmocka_unit_test(check_argument_types), cmocka_unit_test(check_version),                             \
        cmocka_unit_test(check_tools), cmocka_unit_test(check_name), cmocka_unit_test(check_name_refuses),   \
        cmocka_unit_test(check_rows_of_all_kinds), cmocka_unit_test(check_memory_is_reused),                 \
        cmocka_unit_test(check_two_at_once), cmocka_unit_test(check_deinit_is_safe)

/* Argument number at cannot be any of the texts that no argument can be; usable: all arguments of a row that
 * can. what names the argument in the error. */
void check_bad_texts(struct udf *f, const struct udf_text *usable, unsigned at, const char *what);

/* Not installed: every function that asks the server says so, with this statement in the message. */
void check_not_installed(const char *statement);
/* Installed: the row functions that ask the server check their arguments first. valid is what an accepted row
 * comes to in this host, where nobody can say who asks. */
void check_arguments_of_rows(const char *valid);

#endif
