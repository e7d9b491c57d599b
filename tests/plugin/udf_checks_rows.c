/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "udf_checks.h"

static void check_status_rows(const char *valid)
{
    const struct udf_text usable[] = {UDF_TEXT("rails:shop"), UDF_TEXT("probe")};
    const struct udf_text not_probe[] = {UDF_TEXT("PROBE"), UDF_TEXT("probe "),  UDF_TEXT("prob"),
                                         UDF_TEXT("no"),    UDF_TEXT("probe\0"), UDF_TEXT("force"),
                                         UDF_TEXT("\xff")};
    struct udf f;

    for (unsigned count = 1; count <= 2; count++) {
        udf_open(&f, "miglock_status", count);
        assert_false(f.init.const_item); /* its answer is another one each time */
        check_bad_texts(&f, usable, 0, "the target ");
        for (unsigned nulls = 1; nulls < 1U << count; nulls++) {
            struct udf_text texts[2];

            for (unsigned i = 0; i < count; i++)
                texts[i] = nulls >> i & 1U ? (struct udf_text){NULL, 0} : usable[i];
            udf_row_is_null(&f, texts);
        }
        udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("shop"), usable[1]}, "'shop' is not a target");
        udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("rail:shop"), usable[1]}, "unknown tool 'rail'");
        udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("ghost:`blog"), usable[1]}, "backquotes");
        udf_row_fails(&f, usable, valid);
        udf_end(&f);
    }
    udf_open(&f, "miglock_status", 2);
    for (size_t i = 0; i < UNIT_COUNT(not_probe); i++)
        udf_row_fails(&f, (const struct udf_text[]){usable[0], not_probe[i]},
                      "the second argument can only be 'probe', or be left out");
    udf_row_fails(&f, (const struct udf_text[]){usable[0], UDF_TEXT("")}, valid);
    udf_end(&f);
}

static void check_probe_rows(const char *valid)
{
    const struct udf_text usable[] = {UDF_TEXT("17")};
    const struct udf_text ids[] = {UDF_TEXT("1"), UDF_TEXT("00000000000000000017"),
                                   UDF_TEXT("18446744073709551615")};
    const struct udf_text not_ids[] = {UDF_TEXT("0"),
                                       UDF_TEXT("00"),
                                       UDF_TEXT("-1"),
                                       UDF_TEXT("+1"),
                                       UDF_TEXT("1.5"),
                                       UDF_TEXT("1."),
                                       UDF_TEXT("1e3"),
                                       UDF_TEXT(" 17"),
                                       UDF_TEXT("17 "),
                                       UDF_TEXT("1 7"),
                                       UDF_TEXT("0x11"),
                                       UDF_TEXT("17\n"),
                                       UDF_TEXT("abc"),
                                       UDF_TEXT("17;"),
                                       UDF_TEXT("\xd9\xa1\xd9\xa7"),
                                       UDF_TEXT("/"),
                                       UDF_TEXT(":"),
                                       UDF_TEXT("%s"),
                                       UDF_TEXT("true"),
                                       UDF_TEXT("18446744073709551616"),
                                       UDF_TEXT("99999999999999999999")};
    struct udf f;

    udf_open(&f, "miglock_probe", 1);
    assert_false(f.init.const_item);
    check_bad_texts(&f, usable, 0, "the connection id ");
    udf_row_is_null(&f, (const struct udf_text[]){{NULL, 0}});
    for (size_t i = 0; i < UNIT_COUNT(not_ids); i++)
        udf_row_fails(&f, &not_ids[i], "is not a connection id; give a positive whole number");
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("000000000000000000017")},
                  "the connection id is too long: 21 bytes, at most 20");
    for (size_t i = 0; i < UNIT_COUNT(ids); i++)
        udf_row_fails(&f, &ids[i], valid);
    udf_end(&f);
}

static void check_locks_rows(const char *valid)
{
    const struct udf_text usable[] = {UDF_TEXT("shop")};
    char longest[256 + 1];
    struct udf f;

    udf_open(&f, "miglock_locks", 0);
    assert_false(f.init.const_item);
    udf_row_fails(&f, NULL, valid);
    udf_end(&f);
    udf_open(&f, "miglock_locks", 1);
    check_bad_texts(&f, usable, 0, "the schema ");
    udf_row_is_null(&f, (const struct udf_text[]){{NULL, 0}});
    udf_row_fails(&f, usable, valid);
    memset(longest, 'x', sizeof longest);
    udf_row_fails(&f, (const struct udf_text[]){{longest, 256}}, valid);
    udf_row_fails(&f, (const struct udf_text[]){{longest, 257}},
                  "the schema is too long: 257 bytes, at most 256");
    udf_end(&f);
}

/* Of miglock_release and miglock_repair. */
static void check_change_rows(const char *function, const char *valid)
{
    const struct udf_text usable[] = {UDF_TEXT("rails:shop"), UDF_TEXT("9f3a61c2e0b7"), UDF_TEXT("force")};
    const struct udf_text not_force[] = {UDF_TEXT("FORCE"), UDF_TEXT("force "),  UDF_TEXT("forc"),
                                         UDF_TEXT("no"),    UDF_TEXT("force\0"), UDF_TEXT("\xff")};
    char longest[65 + 1];
    struct udf f;

    memset(longest, '0', sizeof longest);
    for (unsigned count = 2; count <= 3; count++) {
        udf_open(&f, function, count);
        assert_false(f.init.const_item);
        check_bad_texts(&f, usable, 0, "the target ");
        check_bad_texts(&f, usable, 1, "the token ");
        for (unsigned nulls = 1; nulls < 1U << count; nulls++) {
            struct udf_text texts[3];

            for (unsigned i = 0; i < count; i++)
                texts[i] = nulls >> i & 1U ? (struct udf_text){NULL, 0} : usable[i];
            udf_row_is_null(&f, texts); /* nothing is done, not even with a NULL for 'force' */
        }
        udf_row_fails(&f, (const struct udf_text[]){usable[0], {longest, 65}, usable[2]},
                      "the token is too long: 65 bytes, at most 64");
        udf_row_fails(&f, (const struct udf_text[]){usable[0], {longest, 64}, usable[2]}, valid);
        udf_row_fails(&f, usable, valid);
        udf_end(&f);
    }
    udf_open(&f, function, 3);
    for (size_t i = 0; i < UNIT_COUNT(not_force); i++)
        udf_row_fails(&f, (const struct udf_text[]){usable[0], usable[1], not_force[i]},
                      "the third argument can only be 'force'");
    udf_row_fails(&f, (const struct udf_text[]){usable[0], usable[1], UDF_TEXT("")}, valid);
    udf_end(&f);
}

void check_arguments_of_rows(const char *valid)
{
    check_status_rows(valid);
    check_locks_rows(valid);
    check_probe_rows(valid);
    check_change_rows("miglock_release", valid);
    check_change_rows("miglock_repair", valid);
}
