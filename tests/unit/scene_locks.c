/* SPDX-License-Identifier: GPL-2.0-only */
/* The locks of the scene that a release or a repair may change. */
#include "scene.h"

#define GHOST_HEAD "lock_key|locked|acquired_at|released_at\n"

struct mlk_session *scene_open_stuck(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));

    scene_ghost(s);
    scene_table(s, "blog.migrations_lock", GHOST_HEAD "km01|1|2026-11-21 08:00:00|NULL\n");
    mlk_fake_rows(s, "READ TABLE blog.migrations_lock",
                  GHOST_HEAD "km01|0|2026-11-21 08:00:00|2026-11-21 12:00:00\n");
    mlk_fake_when(s, 2);
    mlk_fake_rows(s, "READ TABLE DIRTY blog.migrations_lock",
                  GHOST_HEAD "km01|0|2026-11-21 08:00:00|2026-11-21 12:00:00\n");
    mlk_fake_when(s, 2);
    mlk_fake_affected(s, "UPDATE `blog`.`migrations_lock` SET locked = 0", 1);
    mlk_fake_then(s, 1);
    mlk_fake_affected(s, "COMMIT", 0);
    mlk_fake_when(s, 1);
    mlk_fake_then(s, 2);
    return s;
}

struct mlk_session *scene_open_held(void **state)
{
    struct mlk_session *s = scene_open(scene_flavour(state));

    scene_rails(s);
    scene_holder(s, SCENE_RAILS, "NULL");
    mlk_fake_when(s, 1);
    mlk_fake_affected(s, "KILL CONNECTION", 0);
    mlk_fake_then(s, 1);
    return s;
}

#define KNEX_HEAD "index|is_locked\n"

struct mlk_session *scene_open_damaged(void **state)
{
    static const int free_from = 2, free_to = 3;
    struct mlk_session *s = scene_open(scene_flavour(state));

    scene_table(s, "app.knex_migrations_lock", KNEX_HEAD "1|0\n2|1\n");
    mlk_fake_rows(s, "SELECT * FROM `app`.`knex_migrations_lock` LIMIT 3", KNEX_HEAD "1|0\n2|1\n");
    mlk_fake_affected(s, "DELETE FROM `app`.`knex_migrations_lock`", 2);
    mlk_fake_then(s, 1);
    mlk_fake_affected(s, "DELETE FROM `app`.`knex_migrations_lock` WHERE CHAR_LENGTH(`index`) < 0", 0);
    mlk_fake_affected(s, "INSERT INTO `app`.`knex_migrations_lock` (is_locked) VALUES (0)", 1);
    mlk_fake_when(s, 1);
    mlk_fake_then(s, 2);
    mlk_fake_affected(s, "COMMIT", 0);
    mlk_fake_when(s, 2);
    mlk_fake_then(s, 3);
    for (int phase = free_from; phase <= free_to; phase++) {
        mlk_fake_rows(s, "READ TABLE app.knex_migrations_lock", KNEX_HEAD "3|0\n");
        mlk_fake_when(s, phase);
        mlk_fake_rows(s, "READ TABLE DIRTY app.knex_migrations_lock", KNEX_HEAD "3|0\n");
        mlk_fake_when(s, phase);
    }
    return s;
}
