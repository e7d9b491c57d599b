/* SPDX-License-Identifier: GPL-2.0-only */
/* The MySQL half's entry: INSTALL COMPONENT 'file://miglock' calls list_components, fills the services that
 * are required, puts those that are provided into its registry, then calls init. */
#include "miglock/functions.h"
#include "mysql_consumer.h"
#include "mysql_services.h"
#include "udf.h"

struct mlk_mysql_services mlk_mysql;

#define DECLARE(name) MLK_UDF_DECLARE(name);
MLK_FUNCTION_LIST(DECLARE)
#ifdef MIGLOCK_WITH_CONTRACT
DECLARE(miglock_contract)
#endif
#undef DECLARE

struct function {
    const char *name;
    char *(*row)(struct mlk_udf_init *, struct mlk_udf_args *, char *, unsigned long *, unsigned char *,
                 unsigned char *);
    bool (*init)(struct mlk_udf_init *, struct mlk_udf_args *, char *);
    void (*deinit)(struct mlk_udf_init *);
};

#define FUNCTION(name) {#name, name, name##_init, name##_deinit},
static const struct function functions[] = {MLK_FUNCTION_LIST(FUNCTION)
#ifdef MIGLOCK_WITH_CONTRACT
                                                FUNCTION(miglock_contract)
#endif
};
#undef FUNCTION
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

static int add(const struct function *f)
{
    /* The registry keeps one pointer type for all kinds of functions; ISO C allows this cast and back. */
    return mlk_mysql.udf_registration->udf_register(f->name, MLK_UDF_STRING_RESULT, (void (*)(void))f->row,
                                                    f->init, f->deinit);
}

/* False where it is still there because a statement uses it. */
static bool take_out(const struct function *f)
{
    int present = 0;

    return !mlk_mysql.udf_registration->udf_unregister(f->name, &present) || !present;
}

/* All or none: a name that is taken (a function made by CREATE FUNCTION) fails the whole INSTALL COMPONENT.
 */
static int component_init(void)
{
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (add(&functions[i])) {
            while (i-- > 0)
                (void)take_out(&functions[i]);
            return 1;
        }
    }
    return 0;
}

/* All or none here too: while a statement uses one, the component stays as it was. */
static int component_deinit(void)
{
    for (size_t i = 0; i < FUNCTIONS; i++) {
        if (!take_out(&functions[i])) {
            while (i-- > 0)
                (void)add(&functions[i]);
            return 1;
        }
    }
    return 0;
}

#define REQUIRE(member, name) {name, (void **)&mlk_mysql.member},
static struct mysql_service_placeholder_ref required[] = {MLK_MYSQL_SERVICE_LIST(REQUIRE){NULL, NULL}};
#undef REQUIRE

static struct mysql_metadata_ref metadata[] = {
    {"mysql.author", "the miglock developers"},
    {"mysql.license", "GPL"},
    {"miglock.version", MIGLOCK_VERSION},
    {NULL, NULL},
};

static struct mysql_component component = {
    .name = "miglock",
    .provides = mlk_mysql_consumer_services,
    .requires_ = required,
    .metadata = metadata,
    .init = component_init,
    .deinit = component_deinit,
};

MLK_UDF_EXPORT struct mysql_component *list_components(void);
struct mysql_component *list_components(void)
{
    return &component;
}
