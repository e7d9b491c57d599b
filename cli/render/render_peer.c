/* SPDX-License-Identifier: GPL-2.0-only */
/* What the server's kernel knows of a client, beside a session. */
#include <string.h>

#include "json.h"
#include "render.h"
#include "text.h"

/* peer_because is a clause to follow "its client "; that of a client that is gone begins with the word
 * itself. */
void mlk_render_peer(struct mlk_buf *b, const cJSON *session)
{
    static const char is_gone[] = "is gone: ";
    const char *peer = mlk_json_text(session, "peer"), *because = mlk_json_text(session, "peer_because");
    bool alive = peer && strcmp(peer, "alive") == 0, gone = peer && strcmp(peer, "gone") == 0;

    if (because && gone && strncmp(because, is_gone, sizeof is_gone - 1) == 0)
        because += sizeof is_gone - 1;
    if (!because && (!peer || strcmp(peer, "unknown") == 0))
        return;
    mlk_buf_str(b, "client ");
    if (!because || alive || gone)
        mlk_text_clean(b, peer);
    if (because && (alive || gone))
        mlk_buf_str(b, " (");
    mlk_text_clean(b, because);
    if (because && (alive || gone))
        mlk_buf_str(b, ")");
}
