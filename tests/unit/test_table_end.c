/* SPDX-License-Identifier: GPL-2.0-only */
/* The moment in which a statement or a session is ended: what has moved on is not hit, and what became of it
 * is told as it is. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"

#define PEOPLE(ddl)                                                                                          \
    "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n" ddl "12|shop|10.0.0.7:3|shop|Query|59|" WAITS            \
    "|SELECT * FROM orders WHERE id = 1\n"
#define ANOTHER "11|deploy|10.0.0.9:4|shop|Query|0|updating|UPDATE orders SET note = 'other'\n"
#define THE_SAME                                                                                             \
    "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS                                                              \
    "|ALTER TABLE orders ADD COLUMN c INT, ALGORITHM=INPLACE, LOCK=NONE\n"
#define ANOTHER_ALTER                                                                                        \
    "11|deploy|10.0.0.9:4|shop|Query|0|" WAITS "|ALTER TABLE orders ADD COLUMN d INT, ALGORITHM=INPLACE\n"
#define ASLEEP "11|deploy|10.0.0.9:4|shop|Sleep|0||NULL\n"

static const struct mlk_probe alive = {
    .peer = MLK_PEER_ALIVE, .asked = true, .answer_ms = 4, .asked_ms = 4, .heard_ms = 1, .pid = -1};

static const char *counter_of(const struct mlk_session *s)
{
    return s->flavour == MLK_MYSQL ? "performance_schema.status_by_thread" : "SELECT QUERY_ID FROM";
}

static bool by_number(const struct mlk_session *s)
{
    return s->flavour == MLK_MARIADB;
}

/* With a kernel that can be asked, and freezes. */
static struct mlk_session *open_frozen(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    mlk_fake_probe(s, 0, MLK_PROBE_LOOK, &alive, 0);
    mlk_fake_probe(s, 0, MLK_PROBE_ASK, &alive, 4);
    return s;
}

/* From the last look to the KILL; MariaDB ends a statement by its own number, for which nobody is frozen. */
static void a_client_is_kept_from_speaking(void **state)
{
    struct mlk_session *s = open_frozen(state);
    cJSON *d = scene_end_ddl(s, false);
    size_t wanted = by_number(s) ? 0 : 1;

    scene_expect(d, "outcome", "released");
    scene_expect_silent(d, "because", "kept from speaking");
    assert_int_equal(mlk_fake_sent_frozen(s, "KILL QUERY", ALTER), wanted);
    assert_int_equal(mlk_fake_sent_frozen(s, counter_of(s), ALTER), wanted);
    assert_int_equal(mlk_fake_sent_frozen(s, "SHOW PROCESSLIST", ALTER) >= wanted, 1);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    s->ops->close(s);

    s = open_frozen(state);
    scene_now(s, "10|0|RUNNING|320\n");
    d = scene_end_blocker(s, IDLE, false);
    scene_expect(d, "outcome", "released");
    assert_int_equal(mlk_fake_sent_frozen(s, "KILL CONNECTION 10", IDLE), 1);
    assert_int_equal(mlk_fake_sent_frozen(s, counter_of(s), IDLE), 1);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    scene_close(s);
}

/* It waits until it has ended without a client that cannot speak. */
static void it_is_thawed_before_its_end_is_waited_for(void **state)
{
    struct mlk_session *s = open_frozen(state);
    cJSON *d;

    scene_people_in(s, ENDED, PEOPLE(THE_SAME));
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "failed");
    assert_true(mlk_fake_sent(s, "SHOW PROCESSLIST") > 90);
    assert_true(mlk_fake_sent_frozen(s, "SHOW PROCESSLIST", ALTER) <= 1);
    cJSON_Delete(d);
    scene_close(s);
}

static void whose_client_has_spoken_is_not_ended(void **state)
{
    struct mlk_session *s = open_frozen(state);
    cJSON *d;

    mlk_fake_freeze(s, MLK_FREEZE_SPOKE, NULL);
    scene_now(s, "10|0|RUNNING|320\n");
    d = scene_end_blocker(s, IDLE, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "connection 10 has just been told something by its client; nothing was");
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);

    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", by_number(s) ? "released" : "refused");
    assert_int_equal(mlk_fake_sent(s, "KILL"), by_number(s));
    assert_int_equal(mlk_fake_is_frozen(s), 0);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_client_that_cannot_be_frozen_is_told(void **state)
{
    struct mlk_session *s = open_frozen(state);
    cJSON *d;

    mlk_fake_freeze(s, MLK_FREEZE_NOT, "it may come through a Unix socket");
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "released");
    if (by_number(s))
        scene_expect_silent(d, "because", "kept from speaking");
    else
        scene_expect_says(d, "because", "kept from speaking meanwhile (it may come through a Unix socket)");
    cJSON_Delete(d);
    scene_close(s);
}

/* The number that its own statements are counted with, before the second look. */
static void who_has_gone_on_is_not_ended(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, counter_of(s), "counter\n1000\n");
    mlk_fake_then(s, 5);
    mlk_fake_rows(s, counter_of(s), "counter\n1001\n");
    mlk_fake_when(s, 5);
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "changed");
    scene_expect_says(d, "because", "connection 11 has gone on to something else since it was looked at");
    scene_expect_nobody_ended(s);
    assert_non_null(strstr(mlk_fake_log(s, 0), ": changed; "));
    cJSON_Delete(d);
    scene_close(s);
}

/* What it runs is another statement when it is looked at again: the token of the first look is none of that.
 */
static void who_has_gone_on_between_the_looks_is_not_ended(void **state)
{
    static const char *const rows[] = {PEOPLE(ANOTHER), PEOPLE(ASLEEP), PEOPLE("")};

    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        struct mlk_session *s = scene_ending(scene_flavour(state));
        cJSON *d;

        mlk_fake_rows(s, counter_of(s), "counter\n1000\n");
        mlk_fake_then(s, 5);
        scene_people_in(s, 5, rows[i]);
        d = scene_end_ddl(s, true);
        scene_expect(d, "outcome", "changed");
        scene_expect_nobody_ended(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Within a procedure MySQL counts no statements, and some accounts see no count: the list is looked at.
 * MariaDB ends the statement by its number. */
static void without_a_count_the_statement_is_compared(void **state)
{
    static const char *const rows[] = {PEOPLE(ANOTHER), PEOPLE(ANOTHER_ALTER), PEOPLE(ASLEEP), PEOPLE("")};

    for (size_t i = 0; i < UNIT_COUNT(rows) * 2; i++) {
        struct mlk_session *s = scene_ending(scene_flavour(state));
        bool counted = i % 2 != 0;
        cJSON *d;

        if (counted)
            mlk_fake_rows(s, counter_of(s), "counter\n1000\n");
        else
            mlk_fake_error(s, counter_of(s), 1142, "denied");
        mlk_fake_then(s, 5);
        mlk_fake_rows(s, "SELECT @@GLOBAL.max_connections", "max\n151\n"); /* the end of the second look */
        mlk_fake_when(s, 5);
        mlk_fake_then(s, 6);
        scene_people_in(s, 6, rows[i / 2]);
        d = scene_end_ddl(s, false);
        if (counted && by_number(s)) {
            assert_int_equal(mlk_fake_sent(s, "KILL QUERY ID 1000"), 1);
        } else {
            scene_expect(d, "outcome", "changed");
            scene_expect_nobody_ended(s);
        }
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void without_a_count_it_is_said(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    mlk_fake_error(s, counter_of(s), 1142, "denied");
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "released");
    scene_expect(d, "statement", "KILL QUERY 11");
    scene_expect_says(d, "because", "how many statements connection 11 runs is not visible");
    assert_int_equal(scene_says(d, "because", "(performance_schema.status_by_thread)"), !by_number(s));
    cJSON_Delete(d);
    scene_close(s);
}

static void what_the_kill_comes_to(void **state)
{
    static const struct {
        unsigned number;
        const char *outcome, *says;
    } cases[] = {
        {1094, "changed", "what connection 11 ran had ended before it could be, so nothing was done to it"},
        {1957, "changed", "what connection 11 ran had ended before it could be"},
        {1095, "refused", "refused: the server's words; ending what connection 11 does takes CONNECTION"},
        {1979, "refused", "refused: the server's words; ending what connection 11 does takes CONNECTION"},
        {1227, "refused", "refused: the server's words"},
        {1290, "failed", "the server refused the KILL, nothing was done: the server's words"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_ending(scene_flavour(state));
        cJSON *d;

        mlk_fake_error(s, "KILL", cases[i].number, "the server's words");
        d = scene_end_ddl(s, false);
        scene_expect(d, "outcome", cases[i].outcome);
        scene_expect_says(d, "because", cases[i].says);
        assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
        assert_int_equal(mlk_fake_sent(s, "ROUTINES"), 0);
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Longer than a rollback ought to take. */
static void what_does_not_end_is_told(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    scene_people_in(s, ENDED, PEOPLE(THE_SAME));
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "connection 11 was told to end its statement and has not after 5 s");
    assert_int_equal((int)scene_number(d, "seconds"), 5);
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    cJSON_Delete(d);
    scene_close(s);

    /* a session is ended when it has left, whatever it does until then */
    s = scene_ending(scene_flavour(state));
    scene_now(s, "10|0|RUNNING|320\n");
    scene_people_in(s, ENDED, "10|shop|10.0.0.7:51234|shop|Killed|0|cleaning up|NULL\n");
    d = scene_end_blocker(s, IDLE, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "connection 10 was told to end and has not after 5 s");
    cJSON_Delete(d);
    scene_close(s);
}

/* The same words once more are another statement: the one that was seen has ended. */
static void the_same_statement_again_is_another_one(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    scene_people_in(s, ENDED, PEOPLE(THE_SAME));
    mlk_fake_rows(s, counter_of(s), "counter\n1001\n");
    mlk_fake_when(s, ENDED);
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "released");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    cJSON_Delete(d);
    scene_close(s);
}

static void whether_it_ended_may_not_be_known(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    scene_people_in(s, ENDED, PEOPLE(THE_SAME));
    mlk_fake_status(s, counter_of(s), MLK_GONE, "the connection is lost");
    mlk_fake_when(s, ENDED);
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because",
                      "connection 11 was told to end its statement, but whether it has is not known (the "
                      "connection is lost): look again");
    cJSON_Delete(d);
    scene_close(s);
}

static void what_waits_on_is_told(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    mlk_fake_rows(s, "SELECT DISTINCT OBJECT_TYPE...'PENDING'",
                  "OBJECT_TYPE|OBJECT_SCHEMA|OBJECT_NAME\nTABLE|shop|orders\n");
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because", "the table is still waited for, see \"now\"");
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(a_client_is_kept_from_speaking),
        SCENE_BOTH(it_is_thawed_before_its_end_is_waited_for),
        SCENE_BOTH(whose_client_has_spoken_is_not_ended),
        SCENE_BOTH(a_client_that_cannot_be_frozen_is_told),
        SCENE_BOTH(who_has_gone_on_is_not_ended),
        SCENE_BOTH(who_has_gone_on_between_the_looks_is_not_ended),
        SCENE_BOTH(without_a_count_the_statement_is_compared),
        SCENE_BOTH(without_a_count_it_is_said),
        SCENE_BOTH(what_the_kill_comes_to),
        SCENE_BOTH(what_does_not_end_is_told),
        SCENE_BOTH(the_same_statement_again_is_another_one),
        SCENE_BOTH(whether_it_ended_may_not_be_known),
        SCENE_BOTH(what_waits_on_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
