/* SPDX-License-Identifier: GPL-2.0-only */
/* From facts to a verdict. The one promise behind the table: "abandoned" and "free" need proof, "idle" needs
 * sight. */
#include "unit.h"
#include "verdict.h"

/* A named lock whose holder sleeps, seen by someone who sees everything. */
#define NAMED                                                                                                \
    .kind = MLK_NAMED, .lock = MLK_LOCK_HELD, .holder_seen = true, .all_seen = true, .transactions_seen = true
/* A row that is taken, with nobody left who could hold it. */
#define ROW .kind = MLK_ROW, .lock = MLK_LOCK_HELD, .all_seen = true, .transactions_seen = true

static const struct {
    const char *what;
    struct mlk_facts facts;
    enum mlk_verdict verdict;
} table[] = {
    {"named, free", {.kind = MLK_NAMED, .lock = MLK_LOCK_FREE, .all_seen = true}, MLK_FREE},
    {"named, free, seen by a stranger", {.kind = MLK_NAMED, .lock = MLK_LOCK_FREE}, MLK_FREE},
    {"named, no answer", {.kind = MLK_NAMED, .lock = MLK_LOCK_UNREADABLE}, MLK_UNKNOWN},
    {"named, holder sleeps", {NAMED}, MLK_IDLE},
    {"named, holder sleeps, its client answered", {NAMED, .peer = MLK_PEER_ALIVE}, MLK_IDLE},
    {"named, holder sleeps, its client is local", {NAMED, .peer = MLK_PEER_LOCAL}, MLK_IDLE},
    {"named, holder or sibling works", {NAMED, .working = 1}, MLK_ACTIVE},
    {"named, several work", {NAMED, .working = 3}, MLK_ACTIVE},
    {"named, client gone", {NAMED, .peer = MLK_PEER_GONE}, MLK_ABANDONED},
    {"named, client gone, its statement runs on", {NAMED, .peer = MLK_PEER_GONE, .working = 1}, MLK_ACTIVE},
    {"named, client gone, and no more is seen",
     {.kind = MLK_NAMED, .lock = MLK_LOCK_HELD, .peer = MLK_PEER_GONE},
     MLK_ABANDONED},
    {"named, holder hidden",
     {.kind = MLK_NAMED, .lock = MLK_LOCK_HELD, .transactions_seen = true},
     MLK_UNKNOWN},
    {"named, holder hidden, client alive",
     {.kind = MLK_NAMED, .lock = MLK_LOCK_HELD, .transactions_seen = true, .peer = MLK_PEER_ALIVE},
     MLK_UNKNOWN},
    {"named, transactions hidden",
     {.kind = MLK_NAMED, .lock = MLK_LOCK_HELD, .holder_seen = true, .all_seen = true},
     MLK_UNKNOWN},
    {"named, transactions hidden, a statement runs",
     {.kind = MLK_NAMED, .lock = MLK_LOCK_HELD, .holder_seen = true, .working = 1},
     MLK_ACTIVE},

    {"row, free",
     {.kind = MLK_ROW, .lock = MLK_LOCK_FREE, .all_seen = true, .transactions_seen = true},
     MLK_FREE},
    {"row, free, seen by a stranger", {.kind = MLK_ROW, .lock = MLK_LOCK_FREE}, MLK_FREE},
    {"row, reads free but is being changed",
     {.kind = MLK_ROW, .lock = MLK_LOCK_FREE, .uncommitted = true},
     MLK_ACTIVE},
    {"row, taken and being changed", {ROW, .uncommitted = true}, MLK_ACTIVE},
    {"row, unreadable", {.kind = MLK_ROW, .lock = MLK_LOCK_UNREADABLE, .all_seen = true}, MLK_UNKNOWN},
    {"row, damaged", {.kind = MLK_ROW, .lock = MLK_LOCK_DAMAGED, .all_seen = true}, MLK_UNKNOWN},
    {"row, damaged, before the server started",
     {.kind = MLK_ROW, .lock = MLK_LOCK_DAMAGED, .all_seen = true, .older_than_server = true},
     MLK_UNKNOWN},
    {"row, nobody left", {ROW}, MLK_ABANDONED},
    {"row, someone connected", {ROW, .connected = 2}, MLK_IDLE},
    {"row, someone works", {ROW, .connected = 2, .working = 1}, MLK_ACTIVE},
    {"row, nobody seen, but not all is seen",
     {.kind = MLK_ROW, .lock = MLK_LOCK_HELD, .transactions_seen = true},
     MLK_UNKNOWN},
    {"row, nobody here, but other nodes", {ROW, .other_nodes = true}, MLK_UNKNOWN},
    {"row, older than the server", {ROW, .older_than_server = true}, MLK_ABANDONED},
    {"row, older than the server, and not all is seen",
     {.kind = MLK_ROW, .lock = MLK_LOCK_HELD, .older_than_server = true},
     MLK_ABANDONED},
    {"row, older than the server, someone connected",
     {ROW, .older_than_server = true, .connected = 1},
     MLK_ABANDONED},
    {"row, older than the server, someone works", {ROW, .older_than_server = true, .working = 1}, MLK_ACTIVE},
    {"row, older than the server, other nodes",
     {ROW, .older_than_server = true, .other_nodes = true},
     MLK_UNKNOWN},
    {"row, someone connected, transactions hidden",
     {.kind = MLK_ROW, .lock = MLK_LOCK_HELD, .connected = 1, .all_seen = true},
     MLK_UNKNOWN},
};

static void the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(table); i++) {
        enum mlk_verdict got = mlk_verdict(&table[i].facts);

        if (got != table[i].verdict)
            fail_msg("%s: %s, not %s", table[i].what, mlk_verdict_text(got),
                     mlk_verdict_text(table[i].verdict));
    }
}

static struct mlk_facts nth(unsigned n)
{
    const struct mlk_facts facts = {
        .kind = (enum mlk_kind)(n & 1u),
        .lock = (enum mlk_lock_state)(n >> 1u & 3u),
        .peer = (enum mlk_peer)(n >> 3u & 3u),
        .holder_seen = n >> 5u & 1u,
        .working = n >> 6u & 1u,
        .connected = n >> 7u & 1u,
        .all_seen = n >> 8u & 1u,
        .transactions_seen = n >> 9u & 1u,
        .other_nodes = n >> 10u & 1u,
        .older_than_server = n >> 11u & 1u,
        .uncommitted = n >> 12u & 1u,
    };

    return facts;
}

/* Over every combination of facts: what must never be said. */
static void promises_over_all_facts(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 1u << 13u; n++) {
        const struct mlk_facts f = nth(n);
        enum mlk_verdict v = mlk_verdict(&f);

        if (v == MLK_ABANDONED) {
            assert_int_equal(f.lock, MLK_LOCK_HELD);
            assert_int_equal(f.working, 0);
            assert_false(f.uncommitted);
            if (f.kind == MLK_NAMED)
                assert_int_equal(f.peer, MLK_PEER_GONE);
            else
                assert_true(!f.other_nodes && (f.older_than_server || (f.all_seen && f.connected == 0)));
        }
        if (v == MLK_FREE) {
            assert_int_equal(f.lock, MLK_LOCK_FREE);
            assert_false(f.uncommitted);
        }
        if (v == MLK_IDLE) {
            assert_int_equal(f.working, 0);
            assert_true(f.transactions_seen);
            assert_true(f.kind == MLK_NAMED ? f.holder_seen : f.connected > 0);
        }
        if (f.lock == MLK_LOCK_UNREADABLE)
            assert_int_equal(v, MLK_UNKNOWN);
        if (f.lock == MLK_LOCK_HELD && f.working)
            assert_int_equal(v, MLK_ACTIVE);
    }
}

static void the_words(void **state)
{
    (void)state;
    assert_string_equal(mlk_verdict_text(MLK_FREE), "free");
    assert_string_equal(mlk_verdict_text(MLK_ACTIVE), "active");
    assert_string_equal(mlk_verdict_text(MLK_IDLE), "idle");
    assert_string_equal(mlk_verdict_text(MLK_ABANDONED), "abandoned");
    assert_string_equal(mlk_verdict_text(MLK_UNKNOWN), "unknown");
}

/* As of a row whose flag is set; its age, which nobody can tell, never frees it. */
static void a_damaged_table(void **state)
{
    struct mlk_facts facts = {.kind = MLK_ROW,
                              .lock = MLK_LOCK_DAMAGED,
                              .all_seen = true,
                              .transactions_seen = true,
                              .older_than_server = true};

    (void)state;
    assert_int_equal(mlk_verdict(&facts), MLK_UNKNOWN);
    assert_int_equal(mlk_verdict_of_damaged(&facts), MLK_ABANDONED);
    facts.connected = 1;
    assert_int_equal(mlk_verdict_of_damaged(&facts), MLK_IDLE);
    facts.working = 1;
    assert_int_equal(mlk_verdict_of_damaged(&facts), MLK_ACTIVE);
    facts.working = facts.connected = 0;
    facts.all_seen = false;
    assert_int_equal(mlk_verdict_of_damaged(&facts), MLK_UNKNOWN);
    facts.uncommitted = true;
    assert_int_equal(mlk_verdict_of_damaged(&facts), MLK_ACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_table),
        cmocka_unit_test(the_table),
        cmocka_unit_test(promises_over_all_facts),
        cmocka_unit_test(the_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
