/* SPDX-License-Identifier: GPL-2.0-only */
#include "session_identity.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum mlk_status run(struct mlk_session *s, const char *sql, struct mlk_rows **rows)
{
    static const struct mlk_access nothing = {.need = MLK_NEED_NOTHING};

    return s->ops->query(s, &nothing, sql, strlen(sql), rows, NULL);
}

static enum mlk_status unsupported(struct mlk_session *s, const char *text)
{
    s->error_number = 0;
    snprintf(s->error, sizeof s->error, "%s", text);
    return MLK_UNSUPPORTED;
}

/* "10.11.19-MariaDB-log" is 101119. MariaDB may put 5.5.5- in front for old replicas. */
static unsigned parse_version(const char *text, enum mlk_flavour flavour)
{
    unsigned long part[3] = {0, 0, 0};

    if (flavour == MLK_MARIADB && strncmp(text, "5.5.5-", 6) == 0 && isdigit((unsigned char)text[6]))
        text += 6;
    for (int i = 0; i < 3 && isdigit((unsigned char)*text); i++) {
        char *end;

        part[i] = strtoul(text, &end, 10);
        text = *end == '.' ? end + 1 : end;
    }
    if (part[0] > 999 || part[1] > 99 || part[2] > 99)
        return 0;
    return (unsigned)(part[0] * 10000 + part[1] * 100 + part[2]);
}

/*
 * A proxy has connections of its own to the server, and its handshake tells its own number. ProxySQL also
 * answers exactly this statement with that number (its issue 1797), and passes on what is spelled in another
 * way. Any difference gives a proxy away.
 */
static enum mlk_status find_proxy(struct mlk_session *s, uint64_t handshake_id)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = run(s, "SELECT CONNECTION_ID()", &rows);

    if (status == MLK_OK)
        s->proxied = (uint32_t)s->own_id != (uint32_t)handshake_id || mlk_rows_id(rows, 0, 0) != s->own_id;
    mlk_rows_free(rows);
    return status;
}

enum mlk_status mlk_session_identify(struct mlk_session *s, uint64_t handshake_id)
{
    struct mlk_rows *rows = NULL;
    const char *version, *account, *at;
    enum mlk_status status =
        run(s, "SELECT " MLK_TAG "VERSION(), CURRENT_USER(), CONNECTION_ID() + 0 AS id", &rows);

    if (status != MLK_OK)
        return status;
    version = mlk_rows_text(rows, 0, 0);
    account = mlk_rows_text(rows, 0, 1);
    at = account ? strrchr(account, '@') : NULL; /* a user name may hold an @, a host may not */
    if (!version || !at) {
        mlk_rows_free(rows);
        return unsupported(s, "the server does not tell its version and this account's name");
    }
    s->flavour = strcasestr(version, "mariadb") ? MLK_MARIADB : MLK_MYSQL;
    s->server_version = parse_version(version, s->flavour);
    snprintf(s->user, sizeof s->user, "%.*s", (int)(at - account), account);
    snprintf(s->host, sizeof s->host, "%s", at + 1);
    s->own_id = mlk_rows_id(rows, 0, 2);
    s->caller_id = s->own_id;
    mlk_rows_free(rows);
    return find_proxy(s, handshake_id);
}

/* In a transaction a proxy that tells reads from changes goes to where changes go. */
enum mlk_status mlk_session_one_server(struct mlk_session *s)
{
    static const char which[] =
        "SELECT " MLK_TAG "CONCAT_WS('/', @@hostname, @@port, @@server_id, @@datadir)";
    struct mlk_rows *reads = NULL, *changes = NULL;
    const char *here, *there;
    enum mlk_status status;

    if (!s->proxied)
        return MLK_OK;
    status = run(s, which, &reads);
    if (status == MLK_OK)
        status = run(s, "START TRANSACTION", NULL);
    if (status == MLK_OK)
        status = run(s, which, &changes);
    if (status == MLK_OK)
        status = run(s, "ROLLBACK", NULL);
    here = mlk_rows_text(reads, 0, 0);
    there = mlk_rows_text(changes, 0, 0);
    if (status == MLK_OK && (!here || !there || strcmp(here, there) != 0))
        status =
            unsupported(s, "this connection goes through a proxy that sends reads to another server than "
                           "changes, so what is seen is not of the server that would be changed: connect "
                           "to the server itself");
    mlk_rows_free(reads);
    mlk_rows_free(changes);
    return status;
}
