/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of an option file: what the mysql clients read in it. */
#include <stdlib.h>
#include <string.h>

#include "option_line.h"
#include "unit.h"

static void lines(void **state)
{
    static const struct {
        const char *text;
        enum mlk_line_kind kind;
        const char *name, *value;
    } cases[] = {
        {"", MLK_LINE_NOTHING, "", NULL},
        {" \t\r\n", MLK_LINE_NOTHING, "", NULL},
        {"# user=a", MLK_LINE_NOTHING, "", NULL},
        {"  ; user=a", MLK_LINE_NOTHING, "", NULL},
        {"[client]\n", MLK_LINE_GROUP, "client", NULL},
        {"  [client  ] # of all", MLK_LINE_GROUP, "client", NULL},
        {"[ client]", MLK_LINE_GROUP, " client", NULL},
        {"[]", MLK_LINE_GROUP, "", NULL},
        {"[  ]", MLK_LINE_GROUP, "", NULL},
        {"user", MLK_LINE_OPTION, "user", NULL},
        {"user=", MLK_LINE_OPTION, "user", ""},
        {"=", MLK_LINE_OPTION, "", ""},
        {" user \t= a b \n", MLK_LINE_OPTION, "user", "a b"},
        {"user=a=b", MLK_LINE_OPTION, "user", "a=b"},
        {"user=a#b", MLK_LINE_OPTION, "user", "a"},
        {"user # =a", MLK_LINE_OPTION, "user", NULL},
        {"user='a#b' # c", MLK_LINE_OPTION, "user", "a#b"},
        {"user=\"a'#b\"", MLK_LINE_OPTION, "user", "a'#b"},
        {"user=\"a\\\"#b\"", MLK_LINE_OPTION, "user", "a\"#b"},
        {"user=a\\#b", MLK_LINE_OPTION, "user", "a\\"},
        {"user=a\\'#b", MLK_LINE_OPTION, "user", "a'#b"},
        {"user='", MLK_LINE_OPTION, "user", "'"},
        {"user=''", MLK_LINE_OPTION, "user", ""},
        {"user='a\"", MLK_LINE_OPTION, "user", "'a\""},
        {"user=\\n\\t\\r\\b\\s\\\\\\x\\", MLK_LINE_OPTION, "user", "\n\t\r\b \\\\x\\"},
        {"!include /a b ", MLK_LINE_INCLUDE, "/a b", NULL},
        {"! include\t/a", MLK_LINE_INCLUDE, "/a", NULL},
        {"!includedir /a", MLK_LINE_INCLUDEDIR, "/a", NULL},
        {"!included /a", MLK_LINE_NOTHING, "", NULL},
        {"!", MLK_LINE_NOTHING, "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char *text = strdup(cases[i].text);
        struct mlk_option_line line = mlk_option_line(text, true);

        assert_int_equal(line.kind, cases[i].kind);
        assert_string_equal(line.name, cases[i].name);
        assert_int_equal(line.value == NULL, cases[i].value == NULL);
        if (line.value)
            assert_string_equal(line.value, cases[i].value);
        free(text);
    }
}

static void mistakes(void **state)
{
    static const char *const cases[] = {"[client", "[", "!include", "!includedir ", "! include\n"};

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char *text = strdup(cases[i]);
        struct mlk_option_line line = mlk_option_line(text, true);

        assert_int_equal(line.kind, MLK_LINE_WRONG);
        assert_true(*line.name);
        free(text);
    }
}

static void login_files_have_no_comments(void **state)
{
    char text[] = "password = a#b";

    (void)state;
    assert_string_equal(mlk_option_line(text, false).value, "a#b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(login_files_have_no_comments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
