/* SPDX-License-Identifier: GPL-2.0-only */
/* What performance_schema knows of sessions beyond the process list: the server's threads that serve them,
 * longer statements, and what clients say of themselves. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "miglock/text.h"
#include "sessions.h"

static const struct mlk_access threads_table = {
    .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "threads"};

/* Where performance_schema has more of a statement that the process list cut, so have we. The session may run
 * another one by now. */
static void lengthen(struct mlk_person *p, const char *longer)
{
    if (p && p->statement && longer && strncmp(longer, p->statement, strlen(p->statement)) == 0)
        p->statement = longer;
}

static int by_number(const void *left, const void *right)
{
    const struct mlk_thread *a = left, *b = right;

    return (a->number > b->number) - (a->number < b->number);
}

/* Appends "AND PROCESSLIST_ID IN (...)": looking a few up is quicker than reading all, though
 * performance_schema goes through all sessions for each. */
static void of_these(const uint64_t *ids, size_t count, struct mlk_buf *sql)
{
    for (size_t i = 0; i < count; i++)
        mlk_buf_fmt(sql, "%s%" PRIu64, i ? ", " : " AND PROCESSLIST_ID IN (", ids[i]);
    mlk_buf_str(sql, count ? ")" : "");
}

enum { FEW = 8 };

/* Those of interest beside this holder, who is one of them; 0 where they are many. */
static size_t find_few(struct mlk_session *s, const struct mlk_people *people,
                       const struct mlk_person *holder, uint64_t ids[FEW])
{
    size_t count = 0;
    bool certain;

    for (size_t i = 0; holder && i < people->count; i++) {
        const struct mlk_person *p = &people->list[i];

        if (p != holder && !mlk_same_text(p->state, "User lock") &&
            !(mlk_person_counts(s, p) && mlk_person_sibling(holder, p, &certain)))
            continue;
        if (count == FEW)
            return 0;
        ids[count++] = p->id;
    }
    return count;
}

/* All in one reading, which goes through all of them as looking up a single one does. As a join the server
 * would do that for each lock (seen on both: 170 and 900 ms on 3,000 sessions). count 0: those of all. */
static enum mlk_status read_threads(struct mlk_session *s, struct mlk_people *people, const uint64_t *ids,
                                    size_t count)
{
    struct mlk_rows **slot = &people->threads[people->threads[0] ? 1 : 0], *rows;
    struct mlk_buf sql;
    enum mlk_status status;

    /* what is known of some does not stand for all */
    free(people->by_thread);
    people->by_thread = NULL;
    people->thread_count = 0;
    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql,
                MLK_TAG "SELECT THREAD_ID, PROCESSLIST_ID, THREAD_OS_ID, LEFT(PROCESSLIST_INFO, 400) FROM "
                        "performance_schema.threads WHERE PROCESSLIST_ID IS NOT NULL");
    of_these(ids, count, &sql);
    status = mlk_ask_buf(s, &threads_table, &sql, slot, NULL);
    mlk_buf_free(&sql);
    if (status)
        return status;
    rows = *slot;
    people->by_thread = calloc(rows->count + 1, sizeof *people->by_thread);
    if (!people->by_thread)
        return MLK_NO_MEMORY;
    people->some_threads = count > 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct mlk_thread *thread = &people->by_thread[people->thread_count++];
        struct mlk_person *p = mlk_people_find(people, mlk_rows_id(rows, i, 1));

        thread->number = mlk_rows_id(rows, i, 0);
        thread->connection_id = mlk_rows_id(rows, i, 1);
        lengthen(p, mlk_rows_text(rows, i, 3));
        if (p && p->thread < 0)
            p->thread = mlk_rows_int(rows, i, 2, -1);
    }
    if (people->thread_count)
        qsort(people->by_thread, people->thread_count, sizeof *people->by_thread, by_number);
    return MLK_OK;
}

/* SHOW PROCESSLIST cuts statements after 100 bytes in the character set of their client (PROCESS_LIST_WIDTH
 * in both servers' sql_show.cc). In UTF-8 these are at least half as many, less a character that was cut
 * through. */
static bool any_cut(const struct mlk_people *people)
{
    enum { CUT_AT = 46 };

    for (size_t i = 0; i < people->count; i++) {
        if (people->list[i].statement && strlen(people->list[i].statement) >= CUT_AT)
            return true;
    }
    return false;
}

/* Open to every account on MySQL, unlike the threads. */
static enum mlk_status read_statements(struct mlk_session *s, struct mlk_people *people)
{
    struct mlk_rows *rows;
    enum mlk_status status = mlk_ask(s, &mlk_need_process,
                                     MLK_TAG "SELECT ID, LEFT(INFO, 400) FROM performance_schema.processlist "
                                             "WHERE INFO IS NOT NULL",
                                     &rows);

    people->threads[people->threads[0] ? 1 : 0] = rows;
    for (size_t i = 0; !status && i < rows->count; i++)
        lengthen(mlk_people_find(people, mlk_rows_id(rows, i, 0)), mlk_rows_text(rows, i, 1));
    return status;
}

enum mlk_status mlk_people_know_threads(struct mlk_session *s, const struct mlk_server *server,
                                        struct mlk_people *people, const struct mlk_person *holder)
{
    uint64_t ids[FEW];
    size_t count = people->count > MLK_FEW_SESSIONS ? find_few(s, people, holder, ids) : 0;
    enum mlk_status status = MLK_DENIED;

    if (!server->performance_schema || people->threads[1] || (people->threads[0] && !people->some_threads))
        return MLK_OK;
    if (people->threads_readable)
        status = read_threads(s, people, ids, count);
    if (status && !mlk_ask_over(status) && s->flavour == MLK_MYSQL && any_cut(people))
        status = read_statements(s, people);
    return mlk_ask_over(status) ? status : MLK_OK;
}

uint64_t mlk_people_of_thread(const struct mlk_people *people, uint64_t number)
{
    struct mlk_thread wanted = {.number = number};
    const struct mlk_thread *found =
        people->thread_count
            ? bsearch(&wanted, people->by_thread, people->thread_count, sizeof wanted, by_number)
            : NULL;

    return found ? found->connection_id : 0;
}

uint64_t mlk_people_thread_number(const struct mlk_people *people, uint64_t connection_id)
{
    for (size_t i = 0; i < people->thread_count; i++) {
        if (people->by_thread[i].connection_id == connection_id)
            return people->by_thread[i].number;
    }
    return 0;
}

static enum mlk_status ask_attributes(struct mlk_session *s, const uint64_t *ids, size_t count, bool own,
                                      struct mlk_rows **rows)
{
    static const struct mlk_access all = {
        .need = MLK_NEED_SELECT, .schema = "performance_schema", .table = "session_connect_attrs"};
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, 8192);
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT PROCESSLIST_ID, ATTR_NAME, ATTR_VALUE FROM performance_schema.%s "
                        "WHERE ATTR_NAME IN ('_pid', 'program_name')",
                own ? "session_account_connect_attrs" : all.table);
    of_these(ids, count, &sql);
    status = mlk_ask_buf(s, own ? &mlk_need_own : &all, &sql, rows, NULL);
    mlk_buf_free(&sql);
    return status;
}

enum mlk_status mlk_people_know(struct mlk_session *s, const struct mlk_server *server,
                                struct mlk_people *people, const struct mlk_person *holder,
                                cJSON *blind_spots)
{
    uint64_t ids[FEW];
    size_t count = server->performance_schema ? find_few(s, people, holder, ids) : 0;

    return mlk_people_know_these(s, server, people, ids, count, blind_spots);
}

enum mlk_status mlk_people_know_these(struct mlk_session *s, const struct mlk_server *server,
                                      struct mlk_people *people, const uint64_t *ids, size_t count,
                                      cJSON *blind_spots)
{
    struct mlk_rows **slot = &people->attributes[people->attributes[0] ? 1 : 0], *rows;
    enum mlk_status status;

    if (people->programs || *slot)
        return MLK_OK;
    if (!server->performance_schema) {
        mlk_say(blind_spots, "performance_schema is off: programs and process ids of clients are not known");
        return MLK_OK;
    }
    status = ask_attributes(s, ids, count, false, slot);
    if (status && !mlk_ask_over(status)) {
        mlk_say(
            blind_spots,
            "without SELECT on performance_schema.session_connect_attrs programs and process ids of other "
            "accounts' clients are not known");
        status = ask_attributes(s, ids, count, true, slot);
    }
    if (status)
        return mlk_ask_over(status) ? status : MLK_OK;
    rows = *slot;
    people->programs = count == 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct mlk_person *p = mlk_people_find(people, mlk_rows_id(rows, i, 0));

        if (!p)
            continue;
        if (mlk_same_text(mlk_rows_text(rows, i, 1), "_pid"))
            p->pid = mlk_rows_int(rows, i, 2, -1);
        else
            p->program = mlk_rows_text(rows, i, 2);
    }
    return MLK_OK;
}
