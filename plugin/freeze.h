/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeping back what the client of a TCP connection sends: a filter on the socket drops every segment that
 * carries data. The client's kernel sends them again until they are taken, so nothing is lost; it only comes
 * later, by a few tenths of a second. Acknowledgements, resets and the end of the connection pass.
 * Sources: socket(7) SO_ATTACH_FILTER; tcp_filter() in net/ipv4/tcp_ipv4.c runs it before a segment is
 * queued.
 */
#ifndef MIGLOCK_FREEZE_H
#define MIGLOCK_FREEZE_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/session.h"

enum mlk_filter { MLK_FILTER_ON, MLK_FILTER_OTHER, MLK_FILTER_FAILED };

/* fd: a duplicate of the connection's socket. MLK_FILTER_OTHER: somebody else has put a filter there, which
 * stays; MLK_FILTER_FAILED: the kernel takes none. Both with a clause in why. */
enum mlk_filter mlk_freeze_begin(int fd, char *why, size_t why_size);
/* Waits until no segment that passed before the filter was there is still on its way to the socket. MLK_OK,
 * MLK_KILLED. */
enum mlk_status mlk_freeze_settle(struct mlk_session *s);
/* Bytes that have come in and were not read; -1 where the kernel does not say. */
int mlk_freeze_unread(int fd);
/* Takes the filter away. */
void mlk_freeze_end(int fd);

#endif
