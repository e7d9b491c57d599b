/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions in a MySQL server where somebody ran CREATE FUNCTION instead of INSTALL COMPONENT: the ones
 * that ask nobody work, the others say what to run. */
#include "udf_checks.h"
#include "udf_host.h"

/* my_printf_error of MySQL, a C++ function there. */
MLK_UDF_EXPORT void _Z15my_printf_errorjPKciz(unsigned number, const char *format, int flags, ...)
    __attribute__((format(printf, 2, 4)));
void _Z15my_printf_errorjPKciz(unsigned number, const char *format, int flags, ...)
{
    va_list args;

    (void)flags;
    va_start(args, flags);
    udf_raise(number, format, args);
    va_end(args);
}

static void not_installed(void **state)
{
    (void)state;
    check_not_installed("INSTALL COMPONENT 'file://miglock'");
}

static void errors_name_the_function(void **state)
{
    struct udf f;

    (void)state;
    udf_open(&f, "miglock_name", 2);
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("x"), UDF_TEXT("shop")},
                  "miglock_name UDF failed; unknown tool 'x'");
    assert_int_equal(udf_raised.number, 3200); /* ER_UDF_ERROR */
    /* a percent sign in an argument is text, no format */
    udf_row_fails(&f, (const struct udf_text[]){UDF_TEXT("%s%n"), UDF_TEXT("shop")}, "unknown tool '%s%n'");
    udf_end(&f);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CHECKS_OF_EVERY_HOST,
        cmocka_unit_test(not_installed),
        cmocka_unit_test(errors_name_the_function),
    };

    return udf_load(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
