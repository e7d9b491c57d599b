/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Errors and states that look like a stuck migration lock and are none.
 * Source: the servers' messages (MariaDB 10.11, MySQL 9.7), their manuals on the errors 1205, 1213 and 3058
 * and on metadata locking; MDEV-30473; PXC's strict mode; umzug's FileLocker.
 */
#include "sayings.h"

static const char *const row_wait_advice[] = {
    "Look for a session with an open transaction: it need not be running a statement.",
    "If the statement in the log changes a lock table, a migration holds that row in a transaction of its "
    "own: "
    "it is at work, whatever the table seems to say.",
    NULL,
};

static const char *const deadlock_advice[] = {
    "SHOW ENGINE INNODB STATUS shows the last deadlock between rows.",
    "A migration that ended with it may be half done, as MySQL and MariaDB do not roll DDL back.",
    NULL,
};

static const char *const metadata_advice[] = {
    "`miglock tables` shows who keeps the table: often a session that sleeps in an open transaction.",
    "Whoever needs the table queues up behind the waiting ALTER: `miglock release table:SCHEMA/TABLE` ends "
    "the "
    "ALTER, if it has not begun, and lets them go on.",
    NULL,
};

static const char *const refused_advice[] = {
    "Tools that ignore the answer of GET_LOCK go on without a lock: let one process migrate at a time.",
    NULL,
};

static const char *const umzug_advice[] = {
    "Delete the file that the message names, once no process of the application migrates.",
    NULL,
};

static const struct mlk_known table[] = {
    {
        .title = "Error 1205: a lock was waited for too long",
        .texts = (const char *const[]){"Lock wait timeout exceeded; try restarting transaction",
                                       "Lock wait timeout exceeded", "ER_LOCK_WAIT_TIMEOUT", "Error 1205",
                                       "Error: 1205", "errno 1205", "errno: 1205", "code 1205", "code: 1205",
                                       NULL},
        .means = "A statement waited for a row or a table that another session's transaction has locked, and "
                 "gave up. That is no migration lock.",
        .advice = row_wait_advice,
    },
    {
        .title = "Error 1213: a deadlock",
        .texts = (const char *const[]){"Deadlock found when trying to get lock; try restarting transaction",
                                       "Deadlock found when trying to get lock", "ER_LOCK_DEADLOCK",
                                       "Error 1213", "Error: 1213", "errno 1213", "errno: 1213", "code 1213",
                                       "code: 1213", NULL},
        .means = "Two transactions waited for each other, and the server rolled one of them back. Nothing is "
                 "stuck, and it is no migration lock: the one that got the error can be run again.",
        .advice = deadlock_advice,
    },
    {
        .title = "Error 3058: a deadlock between named locks",
        .texts = (const char *const[]){"Deadlock found when trying to get user-level lock",
                                       "ER_USER_LOCK_DEADLOCK", NULL},
        .means =
            "Sessions that take several GET_LOCK() locks waited for each other, and the server refused one "
            "of them. Nothing is stuck.",
        .advice = (const char *const[]){NULL},
    },
    {
        .title = "A statement waits for a table",
        .texts = (const char *const[]){"Waiting for table metadata lock", NULL},
        .means = "A statement, often an ALTER TABLE, waits until every transaction that used the table has "
                 "ended. That is no migration lock, though a migration may be the one that waits.",
        .advice = metadata_advice,
    },
    {
        .title = "This cluster refuses GET_LOCK()",
        .texts = (const char *const[]){"GET_LOCK in cluster (WSREP_ON=ON)",
                                       "Percona-XtraDB-Cluster prohibits use of GET_LOCK",
                                       "Percona-XtraDB-Cluster prohibits use of RELEASE_LOCK", NULL},
        .means = "MariaDB 10.6.13 and its contemporaries with Galera, and Percona XtraDB Cluster in strict "
                 "mode, refuse named locks: the tool cannot take its lock, and nobody holds it.",
        .advice = refused_advice,
    },
    {
        .title = "umzug (Sequelize): a lock file",
        .texts = (const char *const[]){"Can't acquire lock.", NULL},
        .then = "exists",
        .means = "umzug found its lock file. It is a file on the application's host, which stays when the "
                 "process dies; the database has no part in it.",
        .advice = umzug_advice,
    },
};

const struct mlk_known *mlk_known_at(size_t index)
{
    return index < sizeof table / sizeof table[0] ? &table[index] : NULL;
}
