/* SPDX-License-Identifier: GPL-2.0-only */
#include "inner.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "miglock/text.h"

enum {
    PAUSE_STEP_MS = 20,
    ER_UNKNOWN_SYSTEM_VARIABLE = 1193, /* both: mysqld_error.h */
};

struct mlk_inner *mlk_inner_of(struct mlk_session *s)
{
    return s->impl;
}

void mlk_inner_init(struct mlk_inner *inner, const struct mlk_session_ops *ops,
                    const struct mlk_caller *caller, struct mlk_progress *progress)
{
    struct mlk_session *s = &inner->session;

    s->ops = ops;
    s->impl = inner;
    s->flavour = caller->flavour;
    s->caller_id = caller->connection_id;
    (void)snprintf(s->user, sizeof s->user, "%s", caller->user);
    (void)snprintf(s->host, sizeof s->host, "%s", caller->host);
    inner->progress = progress;
}

void mlk_inner_end(struct mlk_inner *inner)
{
    mlk_kernel_end(&inner->kernel);
}

enum mlk_status mlk_inner_error(struct mlk_inner *inner, enum mlk_status status, unsigned number,
                                const char *text)
{
    struct mlk_session *s = &inner->session;

    s->error_number = number;
    mlk_printable(s->error, sizeof s->error, text, strlen(text));
    return status;
}

enum mlk_status mlk_inner_server_error(struct mlk_inner *inner, unsigned number, const char *text)
{
    enum mlk_status status = mlk_status_of_error(number);

    return mlk_inner_error(inner, status ? status : MLK_SQL, number,
                           text[0] ? text : "the server gave up the statement and did not say why");
}

static bool cancelled(const struct mlk_inner *inner)
{
    return atomic_load(&inner->progress->cancelled);
}

bool mlk_inner_begins(const char *sql, size_t len, const char *word)
{
    size_t n = strlen(word);
    const char *end;

    if (len >= 2 && memcmp(sql, "/*", 2) == 0) {
        end = memmem(sql + 2, len - 2, "*/", 2);
        if (!end)
            return false;
        len -= (size_t)(end + 2 - sql);
        sql = end + 2;
    }
    while (len > 0 && *sql == ' ') {
        sql++;
        len--;
    }
    return len >= n && strncasecmp(sql, word, n) == 0;
}

enum mlk_status mlk_inner_run(struct mlk_inner *inner, const char *sql, size_t len, struct mlk_rows **rows,
                              uint64_t *affected)
{
    enum mlk_status status;

    if (rows)
        *rows = NULL;
    if (affected)
        *affected = 0;
    /* What was begun can always be taken back. */
    if (cancelled(inner) && !mlk_inner_begins(sql, len, "ROLLBACK"))
        return mlk_inner_error(inner, MLK_KILLED, 0, "the caller's statement was killed");
    inner->session.error[0] = '\0';
    inner->session.error_number = 0;
    atomic_store(&inner->progress->statement_since, mlk_inner_now_ms(&inner->session));
    status = inner->run(inner, sql, len, rows, affected);
    atomic_store(&inner->progress->statement_since, 0);
    if (status == MLK_KILLED &&
        !cancelled(inner)) /* by the watchdog, or by somebody who took it for a client's */
        status = mlk_inner_error(
            inner, MLK_SQL, inner->session.error_number,
            "the statement was ended: it took too long, perhaps for a trigger, or was killed");
    if (!status && mlk_inner_begins(sql, len, "START TRANSACTION"))
        inner->in_transaction = true;
    else if (mlk_inner_begins(sql, len, "COMMIT") || mlk_inner_begins(sql, len, "ROLLBACK"))
        inner->in_transaction = false;
    return status;
}

enum mlk_status mlk_inner_do(struct mlk_inner *inner, const char *sql)
{
    return mlk_inner_run(inner, sql, strlen(sql), NULL, NULL);
}

enum mlk_status mlk_inner_select(struct mlk_inner *inner, const char *sql, struct mlk_rows **rows)
{
    enum mlk_status status = mlk_inner_run(inner, sql, strlen(sql), rows, NULL);

    if (!status && !*rows)
        return mlk_inner_error(inner, MLK_SQL, 0, "the server gave no result where there must be one");
    return status;
}

/* "10.11.19-MariaDB-..." is 101119, "9.7.4" is 90704. */
static unsigned version_number(const char *text)
{
    unsigned major = 0, minor = 0, patch = 0;

    if (!text || sscanf(text, "%3u.%2u.%2u", &major, &minor, &patch) < 2)
        return 0;
    return major * 10000 + minor * 100 + patch;
}

/* Also what a thread in the process list stands for: in a pool a thread that has served a connection may be
 * serving another one by now, and MariaDB goes on showing it (seen). Where the server does not tell, it is
 * not relied on. SHOW VARIABLES says it too, and takes 30 times as long. */
static enum mlk_status read_self(struct mlk_inner *inner, char *account, size_t account_size)
{
    static const char self[] = "SELECT VERSION(), CONNECTION_ID(), CURRENT_USER()";
    struct mlk_session *s = &inner->session;
    const char *threads, *path;
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;
    int64_t port;

    mlk_buf_init(&sql, 256);
    mlk_buf_fmt(&sql, "%s, @@GLOBAL.thread_handling, @@GLOBAL.port, @@GLOBAL.socket", self);
    status = sql.status ? mlk_inner_error(inner, MLK_NO_MEMORY, 0, "out of memory")
                        : mlk_inner_select(inner, mlk_buf_text(&sql), &rows);
    mlk_buf_free(&sql);
    if (status && s->error_number == ER_UNKNOWN_SYSTEM_VARIABLE)
        status = mlk_inner_select(inner, self, &rows);
    if (status)
        return status;
    s->server_version = version_number(mlk_rows_text(rows, 0, 0));
    s->own_id = mlk_rows_id(rows, 0, 1);
    atomic_store(&inner->progress->connection_id, s->own_id);
    mlk_copy(account, account_size, mlk_rows_text(rows, 0, 2) ? mlk_rows_text(rows, 0, 2) : "");
    threads = mlk_rows_text(rows, 0, 3);
    port = mlk_rows_int(rows, 0, 4, 0);
    path = mlk_rows_text(rows, 0, 5);
    inner->thread_per_connection = threads && strcmp(threads, "one-thread-per-connection") == 0;
    inner->kernel.door.port = port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
    mlk_copy(inner->kernel.door.path, sizeof inner->kernel.door.path, path ? path : "");
    mlk_rows_free(rows);
    return s->server_version
               ? MLK_OK
               : mlk_inner_error(inner, MLK_UNSUPPORTED, 0, "the server's version cannot be read");
}

enum mlk_status mlk_inner_setup(struct mlk_inner *inner, char *account, size_t account_size)
{
    const char *sql;
    bool optional = false;

    for (size_t i = 0; (sql = mlk_session_setup(inner->session.flavour, i, &optional)) != NULL; i++) {
        enum mlk_status status = mlk_inner_do(inner, sql);

        if (status && (!optional || status == MLK_KILLED))
            return status;
    }
    return read_self(inner, account, account_size);
}

/* Where a proxy tells the server its client's address (the PROXY protocol). MariaDB and some relatives of
 * MySQL have such a variable. Where the server does not tell, addresses are not relied on. */
static enum mlk_status read_proxies(struct mlk_inner *inner)
{
    struct mlk_rows *rows = NULL;
    const char *networks;
    enum mlk_status status = mlk_inner_select(inner, "SELECT @@GLOBAL.proxy_protocol_networks", &rows);

    networks = mlk_rows_text(rows, 0, 0);
    inner->kernel.proxied =
        status ? inner->session.error_number != ER_UNKNOWN_SYSTEM_VARIABLE : networks && networks[0];
    mlk_rows_free(rows);
    inner->knows_proxies = true;
    return status;
}

/* What is known of a client that the kernel can use. */
static struct mlk_client with_its_thread(const struct mlk_inner *inner, const struct mlk_client *client)
{
    struct mlk_client known = *client;

    if (!inner->thread_per_connection)
        known.thread = -1;
    return known;
}

/* Whether the kernel may be asked; else the reason there is to stop. */
static bool ready(struct mlk_inner *inner, enum mlk_status *status)
{
    *status = inner->knows_proxies ? MLK_OK : read_proxies(inner);
    return *status != MLK_KILLED && *status != MLK_NO_MEMORY;
}

enum mlk_status mlk_inner_probe(struct mlk_session *s, const struct mlk_client *client,
                                enum mlk_probe_how how, struct mlk_probe *out)
{
    struct mlk_inner *inner = mlk_inner_of(s);
    const struct mlk_client asked = with_its_thread(inner, client);
    enum mlk_status status = MLK_OK;

    if (how == MLK_PROBE_LOOK && mlk_kernel_look(s, &inner->kernel, &asked, out, &status))
        return status;
    return ready(inner, &status) ? mlk_kernel_probe(s, &inner->kernel, &asked, how, out) : status;
}

enum mlk_status mlk_inner_freeze(struct mlk_session *s, const struct mlk_client *client,
                                 struct mlk_frozen *out)
{
    struct mlk_inner *inner = mlk_inner_of(s);
    const struct mlk_client meant = with_its_thread(inner, client);
    enum mlk_status status;

    return ready(inner, &status) ? mlk_kernel_freeze(s, &inner->kernel, &meant, out) : status;
}

bool mlk_inner_hang_up(struct mlk_session *s)
{
    return mlk_kernel_hang_up(&mlk_inner_of(s)->kernel);
}

void mlk_inner_thaw(struct mlk_session *s)
{
    mlk_kernel_thaw(&mlk_inner_of(s)->kernel);
}

int64_t mlk_inner_now_ms(struct mlk_session *s)
{
    struct timespec now;

    (void)s;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum mlk_status mlk_inner_pause_ms(struct mlk_session *s, unsigned ms)
{
    struct mlk_inner *inner = mlk_inner_of(s);
    int64_t until = mlk_inner_now_ms(s) + ms;
    int64_t left = ms;

    while (left > 0 && !cancelled(inner)) {
        int64_t step = left < PAUSE_STEP_MS ? left : PAUSE_STEP_MS;
        const struct timespec nap = {.tv_nsec = (long)step * 1000000L};

        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
        left = until - mlk_inner_now_ms(s);
    }
    if (cancelled(inner))
        return mlk_inner_error(inner, MLK_KILLED, 0, "the caller's statement was killed");
    return MLK_OK;
}
