/* SPDX-License-Identifier: GPL-2.0-only */
/* One connection's client, asked whether it is still there: a document of its own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "document.h"
#include "peer.h"
#include "server.h"
#include "sessions.h"
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
    mlk_doc_number(&j, "took_seconds", (double)elapsed_ms / 1000.0);
    mlk_doc_text(&j, "server", server->text);
    return mlk_doc_end(&j);
}

struct look {
    struct mlk_server server;
    struct mlk_people people;
    cJSON *blind_spots;
};

static enum mlk_status take(struct mlk_session *s, struct look *look)
{
    enum mlk_status status;

    look->blind_spots = cJSON_CreateArray();
    if (!look->blind_spots)
        return MLK_NO_MEMORY;
    status = mlk_server_read(s, false, &look->server, look->blind_spots);
    if (!status)
        status = mlk_people_read(s, &look->server, &look->people, look->blind_spots);
    if (!status)
        status = mlk_people_know_threads(s, &look->server, &look->people, NULL);
    return status ? status : mlk_people_know(s, &look->server, &look->people, NULL, look->blind_spots);
}

static enum mlk_status not_there(struct mlk_session *s, const struct look *look, uint64_t connection_id)
{
    snprintf(s->error, sizeof s->error, "there is no connection %" PRIu64 "%s", connection_id,
             look->people.all
                 ? " on this server: SHOW PROCESSLIST lists those that there are"
                 : " that this account may see: it takes PROCESS to see other users' connections");
    return MLK_NOT_FOUND;
}

static enum mlk_status ask(struct mlk_session *s, const struct look *look, uint64_t connection_id,
                           int64_t start, cJSON **out)
{
    const struct mlk_person *p = mlk_person_find(&look->people, connection_id);
    struct mlk_probe probe;
    enum mlk_status status;

    if (!p)
        return not_there(s, look, connection_id);
    status = mlk_peer_probe(s, p, MLK_PROBE_ASK, &probe);
    if (status)
        return status;
    if (probe.peer == MLK_PEER_GONE)
        mlk_audit_gone(s, p, &probe);
    *out = document(p, &probe, s->ops->now_ms(s) - start, &look->server, look->blind_spots);
    return *out ? MLK_OK : MLK_NO_MEMORY;
}

enum mlk_status mlk_probe_connection(struct mlk_session *s, uint64_t connection_id, cJSON **out, char *error,
                                     size_t error_size)
{
    struct look look = {0};
    int64_t start = s->ops->now_ms(s);
    enum mlk_status status = take(s, &look);

    *out = NULL;
    if (!status)
        status = ask(s, &look, connection_id, start, out);
    if (status)
        mlk_copy(error, error_size, status == MLK_NO_MEMORY ? mlk_status_text(status) : s->error);
    mlk_people_free(&look.people);
    cJSON_Delete(look.blind_spots);
    return status;
}
