/* SPDX-License-Identifier: GPL-2.0-only */
#include "fake_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fake_rule *add_rule(struct mlk_session *s, const char *match)
{
    struct mlk_fake *f = s->impl;
    struct fake_rule *rule = fake_must(calloc(1, sizeof *rule), match);

    rule->match = fake_must(strdup(match), match);
    rule->next = f->rules;
    f->rules = rule;
    return rule;
}

static struct fake_rule *last_rule(struct mlk_session *s)
{
    struct mlk_fake *f = s->impl;

    return fake_must(f->rules, "a change of a rule before there is one");
}

/* ---- the script ---- */

void mlk_fake_rows(struct mlk_session *s, const char *match, const char *table)
{
    mlk_fake_result(s, match, fake_table_parse(table));
}

void mlk_fake_result(struct mlk_session *s, const char *match, struct mlk_rows *rows)
{
    add_rule(s, match)->rows = fake_must(rows, "a result");
}

void mlk_fake_affected(struct mlk_session *s, const char *match, uint64_t affected)
{
    add_rule(s, match)->affected = affected;
}

void mlk_fake_error(struct mlk_session *s, const char *match, unsigned number, const char *text)
{
    struct fake_rule *rule = add_rule(s, match);

    rule->status = mlk_status_of_error(number);
    rule->number = number;
    rule->text = fake_must(strdup(text), text);
}

void mlk_fake_status(struct mlk_session *s, const char *match, enum mlk_status status, const char *text)
{
    struct fake_rule *rule = add_rule(s, match);

    rule->status = status;
    rule->text = fake_must(strdup(text), text);
}

void mlk_fake_times(struct mlk_session *s, unsigned times)
{
    struct fake_rule *rule = last_rule(s);

    rule->limited = true;
    rule->times = times;
}

void mlk_fake_when(struct mlk_session *s, int phase)
{
    struct fake_rule *rule = last_rule(s);

    rule->has_when = true;
    rule->when = phase;
}

void mlk_fake_then(struct mlk_session *s, int phase)
{
    struct fake_rule *rule = last_rule(s);

    rule->has_then = true;
    rule->then = phase;
}

void mlk_fake_deny(struct mlk_session *s, enum mlk_need need)
{
    struct mlk_fake *f = s->impl;

    f->denied |= 1u << (unsigned)need;
}

void mlk_fake_fail(struct mlk_session *s, size_t n, enum mlk_status status)
{
    struct mlk_fake *f = s->impl;

    f->fail_at = n > 0 ? f->calls + n : 0;
    f->fail_on = false;
    f->fail_status = status;
}

void mlk_fake_fail_from(struct mlk_session *s, size_t n, enum mlk_status status)
{
    struct mlk_fake *f = s->impl;

    mlk_fake_fail(s, n, status);
    f->fail_on = true;
}

void mlk_fake_lenient(struct mlk_session *s)
{
    struct mlk_fake *f = s->impl;

    f->lenient = true;
}

void mlk_fake_set_clock(struct mlk_session *s, int64_t ms)
{
    struct mlk_fake *f = s->impl;

    f->now = ms;
}

void mlk_fake_on_pause(struct mlk_session *s, void (*hook)(struct mlk_session *s, void *arg), void *arg)
{
    struct mlk_fake *f = s->impl;

    f->on_pause = hook;
    f->on_pause_arg = arg;
}

/* ---- matching ---- */

static bool matches(const char *match, const char *sql)
{
    while (*match != '\0') {
        const char *dots = strstr(match, "...");
        size_t len = dots != NULL ? (size_t)(dots - match) : strlen(match);
        const char *hit = memmem(sql, strlen(sql), match, len);

        if (hit == NULL) {
            return false;
        }
        sql = hit + len;
        match += dots != NULL ? len + 3 : len;
    }
    return true;
}

struct fake_rule *fake_script_find(const struct mlk_fake *f, const char *sql)
{
    for (struct fake_rule *rule = f->rules; rule != NULL; rule = rule->next) {
        if ((rule->limited && rule->times == 0) || (rule->has_when && rule->when != f->phase)) {
            continue;
        }
        if (matches(rule->match, sql)) {
            return rule;
        }
    }
    return NULL;
}

void fake_script_used(struct mlk_fake *f, struct fake_rule *rule)
{
    if (rule->limited) {
        rule->times--;
    }
    if (rule->has_then) {
        f->phase = rule->then;
    }
}

/* ---- what was sent ---- */

static void free_call(struct fake_call *call)
{
    free(call->sql);
    free(call->schema);
    free(call->table);
}

struct fake_call *fake_call_add(struct mlk_fake *f, const char *sql, size_t len,
                                const struct mlk_access *need)
{
    struct fake_call *grown = realloc(f->sent, (f->sent_count + 1) * sizeof *grown);
    struct fake_call call = {.status = MLK_OK, .need = *need, .frozen = f->frozen};

    if (grown == NULL) {
        return NULL;
    }
    f->sent = grown;
    call.sql = strndup(sql, len);
    call.schema = need->schema != NULL ? strdup(need->schema) : NULL;
    call.table = need->table != NULL ? strdup(need->table) : NULL;
    if (call.sql == NULL || (need->schema != NULL && call.schema == NULL) ||
        (need->table != NULL && call.table == NULL)) {
        free_call(&call);
        return NULL;
    }
    call.need.schema = call.schema;
    call.need.table = call.table;
    f->sent[f->sent_count] = call;
    return &f->sent[f->sent_count++];
}

void mlk_fake_on_ask(struct mlk_session *s, void (*hook)(struct mlk_session *s, void *arg), void *arg)
{
    struct mlk_fake *f = s->impl;

    f->on_ask = hook;
    f->on_ask_arg = arg;
}

void mlk_fake_line(struct mlk_session *s, bool works, void (*hook)(struct mlk_session *s, void *arg),
                   void *arg)
{
    struct mlk_fake *f = s->impl;

    f->freeze.line = true;
    f->line_works = works;
    f->on_hang_up = hook;
    f->on_hang_up_arg = arg;
}

size_t mlk_fake_hung_up(const struct mlk_session *s)
{
    const struct mlk_fake *f = s->impl;

    return f->hung_up;
}

void mlk_fake_on_freeze(struct mlk_session *s, void (*hook)(struct mlk_session *s, void *arg), void *arg)
{
    struct mlk_fake *f = s->impl;

    f->on_freeze = hook;
    f->on_freeze_arg = arg;
}

uint64_t mlk_fake_is_frozen(const struct mlk_session *s)
{
    return ((const struct mlk_fake *)s->impl)->frozen;
}

size_t mlk_fake_sent_frozen(const struct mlk_session *s, const char *match, uint64_t connection_id)
{
    const struct mlk_fake *f = s->impl;
    size_t count = 0;

    for (size_t i = 0; i < f->sent_count; i++) {
        count += f->sent[i].frozen == connection_id && matches(match, f->sent[i].sql) ? 1u : 0u;
    }
    return count;
}

const struct mlk_client *mlk_fake_asked(const struct mlk_session *s)
{
    return &((const struct mlk_fake *)s->impl)->asked;
}

const char *mlk_fake_log(const struct mlk_session *s, size_t i)
{
    const struct mlk_fake *f = s->impl;

    return i < f->log_count ? f->log[i] : NULL;
}

size_t mlk_fake_calls(const struct mlk_session *s)
{
    return ((const struct mlk_fake *)s->impl)->calls;
}

int mlk_fake_phase(const struct mlk_session *s)
{
    return ((const struct mlk_fake *)s->impl)->phase;
}

size_t mlk_fake_answered(const struct mlk_session *s, const char *match)
{
    const struct mlk_fake *f = s->impl;
    size_t count = 0;

    for (size_t i = 0; i < f->sent_count; i++) {
        count += f->sent[i].status == MLK_OK && matches(match, f->sent[i].sql) ? 1u : 0u;
    }
    return count;
}

size_t mlk_fake_sent(const struct mlk_session *s, const char *match)
{
    const struct mlk_fake *f = s->impl;
    size_t count = 0;

    for (size_t i = 0; i < f->sent_count; i++) {
        count += matches(match, f->sent[i].sql) ? 1u : 0u;
    }
    return count;
}

const char *mlk_fake_sql(const struct mlk_session *s, size_t i, struct mlk_access *need)
{
    const struct mlk_fake *f = s->impl;

    if (i >= f->sent_count) {
        return NULL;
    }
    if (need != NULL) {
        *need = f->sent[i].need;
    }
    return f->sent[i].sql;
}

size_t mlk_fake_unscripted(const struct mlk_session *s, const char **first)
{
    const struct mlk_fake *f = s->impl;

    if (first != NULL) {
        *first = f->first_unscripted;
    }
    return f->unscripted;
}

void fake_free(struct mlk_fake *f)
{
    if (f == NULL) {
        return;
    }
    for (struct fake_rule *rule = f->rules; rule != NULL;) {
        struct fake_rule *next = rule->next;

        mlk_rows_free(rule->rows);
        free(rule->match);
        free(rule->text);
        free(rule);
        rule = next;
    }
    for (struct fake_answer *answer = f->answers; answer != NULL;) {
        struct fake_answer *next = answer->next;

        free(answer);
        answer = next;
    }
    for (size_t i = 0; i < f->log_count; i++) {
        free(f->log[i]);
    }
    free(f->log);
    for (size_t i = 0; i < f->sent_count; i++) {
        free_call(&f->sent[i]);
    }
    free(f->sent);
    free(f->first_unscripted);
    free(f);
}
