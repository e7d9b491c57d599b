/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "miglock/sql.h"
#include "miglock/text.h"
#include "render.h"
#include "text.h"
#include "times.h"

enum { INDENT = 2, LABEL = 12, LINE_MAX_BYTES = 1 << 20 };

static const cJSON *member(const cJSON *o, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(o, name);
}

static void line(const struct mlk_render *r, const char *label, struct mlk_buf *b)
{
    if (b->len > 0)
        mlk_render_line(r, INDENT, label, LABEL, mlk_buf_text(b));
    mlk_buf_reset(b);
}

static void lock_line(const struct mlk_render *r, const cJSON *report, struct mlk_buf *b)
{
    const char *name = mlk_json_text(report, "name"), *table = mlk_json_text(report, "table");
    const char *tool = mlk_json_text(report, "tool"), *schema = mlk_json_text(report, "schema");

    if (table) {
        mlk_buf_fmt(b, "a row in %s", table);
    } else if (name) {
        mlk_buf_str(b, "GET_LOCK(");
        mlk_sql_string(b, name, strlen(name));
        mlk_buf_str(b, ")");
    }
    if (tool && b->len > 0)
        mlk_buf_fmt(b, " (%s%s%s)", tool, schema ? ", schema " : "", schema ? schema : "");
    line(r, "lock", b);
}

static void held_line(const struct mlk_render *r, const cJSON *report, struct mlk_buf *b)
{
    int64_t seconds = mlk_json_int(report, "held_seconds", -1);
    const char *since = mlk_json_text(report, "since"), *stored = mlk_json_text(report, "since_text");
    const char *earliest = mlk_json_text(report, "since_earliest"),
               *latest = mlk_json_text(report, "since_latest");
    const cJSON *held = member(report, "held");

    mlk_buf_str(b, cJSON_IsTrue(held) ? "yes" : cJSON_IsFalse(held) ? "no" : "cannot be told");
    if (since) {
        mlk_buf_str(b, ", since ");
        mlk_times_show(b, since);
    } else if (stored && earliest && latest) {
        mlk_buf_fmt(b, ", since %s by a clock without a zone: between ", stored);
        mlk_times_show(b, earliest);
        mlk_buf_str(b, " and ");
        mlk_times_show(b, latest);
    } else if (stored) {
        mlk_buf_fmt(b, ", since '%s' as stored", stored);
    }
    /* by the clock of the server, which has said since when */
    if (seconds >= 0) {
        mlk_buf_str(b, since ? ", " : ", for ");
        mlk_times_age(b, seconds);
        mlk_buf_str(b, since ? " ago" : "");
    }
    line(r, "held", b);
}

/* The server's clock, as far as the report tells it; else this machine's. */
static int64_t server_now(const cJSON *report)
{
    int64_t since, seconds = mlk_json_int(report, "held_seconds", -1);

    if (seconds >= 0 && mlk_time_parse(mlk_json_text(report, "since"), &since))
        return since + seconds;
    return (int64_t)time(NULL);
}

/* What the row says of its owner, and until when. */
static void owner_line(const struct mlk_render *r, const cJSON *report, struct mlk_buf *b)
{
    const char *owner = mlk_json_text(report, "owner_text"), *expires = mlk_json_text(report, "expires");
    const char *stored = mlk_json_text(report, "expires_text");

    if (owner) {
        mlk_buf_str(b, owner);
        line(r, "by", b);
    }
    if (expires) {
        mlk_times_show(b, expires);
        mlk_times_show_distance(b, expires, server_now(report));
    } else if (stored) {
        mlk_buf_fmt(b, "%s by a clock without a zone", stored);
    }
    if (b->len > 0)
        line(r, "expires", b);
}

/* What a session does, as a line below who it is. */
static void doing(const struct mlk_render *r, const cJSON *session, struct mlk_buf *b)
{
    const char *command = mlk_json_text(session, "command"), *state = mlk_json_text(session, "state");
    const char *statement = mlk_json_text(session, "statement");
    int64_t seconds = mlk_json_int(session, "seconds", -1);
    int64_t changes = mlk_json_int(session, "uncommitted_changes", 0);

    if (command)
        mlk_buf_str(b, command);
    if (state && *state)
        mlk_buf_fmt(b, "%s%s", b->len ? ", " : "", state);
    if (seconds >= 0 && b->len > 0) {
        mlk_buf_str(b, " for ");
        mlk_times_age(b, seconds);
    }
    if (changes > 0)
        mlk_buf_fmt(b, "%s%" PRId64 " uncommitted change%s", b->len ? "; " : "", changes,
                    changes == 1 ? "" : "s");
    line(r, "", b);
    mlk_render_peer(b, session);
    line(r, "", b);
    if (statement) {
        mlk_buf_fmt(b, "statement: %s", statement);
        line(r, "", b);
    }
}

static void session_lines(const struct mlk_render *r, const char *label, const cJSON *session,
                          struct mlk_buf *b)
{
    struct mlk_buf who;

    mlk_buf_init(&who, LINE_MAX_BYTES);
    for (int i = 0; i < INDENT; i++)
        mlk_buf_str(&who, " ");
    mlk_text_pad(&who, label, LABEL);
    mlk_render_session(&who, session, true); /* cleaned there */
    fprintf(r->out, "%s\n", mlk_buf_text(&who));
    mlk_buf_free(&who);
    doing(r, session, b);
}

/* What else comes free when this session ends. */
static void other_locks(const struct mlk_render *r, const cJSON *report, struct mlk_buf *b)
{
    const char *name = mlk_json_text(report, "name");
    const cJSON *other;

    cJSON_ArrayForEach(other, member(report, "holder_locks"))
    {
        if (!cJSON_IsString(other) || (name && strcmp(other->valuestring, name) == 0))
            continue;
        mlk_buf_str(b, b->len ? ", " : "");
        mlk_sql_string(b, other->valuestring, strlen(other->valuestring));
    }
    line(r, "also holds", b);
}

static void people_lines(const struct mlk_render *r, const cJSON *report, const char *list, const char *count,
                         struct mlk_buf *b)
{
    const char *label = list;
    int64_t shown = 0, all = mlk_render_count(report, list, count);
    const cJSON *session;

    cJSON_ArrayForEach(session, member(report, list))
    {
        session_lines(r, label, session, b);
        label = "";
        shown++;
    }
    if (all > shown) {
        mlk_buf_fmt(b, "and %" PRId64 " more", all - shown);
        line(r, "", b);
    }
}

static void ddl_lines(const struct mlk_render *r, const cJSON *report)
{
    const cJSON *ddl;

    cJSON_ArrayForEach(ddl, member(report, "ddl"))
    {
        const char *target = mlk_json_text(ddl, "target"), *kind = mlk_json_text(ddl, "kind");

        mlk_render_line(r, INDENT, "ddl", LABEL, target ? target : kind ? kind : "?");
        mlk_render_ddl(r, INDENT + LABEL, ddl);
    }
}

void mlk_render_report(const struct mlk_render *r, const cJSON *report)
{
    const char *verdict = mlk_json_text(report, "verdict");
    const char *server = mlk_json_text(report, "server"), *damage = mlk_json_text(report, "damage");
    const char *token = mlk_json_text(report, "token"), *kind = mlk_json_text(report, "kind");
    struct mlk_buf b;

    if (kind && strcmp(kind, "table") == 0) {
        mlk_render_table_report(r, report);
        return;
    }
    mlk_buf_init(&b, LINE_MAX_BYTES);
    mlk_text_clean(&b, mlk_json_text(report, "target"));
    fprintf(r->out, "%s is ", mlk_buf_text(&b));
    mlk_buf_reset(&b);
    mlk_render_verdict(r, verdict ? verdict : "unknown", 0);
    fputc('\n', r->out);

    lock_line(r, report, &b);
    held_line(r, report, &b);
    owner_line(r, report, &b);
    if (damage) {
        mlk_buf_fmt(&b, "the lock table is damaged: %s", damage);
        line(r, "damage", &b);
    }
    if (cJSON_IsObject(member(report, "holder")))
        session_lines(r, "holder", member(report, "holder"), &b);
    other_locks(r, report, &b);
    people_lines(r, report, "siblings", "sibling_count", &b);
    ddl_lines(r, report);
    people_lines(r, report, "waiters", "waiter_count", &b);
    if (server)
        mlk_render_line(r, INDENT, "server", LABEL, server);
    mlk_render_lines(r, INDENT, "repair", LABEL, member(report, "repair"));
    mlk_render_sentences(r, INDENT, "because", LABEL, member(report, "because"));
    mlk_render_lines(r, INDENT, "not seen", LABEL, member(report, "blind_spots"));
    if (token && mlk_json_may_be_held(report))
        mlk_render_line(r, INDENT, "token", LABEL, token);
    mlk_buf_free(&b);
    mlk_render_next(r, INDENT, LABEL, report);
}
