/* SPDX-License-Identifier: GPL-2.0-only */
#include "row_time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/sql.h"
#include "miglock/text.h"

/* What a stored time can mean. */
struct moment {
    int64_t earliest, latest; /* as it is shown; -1 where it says nothing */
    int64_t latest_of_all;    /* whatever zone the tool's session was in: what a proof may rest on */
    char zone[80];            /* the server's, where the text was read in it; else "" */
};

static struct moment exactly(int64_t t)
{
    return (struct moment){.earliest = t, .latest = t, .latest_of_all = t};
}

static struct moment somewhere(int64_t t)
{
    return (struct moment){
        .earliest = t - MLK_ZONE_EAST_S, .latest = t + MLK_ZONE_WEST_S, .latest_of_all = t + MLK_ZONE_WEST_S};
}

/* The type of a column decides what its text means: a TIMESTAMP is an instant, and is read in UTC here. False
 * also where the server does not say. */
static enum mlk_status ask_is_timestamp(struct mlk_session *s, const struct mlk_observation *o, int column,
                                        bool *is)
{
    const struct mlk_target *t = o->target;
    const struct mlk_access need = {.need = MLK_NEED_SELECT, .schema = t->schema, .table = t->table};
    const char *name = mlk_rows_name(o->rows, column), *type;
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    *is = false;
    if (!name)
        return MLK_OK;
    mlk_buf_init(&sql, 4096);
    mlk_buf_str(&sql, MLK_TAG "SELECT DATA_TYPE FROM information_schema.COLUMNS c WHERE c.TABLE_SCHEMA = ");
    mlk_sql_string(&sql, t->schema, strlen(t->schema));
    mlk_buf_str(&sql, " AND c.TABLE_NAME = ");
    mlk_sql_string(&sql, t->table, strlen(t->table));
    mlk_buf_str(&sql, " AND c.COLUMN_NAME = ");
    mlk_sql_string(&sql, name, strlen(name));
    status = mlk_ask_buf(s, &need, &sql, &rows, NULL);
    type = mlk_rows_text(rows, 0, 0);
    *is = type && strcasecmp(type, "timestamp") == 0;
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

/* t, read as local time of the server, in UTC; or the other way round. out keeps what it was where the server
 * does not know its zone (no time zone tables). */
static enum mlk_status convert(struct mlk_session *s, int64_t t, bool to_utc, struct moment *out)
{
    char text[32] = "";
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;
    int64_t seconds;

    mlk_time_format(t, text, sizeof text);
    if (strlen(text) != strlen("2026-11-21T08:00:00Z"))
        return MLK_OK;
    text[10] = ' ';
    text[19] = '\0';
    mlk_buf_init(&sql, 1024);
    /* a session of ours has the time zone +00:00, so UNIX_TIMESTAMP reads what it gets as UTC */
    mlk_buf_fmt(&sql,
                MLK_TAG "SELECT CAST(UNIX_TIMESTAMP(CONVERT_TZ('%s', %s, %s)) AS SIGNED), "
                        "IF(@@GLOBAL.time_zone = 'SYSTEM', @@GLOBAL.system_time_zone, @@GLOBAL.time_zone)",
                text, to_utc ? "@@GLOBAL.time_zone" : "'+00:00'", to_utc ? "'+00:00'" : "@@GLOBAL.time_zone");
    status = mlk_ask_buf(s, &mlk_need_nothing, &sql, &rows, NULL);
    mlk_buf_free(&sql);
    seconds = mlk_rows_int(rows, 0, 0, 0);
    if (!status && seconds > 0) {
        const char *zone = mlk_rows_text(rows, 0, 1);

        out->earliest = out->latest = seconds;
        mlk_copy(out->zone, sizeof out->zone, zone && zone[0] ? zone : "?");
    }
    mlk_rows_free(rows);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static bool parse_unix(const char *text, int64_t *seconds)
{
    static const long long year_10000 = 253402300800;
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    *seconds = strtoll(text, &end, 10);
    return !*end && *seconds < year_10000;
}

static enum mlk_status read_time(struct mlk_session *s, const struct mlk_observation *o,
                                 const struct mlk_row_time *time, struct moment *out)
{
    enum mlk_status status;
    bool timestamp = false;
    int64_t t;

    *out = exactly(-1);
    if (!time->text)
        return MLK_OK;
    if (time->clock == MLK_CLOCK_UNIX_S) {
        if (parse_unix(time->text, &t))
            *out = exactly(t);
        return MLK_OK;
    }
    if (!mlk_time_parse(time->text, &t))
        return MLK_OK;
    if (time->clock == MLK_CLOCK_CLIENT_LOCAL) {
        *out = somewhere(t);
        return MLK_OK;
    }
    status = ask_is_timestamp(s, o, time->column, &timestamp);
    if (status)
        return status;
    if (time->clock == MLK_CLOCK_CLIENT_UTC) {
        *out = exactly(t);
        if (!timestamp)
            return MLK_OK;
        /* shown shifted back by the zone that it was taken for */
        *out = (struct moment){.earliest = t - MLK_ZONE_WEST_S,
                               .latest = t + MLK_ZONE_EAST_S,
                               .latest_of_all = t + MLK_ZONE_EAST_S};
        return convert(s, t, false, out);
    }
    *out = timestamp ? exactly(t) : somewhere(t);
    return time->clock == MLK_CLOCK_SERVER && !timestamp ? convert(s, t, true, out) : MLK_OK;
}

/* In the server's zone it is still to come: so it is of another zone. */
static void distrust_zone(struct moment *m, int64_t now)
{
    if (!m->zone[0] || m->earliest <= now)
        return;
    m->zone[0] = '\0';
    m->latest = m->latest_of_all;
    m->earliest = m->latest - MLK_ZONE_EAST_S - MLK_ZONE_WEST_S;
}

static void say_since(struct mlk_observation *o, const struct moment *m)
{
    char earliest[32], latest[32];

    mlk_time_format(o->since_earliest, earliest, sizeof earliest);
    mlk_time_format(o->since_latest, latest, sizeof latest);
    if (m->zone[0])
        mlk_say(o->because,
                "taken at %s (%s) if the tool's session was in the server's time zone, %s; it may have used "
                "another one",
                earliest, o->row.since.text, m->zone);
    else if (m->earliest != m->latest)
        mlk_say(o->because, "taken at %s by %s, whose time zone is not stored: between %s and %s",
                o->row.since.text,
                o->row.since.clock == MLK_CLOCK_CLIENT_LOCAL ? "its client's clock" : "a clock", earliest,
                latest);
}

static enum mlk_status date_since(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_server *server = &o->snapshot->server;
    char started[32];
    struct moment m;
    enum mlk_status status = read_time(s, o, &o->row.since, &m);

    if (status || m.latest < 0)
        return status;
    distrust_zone(&m, server->now);
    o->since_earliest = m.earliest;
    o->since_latest = m.latest;
    if (o->since_latest > server->now && server->now > 0)
        o->since_latest = server->now;
    if (o->since_earliest > o->since_latest) {
        mlk_say(o->because, "it says that it was taken at %s, which no clock has reached yet",
                o->row.since.text);
        o->since_earliest = o->since_latest = -1;
        return MLK_OK;
    }
    say_since(o, &m);
    if (server->started < 0 || m.latest_of_all >= server->started)
        return MLK_OK;
    o->facts.older_than_server = true;
    mlk_time_format(server->started, started, sizeof started);
    mlk_say(o->because,
            m.earliest == m.latest && !m.zone[0]
                ? "the server started at %s, after the lock was taken"
                : "the server started at %s, after the lock was taken in whatever time zone",
            started);
    return MLK_OK;
}

/* An expired row still holds: only the next one who wants the lock looks at the time. */
static enum mlk_status date_expiry(struct mlk_session *s, struct mlk_observation *o)
{
    int64_t now = o->snapshot->server.now;
    char at[64];
    struct moment m;
    enum mlk_status status = read_time(s, o, &o->row.expires, &m);

    if (status || m.latest < 0)
        return status;
    o->expires_earliest = m.earliest;
    o->expires_latest = m.latest;
    if (m.earliest == m.latest)
        mlk_time_format(m.latest, at, sizeof at);
    else
        mlk_copy(at, sizeof at, o->row.expires.text);
    if (m.latest < now)
        mlk_say(o->because, "it expired at %s%s; it stays held until someone acquires it", at,
                m.earliest == m.latest ? "" : ", in whatever time zone");
    else if (m.earliest <= now && m.earliest != m.latest)
        mlk_say(o->because, "it expires or expired at %s, in a time zone that is not stored", at);
    else if (m.earliest != m.latest)
        mlk_say(o->because, "it expires at %s, in a time zone that is not stored; until then others wait",
                at);
    else
        mlk_say(o->because, "it expires at %s, in %" PRId64 " s; until then others wait", at, m.latest - now);
    return MLK_OK;
}

enum mlk_status mlk_row_times(struct mlk_session *s, struct mlk_observation *o)
{
    enum mlk_status status = date_since(s, o);

    return status ? status : date_expiry(s, o);
}
