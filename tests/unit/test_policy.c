/* SPDX-License-Identifier: GPL-2.0-only */
/* What a release may do: every verdict, every state of the lock, with and without force. */
#include "policy.h"
#include "unit.h"

static const char *const decisions[] = {"nothing to do", "may release", "refuse", "refuse always"};

static void the_table(void **state)
{
    /* the design's table, for a lock that is what its verdict says */
    static const struct {
        enum mlk_verdict verdict;
        enum mlk_lock_state lock;
        enum mlk_decision plain, forced;
    } cases[] = {
        {MLK_FREE, MLK_LOCK_FREE, MLK_NOTHING_TO_DO, MLK_NOTHING_TO_DO},
        {MLK_ABANDONED, MLK_LOCK_HELD, MLK_MAY_RELEASE, MLK_MAY_RELEASE},
        {MLK_IDLE, MLK_LOCK_HELD, MLK_REFUSE, MLK_MAY_RELEASE},
        {MLK_UNKNOWN, MLK_LOCK_HELD, MLK_REFUSE, MLK_MAY_RELEASE},
        {MLK_ACTIVE, MLK_LOCK_HELD, MLK_REFUSE, MLK_MAY_RELEASE},
        /* force overrides a verdict, never ignorance */
        {MLK_UNKNOWN, MLK_LOCK_DAMAGED, MLK_REFUSE_ALWAYS, MLK_REFUSE_ALWAYS},
        {MLK_UNKNOWN, MLK_LOCK_UNREADABLE, MLK_REFUSE_ALWAYS, MLK_REFUSE_ALWAYS},
        /* reads free, but a transaction is changing it */
        {MLK_ACTIVE, MLK_LOCK_FREE, MLK_REFUSE_ALWAYS, MLK_REFUSE_ALWAYS},
    };

    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        enum mlk_decision plain = mlk_policy(cases[i].verdict, cases[i].lock, false);
        enum mlk_decision forced = mlk_policy(cases[i].verdict, cases[i].lock, true);

        if (plain != cases[i].plain)
            fail_msg("%s: %s, not %s", mlk_verdict_text(cases[i].verdict), decisions[plain],
                     decisions[cases[i].plain]);
        if (forced != cases[i].forced)
            fail_msg("%s with force: %s, not %s", mlk_verdict_text(cases[i].verdict), decisions[forced],
                     decisions[cases[i].forced]);
    }
}

/* Over everything: without force only what is proven abandoned is touched. */
static void without_force_only_the_abandoned(void **state)
{
    (void)state;
    for (int v = MLK_FREE; v <= MLK_UNKNOWN; v++) {
        for (int l = MLK_LOCK_FREE; l <= MLK_LOCK_UNREADABLE; l++) {
            enum mlk_decision d = mlk_policy((enum mlk_verdict)v, (enum mlk_lock_state)l, false);

            if (d == MLK_MAY_RELEASE) {
                assert_int_equal(v, MLK_ABANDONED);
                assert_true(l == MLK_LOCK_HELD || l == MLK_LOCK_FREE);
            }
        }
    }
}

/* A verdict and a lock together, as they come: force never makes less possible, and never touches what is not
 * held. */
static void with_force(void **state)
{
    (void)state;
    for (int kind = MLK_NAMED; kind <= MLK_ROW; kind++) {
        for (int l = MLK_LOCK_FREE; l <= MLK_LOCK_UNREADABLE; l++) {
            for (unsigned n = 0; n < 1u << 8u; n++) {
                const struct mlk_facts facts = {
                    .kind = (enum mlk_kind)kind,
                    .lock = (enum mlk_lock_state)l,
                    .peer = n & 1u ? MLK_PEER_GONE : MLK_PEER_UNKNOWN,
                    .holder_seen = n >> 1u & 1u,
                    .working = n >> 2u & 1u,
                    .connected = n >> 3u & 1u,
                    .all_seen = n >> 4u & 1u,
                    .transactions_seen = n >> 5u & 1u,
                    .older_than_server = n >> 6u & 1u,
                    .uncommitted = n >> 7u & 1u,
                };
                enum mlk_verdict v = mlk_verdict(&facts);
                enum mlk_decision plain = mlk_policy(v, facts.lock, false);
                enum mlk_decision forced = mlk_policy(v, facts.lock, true);

                if (forced == MLK_MAY_RELEASE)
                    assert_int_equal(l, MLK_LOCK_HELD);
                if (plain == MLK_MAY_RELEASE)
                    assert_int_equal(forced, MLK_MAY_RELEASE);
                if (plain == MLK_REFUSE_ALWAYS)
                    assert_int_equal(forced, MLK_REFUSE_ALWAYS);
                assert_true((plain == MLK_NOTHING_TO_DO) == (v == MLK_FREE));
                assert_true(forced != MLK_REFUSE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table),
        cmocka_unit_test(without_force_only_the_abandoned),
        cmocka_unit_test(with_force),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
