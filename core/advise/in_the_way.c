/* SPDX-License-Identifier: GPL-2.0-only */
#include "in_the_way.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "../document.h"
#include "../tables/docs.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { SQL_BYTES = 8192, SHOWN = 20, STATEMENT_SHOWN = 60 };

struct look {
    struct mlk_session *s;
    const struct mlk_table *table;
    cJSON *list, *blind_spots;
    const struct mlk_table_scene *scene;
    size_t shown; /* sessions, also those beyond SHOWN */
};

static void add(const struct look *l, const char *kind, int64_t connection_id, int64_t seconds,
                const char *text)
{
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_text(&j, "kind", kind);
    mlk_doc_known_number(&j, "connection_id", (double)connection_id);
    mlk_doc_known_number(&j, "seconds", (double)seconds);
    mlk_doc_text(&j, "text", text);
    cJSON_AddItemToArray(l->list, mlk_doc_end(&j));
}

/* ---- who has locks ---- */

/* Whoever asks, and what is made for asking, is in nobody's way. */
static bool is_own(const struct look *l, uint64_t id)
{
    return id && (id == l->s->own_id || id == l->s->caller_id);
}

static bool is_table(const struct look *l, const struct mlk_table_group *group)
{
    bool fold = l->scene->server->names_fold;

    return group->object == MLK_ON_TABLE &&
           (fold ? strcasecmp(group->schema, l->table->schema) == 0 &&
                       strcasecmp(group->name, l->table->name) == 0
                 : strcmp(group->schema, l->table->schema) == 0 && strcmp(group->name, l->table->name) == 0);
}

/* What DDL asks for on the table, and on what contains it. */
static enum mlk_mdl wanted_of(const struct mlk_table_group *group)
{
    if (group->object == MLK_ON_TABLE)
        return MLK_MDL_EXCLUSIVE;
    return mlk_table_rules(group->object, group->name) == MLK_MDL_BACKUP ? MLK_MDL_BACKUP_DDL
                                                                         : MLK_MDL_INTENTION_EXCLUSIVE;
}

static void add_statement(const struct mlk_person *p, struct mlk_buf *b)
{
    char statement[STATEMENT_SHOWN + 1] = "";

    if (p && p->statement)
        mlk_printable(statement, sizeof statement, p->statement, strlen(p->statement));
    mlk_buf_str(b, statement[0] ? statement : "nothing that is seen");
}

static void add_who(const struct mlk_table_lock *lock, const struct mlk_person *p, struct mlk_buf *b)
{
    if (p)
        mlk_person_describe(p, b);
    else
        mlk_buf_fmt(b, "connection %" PRIu64 ", which is not visible to this account,", lock->id);
}

/* What that session waits for is the same object. */
static bool same_group(const struct look *l, const struct mlk_table_group *group,
                       const struct mlk_table_lock *waits)
{
    return waits && mlk_table_waits_group(&l->scene->waits, waits) == group;
}

/* The sentence on one session. */
static void describe(const struct look *l, const struct mlk_table_group *group,
                     const struct mlk_table_lock *lock, struct mlk_buf *b)
{
    const struct mlk_table_ddl *ddl = mlk_table_scene_ddl(l->scene, lock->id);
    const struct mlk_table_one one = {.lock = lock, .person = mlk_person_find(l->scene->people, lock->id)};
    const struct mlk_table_lock *waits = mlk_table_waits_of(&l->scene->waits, lock->id);

    if (waits) {
        add_who(lock, one.person, b);
        mlk_buf_str(b,
                    same_group(l, group, waits) ? " waits for the table: " : " waits for a lock elsewhere: ");
        add_statement(one.person, b);
    } else if (ddl && group->object == MLK_ON_TABLE) {
        add_who(lock, one.person, b);
        mlk_buf_fmt(b, " runs %s on the table, for %" PRId64 " s: ", ddl->text.kind, ddl->person->seconds);
        add_statement(one.person, b);
    } else {
        mlk_table_blocker_text(l->scene, group, &one, b);
        if (group->object == MLK_ON_TABLE && one.person)
            mlk_buf_fmt(b, "; the change waits until that %s ends",
                        one.person->in_transaction ? "open transaction" : "statement or transaction");
    }
}

static void add_session(const struct look *l, const struct mlk_table_group *group,
                        const struct mlk_table_lock *lock)
{
    const struct mlk_person *p = mlk_person_find(l->scene->people, lock->id);
    bool ddl = mlk_mdl_strong(lock->mdl) || mlk_table_scene_ddl(l->scene, lock->id);
    struct mlk_buf b;

    mlk_buf_init(&b, SQL_BYTES);
    describe(l, group, lock, &b);
    add(l,
        group->object == MLK_ON_SERVER ? "backup"
        : ddl                          ? "ddl"
                                       : "session",
        lock->id ? (int64_t)lock->id : -1, p ? p->seconds : -1, mlk_buf_text(&b));
    mlk_buf_free(&b);
}

/* Whether that lock says something that no other line says. */
static bool is_news(const struct look *l, const struct mlk_table_group *group,
                    const struct mlk_table_lock *lock)
{
    if (is_own(l, lock->id))
        return false;
    if (!lock->granted)
        return group->object == MLK_ON_TABLE;
    if (same_group(l, group, mlk_table_waits_of(&l->scene->waits, lock->id)))
        return false;
    return lock->mdl == MLK_MDL_NONE ||
           mlk_mdl_keeps_out(mlk_table_rules(group->object, group->name), lock->mdl, wanted_of(group));
}

/* Each session once, by its strongest lock: those of a session follow each other. Who has a lock comes before
 * who waits. */
static void add_group(struct look *l, const struct mlk_table_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        size_t at = (group->waiting + i) % group->count;
        const struct mlk_table_lock *lock = &group->locks[at];
        bool again =
            i > 0 && at > 0 && lock[-1].id == lock->id && lock[-1].granted == lock->granted && lock->id;

        if (!again && is_news(l, group, lock) && l->shown++ < SHOWN)
            add_session(l, group, lock);
    }
}

/* Open transactions, where nobody can tell which tables they have used. */
static void any_transaction(const struct look *l)
{
    const struct mlk_people *people = l->scene->people;
    const struct mlk_person *oldest = NULL;
    char text[300];
    size_t count = 0;

    for (size_t i = 0; i < people->count; i++) {
        const struct mlk_person *p = &people->list[i];

        if (!p->in_transaction || is_own(l, p->id))
            continue;
        count++;
        if (!oldest || p->transaction_seconds > oldest->transaction_seconds)
            oldest = p;
    }
    if (oldest) {
        snprintf(text, sizeof text,
                 "%zu transaction%s open, the oldest (connection %" PRIu64 ") for %" PRId64
                 " s; which tables they have used is not seen",
                 count, count == 1 ? " is" : "s are", oldest->id,
                 oldest->transaction_seconds > 0 ? oldest->transaction_seconds : 0);
        add(l, "transactions", (int64_t)oldest->id, oldest->transaction_seconds, text);
    }
    mlk_say(l->blind_spots,
            !people->transactions ? "whether open transactions have used the table is not seen"
            : l->s->flavour == MLK_MARIADB
                ? "who has locks on the table is not seen: performance_schema is off and the plugin "
                  "metadata_lock_info is not there"
                : "who has locks on the table is not seen: performance_schema or its metadata locks are off, "
                  "or this account may not read them");
}

static void sessions(struct look *l)
{
    const struct mlk_table_waits *waits = &l->scene->waits;
    const cJSON *said;

    for (size_t i = 0; i < waits->group_count; i++) {
        if (waits->groups[i].object == MLK_ON_SERVER || is_table(l, &waits->groups[i]))
            add_group(l, &waits->groups[i]);
    }
    if (l->shown > SHOWN)
        mlk_say(l->blind_spots, "%zu more sessions that have or want locks on the table are not listed",
                l->shown - SHOWN);
    if (l->scene->source == MLK_TABLES_GUESSED) {
        any_transaction(l);
        return;
    }
    cJSON_ArrayForEach(said, l->scene->blind_spots) mlk_say(l->blind_spots, "%s", said->valuestring);
}

/* ---- other tables, other servers ---- */

static enum mlk_status foreign_keys(const struct look *l)
{
    struct mlk_buf sql, name;
    struct mlk_rows *rows = NULL;
    enum mlk_status status = MLK_OK;
    bool known = true;
    char text[400];

    mlk_buf_init(&sql, SQL_BYTES);
    mlk_buf_init(&name, SQL_BYTES);
    if (l->s->flavour == MLK_MYSQL) {
        mlk_buf_str(&sql, MLK_TAG "SELECT COUNT(DISTINCT CONSTRAINT_SCHEMA, TABLE_NAME), "
                                  "GROUP_CONCAT(DISTINCT TABLE_NAME ORDER BY 1 SEPARATOR ', ') FROM "
                                  "information_schema.REFERENTIAL_CONSTRAINTS WHERE "
                                  "UNIQUE_CONSTRAINT_SCHEMA = ");
        mlk_sql_string(&sql, l->table->schema, strlen(l->table->schema));
        mlk_buf_str(&sql, " AND REFERENCED_TABLE_NAME = ");
        mlk_sql_string(&sql, l->table->name, strlen(l->table->name));
        mlk_buf_str(&sql, " AND TABLE_NAME NOT LIKE 'miglock\\_twin\\_%'");
    } else {
        known = mlk_innodb_name(&name, l->table->schema) && !mlk_buf_str(&name, "/") &&
                mlk_innodb_name(&name, l->table->name);
        mlk_buf_str(
            &sql, MLK_TAG
            "SELECT COUNT(DISTINCT FOR_NAME), GROUP_CONCAT(DISTINCT SUBSTRING_INDEX(FOR_NAME, '/', -1) "
            "SEPARATOR ', ') FROM information_schema.INNODB_SYS_FOREIGN WHERE REF_NAME = ");
        mlk_sql_string(&sql, mlk_buf_text(&name), name.len);
        mlk_buf_str(&sql, " AND FOR_NAME NOT LIKE '%/miglock\\_twin\\_%'");
    }
    if (known)
        status = mlk_ask_buf(l->s, &mlk_need_process, &sql, &rows, NULL);
    if (!known || status) {
        mlk_say(l->blind_spots, "which tables refer to this one is not known%s",
                status == MLK_DENIED ? " (it takes PROCESS)" : "");
    } else if (mlk_rows_int(rows, 0, 0, 0) > 0) {
        snprintf(text, sizeof text,
                 "tables refer to this one by foreign keys, and may be locked for a moment as well: %.300s",
                 mlk_rows_text(rows, 0, 1) ? mlk_rows_text(rows, 0, 1) : "");
        add(l, "foreign_keys", -1, -1, text);
    }
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    mlk_buf_free(&name);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static void replicas(const struct look *l)
{
    const struct mlk_people *people = l->scene->people;
    const char *cluster = l->scene->server->cluster;
    char text[300];
    size_t count = 0;

    for (size_t i = 0; i < people->count; i++)
        count += people->list[i].command && strncmp(people->list[i].command, "Binlog Dump", 11) == 0;
    if (count > 0) {
        snprintf(
            text, sizeof text,
            "%zu replica%s: each runs the statement once it is done here, and lags behind for as long as "
            "it takes",
            count, count == 1 ? " reads from this server" : "s read from this server");
        add(l, "replicas", -1, -1, text);
    }
    if (cluster) {
        snprintf(text, sizeof text,
                 "the server is part of a cluster (%s): the statement runs on all its nodes%s", cluster,
                 strcmp(cluster, "Galera") == 0
                     ? ", at the same time, and holds up every change on all of them for as long as it takes"
                     : "");
        add(l, "cluster", -1, -1, text);
    }
}

enum mlk_status mlk_in_the_way(struct mlk_session *s, const struct mlk_table *table, cJSON *list,
                               cJSON *blind_spots)
{
    struct mlk_table_scene scene;
    struct look l = {.s = s, .table = table, .list = list, .blind_spots = blind_spots, .scene = &scene};
    enum mlk_status seen = mlk_table_scene_about(s, table->schema, table->name, &scene), status;

    if (mlk_ask_over(seen))
        return seen;
    if (seen)
        mlk_say(blind_spots, "who has locks on the table is not seen: %s", s->error);
    else
        sessions(&l);
    status = foreign_keys(&l);
    if (!status && !seen)
        replicas(&l);
    mlk_table_scene_free(&scene);
    return status;
}
