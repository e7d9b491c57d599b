/* SPDX-License-Identifier: GPL-2.0-only */
#include "ddl_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "miglock/text.h"

static bool is(const struct mlk_words *w, const char *keyword)
{
    return w->type == MLK_WORD_PLAIN && strcasecmp(w->text, keyword) == 0;
}

static bool any(const struct mlk_words *w, const char *const *keywords)
{
    for (; *keywords; keywords++) {
        if (is(w, *keywords))
            return true;
    }
    return false;
}

static void upper(char *to, size_t size, const char *from)
{
    mlk_copy(to, size, from);
    for (; *to; to++)
        *to = (char)toupper((unsigned char)*to);
}

/* What can stand between the verb and what it is about: ALTER ONLINE TABLE, CREATE OR REPLACE UNIQUE INDEX,
 * OPTIMIZE LOCAL TABLE. A view's DEFINER = ... is passed over with what belongs to it. */
static const char *const fillers[] = {"ONLINE",
                                      "OFFLINE",
                                      "IGNORE",
                                      "OR",
                                      "REPLACE",
                                      "UNIQUE",
                                      "FULLTEXT",
                                      "SPATIAL",
                                      "VECTOR",
                                      "LOCAL",
                                      "NO_WRITE_TO_BINLOG",
                                      "ALGORITHM",
                                      "DEFINER",
                                      "SQL",
                                      "SECURITY",
                                      "INVOKER",
                                      "UNDEFINED",
                                      "MERGE",
                                      "TEMPTABLE",
                                      "CURRENT_USER",
                                      "AGGREGATE",
                                      NULL};

/* verb, what it is about, and whether the table's name follows (else it follows ON). kind NULL: the two
 * words. */
static const struct form {
    const char *verb, *about, *kind;
    enum { NO_TABLE, FOLLOWS, AFTER_ON, OPTIONAL } table;
} forms[] = {
    {"ALTER", "TABLE", NULL, FOLLOWS},
    {"CREATE", "TABLE", NULL, FOLLOWS},
    {"DROP", "TABLE", NULL, FOLLOWS},
    {"DROP", "TABLES", "DROP TABLE", FOLLOWS},
    {"RENAME", "TABLE", NULL, FOLLOWS},
    {"RENAME", "TABLES", "RENAME TABLE", FOLLOWS},
    {"TRUNCATE", "TABLE", NULL, FOLLOWS},
    {"OPTIMIZE", "TABLE", NULL, FOLLOWS},
    {"OPTIMIZE", "TABLES", "OPTIMIZE TABLE", FOLLOWS},
    {"REPAIR", "TABLE", NULL, FOLLOWS},
    {"REPAIR", "TABLES", "REPAIR TABLE", FOLLOWS},
    {"CREATE", "INDEX", NULL, AFTER_ON},
    {"DROP", "INDEX", NULL, AFTER_ON},
    {"CREATE", "TRIGGER", NULL, AFTER_ON},
    {"DROP", "TRIGGER", NULL, NO_TABLE},
    {"CREATE", "VIEW", NULL, FOLLOWS},
    {"ALTER", "VIEW", NULL, FOLLOWS},
    {"DROP", "VIEW", NULL, FOLLOWS},
    {"CREATE", "DATABASE", NULL, NO_TABLE},
    {"CREATE", "SCHEMA", "CREATE DATABASE", NO_TABLE},
    {"ALTER", "DATABASE", NULL, NO_TABLE},
    {"ALTER", "SCHEMA", "ALTER DATABASE", NO_TABLE},
    {"DROP", "DATABASE", NULL, NO_TABLE},
    {"DROP", "SCHEMA", "DROP DATABASE", NO_TABLE},
    {"LOCK", "TABLES", NULL, FOLLOWS},
    {"LOCK", "TABLE", "LOCK TABLES", FOLLOWS},
    {"LOCK", "INSTANCE", NULL, NO_TABLE},
    {"FLUSH", "TABLES", NULL, OPTIONAL},
    {"FLUSH", "TABLE", "FLUSH TABLES", OPTIONAL},
    {"BACKUP", "STAGE", NULL, NO_TABLE},
    {"BACKUP", "LOCK", NULL, FOLLOWS},
    {"IMPORT", "TABLE", NULL, NO_TABLE},
};

/* The word that w stands at, and the next one after a dot. Goes on to the word behind the name. */
static void read_name(struct mlk_words *w, struct mlk_ddl_text *out)
{
    if (w->type != MLK_WORD_PLAIN && w->type != MLK_WORD_QUOTED)
        return;
    mlk_copy(out->table, sizeof out->table, w->text);
    if (!mlk_words_next(w) || w->type != MLK_WORD_MARK || w->text[0] != '.')
        return;
    if (!mlk_words_next(w)) { /* cut short */
        out->table[0] = '\0';
        return;
    }
    memcpy(out->schema, out->table, sizeof out->schema);
    mlk_copy(out->table, sizeof out->table, w->text);
    (void)mlk_words_next(w);
}

static void table_after(struct mlk_words *w, const struct form *f, struct mlk_ddl_text *out)
{
    static const char *const conditions[] = {"IF", "NOT", "EXISTS", NULL};
    bool more = mlk_words_next(w);

    while (more && f->table == AFTER_ON && !is(w, "ON"))
        more = mlk_words_next(w);
    if (more && f->table == AFTER_ON)
        more = mlk_words_next(w);
    while (more && any(w, conditions))
        more = mlk_words_next(w);
    if (more && !(f->table == OPTIONAL && (is(w, "WITH") || is(w, "FOR"))))
        read_name(w, out);
}

/* ALGORITHM and LOCK with one of their words, outside of parentheses; w stands behind the table's name. A
 * column can have either name, but no such type. */
static void read_options(struct mlk_words *w, struct mlk_ddl_text *out)
{
    static const char *const algorithms[] = {"DEFAULT", "INSTANT", "NOCOPY", "INPLACE", "COPY", NULL};
    static const char *const locks[] = {"DEFAULT", "NONE", "SHARED", "EXCLUSIVE", NULL};
    int depth = 0;

    while (w->type != MLK_WORD_END) {
        bool algorithm = is(w, "ALGORITHM"), lock = is(w, "LOCK");

        if (w->type == MLK_WORD_MARK)
            depth += (w->text[0] == '(') - (w->text[0] == ')');
        (void)mlk_words_next(w);
        if (depth != 0 || (!algorithm && !lock))
            continue;
        if (w->type == MLK_WORD_MARK && w->text[0] == '=')
            (void)mlk_words_next(w);
        if (algorithm && any(w, algorithms))
            upper(out->algorithm, sizeof out->algorithm, w->text);
        if (lock && any(w, locks))
            upper(out->lock, sizeof out->lock, w->text);
    }
}

static const struct form *form_of(const char *verb, const struct mlk_words *w)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].verb, verb) == 0 && is(w, forms[i].about))
            return &forms[i];
    }
    return NULL;
}

/* Past what is no word of the kind: DEFINER = `a`@`b` has marks and names. */
static bool to_object(struct mlk_words *w)
{
    bool more = mlk_words_next(w), definer = false;

    while (more && (any(w, fillers) || (definer && !form_of("CREATE", w)) || w->type == MLK_WORD_MARK)) {
        definer = definer || is(w, "DEFINER");
        more = mlk_words_next(w);
    }
    return more;
}

static void read_kind(struct mlk_words *w, struct mlk_ddl_text *out)
{
    static const char *const verbs[] = {"ALTER",  "CREATE", "DROP",  "RENAME", "TRUNCATE", "OPTIMIZE",
                                        "REPAIR", "LOCK",   "FLUSH", "BACKUP", "IMPORT",   NULL};
    const struct form *f;
    char verb[MLK_DDL_KIND_MAX];

    upper(verb, sizeof verb, w->text);
    mlk_copy(out->kind, sizeof out->kind, strcmp(verb, "WITH") == 0 ? "SELECT" : verb);
    if (!any(w, verbs) || !to_object(w))
        return;
    f = form_of(verb, w);
    if (!f && strcmp(verb, "TRUNCATE") == 0) { /* TRUNCATE orders */
        mlk_copy(out->kind, sizeof out->kind, "TRUNCATE TABLE");
        out->ddl = true;
        read_name(w, out);
        return;
    }
    if (!f)
        return;
    mlk_copy(out->kind, sizeof out->kind, f->kind ? f->kind : verb);
    if (!f->kind) {
        size_t len = strlen(out->kind);

        out->kind[len] = ' ';
        mlk_copy(out->kind + len + 1, sizeof out->kind - len - 1, f->about);
    }
    out->ddl = true;
    if (f->table != NO_TABLE)
        table_after(w, f, out);
    if (strcmp(f->about, "INDEX") == 0 || strcmp(out->kind, "ALTER TABLE") == 0)
        read_options(w, out);
}

/* MariaDB's SET STATEMENT max_statement_time = 0 FOR ALTER TABLE ...: what it is for. Stays at SET where that
 * is not it, or was cut off. */
static void pass_settings(struct mlk_words *w)
{
    struct mlk_words ahead = *w;
    int depth = 0;

    if (!is(w, "SET") || !mlk_words_next(&ahead) || !is(&ahead, "STATEMENT"))
        return;
    while (mlk_words_next(&ahead)) {
        if (ahead.type == MLK_WORD_MARK)
            depth += (ahead.text[0] == '(') - (ahead.text[0] == ')');
        if (depth == 0 && is(&ahead, "FOR")) {
            if (mlk_words_next(&ahead) && ahead.type == MLK_WORD_PLAIN)
                *w = ahead;
            return;
        }
    }
}

void mlk_ddl_text_read(const char *sql, struct mlk_ddl_text *out)
{
    struct mlk_words w;

    memset(out, 0, sizeof *out);
    /* what runs inside MySQL is shown with this before it */
    if (sql && strncmp(sql, "PLUGIN: ", 8) == 0)
        sql += 8;
    mlk_words_begin(&w, sql);
    while (mlk_words_next(&w)) {
        if (w.type == MLK_WORD_PLAIN) {
            pass_settings(&w);
            read_kind(&w, out);
            return;
        }
    }
}
