/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * INNODB_TRX is a copy that InnoDB renews only where nobody has read it for 100 ms
 * (storage/innobase/trx/trx0i_s.cc, CACHE_MIN_IDLE_TIME): with two monitors that read it in turn it can be
 * minutes old (seen on MySQL 9.7 and MariaDB 10.11). SHOW ENGINE INNODB STATUS is written when it is asked
 * for. Its section on transactions, the same on both servers (trx_print_low() and
 * innobase_mysql_print_thd()):
 *
 *   ---TRANSACTION 1614, ACTIVE 5 sec
 *   mysql tables in use 1, locked 1
 *   0 lock struct(s), heap size 1128, 0 row lock(s), undo log entries 1
 *   MySQL thread id 31, OS thread handle 139938599409344, query id 206 localhost root ...
 *   ALTER TABLE ...
 *
 * ("MariaDB thread id" there.) What others run is part of it, line breaks too, but comes after its own
 * transaction's lines: such a text can only add to the list, not take away from it. MySQL leaves out
 * transactions that have only read.
 */
#include "innodb_now.h"

#include <stdlib.h>
#include <string.h>

#include "../ask.h"

/* InnoDB cuts the text in its middle, which is this section, at 1 MiB (MAX_STATUS_SIZE). */
enum { WHOLE_MAX = 1000000, STATUS_COLUMN = 2 };

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static enum mlk_status add(struct mlk_innodb_now *now, size_t *room, struct mlk_innodb_open one)
{
    if (now->count == *room) {
        struct mlk_innodb_open *more = reallocarray(now->list, *room ? 2 * *room : 16, sizeof *more);

        if (!more)
            return MLK_NO_MEMORY;
        now->list = more;
        *room = *room ? 2 * *room : 16;
    }
    now->list[now->count++] = one;
    return MLK_OK;
}

/* The id that a line on a transaction's session tells; 0: it is another line. */
static uint64_t id_of(const char *line)
{
    static const char *const before[] = {"MySQL thread id ", "MariaDB thread id "};

    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        if (begins(line, before[i]))
            return strtoull(line + strlen(before[i]), NULL, 10);
    }
    return 0;
}

/* Whether the first line of a transaction says that it has none open. */
static bool not_started(const char *line)
{
    static const char state[] = ", not started";
    const char *found = strstr(line, state), *end = strchr(line, '\n');

    return found && (!end || found < end);
}

/* What a line on locks and changes tells; 0: nothing. */
static int64_t changes_of(const char *line)
{
    static const char word[] = "undo log entries ";
    const char *found = strstr(line, word), *end = strchr(line, '\n');

    return found && (!end || found < end) ? strtoll(found + strlen(word), NULL, 10) : 0;
}

static int by_id(const void *left, const void *right)
{
    const struct mlk_innodb_open *a = left, *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

/* text: from the section on. The line on changes comes before the one on the session. */
static enum mlk_status parse(const char *text, struct mlk_innodb_now *out)
{
    bool open = false;
    int64_t changes = 0;
    size_t room = 0;
    enum mlk_status status = MLK_OK;

    for (const char *line = text; !status && line; line = strchr(line, '\n')) {
        uint64_t id;

        line += *line == '\n';
        if (begins(line, "---TRANSACTION ")) {
            open = !not_started(line);
            changes = 0;
        } else if (open && (id = id_of(line))) {
            status = add(out, &room, (struct mlk_innodb_open){id, changes});
        } else if (changes_of(line) > changes) {
            changes = changes_of(line);
        }
    }
    if (out->count)
        qsort(out->list, out->count, sizeof *out->list, by_id);
    return status;
}

enum mlk_status mlk_innodb_now_read(struct mlk_session *s, struct mlk_innodb_now *out, cJSON *blind_spots)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_ask(s, &mlk_need_process, MLK_TAG "SHOW ENGINE INNODB STATUS", &rows);
    const char *text = status ? NULL : mlk_rows_text(rows, 0, STATUS_COLUMN);
    const char *list = text ? strstr(text, "\nLIST OF TRANSACTIONS FOR EACH SESSION:") : NULL;
    bool whole = list && strlen(text) < WHOLE_MAX && strstr(list, "\nEND OF INNODB MONITOR OUTPUT");

    memset(out, 0, sizeof *out);
    if (whole) {
        status = parse(list + 1, out);
        out->known = !status;
    } else if (status) {
        mlk_say(blind_spots,
                "InnoDB's transactions of this moment are not visible (SHOW ENGINE INNODB STATUS): %s",
                s->error);
    } else {
        mlk_say(blind_spots,
                "InnoDB does not list all transactions of this moment (SHOW ENGINE INNODB STATUS), "
                "mostly as there are too many");
    }
    mlk_rows_free(rows);
    return status == MLK_NO_MEMORY || mlk_ask_over(status) ? status : MLK_OK;
}

bool mlk_innodb_now_has(const struct mlk_innodb_now *now, uint64_t id)
{
    const struct mlk_innodb_open wanted = {.id = id};

    return now->count && bsearch(&wanted, now->list, now->count, sizeof wanted, by_id);
}

/* A session can have several transactions, and a statement's text can look like one more. */
int64_t mlk_innodb_now_changes(const struct mlk_innodb_now *now, uint64_t id)
{
    int64_t most = 0;

    for (size_t i = 0; i < now->count; i++) {
        if (now->list[i].id == id && now->list[i].changes > most)
            most = now->list[i].changes;
    }
    return most;
}

void mlk_innodb_now_free(struct mlk_innodb_now *now)
{
    free(now->list);
    memset(now, 0, sizeof *now);
}
