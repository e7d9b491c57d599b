/* SPDX-License-Identifier: GPL-2.0-only */
/* What an adapter inside a server can do beyond SQL: ask the kernel about a client, and write to the error
 * log. */
#include <string.h>

#include "contract_check.h"

static struct mlk_probe probe(struct contract *c, const struct mlk_client *client, enum mlk_probe_how how)
{
    struct mlk_probe out;

    memset(&out, 0x55, sizeof out);
    c->status = c->s->ops->probe(c->s, client, how, &out);
    return out;
}

static bool knows_nothing(const struct mlk_probe *p)
{
    return p->peer == MLK_PEER_UNKNOWN && p->why[0] && memchr(p->why, '\0', sizeof p->why) && !p->asked &&
           p->answer_ms == -1 && p->asked_ms == -1 && p->heard_ms == -1 && p->pid == -1 && p->unacked == -1 &&
           p->retransmits == -1 && !p->state[0];
}

/* Nobody is at these addresses (RFC 5737, RFC 3849), and some are none. */
static void strangers(struct contract *c)
{
    static const char *const hosts[] = {
        "192.0.2.1:1", "192.0.2.1", "[2001:db8::1]:1",      "2001:db8::1:1", "nobody.invalid:65535", "",
        "::",          ":",         "192.0.2.1:99999999999"};
    static const enum mlk_probe_how both[] = {MLK_PROBE_LOOK, MLK_PROBE_ASK};
    int64_t start = c->s->ops->now_ms(c->s);
    bool unknown = true;

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        for (size_t h = 0; h < 2; h++) {
            const struct mlk_client client = {
                .connection_id = 4711, .host = hosts[i], .pid = -1, .thread = -1};
            struct mlk_probe p = probe(c, &client, both[h]);

            unknown = unknown && c->status == MLK_OK && knows_nothing(&p);
        }
    }
    contract_check(c, unknown, "of a client that is not there nothing is known, and why");
    contract_check(c, c->s->ops->now_ms(c->s) - start < MLK_PROBE_LIMIT_MS,
                   "and nobody waits for an answer of it");
}

/* No thread of a server, and numbers that are none. */
static void threads(struct contract *c)
{
    static const int64_t numbers[] = {0, 1, INT64_MAX, INT64_MIN, 2147483647};
    bool unknown = true;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct mlk_client client = {
            .connection_id = 4711, .host = "192.0.2.1:1", .pid = -1, .thread = numbers[i]};
        struct mlk_probe p = probe(c, &client, MLK_PROBE_LOOK);

        unknown = unknown && c->status == MLK_OK && knows_nothing(&p);
    }
    contract_check(c, unknown, "a thread that serves nobody is no client");
}

/* Nobody is kept from speaking by mistake. */
static void freezes(struct contract *c)
{
    static const struct mlk_client nobodies[] = {
        {.connection_id = 4711, .host = "192.0.2.1:1", .pid = -1, .thread = -1},
        {.connection_id = 4711, .host = "192.0.2.1", .pid = -1, .thread = 1},
        {.connection_id = 4711, .host = "", .pid = -1, .thread = INT64_MAX},
    };
    bool nobody = true, ended = false;

    for (size_t i = 0; i < sizeof nobodies / sizeof nobodies[0]; i++) {
        struct mlk_frozen out;

        memset(&out, 0x55, sizeof out);
        c->status = c->s->ops->freeze(c->s, &nobodies[i], &out);
        nobody = nobody && c->status == MLK_OK && out.state == MLK_FREEZE_NOT && out.why[0] &&
                 memchr(out.why, '\0', sizeof out.why);
        ended = ended || out.line || c->s->ops->hang_up(c->s);
        c->s->ops->thaw(c->s);
    }
    contract_check(c, nobody, "a client that is not there is not frozen, and why");
    contract_check(c, !ended, "nor is its connection ended");
    c->s->ops->thaw(c->s); /* nobody is frozen */
    contract_run(c, "SELECT 1");
    contract_check(c, contract_one(c, "1"), "the session goes on after freezing nobody");
}

void contract_kernel(struct contract *c)
{
    if (c->s->ops->probe) {
        strangers(c);
        threads(c);
        contract_run(c, "SELECT 1");
        contract_check(c, contract_one(c, "1"), "the session goes on after asking the kernel");
    }
    if (c->s->ops->freeze)
        freezes(c);
    if (c->s->ops->log) {
        c->s->ops->log(c->s, "contract: a line of the error log, with 100% of its signs: %s %n '\"`");
        contract_run(c, "SELECT 1");
        contract_check(c, contract_one(c, "1"), "the session goes on after a line in the error log");
    }
}
