/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock status as a whole process against the server's own client as one. */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program with its arguments. The server's client is in the server's mount namespace and root directory; to
 * enter them takes a hundredth of the time that the client takes. */
struct program {
    const char *const *argv;
    int namespace, root; /* descriptors, or -1: stay here */
};

/* In the child. */
static _Noreturn void become(const struct program *p)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        _exit(126);
    if (p->namespace >= 0 && (setns(p->namespace, CLONE_NEWNS) || fchdir(p->root) || chroot(".")))
        _exit(126);
    (void)execvp(p->argv[0], (char *const *)(uintptr_t)p->argv);
    _exit(127);
}

static void step(void *arg)
{
    const struct program *p = arg;
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        become(p);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_fail("%s did not end well", p->argv[0]);
}

static int open_of(int pid, const char *what)
{
    char path[64];
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        bench_fail("%s: %s", path, strerror(errno));
    return fd;
}

void bench_process(const struct bench *b)
{
    char socket[256];
    const char *status[] = {b->cli, "--no-defaults", socket, "--user=root", "status", "rails:shop", NULL};
    const char *client[] = {
        b->client, "--no-defaults", socket, "--user=root", "-e", "SELECT IS_USED_LOCK('" BENCH_LOCK "')",
        NULL};
    struct program ours = {status, -1, -1};
    struct program theirs = {client, open_of(b->pid, "ns/mnt"), open_of(b->pid, "root")};
    MYSQL *mysql = bench_connect(b, "root");
    struct bench_scene *scene = bench_scene_open(b, mysql, 10);

    (void)snprintf(socket, sizeof socket, "--socket=%s", b->socket);
    bench_line(b, "miglock status, the whole process",
               bench_compare(b, (struct bench_side){step, &ours}, (struct bench_side){step, &theirs}), 1.5,
               0);
    bench_scene_close(scene);
    mysql_close(mysql);
    (void)close(theirs.namespace);
    (void)close(theirs.root);
}
