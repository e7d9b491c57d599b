/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "details.h"
#include "document.h"
#include "miglock/miglock.h"
#include "miglock/text.h"
#include "plain.h"
#include "sayings.h"

/* What one tool, or one entry of the known ones, says in the text. */
struct match {
    const struct mlk_saying
        *says; /* what counts: that the lock is taken before anything else, then the longest */
    const struct mlk_saying *first, *end; /* all of it */
};

static bool counts_more(const struct mlk_saying *a, const struct mlk_saying *b)
{
    if (!a->means != !b->means)
        return !a->means;
    return a->len > b->len;
}

/* One string, what has to be quoted for a shell in quotes. */
static void add_command(cJSON *list, const char *verb, const char *word, bool *ok)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@%+=,";
    bool quote = !*word || word[strspn(word, plain)];
    cJSON *item;
    struct mlk_buf b;

    if (!*ok)
        return;
    mlk_buf_init(&b, 5 * MLK_TARGET_MAX);
    mlk_buf_fmt(&b, "miglock %s %s", verb, quote ? "'" : "");
    for (; *word; word++) {
        if (*word == '\'')
            mlk_buf_str(&b, "'\\''");
        else
            mlk_buf_add(&b, word, 1);
    }
    mlk_buf_str(&b, quote ? "'" : "");
    item = b.status ? NULL : cJSON_CreateString(mlk_buf_text(&b));
    *ok = item && cJSON_AddItemToArray(list, item);
    mlk_buf_free(&b);
}

static const char *detail(const cJSON *details, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(details, name));
}

/* "TABLE" for a qualifier that is a "history table". */
static void placeholder(const char *what, char *to, size_t size)
{
    const char *word = what ? strrchr(what, ' ') : NULL;
    size_t i = 0;

    for (word = word ? word + 1 : what ? what : "name"; word[i] && i + 1 < size; i++)
        to[i] = word[i] >= 'a' && word[i] <= 'z' ? (char)(word[i] - 'a' + 'A') : word[i];
    to[i] = '\0';
}

/* Whether it could be made. qualifier may be NULL. */
static bool target_of(const struct mlk_tool *tool, const char *schema, const char *qualifier,
                      struct mlk_target *out)
{
    char error[MLK_ERROR_MAX];

    return mlk_target_make(tool->id, strlen(tool->id), schema, strlen(schema), qualifier,
                           qualifier ? strlen(qualifier) : 0, out, error, sizeof error) == MLK_OK;
}

/* The lock that the text speaks of, as far as the text says which it is. */
static void make_target(const struct mlk_tool *tool, const cJSON *details, struct mlk_target *out)
{
    const char *schema = detail(details, "schema"), *name = detail(details, "name");
    const char *qualifier = tool->takes_qualifier ? detail(details, "table") : NULL;
    const struct mlk_tool *named = mlk_tool_find("named", 5);
    char name_schema[MLK_IDENT_MAX + 1] = "", name_qualifier[MLK_IDENT_MAX + 1] = "", shown[40];
    bool server = tool->scope == MLK_PER_SERVER, made, told;

    if (name && tool->recognise && tool->recognise(name, name_schema, name_qualifier)) {
        schema = *name_schema ? name_schema : schema;
        qualifier = *name_qualifier ? name_qualifier : qualifier;
    }
    told = schema || server;
    if (tool->takes_qualifier && !qualifier && !tool->default_qualifier && tool->kind == MLK_NAMED) {
        placeholder(tool->qualifier_is, shown, sizeof shown);
        qualifier = shown;
        told = false;
    }
    if (server)
        made = target_of(tool, qualifier ? qualifier : "", NULL, out);
    else
        made = target_of(tool, schema ? schema : "SCHEMA", qualifier, out);
    /* the name itself says it best where the parts do not lead to it; MySQL's are in lower case */
    if (name && named && (!made || !told || strcasecmp(out->name, name) != 0))
        made = target_of(named, name, NULL, out) || target_of(tool, server ? "" : "SCHEMA", NULL, out);
    if (!made) {
        mlk_copy(out->text, sizeof out->text, tool->id);
        mlk_copy(out->text + strlen(out->text), sizeof out->text - strlen(out->text),
                 server ? ":" : ":SCHEMA");
    }
}

static cJSON *commands(const struct match *m, const cJSON *details)
{
    const char *schema = detail(details, "schema"), *id = detail(details, "connection_id");
    struct mlk_target target;
    cJSON *list = cJSON_CreateArray();
    bool ok = list != NULL;

    if (ok && !m->says->tool) {
        add_command(list, "status", schema ? schema : "SCHEMA", &ok);
    } else if (ok) {
        make_target(m->says->tool, details, &target);
        add_command(list, "status", target.text, &ok);
        if (id && *id && !id[strspn(id, "0123456789")])
            add_command(list, "probe", id, &ok);
        if (!m->says->means)
            add_command(list, "release", target.text, &ok);
    }
    if (ok)
        return list;
    cJSON_Delete(list);
    return NULL;
}

static const char *taken(const struct mlk_tool *tool)
{
    if (tool->kind == MLK_ROW)
        return "The lock is taken: a migration is running, or one ended without giving it back.";
    return "Another session holds the lock: a migration is running, or a session of one that should be over "
           "is "
           "still connected.";
}

/* The words of the text itself. */
static cJSON *words(const struct mlk_saying *says, const struct mlk_buf *text)
{
    char shown[MLK_DETAIL_MAX];

    mlk_printable(shown, sizeof shown, text->text + says->at, says->len);
    for (size_t i = 0; shown[i]; i++)
        shown[i] = text->text[says->at + i] == '\n' ? ' ' : shown[i];
    return cJSON_CreateString(shown);
}

/* Whether p says what nothing from first up to it said. */
static bool is_news(const struct mlk_saying *first, const struct mlk_saying *p, const struct mlk_saying *says)
{
    if (!p->means || (says->means && strcmp(p->means, says->means) == 0))
        return false;
    for (; first < p; first++) {
        if (first->means && strcmp(first->means, p->means) == 0)
            return false;
    }
    return true;
}

/* What else it says that means something else. */
static cJSON *also(const struct match *m, const struct mlk_buf *text)
{
    cJSON *list = cJSON_CreateArray();

    for (const struct mlk_saying *p = m->first; list && p < m->end; p++) {
        struct mlk_doc j;

        if (!is_news(m->first, p, m->says))
            continue;
        mlk_doc_begin(&j);
        mlk_doc_item(&j, "matched", words(p, text));
        mlk_doc_text(&j, "means", p->means);
        if (!cJSON_AddItemToArray(list, mlk_doc_end(&j))) {
            cJSON_Delete(list);
            list = NULL;
        }
    }
    return list;
}

static cJSON *match_document(const struct match *m, const struct mlk_buf *text)
{
    const struct mlk_tool *tool = m->says->tool;
    const struct mlk_known *known = m->says->known;
    bool is_taken = !m->says->means;
    cJSON *details = mlk_details(tool, text);
    struct mlk_doc j;

    mlk_doc_begin(&j);
    mlk_doc_text(&j, "tool", tool ? tool->id : NULL);
    mlk_doc_text(&j, "title", tool ? tool->title : known->title);
    mlk_doc_item(&j, "matched", words(m->says, text));
    mlk_doc_bool(&j, "taken", is_taken);
    mlk_doc_text(&j, "means", is_taken ? taken(tool) : m->says->means);
    mlk_doc_item(&j, "also", also(m, text));
    mlk_doc_text(&j, "stuck", is_taken ? tool->stuck : NULL);
    mlk_doc_text(&j, "on_mariadb", tool ? tool->on_mariadb : NULL);
    mlk_doc_item(&j, "commands", details ? commands(m, details) : NULL);
    mlk_doc_item(&j, "details", details);
    mlk_doc_text(&j, "own_unlock", is_taken ? tool->own_unlock : NULL);
    mlk_doc_list(&j, "advice", tool ? tool->advice : known->advice);
    return mlk_doc_end(&j);
}

static int longest_first(const void *a, const void *b)
{
    const struct match *x = a, *y = b;

    if (x->says->len != y->says->len)
        return x->says->len > y->says->len ? -1 : 1;
    return x->first < y->first ? -1 : 1; /* then as in the table */
}

static enum mlk_status match_array(const struct mlk_sayings *found, const struct mlk_buf *text, cJSON **out)
{
    struct match *list = calloc(found->count + 1, sizeof *list);
    cJSON *array = cJSON_CreateArray();
    size_t count = 0;

    for (size_t i = 0; list && i < found->count; i++) {
        const struct mlk_saying *p = &found->list[i];
        struct match *m = &list[count ? count - 1 : 0];

        if (count && m->says->tool == p->tool && m->says->known == p->known) {
            m->end = p + 1;
            m->says = counts_more(p, m->says) ? p : m->says;
        } else {
            list[count++] = (struct match){.says = p, .first = p, .end = p + 1};
        }
    }
    if (list)
        qsort(list, count, sizeof *list, longest_first);
    for (size_t i = 0; list && array && i < count; i++) {
        if (!cJSON_AddItemToArray(array, match_document(&list[i], text))) {
            cJSON_Delete(array);
            array = NULL;
        }
    }
    *out = list ? array : NULL;
    if (!list)
        cJSON_Delete(array);
    free(list);
    return *out ? MLK_OK : MLK_NO_MEMORY;
}

/* Where nothing was found: what could have been. */
static cJSON *unknown(void)
{
    cJSON *reads = cJSON_CreateArray();
    const struct mlk_tool *tool;
    const struct mlk_known *known;
    bool ok = reads != NULL;
    struct mlk_doc j;

    for (size_t i = 0; ok && (tool = mlk_tool_at(i)); i++) {
        if (tool->message || tool->phrases)
            ok = cJSON_AddItemToArray(reads, cJSON_CreateString(tool->title));
    }
    for (size_t i = 0; ok && (known = mlk_known_at(i)); i++)
        ok = cJSON_AddItemToArray(reads, cJSON_CreateString(known->title));
    mlk_doc_begin(&j);
    mlk_doc_text(
        &j, "because",
        "Nothing in this text is a message of a migration lock that miglock knows. Some tools wait for "
        "their lock and say nothing.");
    mlk_doc_item(&j, "reads", reads);
    j.failed = j.failed || !ok;
    mlk_doc_list(&j, "commands", (const char *const[]){"miglock status", NULL});
    return mlk_doc_end(&j);
}

enum mlk_status mlk_explain(const char *text, size_t len, cJSON **out)
{
    bool cut = len > MLK_EXPLAIN_MAX;
    struct mlk_sayings found = {NULL, 0};
    cJSON *array = NULL;
    enum mlk_status status;
    struct mlk_buf plain;
    struct mlk_doc j;

    *out = NULL;
    mlk_buf_init(&plain, MLK_EXPLAIN_MAX);
    status = mlk_plain(text, cut ? MLK_EXPLAIN_MAX : len, &plain);
    if (!status)
        status = mlk_sayings_find(&plain, &found);
    if (!status)
        status = match_array(&found, &plain, &array);
    if (!status) {
        mlk_doc_begin(&j);
        mlk_doc_number(&j, "schema_version", MLK_SCHEMA_VERSION);
        mlk_doc_item(&j, "unknown", found.count ? cJSON_CreateNull() : unknown());
        mlk_doc_item(&j, "matches", array);
        mlk_doc_bool(&j, "cut", cut);
        *out = mlk_doc_end(&j);
        status = *out ? MLK_OK : MLK_NO_MEMORY;
    }
    free(found.list);
    mlk_buf_free(&plain);
    return status;
}
