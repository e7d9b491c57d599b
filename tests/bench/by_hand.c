/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person would run to learn what miglock_status tells of a named lock (docs/report.md): the server's
 * version and start, and on MySQL whether it is one of a group; the lock's holder with its line of the
 * process list, its program and its process id; the same of the other sessions of its client and of who
 * waits; the other named locks of the holder; all open transactions, with changes or without. What the kernel
 * knows of the client no SQL returns. On MariaDB the waiters' programs and the holder's other locks are left
 * out: to join them takes several times as long as all the rest, on 1,000 connections hundreds of
 * milliseconds.
 *
 * Of the ways that were tried, these are the quickest on 10 connections: SESSION_STATUS does not add up all
 * sessions as GLOBAL_STATUS does, and a few statements are quicker than a single one with joins. The port of
 * HOST is in MySQL's processlist and not in threads; inside MariaDB the report lacks it, too.
 */
#include "bench.h"

#define START(table)                                                                                         \
    "SELECT VERSION(), UNIX_TIMESTAMP() - VARIABLE_VALUE FROM " table " WHERE VARIABLE_NAME = 'UPTIME'"

#define START_AND_GROUP                                                                                      \
    "SELECT VERSION(), UNIX_TIMESTAMP() - VARIABLE_VALUE, (SELECT COUNT(*) FROM "                            \
    "performance_schema.replication_group_members) FROM performance_schema.session_status WHERE "            \
    "VARIABLE_NAME = 'UPTIME'"

#define SESSIONS                                                                                             \
    "SELECT p.ID, p.USER, p.HOST, p.DB, p.COMMAND, p.TIME, p.STATE, p.INFO, a.ATTR_NAME, a.ATTR_VALUE FROM " \
    "performance_schema.processlist h JOIN performance_schema.processlist p ON p.USER = h.USER AND "         \
    "SUBSTRING_INDEX(p.HOST, ':', 1) = SUBSTRING_INDEX(h.HOST, ':', 1) OR p.STATE = 'User lock' LEFT JOIN "  \
    "performance_schema.session_connect_attrs a ON a.PROCESSLIST_ID = p.ID AND a.ATTR_NAME IN "              \
    "('program_name', '_pid') WHERE h.ID = IS_USED_LOCK('" BENCH_LOCK "')"

/* Which of them wait for this lock, and what else the holder has. */
#define LOCKS                                                                                                \
    "SELECT p.PROCESSLIST_ID, m.OBJECT_NAME, m.LOCK_STATUS FROM performance_schema.threads h JOIN "          \
    "performance_schema.metadata_locks m JOIN performance_schema.threads p ON p.THREAD_ID = "                \
    "m.OWNER_THREAD_ID WHERE h.PROCESSLIST_ID = IS_USED_LOCK('" BENCH_LOCK "') AND m.OBJECT_TYPE = "         \
    "'USER LEVEL LOCK' AND (m.OBJECT_NAME = '" BENCH_LOCK "' OR m.OWNER_THREAD_ID = h.THREAD_ID)"

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

#define TRANSACTIONS                                                                                         \
    "SELECT trx_mysql_thread_id, trx_rows_modified, trx_state FROM information_schema.INNODB_TRX"

struct bench_statements bench_by_hand(const struct bench *b)
{
    static const struct bench_statements mysql = {{START_AND_GROUP, SESSIONS, LOCKS, TRANSACTIONS}, 4};
    static const struct bench_statements mariadb = {
        {START("information_schema.SESSION_STATUS"), HOLDER_AND_SIBLINGS, WAITERS, TRANSACTIONS}, 4};
    static const struct bench_statements mariadb_off = {
        {START("information_schema.SESSION_STATUS"), HOLDER_SIBLINGS_AND_WAITERS, TRANSACTIONS}, 3};

    if (!b->mariadb)
        return mysql;
    return b->performance_schema ? mariadb : mariadb_off;
}
