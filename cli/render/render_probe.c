/* SPDX-License-Identifier: GPL-2.0-only */
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"
#include "times.h"

enum { INDENT = 2, LABEL = 12 };

static void head(const struct mlk_render *r, const cJSON *document)
{
    static const char *const words[][2] = {{"alive", "its client is alive"},
                                           {"gone", "its client is gone"},
                                           {"local", "its client is a process of the server's own host"}};
    const char *peer = mlk_json_text(document, "peer"),
               *text = "it cannot be told whether its client is alive";

    for (size_t i = 0; peer && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(peer, words[i][0]) == 0)
            text = words[i][1];
    fprintf(r->out, "connection %" PRId64 ": %s\n", mlk_json_int(document, "connection_id", 0), text);
}

static void line(const struct mlk_render *r, const char *label, struct mlk_buf *b)
{
    if (b->len > 0)
        mlk_render_line(r, INDENT, label, LABEL, mlk_buf_text(b));
    mlk_buf_reset(b);
}

static void heard(const struct mlk_render *r, const cJSON *document, struct mlk_buf *b)
{
    int64_t ms = mlk_json_int(document, "heard_ms", -1);

    if (ms < 0)
        return;
    if (ms < 10000)
        mlk_buf_fmt(b, "%" PRId64 " ms", ms);
    else
        mlk_times_age(b, ms / 1000);
    mlk_buf_str(b, cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "asked")) ? " before the question"
                                                                                     : " ago");
    line(r, "last heard", b);
}

static void tcp(const struct mlk_render *r, const cJSON *document, struct mlk_buf *b)
{
    const cJSON *of = cJSON_GetObjectItemCaseSensitive(document, "tcp");
    const char *state = mlk_json_text(of, "state");
    int64_t unacked = mlk_json_int(of, "unacknowledged", 0), again = mlk_json_int(of, "retransmits", 0);

    if (!state)
        return;
    mlk_buf_str(b, state);
    if (unacked > 0)
        mlk_buf_fmt(b, ", %" PRId64 " packet%s not acknowledged", unacked, unacked == 1 ? "" : "s");
    if (again > 0)
        mlk_buf_fmt(b, ", sent again %" PRId64 " time%s", again, again == 1 ? "" : "s");
    line(r, "TCP", b);
}

void mlk_render_probe(const struct mlk_render *r, const cJSON *document)
{
    const char *server = mlk_json_text(document, "server");
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    head(r, document);
    mlk_render_session(&b, document, true);
    line(r, "who", &b);
    heard(r, document, &b);
    tcp(r, document, &b);
    if (server)
        mlk_render_line(r, INDENT, "server", LABEL, server);
    mlk_render_sentences(r, INDENT, "because", LABEL, cJSON_GetObjectItemCaseSensitive(document, "because"));
    mlk_render_lines(r, INDENT, "not seen", LABEL, cJSON_GetObjectItemCaseSensitive(document, "blind_spots"));
    mlk_buf_free(&b);
}
