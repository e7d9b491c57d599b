/* SPDX-License-Identifier: GPL-2.0-only */
/* When the server started, in a host that shows it as mariadbd does, or something else under that name; and
 * in one that shows nothing: a build of its own. */
#include "mariadb_started.h"

#include <dlfcn.h>
#include <stdbool.h>

#include "unit.h"

#ifdef MIGLOCK_NO_SYMBOL
static int64_t server_start_time;
#else
extern int64_t server_start_time;
__attribute__((visibility("default"))) int64_t server_start_time;
#endif

static void what_it_shows(void **state)
{
    enum { NOON = 1795262400 };
    static const struct {
        int64_t shown, told;
    } cases[] = {
        {NOON, NOON},
        {NOON - 1, NOON - 1},
        {NOON + 1, -1},          /* after now */
        {NOON * 1000000LL, -1},  /* microseconds */
        {NOON | 77LL << 32, -1}, /* half as wide, with a neighbour */
        {86400, -1},             /* since the machine's start */
        {0, -1},
        {-NOON, -1},
    };
#ifdef MIGLOCK_NO_SYMBOL
    const bool there = false;

    assert_null(dlsym(RTLD_DEFAULT, "server_start_time"));
#else
    const bool there = true;

    assert_ptr_equal(dlsym(RTLD_DEFAULT, "server_start_time"), &server_start_time);
#endif

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        server_start_time = cases[i].shown;
        assert_int_equal(mlk_mariadb_started(NOON), there ? cases[i].told : -1);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
