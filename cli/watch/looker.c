/* SPDX-License-Identifier: GPL-2.0-only */
#include "looker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "looker_child.h"
#include "seconds.h"

enum { CHUNK = 65536, STOP_MS = 200, SHORT_MS = 100 };

bool mlk_looker_start(struct mlk_looker *l, struct mlk_cli *cli, bool silent)
{
    int pair[2];

    *l = (struct mlk_looker){.fd = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    fflush(stdout);
    fflush(stderr);
    l->pid = fork();
    if (l->pid == 0) {
        close(pair[0]);
        mlk_looker_serve(pair[1], cli, silent);
        _exit(0);
    }
    close(pair[1]);
    if (l->pid < 0) {
        close(pair[0]);
        *l = (struct mlk_looker){.fd = -1};
        return false;
    }
    l->fd = pair[0];
    return true;
}

/* Where the process is gone, the read that follows says so. */
void mlk_looker_ask(struct mlk_looker *l, const char *target)
{
    uint32_t len = target ? (uint32_t)strlen(target) : 0;

    if (mlk_looker_send(l->fd, &len, sizeof len) && len > 0)
        mlk_looker_send(l->fd, target, len);
    l->asked = true;
    l->asked_ms = mlk_clock_ms();
}

static bool make_room(struct mlk_looker *l)
{
    char *more;

    if (l->size - l->len >= CHUNK)
        return true;
    more = realloc(l->text, l->size + l->size / 2 + CHUNK);
    if (!more)
        return false;
    l->text = more;
    l->size += l->size / 2 + CHUNK;
    return true;
}

static cJSON *take(cJSON *document, const char *name)
{
    return cJSON_DetachItemFromObjectCaseSensitive(document, name);
}

static void copy(char *to, size_t size, const cJSON *document, const char *name)
{
    const char *text = mlk_json_text(document, name);

    snprintf(to, size, "%s", text ? text : "");
}

static enum mlk_looker_end parse(struct mlk_looker *l, struct mlk_look *out)
{
    cJSON *document = cJSON_ParseWithLength(l->text + sizeof(uint32_t), l->len - sizeof(uint32_t));

    l->len = 0;
    l->asked = false;
    *out = (struct mlk_look){0};
    if (!document) /* it was printed by us: memory is out */
        return MLK_LOOKER_DEAD;
    out->status = (enum mlk_status)mlk_json_int(document, "status", MLK_NO_MEMORY);
    out->connected = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "connected"));
    out->functions = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(document, "functions"));
    copy(out->error, sizeof out->error, document, "error");
    copy(out->where, sizeof out->where, document, "where");
    copy(out->missing, sizeof out->missing, document, "missing");
    out->reports = take(document, "reports");
    out->blind = take(document, "blind");
    cJSON_Delete(document);
    return MLK_LOOKER_ANSWER;
}

enum mlk_looker_end mlk_looker_read(struct mlk_looker *l, struct mlk_look *out)
{
    for (;;) {
        uint32_t whole = 0;
        size_t want = sizeof whole;
        ssize_t n;

        if (l->len >= sizeof whole) {
            memcpy(&whole, l->text, sizeof whole);
            want += whole;
            if (whole > MLK_LOOKER_ANSWER_MAX)
                return MLK_LOOKER_DEAD;
            if (l->len == want)
                return parse(l, out);
        }
        if (!make_room(l))
            return MLK_LOOKER_DEAD;
        want -= l->len;
        n = recv(l->fd, l->text + l->len, want < CHUNK ? want : CHUNK, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return MLK_LOOKER_MORE;
        if (n <= 0)
            return MLK_LOOKER_DEAD;
        l->len += (size_t)n;
    }
}

/* A process that is between two questions ends by itself and takes leave of the server. */
void mlk_looker_stop(struct mlk_looker *l)
{
    struct pollfd end = {.fd = l->fd, .events = POLLIN};
    int64_t until = mlk_clock_ms() + (l->asked ? SHORT_MS : STOP_MS);
    char rest[CHUNK];

    if (l->pid > 0) {
        shutdown(l->fd, SHUT_WR);
        for (int64_t left; (left = until - mlk_clock_ms()) > 0;) {
            if (poll(&end, 1, (int)left) <= 0 || recv(l->fd, rest, sizeof rest, MSG_DONTWAIT) <= 0)
                break;
        }
        close(l->fd);
        kill(l->pid, SIGKILL);
        while (waitpid(l->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(l->text);
    *l = (struct mlk_looker){.fd = -1};
}

void mlk_look_free(struct mlk_look *look)
{
    cJSON_Delete(look->reports);
    cJSON_Delete(look->blind);
    *look = (struct mlk_look){0};
}
