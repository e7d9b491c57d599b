/* SPDX-License-Identifier: GPL-2.0-only */
/* Who waits for whom, as a tree: what blocks, the DDL under it, the queue under that. */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"
#include "times.h"

enum { LABEL = 12, INDENT = 2, QUEUE_SHOWN = 3 };

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* A tree and where it stands. */
struct tree {
    const struct mlk_render *r;
    size_t indent, depth; /* depth: of what comes next */
};

/* One line, cut to the width: a tree is read by its shape. */
static void node(const struct tree *t, size_t depth, const struct mlk_buf *text)
{
    const struct mlk_render *r = t->r;
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    for (size_t i = 0; i < t->indent + 3 * depth; i++)
        mlk_buf_str(&b, " ");
    mlk_buf_str(&b, depth ? "+- " : "");
    mlk_text_cut(&b, mlk_buf_text(text), r->width - mlk_text_width(mlk_buf_text(&b)));
    fprintf(r->out, "%s\n", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

static void add_seconds(struct mlk_buf *b, const char *before, const cJSON *object, const char *name)
{
    int64_t seconds = mlk_json_int(object, name, -1);

    if (seconds < 0)
        return;
    mlk_buf_str(b, before);
    mlk_times_age(b, seconds);
}

static void add_statement(struct mlk_buf *b, const cJSON *object, const char *name)
{
    const char *statement = mlk_json_text(object, name);

    if (!statement)
        return;
    mlk_buf_str(b, ": ");
    mlk_text_clean(b, statement);
}

/* "10 root@localhost idle 5m2s, transaction 6m1s, 1 change: UPDATE ..." */
static void blocker(const struct tree *t, const cJSON *one)
{
    const char *command = mlk_json_text(one, "command"), *peer = mlk_json_text(one, "peer");
    bool idle = command && strncmp(command, "Sleep", 5) == 0;
    int64_t changes = mlk_json_int(one, "uncommitted_changes", 0);
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_buf_str(&b, cJSON_IsTrue(member(one, "guessed")) ? "perhaps " : "");
    mlk_render_session(&b, one, false);
    add_seconds(&b, idle ? ", idle " : ", runs ", one, "seconds");
    add_seconds(&b, ", transaction ", one, "transaction_seconds");
    if (changes > 0)
        mlk_buf_fmt(&b, ", %" PRId64 " change%s", changes, changes == 1 ? "" : "s");
    mlk_buf_str(&b, peer && strcmp(peer, "gone") == 0 ? ", client gone" : "");
    add_statement(&b, one, idle ? "last_statement" : "statement");
    node(t, 0, &b);
    mlk_buf_free(&b);
}

/* "11 root@localhost waits 5m: ALTER TABLE ..." */
static void work(const struct tree *t, const cJSON *one)
{
    const char *phase = mlk_json_text(one, "phase");
    const cJSON *percent = member(one, "percent");
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_render_session(&b, one, false);
    add_seconds(&b, phase && strcmp(phase, "running") == 0 ? ", runs " : ", waits ", one, "seconds");
    mlk_buf_str(&b, phase && strcmp(phase, "finishing") == 0 ? " for its last step" : "");
    if (cJSON_IsNumber(percent))
        mlk_buf_fmt(&b, ", %.0f %%", percent->valuedouble);
    add_statement(&b, one, "statement");
    node(t, t->depth, &b);
    mlk_buf_free(&b);
}

static void waiter(const struct tree *t, const cJSON *one)
{
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_render_session(&b, one, false);
    add_seconds(&b, ", waits ", one, "seconds");
    add_statement(&b, one, "statement");
    node(t, t->depth, &b);
    mlk_buf_free(&b);
}

/* "50 sessions wait, the oldest 4m12s: 30 SELECT, 20 INSERT" */
static void queue(const struct tree *t, const cJSON *queued)
{
    int64_t count = mlk_json_int(queued, "count", 0), shown = 0;
    const cJSON *item;
    struct mlk_buf b;

    if (count <= 0)
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    if (count > QUEUE_SHOWN) {
        mlk_buf_fmt(&b, "%" PRId64 " sessions wait", count);
        add_seconds(&b, ", the oldest ", queued, "oldest_seconds");
        cJSON_ArrayForEach(item, member(queued, "kinds"))
        {
            mlk_buf_fmt(&b, "%s%.0f ", shown++ ? ", " : ": ", item->valuedouble);
            mlk_text_clean(&b, item->string);
        }
        node(t, t->depth, &b);
    } else {
        cJSON_ArrayForEach(item, member(queued, "first")) waiter(t, item);
    }
    mlk_buf_free(&b);
}

/* Who is in the way; the others stand below them. */
static void blockers(struct tree *t, const cJSON *document)
{
    int64_t more = mlk_render_count(document, "blockers", "blocker_count");
    const cJSON *item;
    struct mlk_buf b;

    cJSON_ArrayForEach(item, member(document, "blockers"))
    {
        blocker(t, item);
        more--;
        t->depth = 1;
    }
    if (more <= 0)
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_buf_fmt(&b, "and %" PRId64 " more", more);
    node(t, 0, &b);
    mlk_buf_free(&b);
}

static void tree(const struct mlk_render *r, const cJSON *document)
{
    struct tree t = {.r = r, .indent = INDENT};
    const cJSON *item;

    blockers(&t, document);
    cJSON_ArrayForEach(item, member(document, "ddl")) work(&t, item);
    t.depth += cJSON_GetArraySize(member(document, "ddl")) > 0;
    queue(&t, member(document, "queue"));
}

void mlk_render_ddl(const struct mlk_render *r, size_t indent, const cJSON *ddl)
{
    struct tree t = {.r = r, .indent = indent};

    blockers(&t, ddl);
    work(&t, ddl);
    t.depth++;
    queue(&t, member(ddl, "queue"));
}

/* "table:shop/orders, idle: connection 10 (root@localhost) has ...": the root of it on the first line, the
 * other reasons below. */
static void head(const struct mlk_render *r, const cJSON *document)
{
    const char *target = mlk_json_text(document, "target"), *verdict = mlk_json_text(document, "verdict");
    const cJSON *because = member(document, "because"), *root = cJSON_GetArrayItem(because, 0);
    const cJSON *reason = root ? root->next : NULL;
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_buf_fmt(&b, "%s, %s: %s", target ? target : "?", verdict ? verdict : "unknown",
                cJSON_IsString(root) ? root->valuestring : "?");
    mlk_render_line(r, 0, "", 0, mlk_buf_text(&b));
    for (; reason; reason = reason->next) {
        if (cJSON_IsString(reason))
            mlk_render_line(r, INDENT, "", 0, reason->valuestring);
    }
    mlk_buf_free(&b);
}

static void connections(const struct mlk_render *r, size_t indent, const cJSON *document)
{
    const cJSON *of = member(document, "connections");
    int64_t used = mlk_json_int(of, "used", -1), max = mlk_json_int(of, "max", -1);
    struct mlk_buf b;

    if (used < 0 || max < 0)
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_buf_fmt(&b, "%" PRId64 " of %" PRId64 " in use", used, max);
    mlk_render_line(r, indent, "connections", LABEL + INDENT - indent, mlk_buf_text(&b));
    mlk_buf_free(&b);
}

static void one(const struct mlk_render *r, const cJSON *document)
{
    head(r, document);
    tree(r, document);
    mlk_render_next(r, INDENT, LABEL, document);
}

void mlk_render_table_report(const struct mlk_render *r, const cJSON *report)
{
    const char *server = mlk_json_text(report, "server"), *token = mlk_json_text(report, "token");

    head(r, report);
    tree(r, report);
    if (server)
        mlk_render_line(r, INDENT, "server", LABEL, server);
    connections(r, INDENT, report);
    mlk_render_lines(r, INDENT, "not seen", LABEL, member(report, "blind_spots"));
    if (token && cJSON_IsTrue(member(report, "held")))
        mlk_render_line(r, INDENT, "token", LABEL, token);
    mlk_render_next(r, INDENT, LABEL, report);
}

void mlk_render_tables(const struct mlk_render *r, const cJSON *documents)
{
    const cJSON *document, *first = cJSON_GetArrayItem(documents, 0);

    if (!first)
        return;
    cJSON_ArrayForEach(document, documents)
    {
        one(r, document);
        fputs("\n", r->out);
    }
    connections(r, 0, first);
    mlk_render_lines(r, 0, "not seen", LABEL + INDENT, member(first, "blind_spots"));
}
