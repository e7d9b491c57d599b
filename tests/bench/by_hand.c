/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person would run to learn what miglock_status tells of a named lock: the server's version and start,
 * the lock's holder with its line of the process list, its program and its process id, the other sessions of
 * the same client, who waits, and the transactions with changes. Of the ways that were tried, these are the
 * quickest on 10 and on 1,000 connections: performance_schema.threads is cheaper to join than a process list,
 * SESSION_STATUS does not add up all sessions as GLOBAL_STATUS does, and a few statements are quicker than a
 * single one with joins.
 */
#include "bench.h"

#define START(table)                                                                                         \
    "SELECT VERSION(), UNIX_TIMESTAMP() - VARIABLE_VALUE FROM " table " WHERE VARIABLE_NAME = 'UPTIME'"

#define THREAD                                                                                               \
    "p.PROCESSLIST_ID, p.PROCESSLIST_USER, p.PROCESSLIST_HOST, p.PROCESSLIST_DB, p.PROCESSLIST_COMMAND, "    \
    "p.PROCESSLIST_TIME, p.PROCESSLIST_STATE, p.PROCESSLIST_INFO"

#define ATTRIBUTE(name)                                                                                      \
    "(SELECT ATTR_VALUE FROM performance_schema.session_connect_attrs a "                                    \
    "WHERE a.PROCESSLIST_ID = p.PROCESSLIST_ID AND a.ATTR_NAME = '" name "')"

#define HOLDER_AND_SIBLINGS                                                                                  \
    "SELECT " THREAD ", " ATTRIBUTE("program_name") ", " ATTRIBUTE(                                          \
        "_pid") " FROM "                                                                                     \
                "performance_schema.threads h JOIN performance_schema.threads p ON p.PROCESSLIST_USER = "    \
                "h.PROCESSLIST_USER AND p.PROCESSLIST_HOST = h.PROCESSLIST_HOST "                            \
                "WHERE h.PROCESSLIST_ID = IS_USED_LOCK('" BENCH_LOCK "')"

#define WAITERS                                                                                              \
    "SELECT " THREAD " FROM performance_schema.metadata_locks m JOIN performance_schema.threads p ON "       \
    "p.THREAD_ID = m.OWNER_THREAD_ID WHERE m.OBJECT_TYPE = 'USER LEVEL LOCK' AND m.OBJECT_NAME = "           \
    "'" BENCH_LOCK "' AND m.LOCK_STATUS = 'PENDING'"

/* Without performance_schema nobody knows of programs and process ids, and waiters are found by their
 * statements.
 */
#define HOLDER_SIBLINGS_AND_WAITERS                                                                          \
    "SELECT h.ID, p.ID, p.USER, p.HOST, p.DB, p.COMMAND, p.TIME, p.STATE, p.INFO FROM "                      \
    "information_schema.PROCESSLIST h JOIN information_schema.PROCESSLIST p ON "                             \
    "p.USER = h.USER AND SUBSTRING_INDEX(p.HOST, ':', 1) = SUBSTRING_INDEX(h.HOST, ':', 1) OR "              \
    "p.STATE = 'User lock' AND p.INFO LIKE '%" BENCH_LOCK "%' WHERE h.ID = IS_USED_LOCK('" BENCH_LOCK "')"

#define CHANGES                                                                                              \
    "SELECT trx_mysql_thread_id, trx_started, trx_rows_modified FROM information_schema.INNODB_TRX "         \
    "WHERE trx_rows_modified > 0"

struct bench_statements bench_by_hand(const struct bench *b)
{
    static const struct bench_statements mysql = {
        {START("performance_schema.session_status"), HOLDER_AND_SIBLINGS, WAITERS, CHANGES}, 4};
    static const struct bench_statements mariadb = {
        {START("information_schema.SESSION_STATUS"), HOLDER_AND_SIBLINGS, WAITERS, CHANGES}, 4};
    static const struct bench_statements mariadb_off = {
        {START("information_schema.SESSION_STATUS"), HOLDER_SIBLINGS_AND_WAITERS, CHANGES}, 3};

    if (!b->mariadb)
        return mysql;
    return b->performance_schema ? mariadb : mariadb_off;
}
