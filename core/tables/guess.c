/* SPDX-License-Identifier: GPL-2.0-only */
/* What sessions wait for, read off their states and statements, where the server does not list it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "miglock/text.h"
#include "scene.h"

/* A table that somebody could wait for: DDL names it, or somebody has a strong lock on it. */
struct known {
    const char *schema, *name;
};

struct guess {
    struct mlk_table_scene *scene;
    struct known *known; /* in the order of names, case ignored */
    size_t known_count;
    size_t unplaced;
};

static int by_name(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    int order = strcasecmp(a->name, b->name);

    return order ? order : strcmp(a->schema, b->schema);
}

static enum mlk_status find_known(struct guess *g)
{
    const struct mlk_table_scene *scene = g->scene;

    g->known = calloc(scene->lock_count + 1, sizeof *g->known);
    if (!g->known)
        return MLK_NO_MEMORY;
    for (size_t i = 0; i < scene->lock_count; i++) {
        const struct mlk_table_lock *lock = &scene->locks[i];

        if (lock->object == MLK_ON_TABLE &&
            (lock->mdl == MLK_MDL_NONE || mlk_mdl_strong(lock->mdl) || lock->mdl == MLK_MDL_SHARED_READ_ONLY))
            g->known[g->known_count++] = (struct known){lock->schema, lock->name};
    }
    if (g->known_count)
        qsort(g->known, g->known_count, sizeof *g->known, by_name);
    return MLK_OK;
}

static bool same(const struct guess *g, const char *a, const char *b)
{
    return a && (g->scene->server->names_fold ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0);
}

/* The first of that name, or where it would be. */
static size_t first_of(const struct guess *g, const char *name)
{
    size_t low = 0, high = g->known_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcasecmp(g->known[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct known *find(const struct guess *g, const char *schema, const char *name)
{
    for (size_t i = first_of(g, name); i < g->known_count && strcasecmp(g->known[i].name, name) == 0; i++) {
        if (same(g, name, g->known[i].name) && same(g, schema, g->known[i].schema))
            return &g->known[i];
    }
    return NULL;
}

/* The first known table that a statement names; where it names none, the only one there is. made: a table
 * that the statement makes, and so does not wait for; NULL: none. */
static const struct known *named_in(const struct guess *g, const struct mlk_person *p, const char *made)
{
    char before[MLK_IDENT_MAX + 1] = "";
    bool dotted = false;
    struct mlk_words w;

    mlk_words_begin(&w, p->statement);
    while (mlk_words_next(&w)) {
        if (w.type == MLK_WORD_MARK && w.text[0] == '.') {
            dotted = before[0] != '\0';
            continue;
        }
        if (w.type == MLK_WORD_PLAIN || w.type == MLK_WORD_QUOTED) {
            const struct known *k = find(g, dotted ? before : p->db, w.text);

            if (k && !(made && strcasecmp(k->name, made) == 0))
                return k;
            mlk_copy(before, sizeof before, w.text);
        } else {
            before[0] = '\0';
        }
        dotted = false;
    }
    return g->known_count && strcmp(g->known[0].name, g->known[g->known_count - 1].name) == 0 &&
                   strcmp(g->known[0].schema, g->known[g->known_count - 1].schema) == 0
               ? &g->known[0]
               : NULL;
}

static bool makes(const struct mlk_table_ddl *ddl)
{
    return ddl && (strcmp(ddl->text.kind, "CREATE TABLE") == 0 || strcmp(ddl->text.kind, "CREATE VIEW") == 0);
}

/* The request that a statement of that kind makes for this table. CREATE TABLE ... SELECT and CREATE VIEW
 * only read others than the one that they make. */
static enum mlk_mdl wanted_by(const struct mlk_table_ddl *ddl, const char *kind, const char *table)
{
    if (makes(ddl) && strcasecmp(ddl->text.table, table) != 0)
        return MLK_MDL_SHARED_READ;
    if (ddl)
        return strcmp(ddl->text.kind, "LOCK TABLES") == 0 ? MLK_MDL_SHARED_NO_READ_WRITE : MLK_MDL_EXCLUSIVE;
    return strcmp(kind, "SELECT") == 0 ? MLK_MDL_SHARED_READ : MLK_MDL_SHARED_WRITE;
}

/* The states are the same on both servers but for what MariaDB's backup lock stands for (sql/mdl.cc of both,
 * the table of stages; seen). */
static bool server_wide(const struct mlk_session *s, const struct mlk_person *p,
                        const struct mlk_table_ddl *ddl, struct mlk_table_lock *lock)
{
    lock->object = MLK_ON_SERVER;
    lock->schema = "";
    lock->mdl = MLK_MDL_INTENTION_EXCLUSIVE;
    if (strcmp(p->state, "Waiting for global read lock") == 0)
        lock->name = "GLOBAL";
    else if (strcmp(p->state, "Waiting for commit lock") == 0)
        lock->name = "COMMIT";
    else if (strcmp(p->state, "Waiting for backup lock") != 0)
        return false;
    else if (s->flavour == MLK_MYSQL)
        lock->name = "BACKUP LOCK";
    else {
        lock->name = "BACKUP";
        lock->mdl = ddl ? MLK_MDL_BACKUP_DDL : MLK_MDL_BACKUP_TRANS_DML;
    }
    return true;
}

static enum mlk_status add_waiter(struct guess *g, const struct mlk_person *p)
{
    const struct mlk_table_ddl *ddl = mlk_table_scene_ddl(g->scene, p->id);
    struct mlk_table_lock lock = {.id = p->id};
    struct mlk_ddl_text text;
    const struct known *table;

    if (server_wide(g->scene->s, p, ddl, &lock))
        return mlk_table_scene_add(g->scene, &lock);
    if (strcmp(p->state, "Waiting for schema metadata lock") == 0) {
        lock = (struct mlk_table_lock){.id = p->id,
                                       .object = MLK_ON_SCHEMA,
                                       .schema = p->db ? p->db : "",
                                       .name = "",
                                       .mdl = MLK_MDL_INTENTION_EXCLUSIVE};
        return mlk_table_scene_add(g->scene, &lock);
    }
    table = named_in(g, p, makes(ddl) ? ddl->text.table : NULL);
    if (!table) {
        g->unplaced++;
        return MLK_OK;
    }
    mlk_ddl_text_read(p->statement, &text);
    lock = (struct mlk_table_lock){.id = p->id,
                                   .object = MLK_ON_TABLE,
                                   .schema = table->schema,
                                   .name = table->name,
                                   .mdl = wanted_by(ddl, text.kind, table->name)};
    return mlk_table_scene_add(g->scene, &lock);
}

static bool could_have_lock(const struct mlk_person *p, const struct mlk_table_lock *waits)
{
    return p->in_transaction && p->id != waits->id && !mlk_person_awaits_lock(p);
}

/* The sessions that opened their transaction after the DDL began. */
static size_t count_younger(const struct guess *g, const struct mlk_table_lock *waits, int64_t seconds)
{
    size_t count = 0;

    for (size_t i = 0; i < g->scene->people->count; i++) {
        const struct mlk_person *p = &g->scene->people->list[i];

        count += could_have_lock(p, waits) && p->transaction_seconds < seconds;
    }
    return count;
}

/* Whether these could be in its way. Before its first step they cannot: whoever comes then has to wait
 * behind it. Before its last one they can, as all may use the table while it is at work. */
static enum mlk_status ask_for_younger(struct guess *g, const struct mlk_table_lock *waits, int64_t seconds,
                                       bool *out)
{
    const struct mlk_table_ddl *ddl = mlk_table_scene_ddl(g->scene, waits->id);
    size_t count = count_younger(g, waits, seconds);
    enum mlk_table_begun begun = MLK_BEGUN_NO;
    enum mlk_status status = MLK_OK;

    if (count && ddl)
        status = mlk_table_shows_begun(g->scene, ddl, waits, &begun);
    *out = begun == MLK_BEGUN_YES;
    if (!status && begun == MLK_BEGUN_UNKNOWN)
        mlk_say(g->scene->blind_spots,
                "whether connection %" PRIu64
                " waits for its last step does not show: then %zu session%s with a "
                "younger transaction could be in its way, too",
                waits->id, count, count == 1 ? "" : "s");
    return status;
}

/* Without any list of locks: whoever has a transaction open that the DDL may have to wait for could have a
 * lock on its table. */
static enum mlk_status add_suspects(struct guess *g, const struct mlk_table_lock *waits, int64_t seconds)
{
    size_t count = 0;
    bool younger;
    enum mlk_status status = ask_for_younger(g, waits, seconds, &younger);

    for (size_t i = 0; !status && i < g->scene->people->count && count < MLK_PEOPLE_SHOWN; i++) {
        const struct mlk_person *p = &g->scene->people->list[i];
        struct mlk_table_lock lock = {.id = p->id,
                                      .object = waits->object,
                                      .schema = waits->schema,
                                      .name = waits->name,
                                      .mdl = MLK_MDL_SHARED_WRITE,
                                      .granted = true};

        if (!could_have_lock(p, waits) || (!younger && p->transaction_seconds < seconds))
            continue;
        count++;
        status = mlk_table_scene_add(g->scene, &lock);
    }
    return status;
}

static enum mlk_status guess_holders(struct guess *g)
{
    size_t count = g->scene->lock_count, looked = 0;
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; !status && i < count && looked < MLK_TABLE_OBJECTS_MAX; i++) {
        const struct mlk_table_lock lock = g->scene->locks[i];
        const struct mlk_person *p = mlk_people_find(g->scene->people, lock.id);

        if (lock.granted || lock.object != MLK_ON_TABLE || lock.mdl != MLK_MDL_EXCLUSIVE || !p)
            continue;
        looked++;
        status = add_suspects(g, &lock, p->seconds);
    }
    return status;
}

enum mlk_status mlk_table_guess(struct mlk_table_scene *scene)
{
    struct guess g = {.scene = scene};
    enum mlk_status status = find_known(&g);

    for (size_t i = 0; !status && i < scene->people->count; i++) {
        if (mlk_person_awaits_lock(&scene->people->list[i]))
            status = add_waiter(&g, &scene->people->list[i]);
    }
    if (!status && scene->source == MLK_TABLES_GUESSED)
        status = guess_holders(&g);
    if (g.unplaced)
        mlk_say(scene->blind_spots,
                "%zu session%s wait%s for a metadata lock on a table that their statement does not tell",
                g.unplaced, g.unplaced == 1 ? "" : "s", g.unplaced == 1 ? "s" : "");
    free(g.known);
    return status;
}
