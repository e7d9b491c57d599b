/* SPDX-License-Identifier: GPL-2.0-only */
/* One connection's client, asked whether it is still there: a document of its own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "document.h"
#include "peer.h"
#include "snapshot.h"
#include "miglock/miglock.h"
#include "miglock/text.h"

static void say_peer(cJSON *because, const struct mlk_probe *probe)
{
    struct mlk_buf clause;

    mlk_buf_init(&clause, 600);
    mlk_peer_describe(probe, &clause);
    mlk_say(because, "its client %s", mlk_buf_text(&clause));
    mlk_buf_free(&clause);
    if (probe->peer == MLK_PEER_ALIVE)
        mlk_say(
            because,
            "what answered is the host at the address that the server sees: behind a proxy or NAT, that one");
    if (probe->peer == MLK_PEER_GONE)
        mlk_say(because,
                "the server ends the session, or has done so; a statement that runs comes to its end first");
}

static cJSON *document(const struct mlk_person *p, const struct mlk_probe *probe, int64_t elapsed_ms,
                       const struct mlk_server *server, const cJSON *blind_spots)
{
    cJSON *because = cJSON_CreateArray();
    struct mlk_doc j;

    if (!because)
        return NULL;
    mlk_person_say(because, p, "it,");
    say_peer(because, probe);
    mlk_doc_begin(&j);
    mlk_doc_number(&j, "schema_version", MLK_SCHEMA_VERSION);
    mlk_person_members(&j, p, probe);
    mlk_doc_bool(&j, "asked", probe->asked);
    mlk_doc_known_number(&j, "answer_ms", (double)probe->answer_ms);
    mlk_doc_known_number(&j, "heard_ms", (double)probe->heard_ms);
    mlk_doc_item(&j, "tcp", mlk_peer_tcp_json(probe));
    mlk_doc_item(&j, "because", because);
    mlk_doc_copy(&j, "blind_spots", blind_spots);
    mlk_doc_number(&j, "seconds", (double)elapsed_ms / 1000.0);
    mlk_doc_text(&j, "server", server->text);
    return mlk_doc_end(&j);
}

enum mlk_status mlk_probe_connection(struct mlk_session *s, uint64_t connection_id, cJSON **out, char *error,
                                     size_t error_size)
{
    struct mlk_snapshot snapshot;
    const struct mlk_person *p;
    struct mlk_probe probe;
    int64_t start = s->ops->now_ms(s);
    enum mlk_status status = mlk_snapshot_take(s, NULL, &snapshot);

    *out = NULL;
    if (status) {
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
        return status;
    }
    p = mlk_person_find(&snapshot.people, connection_id);
    if (!p) {
        status = MLK_NOT_FOUND;
        snprintf(error, error_size, "there is no connection %" PRIu64 "%s", connection_id,
                 snapshot.people.all
                     ? " on this server: SHOW PROCESSLIST lists those that there are"
                     : " that this account may see: it takes PROCESS to see other users' connections");
    } else {
        status = mlk_peer_probe(s, p, MLK_PROBE_ASK, &probe);
        if (!status) {
            if (probe.peer == MLK_PEER_GONE)
                mlk_audit_gone(s, p, &probe);
            *out = document(p, &probe, s->ops->now_ms(s) - start, &snapshot.server, snapshot.blind_spots);
            status = *out ? MLK_OK : MLK_NO_MEMORY;
        }
        if (status)
            mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
    }
    mlk_snapshot_free(&snapshot);
    return status;
}
