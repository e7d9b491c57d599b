/* SPDX-License-Identifier: GPL-2.0-only */
/* The client behind a session: whether the server's kernel still reaches it, and how a report says so. */
#ifndef MLK_CORE_PEER_H
#define MLK_CORE_PEER_H

#include <cjson/cJSON.h>

#include "sessions.h"

/* Looks or asks, as the port has it. A session without a way to the kernel gives MLK_PEER_UNKNOWN with the
 * reason, and MLK_OK. On anything but MLK_OK s->error tells why. */
enum mlk_status mlk_peer_probe(struct mlk_session *s, const struct mlk_person *p, enum mlk_probe_how how,
                               struct mlk_probe *out);
/* Keeps back what the client sends to its session, as the port has it, until mlk_peer_thaw. A session without
 * a way to do that gives MLK_FREEZE_NOT with the reason, and MLK_OK. On anything but MLK_OK s->error tells
 * why, and nobody is frozen. */
enum mlk_status mlk_peer_freeze(struct mlk_session *s, const struct mlk_person *p, struct mlk_frozen *out);
void mlk_peer_thaw(struct mlk_session *s);
/* Whether asking could teach more than this look did. */
bool mlk_peer_can_be_asked(const struct mlk_session *s, const struct mlk_probe *look);
/* "alive", "gone", "local", "unknown". */
const char *mlk_peer_word(enum mlk_peer peer);
/* Appends a clause to follow "its client ": "answered after 4 ms", "is gone: no answer to 3 questions", "was
 * last heard of 312 s ago". */
void mlk_peer_describe(const struct mlk_probe *probe, struct mlk_buf *out);
/* What TCP knows of the connection; JSON null where there is no such connection. NULL where memory is out. */
cJSON *mlk_peer_tcp_json(const struct mlk_probe *probe);

#endif
