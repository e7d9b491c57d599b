/* SPDX-License-Identifier: GPL-2.0-only */
#include "details.h"

#include <stdbool.h>
#include <string.h>

#include "miglock/target.h"
#include "miglock/text.h"
#include "plain.h"

/*
 * Messages with {members}, in plain form and lower case: a member ends where the text behind it stands; the
 * last one is a word, but for since, which is a date in whatever form its locale has. Source: the tools' own
 * message texts, as given in their files under core/tools.
 */
static const struct {
    const char *tool, *message;
} messages[] = {
    {"liquibase", "currently locked by {locked_by} since {since}"},
    {"knex", "rows from migrations lock table: {table}"},
    {"msr", "failed to acquire migration lock after {attempts} attempt"},
    {"laravel", "the [{command}] command is already running"},
    {"yoyo", "process {pid} has locked this database"},
    {"flyway", "acquire mysql named lock: {name}"},
    {"flyway", "release mysql named lock: {name}"},
    {"golang-migrate", "dirty database version {version}"},
    {"sqlx", "migration {version} is partially applied"},
    {"sqitch", "blocked by another instance of sqitch working on {destination}; waiting"},
    {"sqitch", "another instance of sqitch to finish work on {destination}"},
    {"atlas", "failed releasing a named lock {name}"},
    {"gh-ost", "is already migrating {schema}.{table}: migration lock {name} held by connection id "
               "{connection_id}"},
    {"spirit", "could not acquire advisory lock for {name}, lock is held by another connection"},
    {"skeema", "unable to lock temp-schema workspace on {instance}: unable to acquire lock before timeout"},
};

/* Plain text has no NUL, which strchr would find everywhere. */
static bool is_one_of(char c, const char *list)
{
    return strchr(list, c) != NULL;
}

/* Where a date ends that began at from. */
static size_t date_end(const struct mlk_buf *text, size_t from)
{
    enum { DATE_MAX = 60 };
    size_t end = from;

    while (end < text->len && end - from < DATE_MAX && !is_one_of(text->text[end], "\n\"'[(;|") &&
           !mlk_plain_at(text, end, "at ", 3))
        end++;
    return end;
}

static size_t word_end(const struct mlk_buf *text, size_t from)
{
    size_t end = from;

    while (end < text->len && end - from < MLK_DETAIL_MAX && !is_one_of(text->text[end], " \n\"')],;{}<>|"))
        end++;
    return end;
}

/* Where the member at the end of a message ends. Moves *from behind a quote. */
static size_t last_end(const struct mlk_buf *text, size_t *from, const char *member)
{
    while (*from < text->len && is_one_of(text->text[*from], "'\""))
        (*from)++;
    return strncmp(member, "since}", 6) == 0 ? date_end(text, *from) : word_end(text, *from);
}

/* Where behind, of that length, stands in the text after a member that begins at from; the text's end:
 * nowhere near. */
static size_t middle_end(const struct mlk_buf *text, size_t from, const char *behind, size_t len)
{
    for (size_t end = from; end < text->len && end - from < MLK_DETAIL_MAX; end++) {
        if (mlk_plain_at(text, end, behind, len))
            return end;
    }
    return text->len;
}

/* Adds text[from, to) without its quotes and the blanks and stops around it; a member that is there stays. */
static bool keep(cJSON *details, const char *member, size_t member_len, const struct mlk_buf *text,
                 size_t from, size_t to)
{
    char name[32], value[MLK_DETAIL_MAX], *p;

    if (member_len >= sizeof name)
        return false;
    memcpy(name, member, member_len);
    name[member_len] = '\0';
    while (from < to && is_one_of(text->text[from], " \n'\""))
        from++;
    while (to > from && is_one_of(text->text[to - 1], " \n'\".,:"))
        to--;
    if (from == to || to - from >= sizeof value || cJSON_GetObjectItemCaseSensitive(details, name))
        return true;
    mlk_printable(value, sizeof value, text->text + from, to - from);
    for (p = value; *p; p++)
        *p = text->text[from + (size_t)(p - value)] == '\n' ? ' ' : *p;
    return cJSON_AddStringToObject(details, name, value) != NULL;
}

/* Reads the message that may begin at at. False where it does not stand there. details NULL: nothing is kept;
 * *ok gets false where memory is out. */
static bool read_message(const char *message, const struct mlk_buf *text, size_t at, cJSON *details, bool *ok)
{
    const char *open;

    while ((open = strchr(message, '{'))) {
        size_t len = (size_t)(open - message), end;
        const char *member = open + 1, *behind = strchr(open, '}') + 1;
        size_t behind_len = strcspn(behind, "{");

        if (!mlk_plain_at(text, at, message, len))
            return false;
        at += len;
        end = behind_len ? middle_end(text, at, behind, behind_len) : last_end(text, &at, member);
        if (behind_len && end == text->len)
            return false;
        if (details)
            *ok = *ok && keep(details, member, (size_t)(behind - 1 - member), text, at, end);
        at = end;
        message = behind;
    }
    return true;
}

/* The last one in the text: a log goes on at its end. */
static bool add_message(const char *message, const struct mlk_buf *text, cJSON *details)
{
    bool ok = true;

    for (size_t at = text->len; at-- > 0;) {
        if (mlk_plain_fold(text->text[at]) != *message || !read_message(message, text, at, NULL, NULL))
            continue;
        read_message(message, text, at, details, &ok);
        break;
    }
    return ok;
}

static bool identifier(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = mlk_plain_fold(text[i]);

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80 ||
              is_one_of(c, "_$-")))
            return false;
    }
    return len > 0 && mlk_utf8_valid(text, len) && mlk_utf8_length(text, len) <= 64;
}

/* Whether what stands before "://" is a driver's name: mysql, or jdbc:mysql:loadbalance. */
static bool url_is_ours(const struct mlk_buf *text, size_t colon)
{
    enum { BEFORE = 30 };
    static const char *const drivers[] = {"mysql", "mysql2", "mariadb", "trilogy"};
    size_t start = colon;

    while (start > 0 && colon - start < BEFORE && !is_one_of(text->text[start - 1], " \n'\"=(<,;"))
        start--;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (mlk_plain_find(text, start, colon, drivers[i]) < colon)
            return true;
    }
    return false;
}

/* The schema of a URL whose "://" stands at colon. False where it is no database's, or where a part of a
 * password could be taken for it: an '@' follows. */
static bool url_schema(const struct mlk_buf *text, size_t colon, size_t *from, size_t *len)
{
    enum { PART_MAX = 400 };
    size_t end, last;

    if (!url_is_ours(text, colon))
        return false;
    for (end = colon + 3; end < text->len && end - colon < PART_MAX && text->text[end] != '/'; end++) {
        if (is_one_of(text->text[end], " \n'\""))
            return false;
    }
    *from = end + 1;
    if (*from >= text->len || text->text[end] != '/')
        return false;
    for (end = *from; end < text->len && !is_one_of(text->text[end], " \n"); end++) {
        if (text->text[end] == '@' || end - *from > PART_MAX)
            return false;
    }
    for (last = *from; last < end && !is_one_of(text->text[last], "?#'\"),;]}>");)
        last++;
    while (last > *from && is_one_of(text->text[last - 1], ".:"))
        last--;
    *len = last - *from;
    return identifier(text->text + *from, *len);
}

/* "schema `app`", as Flyway writes it; at is behind the quote. */
static bool quoted_schema(const struct mlk_buf *text, size_t at, size_t *len)
{
    for (*len = 0; at + *len < text->len && *len <= MLK_IDENT_MAX; (*len)++) {
        if (is_one_of(text->text[at + *len], "'\""))
            return identifier(text->text + at, *len);
    }
    return false;
}

/* The one schema that the text names, if it is one. */
static bool add_schema(const struct mlk_buf *text, cJSON *details)
{
    size_t from = 0, len = 0;

    for (size_t at = 0; at < text->len; at++) {
        size_t found = 0, found_len = 0;
        bool is = false;

        if (text->text[at] == ':' && mlk_plain_at(text, at, "://", 3)) {
            is = url_schema(text, at, &found, &found_len);
        } else if (mlk_plain_fold(text->text[at]) == 's' &&
                   (mlk_plain_at(text, at, "schema '", 8) || mlk_plain_at(text, at, "schema \"", 8))) {
            found = at + 8;
            is = quoted_schema(text, found, &found_len);
        }
        if (is && len && (len != found_len || memcmp(text->text + from, text->text + found, len) != 0))
            return true;
        if (is) {
            from = found;
            len = found_len;
        }
    }
    return len == 0 || keep(details, "schema", 6, text, from, from + len);
}

cJSON *mlk_details(const struct mlk_tool *tool, const struct mlk_buf *text)
{
    cJSON *details = cJSON_CreateObject();
    bool ok = details != NULL;

    for (size_t i = 0; tool && ok && i < sizeof messages / sizeof messages[0]; i++) {
        if (strcmp(messages[i].tool, tool->id) == 0)
            ok = add_message(messages[i].message, text, details);
    }
    if (ok && add_schema(text, details))
        return details;
    cJSON_Delete(details);
    return NULL;
}
