/* SPDX-License-Identifier: GPL-2.0-only */
#include "sayings.h"

#include <stdlib.h>
#include <string.h>

#include "plain.h"

enum { PARTS_MAX = 1 << 20, LINE_MAX_BYTES = 400 }; /* how far behind a text its "then" may follow */

struct search {
    const struct mlk_buf *text;
    struct mlk_buf parts; /* the phrases in plain form, folded */
    struct mlk_saying *list;
    size_t count, cap;
    int first[256]; /* of those that begin with that byte; -1: none */
};

/* Appends the plain, folded form of text without what need not be there: blanks at its ends and any of
 * optional at its end. */
static size_t add_part(struct search *s, const char *text, const char *optional, size_t *len)
{
    size_t at = s->parts.len;

    while (*text == ' ')
        text++;
    mlk_plain(text, strlen(text), &s->parts);
    while (s->parts.len > at && strchr(optional, s->parts.text[s->parts.len - 1]))
        s->parts.len--;
    *len = s->parts.len - at;
    for (size_t i = at; i < s->parts.len; i++)
        s->parts.text[i] = mlk_plain_fold(s->parts.text[i]);
    return at;
}

static enum mlk_status add(struct search *s, const struct mlk_saying *saying, const char *text,
                           const char *then)
{
    struct mlk_saying *to;

    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 128;
        struct mlk_saying *list = realloc(s->list, cap * sizeof *list);

        if (!list)
            return MLK_NO_MEMORY;
        s->list = list;
        s->cap = cap;
    }
    to = &s->list[s->count];
    *to = *saying;
    to->part = add_part(s, text, then ? " " : " .", &to->part_len);
    to->then = add_part(s, then ? then : "", " ", &to->then_len);
    if (to->part_len == 0 || s->parts.status)
        return s->parts.status;
    to->next = s->first[(unsigned char)s->parts.text[to->part]];
    s->first[(unsigned char)s->parts.text[to->part]] = (int)s->count++;
    return MLK_OK;
}

static enum mlk_status add_tool(struct search *s, const struct mlk_tool *tool)
{
    enum mlk_status status = MLK_OK;

    if (tool->message)
        status = add(s, &(struct mlk_saying){.tool = tool}, tool->message, NULL);
    for (const struct mlk_phrase *p = tool->phrases; p && p->text && !status; p++)
        status = add(s, &(struct mlk_saying){.tool = tool, .means = p->means}, p->text, NULL);
    return status;
}

static enum mlk_status add_all(struct search *s)
{
    const struct mlk_tool *tool;
    const struct mlk_known *known;
    enum mlk_status status = MLK_OK;

    for (size_t i = 0; i < sizeof s->first / sizeof s->first[0]; i++)
        s->first[i] = -1;
    for (size_t i = 0; (tool = mlk_tool_at(i)) && !status; i++)
        status = add_tool(s, tool);
    for (size_t i = 0; (known = mlk_known_at(i)) && !status; i++) {
        for (const char *const *text = known->texts; *text && !status; text++)
            status = add(s, &(struct mlk_saying){.known = known, .means = known->means}, *text, known->then);
    }
    return status;
}

/* Bytes of the text from at that p is, 0 where it does not stand there. */
static size_t length_at(const struct search *s, const struct mlk_saying *p, size_t at)
{
    size_t end = at + p->part_len, limit, then;

    if (!mlk_plain_at(s->text, at, s->parts.text + p->part, p->part_len))
        return 0;
    if (p->then_len == 0)
        return p->part_len;
    for (limit = end; limit < s->text->len && limit < end + LINE_MAX_BYTES && s->text->text[limit] != '\n';)
        limit++;
    for (then = end; then + p->then_len <= limit; then++) {
        if (mlk_plain_at(s->text, then, s->parts.text + p->then, p->then_len))
            return then + p->then_len - at;
    }
    return 0;
}

/* Everything that begins at at. covered: the end of what began before it. Returns the new one. */
static size_t look_at(struct search *s, size_t at, size_t covered)
{
    int head = s->first[(unsigned char)mlk_plain_fold(s->text->text[at])];
    size_t longest = 0;

    for (int i = head; i >= 0; i = s->list[i].next) {
        size_t len = length_at(s, &s->list[i], at);

        longest = len > longest ? len : longest;
    }
    if (longest == 0 || at + longest <= covered)
        return covered;
    for (int i = head; i >= 0; i = s->list[i].next) {
        struct mlk_saying *p = &s->list[i];

        if (p->len == 0 && length_at(s, p, at) == longest) {
            p->at = at;
            p->len = longest;
        }
    }
    return at + longest;
}

enum mlk_status mlk_sayings_find(const struct mlk_buf *text, struct mlk_sayings *out)
{
    struct search s = {.text = text};
    size_t covered = 0;
    enum mlk_status status;

    memset(out, 0, sizeof *out);
    mlk_buf_init(&s.parts, PARTS_MAX);
    status = add_all(&s);
    for (size_t at = 0; at < text->len && !status; at++)
        covered = look_at(&s, at, covered);
    mlk_buf_free(&s.parts);
    if (status) {
        free(s.list);
        return status;
    }
    for (size_t i = 0; i < s.count; i++) {
        if (s.list[i].len)
            s.list[out->count++] = s.list[i];
    }
    out->list = s.list;
    return MLK_OK;
}
