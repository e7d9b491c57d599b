/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of metadata locks: which type of lock keeps which other one out. Pure. */
#ifndef MLK_CORE_MDL_H
#define MLK_CORE_MDL_H

#include <stdbool.h>

/* The types as both servers' performance_schema names them (METADATA_LOCK_INFO: with MDL_ before). */
#define MLK_MDL_LIST(X)                                                                                      \
    X(INTENTION_EXCLUSIVE)                                                                                   \
    X(SHARED)                                                                                                \
    X(SHARED_HIGH_PRIO)                                                                                      \
    X(SHARED_READ)                                                                                           \
    X(SHARED_WRITE)                                                                                          \
    X(SHARED_WRITE_LOW_PRIO)                                                                                 \
    X(SHARED_UPGRADABLE)                                                                                     \
    X(SHARED_READ_ONLY)                                                                                      \
    X(SHARED_NO_WRITE)                                                                                       \
    X(SHARED_NO_READ_WRITE)                                                                                  \
    X(EXCLUSIVE)                                                                                             \
    X(BACKUP_START)                                                                                          \
    X(BACKUP_FLUSH)                                                                                          \
    X(BACKUP_WAIT_FLUSH)                                                                                     \
    X(BACKUP_WAIT_DDL)                                                                                       \
    X(BACKUP_WAIT_COMMIT)                                                                                    \
    X(BACKUP_FTWRL1)                                                                                         \
    X(BACKUP_FTWRL2)                                                                                         \
    X(BACKUP_DML)                                                                                            \
    X(BACKUP_TRANS_DML)                                                                                      \
    X(BACKUP_SYS_DML)                                                                                        \
    X(BACKUP_DDL)                                                                                            \
    X(BACKUP_BLOCK_DDL)                                                                                      \
    X(BACKUP_ALTER_COPY)                                                                                     \
    X(BACKUP_COMMIT)

enum mlk_mdl {
#define MLK_MDL_ENUM(name) MLK_MDL_##name,
    MLK_MDL_LIST(MLK_MDL_ENUM)
#undef MLK_MDL_ENUM
        MLK_MDL_OTHER, /* a type that is not in the list: keeps everybody out */
    MLK_MDL_NONE       /* no lock: keeps nobody out */
};

/* Which set of rules: for tables, for what contains them (a schema, the server), MariaDB's for backups. */
enum mlk_mdl_rules { MLK_MDL_OBJECT, MLK_MDL_SCOPED, MLK_MDL_BACKUP };

/* The type of that name, with or without MDL_ before; MLK_MDL_OTHER where it is none or NULL. */
enum mlk_mdl mlk_mdl_of(const char *name);
/* Whether a lock that somebody has keeps another one's request waiting. */
bool mlk_mdl_keeps_out(enum mlk_mdl_rules rules, enum mlk_mdl granted, enum mlk_mdl wanted);
/* Whether a request that waits makes a later one wait behind it. */
bool mlk_mdl_goes_first(enum mlk_mdl_rules rules, enum mlk_mdl pending, enum mlk_mdl wanted);
/* A lock on a table that no statement takes which only reads or changes rows. */
bool mlk_mdl_strong(enum mlk_mdl type);

#endif
