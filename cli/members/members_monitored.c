/* SPDX-License-Identifier: GPL-2.0-only */
#include "members_monitored.h"

#include "members.h"

struct sum {
    const struct mlk_cli *cli;
    bool named;
    struct mlk_monitored *out;
};

/* "db1:3306: performance_schema is off". */
static bool add_blind_spot(cJSON *all, const char *node, const char *text)
{
    struct mlk_buf b;
    bool ok;

    mlk_buf_init(&b, 65536);
    mlk_buf_fmt(&b, "%s: %s", node, text);
    ok = b.status == MLK_OK && cJSON_AddItemToArray(all, cJSON_CreateString(mlk_buf_text(&b)));
    mlk_buf_free(&b);
    return ok;
}

/* Moves all of one array, marked with the server, to the end of another. */
static bool move(cJSON *to, cJSON *from, const struct mlk_member *member)
{
    bool ok = mlk_members_mark(from, member);
    cJSON *item;

    while (ok && (item = cJSON_DetachItemFromArray(from, 0)))
        ok = cJSON_AddItemToArray(to, item);
    return ok;
}

static bool add(struct sum *sum, const struct mlk_member *member, struct mlk_monitored *one)
{
    bool ok = move(sum->out->locks, one->locks, member) && move(sum->out->tables, one->tables, member) &&
              move(sum->out->connections, one->connections, member);
    const cJSON *text;

    cJSON_ArrayForEach(text, one->blind_spots) ok =
        ok && add_blind_spot(sum->out->blind_spots, member->name, text->valuestring);
    sum->out->others += one->others;
    sum->out->tabled = sum->out->tabled || one->tabled;
    return ok;
}

static enum mlk_status look(struct mlk_backend *b, const struct mlk_member *member, void *arg, char *error,
                            size_t error_size)
{
    struct sum *sum = arg;
    struct mlk_monitored one = {0};
    enum mlk_status status = mlk_monitored_look(b, sum->cli, sum->named, &one, error, error_size);

    if (status == MLK_OK && !add(sum, member, &one))
        status = MLK_NO_MEMORY;
    mlk_monitored_free(&one);
    return status;
}

enum mlk_exit mlk_members_monitored(struct mlk_cli *cli, bool named, struct mlk_monitored *out)
{
    struct sum sum = {.cli = cli, .named = named, .out = out};
    struct mlk_members_result result = {0};
    const cJSON *text;
    enum mlk_exit exit;
    bool ok;

    ok = mlk_monitored_init(out);
    exit = ok ? mlk_members_each(cli, look, &sum, &result) : MLK_EXIT_DONE;
    if (exit == MLK_EXIT_DONE && ok && result.looked == 0)
        exit = mlk_members_none(cli, &result);
    if (exit == MLK_EXIT_DONE && ok) {
        out->nodes = result.nodes;
        result.nodes = NULL;
        cJSON_ArrayForEach(text, result.blind_spots) ok =
            ok && add_blind_spot(out->blind_spots, "not looked at", text->valuestring);
    }
    mlk_members_result_free(&result);
    return ok ? exit : mlk_fail_status(cli, MLK_NO_MEMORY, mlk_status_text(MLK_NO_MEMORY));
}
