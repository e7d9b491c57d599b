/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statements that are nearly right, by the ten thousand: those of tests/advice/cases.txt, damaged. Whatever
 * is judged of them must reach the server as one statement about the twin. test_advise_mutants [ROUNDS
 * [SEED]]: more of them.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "advise/ddl.h"
#include "miglock/buf.h"
#include "unit.h"

#define TWIN  "`s`.`miglock_twin_1`"
#define OTHER "`s`.`miglock_twin_2`"

enum { CASES_MAX = 200, CASE_BYTES = 400, SQL_BYTES = 4000 };

static unsigned long rounds = 200000;
static uint64_t seed = 1;
static char cases[CASES_MAX][CASE_BYTES];
static size_t case_count;
static unsigned long judged;

/* What has a meaning of its own somewhere. */
static const char *const pieces[] = {"'",
                                     "\"",
                                     "`",
                                     ";",
                                     "--",
                                     "-- ",
                                     "#",
                                     "/*",
                                     "*/",
                                     "/*!",
                                     "/*M!",
                                     "\\",
                                     "\n",
                                     "(",
                                     ")",
                                     ",",
                                     ".",
                                     "=",
                                     "1",
                                     "1e1",
                                     "1.",
                                     ".5",
                                     "1.5e+2",
                                     "0x1f",
                                     "$$",
                                     "@a",
                                     "\xc3\xa4",
                                     " ",
                                     "LOCK",
                                     "ALGORITHM",
                                     "=NONE",
                                     " RENAME TO x ",
                                     "PARTITION",
                                     " BY ",
                                     " REMOVE PARTITIONING",
                                     "UNION=(b)",
                                     "TABLESPACE x",
                                     "SELECT",
                                     "EXCHANGE",
                                     " REFERENCES p(id)",
                                     "REFERENCES a.b",
                                     " ENGINE=",
                                     "=1e1TABLESPACE x",
                                     "=1.SELECT",
                                     " 1e1REFERENCES p(id)",
                                     ".5e",
                                     "MERGE",
                                     "CONSTRAINT x CHECK",
                                     "FOREIGN KEY (a)",
                                     " DEFAULT ",
                                     "f(",
                                     "IF EXISTS",
                                     "IF NOT EXISTS",
                                     "WAIT 5",
                                     " ON t",
                                     "USING",
                                     "INDEX",
                                     "DROP",
                                     "ADD",
                                     "TABLE",
                                     "IGNORE",
                                     "ONLINE",
                                     "real",
                                     "DATA DIRECTORY '/'"};

static size_t below(size_t limit)
{
    seed ^= seed << 13; /* xorshift: the same on every machine */
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % limit);
}

static void read_cases(void)
{
    FILE *in = fopen(ADVICE_CASES, "r");
    char line[CASE_BYTES];

    assert_non_null(in);
    while (case_count < CASES_MAX && fgets(line, sizeof line, in)) {
        const char *sql = strncmp(line, "mysql: ", 7) == 0     ? line + 7
                          : strncmp(line, "mariadb: ", 9) == 0 ? line + 9
                                                               : line;

        line[strcspn(line, "\n")] = '\0';
        if (line[0] && line[0] != '#')
            snprintf(cases[case_count++], CASE_BYTES, "%s", sql);
    }
    fclose(in);
    assert_true(case_count > 60);
}

/* ---- damage ---- */

static void splice(char *sql, size_t at, size_t gone, const char *piece, size_t len)
{
    size_t all = strlen(sql);

    if (all - gone + len >= SQL_BYTES)
        return;
    memmove(sql + at + len, sql + at + gone, all - at - gone + 1);
    memcpy(sql + at, piece, len);
}

static void damage(char *sql)
{
    size_t len = strlen(sql), at = below(len + 1);
    const char *other = cases[below(case_count)];
    const char *piece = pieces[below(sizeof pieces / sizeof pieces[0])];

    while (below(3) && at < len && isalnum((unsigned char)sql[at]))
        at++; /* rather between words than within them */
    switch (below(5)) {
    case 0:
        splice(sql, at, below(len - at + 1), "", 0);
        break;
    case 1:
        splice(sql, at, 0, other + below(strlen(other)), below(8));
        break;
    case 2:
        splice(sql, at, len - at, other + strlen(other) / 2, strlen(other) - strlen(other) / 2);
        break;
    default:
        splice(sql, at, 0, piece, strlen(piece));
    }
}

/* ---- what must hold of what is sent ---- */

static void check(bool holds, const char *what, const char *sql, const char *sent)
{
    if (!holds)
        fail_msg("%s\n  given: %s\n  sent:  %s", what, sql, sent);
}

/* Nothing lies between tokens but single blanks, and every one of them is plain. */
static bool bare(const char *sent, const struct mlk_tokens *tokens)
{
    const char *at = sent;

    for (size_t i = 0; i < tokens->count; i++) {
        const struct mlk_token *t = &tokens->list[i];

        if (t->text != at + (*at == ' ') || t->kind == MLK_TOKEN_END || t->kind == MLK_TOKEN_HIDDEN ||
            t->kind == MLK_TOKEN_ODD)
            return false;
        at = t->text + t->len;
    }
    return *at == '\0';
}

static bool letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Where the number ends that this text begins with: found without the scanner's own rule. */
static const char *past_number(const char *p)
{
    char *end;

    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return p;
    strtod(p, &end);
    /* digits that a letter follows at once are a name */
    return strspn(p, "0123456789") == (size_t)(end - p) ? p : end;
}

static bool only_digits(const struct mlk_token *t)
{
    return strspn(t->text, "0123456789") >= t->len;
}

/* No keyword of that kind stands outside quotes, also none right behind a number. */
static bool hides(const struct mlk_tokens *tokens, const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < tokens->count; i++) {
        const struct mlk_token *t = &tokens->list[i];
        const char *p = t->text;

        if (t->kind != MLK_TOKEN_WORD && t->kind != MLK_TOKEN_NUMBER)
            continue;
        /* behind a point a keyword is a name, unless the point belongs to a number */
        if (i > 1 && p[-1] == '.' &&
            !(t[-2].text + t[-2].len + 1 == p && only_digits(&t[-2]) && (i < 3 || t[-2].text[-1] != '.')))
            continue;
        if (isdigit((unsigned char)*p))
            p = past_number(p);
        if (strncasecmp(p, word, len) == 0 && !letter(p[len]))
            return true;
    }
    return false;
}

static bool begins(const struct mlk_ddl *ddl, bool as_alter, const char *sent)
{
    const char *alter = ddl->ignore ? "ALTER IGNORE TABLE " TWIN " " : "ALTER TABLE " TWIN " ";
    const char *on = strcasestr(sent, " ON " TWIN);

    if (ddl->kind == MLK_DDL_ALTER_TABLE || as_alter)
        return strncmp(sent, alter, strlen(alter)) == 0;
    return on && on - sent < 400 &&
           strncasecmp(sent, ddl->kind == MLK_DDL_CREATE_INDEX ? "CREATE " : "DROP ", 5) == 0;
}

static bool same_token(const struct mlk_token *a, const struct mlk_token *b)
{
    return a->kind == b->kind && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* The clauses but ALGORITHM and LOCK are the same ones, token by token; with no names put in their place. */
static bool same_clauses(const struct mlk_ddl *a, const struct mlk_ddl *b, bool names)
{
    size_t k = 0;

    for (size_t i = 0; i < a->clause_count; i++) {
        const struct mlk_clause *x = &a->clauses[i], *y;

        if (x->op == MLK_OP_GUARD || (a->kind != MLK_DDL_ALTER_TABLE && x->first == x->end))
            continue;
        while (k < b->clause_count &&
               (b->clauses[k].op == MLK_OP_GUARD || b->clauses[k].first == b->clauses[k].end))
            k++;
        if (k == b->clause_count || b->clauses[k].op != x->op)
            return false;
        y = &b->clauses[k++];
        for (size_t n = 0; names && n < x->end - x->first; n++) {
            if (y->end - y->first != x->end - x->first ||
                !same_token(&a->tokens[x->first + n], &b->tokens[y->first + n]))
                return false;
        }
    }
    while (k < b->clause_count &&
           (b->clauses[k].op == MLK_OP_GUARD || b->clauses[k].first == b->clauses[k].end))
        k++;
    return k == b->clause_count;
}

static void look(const struct mlk_ddl *ddl, struct mlk_scan_mode mode, bool twin, const char *sql)
{
    static const struct mlk_form forms[] = {{"INPLACE", "NONE"}, {"COPY", "SHARED"}};
    static struct mlk_ddl again;
    const char *texts[MLK_SPOTS_MAX];
    struct mlk_rewrite how = {
        .form = &forms[below(2)], .table = twin ? TWIN : NULL, .spots = twin ? texts : NULL};
    struct mlk_tokens tokens = {0};
    char error[256];
    const char *sent;
    struct mlk_buf b;

    how.as_alter = ddl->kind == MLK_DDL_OPTIMIZE_TABLE || (ddl->kind == MLK_DDL_DROP_INDEX && below(2));
    for (size_t i = 0; i < MLK_SPOTS_MAX; i++)
        texts[i] = i < ddl->spot_count && ddl->spots[i].kind != MLK_SPOT_PARENT ? "`c`" : OTHER;
    mlk_buf_init(&b, 4 * SQL_BYTES);
    assert_int_equal(mlk_ddl_write(ddl, &how, &b), MLK_OK);
    sent = mlk_buf_text(&b);
    check(mlk_sql_scan(sent, b.len, mode, &tokens, error, sizeof error) == MLK_OK, "it can be read", sql,
          sent);
    check(bare(sent, &tokens), "it is one statement without comments", sql, sent);
    mlk_ddl_parse(tokens.list, tokens.count, &again);
    check(!again.why_not[0], again.why_not, sql, sent);
    check(strcmp(again.algorithm, how.form->algorithm) == 0 && strcmp(again.lock, how.form->lock) == 0,
          "ALGORITHM and LOCK are the advised ones", sql, sent);
    if (!how.as_alter) /* what lies between options of an index is one clause where they are gone */
        check(again.kind == ddl->kind &&
                  (ddl->kind != MLK_DDL_ALTER_TABLE || same_clauses(ddl, &again, !twin)),
              "its clauses are the same", sql, sent);
    check(strcmp(again.table, twin ? "miglock_twin_1" : ddl->table) == 0 &&
              strcmp(again.schema, twin ? "s" : ddl->schema) == 0,
          "it is about that table", sql, sent);
    check(!hides(&tokens, "TABLESPACE") && !hides(&tokens, "SELECT") && !hides(&tokens, "EXCHANGE") &&
              !hides(&tokens, "RENAME TO"),
          "nothing is hidden in it", sql, sent);
    if (twin) {
        check(begins(ddl, how.as_alter, sent), "it begins with its kind and the twin", sql, sent);
        for (size_t i = 0; i < again.spot_count; i++)
            check(again.spots[i].kind != MLK_SPOT_PARENT ||
                      strcmp(again.spots[i].name, "miglock_twin_2") == 0,
                  "its parents are twins", sql, sent);
    }
    judged++;
    mlk_tokens_free(&tokens);
    mlk_buf_free(&b);
}

static void mutants(void **state)
{
    static struct mlk_ddl ddl;
    char sql[SQL_BYTES], error[256];

    (void)state;
    for (unsigned long round = 0; round < rounds; round++) {
        const struct mlk_scan_mode mode = {below(4) == 0, below(4) == 0};
        struct mlk_tokens tokens;

        snprintf(sql, sizeof sql, "%s", cases[below(case_count)]);
        for (size_t i = below(5); i > 0; i--)
            damage(sql);
        if (mlk_sql_scan(sql, strlen(sql), mode, &tokens, error, sizeof error) != MLK_OK)
            continue;
        for (size_t first = 0, i = 0; i <= tokens.count; i++) {
            if (i < tokens.count && tokens.list[i].kind != MLK_TOKEN_END)
                continue;
            if (i > first) {
                mlk_ddl_parse(tokens.list + first, i - first, &ddl);
                if (!ddl.why_not[0] && !mlk_ddl_has(&ddl, MLK_OP_RENAME))
                    look(&ddl, mode, below(2), sql);
            }
            first = i + 1;
        }
        mlk_tokens_free(&tokens);
    }
    /* most of them are damaged beyond judging, but not all */
    assert_true(judged > rounds / 10);
}

/* Undamaged they are judged, all of them. */
static void originals(void **state)
{
    static const struct mlk_scan_mode plain = {false, false};
    static struct mlk_ddl ddl;

    (void)state;
    read_cases();
    for (size_t i = 0; i < case_count; i++) {
        struct mlk_tokens tokens;
        char error[256];

        assert_int_equal(mlk_sql_scan(cases[i], strlen(cases[i]), plain, &tokens, error, sizeof error),
                         MLK_OK);
        mlk_ddl_parse(tokens.list, tokens.count, &ddl);
        check(!ddl.why_not[0], ddl.why_not, cases[i], "");
        if (!mlk_ddl_has(&ddl, MLK_OP_RENAME))
            look(&ddl, plain, true, cases[i]);
        mlk_tokens_free(&tokens);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(originals), cmocka_unit_test(mutants)};

    if (argc > 1)
        rounds = strtoul(argv[1], NULL, 10);
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
