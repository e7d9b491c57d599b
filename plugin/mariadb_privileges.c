/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is allowed. Grants are read as far as they decide the question: what the account may do ON *.* by
 * itself no other grant takes away.
 *
 * Stricter than the server, knowingly: where it ignores capitals, a grant with wildcards does not count for a
 * schema name beyond ASCII. See also mariadb_grants_read.c.
 */
#include "mariadb_privileges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mariadb_grants_read.h"

enum { TEXT_MAX = 4096, SUPER_KILLS_BEFORE = 110000 };

/* What has been read so far, in this order. */
enum stage {
    STAGE_NOTHING,
    STAGE_OWN,   /* ON *.*, to the account itself */
    STAGE_ROLES, /* ON *.*, to its roles and to PUBLIC */
    STAGE_ALL,   /* and to all of them on schemas and tables */
};

struct mlk_privileges {
    struct mlk_grants *grants; /* NULL at STAGE_NOTHING */
    bool names_ignore_case;
    enum stage stage;
    char account[MLK_GRANTEE_MAX]; /* as a GRANTEE */
    struct mlk_rows *roles;        /* from STAGE_ROLES on */
};

static void forget(struct mlk_privileges *p)
{
    mlk_grants_free(p->grants);
    mlk_rows_free(p->roles);
    p->grants = NULL;
    p->roles = NULL;
    p->stage = STAGE_NOTHING;
}

void mlk_privileges_free(struct mlk_privileges *p)
{
    if (!p)
        return;
    forget(p);
    free(p);
}

static enum mlk_status out_of_memory(struct mlk_inner *inner)
{
    return mlk_inner_error(inner, MLK_NO_MEMORY, 0, "out of memory");
}

/* Reads what comes after p->stage. Half of a stage must not decide anything, so where that fails all is
 * forgotten.
 */
static enum mlk_status load_next(struct mlk_inner *inner, struct mlk_privileges *p)
{
    enum mlk_status status = MLK_OK;

    switch (p->stage) {
    case STAGE_NOTHING:
        p->grants = mlk_grants_new(p->names_ignore_case);
        status = p->grants ? mlk_grants_read_own(inner, p->grants, p->account) : out_of_memory(inner);
        break;
    case STAGE_OWN:
        status = mlk_grants_read_roles(inner, p->grants, &p->roles);
        break;
    case STAGE_ROLES:
        status = mlk_grants_read_local(inner, p->grants, p->account, p->roles);
        break;
    case STAGE_ALL:
        return MLK_OK;
    }
    if (status)
        forget(p);
    else
        p->stage++;
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
    struct mlk_privileges *p = calloc(1, sizeof *p);
    enum mlk_status status;

    *out = NULL;
    if (!p)
        return out_of_memory(inner);
    if (mlk_grantee(p->account, sizeof p->account, s->user, s->host))
        status = ignores_case(inner, &p->names_ignore_case);
    else
        status = mlk_inner_error(inner, MLK_DENIED, 0,
                                 "the grants of an account with a quote in its name cannot be read");
    if (status) {
        mlk_privileges_free(p);
        return status;
    }
    *out = p;
    return MLK_OK;
}

/* Whether the right is granted; reads grants until that is decided. */
static enum mlk_status allow(struct mlk_inner *inner, struct mlk_privileges *p, unsigned right,
                             const char *schema, const char *table, bool *allowed)
{
    /* no grant on a schema or a table gives a right ON *.* */
    enum stage last = schema ? STAGE_ALL : STAGE_ROLES;
    enum mlk_status status;

    for (;;) {
        *allowed = p->stage > STAGE_NOTHING && mlk_grants_allow(p->grants, right, schema, table);
        if (*allowed || p->stage >= last)
            return MLK_OK;
        status = load_next(inner, p);
        if (status)
            return status;
    }
}

static enum mlk_status denied(struct mlk_inner *inner, const char *what, const struct mlk_access *need)
{
    struct mlk_buf text;

    mlk_buf_init(&text, TEXT_MAX);
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

static enum mlk_status check(struct mlk_inner *inner, struct mlk_privileges *p, unsigned right,
                             const char *name, const struct mlk_access *need, const char *table)
{
    bool allowed = false;
    enum mlk_status status = allow(inner, p, right, need->schema, table, &allowed);

    return status || allowed ? status : denied(inner, name, need);
}

static enum mlk_status check_kill(struct mlk_inner *inner, struct mlk_privileges *p,
                                  const struct mlk_access *need)
{
    bool may = false;
    enum mlk_status status = allow(inner, p, MLK_RIGHT_CONNECTION_ADMIN, NULL, NULL, &may);

    /* SUPER alone is enough in 10.11 and not in 11.8: seen. */
    if (!status && !may && inner->session.server_version < SUPER_KILLS_BEFORE)
        status = allow(inner, p, MLK_RIGHT_SUPER, NULL, NULL, &may);
    if (!status && !may)
        status = is_own(inner, need->connection_id, &may);
    return status || may ? status : denied(inner, "CONNECTION ADMIN", need);
}

enum mlk_status mlk_privileges_check(struct mlk_inner *inner, struct mlk_privileges *p,
                                     const struct mlk_access *need)
{
    bool is_information_schema = need->schema && strcasecmp(need->schema, "information_schema") == 0;
    bool names_table = need->schema && need->table;

    switch (need->need) {
    case MLK_NEED_NOTHING:
    case MLK_NEED_OWN:
        return MLK_OK;
    case MLK_NEED_SCHEMA:
        if (is_information_schema)
            return MLK_OK;
        return need->schema ? check(inner, p, MLK_RIGHT_SEE, "a privilege", need, NULL)
                            : denied(inner, "a privilege", need);
    case MLK_NEED_SELECT:
        if (names_table && is_information_schema)
            return MLK_OK;
        return names_table ? check(inner, p, MLK_RIGHT_SELECT, "SELECT", need, need->table)
                           : denied(inner, "SELECT", need);
    case MLK_NEED_UPDATE:
        return names_table ? check(inner, p, MLK_RIGHT_UPDATE, "UPDATE", need, need->table)
                           : denied(inner, "UPDATE", need);
    case MLK_NEED_DELETE:
        return names_table ? check(inner, p, MLK_RIGHT_DELETE, "DELETE", need, need->table)
                           : denied(inner, "DELETE", need);
    case MLK_NEED_INSERT:
        return names_table ? check(inner, p, MLK_RIGHT_INSERT, "INSERT", need, need->table)
                           : denied(inner, "INSERT", need);
    case MLK_NEED_PROCESS:
        return check(inner, p, MLK_RIGHT_PROCESS, "PROCESS", &(struct mlk_access){.need = need->need}, NULL);
    case MLK_NEED_KILL:
        return check_kill(inner, p, need);
    }
    return denied(inner, "a right that is not known here", need);
}
