/* SPDX-License-Identifier: GPL-2.0-only */
/* miglock_status of a lock that is held, against statements written by hand, on more and more connections. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES_MAX = 8 };

struct work {
    MYSQL *mysql;
    struct bench_statements statements;
};

static void step(void *arg)
{
    struct work *work = arg;

    bench_run(work->mysql, work->statements.sql, work->statements.count);
}

/* Time must mean the same facts: what the report tells must be what the scene is. */
static void check(MYSQL *mysql)
{
    static const char question[] =
        "SELECT CONCAT_WS(' ', JSON_EXTRACT(s, '$.holder.user'), JSON_EXTRACT(s, '$.sibling_count'), "
        "JSON_EXTRACT(s, '$.waiter_count'), JSON_EXTRACT(s, '$.siblings[0].uncommitted_changes')) FROM "
        "(SELECT miglock_status('rails:shop') AS s) AS t";
    char *answer = bench_value(mysql, question);

    if (strcmp(answer, "\"bench_rails\" 1 1 1") != 0)
        bench_fail("miglock_status does not see the migration: %s", answer);
    free(answer);
}

/* "10,1000": the next number, or 0 at the end. */
static size_t next_size(const char **text)
{
    char *end;
    unsigned long size = strtoul(*text, &end, 10);

    if (end == *text)
        return 0;
    *text = *end == ',' ? end + 1 : end;
    return size;
}

void bench_status(const struct bench *b, const char *sizes)
{
    MYSQL *mysql = bench_connect(b, "root");
    struct work ours = {mysql, {{"SELECT miglock_status('rails:shop')"}, 1}};
    struct work theirs = {mysql, bench_by_hand(b)};
    struct bench_scene *scene = NULL;
    struct bench_pair before = {0};
    size_t size, last = 0;

    while ((size = next_size(&sizes)) > 0) {
        struct bench_pair pair;
        char what[80];

        if (!scene)
            scene = bench_scene_open(b, mysql, size);
        else
            bench_scene_grow(scene, size);
        check(mysql);
        pair = bench_compare(b, (struct bench_side){step, &ours}, (struct bench_side){step, &theirs});
        (void)snprintf(what, sizeof what, "status, %zu connections and locks", size);
        /* the server is idle only where there is next to nobody */
        bench_line(b, what, pair, last ? 0 : 1.5, last ? 0 : 2);
        if (last) {
            (void)snprintf(what, sizeof what, "status, growth from %zu to %zu", last, size);
            bench_growth_line(b, what,
                              (struct bench_growth){.ours = pair.ours_ms / before.ours_ms,
                                                    .theirs = pair.theirs_ms / before.theirs_ms},
                              (double)size / (double)last);
        }
        before = pair;
        last = size;
    }
    if (scene)
        bench_scene_close(scene);
    mysql_close(mysql);
}
