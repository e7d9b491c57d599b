/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sources: MySQL 9 manual, "Online DDL Operations" (the same since 8.0.29); MariaDB documentation, "InnoDB
 * Online DDL Operations with ..." (the same since 10.6). tests/advice/truth.sh runs what they say.
 */
#include "rules.h"

#include <strings.h>

enum { MYSQL_SINCE = 80029, MARIADB_SINCE = 100600 };

struct rule {
    const char *algorithm; /* NULL: the statement takes none */
    const char *lock;
    enum mlk_rebuild rebuild;
};

struct rules {
    struct rule mysql, mariadb;
    const char *note;
};

#define INSTANT_MY                                                                                           \
    {                                                                                                        \
        "INSTANT", "DEFAULT", MLK_REBUILD_NO                                                                 \
    }
#define INSTANT_MA                                                                                           \
    {                                                                                                        \
        "INSTANT", "NONE", MLK_REBUILD_NO                                                                    \
    }
#define BESIDE                                                                                               \
    {                                                                                                        \
        "INPLACE", "NONE", MLK_REBUILD_NO                                                                    \
    }
#define NOCOPY                                                                                               \
    {                                                                                                        \
        "NOCOPY", "NONE", MLK_REBUILD_NO                                                                     \
    }
#define REBUILD                                                                                              \
    {                                                                                                        \
        "INPLACE", "NONE", MLK_REBUILD_YES                                                                   \
    }
#define REBUILD_LOCKED                                                                                       \
    {                                                                                                        \
        "INPLACE", "SHARED", MLK_REBUILD_YES                                                                 \
    }
#define LOCKED                                                                                               \
    {                                                                                                        \
        "INPLACE", "SHARED", MLK_REBUILD_UNKNOWN                                                             \
    }
#define COPY                                                                                                 \
    {                                                                                                        \
        "COPY", "SHARED", MLK_REBUILD_YES                                                                    \
    }
#define PLAIN                                                                                                \
    {                                                                                                        \
        NULL, NULL, MLK_REBUILD_UNKNOWN                                                                      \
    }

/* clang-format off */
static const struct rules rules[] = {
    [MLK_OP_ADD_COLUMN] = {INSTANT_MY, INSTANT_MA,
        "a table with a FULLTEXT index, or of ROW_FORMAT=COMPRESSED, takes no column by INSTANT"},
    [MLK_OP_ADD_STORED] = {COPY, COPY, NULL},
    [MLK_OP_ADD_COUNTER] = {REBUILD_LOCKED, REBUILD_LOCKED, NULL},
    [MLK_OP_DROP_COLUMN] = {INSTANT_MY, INSTANT_MA, "a column that an index has does not go by INSTANT"},
    [MLK_OP_CHANGE_COLUMN] = {COPY, COPY,
        "what the column was before is not compared: where its type stays, less is enough, and a longer "
        "VARCHAR can be had without a copy"},
    [MLK_OP_RENAME_COLUMN] = {INSTANT_MY, INSTANT_MA, NULL},
    [MLK_OP_COLUMN_DEFAULT] = {INSTANT_MY, INSTANT_MA, NULL},
    [MLK_OP_ADD_INDEX] = {BESIDE, NOCOPY, NULL},
    [MLK_OP_ADD_OTHER_INDEX] = {LOCKED, LOCKED, "the first FULLTEXT index of a table rebuilds it"},
    [MLK_OP_DROP_INDEX] = {BESIDE, NOCOPY, NULL},
    [MLK_OP_INDEX_NAME] = {BESIDE, INSTANT_MA, NULL},
    [MLK_OP_ADD_PRIMARY_KEY] = {REBUILD, REBUILD, NULL},
    [MLK_OP_DROP_PRIMARY_KEY] = {COPY, COPY, NULL},
    [MLK_OP_ADD_FOREIGN_KEY] = {COPY, COPY, NULL},
    [MLK_OP_DROP_FOREIGN_KEY] = {BESIDE, INSTANT_MA, NULL},
    [MLK_OP_ADD_CHECK] = {COPY, COPY, NULL},
    [MLK_OP_DROP_CHECK] = {BESIDE, INSTANT_MA, NULL},
    [MLK_OP_DROP_CONSTRAINT] = {BESIDE, NOCOPY, "which kind of constraint it is, is not looked up"},
    [MLK_OP_CONVERT] = {COPY, COPY, NULL},
    [MLK_OP_REBUILD] = {REBUILD, REBUILD, "a table with a FULLTEXT index is rebuilt with LOCK=SHARED or by a copy"},
    [MLK_OP_OPTION] = {BESIDE, NOCOPY, NULL},
    [MLK_OP_PARTITIONED] = {COPY, COPY, NULL},
    [MLK_OP_PARTITION_LIST] = {BESIDE, PLAIN, NULL},
    [MLK_OP_PARTITION_ROWS] = {LOCKED, PLAIN, NULL},
};
/* clang-format on */

bool mlk_rules_judge(const struct mlk_session *s, const struct mlk_ddl *ddl, const struct mlk_table *table,
                     struct mlk_ruling *out)
{
    bool mysql = s->flavour == MLK_MYSQL;
    const struct mlk_form *forms = mlk_forms(s->flavour, s->server_version);

    *out = (struct mlk_ruling){.rebuild = MLK_REBUILD_NO};
    if (s->server_version < (mysql ? (unsigned)MYSQL_SINCE : (unsigned)MARIADB_SINCE) ||
        strcasecmp(table->engine, "InnoDB") != 0)
        return false;
    for (size_t i = 0; i < ddl->clause_count; i++) {
        enum mlk_op op = ddl->clauses[i].op;
        const struct rule *rule;
        const struct mlk_form *form;

        if (op == MLK_OP_GUARD)
            continue;
        if (op == MLK_OP_RENAME)
            return false;
        rule = mysql ? &rules[op].mysql : &rules[op].mariadb;
        if (rules[op].note)
            out->note = rules[op].note;
        if (!rule->algorithm) {
            *out =
                (struct mlk_ruling){.rebuild = op == MLK_OP_PARTITION_LIST ? MLK_REBUILD_NO : rule->rebuild,
                                    .writes_stop = op == MLK_OP_PARTITION_ROWS};
            return true;
        }
        /* the heaviest clause decides; the forms are in that order */
        form = mlk_form_find(forms, rule->algorithm, rule->lock);
        out->form = !out->form || form > out->form ? form : out->form;
        if (out->rebuild != MLK_REBUILD_YES && rule->rebuild != MLK_REBUILD_NO)
            out->rebuild = rule->rebuild;
    }
    return out->form != NULL;
}
