/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes to the server's error log, with servers that have all of the functions for it, or lack one. */
#include "error_log.h"

#include <stdio.h>
#include <string.h>

#include "miglock/text.h"
#include "unit.h"

enum { ITEMS_MAX = 8, TEXT_MAX = 2048 };

/* The server: MySQL's line of items, MariaDB's message, and what it cannot do. */
static struct server {
    const char *lacks;     /* the name of a function */
    const char *key_fails; /* an item that it has not, or has no room for */
    bool no_room, no_line, set_fails;
    unsigned lines, submitted, ended, printed;
    unsigned items;
    struct {
        const char *key;
        long long number;
        char text[TEXT_MAX];
    } item[ITEMS_MAX];
    char message[TEXT_MAX];
} server;

/* Types as no server numbers them: the library must ask. */
static const char *const keys[] = {"", "msg", "thread", "component", "prio", "err_symbol"};
enum { TYPE_OF_FIRST = 70 };

static void *line_init(void)
{
    server.lines++;
    return server.no_line ? NULL : &server;
}

static void line_exit(void *line)
{
    assert_ptr_equal(line, &server);
    assert_int_equal(++server.ended, server.lines);
}

static int line_submit(void *line)
{
    assert_ptr_equal(line, &server);
    assert_int_equal(server.ended, server.lines - 1);
    server.submitted++;
    return (int)server.items;
}

static void *line_item_set(void *line, int type)
{
    const char *key = keys[type - TYPE_OF_FIRST];

    assert_ptr_equal(line, &server);
    if (server.no_room && strcmp(key, server.key_fails) == 0)
        return NULL;
    assert_true(server.items < ITEMS_MAX);
    server.item[server.items].key = key;
    return &server.item[server.items++];
}

static bool set_int(void *value, long long number)
{
    assert_ptr_equal(value, &server.item[server.items - 1]);
    server.item[server.items - 1].number = number;
    return server.set_fails;
}

static bool set_text(void *value, const char *text, size_t length)
{
    assert_ptr_equal(value, &server.item[server.items - 1]);
    assert_int_equal(length, strlen(text));
    mlk_copy(server.item[server.items - 1].text, TEXT_MAX, text);
    return server.set_fails;
}

static int index_of(const char *key, size_t length)
{
    assert_int_equal(length, strlen(key));
    for (unsigned i = 1; i < UNIT_COUNT(keys); i++) {
        if (strcmp(keys[i], key) == 0)
            return server.key_fails && !server.no_room && strcmp(server.key_fails, key) == 0 ? -1 : (int)i;
    }
    fail_msg("no item %s", key);
    return 0;
}

static int type_of(unsigned index)
{
    return TYPE_OF_FIRST + (int)index;
}

static void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *format, ...)
{
    va_list args;

    assert_string_equal(format, "%s");
    va_start(args, format);
    (void)vsnprintf(server.message, TEXT_MAX, format, args);
    va_end(args);
    server.printed++;
}

static const struct {
    const char *name;
    void (*function)(void);
} functions[] = {
    {"_Z13log_line_initv", (void (*)(void))line_init},
    {"_Z13log_line_exitP9_log_line", (void (*)(void))line_exit},
    {"_Z15log_line_submitP9_log_line", (void (*)(void))line_submit},
    {"_Z17log_line_item_setP9_log_line18enum_log_item_type", (void (*)(void))line_item_set},
    {"_Z16log_item_set_intP14_log_item_datax", (void (*)(void))set_int},
    {"_Z22log_item_set_lexstringP14_log_item_dataPKcm", (void (*)(void))set_text},
    {"_Z26log_item_wellknown_by_namePKcm", (void (*)(void))index_of},
    {"_Z27log_item_wellknown_get_typej", (void (*)(void))type_of},
    {"_Z21sql_print_informationPKcz", (void (*)(void))print},
};
enum { OF_MYSQL = UNIT_COUNT(functions) - 1 };

/* Compiled in place of dlsym, so that only the code under test asks it. */
void *fake_dlsym(void *handle, const char *name);
void *fake_dlsym(void *handle, const char *name)
{
    void *symbol = NULL;

    (void)handle;
    for (size_t i = 0; i < UNIT_COUNT(functions); i++) {
        if (strcmp(functions[i].name, name) == 0 && !(server.lacks && strcmp(server.lacks, name) == 0))
            memcpy(&symbol, &functions[i].function, sizeof symbol);
    }
    return symbol;
}

static struct mlk_session session = {.caller_id = 17};

static int reset(void **state)
{
    (void)state;
    memset(&server, 0, sizeof server);
    session.caller_id = 17;
    return 0;
}

static void has_text(const char *key, const char *text)
{
    for (unsigned i = 0; i < server.items; i++) {
        if (strcmp(server.item[i].key, key) == 0) {
            assert_string_equal(server.item[i].text, text);
            return;
        }
    }
    fail_msg("the line has no %s", key);
}

static long long number_of(const char *key)
{
    for (unsigned i = 0; i < server.items; i++) {
        if (strcmp(server.item[i].key, key) == 0)
            return server.item[i].number;
    }
    return -1;
}

static void a_line_of_mysql(void **state)
{
    (void)state;
    mlk_mysql_log(&session, "release of ghost:blog: released");
    assert_int_equal(server.submitted, 1);
    assert_int_equal(server.ended, 1);
    assert_int_equal(server.items, 5);
    has_text("msg", "release of ghost:blog: released");
    has_text("err_symbol", "ER_LOG_PRINTF_MSG");
    has_text("component", "component:miglock");
    assert_int_equal(number_of("prio"), 0);
    assert_int_equal(number_of("thread"), 17);
    assert_int_equal(server.printed, 0);
}

static void nobody_knows_the_caller(void **state)
{
    (void)state;
    session.caller_id = 0;
    mlk_mysql_log(&session, "x");
    assert_int_equal(server.submitted, 1);
    assert_int_equal(number_of("thread"), -1);
}

static void a_message_of_mariadb(void **state)
{
    (void)state;
    mlk_mariadb_log(&session, "release of ghost:blog: released");
    assert_int_equal(server.printed, 1);
    assert_string_equal(server.message, "release of ghost:blog: released");
    assert_int_equal(server.lines, 0);
}

static void a_function_is_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < OF_MYSQL; i++) {
        server.lacks = functions[i].name;
        mlk_mysql_log(&session, "x");
        assert_int_equal(server.lines, 0);
    }
    server.lacks = functions[OF_MYSQL].name;
    mlk_mariadb_log(&session, "x");
    assert_int_equal(server.printed, 0);
}

/* An item that the server does not know, or has no room for. */
static void an_item_is_missing(void **state)
{
    static const struct {
        const char *key;
        unsigned written;
    } cases[] = {{"msg", 0}, {"prio", 0}, {"thread", 1}, {"component", 1}, {"err_symbol", 1}};

    (void)state;
    for (size_t i = 0; i < 2 * UNIT_COUNT(cases); i++) {
        reset(NULL);
        server.key_fails = cases[i / 2].key;
        server.no_room = i % 2 != 0;
        mlk_mysql_log(&session, "x");
        assert_int_equal(server.submitted, cases[i / 2].written);
        assert_int_equal(server.ended, 1);
        assert_int_equal(number_of(server.key_fails), -1);
    }
}

static void no_memory(void **state)
{
    (void)state;
    server.no_line = true;
    mlk_mysql_log(&session, "x");
    assert_int_equal(server.items + server.submitted + server.ended, 0);
    reset(NULL);
    server.set_fails = true;
    mlk_mysql_log(&session, "x");
    assert_int_equal(server.submitted, 0);
    assert_int_equal(server.ended, 1);
}

/* The same text on both. */
static void text_is(const char *line, const char *expected)
{
    reset(NULL);
    mlk_mysql_log(&session, line);
    mlk_mariadb_log(&session, line);
    has_text("msg", expected);
    assert_string_equal(server.message, expected);
}

static void one_line_whatever_it_holds(void **state)
{
    (void)state;
    text_is("", "");
    text_is("a\n2026-11-21 [ERROR] b\r\t\x1b[31m\x7f", "a?2026-11-21 [ERROR] b???[31m?");
    text_is("%s%n%%d %1000000d", "%s%n%%d %1000000d");
    text_is("\xff\xc0\xaf\xc3\xa4 '\"`;--", "???\xc3\xa4 '\"`;--");
}

static void long_lines_are_cut(void **state)
{
    enum { CUT = sizeof "..." - 1 };
    char line[4 * MLK_LOG_TEXT_MAX], expected[MLK_LOG_TEXT_MAX + 1];

    (void)state;
    memset(line, 'x', sizeof line);
    line[MLK_LOG_TEXT_MAX] = '\0';
    memcpy(expected, line, sizeof expected);
    text_is(line, expected);
    line[MLK_LOG_TEXT_MAX] = 'x';
    line[MLK_LOG_TEXT_MAX + 1] = '\0';
    memcpy(expected + MLK_LOG_TEXT_MAX - CUT, "...", CUT + 1);
    text_is(line, expected);
    line[MLK_LOG_TEXT_MAX + 1] = 'x';
    line[sizeof line - 1] = '\0';
    text_is(line, expected);
}

/* Characters of four bytes, beginning at each of four places. */
static void no_character_is_cut(void **state)
{
    char line[4 * MLK_LOG_TEXT_MAX + 2];
    size_t len;

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(line, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof line; i += 4)
            memcpy(line + i, "\xf0\x9f\x94\x92", 4);
        line[sizeof line - 4] = '\0';
        mlk_mariadb_log(&session, line);
        len = strlen(server.message);
        assert_in_range(len, MLK_LOG_TEXT_MAX - 3, MLK_LOG_TEXT_MAX);
        assert_true(mlk_utf8_valid(server.message, len));
        assert_string_equal(server.message + len - 7, "\xf0\x9f\x94\x92...");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_of_mysql, reset),
        cmocka_unit_test_setup(nobody_knows_the_caller, reset),
        cmocka_unit_test_setup(a_message_of_mariadb, reset),
        cmocka_unit_test_setup(a_function_is_missing, reset),
        cmocka_unit_test_setup(an_item_is_missing, reset),
        cmocka_unit_test_setup(no_memory, reset),
        cmocka_unit_test_setup(one_line_whatever_it_holds, reset),
        cmocka_unit_test_setup(long_lines_are_cut, reset),
        cmocka_unit_test_setup(no_character_is_cut, reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
