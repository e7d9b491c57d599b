/* SPDX-License-Identifier: GPL-2.0-only */
/* Ending a session that keeps others waiting: only where it is named, and what takes force beside that. */
#include <stdio.h>
#include <string.h>

#include "scene_ending.h"

#define PEOPLE(blocker)                                                                                      \
    blocker "11|deploy|10.0.0.9:4|shop|Query|60|" WAITS "|ALTER TABLE orders FORCE\n"                        \
            "15|shop|10.0.0.7:6|shop|Sleep|3||NULL\n"
#define ALTER_WAITS "11|TABLE|shop|orders|EXCLUSIVE|0\n"
#define KILL_IDLE   "KILL CONNECTION 10"

static const struct mlk_probe gone = {.peer = MLK_PEER_GONE,
                                      .asked = true,
                                      .answer_ms = -1,
                                      .asked_ms = 3000,
                                      .heard_ms = 90000,
                                      .pid = -1,
                                      .state = "ESTABLISHED",
                                      .why = "no answer to 3 questions"};
static const struct mlk_probe silent = {.peer = MLK_PEER_UNKNOWN,
                                        .answer_ms = -1,
                                        .asked_ms = -1,
                                        .heard_ms = 90000,
                                        .pid = -1,
                                        .state = "ESTABLISHED"};

static void expect_killed(struct mlk_session *s, const cJSON *d)
{
    scene_expect(d, "outcome", "released");
    scene_expect(d, "statement", KILL_IDLE);
    scene_expect_says(d, "because", "connection 10 ended after 0 ms");
    assert_int_equal(mlk_fake_sent(s, "KILL"), 1);
    assert_int_equal(mlk_fake_sent(s, KILL_IDLE), 1);
    assert_int_equal(mlk_fake_is_frozen(s), 0);
}

/* force helps: refused without it, ended with it. */
static void takes_force(struct mlk_session *s, const char *says)
{
    cJSON *d = scene_end_blocker(s, IDLE, false);

    scene_expect(d, "outcome", "refused");
    scene_expect_says(d, "because", says);
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);
    d = scene_end_blocker(s, IDLE, true);
    expect_killed(s, d);
    cJSON_Delete(d);
    scene_close(s);
}

/* Not with force either. */
static void refuses(struct mlk_session *s, uint64_t id, const char *says)
{
    for (int force = 0; force < 2; force++) {
        cJSON *d = scene_end_blocker(s, id, force != 0);

        scene_expect(d, "outcome", "refused");
        scene_expect_says(d, "because", says);
        scene_expect_nobody_ended(s);
        cJSON_Delete(d);
    }
    scene_close(s);
}

static struct mlk_session *open_reader(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_now(s, "10|0|RUNNING|320\n");
    return s;
}

static void an_idle_reader_is_ended(void **state)
{
    struct mlk_session *s = open_reader(state);
    struct mlk_access need = {.need = MLK_NEED_NOTHING};
    const char *sql;
    cJSON *d = scene_end_blocker(s, IDLE, false);

    expect_killed(s, d);
    assert_int_equal(cJSON_GetArraySize(scene_member(d, "advice")), 0);
    for (size_t n = 0; (sql = mlk_fake_sql(s, n, &need)) && !strstr(sql, "KILL"); n++)
        ;
    assert_int_equal(need.need, MLK_NEED_KILL);
    assert_int_equal(need.connection_id, IDLE);
    assert_non_null(strstr(mlk_fake_log(s, 0), "; holder connection 10 (shop@10.0.0.7"));
    cJSON_Delete(d);

    s->ops->close(s);
    s = open_reader(state);
    d = scene_end(s, ORDERS, &(struct mlk_release_options){.dry_run = true, .blocker = IDLE});
    scene_expect(d, "outcome", "would_release");
    scene_expect(d, "statement", KILL_IDLE);
    scene_expect_nobody_ended(s);
    cJSON_Delete(d);
    scene_close(s);
}

static void changes_take_force(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_now(s, "10|4|RUNNING|320\n");
    takes_force(s,
                "refused: connection 10 has changed 4 rows and not committed, and ending it rolls that back");
}

static void changes_that_cannot_be_seen_take_force(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    mlk_fake_error(s, "FROM information_schema.INNODB_TRX", 1227, "Access denied; you need PROCESS");
    mlk_fake_error(s, "SHOW ENGINE INNODB STATUS", 1227, "Access denied; you need PROCESS");
    takes_force(s,
                "refused: whether connection 10 has changed rows is not visible to this account (PROCESS)");
}

/* INNODB_TRX can be a copy from before the change. */
static void changes_of_this_moment_count(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_now(s, "10|1|RUNNING|320\n");
    scene_open_transactions(s, "10|0|RUNNING|320\n");
    takes_force(s, "refused: connection 10 has changed 1 row and not");
}

static void one_at_work_takes_force(void **state)
{
    struct mlk_session *s = open_reader(state);

    scene_people(s,
                 PEOPLE("10|shop|10.0.0.7:51234|shop|Query|312|executing|SELECT SLEEP(900) FROM orders\n"));
    scene_counter(s, "1000");
    scene_ended(s);
    takes_force(s, "refused: connection 10 is at work; wait for it, or say 'force'");
}

static void one_that_rolls_back_takes_force(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_now(s, "10|0|ROLLING BACK|320\n");
    takes_force(s, "refused: connection 10 is at work");
}

static void a_guess_takes_force(void **state)
{
    struct mlk_session *s = open_reader(state);

    if (s->flavour == MLK_MARIADB)
        scene_waits_plugin(s, NULL);
    else
        mlk_fake_error(s, "performance_schema.metadata_locks", 1142, "SELECT command denied");
    scene_people(s, PEOPLE("10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"));
    scene_counter(s, "1000");
    mlk_fake_affected(s, "KILL", 0);
    mlk_fake_then(s, ENDED);
    scene_people_in(s, ENDED, "15|shop|10.0.0.7:6|shop|Sleep|3||NULL\n");
    takes_force(s, "refused: that connection 10 keeps others waiting is a guess");
}

/* A backup, mostly. The root is elsewhere, and the session may be named all the same. */
static void a_lock_on_the_server_takes_force(void **state)
{
    struct mlk_session *s = open_reader(state);

    scene_people(s, PEOPLE("10|shop|10.0.0.7:51234|shop|Sleep|312||NULL\n"));
    scene_counter(s, "1000");
    scene_waits(s, s->flavour == MLK_MYSQL
                       ? "10|GLOBAL|NULL|NULL|SHARED|1\n11|GLOBAL|NULL|NULL|INTENTION_EXCLUSIVE|0\n"
                       : "10|BACKUP|NULL|NULL|BACKUP_FTWRL2|1\n11|BACKUP|NULL|NULL|BACKUP_DDL|0\n");
    scene_ended(s);
    takes_force(s, "refused: connection 10 has a lock on the whole server, mostly for a backup");
}

static void who_is_hidden_is_not_ended(void **state)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    scene_waits(s, "20|TABLE|shop|orders|SHARED_WRITE|1\n" ALTER_WAITS);
    refuses(s, 20, "refused: connection 20 is not visible to this account, so what ending it would cost");
}

static void the_caller_is_not_ended(void **state)
{
    struct mlk_session *s = open_reader(state);

    scene_people(s, PEOPLE("7|shop|app.example:1|shop|Query|0|executing|SELECT miglock_release()\n"));
    scene_waits(s, "7|TABLE|shop|orders|SHARED_READ|1\n" ALTER_WAITS);
    s->caller_id = 7;
    {
        cJSON *d = scene_end_blocker(s, 7, true);

        scene_expect(d, "outcome", "refused");
        scene_expect_says(d, "because", "that is your own connection; COMMIT, ROLLBACK or UNLOCK TABLES");
        scene_expect_nobody_ended(s);
        cJSON_Delete(d);
    }
    scene_close(s);
}

static void a_thread_of_the_server_is_not_ended(void **state)
{
    struct mlk_session *s = open_reader(state);

    scene_people(s, PEOPLE("10|system user|NULL|shop|Sleep|312||NULL\n"));
    refuses(s, IDLE, "refused: connection 10 is a thread of the server's own (system user); stop what");
}

static void who_blocks_nobody_is_not_ended(void **state)
{
    refuses(open_reader(state), 15, "refused: connection 15 keeps nobody waiting for this table");
    refuses(open_reader(state), 12, "refused: connection 12 keeps nobody waiting for this table");
    refuses(open_reader(state), ALTER, "refused: connection 11 runs the DDL itself; a release without");
}

/* The last look before the KILL: it is the session that was seen, and it is idle. */
static void who_has_woken_up_is_not_ended(void **state)
{
    static const char *const rows[] = {
        PEOPLE("10|shop|10.0.0.7:51234|shop|Query|0|executing|SELECT 1\n"),
        PEOPLE(""),
    };

    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        struct mlk_session *s = open_reader(state);
        const char *counter = s->flavour == MLK_MYSQL ? "status_by_thread" : "SELECT QUERY_ID";
        cJSON *d;

        mlk_fake_error(s, counter, 1142, "denied");
        mlk_fake_then(s, 5);
        mlk_fake_rows(s, "SELECT @@GLOBAL.max_connections", "max\n151\n"); /* the end of the second look */
        mlk_fake_when(s, 5);
        mlk_fake_then(s, 6);
        scene_people_in(s, 6, rows[i]);
        d = scene_end_blocker(s, IDLE, false);
        scene_expect(d, "outcome", "changed");
        scene_expect_says(d, "because", "connection 10 has gone on to something else since it was looked at");
        scene_expect_nobody_ended(s);
        cJSON_Delete(d);
        scene_close(s);
    }
}

/* Whoever works under force may go on working; only its statements tell whether it is at the same. Without
 * that count it must run the very statement. */
static void one_at_work_that_goes_on_is_compared_by_its_count(void **state)
{
    static const char *const later[] = {
        PEOPLE("10|shop|10.0.0.7:51234|shop|Query|0|executing|SELECT 2\n"),
        PEOPLE("10|shop|10.0.0.7:51234|shop|Query|312|executing|SELECT SLEEP(900) FROM orders\n"),
        PEOPLE(""),
    };

    for (size_t i = 0; i < UNIT_COUNT(later) * 2; i++) {
        struct mlk_session *s = open_reader(state);
        const char *counter = s->flavour == MLK_MYSQL ? "status_by_thread" : "SELECT QUERY_ID";
        bool counted = i % 2 != 0, ends = i / 2 == 1 || (counted && i / 2 == 0);
        cJSON *d;

        scene_people(
            s, PEOPLE("10|shop|10.0.0.7:51234|shop|Query|312|executing|SELECT SLEEP(900) FROM orders\n"));
        if (counted)
            mlk_fake_rows(s, counter, "counter\n1000\n");
        else
            mlk_fake_error(s, counter, 1142, "denied");
        mlk_fake_then(s, 5);
        mlk_fake_rows(s, "SELECT @@GLOBAL.max_connections", "max\n151\n"); /* the end of the second look */
        mlk_fake_when(s, 5);
        mlk_fake_then(s, 6);
        scene_people_in(s, 6, later[i / 2]);
        scene_ended(s);
        d = scene_end_blocker(s, IDLE, true);
        if (ends)
            expect_killed(s, d);
        else
            scene_expect(d, "outcome", "changed");
        assert_int_equal(mlk_fake_sent(s, "KILL"), ends);
        cJSON_Delete(d);
        scene_close(s);
    }
}

static struct mlk_session *open_with_client(void **state, const struct mlk_probe *look,
                                            const struct mlk_probe *asked)
{
    struct mlk_session *s = scene_ending(scene_flavour(state));

    mlk_fake_probe(s, 0, MLK_PROBE_LOOK, look, 0);
    mlk_fake_probe(s, 0, MLK_PROBE_ASK, asked, 3000);
    return s;
}

/* Nobody will commit what it has changed. */
static void whose_client_is_gone_takes_no_force(void **state)
{
    struct mlk_session *s = open_with_client(state, &gone, &gone);
    cJSON *d = scene_end_blocker(s, IDLE, false);

    expect_killed(s, d); /* after it had time to leave */
    assert_int_equal(mlk_fake_sent_frozen(s, KILL_IDLE, IDLE), 1);
    cJSON_Delete(d);
    scene_close(s);
}

static void leave(struct mlk_session *s, void *arg)
{
    (void)arg;
    scene_people(s, PEOPLE(""));
    scene_waits(s, "");
}

static void asking_may_be_enough(void **state)
{
    struct mlk_session *s = open_with_client(state, &silent, &gone);
    cJSON *d;

    scene_now(s, "10|0|RUNNING|320\n");
    mlk_fake_on_ask(s, leave, NULL);
    d = scene_end_blocker(s, IDLE, false);
    scene_expect(d, "outcome", "released");
    scene_expect_says(d, "because",
                      "the client of connection 10 is gone: no answer to 3 questions, and the "
                      "server has ended its session: nobody had to be killed");
    assert_true(cJSON_IsNull(scene_member(d, "statement")));
    scene_expect_nobody_ended(s);
    assert_non_null(strstr(mlk_fake_log(s, 0), ": released; "));
    assert_null(mlk_fake_log(s, 1));
    cJSON_Delete(d);
    scene_close(s);
}

static void nobody_may_be_asked(struct mlk_session *s, void *arg)
{
    (void)s;
    (void)arg;
    fail_msg("a client was asked");
}

/* Who works is there. */
static void whoever_works_is_not_asked(void **state)
{
    struct mlk_session *s = open_with_client(state, &silent, &gone);
    cJSON *d;

    scene_people(s,
                 PEOPLE("10|shop|10.0.0.7:51234|shop|Query|312|executing|SELECT SLEEP(900) FROM orders\n"));
    scene_counter(s, "1000");
    scene_ended(s);
    mlk_fake_on_ask(s, nobody_may_be_asked, NULL);
    d = scene_end_blocker(s, IDLE, true);
    expect_killed(s, d);
    cJSON_Delete(d);
    scene_close(s);
}

static void a_client_that_answers_is_no_obstacle(void **state)
{
    static const struct mlk_probe alive = {
        .peer = MLK_PEER_ALIVE, .asked = true, .answer_ms = 4, .asked_ms = 4, .heard_ms = 1, .pid = -1};
    struct mlk_session *s = open_with_client(state, &silent, &alive);
    cJSON *d;

    scene_now(s, "10|0|RUNNING|320\n");
    d = scene_end_blocker(s, IDLE, false);
    expect_killed(s, d);
    cJSON_Delete(d);
    scene_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_BOTH(an_idle_reader_is_ended),
        SCENE_BOTH(changes_take_force),
        SCENE_BOTH(changes_that_cannot_be_seen_take_force),
        SCENE_BOTH(changes_of_this_moment_count),
        SCENE_BOTH(one_at_work_takes_force),
        SCENE_BOTH(one_that_rolls_back_takes_force),
        SCENE_BOTH(a_guess_takes_force),
        SCENE_BOTH(a_lock_on_the_server_takes_force),
        SCENE_BOTH(who_is_hidden_is_not_ended),
        SCENE_BOTH(the_caller_is_not_ended),
        SCENE_BOTH(a_thread_of_the_server_is_not_ended),
        SCENE_BOTH(who_blocks_nobody_is_not_ended),
        SCENE_BOTH(who_has_woken_up_is_not_ended),
        SCENE_BOTH(one_at_work_that_goes_on_is_compared_by_its_count),
        SCENE_BOTH(whose_client_is_gone_takes_no_force),
        SCENE_BOTH(asking_may_be_enough),
        SCENE_BOTH(whoever_works_is_not_asked),
        SCENE_BOTH(a_client_that_answers_is_no_obstacle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
