/* SPDX-License-Identifier: GPL-2.0-only */
#include "udf_checks.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "miglock/functions.h"
#include "udf_host.h"

static const struct {
    const char *name;
    unsigned min, max;
    bool asks_server;
    bool numbers; /* its arguments may be numbers too */
} functions[] = {
    {"miglock_locks", 0, 1, true, false},       {"miglock_name", 2, 3, false, false},
    {"miglock_probe", 1, 1, true, true},        {"miglock_release", 2, 3, true, false},
    {"miglock_repair", 2, 3, true, false},      {"miglock_status", 1, 2, true, false},
    {"miglock_table_locks", 0, 1, true, false}, {"miglock_tools", 0, 0, false, false},
    {"miglock_version", 0, 0, false, false},
};

void check_exports(void **state)
{
#define NAME(name) #name,
    static const char *const names[] = {MLK_FUNCTION_LIST(NAME)};
#undef NAME
    static const char *const inside[] = {
        "mlk_udf_begin", "mlk_udf_end", "mlk_call",  "mlk_host_missing",
        "mlk_release",   "mlk_repair",  "mlk_mysql", "mlk_mysql_consumer_services"};
    struct udf f;

    (void)state;
    assert_int_equal(UNIT_COUNT(names), UNIT_COUNT(functions));
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        assert_string_equal(names[i], functions[i].name);
        udf_prepare(&f, names[i], 0);
    }
    for (size_t i = 0; i < UNIT_COUNT(inside); i++)
        assert_null(udf_symbol(inside[i]));
}

void check_argument_counts(void **state)
{
    struct udf f;

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(functions); i++) {
        for (unsigned count = 0; count <= UDF_COUNT_MAX; count++) {
            bool fits = count >= functions[i].min && count <= functions[i].max;

            udf_prepare(&f, functions[i].name, count);
            if (udf_begin(&f)) {
                assert_true(fits);
            } else if (fits) { /* then it is not installed */
                assert_true(functions[i].asks_server);
                assert_non_null(strstr(f.message, "not installed"));
            } else {
                assert_non_null(strstr(f.message, "wrong number of arguments; use "));
                assert_non_null(strstr(f.message, functions[i].name));
            }
            udf_end(&f);
        }
    }
}

void check_argument_types(void **state)
{
    enum {
        INVALID = -1,
        STRING = 0,
        REAL = 1,
        INT = 2,
        ROW = 3,
        DECIMAL = 4
    }; /* Item_result of both servers */
    static const struct {
        int type;
        bool number;
    } types[] = {{INVALID, false}, {REAL, true}, {INT, true}, {ROW, false}, {DECIMAL, true}, {77, false}};
    struct udf f;
    char expected[64];

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(functions); i++) {
        for (unsigned at = 0; at < functions[i].max; at++) {
            for (size_t t = 0; t < UNIT_COUNT(types); t++) {
                udf_prepare(&f, functions[i].name, functions[i].max);
                f.types[at] = types[t].type;
                if (functions[i].numbers && types[t].number) {
                    if (!udf_begin(&f)) /* then it is not installed */
                        assert_non_null(strstr(f.message, "not installed"));
                    assert_int_equal(f.types[at], STRING); /* the server is to make a text of it */
                    udf_end(&f);
                    continue;
                }
                assert_false(udf_begin(&f));
                assert_int_equal(f.types[at], types[t].type);
                (void)snprintf(expected, sizeof expected, "argument %u is not a string; use %s(", at + 1,
                               functions[i].name);
                if (!strstr(f.message, expected))
                    fail_msg("\"%s\" instead of \"%s\"", f.message, expected);
                udf_end(&f);
            }
        }
    }
}

void check_version(void **state)
{
    struct udf f;

    (void)state;
    udf_open(&f, "miglock_version", 0);
    assert_true(f.init.const_item); /* as the server set it: the same for all rows */
    assert_true(f.init.max_length > 255);
    for (int i = 0; i < 3; i++)
        udf_row_is(&f, NULL, MIGLOCK_VERSION);
    udf_end(&f);
}

void check_tools(void **state)
{
    static const char *const tools[] = {"rails", "ghost", "knex", "named"};
    struct udf f;
    const char *got;
    cJSON *array, *tool;

    (void)state;
    udf_open(&f, "miglock_tools", 0);
    for (int row = 0; row < 3; row++) {
        size_t found = 0;

        got = udf_row(&f, NULL);
        assert_non_null(got);
        array = cJSON_ParseWithLength(got, f.length);
        assert_true(cJSON_IsArray(array));
        cJSON_ArrayForEach(tool, array)
        {
            const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(tool, "tool"));

            assert_non_null(id);
            for (size_t i = 0; i < UNIT_COUNT(tools); i++)
                found += strcmp(id, tools[i]) == 0;
        }
        assert_int_equal(found, UNIT_COUNT(tools));
        cJSON_Delete(array);
    }
    udf_end(&f);
}

/* The names of Rails are published ones: tests/unit/test_tools_rails.c. */
void check_name(void **state)
{
    struct udf f;

    (void)state;
    udf_open(&f, "miglock_name", 2);
    assert_true(f.init.maybe_null);
    udf_row_is(&f, (const struct udf_text[]){UDF_TEXT("rails"), UDF_TEXT("shop")}, "5939944341529942170");
    udf_row_is(&f, (const struct udf_text[]){UDF_TEXT("rails"), UDF_TEXT("app")}, "6939591962871035475");
    udf_row_is(&f, (const struct udf_text[]){UDF_TEXT("named"), UDF_TEXT("any at all")}, "any at all");
    for (unsigned nulls = 1; nulls < 4; nulls++) {
        const struct udf_text texts[] = {{nulls & 1U ? NULL : "rails", 5}, {nulls & 2U ? NULL : "shop", 4}};

        udf_row_is_null(&f, texts);
    }
    udf_end(&f);
    udf_open(&f, "miglock_name", 3);
    for (unsigned nulls = 1; nulls < 8; nulls++) {
        const struct udf_text texts[] = {
            {nulls & 1U ? NULL : "rails", 5}, {nulls & 2U ? NULL : "shop", 4}, {nulls & 4U ? NULL : "x", 1}};

        udf_row_is_null(&f, texts);
    }
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("rails"), UDF_TEXT("shop"), UDF_TEXT("x")},
                  "qualifier");
    udf_end(&f);
}

enum { MEGABYTE = 1 << 20 };

static struct udf_text megabyte(void)
{
    char *text = malloc(MEGABYTE);

    assert_non_null(text);
    memset(text, 'x', MEGABYTE);
    return (struct udf_text){text, MEGABYTE};
}

void check_bad_texts(struct udf *f, const struct udf_text *usable, unsigned at, const char *what)
{
    struct udf_text big = megabyte();
    const struct {
        struct udf_text text;
        const char *part;
    } bad[] = {
        {UDF_TEXT(""), "is empty"},
        {UDF_TEXT("a\0b"), "NUL byte"},
        {UDF_TEXT("\0"), "NUL byte"},
        {UDF_TEXT("s\0h\0o\0p\0"), "CONVERT(... USING utf8mb4)"}, /* UTF-16 */
        {UDF_TEXT("caf\xe9"), "is not UTF-8"},                    /* latin1 */
        {UDF_TEXT("\xed\xa0\x80"), "is not UTF-8"},
        {UDF_TEXT("cut\xe2\x82"), "is not UTF-8"},
        {big, "is too long: 1048576 bytes"},
    };

    for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
        struct udf_text texts[UDF_COUNT_MAX];

        memcpy(texts, usable, f->args.arg_count * sizeof *texts);
        texts[at] = bad[i].text;
        udf_row_fails(f, texts, bad[i].part);
        assert_non_null(strstr(udf_raised.text, what));
        assert_true(strlen(udf_raised.text) < 512); /* MYSQL_ERRMSG_SIZE */
    }
    free((char *)(uintptr_t)big.text);
}

void check_name_refuses(void **state)
{
    const struct udf_text usable[] = {UDF_TEXT("rails"), UDF_TEXT("shop"), UDF_TEXT("x")};
    static const char *const what[] = {"the tool ", "the schema ", "the qualifier "};
    char wide[64 * 4];
    struct udf f;

    (void)state;
    for (unsigned count = 2; count <= 3; count++) {
        udf_open(&f, "miglock_name", count);
        for (unsigned at = 0; at < count; at++)
            check_bad_texts(&f, usable, at, what[at]);
        udf_end(&f);
    }
    udf_open(&f, "miglock_name", 2);
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("Rails"), UDF_TEXT("shop")}, "unknown tool 'Rails'");
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("a\nb\x1b"), UDF_TEXT("shop")},
                  "unknown tool 'a?b?'");
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("ghost"), UDF_TEXT("blog")},
                  "locks with a row in migrations_lock");
    for (size_t i = 0; i < 64; i++)
        memcpy(wide + i * 4, "\xf0\x9f\x94\x92", 4);
    assert_non_null(udf_row(&f, (const struct udf_text[]){UDF_TEXT("rails"), {wide, 64 * 4}}));
    memset(wide, 'x', 65);
    assert_non_null(udf_row(&f, (const struct udf_text[]){UDF_TEXT("rails"), {wide, 64}}));
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("rails"), {wide, 65}}, "longer than 64 characters");
    udf_end(&f);
}

/* Long, short, NULL, error: no row sees anything of the one before. */
void check_rows_of_all_kinds(void **state)
{
    static char name[193];
    struct udf f;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    udf_open(&f, "miglock_name", 2);
    for (int i = 0; i < 5; i++) {
        udf_row_is(&f, (const struct udf_text[]){UDF_TEXT("named"), {name, sizeof name - 1}}, name);
        udf_row_is(&f, (const struct udf_text[]){UDF_TEXT("named"), UDF_TEXT("n")}, "n");
        udf_row_is_null(&f, (const struct udf_text[]){UDF_TEXT("named"), {NULL, 0}});
        udf_row_is(&f, (const struct udf_text[]){UDF_TEXT("rails"), UDF_TEXT("shop")}, "5939944341529942170");
        udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("nobody"), UDF_TEXT("shop")}, "unknown tool");
    }
    udf_end(&f); /* after an error, too, everything is given back: the sanitizers' build sees to it */
}

/* Not one byte more after a thousand rows than after ten. Only where malloc counts: in the sanitizers' build
 * the figure stands still. */
void check_memory_is_reused(void **state)
{
    static const char *const names[] = {"miglock_tools", "miglock_version"};

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(names); i++) {
        size_t early = 0;
        struct udf f;

        udf_open(&f, names[i], 0);
        for (int row = 0; row < 1000; row++) {
            if (row == 10)
                early = mallinfo2().uordblks;
            assert_non_null(udf_row(&f, NULL));
        }
        assert_true(mallinfo2().uordblks <= early + 4096); /* what malloc itself keeps at hand */
        udf_end(&f);
    }
}

/* One statement may call a function in several places, and rows come in turns. */
void check_two_at_once(void **state)
{
    struct udf one, two;
    const char *first;

    (void)state;
    udf_open(&one, "miglock_name", 2);
    udf_open(&two, "miglock_name", 2);
    first = udf_row(&one, (const struct udf_text[]){UDF_TEXT("named"), UDF_TEXT("first")});
    udf_row_is(&two, (const struct udf_text[]){UDF_TEXT("named"), UDF_TEXT("second")}, "second");
    assert_memory_equal(first, "first", 5);
    udf_end(&two);
    assert_memory_equal(first, "first", 5);
    udf_end(&one);
}

void check_deinit_is_safe(void **state)
{
    struct udf f;

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(functions); i++) {
        udf_prepare(&f, functions[i].name, functions[i].max); /* after an init that worked, or did not */
        (void)udf_begin(&f);
        udf_end(&f);
        assert_null(f.init.ptr);
        udf_end(&f);
        udf_prepare(&f, functions[i].name, UDF_COUNT_MAX);
        assert_false(udf_begin(&f));
        udf_end(&f);
        udf_end(&f);
    }
    udf_open(&f, "miglock_version", 0);
    udf_row_is(&f, NULL, MIGLOCK_VERSION);
    udf_end(&f);
    udf_end(&f);
}

void check_not_installed(const char *statement)
{
    struct udf f;

    for (size_t i = 0; i < UNIT_COUNT(functions); i++) {
        for (unsigned count = functions[i].min; count <= functions[i].max; count++) {
            udf_prepare(&f, functions[i].name, count);
            assert_int_equal(udf_begin(&f), !functions[i].asks_server);
            if (functions[i].asks_server) {
                assert_non_null(strstr(f.message, "miglock is not installed as a "));
                if (!strstr(f.message, statement))
                    fail_msg("\"%s\" does not say %s", f.message, statement);
            }
            udf_end(&f);
        }
    }
}
