/* SPDX-License-Identifier: GPL-2.0-only */
/* A close look at the few sessions that are shown: their programs, what they last ran, how far their DDL is,
 * and whether their clients are still there. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "miglock/text.h"
#include "../peer.h"
#include "docs.h"

enum { LOOKS = 20, LOOKS_EACH = 4, NAME = 0, ENABLED = 1 };

static struct mlk_table_detail *add(struct mlk_table_docs *docs, uint64_t id)
{
    for (size_t i = 0; i < docs->detail_count; i++) {
        if (docs->details[i].id == id)
            return &docs->details[i];
    }
    if (!id || docs->detail_count == MLK_TABLE_DETAILS_MAX)
        return NULL;
    docs->details[docs->detail_count] = (struct mlk_table_detail){.id = id, .percent = -1};
    return &docs->details[docs->detail_count++];
}

/* The blockers and the DDL of every document before the first ones of the queues. */
static void choose(struct mlk_table_docs *docs)
{
    for (size_t d = 0; d < docs->count; d++) {
        if (docs->list[d].aside)
            continue;
        for (size_t i = 0; i < docs->list[d].blocker_count && i < MLK_TABLE_SHOWN; i++)
            (void)add(docs, docs->list[d].blockers[i].lock->id);
        for (size_t i = 0; i < docs->list[d].ddl_count; i++)
            (void)add(docs, docs->list[d].ddl[i].one.lock->id);
    }
    for (size_t d = 0; d < docs->count; d++) {
        if (docs->list[d].aside)
            continue;
        for (size_t i = 0; i < docs->list[d].queue_shown; i++)
            (void)add(docs, docs->list[d].queue[i]->lock->id);
    }
}

static bool idle_blocker(const struct mlk_table_docs *docs)
{
    for (size_t d = 0; d < docs->count; d++) {
        if (docs->list[d].aside)
            continue;
        for (size_t i = 0; i < docs->list[d].blocker_count; i++) {
            if (mlk_person_sleeps(mlk_table_person(&docs->list[d].blockers[i])))
                return true;
        }
    }
    return false;
}

static bool running_ddl(const struct mlk_table_docs *docs)
{
    for (size_t d = 0; d < docs->count; d++) {
        if (docs->list[d].aside)
            continue;
        for (size_t i = 0; i < docs->list[d].ddl_count; i++) {
            if (!docs->list[d].ddl[i].waits)
                return true;
        }
    }
    return false;
}

/* Asks a table of performance_schema for these sessions' threads. */
static enum mlk_status ask_threads(struct mlk_table_scene *scene, const struct mlk_table_docs *docs,
                                   const char *select, const char *table, struct mlk_rows **rows)
{
    const struct mlk_access need = {.need = MLK_NEED_SELECT, .schema = "performance_schema", .table = table};
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 4096);
    mlk_buf_fmt(&sql, MLK_TAG "SELECT %s FROM performance_schema.%s WHERE THREAD_ID IN (0", select, table);
    for (size_t i = 0; i < docs->detail_count; i++) {
        uint64_t number = mlk_people_thread_number(scene->people, docs->details[i].id);

        if (number)
            mlk_buf_fmt(&sql, ", %" PRIu64, number);
    }
    mlk_buf_str(&sql, ")");
    status = mlk_ask_buf(scene->s, &need, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

/* Whether performance_schema keeps that kind of events. */
static bool consumer_on(const struct mlk_rows *consumers, const char *name)
{
    for (size_t i = 0; consumers && i < consumers->count; i++) {
        if (mlk_same_text(mlk_rows_text(consumers, i, NAME), name))
            return mlk_rows_text(consumers, i, ENABLED) &&
                   strcasecmp(mlk_rows_text(consumers, i, ENABLED), "YES") == 0;
    }
    return true; /* not allowed to see it: the table itself will tell */
}

static struct mlk_table_detail *of_thread(struct mlk_table_scene *scene, struct mlk_table_docs *docs,
                                          const struct mlk_rows *rows, size_t row)
{
    return add(docs, mlk_people_of_thread(scene->people, mlk_rows_id(rows, row, 0)));
}

/* The statement of a session that sleeps is the last one that ended; those inside of a procedure are left
 * out. */
static enum mlk_status read_statements(struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    enum mlk_status status = ask_threads(scene, docs, "THREAD_ID, LEFT(SQL_TEXT, 400), NESTING_EVENT_LEVEL",
                                         "events_statements_current", &docs->statements);

    for (size_t i = 0; !status && i < docs->statements->count; i++) {
        struct mlk_table_detail *detail = of_thread(scene, docs, docs->statements, i);

        if (detail && mlk_rows_int(docs->statements, i, 2, 0) == 0)
            detail->last_statement = mlk_rows_text(docs->statements, i, 1);
    }
    return status;
}

/* Only MySQL's stages of ALTER have an estimate; MariaDB has the share done in its process list. */
static enum mlk_status read_stages(struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    enum mlk_status status = ask_threads(scene, docs, "THREAD_ID, WORK_COMPLETED, WORK_ESTIMATED",
                                         "events_stages_current", &docs->stages);

    for (size_t i = 0; !status && i < docs->stages->count; i++) {
        struct mlk_table_detail *detail = of_thread(scene, docs, docs->stages, i);
        double done = (double)mlk_rows_int(docs->stages, i, 1, -1);
        double all = (double)mlk_rows_int(docs->stages, i, 2, -1);

        if (detail && done >= 0 && all > 0)
            detail->percent = done < all ? 100 * done / all : 100;
    }
    return status;
}

static enum mlk_status read_events(struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    static const struct mlk_access need = {
        .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "setup_consumers"};
    bool statements = idle_blocker(docs), stages = running_ddl(docs) && scene->s->flavour == MLK_MYSQL;
    struct mlk_rows *consumers = NULL;
    enum mlk_status status = MLK_OK;

    if (!scene->people->by_thread || (!statements && !stages)) {
        if (statements)
            mlk_say(scene->blind_spots, "what idle sessions last ran is not visible");
        return MLK_OK;
    }
    status = mlk_ask(scene->s, &need,
                     MLK_TAG "SELECT NAME, ENABLED FROM performance_schema.setup_consumers WHERE NAME IN "
                             "('events_statements_current', 'events_stages_current')",
                     &consumers);
    if (!mlk_ask_over(status) && statements && consumer_on(consumers, "events_statements_current"))
        status = read_statements(scene, docs);
    else if (!mlk_ask_over(status) && statements)
        mlk_say(scene->blind_spots, "what idle sessions last ran is not known: performance_schema's consumer "
                                    "events_statements_current is off");
    if (!mlk_ask_over(status) && stages && consumer_on(consumers, "events_stages_current"))
        status = read_stages(scene, docs);
    else if (!mlk_ask_over(status) && stages)
        mlk_say(scene->blind_spots,
                "how far the DDL is is not known: performance_schema's consumer events_stages_current is "
                "off");
    mlk_rows_free(consumers);
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* What the kernel knows already; nobody is asked. Only of those that do nothing: others are there. */
static enum mlk_status look_at_clients(struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    enum mlk_status status = MLK_OK;
    size_t looks = 0;

    for (size_t d = 0; d < docs->count; d++) {
        if (docs->list[d].aside)
            continue;
        for (size_t i = 0; i < docs->list[d].blocker_count && i < LOOKS_EACH; i++) {
            const struct mlk_table_one *one = &docs->list[d].blockers[i];
            struct mlk_table_detail *detail = add(docs, one->lock->id);

            if (!detail || detail->looked || looks == LOOKS || !one->person ||
                !mlk_person_sleeps(one->person))
                continue;
            looks++;
            status = mlk_peer_probe(scene->s, one->person, MLK_PROBE_LOOK, &detail->peer);
            if (status)
                return status;
            detail->looked = true;
        }
    }
    return MLK_OK;
}

enum mlk_status mlk_table_details(struct mlk_table_scene *scene, struct mlk_table_docs *docs)
{
    uint64_t ids[MLK_TABLE_DETAILS_MAX];
    enum mlk_status status;

    choose(docs);
    if (!docs->detail_count)
        return MLK_OK;
    for (size_t i = 0; i < docs->detail_count; i++)
        ids[i] = docs->details[i].id;
    status = mlk_people_know_these(scene->s, scene->server, scene->people, ids, docs->detail_count,
                                   scene->blind_spots);
    for (size_t i = 0; !status && i < docs->detail_count; i++) {
        const struct mlk_person *p = mlk_person_find(scene->people, docs->details[i].id);

        docs->details[i].percent = p ? p->progress : -1;
    }
    if (!status)
        status = read_events(scene, docs);
    if (!status)
        status = mlk_table_begun(scene, docs);
    return status ? status : look_at_clients(scene, docs);
}
