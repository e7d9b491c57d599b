/* SPDX-License-Identifier: GPL-2.0-only */
#include "miglock/target.h"

#include <stdio.h>
#include <string.h>

#include "miglock/text.h"

/* One line into error; always MLK_USAGE. */
static enum mlk_status bad(char *error, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum mlk_status bad(char *error, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error, size, format, args);
    va_end(args);
    return MLK_USAGE;
}

enum { SHOWN = 60 }; /* bytes of an argument that a message repeats */

/* Checks a schema or table name and copies it. what is "schema" or "lock table". */
static enum mlk_status identifier(const char *what, const char *text, size_t len, char *to, char *error,
                                  size_t error_size)
{
    char shown[SHOWN];

    if (len == 0)
        return bad(error, error_size, "the %s name is empty; write it as in ghost:blog", what);
    if (!mlk_utf8_valid(text, len))
        return bad(error, error_size,
                   "the %s name is not UTF-8 text without NUL; CONVERT(name USING utf8mb4) helps in SQL",
                   what);
    if (mlk_utf8_length(text, len) > 64) {
        mlk_printable(shown, sizeof shown, text, len);
        return bad(error, error_size, "the %s name '%s...' is longer than 64 characters", what, shown);
    }
    memcpy(to, text, len);
    to[len] = '\0';
    return MLK_OK;
}

/* A name in a target's text needs backquotes where '/' or '`' would be misread. */
static void add_part(struct mlk_buf *b, const char *name)
{
    if (!strpbrk(name, "/`")) {
        mlk_buf_str(b, name);
        return;
    }
    mlk_buf_str(b, "`");
    for (; *name; name++)
        mlk_buf_add(b, *name == '`' ? "``" : name, *name == '`' ? 2 : 1);
    mlk_buf_str(b, "`");
}

void mlk_target_text(const struct mlk_tool *tool, const char *schema, const char *qualifier,
                     struct mlk_buf *out)
{
    mlk_buf_str(out, tool->id);
    mlk_buf_str(out, ":");
    add_part(out, schema);
    if (qualifier[0]) {
        mlk_buf_str(out, schema[0] ? "/" : "");
        add_part(out, qualifier);
    }
}

/* The target as a person would write it again. */
static enum mlk_status write_text(struct mlk_target *t)
{
    struct mlk_buf b;

    mlk_buf_fixed(&b, t->text, sizeof t->text);
    if (t->tool->kind == MLK_NAMED && !t->tool->name)
        mlk_buf_fmt(&b, "%s:%s", t->tool->id, t->name);
    else
        mlk_target_text(t->tool, t->schema, t->qualifier, &b);
    return b.status;
}

/* Of its 2 KiB only what is read. */
static void clear(struct mlk_target *t)
{
    t->tool = NULL;
    t->schema[0] = t->qualifier[0] = t->name[0] = t->table[0] = t->text[0] = '\0';
}

static enum mlk_status find_tool(const char *tool, size_t len, struct mlk_target *out, char *error,
                                 size_t size)
{
    const struct mlk_tool *nearest;
    char shown[SHOWN];

    clear(out);
    out->tool = mlk_tool_find(tool, len);
    if (out->tool)
        return MLK_OK;
    nearest = mlk_tool_nearest(tool, len);
    mlk_printable(shown, sizeof shown, tool, len);
    return bad(error, size, "unknown tool '%s'; %s%s%sSELECT miglock_tools() (or `miglock tools`) lists them",
               shown, nearest ? "did you mean " : "", nearest ? nearest->id : "", nearest ? "? " : "");
}

/* named:NAME */
static enum mlk_status make_named(const char *name, size_t len, struct mlk_target *out, char *error,
                                  size_t size)
{
    if (len == 0)
        return bad(error, size, "the lock name is empty; write named:NAME with the name given to GET_LOCK");
    if (!mlk_utf8_valid(name, len))
        return bad(error, size, "the lock name is not UTF-8 text without NUL");
    if (len > MLK_NAME_MAX)
        return bad(error, size, "the lock name has %zu bytes; no server takes more than %d", len,
                   MLK_NAME_MAX);
    memcpy(out->name, name, len);
    out->name[len] = '\0';
    return write_text(out);
}

/* The name that the tool gives its lock. One lock, one text: a default qualifier is not shown. */
static enum mlk_status compute_name(struct mlk_target *out, char *error, size_t size)
{
    const struct mlk_tool *tool = out->tool;
    const char *usual = tool->default_qualifier;
    struct mlk_buf name;
    enum mlk_status status;

    if (usual && strcmp(out->qualifier, usual) == 0)
        out->qualifier[0] = '\0';
    mlk_buf_fixed(&name, out->name, sizeof out->name);
    status = tool->name(out->schema, out->qualifier[0] || !usual ? out->qualifier : usual, &name);
    if (status == MLK_UNSUPPORTED)
        return bad(error, size,
                   "no lock name of %s can be computed from this; miglock_locks() shows every lock",
                   tool->title);
    if (status)
        return bad(error, size, "the name that %s would use is longer than %d bytes", tool->id, MLK_NAME_MAX);
    return write_text(out);
}

/* One lock for the whole server: what follows the colon is the qualifier, where the tool takes one. A schema
 * means nothing to the others. */
static enum mlk_status make_server_wide(const char *text, size_t len, bool more, struct mlk_target *out,
                                        char *error, size_t size)
{
    const struct mlk_tool *tool = out->tool;
    char ignored[MLK_IDENT_MAX + 1];
    enum mlk_status status;

    if (more)
        return bad(error, size, "%s has one lock for the whole server; write %s:%s", tool->title, tool->id,
                   tool->takes_qualifier ? "QUALIFIER" : "");
    if (len == 0 && tool->takes_qualifier && !tool->default_qualifier)
        return bad(error, size, "the lock of %s depends on the %s; write %s:NAME", tool->title,
                   tool->qualifier_is, tool->id);
    if (len > 0) {
        status = identifier(tool->takes_qualifier ? tool->qualifier_is : "schema", text, len,
                            tool->takes_qualifier ? out->qualifier : ignored, error, size);
        if (status)
            return status;
    }
    return compute_name(out, error, size);
}

enum mlk_status mlk_target_make(const char *tool, size_t tool_len, const char *schema, size_t schema_len,
                                const char *qualifier, size_t qualifier_len, struct mlk_target *out,
                                char *error, size_t size)
{
    enum mlk_status status = find_tool(tool, tool_len, out, error, size);

    if (status)
        return status;
    if (out->tool->kind == MLK_NAMED && !out->tool->name)
        return qualifier ? bad(error, size, "named: takes one name and no qualifier")
                         : make_named(schema, schema_len, out, error, size);
    if (out->tool->scope == MLK_PER_SERVER)
        return make_server_wide(schema, schema_len, qualifier != NULL, out, error, size);
    status = identifier("schema", schema, schema_len, out->schema, error, size);
    if (status)
        return status;
    if (qualifier) {
        if (!out->tool->takes_qualifier)
            return bad(error, size, "%s locks have no qualifier; write %s:SCHEMA", out->tool->id,
                       out->tool->id);
        status = identifier(out->tool->qualifier_is, qualifier, qualifier_len, out->qualifier, error, size);
        if (status)
            return status;
    }
    if (out->tool->takes_qualifier && !qualifier && out->tool->kind == MLK_NAMED &&
        !out->tool->default_qualifier)
        return bad(error, size, "the lock of %s depends on the %s; write %s:SCHEMA/NAME", out->tool->title,
                   out->tool->qualifier_is, out->tool->id);
    if (out->tool->kind == MLK_TABLE) {
        if (!qualifier)
            return bad(error, size,
                       "of which table is not said; write table:SCHEMA/TABLE, such as "
                       "table:shop/orders");
        mlk_copy(out->table, sizeof out->table, out->qualifier);
        return write_text(out);
    }
    if (out->tool->kind == MLK_ROW) {
        mlk_copy(out->table, sizeof out->table,
                 out->qualifier[0] ? out->qualifier : out->tool->default_table);
        if (strcmp(out->qualifier, out->tool->default_table) == 0)
            out->qualifier[0] = '\0'; /* one lock, one text */
        return write_text(out);
    }
    return compute_name(out, error, size);
}

/* Takes one name off *text: bare up to '/', or in backquotes. The result lies in to (as long as the input).
 */
static bool take_part(const char **text, size_t *len, char *to, size_t *to_len)
{
    size_t i = 0;

    *to_len = 0;
    if (*len && **text == '`') {
        for (i = 1; i < *len; i++) {
            if ((*text)[i] == '`') {
                if (i + 1 >= *len || (*text)[i + 1] != '`')
                    break;
                i++;
            }
            to[(*to_len)++] = (*text)[i];
        }
        if (i >= *len)
            return false; /* no closing quote */
        i++;
    } else {
        for (; i < *len && (*text)[i] != '/'; i++)
            to[(*to_len)++] = (*text)[i];
    }
    *text += i;
    *len -= i;
    return *len == 0 || **text == '/';
}

enum mlk_status mlk_target_parse(const char *text, size_t len, struct mlk_target *out, char *error,
                                 size_t size)
{
    static const char form[] = "write TOOL:SCHEMA, TOOL:SCHEMA/TABLE or named:NAME, such as ghost:blog";
    const char *colon = len <= MLK_TARGET_MAX ? memchr(text, ':', len) : NULL;
    char schema[MLK_TARGET_MAX];
    char qualifier[MLK_TARGET_MAX];
    size_t schema_len, qualifier_len, tool_len;
    const struct mlk_tool *tool;
    const char *rest;
    size_t rest_len;
    char shown[SHOWN];

    clear(out);
    if (len == 0)
        return bad(error, size, "the target is empty; %s", form);
    if (len > MLK_TARGET_MAX)
        return bad(error, size, "the target has %zu bytes, at most %d are possible; %s", len, MLK_TARGET_MAX,
                   form);
    if (!mlk_utf8_valid(text, len))
        return bad(error, size,
                   "the target is not UTF-8 text without NUL; CONVERT(target USING utf8mb4) helps in SQL");
    if (!colon) {
        mlk_printable(shown, sizeof shown, text, len);
        return bad(error, size, "'%s' is not a target; %s", shown, form);
    }
    tool_len = (size_t)(colon - text);
    rest = colon + 1;
    rest_len = len - tool_len - 1;
    tool = mlk_tool_find(text, tool_len);
    if (tool && tool->kind == MLK_NAMED && !tool->name)
        return mlk_target_make(text, tool_len, rest, rest_len, NULL, 0, out, error, size);
    if (!take_part(&rest, &rest_len, schema, &schema_len))
        return bad(error, size, "the schema name's backquotes do not match; %s", form);
    if (rest_len == 0)
        return mlk_target_make(text, tool_len, schema, schema_len, NULL, 0, out, error, size);
    rest++;
    rest_len--;
    if (!take_part(&rest, &rest_len, qualifier, &qualifier_len) || rest_len)
        return bad(error, size, "only one '/' may follow the schema; put names with '/' in backquotes");
    return mlk_target_make(text, tool_len, schema, schema_len, qualifier, qualifier_len, out, error, size);
}

enum mlk_status mlk_target_fits(const struct mlk_target *target, enum mlk_flavour flavour, char *error,
                                size_t size)
{
    enum { MYSQL_NAME_MAX = 64 }; /* characters. Source: MySQL manual, GET_LOCK(). */
    size_t length = mlk_utf8_length(target->name, strlen(target->name));

    if (flavour != MLK_MYSQL || length <= MYSQL_NAME_MAX)
        return MLK_OK;
    return bad(error, size, "MySQL takes no lock name longer than %d characters, this one has %zu",
               MYSQL_NAME_MAX, length);
}
