/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading grants: what the server holds in memory, for roles with what they inherit. Rights ON *.* come from
 * SHOW GRANTS: USER_PRIVILEGES lists no role, and takes ten times as long. Those on schemas and tables come
 * from INFORMATION_SCHEMA.
 *
 * Stricter than the server, knowingly: grants on single columns do not count; names that need quoting inside
 * a GRANTEE are refused; with --skip-grant-tables nothing is granted. An account whose entries in mysql.db
 * were put there by hand for another host pattern than its own does not get those.
 */
#include "mariadb_grants_read.h"

#include <stdio.h>
#include <string.h>

#include "miglock/sql.h"

enum { SQL_MAX = 64 * 1024 };

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

bool mlk_grantee(char *to, size_t size, const char *user, const char *host)
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
    char holder[MLK_GRANTEE_MAX];

    mlk_sql_string(sql, account, strlen(account));
    mlk_buf_str(sql, ", ");
    mlk_sql_string(sql, everyone, strlen(everyone));
    for (size_t i = 0; i < roles->count; i++) {
        const char *role = mlk_rows_text(roles, i, 0);

        if (!role || !role[0] || !mlk_grantee(holder, sizeof holder, role, ""))
            continue;
        mlk_buf_str(sql, ", ");
        mlk_sql_string(sql, holder, strlen(holder));
    }
}

/* Adds what one of the views of INFORMATION_SCHEMA has. columns: GRANTEE, schema, table, privilege. */
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

        if (holder && schema && right &&
            mlk_grants_add(g, holder, schema, mlk_rows_text(rows, i, 2),
                           mlk_right_of(right, strlen(right), false)))
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
    char same_user[MLK_GRANTEE_MAX];
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

/* The privileges of "GRANT PROCESS, SHOW DATABASES ON *.* TO `name`". Before " ON " such a line has nothing
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

/* Adds the rights ON *.* of holder, which SQL writes as quoted. An account or a role that is not there,
 * PUBLIC without grants, and any question under --skip-grant-tables are errors to the server and nothing to
 * us. */
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

enum mlk_status mlk_grants_read_roles(struct mlk_inner *inner, struct mlk_grants *g, struct mlk_rows **roles)
{
    enum mlk_status status = find_roles(inner, roles);

    if (!status)
        status = add_everywhere(inner, g, "'PUBLIC'@''", "PUBLIC");
    for (size_t i = 0; !status && i < (*roles)->count; i++) {
        char holder[MLK_GRANTEE_MAX];
        const char *role = mlk_rows_text(*roles, i, 0);
        struct mlk_buf quoted;

        if (!role || !role[0] || !mlk_grantee(holder, sizeof holder, role, ""))
            continue;
        mlk_buf_init(&quoted, MLK_GRANTEE_MAX);
        status = mlk_sql_ident(&quoted, role) ? out_of_memory(inner)
                                              : add_everywhere(inner, g, holder, mlk_buf_text(&quoted));
        mlk_buf_free(&quoted);
    }
    return status;
}

enum mlk_status mlk_grants_read_own(struct mlk_inner *inner, struct mlk_grants *g, const char *account)
{
    const struct mlk_session *s = &inner->session;
    struct mlk_buf quoted;
    enum mlk_status status;

    /* The server would take an account without a host for one on any host, or for a role. */
    if (!s->host[0])
        return MLK_OK;
    mlk_buf_init(&quoted, 2 * MLK_GRANTEE_MAX);
    mlk_sql_string(&quoted, s->user, strlen(s->user));
    mlk_buf_str(&quoted, "@");
    mlk_sql_string(&quoted, s->host, strlen(s->host));
    status = quoted.status ? out_of_memory(inner) : add_everywhere(inner, g, account, mlk_buf_text(&quoted));
    mlk_buf_free(&quoted);
    return status;
}

enum mlk_status mlk_grants_read_local(struct mlk_inner *inner, struct mlk_grants *g, const char *account,
                                      const struct mlk_rows *roles)
{
    static const char schemas[] = "GRANTEE, TABLE_SCHEMA, NULL, PRIVILEGE_TYPE";
    static const char tables[] = "GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE";
    enum mlk_status status = add_view(inner, g, schemas, "SCHEMA_PRIVILEGES", account, roles);

    if (!status)
        status = add_view(inner, g, tables, "TABLE_PRIVILEGES", account, roles);
    if (!status)
        status = add_rivals(inner, g, schemas, "SCHEMA_PRIVILEGES", account);
    if (!status)
        status = add_rivals(inner, g, tables, "TABLE_PRIVILEGES", account);
    return status;
}
