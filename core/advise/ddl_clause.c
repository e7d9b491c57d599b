/* SPDX-License-Identifier: GPL-2.0-only */
/* What one clause of an ALTER TABLE does. */
#include <stdio.h>
#include <string.h>

#include "ddl.h"
#include "miglock/text.h"

struct words {
    const struct mlk_token *tokens;
    size_t count;
};

/* Whether the token at i is that bare word (and no column t.word). */
static bool at(const struct words *w, size_t i, const char *word)
{
    return i < w->count && mlk_token_is(&w->tokens[i], word) &&
           (i == 0 || !mlk_token_mark(&w->tokens[i - 1], '.'));
}

static bool any_of(const struct words *w, size_t i, const char *const *list)
{
    for (; *list; list++) {
        if (at(w, i, *list))
            return true;
    }
    return false;
}

/* Whether that word stands anywhere outside parentheses, from i on. */
static bool has(const struct words *w, size_t i, const char *word)
{
    for (; i < w->count; i++) {
        if (at(w, i, word) && w->tokens[i].depth == 0)
            return true;
    }
    return false;
}

/* The same, also within them. */
static bool names(const struct words *w, size_t i, const char *word)
{
    while (i < w->count && !at(w, i, word))
        i++;
    return i < w->count;
}

static bool not_judged(char *why, size_t why_size, const struct words *w)
{
    char text[80] = "";
    size_t used = 0;

    for (size_t i = 0; i < w->count && i < 3; i++) {
        char word[21];

        mlk_printable(word, sizeof word, w->tokens[i].text, w->tokens[i].len);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "", word);
    }
    snprintf(why, why_size, "the clause that begins '%s' is not judged", text);
    return false;
}

/* Past IF [NOT] EXISTS. */
static size_t past_if(const struct words *w, size_t i)
{
    if (at(w, i, "IF"))
        return i + (at(w, i + 1, "NOT") ? 3 : 2);
    return i;
}

static enum mlk_op column_op(const struct words *w, size_t i)
{
    if (has(w, i, "AUTO_INCREMENT"))
        return MLK_OP_ADD_COUNTER;
    /* GENERATED ALWAYS AS (...) STORED; PERSISTENT is MariaDB's older word */
    if (has(w, i, "AS") && (has(w, i, "STORED") || has(w, i, "PERSISTENT")))
        return MLK_OP_ADD_STORED;
    return MLK_OP_ADD_COLUMN;
}

/* ADD ( a INT, b INT ): what is inside counts as well. */
static enum mlk_op columns_op(const struct words *w, size_t i)
{
    enum mlk_op op = MLK_OP_ADD_COLUMN;

    for (; i < w->count; i++) {
        if (at(w, i, "AUTO_INCREMENT"))
            return MLK_OP_ADD_COUNTER;
        if (at(w, i, "STORED") || at(w, i, "PERSISTENT"))
            op = MLK_OP_ADD_STORED;
    }
    return op;
}

static enum mlk_op add_op(const struct words *w)
{
    static const char *const indexes[] = {"INDEX", "KEY", "UNIQUE", NULL};
    static const char *const others[] = {"FULLTEXT", "SPATIAL", NULL};
    size_t i = 1;

    if (at(w, i, "PARTITION")) /* by RANGE and LIST it has VALUES; by HASH and KEY every row may move */
        return names(w, i, "VALUES") ? MLK_OP_PARTITION_LIST : MLK_OP_PARTITION_ROWS;
    if (at(w, i, "COLUMN"))
        return i + 1 < w->count && mlk_token_mark(&w->tokens[i + 1], '(') ? columns_op(w, i + 1)
                                                                          : column_op(w, i + 1);
    if (at(w, i, "SYSTEM") || at(w, i, "PERIOD"))
        return MLK_OP_REBUILD;
    if (at(w, i, "CONSTRAINT")) {
        i = past_if(w, i + 1);
        /* CONSTRAINT, perhaps a name */
        if (!at(w, i, "PRIMARY") && !at(w, i, "UNIQUE") && !at(w, i, "FOREIGN") && !at(w, i, "CHECK"))
            i++;
    }
    if (at(w, i, "PRIMARY"))
        return MLK_OP_ADD_PRIMARY_KEY;
    if (at(w, i, "FOREIGN"))
        return MLK_OP_ADD_FOREIGN_KEY;
    if (at(w, i, "CHECK"))
        return MLK_OP_ADD_CHECK;
    if (any_of(w, i, others))
        return MLK_OP_ADD_OTHER_INDEX;
    if (any_of(w, i, indexes))
        return MLK_OP_ADD_INDEX;
    if (i < w->count && mlk_token_mark(&w->tokens[i], '('))
        return columns_op(w, i);
    return column_op(w, i);
}

static enum mlk_op drop_op(const struct words *w)
{
    if (at(w, 1, "PARTITION"))
        return MLK_OP_PARTITION_LIST;
    if (at(w, 1, "PRIMARY"))
        return MLK_OP_DROP_PRIMARY_KEY;
    if (at(w, 1, "INDEX") || at(w, 1, "KEY"))
        return MLK_OP_DROP_INDEX;
    if (at(w, 1, "FOREIGN"))
        return MLK_OP_DROP_FOREIGN_KEY;
    if (at(w, 1, "CHECK"))
        return MLK_OP_DROP_CHECK;
    if (at(w, 1, "CONSTRAINT"))
        return MLK_OP_DROP_CONSTRAINT;
    if (at(w, 1, "SYSTEM") || at(w, 1, "PERIOD"))
        return MLK_OP_REBUILD;
    return MLK_OP_DROP_COLUMN;
}

static enum mlk_op alter_op(const struct words *w)
{
    if (at(w, 1, "INDEX") || at(w, 1, "KEY"))
        return MLK_OP_INDEX_NAME;
    /* [NOT] ENFORCED: what is not obeyed comes or goes; rows may have to be checked */
    if (at(w, 1, "CHECK") || at(w, 1, "CONSTRAINT"))
        return has(w, 2, "NOT") ? MLK_OP_DROP_CHECK : MLK_OP_ADD_CHECK;
    return MLK_OP_COLUMN_DEFAULT;
}

static enum mlk_op rename_op(const struct words *w)
{
    if (at(w, 1, "COLUMN") && w->count > 3)
        return MLK_OP_RENAME_COLUMN;
    if ((at(w, 1, "INDEX") || at(w, 1, "KEY")) && w->count > 3)
        return MLK_OP_INDEX_NAME;
    return MLK_OP_RENAME;
}

/* Options of the whole table. Those that only change a number or a text; where another follows without a
 * comma, the clause counts as the heavier kind. */
static bool option_op(const struct words *w, enum mlk_op *op)
{
    static const char *const light[] = {"AUTO_INCREMENT",
                                        "COMMENT",
                                        "STATS_PERSISTENT",
                                        "STATS_AUTO_RECALC",
                                        "STATS_SAMPLE_PAGES",
                                        "DEFAULT",
                                        "CHARACTER",
                                        "CHARSET",
                                        "COLLATE",
                                        "AUTOEXTEND_SIZE",
                                        NULL};
    static const char *const heavy[] = {"ENGINE",
                                        "FORCE",
                                        "ROW_FORMAT",
                                        "KEY_BLOCK_SIZE",
                                        "COMPRESSION",
                                        "ENCRYPTION",
                                        "ENCRYPTED",
                                        "ENCRYPTION_KEY_ID",
                                        "PAGE_COMPRESSED",
                                        "PAGE_COMPRESSION_LEVEL",
                                        "MAX_ROWS",
                                        "MIN_ROWS",
                                        "AVG_ROW_LENGTH",
                                        "PACK_KEYS",
                                        "CHECKSUM",
                                        "DELAY_KEY_WRITE",
                                        "PAGE_CHECKSUM",
                                        "TRANSACTIONAL",
                                        NULL};

    if (!any_of(w, 0, light) && !any_of(w, 0, heavy))
        return false;
    *op = any_of(w, 0, light) ? MLK_OP_OPTION : MLK_OP_REBUILD;
    for (size_t i = 1; i < w->count; i++) {
        if (any_of(w, i, heavy))
            *op = MLK_OP_REBUILD;
    }
    return true;
}

static bool partition_op(const struct words *w, enum mlk_op *op)
{
    bool rows = at(w, 0, "COALESCE") || at(w, 0, "REORGANIZE") || at(w, 0, "REBUILD");

    if (at(w, 1, "PARTITION") && (rows || at(w, 0, "TRUNCATE"))) {
        *op = rows ? MLK_OP_PARTITION_ROWS : MLK_OP_PARTITION_LIST;
        return true;
    }
    if ((at(w, 0, "PARTITION") && at(w, 1, "BY")) || (at(w, 0, "REMOVE") && at(w, 1, "PARTITIONING"))) {
        *op = MLK_OP_PARTITIONED;
        return true;
    }
    return false;
}

bool mlk_clause_read(const struct mlk_token *tokens, size_t count, enum mlk_op *op, char *why,
                     size_t why_size)
{
    const struct words w = {tokens, count};

    if (at(&w, 1, "PARTITION") && !at(&w, 0, "ADD") && !at(&w, 0, "DROP"))
        return partition_op(&w, op) || not_judged(why, why_size, &w);
    if (at(&w, 0, "ADD") && count > 1)
        *op = add_op(&w);
    else if (at(&w, 0, "DROP") && count > 1)
        *op = drop_op(&w);
    else if ((at(&w, 0, "MODIFY") || at(&w, 0, "CHANGE")) && count > 2)
        *op = MLK_OP_CHANGE_COLUMN;
    else if (at(&w, 0, "ALTER") && count > 2)
        *op = alter_op(&w);
    else if (at(&w, 0, "RENAME") && count > 1)
        *op = rename_op(&w);
    else if (at(&w, 0, "CONVERT") && at(&w, 1, "TO"))
        *op = MLK_OP_CONVERT;
    else if (!partition_op(&w, op) && !option_op(&w, op))
        return not_judged(why, why_size, &w);
    return true;
}
