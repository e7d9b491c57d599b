/* SPDX-License-Identifier: GPL-2.0-only */
/* One session of miglock's that probes, and the server's threads that it probes for. Needs -Wl,--wrap=fopen.
 */
#ifndef MIGLOCK_TESTS_PROBER_H
#define MIGLOCK_TESTS_PROBER_H

#include <pthread.h>

#include "kernel_probe.h"
#include "loopback.h"

struct prober {
    struct loopback_session session;
    struct mlk_kernel kernel;
    struct mlk_client client;
    struct mlk_probe out;
};

/* How often the descriptors were searched, and whether /proc can be read for it. */
extern unsigned prober_walks;
extern bool prober_no_proc;

/* host as a process list shows the client; its thread is not known. */
void prober_init(struct prober *p, const char *host);
/* As a session does it: fills p->out. */
enum mlk_peer prober_probe(struct prober *p, enum mlk_probe_how how);
/* Both ways of probing give unknown, and that reason. */
void prober_unknown(struct prober *p, const char *why);

/* The server's thread of a connection, waiting for its client's next statement. */
struct server_thread {
    int fd;
    atomic_int id;
    pthread_t thread;
};

/* The thread's id for the operating system, once it waits. */
int64_t serve_begin(struct server_thread *t, int fd);
/* For loopback_until. */
bool serve_waits(void *thread);
void serve_end(struct server_thread *t);
/* Ends the thread and closes the connection: the client hangs up too, as otherwise there is no POLLHUP. */
void serve_close(struct loopback *l, struct server_thread *t);

#endif
