/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SQL functions, in alphabetical order. Adding one is its own udf_*.c, a line here, its trio in
 * exports.txt, and its source in CMakeLists.txt. The list has no other text: the CLI reads it too, to know
 * what to create.
 */
#ifndef MIGLOCK_FUNCTIONS_H
#define MIGLOCK_FUNCTIONS_H

#define MLK_FUNCTION_LIST(X)                                                                                 \
    X(miglock_locks)                                                                                         \
    X(miglock_name)                                                                                          \
    X(miglock_probe)                                                                                         \
    X(miglock_release)                                                                                       \
    X(miglock_repair)                                                                                        \
    X(miglock_status)                                                                                        \
    X(miglock_table_locks)                                                                                   \
    X(miglock_tools)                                                                                         \
    X(miglock_version)

#endif
