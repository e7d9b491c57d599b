/* SPDX-License-Identifier: GPL-2.0-only */
/* docs/tools.md, from the tools' document and from nothing else. */
#include <string.h>

#include "json.h"
#include "miglock/buf.h"
#include "render.h"

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* A sentence of the table, which may hold `code`: outside of it, what Markdown would read is escaped. */
static void prose(const struct mlk_render *r, const char *text)
{
    bool code = false;

    for (; text && *text; text++) {
        if (*text == '`' && (code || strchr(text + 1, '`')))
            code = !code;
        else if (!code && strchr("<>*[]\\`", *text))
            fputc('\\', r->out);
        fputc(*text, r->out);
    }
}

/* A code span, with as many backquotes around it as the text needs: CommonMark 0.31, 6.1. */
static void code(const struct mlk_render *r, const char *text)
{
    size_t run = 0, longest = 0;
    const char *pad;

    for (const char *p = text; *p; p++) {
        run = *p == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    pad = *text == '`' || (*text && text[strlen(text) - 1] == '`') ? " " : "";
    for (size_t i = 0; i <= longest; i++)
        fputc('`', r->out);
    fprintf(r->out, "%s%s%s", pad, text, pad);
    for (size_t i = 0; i <= longest; i++)
        fputc('`', r->out);
}

static void item(const struct mlk_render *r, const char *label, const char *text)
{
    if (!text)
        return;
    fprintf(r->out, "- %s: ", label);
    prose(r, text);
    fputc('\n', r->out);
}

static bool is(const cJSON *tool, const char *name, const char *value)
{
    const char *text = mlk_json_text(tool, name);

    return text && strcmp(text, value) == 0;
}

/* - Target: `flyway:SCHEMA`, or `flyway:SCHEMA/NAME` for another history table than `flyway_schema_history`.
 */
static void target(const struct mlk_render *r, const cJSON *tool)
{
    const char *id = mlk_json_text(tool, "tool"), *what = mlk_json_text(tool, "qualifier_is");
    const char *usual = mlk_json_text(tool, "default_qualifier");
    bool server = is(tool, "scope", "server"), takes = cJSON_IsTrue(member(tool, "qualifier"));

    if (!usual)
        usual = mlk_json_text(tool, "default_table");
    if (takes && !what)
        what = "qualifier";
    fputs("- Target: ", r->out);
    if (strcmp(id, "named") == 0) {
        fputs("`named:NAME`\n", r->out);
        return;
    }
    if (!takes)
        fprintf(r->out, server ? "`%s:`" : "`%s:SCHEMA`", id);
    else if (!usual)
        fprintf(r->out, "`%s:%sNAME`, where NAME is the %s", id, server ? "" : "SCHEMA/", what);
    else
        fprintf(r->out, "`%s:%s`, or `%s:%sNAME` where %s %s", id, server ? "" : "SCHEMA", id,
                server ? "" : "SCHEMA/", *usual ? "the" : "there is a", what);
    if (takes && usual && *usual) {
        fputs(" is not ", r->out);
        code(r, usual);
    }
    fputs(server ? "; one for the whole server, whatever the schema\n" : "\n", r->out);
}

static void example(const struct mlk_render *r, const cJSON *tool)
{
    const cJSON *e = member(tool, "example");
    const char *text = mlk_json_text(e, "target"), *name = mlk_json_text(e, "name");
    const char *table = mlk_json_text(e, "table"), *sql = mlk_json_text(e, "sql");
    const char *companion = mlk_json_text(e, "companion");

    if (!text || !sql)
        return;
    fputs("- Example: ", r->out);
    code(r, text);
    fputs(name ? " is the lock " : " is a row in ", r->out);
    code(r, name ? name : table ? table : "");
    fputs(". By hand: ", r->out);
    code(r, sql);
    if (companion) {
        fputs(". Beside it: the lock ", r->out);
        code(r, companion);
    }
    fputc('\n', r->out);
}

static void table(const struct mlk_render *r, const cJSON *tool)
{
    const cJSON *column, *columns = member(tool, "columns");
    bool first = true;

    if (!is(tool, "kind", "row"))
        return;
    fputs("- Its table is known by the columns ", r->out);
    cJSON_ArrayForEach(column, columns)
    {
        fputs(first ? "" : ", ", r->out);
        code(r, cJSON_IsString(column) ? column->valuestring : "");
        first = false;
    }
    fputs(cJSON_IsTrue(member(tool, "elsewhere"))
              ? "; it may lie in another schema than the tables that are migrated\n"
              : "\n",
          r->out);
}

/* What its users see: the message, and other texts of the same meaning. */
static void sees(const struct mlk_render *r, const cJSON *tool)
{
    const char *message = mlk_json_text(tool, "message");
    const cJSON *phrase;
    bool any = message != NULL;

    if (strcmp(mlk_json_text(tool, "tool"), "named") == 0)
        return;
    fputs("- Users see: ", r->out);
    if (message)
        code(r, message);
    cJSON_ArrayForEach(phrase, member(tool, "phrases"))
    {
        const char *text = mlk_json_text(phrase, "text");

        if (!text || mlk_json_text(phrase, "means") || (message && strstr(message, text)))
            continue;
        fputs(any ? "; " : "", r->out);
        code(r, text);
        any = true;
    }
    fputs(any ? "\n" : "nothing, it waits\n", r->out);
    cJSON_ArrayForEach(phrase, member(tool, "phrases"))
    {
        const char *text = mlk_json_text(phrase, "text"), *means = mlk_json_text(phrase, "means");

        if (!text || !means)
            continue;
        fputs("- ", r->out);
        code(r, text);
        fputs(" means: ", r->out);
        prose(r, means);
        fputc('\n', r->out);
    }
}

static void released(const struct mlk_render *r, const cJSON *tool)
{
    const char *text =
        is(tool, "release", "kill")
            ? "miglock ends the session that holds it (KILL), as nothing else gives a named lock back"
        : is(tool, "release", "delete")
            ? "miglock deletes the row, if it is still exactly the one that was looked at"
            : "miglock clears the flag in the row, if it is still exactly the one that was looked at";

    fprintf(r->out, "- Release: %s\n", text);
}

static void section(const struct mlk_render *r, const cJSON *tool)
{
    const char *own = mlk_json_text(tool, "own_unlock"), *title = mlk_json_text(tool, "title");
    const cJSON *advice;

    fprintf(r->out, "\n## `%s`: %s\n\n", mlk_json_text(tool, "tool"), title ? title : "");
    prose(r, mlk_json_text(tool, "how"));
    fputs("\n\n", r->out);
    target(r, tool);
    example(r, tool);
    table(r, tool);
    sees(r, tool);
    item(r, "It stays", mlk_json_text(tool, "stuck"));
    item(r, "On MariaDB", mlk_json_text(tool, "on_mariadb"));
    released(r, tool);
    if (own) {
        fputs("- Its own way: ", r->out);
        code(r, own);
        fputc('\n', r->out);
    }
    cJSON_ArrayForEach(advice, member(tool, "advice"))
        item(r, "Check", cJSON_IsString(advice) ? advice->valuestring : NULL);
    item(r, "Read in", mlk_json_text(tool, "source"));
}

void mlk_render_tools_markdown(const struct mlk_render *r, const cJSON *tools)
{
    const cJSON *tool;

    fputs("# The tools\n\n"
          "What miglock knows of each migration tool. This page is what `miglock tools --markdown` prints, "
          "from the "
          "table that the library works with.\n"
          "Every lock below can be looked at with `miglock status TARGET` or `miglock_status('TARGET')`; "
          "`miglock explain` finds the tool for an error message.\n"
          "A named lock is the tool's session's, and goes with it. A row stays until somebody writes it.\n",
          r->out);
    cJSON_ArrayForEach(tool, tools)
    {
        if (mlk_json_text(tool, "tool"))
            section(r, tool);
    }
}
