/* SPDX-License-Identifier: GPL-2.0-only */
/* One session as others see it: compared with another, described in a sentence, shown in a report. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "document.h"
#include "peer.h"
#include "sessions.h"
#include "miglock/text.h"

/* Bytes of HOST without the port: "10.0.0.7:51234", "[::1]:51234", "::1:51234", "localhost". */
static size_t address_length(const char *host)
{
    const char *colon = strrchr(host, ':');

    return colon ? (size_t)(colon - host) : strlen(host);
}

static bool same_address(const char *a, const char *b)
{
    size_t len;

    if (!a || !b)
        return false;
    len = address_length(a);
    return len == address_length(b) && memcmp(a, b, len) == 0;
}

bool mlk_person_sibling(const struct mlk_person *a, const struct mlk_person *b, bool *certain)
{
    *certain = false;
    if (a->id == b->id || !a->user || !b->user || strcmp(a->user, b->user) != 0 ||
        !same_address(a->host, b->host))
        return false;
    if (a->pid < 0 || b->pid < 0)
        return true;
    *certain = a->pid == b->pid;
    return *certain;
}

void mlk_person_members(struct mlk_doc *j, const struct mlk_person *p, const struct mlk_probe *probe)
{
    struct mlk_buf clause;

    mlk_doc_number(j, "connection_id", (double)p->id);
    mlk_doc_text(j, "user", p->user);
    mlk_doc_text(j, "host", p->host);
    mlk_doc_text(j, "schema", p->db);
    mlk_doc_text(j, "program", p->program);
    mlk_doc_known_number(j, "pid", (double)(p->pid >= 0 || !probe ? p->pid : probe->pid));
    mlk_doc_text(j, "command", p->command);
    mlk_doc_text(j, "state", p->state);
    mlk_doc_known_number(j, "seconds", (double)p->seconds);
    mlk_doc_text(j, "statement", p->statement);
    mlk_doc_bool(j, "in_transaction", p->in_transaction);
    mlk_doc_number(j, "uncommitted_changes", (double)p->changes);
    mlk_doc_text(j, "peer", mlk_peer_word(probe ? probe->peer : MLK_PEER_UNKNOWN));
    mlk_buf_init(&clause, 600);
    if (probe)
        mlk_peer_describe(probe, &clause);
    mlk_doc_text(j, "peer_because", probe ? mlk_buf_text(&clause) : NULL);
    j->failed = j->failed || clause.status;
    mlk_buf_free(&clause);
}

cJSON *mlk_person_json(const struct mlk_person *p, const struct mlk_probe *probe)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_person_members(&j, p, probe);
    return mlk_doc_end(&j);
}

void mlk_person_add(cJSON *array, size_t *count, const struct mlk_person *p)
{
    if ((*count)++ < MLK_PEOPLE_SHOWN)
        cJSON_AddItemToArray(array, mlk_person_json(p, NULL));
}

void mlk_person_describe(const struct mlk_person *p, struct mlk_buf *out)
{
    mlk_buf_fmt(out, "connection %" PRIu64 " (%s@%s", p->id, p->user ? p->user : "?",
                p->host ? p->host : "?");
    if (p->program || p->pid >= 0)
        mlk_buf_fmt(out, ", %s", p->program ? p->program : "process");
    if (p->pid >= 0)
        mlk_buf_fmt(out, "[%" PRId64 "]", p->pid);
    mlk_buf_str(out, ")");
}

void mlk_person_say(cJSON *because, const struct mlk_person *p, const char *role)
{
    char statement[90] = "";
    struct mlk_buf who;

    mlk_buf_init(&who, 600);
    mlk_person_describe(p, &who);
    if (p->statement)
        mlk_printable(statement, sizeof statement, p->statement, strlen(p->statement));
    if (p->command && strcasecmp(p->command, "Killed") == 0)
        mlk_say(because, "%s %s is being killed and has not ended yet", role, mlk_buf_text(&who));
    else if (p->state && strcmp(p->state, "User lock") == 0)
        mlk_say(because, "%s %s waits for a named lock for %" PRId64 " s", role, mlk_buf_text(&who),
                p->seconds);
    else if (p->command && strncasecmp(p->command, "Sleep", 5) == 0)
        mlk_say(because, "%s %s has been idle for %" PRId64 " s", role, mlk_buf_text(&who), p->seconds);
    else
        mlk_say(because, "%s %s has been running for %" PRId64 " s: %s%s%s%s", role, mlk_buf_text(&who),
                p->seconds, statement[0] ? statement : (p->command ? p->command : "?"),
                p->state && p->state[0] ? " (" : "", p->state && p->state[0] ? p->state : "",
                p->state && p->state[0] ? ")" : "");
    if (p->rolling_back && p->changes <= 0)
        mlk_say(because, "connection %" PRIu64 " is rolling a transaction back", p->id);
    else if (p->rolling_back)
        mlk_say(because, "connection %" PRIu64 " is rolling a transaction back, with %" PRId64 " row%s to go",
                p->id, p->changes, p->changes == 1 ? "" : "s");
    else if (p->changes > 0)
        mlk_say(because, "connection %" PRIu64 " has an open transaction that changed %" PRId64 " row%s",
                p->id, p->changes, p->changes == 1 ? "" : "s");
    mlk_buf_free(&who);
}
