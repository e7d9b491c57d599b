/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names that tools give their locks. Flyway's, Java's hashes and capitals come from a Java 17
 * (String.hashCode, substring, toUpperCase(Locale.ROOT)); crc32 and sha1 names from Python's zlib and hashlib
 * with the formulas in the tools' sources.
 */
#include <string.h>

#include "miglock/target.h"
#include "tools/name_parts.h"
#include "unit.h"

#define T10      "tttttttttt"
#define T50      T10 T10 T10 T10 T10
#define A20      "abcdefghijklmnopqrst"
#define B32      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define CAFE     "caf\xc3\xa9"
#define DATABASE "\xe6\x95\xb0\xe6\x8d\xae\xe5\xba\x93" /* three Chinese characters */
#define LOCK     "\xf0\x9f\x94\x92"                     /* U+1F512: D83D DD12 in UTF-16 */
#define ROCKET   "\xf0\x9f\x9a\x80"                     /* U+1F680 */

struct name_case {
    const char *tool, *schema, *qualifier, *name;
};

static void names_are(const struct name_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mlk_tool *tool = mlk_tool_find(cases[i].tool, strlen(cases[i].tool));
        char memory[400];
        struct mlk_buf name;

        assert_non_null(tool);
        mlk_buf_fixed(&name, memory, sizeof memory);
        assert_int_equal(tool->name(cases[i].schema, cases[i].qualifier, &name), MLK_OK);
        assert_string_equal(memory, cases[i].name);
    }
}

static void computed_names(void **state)
{
    static const struct name_case cases[] = {
        {"golang-migrate", "app", "schema_migrations", "2938252834"},
        {"golang-migrate", "ghost", "schema_migrations", "254170657"},
        {"golang-migrate", "shop_production", "schema_migrations", "3604992570"},
        {"golang-migrate", "grafana", "schema_migrations", "2458520126"},
        {"golang-migrate", "app", "other", "475642348"},
        {"golang-migrate", CAFE, "schema_migrations", "1774596093"},
        {"grafana", "app", "", "620236277"},
        {"grafana", "ghost", "", "4058581723"},
        {"grafana", "shop_production", "", "1683448866"},
        {"grafana", "grafana", "", "4004004031"},
        {"grafana", "database_name", "", "1764327054"}, /* upstream's own */
        {"sqlx", "app", "", "3027310f4fd382c2"},
        {"sqlx", "ghost", "", "cb920a22c2105e"},
        {"sqlx", "shop_production", "", "288c5012011b1034"},
        {"sqlx", "grafana", "", "2800add55ebbef06"},
        {"sqlx", DATABASE, "", "500002caa3dc972"},
        {"flyway", "app", "flyway_schema_history", "Flyway--320650056"},
        {"flyway", "ghost", "flyway_schema_history", "Flyway-854422538"},
        {"flyway", "shop_production", "flyway_schema_history", "Flyway--1295492009"},
        {"flyway", "grafana", "flyway_schema_history", "Flyway--473233739"},
        {"flyway", "app", "schema_version", "Flyway-2119152213"},
        {"flyway", "ghost", "schema_version", "Flyway--1426834621"},
        {"flyway", "shop_production", "schema_version", "Flyway--1968545898"},
        {"flyway", "grafana", "schema_version", "Flyway--6454536"},
        {"flyway", CAFE, "flyway_schema_history", "Flyway-1277227000"},
        {"flyway", DATABASE, "flyway_schema_history", "Flyway-1964994308"},
        {"flyway", LOCK "lock", "flyway_schema_history", "Flyway--1467564071"},
        {"flyway", "app", ROCKET, "Flyway-176279628"},
    };

    (void)state;
    names_are(cases, UNIT_COUNT(cases));
}

static void readable_names(void **state)
{
    static const struct name_case cases[] = {
        {"prisma", "", "", "prisma_migrate"},
        {"evolve", "", "", "Evolve"},
        {"kysely", "", "", "ea586330-2c93-47c8-908d-981d9d270f9d"},
        {"airflow", "", "", "airflow_MIGRATIONS"},
        {"mage", "", "", "mage_MIGRATIONS"},
        {"efcore-oracle", "", "", "__EFMigrationsLock"},
        {"efcore-pomelo", "app", "", "__app_EFMigrationsLock"},
        {"efcore-pomelo", T50 T10, "", "__" T50 T10 "_EFMigrationsLock"}, /* not cut */
        {"sqitch", "app", "", "sqitch working on app"},
        {"sqitch-old", "", "", "sqitch working"},
        {"ecto", "", "MyApp.Repo", "ecto_MyApp.Repo"},
        {"atlas", "", "", "atlas_migrate_execute"},
        {"atlas-diff", "", "", "atlas_migrate_diff"},
        {"atlas-lint", "", "", "atlas_lint"},
        {"atlas-lint", "", "dev", "atlas_lint_dev"},
        {"skeema", "", "_skeema_tmp", "skeema._skeema_tmp"},
        {"ghost-session", "blog", "", "km_migration_blog"},
        {"ghost-session", T50 "1xyz", "", "km_migration_" T50 "1"},
        {"ghost-session", T50 "\xc3\xa9xyz", "", "km_migration_" T50 "\xc3\xa9"},
        {"ghost-session", T50 LOCK, "", "km_migration_" T50}, /* two units, one left */
        {"gh-ost-cutover", "", "1562", "gh-ost.1562.lock"},
    };

    (void)state;
    names_are(cases, UNIT_COUNT(cases));
}

/* 64 is counted in bytes by gh-ost and spirit, as Go does, and not in characters. */
static void names_with_hashes(void **state)
{
    static const struct name_case cases[] = {
        {"gh-ost", "app", "users", "gh-ost::app.users"},
        {"gh-ost", "app", T50 "tt", "gh-ost::app." T50 "tt"},
        {"gh-ost", "app", T50 "ttt", "gh-ost::b94fa20cf3977668b4903d73b85feb177e7aa273"},
        {"gh-ost", "\xc3\xa9", T50 "ttt", "gh-ost::\xc3\xa9." T50 "ttt"},
        {"gh-ost", "\xc3\xa9", T50 "tttt", "gh-ost::55d7689c7d2369bd96c58e0ade3127318e019e93"},
        {"spirit", "app", "users", "app.users-4ae74a78"},
        {"spirit", "App", "Users", "App.Users-53c32c51"},
        {"spirit", A20, "x", A20 ".x-30086974"},
        {"spirit", A20 "u", "x", A20 ".x-4eb68689"},
        {"spirit", "app", B32 "bbbbbbbbbbbbbbbbbbbbbbbb", "app." B32 "-d6335a0e"},
        {"spirit", "app", B32 "bbbbbbbbbbbbbbbbbbbbbbbbb",
         "app." B32 "-d6335a0e"}, /* the 57th is not hashed */
        {"spirit", "a.b", "c-d", "a.b.c-d-8b30ed84"},
        {"spirit", CAFE, "tisch", CAFE ".tisch-bedb569f"},
        {"spirit-multi", "app", "", "app.atomic-multi-table-2bb85d6a"},
        {"spirit-multi", A20, "", A20 ".atomic-multi-table-f04ee06e"},
        {"spirit-multi", A20 "u", "", A20 ".atomic-multi-table-10af11c3"},
    };

    (void)state;
    names_are(cases, UNIT_COUNT(cases));
}

static void names_in_capitals(void **state)
{
#define TABLE "DATABASECHANGELOGLOCK"
    static const struct name_case cases[] = {
        {"liquibase-sessionlock", "app", TABLE, "APP." TABLE},
        {"liquibase-sessionlock", "OpenMRS", "liquibasechangeloglock", "OPENMRS.LIQUIBASECHANGELOGLOCK"},
        {"liquibase-sessionlock", T50 "xyz", TABLE,
         "TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTXYZ.DATABASECH"},
        {"liquibase-sessionlock", CAFE, TABLE, "CAF\xc3\x89." TABLE},
        {"liquibase-sessionlock",
         "stra\xc3\x9f"
         "e",
         TABLE, "STRASSE." TABLE},
        {"liquibase-sessionlock", "\xc3\xbf\xc2\xb5\xc4\xb1\xc5\xbf", TABLE, "\xc5\xb8\xce\x9cIS." TABLE},
        {"liquibase-sessionlock", "\xce\xac\xce\xb1\xcf\x82\xcf\x8e\xcf\x8c", TABLE,
         "\xce\x86\xce\x91\xce\xa3\xce\x8f\xce\x8c." TABLE},
        {"liquibase-sessionlock", "\xd0\xb4\xd0\xb0\xd1\x91", TABLE, "\xd0\x94\xd0\x90\xd0\x81." TABLE},
        {"liquibase-sessionlock", "\xc5\x91\xc5\xa1\xc5\xbe", TABLE, "\xc5\x90\xc5\xa0\xc5\xbd." TABLE},
        {"liquibase-sessionlock", "\xc3\xb7\xc3\xb8", TABLE,
         "\xc3\xb7\xc3\x98." TABLE}, /* no letter, a letter */
        {"liquibase-sessionlock", DATABASE, TABLE, DATABASE "." TABLE},
    };

    (void)state;
    names_are(cases, UNIT_COUNT(cases));
}

/* The whole of a target: the default is put in, written one way, and what cannot be computed is refused. */
static void targets(void **state)
{
    static const struct {
        const char *text, *name, *written, *error;
    } cases[] = {
        {"flyway:app", "Flyway--320650056", "flyway:app", NULL},
        {"flyway:app/flyway_schema_history", "Flyway--320650056", "flyway:app", NULL},
        {"flyway:app/schema_version", "Flyway-2119152213", "flyway:app/schema_version", NULL},
        {"golang-migrate:app", "2938252834", "golang-migrate:app", NULL},
        {"skeema:", "skeema._skeema_tmp", "skeema:", NULL},
        {"skeema:tmp", "skeema.tmp", "skeema:tmp", NULL},
        {"atlas-lint:", "atlas_lint", "atlas-lint:", NULL},
        {"atlas-lint:dev", "atlas_lint_dev", "atlas-lint:dev", NULL},
        {"prisma:", "prisma_migrate", "prisma:", NULL},
        {"ecto:MyApp.Repo", "ecto_MyApp.Repo", "ecto:MyApp.Repo", NULL},
        {"ecto:", NULL, NULL, "repository module"},
        {"gh-ost:app/users", "gh-ost::app.users", "gh-ost:app/users", NULL},
        {"gh-ost:app", NULL, NULL, "table"},
        {"gh-ost-cutover:1562", "gh-ost.1562.lock", "gh-ost-cutover:1562", NULL},
        {"gh-ost-cutover:app", NULL, NULL, "no lock name of gh-ost"},
        {"gh-ost-cutover:0", NULL, NULL, "no lock name of gh-ost"},
        {"gh-ost-cutover:-1", NULL, NULL, "no lock name of gh-ost"},
        {"gh-ost-cutover:123456789012345678901", NULL, NULL, "no lock name of gh-ost"},
        /* Go cuts these 21 bytes after 20, in the middle of a character */
        {"spirit:" DATABASE DATABASE "\xe6\x95\xb0/t", NULL, NULL, "no lock name of spirit"},
        {"spirit-multi:" DATABASE DATABASE "\xe6\x95\xb0", NULL, NULL, "no lock name of spirit"},
        {"spirit:app/" B32, "app." B32 "-4eaa0afb", "spirit:app/" B32, NULL},
        {"spirit:app/x" DATABASE DATABASE DATABASE DATABASE, NULL, NULL, "no lock name of spirit"},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_target t;
        char error[300] = "";
        enum mlk_status status =
            mlk_target_parse(cases[i].text, strlen(cases[i].text), &t, error, sizeof error);

        if (cases[i].error) {
            assert_int_equal(status, MLK_USAGE);
            if (!strstr(error, cases[i].error))
                fail_msg("%s: %s", cases[i].text, error);
            continue;
        }
        if (status)
            fail_msg("%s: %s", cases[i].text, error);
        assert_string_equal(t.name, cases[i].name);
        assert_string_equal(t.text, cases[i].written);
    }
}

static void java_hashes(void **state)
{
    static const struct {
        const char *text;
        int32_t hash;
    } cases[] = {
        {"", 0},
        {"a", 97},
        {"\xc3\xa9", 233},
        {"\xef\xbf\xbf", 65535},
        {LOCK, 1772661},
        {"\xf0\x90\x80\x80", 1770496},     /* the first pair, U+10000 */
        {"\xf4\x8f\xbf\xbf", 1803232},     /* and the last, U+10FFFF */
        {"polygenelubricants", INT32_MIN}, /* known for this */
        {"zzzzzz", -685785664},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        assert_int_equal(mlk_java_hash(cases[i].text), cases[i].hash);
}

static void prefixes(void **state)
{
    size_t len;

    (void)state;
    assert_int_equal(mlk_utf16_prefix("", 5), 0);
    assert_int_equal(mlk_utf16_prefix("abc", 0), 0);
    assert_int_equal(mlk_utf16_prefix("abc", 2), 2);
    assert_int_equal(mlk_utf16_prefix("abc", 3), 3);
    assert_int_equal(mlk_utf16_prefix("abc", SIZE_MAX), 3);
    assert_int_equal(mlk_utf16_prefix(DATABASE, 2), 6);
    assert_int_equal(mlk_utf16_prefix("a" LOCK "b", 2), 1);
    assert_int_equal(mlk_utf16_prefix("a" LOCK "b", 3), 5);
    assert_true(mlk_byte_prefix("abc", 3, &len));
    assert_int_equal(len, 3);
    assert_true(mlk_byte_prefix("abcd", 3, &len));
    assert_int_equal(len, 3);
    assert_true(mlk_byte_prefix("\xc3\xa9\xc3\xa9", 2, &len));
    assert_false(mlk_byte_prefix("\xc3\xa9\xc3\xa9", 3, &len));
    assert_int_equal(len, 3);
}

/* Source: FIPS 180-1, appendix A and B; the empty text is well known. */
static void sha1(void **state)
{
    char hex[MLK_SHA1_HEX + 1];

    (void)state;
    mlk_sha1("abc", 3, hex);
    assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
    mlk_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    assert_string_equal(hex, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    mlk_sha1("", 0, hex);
    assert_string_equal(hex, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* Whatever the room, a name is whole or refused. */
static void too_little_room(void **state)
{
    const struct mlk_tool *tool;

    (void)state;
    for (size_t i = 0; (tool = mlk_tool_at(i)); i++) {
        char whole[200], memory[200];
        struct mlk_buf name;

        if (tool->kind != MLK_NAMED || !tool->name)
            continue;
        mlk_buf_fixed(&name, whole, sizeof whole);
        assert_int_equal(tool->name("app", "42", &name), MLK_OK);
        for (size_t room = 1; room <= strlen(whole); room++) {
            mlk_buf_fixed(&name, memory, room);
            assert_int_equal(tool->name("app", "42", &name), MLK_TOO_LONG);
        }
        mlk_buf_fixed(&name, memory, strlen(whole) + 1);
        assert_int_equal(tool->name("app", "42", &name), MLK_OK);
        assert_string_equal(memory, whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(computed_names),    cmocka_unit_test(readable_names),
        cmocka_unit_test(names_with_hashes), cmocka_unit_test(names_in_capitals),
        cmocka_unit_test(targets),           cmocka_unit_test(java_hashes),
        cmocka_unit_test(prefixes),          cmocka_unit_test(sha1),
        cmocka_unit_test(too_little_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
