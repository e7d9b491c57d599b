/* SPDX-License-Identifier: GPL-2.0-only */
#include "members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* The work on all of them. */
struct round {
    struct mlk_cli *cli;
    struct mlk_members_result *result;
    struct mlk_member *list; /* [MLK_MEMBERS_MAX] */
    size_t count;
    /* what the connection says where a member does not */
    char *host;
    unsigned port;
    enum mlk_protocol protocol;
};

bool mlk_members_several(const struct mlk_cli *cli)
{
    const char *host = cli->connection.host;

    return mlk_options_has(&cli->options, "all-members") || (host && strchr(host, ','));
}

/* ---- the list ---- */

static bool add_known(struct round *r, const struct mlk_member *member)
{
    if (r->count == MLK_MEMBERS_MAX)
        return false;
    r->list[r->count++] = *member;
    return true;
}

/* One that is in the list already is not added again. */
static bool add_found(void *arg, const struct mlk_member *found)
{
    struct round *r = arg;

    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->list[i].name, found->name) == 0 ||
            (*found->id && strcmp(r->list[i].id, found->id) == 0))
            return true;
    }
    return add_known(r, found);
}

static bool by_socket(const struct round *r, const struct mlk_member *member)
{
    bool local = !*member->host || strcmp(member->host, "localhost") == 0;

    return local && !member->port && r->protocol != MLK_PROTOCOL_TCP;
}

static enum mlk_status add_given(struct round *r, const char *host, size_t len, char *error,
                                 size_t error_size)
{
    struct mlk_member member = {0};
    enum mlk_status status = len ? mlk_member_parse(host, len, &member, error, error_size) : MLK_OK;

    if (status != MLK_OK)
        return status;
    mlk_member_name(&member, r->port, by_socket(r, &member));
    if (add_known(r, &member))
        return MLK_OK;
    snprintf(error, error_size, "--host can name %d servers at most", MLK_MEMBERS_MAX);
    return MLK_USAGE;
}

/* Those that --host names; the only one where it names one. */
static enum mlk_status add_all_given(struct round *r, char *error, size_t error_size)
{
    const char *hosts = r->host ? r->host : "";
    enum mlk_status status;

    if (!strchr(hosts, ','))
        return add_given(r, hosts, strlen(hosts), error, error_size);
    for (;; hosts++) {
        size_t len = strcspn(hosts, ",");

        if (len == 0) {
            snprintf(error, error_size, "an empty name is among the hosts %.200s", r->host);
            return MLK_USAGE;
        }
        status = add_given(r, hosts, len, error, error_size);
        hosts += len;
        if (status != MLK_OK || !*hosts)
            return status;
    }
}

/* ---- one of them ---- */

/* From here on the connection leads to that one. */
static enum mlk_status aim(const struct round *r, const struct mlk_member *member)
{
    struct mlk_connection *c = &r->cli->connection;

    c->port = member->port ? member->port : r->port;
    c->protocol = member->port ? MLK_PROTOCOL_TCP : r->protocol;
    return mlk_connection_text(&c->host, *member->host ? member->host : NULL);
}

/* Which server answers. *again: one that was looked at before. */
static enum mlk_status identify(struct round *r, size_t i, struct mlk_backend *b, bool *again, char *error,
                                size_t error_size)
{
    struct mlk_member *member = &r->list[i];
    char id[MLK_MEMBER_ID_MAX];
    enum mlk_status status = mlk_member_identify(b, id, sizeof id);

    *again = false;
    if (status != MLK_OK) {
        snprintf(error, error_size, "%s", b->session->error);
        return status;
    }
    if (*member->id && strcmp(member->id, id) != 0) {
        snprintf(error, error_size, "another server answers there than the one that was named");
        return MLK_NOT_FOUND;
    }
    for (size_t n = 0; n < i && !*again; n++) {
        *again = *id && strcmp(r->list[n].id, id) == 0;
        if (*again && !member->found)
            mlk_tell(r->cli, "%s is the same server as %s", member->name, r->list[n].name);
    }
    snprintf(member->id, sizeof member->id, "%s", *again ? "" : id);
    return MLK_OK;
}

/* What came of one; error NULL: it gave an answer. False where memory is out. */
static bool note(struct round *r, const struct mlk_member *member, const char *error)
{
    cJSON *node = cJSON_CreateObject();

    return cJSON_AddItemToArray(r->result->nodes, node) &&
           cJSON_AddStringToObject(node, "node", member->name) &&
           (error ? cJSON_AddStringToObject(node, "error", error) : cJSON_AddNullToObject(node, "error"));
}

static enum mlk_status look_at(struct round *r, size_t i, mlk_member_look *look, void *arg, char *error,
                               size_t error_size)
{
    const struct mlk_member member = r->list[i];
    struct mlk_backend b = {0};
    bool again = false;
    enum mlk_status status = aim(r, &member);

    if (status != MLK_OK)
        snprintf(error, error_size, "%s", mlk_status_text(status));
    else
        status = mlk_backend_connect(&b, r->cli, error, error_size);
    if (status == MLK_OK)
        status = identify(r, i, &b, &again, error, error_size);
    if (status == MLK_OK && !again && mlk_options_has(&r->cli->options, "all-members")) {
        status = mlk_members_discover(&b, &member, add_found, r, r->result->blind_spots);
        if (status != MLK_OK)
            snprintf(error, error_size, "%s", b.session->error);
    }
    if (status == MLK_OK && !again) {
        status = look(&b, &member, arg, error, error_size);
        if (status == MLK_OK) {
            r->result->looked++;
            status = note(r, &member, NULL) ? MLK_OK : MLK_NO_MEMORY;
        }
    }
    mlk_backend_close(&b);
    return status;
}

/* ---- all of them ---- */

static enum mlk_status run(struct round *r, mlk_member_look *look, void *arg, char *error, size_t error_size)
{
    enum mlk_status status = add_all_given(r, error, error_size);

    for (size_t i = 0; status == MLK_OK && i < r->count; i++) {
        error[0] = '\0';
        status = look_at(r, i, look, arg, error, error_size);
        if (status == MLK_OK || status == MLK_NO_MEMORY)
            continue;
        r->result->status = status;
        status = note(r, &r->list[i], *error ? error : mlk_status_text(status)) ? MLK_OK : MLK_NO_MEMORY;
    }
    return status;
}

enum mlk_exit mlk_members_each(struct mlk_cli *cli, mlk_member_look *look, void *arg,
                               struct mlk_members_result *out)
{
    struct mlk_connection *c = &cli->connection;
    struct round r = {.cli = cli,
                      .result = out,
                      .list = calloc(MLK_MEMBERS_MAX, sizeof *r.list),
                      .host = c->host ? strdup(c->host) : NULL,
                      .port = c->port,
                      .protocol = c->protocol};
    char error[MLK_ERROR_MAX * 2] = "";
    enum mlk_status status = MLK_NO_MEMORY;

    *out = (struct mlk_members_result){.nodes = cJSON_CreateArray(), .blind_spots = cJSON_CreateArray()};
    if (r.list && out->nodes && out->blind_spots && (r.host || !c->host))
        status = run(&r, look, arg, error, sizeof error);
    c->port = r.port;
    c->protocol = r.protocol;
    free(c->host);
    c->host = r.host;
    free(r.list);
    return status == MLK_OK ? MLK_EXIT_DONE : mlk_fail_status(cli, status, error);
}

void mlk_members_result_free(struct mlk_members_result *result)
{
    cJSON_Delete(result->nodes);
    cJSON_Delete(result->blind_spots);
    *result = (struct mlk_members_result){0};
}

enum mlk_exit mlk_members_none(const struct mlk_cli *cli, const struct mlk_members_result *result)
{
    const cJSON *node = cJSON_GetArrayItem(result->nodes, 0);
    char code[32];

    mlk_status_code(result->status, code, sizeof code);
    return mlk_fail(cli, MLK_EXIT_FAILED, result->status == MLK_GONE ? "connect" : code,
                    "no server could be looked at; %s: %s", mlk_json_text(node, "node"),
                    mlk_json_text(node, "error"));
}

enum mlk_exit mlk_members_tell(const struct mlk_cli *cli, const struct mlk_members_result *result)
{
    const cJSON *node;

    if (result->status == MLK_OK)
        return MLK_EXIT_DONE;
    if (cli->json && result->looked == 0)
        return mlk_members_none(cli, result);
    cJSON_ArrayForEach(node, result->nodes)
    {
        if (mlk_json_text(node, "error"))
            mlk_note("%s: %s", mlk_json_text(node, "node"), mlk_json_text(node, "error"));
    }
    return MLK_EXIT_FAILED;
}

bool mlk_members_mark(cJSON *reports, const struct mlk_member *member)
{
    cJSON *report;

    cJSON_ArrayForEach(report, reports)
    {
        if (!cJSON_AddStringToObject(report, "node", member->name))
            return false;
    }
    return true;
}
