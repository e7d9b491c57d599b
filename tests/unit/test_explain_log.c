/* SPDX-License-Identifier: GPL-2.0-only */
/* Whatever a log holds: any bytes, a MiB of the worst, and more than is read. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "miglock/miglock.h"
#include "unit.h"

/* Caller: cJSON_Delete. */
static cJSON *explain(const char *text, size_t len)
{
    cJSON *d = NULL;

    assert_int_equal(mlk_explain(text, len, &d), MLK_OK);
    assert_true(cJSON_IsArray(cJSON_GetObjectItem(d, "matches")));
    return d;
}

static bool is_of_knex(const cJSON *d)
{
    const cJSON *m;

    cJSON_ArrayForEach(m, cJSON_GetObjectItem(d, "matches"))
    {
        const char *tool = cJSON_GetStringValue(cJSON_GetObjectItem(m, "tool"));

        if (tool && strcmp(tool, "knex") == 0)
            return true;
    }
    return false;
}

/* Any bytes, with pieces of messages and control codes among them; a sanitizer sees every step outside. */
static void any_bytes(void **state)
{
    static const char *const pieces[] = {"Could not acquire change log lock.  Currently locked by ",
                                         " since ",
                                         "mysql://u:p@h/",
                                         "schema `",
                                         "\x1b[",
                                         "\x1b]",
                                         "\\u001b[31m",
                                         "MySQL named lock: ",
                                         "can't acquire lock",
                                         ". ",
                                         " exists",
                                         "is already migrating `",
                                         "rows from migrations lock table: ",
                                         "\n",
                                         "\xe2\x80",
                                         "://",
                                         "'",
                                         "Currently locked by"};
    uint64_t seed = 7;

    (void)state;
    for (int n = 0; n < 1500; n++) {
        size_t len = 0, size = (size_t)n % 300 + 1;
        char *text = malloc(size);
        cJSON *d;

        assert_non_null(text);
        while (len < size) {
            const char *piece;

            seed = seed * 6364136223846793005U + 1442695040888963407U;
            piece = pieces[(seed >> 40U) % UNIT_COUNT(pieces)];
            if ((seed >> 33U) % 3 == 0)
                text[len++] = (char)(seed >> 56U);
            else
                for (; *piece && len < size; piece++)
                    text[len++] = *piece;
        }
        d = explain(text, size);
        cJSON_Delete(d);
        free(text);
    }
}

/* A MiB of the worst, in bounded time; what is beyond is not read. */
static void a_whole_log(void **state)
{
    static const char *const pieces[] = {
        "a",   "\x1b]",   "mysql://", "mysql://x/", "can't acquire lock. ", "currently locked by ",
        "[1;", "\\u001b["};
    static const char end[] = " Migration table is already locked";
    size_t size = MLK_EXPLAIN_MAX;
    char *text = malloc(size + 1);
    cJSON *d;

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < UNIT_COUNT(pieces); i++) {
        size_t len = strlen(pieces[i]);
        clock_t start = clock();

        for (size_t at = 0; at < size; at++)
            text[at] = pieces[i][at % len];
        memcpy(text + size - (sizeof end - 1), end, sizeof end - 1);
        text[size] = 'x'; /* goes on, but nobody sees that */
        d = explain(text, size);
        assert_true(is_of_knex(d));
        assert_true(cJSON_IsFalse(cJSON_GetObjectItem(d, "cut")));
        cJSON_Delete(d);
        if (clock() - start > 10 * CLOCKS_PER_SEC) /* an optimised build takes some 0.1 s */
            fail_msg("\"%s\" for a MiB takes %ld ms", pieces[i],
                     (long)((clock() - start) / (CLOCKS_PER_SEC / 1000)));
    }
    memset(text, ' ', size + 1);
    memcpy(text + size + 1 - (sizeof end - 1), end, sizeof end - 1); /* its last letter is beyond */
    d = explain(text, size + 1);
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(d, "cut")));
    assert_false(is_of_knex(d));
    cJSON_Delete(d);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(a_whole_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
