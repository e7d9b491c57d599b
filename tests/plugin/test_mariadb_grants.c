/* SPDX-License-Identifier: GPL-2.0-only */
/* Grants are read as MariaDB reads them: nothing else stands between a caller and every table. */
#include <string.h>

#include "failing_heap.h"
#include "mariadb_grants.h"
#include "unit.h"

enum { PATTERN_MAX = 5, NAME_MAX_HERE = 4 };
enum { ALL = MLK_RIGHT_SELECT | MLK_RIGHT_UPDATE | MLK_RIGHT_DELETE | MLK_RIGHT_INSERT | MLK_RIGHT_SEE };

static const char me[] = "'shop'@'%'", role[] = "'migrators'@''", other[] = "'other'@''";

static struct mlk_grants *list(bool names_ignore_case)
{
    struct mlk_grants *g = mlk_grants_new(names_ignore_case);

    assert_non_null(g);
    return g;
}

static void add(struct mlk_grants *g, const char *holder, const char *schema, const char *table,
                unsigned rights)
{
    assert_int_equal(mlk_grants_add(g, holder, schema, table, rights), MLK_OK);
}

/* The rule as a manual would say it. */
static bool reference(const char *pattern, const char *name)
{
    if (*pattern == '\0')
        return *name == '\0';
    if (*pattern == '%')
        return reference(pattern + 1, name) || (*name && reference(pattern, name + 1));
    if (*name == '\0')
        return false;
    if (*pattern == '_')
        return reference(pattern + 1, name + 1);
    if (*pattern == '\\' && pattern[1])
        pattern++;
    return *pattern == *name && reference(pattern + 1, name + 1);
}

/* The next text over the alphabet, shorter ones first. False after the last one of that length. */
static bool next_text(char *text, size_t max)
{
    static const char alphabet[] = "ab%_\\";
    size_t len = strlen(text);

    for (size_t i = len; i-- > 0;) {
        const char *at = strchr(alphabet, text[i]);

        if (at[1]) {
            text[i] = at[1];
            return true;
        }
        text[i] = alphabet[0];
    }
    if (len == max)
        return false;
    text[len] = alphabet[0];
    text[len + 1] = '\0';
    return true;
}

static void patterns_against_a_reference(void **state)
{
    char pattern[PATTERN_MAX + 1] = "";
    size_t pairs = 0;

    (void)state;
    do {
        char name[NAME_MAX_HERE + 1] = "";

        do {
            if (mlk_grants_match(pattern, name) != reference(pattern, name))
                fail_msg("pattern '%s' on name '%s'", pattern, name);
            pairs++;
        } while (next_text(name, NAME_MAX_HERE));
    } while (next_text(pattern, PATTERN_MAX));
    assert_int_equal(pairs, 3906 * 781); /* all of them: (5^6 - 1) / 4 and (5^5 - 1) / 4 */
}

static void patterns_by_hand(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"shop", "shop", true},
        {"shop", "Shop", false},
        {"shop", "shop2", false},
        {"a\\_b%", "a_bxx", true},
        {"a\\_b%", "axbxx", false},
        {"a_c", "abc", true},
        {"a_c", "ac", false},
        {"%", "", true},
        {"", "a", false},
        {"%x%y", "aaxbby", true},
        {"%x%y", "aaxbb", false},
        {"a\\%", "a%", true},
        {"a\\%", "ab", false},
        {"a\\\\b", "a\\b", true},
        {"a\\", "a\\", true},
        {"%\\_x", "a_b_x", true},
        {"%\\_x", "a_bx", false},
        {"\xc3_", "\xc3\xa9", true},
        {"%%%%a%%%%a%%%%b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        if (mlk_grants_match(cases[i].pattern, cases[i].name) != cases[i].matches)
            fail_msg("pattern '%s' on name '%s'", cases[i].pattern, cases[i].name);
    }
}

static void names_of_rights(void **state)
{
    (void)state;
    assert_int_equal(mlk_right_of("SELECT", 6, true), MLK_RIGHT_SELECT | MLK_RIGHT_SEE);
    assert_int_equal(mlk_right_of("UPDATE", 6, false), MLK_RIGHT_UPDATE | MLK_RIGHT_SEE);
    assert_int_equal(mlk_right_of("DELETE", 6, false), MLK_RIGHT_DELETE | MLK_RIGHT_SEE);
    assert_int_equal(mlk_right_of("INSERT", 6, false), MLK_RIGHT_INSERT | MLK_RIGHT_SEE);
    assert_int_equal(mlk_right_of("INSERT", 6, true), MLK_RIGHT_INSERT | MLK_RIGHT_SEE);
    assert_int_equal(mlk_right_of("DELETE HISTORY", 14, false), MLK_RIGHT_SEE); /* another privilege */
    assert_int_equal(mlk_right_of("PROCESS, SUPER", 7, true), MLK_RIGHT_PROCESS);
    assert_int_equal(mlk_right_of("CONNECTION ADMIN", 16, true), MLK_RIGHT_CONNECTION_ADMIN);
    assert_int_equal(mlk_right_of("USAGE", 5, true), 0);
    assert_int_equal(mlk_right_of("USAGE", 5, false), 0);
    /* neither a part of a name, nor a name with more behind it, nor another spelling */
    assert_int_equal(mlk_right_of("SELEC", 5, true), 0);
    assert_int_equal(mlk_right_of("SELECTS", 7, true), 0);
    assert_int_equal(mlk_right_of("select", 6, true), 0);
    assert_int_equal(mlk_right_of("", 0, true), 0);
    /* those of the whole server mean nothing on a schema, whoever wrote them there */
    assert_int_equal(mlk_right_of("PROCESS", 7, false), 0);
    assert_int_equal(mlk_right_of("SUPER", 5, false), 0);
    assert_int_equal(mlk_right_of("CONNECTION ADMIN", 16, false), 0);
    assert_int_equal(mlk_right_of("ALL PRIVILEGES", 14, false), ALL);
    assert_int_equal(mlk_right_of("ALL PRIVILEGES", 14, true),
                     ALL | MLK_RIGHT_PROCESS | MLK_RIGHT_SUPER | MLK_RIGHT_CONNECTION_ADMIN);
    /* any other right on a schema shows it, and gives nothing else */
    assert_int_equal(mlk_right_of("CREATE ROUTINE", 14, false), MLK_RIGHT_SEE);
    assert_int_equal(mlk_right_of("CREATE ROUTINE", 14, true), 0);
}

static void no_grant_allows_nothing(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    for (unsigned right = 1; right <= MLK_RIGHT_INSERT; right *= 2) {
        assert_false(mlk_grants_allow(g, right, "shop", "t"));
        assert_false(mlk_grants_allow(g, right, "shop", NULL));
        assert_false(mlk_grants_allow(g, right, NULL, NULL));
    }
    mlk_grants_free(g);
    mlk_grants_free(NULL);
}

static void everywhere(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    add(g, me, NULL, NULL, MLK_RIGHT_PROCESS);
    add(g, me, NULL, NULL, MLK_RIGHT_SELECT); /* adds to the first, takes nothing away */
    assert_true(mlk_grants_allow(g, MLK_RIGHT_PROCESS, NULL, NULL));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, "shop", "t"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, "shop", NULL));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, NULL, NULL));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_CONNECTION_ADMIN, NULL, NULL));
    mlk_grants_free(g);
}

static void on_a_schema(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    add(g, me, "shop", NULL, MLK_RIGHT_UPDATE | MLK_RIGHT_SEE);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_DELETE, "shop", "t"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", NULL));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SEE, "shop", NULL));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SELECT, "shop", "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shops", "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "Shop", "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, NULL, NULL));
    mlk_grants_free(g);
}

static void on_a_table(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    add(g, me, "shop", "locks", MLK_RIGHT_UPDATE | MLK_RIGHT_SEE);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "locks"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SEE, "shop", NULL));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SEE, "shop", "orders"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "orders"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", NULL));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "blog", "locks"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SELECT, "shop", "locks"));
    mlk_grants_free(g);
}

/* On a table neither name is a pattern. */
static void table_names_are_no_patterns(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    add(g, me, "sho_", "%", MLK_RIGHT_UPDATE);
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "locks"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "sho_", "locks"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "sho_", "%"));
    mlk_grants_free(g);
}

/* A row of TABLE_PRIVILEGES whose schema did not come: not a grant ON *.*. */
static void a_table_without_schema_is_no_grant(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    add(g, me, NULL, "locks", ALL);
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "locks"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SEE, NULL, NULL));
    mlk_grants_free(g);
}

static void only_the_most_exact_schema_counts(void **state)
{
    static const struct {
        const char *wide, *exact, *name;
        bool exact_counts;
    } cases[] = {
        {"shop%", "shop", "shop", true},
        {"shop%", "shop", "shop_eu", false},
        {"%", "s%", "shop", true},
        {"s%", "sh%", "shop", true},
        {"sh%", "sh_p", "shop", false}, /* as exact as each other: only what both allow */
        {"_hop", "sh%", "shop", true},
        {"shop\\_%", "shop\\_eu", "shop_eu", true},
        {"shop_e%", "shop\\_e%", "shop_eu", true}, /* an escaped wildcard is none */
        {"%hop", "s%p", "shop", true},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases) * 2; i++) {
        const char *wide = cases[i / 2].wide, *exact = cases[i / 2].exact, *name = cases[i / 2].name;
        bool same = strcmp(wide, "sh%") == 0 && strcmp(exact, "sh_p") == 0;
        struct mlk_grants *g = list(false);

        add(g, me, i % 2 ? wide : exact, NULL, i % 2 ? MLK_RIGHT_UPDATE : MLK_RIGHT_SELECT);
        add(g, me, i % 2 ? exact : wide, NULL, i % 2 ? MLK_RIGHT_SELECT : MLK_RIGHT_UPDATE);
        if (mlk_grants_allow(g, MLK_RIGHT_SELECT, name, "t") != (cases[i / 2].exact_counts && !same) ||
            mlk_grants_allow(g, MLK_RIGHT_UPDATE, name, "t") != (!cases[i / 2].exact_counts && !same))
            fail_msg("'%s' and '%s' on %s", wide, exact, name);
        mlk_grants_free(g);
    }
}

/* The first wildcard behind byte 127 is as far as the server looks. */
static void exactness_has_a_limit(void **state)
{
    char name[200], early[200], late[201];
    struct mlk_grants *g = list(false);

    (void)state;
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    memcpy(early, name, sizeof early);
    early[150] = '_';
    memcpy(late, name, sizeof name);
    late[199] = '%';
    late[200] = '\0';
    add(g, me, early, NULL, MLK_RIGHT_SELECT);
    add(g, me, late, NULL, MLK_RIGHT_UPDATE);
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, name, "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SELECT, name, "t"));
    add(g, me, name, NULL, MLK_RIGHT_SELECT);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, name, "t"));
    mlk_grants_free(g);
}

/* A narrow grant of one holder takes nothing from what another one has, nor from grants of other kinds. */
static void holders_and_levels_add_up(void **state)
{
    struct mlk_grants *g = list(false);

    (void)state;
    add(g, me, "shop", NULL, MLK_RIGHT_SELECT);
    add(g, role, "%", NULL, MLK_RIGHT_UPDATE);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, "shop", "t"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "shop", "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SELECT, "blog", "t"));
    add(g, other, "blog", "locks", MLK_RIGHT_SELECT);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, "blog", "locks"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "blog", "locks"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SELECT, "blog", "posts"));
    add(g, other, NULL, NULL, MLK_RIGHT_PROCESS);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_PROCESS, "blog", "posts"));
    mlk_grants_free(g);
}

/* The server keeps its grants in lower case then, and compares what a statement says in lower case. */
static void capitals(void **state)
{
    struct mlk_grants *g = list(true);

    (void)state;
    add(g, me, "shop%", NULL, MLK_RIGHT_SELECT);
    add(g, me, "shop", NULL, MLK_RIGHT_UPDATE);
    add(g, me, "blog", "locks", MLK_RIGHT_UPDATE);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "SHOP", "T"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_SELECT, "Shop", "t"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, "ShopEU", "t"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "Blog", "LOCKS"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, NULL, NULL));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "Blog", NULL));
    mlk_grants_free(g);
}

/* Only the server can lower such a name: it could then find a more exact grant than we do, with fewer rights.
 * A name that a grant spells out is in lower case already. */
static void capitals_beyond_ascii(void **state)
{
    static const char lower[] = "caf\xc3\xa9", upper[] = "CAF\xc3\x89";
    struct mlk_grants *g = list(true);

    (void)state;
    add(g, me, lower, NULL, MLK_RIGHT_SELECT);
    add(g, me, "%", NULL, MLK_RIGHT_UPDATE);
    add(g, role, lower, "locks", MLK_RIGHT_UPDATE);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_SELECT, lower, "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, lower, "t"));
    assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, upper, "t"));
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, lower, "locks"));
    add(g, role, NULL, NULL, MLK_RIGHT_UPDATE);
    assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, upper, "t"));
    mlk_grants_free(g);
}

static void memory_may_fail(void **state)
{
    bool again = true;

    (void)state;
    for (size_t n = 1; again; n++) {
        struct mlk_grants *g;
        bool kept = false, allowed = false;

        heap_arm(n, false);
        g = mlk_grants_new(true);
        for (int i = 0; g && i < 40; i++) { /* enough for the list to grow */
            char schema[] = {(char)('a' + i % 20), (char)('a' + i / 20), '\0'};

            kept = mlk_grants_add(g, me, schema, "t", MLK_RIGHT_UPDATE) == MLK_OK;
        }
        if (g)
            allowed = mlk_grants_allow(g, MLK_RIGHT_UPDATE, "TB", "T");
        again = heap_disarm();
        if (!g)
            continue;
        /* never more than was kept, and all of it once there is memory */
        assert_true(!allowed || kept);
        assert_true(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "TB", "T") == kept);
        assert_false(mlk_grants_allow(g, MLK_RIGHT_UPDATE, "TC", "T"));
        mlk_grants_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_against_a_reference),
        cmocka_unit_test(patterns_by_hand),
        cmocka_unit_test(names_of_rights),
        cmocka_unit_test(no_grant_allows_nothing),
        cmocka_unit_test(everywhere),
        cmocka_unit_test(on_a_schema),
        cmocka_unit_test(on_a_table),
        cmocka_unit_test(table_names_are_no_patterns),
        cmocka_unit_test(a_table_without_schema_is_no_grant),
        cmocka_unit_test(only_the_most_exact_schema_counts),
        cmocka_unit_test(exactness_has_a_limit),
        cmocka_unit_test(holders_and_levels_add_up),
        cmocka_unit_test(capitals),
        cmocka_unit_test(capitals_beyond_ascii),
        cmocka_unit_test(memory_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
