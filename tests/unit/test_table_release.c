/* SPDX-License-Identifier: GPL-2.0-only */
/* Releasing a table: which DDL is ended, and what takes force. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"

#define QUEUE                                                                                                \
    "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"                                                          \
    "12|shop|10.0.0.7:3|shop|Query|59|" WAITS "|SELECT * FROM orders WHERE id = 1\n"
#define DROP "16|deploy|10.0.0.9:5|shop|Query|20|" WAITS "|DROP TABLE orders\n"
#define LOCKS                                                                                                \
    "10|TABLE|shop|orders|SHARED_WRITE|1\n"                                                                  \
    "12|TABLE|shop|orders|SHARED_READ|0\n"

/* What the server is told to end the statement of that connection. */
static const char *kill_of(const struct mlk_session *s, const char *mysql, const char *mariadb)
{
    return s->flavour == MLK_MYSQL ? mysql : mariadb;
}

static void ddl_that_waits_is_ended(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    const char *kill = kill_of(s, "KILL QUERY 11", "KILL QUERY ID 1000");
    struct mlk_access need = {.need = MLK_NEED_NOTHING};
    const char *sql;
    cJSON *d = scene_end_ddl(s, false);

    scene_expect(d, "target", ORDERS);
    scene_expect(d, "outcome", "released");
    scene_expect(d, "verdict", "idle");
    scene_expect(d, "statement", kill);
    scene_expect_says(d, "because", "the statement of connection 11 ended after 0 ms");
    scene_expect_silent(d, "because", "still waited for");
    scene_expect_silent(d, "because", "nothing was changed");
    assert_true(cJSON_IsFalse(scene_member(d, "dry_run")));
    assert_true(cJSON_IsFalse(scene_member(scene_member(d, "now"), "held")));
    scene_expect_says(d, "advice", "lock_wait_timeout");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    assert_int_equal(mlk_fake_sent(s, kill), 1);
    for (size_t n = 0; (sql = mlk_fake_sql(s, n, &need)) && !strstr(sql, "KILL"); n++)
        ;
    assert_int_equal(need.need, MLK_NEED_KILL);
    assert_int_equal(need.connection_id, ALTER);
    assert_non_null(strstr(mlk_fake_log(s, 0), "'shop'@'app.example' (connection 7) asked to release "
                                               "'table:shop/orders': released; verdict idle; token "));
    assert_non_null(strstr(mlk_fake_log(s, 0), "; holder connection 11 (deploy@10.0.0.9"));
    assert_null(mlk_fake_log(s, 1));
    cJSON_Delete(d);
    scene_close(s);
}

static void a_dry_run_ends_nothing(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    const struct mlk_release_options dry = {.dry_run = true},
                                     stale = {.token = "aaaaaaaaaaaa", .dry_run = true};
    cJSON *d = scene_end(s, ORDERS, &dry);

    scene_expect(d, "outcome", "would_release");
    assert_true(cJSON_IsTrue(scene_member(d, "dry_run")));
    scene_expect(d, "statement", "KILL QUERY 11");
    scene_expect_says(d, "because", "nothing was changed: this is what a release would do");
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
    assert_true(cJSON_IsTrue(scene_member(scene_member(d, "now"), "held")));
    scene_expect_nobody_ended(s);
    assert_null(mlk_fake_log(s, 0));
    assert_int_equal(mlk_fake_sent(s, kill_of(s, "status_by_thread", "QUERY_ID")), 0);
    cJSON_Delete(d);

    d = scene_end(s, ORDERS, &stale);
    scene_expect(d, "outcome", "changed");
    cJSON_Delete(d);
    scene_close(s);
}

/* An INNODB_TRX of its own shows that it has begun. */
static struct mlk_session *open_finishing(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|55\n");
    return s;
}

static struct mlk_session *open_running(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_people(s, QUEUE "11|deploy|10.0.0.9:4|shop|Query|60|altering table|ALTER TABLE orders FORCE\n");
    scene_counter(s, "1000");
    scene_waits(s, "11|TABLE|shop|orders|EXCLUSIVE|1\n12|TABLE|shop|orders|SHARED_READ|0\n");
    mlk_fake_rows(s, "FROM performance_schema.events_stages_current",
                  "THREAD_ID|WORK_COMPLETED|WORK_ESTIMATED\n51|41|100\n");
    scene_ended(s);
    return s;
}

static struct mlk_session *open_unknown(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    mlk_fake_error(s, "FROM information_schema.INNODB_TRX", 1227, "Access denied; you need PROCESS");
    return s;
}

static void work_that_would_be_lost_takes_force(void **state)
{
    static const struct {
        struct mlk_session *(*open)(void **state);
        const char *says[2];
    } cases[] = {
        {open_finishing,
         {"refused: ALTER TABLE of connection 11 has done its work and waits for its last step, and ending "
          "it loses 60 s of work: the server drops",
          "say 'force'"}},
        {open_running,
         {"refused: ALTER TABLE of connection 11 runs, and ending it loses 60 s of work", "say 'force'"}},
        {open_unknown,
         {"refused: whether ALTER TABLE of connection 11, 60 s old, has begun its work does not "
          "show (it takes PROCESS, see the blind spots); say 'force'",
          "ending it may lose work"}},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = cases[i].open(state);
        cJSON *d = scene_end_ddl(s, false);

        scene_expect(d, "outcome", "refused");
        scene_expect_says(d, "because", cases[i].says[0]);
        scene_expect_says(d, "because", cases[i].says[1]);
        assert_true(cJSON_IsNull(scene_member(d, "statement")));
        assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
        scene_expect_nobody_ended(s);
        assert_non_null(strstr(mlk_fake_log(s, 0), "': refused; verdict "));
        assert_non_null(strstr(mlk_fake_log(s, 0), "; holder not known; refused: "));
        cJSON_Delete(d);

        d = scene_end_ddl(s, true);
        scene_expect(d, "outcome", "released");
        scene_expect_silent(d, "because", "refused");
        assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
        assert_int_equal(mlk_fake_sent(s, kill_of(s, "KILL QUERY 11", "KILL QUERY ID 1000")), 1);
        assert_non_null(strstr(mlk_fake_log(s, 1), "'table:shop/orders' with force: released"));
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void how_far_it_is_is_told(void **state)
{
    struct mlk_session *s = open_running(state);
    cJSON *d = scene_end_ddl(s, false);

    if (s->flavour == MLK_MYSQL)
        scene_expect_says(d, "because", "loses 60 s of work (41 %): the server drops");
    else
        scene_expect_says(d, "because", "loses 60 s of work: the server drops");
    cJSON_Delete(d);
    scene_close(s);
}

/* That it has begun since is another story than the one that was looked at. */
static void the_token_knows_that_it_has_begun(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *before = scene_report(s, ORDERS), *d;

    scene_open_transactions(s, "10|4|RUNNING|320\n11|0|RUNNING|55\n");
    d = scene_end(s, ORDERS,
                  &(struct mlk_release_options){.token = scene_text(before, "token"), .force = true});
    scene_expect(d, "outcome", "changed");
    scene_expect_says(d, "because", "who waits or who blocks changed since you looked: your token is ");
    scene_expect_nobody_ended(s);
    assert_non_null(strstr(mlk_fake_log(s, 0), " with force: changed; "));
    cJSON_Delete(before);
    cJSON_Delete(d);
    scene_close(s);
}

static struct mlk_session *open_two(void **state, const char *alter_lock, const char *state_of_alter)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    char people[2000], locks[1000];

    (void)snprintf(people, sizeof people,
                   QUEUE "11|deploy|10.0.0.9:4|shop|Query|60|%s|ALTER TABLE orders FORCE\n" DROP,
                   state_of_alter);
    (void)snprintf(locks, sizeof locks, LOCKS "%s16|TABLE|shop|orders|EXCLUSIVE|0\n", alter_lock);
    scene_people(s, people);
    scene_waits(s, locks);
    scene_counter_of(s, ALTER, "1000");
    scene_counter_of(s, 16, "1600");
    scene_ended(s);
    scene_people_in(s, ENDED, QUEUE DROP);
    mlk_fake_affected(s, kill_of(s, "KILL QUERY 16", "KILL QUERY ID 1600"), 0);
    mlk_fake_then(s, ENDED + 1);
    scene_people_in(s, ENDED + 1, "10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n");
    return s;
}

static void all_that_wait_are_ended_in_turn(void **state)
{
    struct mlk_session *s = open_two(state, "11|TABLE|shop|orders|EXCLUSIVE|0\n", WAITS);
    cJSON *d = scene_end_ddl(s, false);

    scene_expect(d, "outcome", "released");
    scene_expect(d, "statement",
                 kill_of(s, "KILL QUERY 11; KILL QUERY 16", "KILL QUERY ID 1000; KILL QUERY ID 1600"));
    assert_int_equal(mlk_fake_sent(s, "KILL"), 2);
    assert_non_null(strstr(mlk_fake_log(s, 0), "holder connection 11 "));
    assert_non_null(strstr(mlk_fake_log(s, 1), "holder connection 16"));
    assert_null(mlk_fake_log(s, 2));
    cJSON_Delete(d);
    scene_close(s);
}

/* What runs is left alone, and with force it comes last: what waits would begin as soon as it has ended. */
static void what_waits_goes_before_what_runs(void **state)
{
    struct mlk_session *s = open_two(state, "11|TABLE|shop|orders|EXCLUSIVE|1\n", "altering table");
    cJSON *d = scene_end_ddl(s, false);

    scene_expect(d, "statement", kill_of(s, "KILL QUERY 16", "KILL QUERY ID 1600"));
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    cJSON_Delete(d);
    scene_close(s);

    s = open_two(state, "11|TABLE|shop|orders|EXCLUSIVE|1\n", "altering table");
    d = scene_end(s, ORDERS, &(struct mlk_release_options){.force = true, .dry_run = true});
    scene_expect(d, "statement", "KILL QUERY 16; KILL QUERY 11");
    cJSON_Delete(d);
    scene_close(s);
}

/* Nobody behind it is touched, and what has been done is told. */
static void the_first_that_cannot_be_ended_ends_it_all(void **state)
{
    struct mlk_session *s = open_two(state, "11|TABLE|shop|orders|EXCLUSIVE|0\n", WAITS);
    cJSON *d;

    mlk_fake_error(s, kill_of(s, "KILL QUERY 11", "KILL QUERY ID 1000"), 1095, "not owner");
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "refused: not owner; ending what connection 11 does takes CONNECTION");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
    cJSON_Delete(d);
    scene_close(s);

    s = open_two(state, "11|TABLE|shop|orders|EXCLUSIVE|0\n", WAITS);
    mlk_fake_error(s, kill_of(s, "KILL QUERY 16", "KILL QUERY ID 1600"), 1095, "not owner");
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "the statement of connection 11 ended");
    assert_non_null(strstr(mlk_fake_log(s, 0), ": released; "));
    assert_non_null(strstr(mlk_fake_log(s, 1), ": refused; "));
    cJSON_Delete(d);
    scene_close(s);
}

/* Who was ended is told also where the call ends early then. */
static void a_call_that_ends_early_tells_what_it_did(void **state)
{
    struct mlk_session *s = open_two(state, "11|TABLE|shop|orders|EXCLUSIVE|0\n", WAITS);
    cJSON *d;

    mlk_fake_status(s, kill_of(s, "KILL QUERY 16", "KILL QUERY ID 1600"), MLK_KILLED, "interrupted");
    d = scene_end_ddl(s, false);
    scene_expect(d, "outcome", "failed");
    scene_expect_says(d, "because", "the statement of connection 11 ended");
    scene_expect_says(d, "because", "the call ended early: interrupted");
    assert_non_null(strstr(mlk_fake_log(s, 1), ": failed; "));
    cJSON_Delete(d);
    scene_close(s);
}

/* A session that took no DDL with it: somebody is in the way, and nobody is ended who was not named. */
static void without_ddl_nobody_is_ended(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    scene_people(s, QUEUE);
    scene_waits(s, "10|TABLE|shop|orders|SHARED_NO_READ_WRITE|1\n12|TABLE|shop|orders|SHARED_READ|0\n");
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because",
                      "no DDL is in the way, but a session is, and none is ended that is not named: "
                      "'blocker=10' (or `--blocker 10`) names it");
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);

    scene_waits(s, "12|TABLE|shop|orders|SHARED_READ|0\n");
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "refused: nobody that this account can see keeps them waiting");
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);
    scene_close(s);
}

/* A thread of the server's own, the caller, a session that no list shows: never. */
static void some_are_never_ended(void **state)
{
    static const struct {
        const char *person, *lock, *says;
    } cases[] = {
        {"7|shop|app.example:1|shop|Query|0|" WAITS "|ALTER TABLE orders FORCE\n",
         "7|TABLE|shop|orders|EXCLUSIVE|0\n", "refused: that is your own connection"},
        {"17|system user|NULL|shop|Connect|9|" WAITS "|ALTER TABLE orders FORCE\n",
         "17|TABLE|shop|orders|EXCLUSIVE|0\n", "refused: connection 17 is a thread of the server's own (sys"},
        {"", "18|TABLE|shop|orders|EXCLUSIVE|0\n",
         "refused: connection 18 is not visible to this account, so what it runs"},
    };

    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        struct mlk_session *s = scene_ending(scene_flavour(state));
        char text[1000];
        cJSON *d;

        (void)snprintf(text, sizeof text, QUEUE "%s", cases[i].person);
        scene_people(s, text);
        (void)snprintf(text, sizeof text, LOCKS "%s", cases[i].lock);
        scene_waits(s, text);
        d = scene_end_ddl(s, true);
        scene_expect(d, "outcome", "refused");
        scene_expect_says(d, "because", cases[i].says);
        scene_expect_nobody_ended(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static void without_the_right_nobody_is_ended(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    mlk_fake_deny(s, MLK_NEED_KILL);
    d = scene_end(s, ORDERS, &(struct mlk_release_options){.dry_run = true});
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because",
                      kill_of(s, "takes CONNECTION_ADMIN (and SYSTEM_USER if it has that), or its own",
                              "takes CONNECTION ADMIN, or its own account"));
    cJSON_Delete(d);
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void through_a_proxy_nobody_is_ended(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));
    cJSON *d;

    s->proxied = true;
    d = scene_end_ddl(s, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", "goes through a proxy");
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);
    d = scene_end_blocker(s, IDLE, true);
    scene_expect(d, "outcome", "refused");
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(ddl_that_waits_is_ended),
        SCENE_BOTH(a_dry_run_ends_nothing),
        SCENE_BOTH(work_that_would_be_lost_takes_force),
        SCENE_BOTH(how_far_it_is_is_told),
        SCENE_BOTH(the_token_knows_that_it_has_begun),
        SCENE_BOTH(all_that_wait_are_ended_in_turn),
        SCENE_BOTH(what_waits_goes_before_what_runs),
        SCENE_BOTH(the_first_that_cannot_be_ended_ends_it_all),
        SCENE_BOTH(a_call_that_ends_early_tells_what_it_did),
        SCENE_BOTH(without_ddl_nobody_is_ended),
        SCENE_BOTH(some_are_never_ended),
        SCENE_BOTH(without_the_right_nobody_is_ended),
        SCENE_BOTH(through_a_proxy_nobody_is_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
