/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading grants. INFORMATION_SCHEMA shows what the server holds in memory, for roles with what they inherit.
 * It lists no role in USER_PRIVILEGES, so a role's rights ON *.* come from SHOW GRANTS.
 *
 * Stricter than the server, knowingly: grants on single columns do not count; where the server ignores
 * capitals, a grant with wildcards does not count for a schema name beyond ASCII; names that need quoting
 * inside a GRANTEE are refused; with --skip-grant-tables nothing is granted. An account whose entries in
 * mysql.db were put there by hand for another host pattern than its own does not get those.
 */
#include "mariadb_privileges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mariadb_grants.h"
#include "miglock/sql.h"

enum { SQL_MAX = 64 * 1024, HOLDER_MAX = 2 * MLK_ACCOUNT_MAX + 8, SUPER_KILLS_BEFORE = 110000 };

struct mlk_privileges {
    struct mlk_grants *grants;
};

void mlk_privileges_free(struct mlk_privileges *p)
{
    if (!p)
        return;
    mlk_grants_free(p->grants);
    free(p);
}

static enum mlk_status out_of_memory(struct mlk_inner *inner)
{
    return mlk_inner_error(inner, MLK_NO_MEMORY, 0, "out of memory");
}

/* Runs it, and refuses a result that was cut: half of the grants is not what the server would go by. */
static enum mlk_status select_all(struct mlk_inner *inner, struct mlk_buf *sql, struct mlk_rows **rows)
{
    enum mlk_status status;

    *rows = NULL;
    status = sql->status ? mlk_inner_error(inner, sql->status, 0, "the account has too many roles")
                         : mlk_inner_select(inner, sql->text, rows);
    if (!status && (*rows)->truncated)
        status = mlk_inner_error(inner, MLK_TOO_LONG, 0, "the account has too many grants");
    mlk_buf_free(sql);
    return status;
}

/* 'user'@'host' as the server puts it into GRANTEE: without any escape, so a quote in a name could make one
 * account look like another. */
static bool grantee(char *to, size_t size, const char *user, const char *host)
{
    int n = snprintf(to, size, "'%s'@'%s'", user, host);

    return n > 0 && (size_t)n < size && !strchr(user, '\'') && !strchr(host, '\'');
}

static enum mlk_status find_roles(struct mlk_inner *inner, struct mlk_rows **roles)
{
    const struct mlk_session *s = &inner->session;
    struct mlk_buf sql;

    /* Only the roles that were granted to the account itself: those it can set. What they inherit is in them.
     */
    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_str(&sql, "SELECT Role FROM mysql.roles_mapping WHERE BINARY User = ");
    mlk_sql_string(&sql, s->user, strlen(s->user));
    mlk_buf_str(&sql, " AND BINARY Host = ");
    mlk_sql_string(&sql, s->host, strlen(s->host));
    return select_all(inner, &sql, roles);
}

/* Appends the GRANTEEs of the account, of PUBLIC and of the roles as a list of literals. */
static void add_holders(struct mlk_buf *sql, const char *account, const struct mlk_rows *roles)
{
    static const char everyone[] = "'PUBLIC'@''"; /* from 10.11 on; no account can be called that before */
    char holder[HOLDER_MAX];

    mlk_sql_string(sql, account, strlen(account));
    mlk_buf_str(sql, ", ");
    mlk_sql_string(sql, everyone, strlen(everyone));
    for (size_t i = 0; i < roles->count; i++) {
        const char *role = mlk_rows_text(roles, i, 0);

        if (!role || !role[0] || !grantee(holder, sizeof holder, role, ""))
            continue;
        mlk_buf_str(sql, ", ");
        mlk_sql_string(sql, holder, strlen(holder));
    }
}

/* Adds what one of the three views of INFORMATION_SCHEMA has. columns: GRANTEE, schema, table, privilege. */
static enum mlk_status add_view(struct mlk_inner *inner, struct mlk_grants *g, const char *columns,
                                const char *view, const char *account, const struct mlk_rows *roles)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_fmt(&sql, "SELECT %s FROM information_schema.%s WHERE BINARY GRANTEE IN (", columns, view);
    add_holders(&sql, account, roles);
    mlk_buf_str(&sql, ")");
    status = select_all(inner, &sql, &rows);
    for (size_t i = 0; !status && i < rows->count; i++) {
        const char *holder = mlk_rows_text(rows, i, 0);
        const char *schema = mlk_rows_text(rows, i, 1);
        const char *right = mlk_rows_text(rows, i, 3);

        if (holder && right &&
            mlk_grants_add(g, holder, schema, mlk_rows_text(rows, i, 2),
                           mlk_right_of(right, strlen(right), !schema)))
            status = out_of_memory(inner);
    }
    mlk_rows_free(rows);
    return status;
}

/* Adds the entries of others that the server may go by instead of the account's own (see
 * mlk_grants_add_rival): those of anonymous users and of the same user on other hosts. */
static enum mlk_status add_rivals(struct mlk_inner *inner, struct mlk_grants *g, const char *columns,
                                  const char *view, const char *account)
{
    char same_user[HOLDER_MAX];
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    (void)snprintf(same_user, sizeof same_user, "'%s'@", inner->session.user);
    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_fmt(&sql, "SELECT %s FROM information_schema.%s WHERE (LOCATE(BINARY ", columns, view);
    mlk_sql_string(&sql, same_user, strlen(same_user));
    mlk_buf_str(&sql, ", BINARY GRANTEE) = 1 OR LOCATE(BINARY '''''@', BINARY GRANTEE) = 1) AND "
                      "RIGHT(GRANTEE, 3) <> '@''''' "
                      "AND BINARY GRANTEE <> BINARY ");
    mlk_sql_string(&sql, account, strlen(account));
    status = select_all(inner, &sql, &rows);
    for (size_t i = 0; !status && i < rows->count; i++) {
        const char *holder = mlk_rows_text(rows, i, 0);
        const char *right = mlk_rows_text(rows, i, 3);

        if (holder && right &&
            mlk_grants_add_rival(g, holder, mlk_rows_text(rows, i, 1), mlk_rows_text(rows, i, 2),
                                 mlk_right_of(right, strlen(right), false)))
            status = out_of_memory(inner);
    }
    mlk_rows_free(rows);
    return status;
}

/* The privileges of "GRANT PROCESS, SHOW DATABASES ON *.* TO `role`". Before " ON " such a line has nothing
 * but their names: everything that users can name is quoted, and comes later. Other lines have no rights ON
 * *.*. */
static unsigned rights_of_line(const char *line)
{
    static const char start[] = "GRANT ", on[] = " ON ", everywhere[] = "*.* TO ";
    const char *p = line, *end;
    unsigned rights = 0;

    if (strncmp(p, start, strlen(start)) != 0)
        return 0;
    p += strlen(start);
    end = strstr(p, on);
    if (!end || strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ,") < (size_t)(end - p) ||
        strncmp(end + strlen(on), everywhere, strlen(everywhere)) != 0)
        return 0;
    while (p < end) {
        size_t len = strcspn(p, ",");

        if (len > (size_t)(end - p))
            len = (size_t)(end - p);
        rights |= mlk_right_of(p, len, true);
        p += len;
        p += strspn(p, ", ");
    }
    return rights;
}

/* A role that is not there, or PUBLIC without grants, is an error to the server and nothing to us. */
static enum mlk_status add_everywhere(struct mlk_inner *inner, struct mlk_grants *g, const char *holder,
                                      const char *quoted)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, SQL_MAX);
    mlk_buf_fmt(&sql, "SHOW GRANTS FOR %s", quoted);
    status = select_all(inner, &sql, &rows);
    if (status)
        return status == MLK_KILLED || status == MLK_NO_MEMORY ? status : MLK_OK;
    for (size_t i = 0; !status && i < rows->count; i++) {
        const char *line = mlk_rows_text(rows, i, 0);

        if (line && mlk_grants_add(g, holder, NULL, NULL, rights_of_line(line)))
            status = out_of_memory(inner);
    }
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status add_roles(struct mlk_inner *inner, struct mlk_grants *g, const struct mlk_rows *roles)
{
    enum mlk_status status = add_everywhere(inner, g, "'PUBLIC'@''", "PUBLIC");

    for (size_t i = 0; !status && i < roles->count; i++) {
        char holder[HOLDER_MAX];
        const char *role = mlk_rows_text(roles, i, 0);
        struct mlk_buf quoted;

        if (!role || !role[0] || !grantee(holder, sizeof holder, role, ""))
            continue;
        mlk_buf_init(&quoted, HOLDER_MAX);
        status = mlk_sql_ident(&quoted, role) ? out_of_memory(inner)
                                              : add_everywhere(inner, g, holder, mlk_buf_text(&quoted));
        mlk_buf_free(&quoted);
    }
    return status;
}

static enum mlk_status load(struct mlk_inner *inner, struct mlk_grants *g, const char *account)
{
    struct mlk_rows *roles = NULL;
    enum mlk_status status = find_roles(inner, &roles);

    if (!status)
        status = add_view(inner, g, "GRANTEE, NULL, NULL, PRIVILEGE_TYPE", "USER_PRIVILEGES", account, roles);
    if (!status)
        status = add_view(inner, g, "GRANTEE, TABLE_SCHEMA, NULL, PRIVILEGE_TYPE", "SCHEMA_PRIVILEGES",
                          account, roles);
    if (!status)
        status = add_view(inner, g, "GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE", "TABLE_PRIVILEGES",
                          account, roles);
    if (!status)
        status =
            add_rivals(inner, g, "GRANTEE, TABLE_SCHEMA, NULL, PRIVILEGE_TYPE", "SCHEMA_PRIVILEGES", account);
    if (!status)
        status = add_rivals(inner, g, "GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE", "TABLE_PRIVILEGES",
                            account);
    if (!status)
        status = add_roles(inner, g, roles);
    mlk_rows_free(roles);
    return status;
}

static enum mlk_status ignores_case(struct mlk_inner *inner, bool *ignores)
{
    struct mlk_rows *rows = NULL;
    enum mlk_status status = mlk_inner_select(inner, "SELECT @@GLOBAL.lower_case_table_names", &rows);

    *ignores = mlk_rows_int(rows, 0, 0, 0) != 0;
    mlk_rows_free(rows);
    return status;
}

enum mlk_status mlk_privileges_load(struct mlk_inner *inner, struct mlk_privileges **out)
{
    const struct mlk_session *s = &inner->session;
    char account[HOLDER_MAX];
    struct mlk_privileges *p = NULL;
    bool ignores = false;
    enum mlk_status status;

    *out = NULL;
    if (!grantee(account, sizeof account, s->user, s->host))
        return mlk_inner_error(inner, MLK_DENIED, 0,
                               "the grants of an account with a quote in its name cannot be read");
    status = ignores_case(inner, &ignores);
    if (status)
        return status;
    p = calloc(1, sizeof *p);
    if (p)
        p->grants = mlk_grants_new(ignores);
    status = p && p->grants ? load(inner, p->grants, account) : out_of_memory(inner);
    if (status) {
        mlk_privileges_free(p);
        return status;
    }
    *out = p;
    return MLK_OK;
}

static enum mlk_status denied(struct mlk_inner *inner, const char *what, const struct mlk_access *need)
{
    struct mlk_buf text;

    mlk_buf_init(&text, SQL_MAX);
    mlk_buf_fmt(&text, "%s@%s needs %s", inner->session.user, inner->session.host, what);
    if (need->schema)
        mlk_buf_fmt(&text, " on %s", need->schema);
    if (need->schema && need->table)
        mlk_buf_fmt(&text, ".%s", need->table);
    mlk_inner_error(inner, MLK_DENIED, 0, mlk_buf_text(&text));
    mlk_buf_free(&text);
    return MLK_DENIED;
}

/* KILL is allowed for sessions of one's own user name, from whatever host (kill_one_thread in MariaDB's
 * sql/sql_parse.cc). */
static enum mlk_status is_own(struct mlk_inner *inner, uint64_t id, bool *own)
{
    char sql[128];
    struct mlk_rows *rows = NULL;
    enum mlk_status status;
    const char *user;

    (void)snprintf(sql, sizeof sql, "SELECT USER FROM information_schema.PROCESSLIST WHERE ID = %llu",
                   (unsigned long long)id);
    status = mlk_inner_select(inner, sql, &rows);
    user = mlk_rows_text(rows, 0, 0);
    *own = user && strcmp(user, inner->session.user) == 0;
    mlk_rows_free(rows);
    return status;
}

static enum mlk_status check_kill(struct mlk_inner *inner, const struct mlk_grants *g,
                                  const struct mlk_access *need)
{
    bool own = false;
    enum mlk_status status;

    /* SUPER alone is enough in 10.11 and not in 11.8: seen. */
    if (mlk_grants_allow(g, MLK_RIGHT_CONNECTION_ADMIN, NULL, NULL) ||
        (inner->session.server_version < SUPER_KILLS_BEFORE &&
         mlk_grants_allow(g, MLK_RIGHT_SUPER, NULL, NULL)))
        return MLK_OK;
    status = is_own(inner, need->connection_id, &own);
    if (status || own)
        return status;
    return denied(inner, "CONNECTION ADMIN", need);
}

enum mlk_status mlk_privileges_check(struct mlk_inner *inner, const struct mlk_privileges *p,
                                     const struct mlk_access *need)
{
    const struct mlk_grants *g = p->grants;
    bool is_information_schema = need->schema && strcasecmp(need->schema, "information_schema") == 0;

    switch (need->need) {
    case MLK_NEED_NOTHING:
    case MLK_NEED_OWN:
        return MLK_OK;
    case MLK_NEED_SCHEMA:
        if (need->schema && (is_information_schema || mlk_grants_allow(g, MLK_RIGHT_SEE, need->schema, NULL)))
            return MLK_OK;
        return denied(inner, "a privilege", need);
    case MLK_NEED_SELECT:
        if (need->schema && need->table &&
            (is_information_schema || mlk_grants_allow(g, MLK_RIGHT_SELECT, need->schema, need->table)))
            return MLK_OK;
        return denied(inner, "SELECT", need);
    case MLK_NEED_UPDATE:
        if (need->schema && need->table && mlk_grants_allow(g, MLK_RIGHT_UPDATE, need->schema, need->table))
            return MLK_OK;
        return denied(inner, "UPDATE", need);
    case MLK_NEED_PROCESS:
        return mlk_grants_allow(g, MLK_RIGHT_PROCESS, NULL, NULL) ? MLK_OK : denied(inner, "PROCESS", need);
    case MLK_NEED_KILL:
        return check_kill(inner, g, need);
    }
    return denied(inner, "a right that is not known here", need);
}
