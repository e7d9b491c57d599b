/* SPDX-License-Identifier: GPL-2.0-only */
/* The state in which an adapter hands out its session, who it is, and its clock. */
#include <stdio.h>
#include <string.h>

#include "contract_check.h"

static void is_set(struct contract *c, const char *variable, const char *value)
{
    char sql[128];
    char what[128];

    (void)snprintf(sql, sizeof sql, "SELECT @@SESSION.%s", variable);
    (void)snprintf(what, sizeof what, "%s is '%s'", variable, value);
    contract_run(c, sql);
    contract_check(c, contract_one(c, value), what);
}

static void is_bounded(struct contract *c, const char *variable, int64_t most)
{
    char sql[128];
    char what[128];
    int64_t value;

    (void)snprintf(sql, sizeof sql, "SELECT @@SESSION.%s", variable);
    (void)snprintf(what, sizeof what, "%s is at most %lld", variable, (long long)most);
    contract_run(c, sql);
    value = mlk_rows_int(c->rows, 0, 0, -1);
    contract_check(c, value >= 0 && value <= most, what);
}

static void variables(struct contract *c)
{
    is_set(c, "sql_mode", "");
    is_set(c, "autocommit", "1");
    is_set(c, "time_zone", "+00:00");
    is_set(c, "character_set_client", "utf8mb4");
    is_set(c, "character_set_connection", "utf8mb4");
    is_set(c, "character_set_results", "utf8mb4");
    is_bounded(c, "lock_wait_timeout", MLK_LOCK_WAIT_S);
    is_bounded(c, "innodb_lock_wait_timeout", MLK_LOCK_WAIT_S);
    if (c->s->flavour == MLK_MARIADB) {
        contract_run(c, "SELECT @@SESSION.max_statement_time BETWEEN 1 AND 10");
        contract_check(c, contract_one(c, "1"), "max_statement_time is bounded");
    } else {
        contract_run(c, "SELECT @@SESSION.max_execution_time BETWEEN 1 AND 10000");
        contract_check(c, contract_one(c, "1"), "max_execution_time is bounded");
    }
}

static void identity(struct contract *c)
{
    char id[32];
    char version[64];
    unsigned v = c->s->server_version;

    contract_check(c, c->s->user[0] != '\0', "the session knows whose it is");
    contract_check(c, strcmp(c->s->user, "mlk_contract") == 0, "and it is the account that asked");
    contract_check(c, c->s->host[0] != '\0', "with the host part of that account");
    contract_run(c, "SELECT VERSION()");
    (void)snprintf(version, sizeof version, "%u.%u.%u", v / 10000, v / 100 % 100, v % 100);
    contract_check(c,
                   mlk_rows_text(c->rows, 0, 0) &&
                       strncmp(mlk_rows_text(c->rows, 0, 0), version, strlen(version)) == 0,
                   "it knows the server's version");
    contract_check(c,
                   mlk_rows_text(c->rows, 0, 0) && (strstr(mlk_rows_text(c->rows, 0, 0), "MariaDB") !=
                                                    NULL) == (c->s->flavour == MLK_MARIADB),
                   "and which server it is");
    (void)snprintf(id, sizeof id, "%llu", (unsigned long long)c->s->own_id);
    contract_run(c, "SELECT CONNECTION_ID()");
    contract_check(c, contract_one(c, id), "it knows its own connection");
}

static void clock_goes_on(struct contract *c)
{
    int64_t before = c->s->ops->now_ms(c->s);
    int64_t after = c->s->ops->now_ms(c->s);
    enum { PAUSE_MS = 30, TOO_LONG_MS = 5000 };

    contract_check(c, after >= before, "the clock does not go back");
    before = c->s->ops->now_ms(c->s);
    c->status = c->s->ops->pause_ms(c->s, PAUSE_MS);
    after = c->s->ops->now_ms(c->s);
    contract_check(c, c->status == MLK_OK, "a pause ends well");
    /* The clock cuts fractions off at both ends. */
    contract_check(c, after - before >= PAUSE_MS - 1 && after - before < TOO_LONG_MS,
                   "a pause lasts as long as it should");
    c->status = c->s->ops->pause_ms(c->s, 0);
    contract_check(c, c->status == MLK_OK, "a pause of nothing ends well");
}

/* The clock, and how long the server has been up, in one statement. */
static void run_uptime(struct contract *c)
{
    contract_run(c, c->s->flavour == MLK_MYSQL
                        ? "SELECT UNIX_TIMESTAMP(), VARIABLE_VALUE FROM performance_schema.session_status "
                          "WHERE VARIABLE_NAME = 'Uptime'"
                        : "SELECT UNIX_TIMESTAMP(), VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
                          "WHERE VARIABLE_NAME = 'Uptime'");
}

/* Whether the session says that the server started when its last statement, which began at now and told the
 * time since, says that. */
static bool started_then(const struct contract *c, int64_t now)
{
    return c->s->ops->started(c->s, now) == now - mlk_rows_int(c->rows, 0, 1, -1);
}

/* A session that knows when the server started says what a statement says, and as of its last statement: a
 * token made of either is the same. */
static void started(struct contract *c)
{
    enum { TICK_MS = 1100 };
    int64_t asked, later;

    if (!c->s->ops->started)
        return;
    run_uptime(c);
    asked = mlk_rows_int(c->rows, 0, 0, -1);
    contract_check(c, mlk_rows_int(c->rows, 0, 1, -1) >= 0, "the server tells how long it has been up");
    contract_check(c, started_then(c, asked), "the session tells when it started");
    contract_check(c, c->s->ops->pause_ms(c->s, TICK_MS) == MLK_OK, "a second goes by");
    contract_check(c, started_then(c, asked), "it still tells so as of its last statement");
    run_uptime(c);
    later = mlk_rows_int(c->rows, 0, 0, -1);
    contract_check(c, later > asked, "the next one began later");
    contract_check(c, started_then(c, later), "and the server started when it did");
}

void contract_state(struct contract *c)
{
    variables(c);
    identity(c);
    clock_goes_on(c);
    started(c);
}
