/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parents and constraints that a statement names are called for a twin. */
#include <string.h>
#include <strings.h>

#include "../ask.h"
#include "forms.h"
#include "miglock/sql.h"
#include "miglock/text.h"

enum { NAME_BYTES = 2048 };

void mlk_spots_free(struct mlk_spot_names *names)
{
    for (size_t i = 0; i < MLK_SPOTS_MAX; i++)
        mlk_buf_free(&names->buf[i]);
}

/* The parent's twin; the table's own where it refers to itself. */
static enum mlk_status parent(struct mlk_advisor *a, const struct mlk_spot *spot, struct mlk_twin *twin,
                              struct mlk_buf *out, char *why, size_t why_size)
{
    const char *schema = spot->schema[0] ? spot->schema : twin->table.schema;
    struct mlk_made *made = twin->made;
    enum mlk_status status = MLK_OK;

    if (strcmp(schema, twin->table.schema) != 0 || strcmp(spot->name, twin->table.name) != 0)
        status = mlk_made_like(a, twin->made->schema, schema, spot->name, &made, why, why_size);
    if (!status && made)
        status = mlk_sql_table(out, made->schema, made->name);
    return status;
}

/* MySQL gives the checks of a copy other names; which is which their text tells. */
static enum mlk_status check_name(struct mlk_advisor *a, const struct mlk_spot *spot,
                                  const struct mlk_twin *twin, struct mlk_buf *out)
{
    struct mlk_rows *rows = NULL;
    struct mlk_buf sql;
    enum mlk_status status;

    mlk_buf_init(&sql, NAME_BYTES);
    mlk_buf_str(&sql, MLK_TAG
                "SELECT t.CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS t JOIN "
                "information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND "
                "c.CONSTRAINT_NAME = t.CONSTRAINT_NAME WHERE t.TABLE_SCHEMA = ");
    mlk_sql_string(&sql, twin->made->schema, strlen(twin->made->schema));
    mlk_buf_str(&sql, " AND t.TABLE_NAME = ");
    mlk_sql_string(&sql, twin->made->name, strlen(twin->made->name));
    mlk_buf_str(&sql, " AND t.CONSTRAINT_TYPE = 'CHECK' AND c.CHECK_CLAUSE = (SELECT o.CHECK_CLAUSE FROM "
                      "information_schema.CHECK_CONSTRAINTS o WHERE o.CONSTRAINT_SCHEMA = ");
    mlk_sql_string(&sql, twin->table.schema, strlen(twin->table.schema));
    mlk_buf_str(&sql, " AND o.CONSTRAINT_NAME = ");
    mlk_sql_string(&sql, spot->name, strlen(spot->name));
    mlk_buf_str(&sql, ") LIMIT 1");
    status = mlk_advise_sql(a, &sql, &rows);
    if (!status && mlk_rows_text(rows, 0, 0))
        mlk_sql_ident(out, mlk_rows_text(rows, 0, 0));
    mlk_rows_free(rows);
    mlk_buf_free(&sql);
    return mlk_ask_over(status) ? status : MLK_OK;
}

static enum mlk_status old_constraint(struct mlk_advisor *a, const struct mlk_spot *spot,
                                      const struct mlk_twin *twin, struct mlk_buf *out)
{
    for (size_t i = 0; i < twin->renamed_count; i++) {
        if (strcasecmp(twin->renamed[i].real, spot->name) == 0)
            return mlk_sql_ident(out, twin->renamed[i].here);
    }
    return a->s->flavour == MLK_MYSQL ? check_name(a, spot, twin, out) : MLK_OK;
}

enum mlk_status mlk_spots_resolve(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                                  struct mlk_spot_names *out, char *why, size_t why_size)
{
    enum mlk_status status = MLK_OK;

    memset(out, 0, sizeof *out);
    for (size_t i = 0; !status && i < ddl->spot_count && !why[0]; i++) {
        const struct mlk_spot *spot = &ddl->spots[i];
        struct mlk_buf *b = &out->buf[i];

        mlk_buf_init(b, NAME_BYTES);
        if (spot->kind == MLK_SPOT_PARENT) {
            status = parent(a, spot, twin, b, why, why_size);
        } else if (spot->kind == MLK_SPOT_NEW_CONSTRAINT) {
            mlk_advise_name(a, "miglock_", out->fresh[i]);
            status = mlk_sql_ident(b, out->fresh[i]);
        } else {
            status = old_constraint(a, spot, twin, b);
        }
        out->texts[i] = b->len ? mlk_buf_text(b) : NULL;
    }
    return status;
}

void mlk_spots_keep(struct mlk_advisor *a, const struct mlk_ddl *ddl, struct mlk_twin *twin,
                    const struct mlk_spot_names *names)
{
    for (size_t i = 0; i < ddl->spot_count; i++) {
        struct mlk_renamed *r = ddl->spots[i].kind == MLK_SPOT_NEW_CONSTRAINT
                                    ? mlk_twin_renamed(a, twin, ddl->spots[i].name)
                                    : NULL;

        if (r)
            memcpy(r->here, names->fresh[i], sizeof r->here);
    }
}

/* ---- and back ---- */

/* Whether text begins with that name and goes on with something else than its next digit. */
static bool begins(const char *text, const char *name)
{
    size_t len = strlen(name);

    return strncmp(text, name, len) == 0 && (text[len] < '0' || text[len] > '9');
}

void mlk_twin_real_names(const struct mlk_advisor *a, const struct mlk_twin *twin, const char *message,
                         char *out, size_t size)
{
    struct mlk_buf b;

    mlk_buf_fixed(&b, out, size);
    out[0] = '\0';
    for (const char *p = message; *p;) {
        const char *real = NULL, *name = NULL;

        for (size_t i = 0; *p == 'm' && i < a->made_count; i++) {
            if (begins(p, a->made[i].name)) {
                name = a->made[i].name;
                real = a->made[i].real;
            }
        }
        for (size_t i = 0; *p == 'm' && i < twin->renamed_count; i++) {
            if (begins(p, twin->renamed[i].here)) {
                name = twin->renamed[i].here;
                real = twin->renamed[i].real;
            }
        }
        if (real)
            mlk_buf_str(&b, real);
        else
            mlk_buf_add(&b, p, 1);
        p += real ? strlen(name) : 1;
    }
}
