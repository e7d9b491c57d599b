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
 * transaction's number: such a text can only add a session to the list, not take one away. MySQL leaves out
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

static enum mlk_status add(struct mlk_innodb_now *now, size_t *room, uint64_t id)
{
    if (now->count == *room) {
        uint64_t *more = reallocarray(now->ids, *room ? 2 * *room : 16, sizeof *more);

        if (!more)
            return MLK_NO_MEMORY;
        now->ids = more;
        *room = *room ? 2 * *room : 16;
    }
    now->ids[now->count++] = id;
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

static int by_id(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

/* text: from the section on. */
static enum mlk_status parse(const char *text, struct mlk_innodb_now *out)
{
    bool open = false;
    size_t room = 0;
    enum mlk_status status = MLK_OK;

    for (const char *line = text; !status && line; line = strchr(line, '\n')) {
        uint64_t id;

        line += *line == '\n';
        if (begins(line, "---TRANSACTION "))
            open = !not_started(line);
        else if (open && (id = id_of(line)))
            status = add(out, &room, id);
    }
    if (out->count)
        qsort(out->ids, out->count, sizeof *out->ids, by_id);
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
    return now->count && bsearch(&id, now->ids, now->count, sizeof id, by_id);
}

void mlk_innodb_now_free(struct mlk_innodb_now *now)
{
    free(now->ids);
    memset(now, 0, sizeof *now);
}
