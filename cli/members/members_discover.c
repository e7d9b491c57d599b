/* SPDX-License-Identifier: GPL-2.0-only */
/* Which other servers a server knows of. Each statement is asked for by itself, as an account may have the
 * right to one and not to another. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "members.h"

/* A statement that lists servers, and the columns that say where they are. */
struct source {
    enum mlk_flavour flavour;
    const char *what; /* "its replicas" */
    const char *sql;
    const char *host, *port;
    const char *id;      /* the server's own id, as mlk_member_identify tells it; NULL: there is none */
    const char *channel; /* of a replica's channels; NULL: there is none */
    const char *untold;  /* why an address may be missing */
};

/* Sources: the manuals of both servers on these statements. */
static const struct source sources[] = {
    {MLK_MYSQL, "the members of its replication group",
     MLK_TAG "SELECT MEMBER_HOST, MEMBER_PORT, MEMBER_ID FROM performance_schema.replication_group_members "
             "WHERE MEMBER_ID <> ''",
     "MEMBER_HOST", "MEMBER_PORT", "MEMBER_ID", NULL, "report_host"},
    {MLK_MYSQL, "its replicas", MLK_TAG "SHOW REPLICAS", "Host", "Port", "Replica_UUID", NULL, "report_host"},
    {MLK_MYSQL, "its source", MLK_TAG "SHOW REPLICA STATUS", "Source_Host", "Source_Port", "Source_UUID",
     "Channel_Name", "SOURCE_HOST"},
    {MLK_MARIADB, "its replicas", MLK_TAG "SHOW SLAVE HOSTS", "Host", "Port", NULL, NULL, "report_host"},
    {MLK_MARIADB, "its source", MLK_TAG "SHOW ALL SLAVES STATUS", "Master_Host", "Master_Port", NULL, NULL,
     "MASTER_HOST"},
};

struct search {
    struct mlk_backend *b;
    const struct mlk_member *from;
    mlk_member_add *add;
    void *arg;
    cJSON *blind_spots;
};

static bool say(struct search *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* False where memory is out. */
static bool say(struct search *s, const char *format, ...)
{
    char text[MLK_ERROR_MAX * 2];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cJSON_AddItemToArray(s->blind_spots, cJSON_CreateString(text));
}

enum mlk_status mlk_member_identify(struct mlk_backend *b, char *id, size_t size)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        mlk_backend_sql(b,
                        b->session->flavour == MLK_MYSQL ? MLK_TAG "SELECT @@GLOBAL.server_uuid"
                                                         : MLK_TAG
                            "SELECT CONCAT_WS('/', @@GLOBAL.hostname, @@GLOBAL.port, @@GLOBAL.datadir)",
                        &rows);
    const char *text = mlk_rows_text(rows, 0, 0);

    snprintf(id, size, "%s", text ? text : "");
    mlk_rows_free(rows);
    return status;
}

/* One server that was named. A name of its own machine means nothing to another one. */
static enum mlk_status name(struct search *s, const struct mlk_member *found)
{
    bool far = mlk_member_is_loopback(found->host) && !mlk_member_is_loopback(s->from->host);
    bool ok = true;

    if (far)
        ok = say(
            s,
            "%s names another server as %s, which is reached from its own machine only: it is not looked at",
            s->from->name, found->name);
    else if (!s->add(s->arg, found))
        ok = say(s, "more than %d servers: %s is not looked at", MLK_MEMBERS_MAX, found->name);
    return ok ? MLK_OK : MLK_NO_MEMORY;
}

static const char *cell(const struct mlk_rows *rows, size_t row, const char *column)
{
    int i = column ? mlk_rows_column(rows, column) : -1;
    const char *text = i < 0 ? NULL : mlk_rows_text(rows, row, (size_t)i);

    return text ? text : "";
}

/* A row of a source; *untold counts those that do not say where they are. */
static enum mlk_status take_row(struct search *s, const struct source *source, const struct mlk_rows *rows,
                                size_t row, size_t *untold)
{
    const char *host = cell(rows, row, source->host);
    int port = mlk_rows_column(rows, source->port);
    struct mlk_member found = {.found = true};

    /* the members of a group replicate from each other through such channels; see the group itself */
    if (strncmp(cell(rows, row, source->channel), "group_replication_", 18) == 0)
        return MLK_OK;
    if (port >= 0)
        found.port = (unsigned)mlk_rows_int(rows, row, (size_t)port, 0);
    if (!*host || strlen(host) >= sizeof found.host || found.port == 0 || found.port > 65535) {
        ++*untold;
        return MLK_OK;
    }
    snprintf(found.host, sizeof found.host, "%s", host);
    snprintf(found.id, sizeof found.id, "%s", cell(rows, row, source->id));
    mlk_member_name(&found, 0, false);
    return name(s, &found);
}

static enum mlk_status unlisted(struct search *s, const char *what, enum mlk_status status)
{
    if (status == MLK_GONE || status == MLK_KILLED || status == MLK_NO_MEMORY)
        return status;
    return say(s, "%s: %s could not be listed (%s)", s->from->name, what, s->b->session->error)
               ? MLK_OK
               : MLK_NO_MEMORY;
}

static enum mlk_status say_untold(struct search *s, size_t untold, const char *what, const char *why)
{
    if (untold &&
        !say(s, "%s: %zu of %s, which do not say where they are (%s)", s->from->name, untold, what, why))
        return MLK_NO_MEMORY;
    return MLK_OK;
}

static enum mlk_status ask(struct search *s, const struct source *source)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_backend_sql(s->b, source->sql, &rows);
    size_t untold = 0;

    if (status != MLK_OK)
        return unlisted(s, source->what, status);
    for (size_t row = 0; status == MLK_OK && rows && row < rows->count; row++)
        status = take_row(s, source, rows, row, &untold);
    mlk_rows_free(rows);
    return status == MLK_OK ? say_untold(s, untold, source->what, source->untold) : status;
}

/* port: the one for clients, where the address does not tell it; 0: it must. */
static enum mlk_status take_address(struct search *s, const char *address, size_t len, unsigned port,
                                    size_t *untold)
{
    struct mlk_member found = {.found = true};
    char why[MLK_ERROR_MAX];
    bool told = mlk_member_parse(address, len, &found, why, sizeof why) == MLK_OK;

    if (port)
        found.port = port;
    if (!told || !found.port) {
        ++*untold;
        return MLK_OK;
    }
    mlk_member_name(&found, 0, false);
    return name(s, &found);
}

/* "10.0.0.1:3306,10.0.0.2:3306"; the one in that place is left out. */
static enum mlk_status take_addresses(struct search *s, const char *list, size_t len, int64_t own,
                                      unsigned port, size_t *untold)
{
    enum mlk_status status = MLK_OK;
    const char *end = list + len;

    for (int64_t place = 0; status == MLK_OK && list < end; place++) {
        const char *comma = memchr(list, ',', (size_t)(end - list));
        size_t one = (size_t)((comma ? comma : end) - list);

        if (place != own)
            status = take_address(s, list, one, port, untold);
        list += one + (comma != NULL);
    }
    return status;
}

/* A node calls its address AUTO unless somebody has set it. Then the hosts that it was told to join are
 * tried, "gcomm://db1,db2:4567?pc.wait_prim=no" without their ports, which are not those for clients. */
static enum mlk_status try_joined(struct search *s)
{
    static const char scheme[] = "gcomm://";
    struct mlk_rows *rows = NULL;
    enum mlk_status status =
        mlk_backend_sql(s->b, MLK_TAG "SELECT @@GLOBAL.wsrep_cluster_address, @@GLOBAL.port", &rows);
    const char *list = mlk_rows_text(rows, 0, 0);
    size_t ignored = 0;

    if (status != MLK_OK)
        status = unlisted(s, "the nodes of its cluster", status);
    else if (list && strncmp(list, scheme, sizeof scheme - 1) == 0) {
        list += sizeof scheme - 1;
        status =
            take_addresses(s, list, strcspn(list, "?"), -1, (unsigned)mlk_rows_int(rows, 0, 1, 0), &ignored);
    }
    mlk_rows_free(rows);
    return status;
}

/* Source: Galera's documentation, status variables; the addresses are in the order of the members. */
static enum mlk_status ask_galera(struct search *s)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_backend_sql(
        s->b,
        MLK_TAG "SELECT MAX(IF(VARIABLE_NAME = 'WSREP_INCOMING_ADDRESSES', VARIABLE_VALUE, NULL)), "
                "MAX(IF(VARIABLE_NAME = 'WSREP_LOCAL_INDEX', VARIABLE_VALUE, NULL)) FROM "
                "information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME IN ('WSREP_INCOMING_ADDRESSES', "
                "'WSREP_LOCAL_INDEX')",
        &rows);
    const char *list = mlk_rows_text(rows, 0, 0);
    size_t untold = 0;

    if (status != MLK_OK)
        status = unlisted(s, "the nodes of its cluster", status);
    else if (list)
        status = take_addresses(s, list, strlen(list), mlk_rows_int(rows, 0, 1, -1), 0, &untold);
    if (status == MLK_OK && untold)
        status = try_joined(s);
    mlk_rows_free(rows);
    return status == MLK_OK
               ? say_untold(s, untold, "the nodes of its cluster",
                            "wsrep_node_incoming_address; the hosts of wsrep_cluster_address are "
                            "tried")
               : status;
}

enum mlk_status mlk_members_discover(struct mlk_backend *b, const struct mlk_member *from,
                                     mlk_member_add *add, void *arg, cJSON *blind_spots)
{
    struct search s = {.b = b, .from = from, .add = add, .arg = arg, .blind_spots = blind_spots};
    enum mlk_status status = b->session->flavour == MLK_MARIADB ? ask_galera(&s) : MLK_OK;

    for (size_t i = 0; status == MLK_OK && i < sizeof sources / sizeof sources[0]; i++) {
        if (sources[i].flavour == b->session->flavour)
            status = ask(&s, &sources[i]);
    }
    return status;
}
