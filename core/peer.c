/* SPDX-License-Identifier: GPL-2.0-only */
#include "peer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "document.h"
#include "miglock/text.h"

/* MySQL shows the operating system's thread in performance_schema only. Without it a local client's process
 * is known where the client tells it. */
static int64_t thread_of(struct mlk_session *s, const struct mlk_person *p)
{
    static const struct mlk_access need = {
        .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "threads"};
    struct mlk_rows *rows;
    struct mlk_buf sql;
    int64_t thread = -1;

    if (p->thread >= 0 || s->flavour != MLK_MYSQL)
        return p->thread;
    mlk_buf_init(&sql, 256);
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT THREAD_OS_ID FROM performance_schema.threads WHERE PROCESSLIST_ID = %" PRIu64,
                p->id);
    if (mlk_ask_buf(s, &need, &sql, &rows, NULL) == MLK_OK)
        thread = mlk_rows_int(rows, 0, 0, -1);
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return thread;
}

static struct mlk_client client_of(const struct mlk_person *p)
{
    return (struct mlk_client){.connection_id = p->id, .host = p->host, .pid = p->pid, .thread = p->thread};
}

enum mlk_status mlk_peer_freeze(struct mlk_session *s, const struct mlk_person *p, struct mlk_frozen *out)
{
    struct mlk_client client = client_of(p);

    *out = (struct mlk_frozen){.state = MLK_FREEZE_NOT};
    if (!s->ops->freeze) {
        mlk_copy(out->why, sizeof out->why, "only miglock's functions can do that");
        return MLK_OK;
    }
    client.thread = thread_of(s, p);
    return s->ops->freeze(s, &client, out);
}

void mlk_peer_thaw(struct mlk_session *s)
{
    if (s->ops->thaw)
        s->ops->thaw(s);
}

enum mlk_status mlk_peer_probe(struct mlk_session *s, const struct mlk_person *p, enum mlk_probe_how how,
                               struct mlk_probe *out)
{
    struct mlk_client client = client_of(p);

    memset(out, 0, sizeof *out);
    out->answer_ms = out->asked_ms = out->heard_ms = out->pid = out->unacked = out->retransmits = -1;
    if (!s->ops->probe) {
        mlk_copy(out->why, sizeof out->why,
                 "only the server's own kernel knows, and miglock's functions are not used here");
        return MLK_OK;
    }
    if (how == MLK_PROBE_ASK)
        client.thread = thread_of(s, p);
    return s->ops->probe(s, &client, how, out);
}

bool mlk_peer_can_be_asked(const struct mlk_session *s, const struct mlk_probe *look)
{
    return s->ops->probe && look->peer == MLK_PEER_UNKNOWN && !look->asked && look->heard_ms >= 0;
}

const char *mlk_peer_word(enum mlk_peer peer)
{
    static const char *const words[] = {"unknown", "alive", "gone", "local"};

    return words[peer];
}

static void duration(int64_t ms, struct mlk_buf *out)
{
    if (ms < 10000)
        mlk_buf_fmt(out, "%" PRId64 " ms", ms);
    else
        mlk_buf_fmt(out, "%" PRId64 " s", ms / 1000);
}

void mlk_peer_describe(const struct mlk_probe *probe, struct mlk_buf *out)
{
    switch (probe->peer) {
    case MLK_PEER_ALIVE:
        mlk_buf_str(out, "answered after ");
        duration(probe->answer_ms, out);
        return;
    case MLK_PEER_GONE:
        mlk_buf_fmt(out, "is gone: %s", probe->why);
        return;
    case MLK_PEER_LOCAL:
        mlk_buf_str(out, "is on the server's own host");
        if (probe->pid >= 0)
            /* which may have ended and left the connection to a child */
            mlk_buf_fmt(out, ", connected by process %" PRId64, probe->pid);
        return;
    case MLK_PEER_UNKNOWN:
        break;
    }
    if (probe->heard_ms < 0 || probe->asked) {
        mlk_buf_fmt(out, "could not be reached: %s", probe->why);
        return;
    }
    mlk_buf_str(out, "was last heard of ");
    duration(probe->heard_ms, out);
    mlk_buf_str(out, " ago");
    if (probe->unacked > 0)
        mlk_buf_fmt(out,
                    ", with %" PRId64 " packet%s on the way that it has not acknowledged (sent again %" PRId64
                    " times)",
                    probe->unacked, probe->unacked == 1 ? "" : "s",
                    probe->retransmits > 0 ? probe->retransmits : 0);
}

cJSON *mlk_peer_tcp_json(const struct mlk_probe *probe)
{
    struct mlk_doc j;

    if (!probe->state[0])
        return cJSON_CreateNull();
    mlk_doc_begin(&j);
    mlk_doc_text(&j, "state", probe->state);
    mlk_doc_known_number(&j, "unacknowledged", (double)probe->unacked);
    mlk_doc_known_number(&j, "retransmits", (double)probe->retransmits);
    return mlk_doc_end(&j);
}
