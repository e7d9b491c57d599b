/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of a row lock, from a scripted server. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

#define GHOST_HEAD "lock_key|locked|acquired_at|released_at\n"

static void free_row(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "blog.migrations_lock", GHOST_HEAD "km01|0|2026-11-01 08:00:00|2026-11-01 08:01:00\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "kind", "row");
    scene_expect(d, "name", NULL);
    scene_expect(d, "table", "blog.migrations_lock");
    scene_expect(d, "verdict", "free");
    assert_true(cJSON_IsFalse(scene_member(d, "held")));
    scene_expect(d, "token", NULL);
    scene_expect(d, "next", NULL);
    scene_expect(d, "damage", NULL);
    scene_expect(d, "since_text", NULL);
    cJSON_Delete(d);
    scene_close(s);
}

static void abandoned_row(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    char next[100];
    cJSON *d;

    scene_ghost(s);
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "abandoned");
    assert_true(cJSON_IsTrue(scene_member(d, "held")));
    scene_expect_says(d, "because", "no session that could hold it");
    /* its client's clock has no zone: from UTC+14 to UTC-12, but not later than now */
    scene_expect(d, "since", NULL);
    scene_expect(d, "since_text", "2026-11-21 08:00:00");
    scene_expect(d, "since_earliest", "2026-11-20T18:00:00Z");
    scene_expect(d, "since_latest", "2026-11-21T12:00:00Z");
    snprintf(next, sizeof next, "SELECT miglock_release('ghost:blog', '%s')", scene_text(d, "token"));
    scene_expect(d, "next", next);
    cJSON_Delete(d);
    scene_close(s);
}

static void someone_is_connected(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_people(s, "21|ghost|10.0.0.7:1|blog|Sleep|60||NULL\n22|other|10.0.0.7:2|shop|Query|1|x|SELECT 1\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "idle");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "siblings")), 1);
    scene_expect_says(d, "because", "connected and idle");
    cJSON_Delete(d);
    scene_close(s);
}

static void someone_works_in_the_schema(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_people(s, "21|ghost|10.0.0.7:1|BLOG|Query|60|altering table|ALTER TABLE posts ADD x INT\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "active");
    scene_expect_says(d, "because", "ALTER TABLE posts");
    scene_expect(d, "next", "SELECT miglock_status('ghost:blog')");
    cJSON_Delete(d);
    scene_close(s);
}

static void someone_has_uncommitted_changes(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_people(s, "21|ghost|10.0.0.7:1|blog|Sleep|60||NULL\n");
    scene_transactions(s, "21|3|RUNNING\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "active");
    cJSON_Delete(d);
    scene_close(s);
}

/* A session that works on the schema from outside has locks on its tables. */
static void someone_works_from_another_schema(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_people(s, "21|ghost|10.0.0.7:1|NULL|Query|60|altering table|ALTER TABLE blog.posts ADD x INT\n");
    scene_table_locks(s, "21|blog\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "active");
    cJSON_Delete(d);
    scene_close(s);
}

static void miglock_itself_does_not_count(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_people(s, "7|shop|10.0.0.7:1|blog|Query|0|x|SELECT miglock_status('ghost:blog')\n"
                    "8|shop|10.0.0.7:2|blog|Query|0|x|SELECT 1\n"
                    "30|root|localhost|blog|Query|0|x|/* miglock */ SELECT 1\n"
                    "31|root|localhost|blog|Query|0|x|PLUGIN: /* miglock */ SELECT 1\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "abandoned");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "siblings")), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void older_than_the_server(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    /* started 2026-11-11 12:00:00; with UTC-12 the text may mean up to twelve hours later */
    scene_table(s, "blog.migrations_lock", GHOST_HEAD "km01|1|2026-11-10 23:59:59|NULL\n");
    scene_holder(s, "km_migration_blog", "NULL");
    scene_people(s, "21|ghost|10.0.0.7:1|blog|Sleep|60||NULL\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "abandoned");
    scene_expect_says(d, "because", "after the lock was taken");
    cJSON_Delete(d);
    scene_table(s, "blog.migrations_lock", GHOST_HEAD "km01|1|2026-11-11 00:00:01|NULL\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "idle");
    cJSON_Delete(d);
    scene_close(s);
}

static void a_time_from_the_future(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_table(s, "blog.migrations_lock", GHOST_HEAD "km01|1|2031-01-01 00:00:00|NULL\n");
    d = scene_report(s, "ghost:blog");
    scene_expect_says(d, "because", "no clock has reached");
    scene_expect(d, "since_earliest", NULL);
    scene_expect(d, "since_text", "2031-01-01 00:00:00");
    cJSON_Delete(d);
    scene_close(s);
}

/* knex takes its flag in the migrations' own transaction: it reads 0 while they run. */
static void reads_free_but_is_being_changed(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, "READ TABLE app.knex_migrations_lock", "index|is_locked\n1|0\n");
    mlk_fake_rows(s, "READ TABLE DIRTY app.knex_migrations_lock", "index|is_locked\n1|1\n");
    d = scene_report(s, "knex:app");
    scene_expect(d, "verdict", "active");
    assert_true(cJSON_IsTrue(scene_member(d, "held")));
    scene_expect_says(d, "because", "not committed");
    scene_expect(d, "token", NULL);
    scene_expect(d, "next", NULL);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_companion_tells_the_holder(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_ghost(s);
    scene_holder(s, "km_migration_blog", "21");
    scene_people(s, "21|ghost|10.0.0.7:1|NULL|Sleep|60||NULL\n");
    d = scene_report(s, "ghost:blog");
    scene_expect(d, "verdict", "idle");
    assert_int_equal(scene_number(scene_member(d, "holder"), "connection_id"), 21);
    scene_expect_says(d, "because", "km_migration_blog");
    cJSON_Delete(d);
    scene_close(s);
}

/* knex can keep its tables in one schema and migrate another: then anybody could be it. */
static void a_schema_with_bookkeeping_only(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));
    cJSON *d;

    scene_table(s, "app.knex_migrations_lock", "index|is_locked\n1|1\n");
    scene_people(s, "21|app|10.0.0.7:1|elsewhere|Sleep|60||NULL\n");
    d = scene_report(s, "knex:app");
    scene_expect(d, "verdict", "abandoned");
    cJSON_Delete(d);
    mlk_fake_rows(s, "FROM information_schema.TABLES WHERE TABLE_SCHEMA", "1\n");
    d = scene_report(s, "knex:app");
    scene_expect(d, "verdict", "idle");
    cJSON_Delete(d);
    scene_close(s);
}

static void damage_is_explained(void **state)
{
    static const struct {
        const char *target, *table, *rows, *damage, *says, *first;
    } cases[] = {
        {"ghost:blog", "blog.migrations_lock", GHOST_HEAD, "missing_row", "no row with lock_key 'km01'",
         "INSERT INTO `blog`.`migrations_lock` (lock_key, locked, acquired_at, released_at) "
         "VALUES ('km01', 0, NULL, NULL)"},
        {"ghost:blog", "blog.migrations_lock", GHOST_HEAD "km01|0|NULL|NULL\nkm01|1|NULL|NULL\n",
         "several_rows", "more than one row", NULL},
        {"ghost:blog", "blog.migrations_lock", "empty_table\n", "odd_columns",
         "not a lock table of knex-migrator", NULL},
        {"knex:app", "app.knex_migrations_lock", "index|is_locked\n1|0\n2|0\n", "several_rows",
         "2 rows, 0 of them locked", "DELETE FROM `app`.`knex_migrations_lock`"},
        {"knex:app", "app.knex_migrations_lock", "index|is_locked\n1|NULL\n", "odd_columns", "NULL",
         "DELETE FROM `app`.`knex_migrations_lock`"},
        {"knex:app/kysely_lock", "app.kysely_lock", "id|is_locked\nmigration_lock|0\n", "odd_columns",
         "Kysely", NULL},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        cJSON *d;

        scene_table(s, cases[i].table, cases[i].rows);
        scene_holder(s, "km_migration_blog", "NULL");
        d = scene_report(s, cases[i].target);
        scene_expect(d, "verdict", "unknown");
        scene_expect(d, "damage", cases[i].damage);
        assert_true(cJSON_IsNull(scene_member(d, "held")));
        scene_expect_says(d, "because", cases[i].says);
        if (cases[i].first) {
            const cJSON *repair = scene_member(d, "repair");

            assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(repair, 0)), cases[i].first);
            assert_non_null(strstr(scene_text(d, "next"), "SELECT miglock_repair("));
            assert_non_null(strstr(scene_text(d, "next"), scene_text(d, "token")));
        } else {
            scene_expect(d, "repair", NULL);
            scene_expect(d, "token", NULL);
            scene_expect(d, "next", NULL);
        }
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void the_token_is_of_this_row(void **state)
{
    static const char *const rows[] = {
        GHOST_HEAD "km01|1|2026-11-21 08:00:00|NULL\n",
        GHOST_HEAD "km01|1|2026-11-21 08:00:01|NULL\n",
        GHOST_HEAD "km01|1|2026-11-21 08:00:00|2026-11-01 00:00:00\n",
        GHOST_HEAD "km01|1|NULL|2026-11-21 08:00:00\n",
        GHOST_HEAD "km01|2|2026-11-21 08:00:00|NULL\n",
    };
    char tokens[UNIT_COUNT(rows)][MLK_TOKEN_LEN + 1];

    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        struct mlk_session *s = scene_open(scene_flavour(state));
        cJSON *d;

        scene_ghost(s);
        scene_table(s, "blog.migrations_lock", rows[i]);
        d = scene_report(s, "ghost:blog");
        memcpy(tokens[i], scene_text(d, "token"), sizeof tokens[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(tokens[i], tokens[j]);
        cJSON_Delete(d);
        /* who is connected is no part of it */
        scene_people(s, "21|ghost|10.0.0.7:1|blog|Sleep|60||NULL\n");
        d = scene_report(s, "ghost:blog");
        scene_expect(d, "token", tokens[i]);
        cJSON_Delete(d);
        scene_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(free_row),
        SCENE_BOTH(abandoned_row),
        SCENE_BOTH(someone_is_connected),
        SCENE_BOTH(someone_works_in_the_schema),
        SCENE_BOTH(someone_has_uncommitted_changes),
        SCENE_BOTH(someone_works_from_another_schema),
        SCENE_BOTH(miglock_itself_does_not_count),
        SCENE_BOTH(older_than_the_server),
        SCENE_BOTH(a_time_from_the_future),
        SCENE_BOTH(reads_free_but_is_being_changed),
        SCENE_BOTH(a_companion_tells_the_holder),
        SCENE_BOTH(a_schema_with_bookkeeping_only),
        SCENE_BOTH(damage_is_explained),
        SCENE_BOTH(the_token_is_of_this_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
