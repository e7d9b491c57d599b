/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Releases of locks picked at random, by miglock or by the recipe in use: look, wait a moment, act. Both wait
 * alike.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "race.h"

/* What a look has shown. */
struct seen {
    unsigned lock;
    bool held;
    uint64_t holder; /* naive, named and tables */
    long generation; /* rows and tables; -1: none */
    long beside;     /* tables: of the other DDL that waits; -1: none */
    char token[16];  /* miglock */
    char force[16];  /* miglock: the third argument, or nothing */
};

static void failed(struct runner *r, const char *sql)
{
    harness_error(r->phase, sql, mysql_error(r->mysql));
}

static void claim(struct runner *r, const struct seen *seen)
{
    count(r->phase, COUNT_RELEASED);
    if (r->phase->kind == KIND_ROW && seen->generation >= 0)
        atomic_fetch_add(&r->phase->ledgers[seen->lock].pages[seen->generation].claimed, 1);
}

/* A table was acted on. Of several DDL some can have been ended whatever came of the others. */
static void claim_ddl(struct runner *r, const struct seen *seen)
{
    struct ledger_page *pages = r->phase->ledgers[seen->lock].pages;

    if (r->phase->kind == KIND_TABLE && seen->generation >= 0)
        atomic_store(&pages[seen->generation].claimed, 1);
    if (r->phase->kind == KIND_TABLE && seen->beside >= 0)
        atomic_store(&pages[seen->beside].claimed, 1);
}

/* The generation that DDL tells of itself; -1: none. */
static long generation_of(const char *ddl)
{
    const char *text = ddl ? strstr(ddl, "COMMENT 'g") : NULL;
    long n = text ? strtol(text + strlen("COMMENT 'g"), NULL, 10) : -1;

    return n >= 0 && n < LEDGER_GENERATIONS ? n : -1;
}

static void naive_look(struct runner *r, struct seen *seen)
{
    MYSQL_RES *result;
    const char *text;
    char sql[256];

    if (r->phase->kind == KIND_NAMED)
        snprintf(sql, sizeof sql, "SELECT IS_USED_LOCK('race_%u')", seen->lock);
    else if (r->phase->kind == KIND_TABLE)
        snprintf(sql, sizeof sql,
                 "SELECT MAX(CONCAT(ID, ' ', INFO)) FROM information_schema.PROCESSLIST WHERE STATE = "
                 "'Waiting for table metadata lock' AND INFO LIKE 'ALTER TABLE race.t_%u %%'",
                 seen->lock);
    else
        snprintf(sql, sizeof sql, "SELECT IF(locked, acquired_at, NULL) FROM race_%u.migrations_lock",
                 seen->lock);
    if (race_ask(r->mysql, sql, &result, &text)) {
        failed(r, sql);
        return;
    }
    seen->held = text;
    if (text && r->phase->kind != KIND_ROW)
        seen->holder = strtoull(text, NULL, 10);
    if (text && r->phase->kind == KIND_TABLE)
        seen->generation = generation_of(text);
    else if (text && r->phase->kind == KIND_ROW)
        seen->generation = ledger_generation(&r->phase->ledgers[seen->lock], text);
    mysql_free_result(result);
}

static void naive_act(struct runner *r, const struct seen *seen)
{
    enum race_answer answer;
    uint64_t affected = 0;
    char sql[128];

    if (r->phase->kind == KIND_NAMED)
        snprintf(sql, sizeof sql, "KILL %" PRIu64, seen->holder);
    else if (r->phase->kind == KIND_TABLE)
        snprintf(sql, sizeof sql, "KILL QUERY %" PRIu64, seen->holder);
    else
        snprintf(sql, sizeof sql, "UPDATE race_%u.migrations_lock SET locked = 0", seen->lock);
    count(r->phase, COUNT_ALLOWED);
    claim_ddl(r, seen);
    answer = race_run(r->mysql, sql, &affected);
    if (answer == RACE_OK && (r->phase->kind != KIND_ROW || affected == 1))
        claim(r, seen);
    else if (answer == RACE_OK || mysql_errno(r->mysql) == 1094) /* ER_NO_SUCH_THREAD */
        count(r->phase, COUNT_SPARED);
    else
        failed(r, sql);
}

/* The JSON that a function answered; NULL with the error counted. */
static cJSON *document(struct runner *r, const char *sql)
{
    MYSQL_RES *result;
    const char *text;
    cJSON *json;

    if (race_ask(r->mysql, sql, &result, &text)) {
        failed(r, sql);
        return NULL;
    }
    json = text ? cJSON_Parse(text) : NULL;
    mysql_free_result(result);
    if (!json)
        harness_error(r->phase, sql, "no JSON");
    return json;
}

static const char *member(const cJSON *json, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));
}

static void target_text(const struct runner *r, unsigned lock, char out[32])
{
    static const char *const before[KINDS] = {"named:race_", "ghost:race_", "table:race/t_"};

    snprintf(out, 32, "%s%u", before[r->phase->kind], lock);
}

/* Which DDL a table's report shows. */
static void see_ddl(struct seen *seen, const cJSON *json)
{
    const cJSON *ddl = cJSON_GetObjectItemCaseSensitive(json, "ddl");

    seen->generation = generation_of(member(cJSON_GetArrayItem(ddl, 0), "statement"));
    seen->beside = generation_of(member(cJSON_GetArrayItem(ddl, 1), "statement"));
}

/* Named locks are mostly released with force, as their holders are there. Rows are also released without,
 * once their locker has vanished. */
static bool wants_force(struct runner *r, const struct seen *seen)
{
    switch (r->phase->kind) {
    case KIND_NAMED:
        return pick(&r->random, 8);
    case KIND_ROW:
        return pick(&r->random, 2);
    default:
        return table_is_forced(seen->lock);
    }
}

static void miglock_look(struct runner *r, struct seen *seen)
{
    const char *token, *since;
    char sql[128], target[32];
    cJSON *json;

    target_text(r, seen->lock, target);
    snprintf(sql, sizeof sql, "SELECT miglock_status('%s')", target);
    json = document(r, sql);
    token = member(json, "token");
    since = member(json, "since_text");
    if (token && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "held"))) {
        seen->held = true;
        snprintf(seen->token, sizeof seen->token, "%s", token);
        if (since && r->phase->kind == KIND_ROW)
            seen->generation = ledger_generation(&r->phase->ledgers[seen->lock], since);
        if (r->phase->kind == KIND_TABLE)
            see_ddl(seen, json);
    }
    cJSON_Delete(json);
    if (seen->held && r->phase->kind == KIND_ROW && seen->generation < 0)
        harness_error(r->phase, sql, "a generation that nobody took");
    snprintf(seen->force, sizeof seen->force, "%s", wants_force(r, seen) ? ", 'force'" : "");
}

/* A release that has a statement was allowed. It acts, unless the holder turns out to be at work or the lock
 * to have changed. */
static void miglock_count(struct runner *r, const struct seen *seen, const cJSON *json)
{
    const char *outcome = member(json, "outcome");
    bool decided = member(json, "statement");

    if (!outcome)
        return;
    if (decided)
        claim_ddl(r, seen);
    if (decided && strcmp(outcome, "refused") != 0)
        count(r->phase, COUNT_ALLOWED);
    if (strcmp(outcome, "released") == 0 && !decided)
        count(r->phase, COUNT_GONE);
    else if (strcmp(outcome, "released") == 0)
        claim(r, seen);
    else if (strcmp(outcome, "changed") == 0)
        count(r->phase, decided ? COUNT_SPARED : COUNT_CHANGED);
    else if (strcmp(outcome, "refused") == 0)
        count(r->phase, decided ? COUNT_AT_WORK : COUNT_REFUSED);
    else if (strcmp(outcome, "free") == 0)
        count(r->phase, COUNT_FREE);
    else
        count(r->phase, COUNT_FAILED);
}

static void miglock_act(struct runner *r, const struct seen *seen)
{
    char sql[160], target[32];
    cJSON *json;

    target_text(r, seen->lock, target);
    snprintf(sql, sizeof sql, "SELECT miglock_release('%s', '%s'%s)", target, seen->token, seen->force);
    json = document(r, sql);
    miglock_count(r, seen, json);
    cJSON_Delete(json);
}

static void once(struct runner *r)
{
    struct phase *p = r->phase;
    struct seen seen = {.lock = pick(&r->random, p->shape->locks), .generation = -1, .beside = -1};

    if (p->recipe == RECIPE_NAIVE)
        naive_look(r, &seen);
    else
        miglock_look(r, &seen);
    race_wait(r->mysql, pick(&r->random, p->shape->pause_us));
    if (!seen.held)
        return;
    count(p, COUNT_TRIED);
    atomic_fetch_add(&p->under_way[seen.lock], 1);
    if (p->recipe == RECIPE_NAIVE)
        naive_act(r, &seen);
    else
        miglock_act(r, &seen);
    atomic_fetch_sub(&p->under_way[seen.lock], 1);
    if (counted(p, COUNT_ALLOWED) >= p->races)
        atomic_store(&p->releasers_stop, true);
}

void releaser(struct runner *r)
{
    struct race_error error;

    r->mysql = race_connect_releaser(&r->phase->settings->server, &error);
    if (!r->mysql) {
        harness_error(r->phase, "a releaser", error.text);
        return;
    }
    while (!atomic_load(&r->phase->releasers_stop))
        once(r);
    mysql_close(r->mysql);
    r->mysql = NULL;
}
