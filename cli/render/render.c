/* SPDX-License-Identifier: GPL-2.0-only */
#include "render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "json.h"
#include "miglock/sql.h"
#include "miglock/text.h"
#include "text.h"
#include "times.h"

/* WRAP_MAX: longer lines are hard to read; a table may still take all of a wide terminal. */
enum { WIDTH = 80, WIDTH_MIN = 40, WIDTH_MAX = 1000, WRAP_MAX = 120 };

/* COLUMNS, where somebody has exported it; else what the terminal says; else 80. */
static size_t width_of(int fd)
{
    const char *columns = getenv("COLUMNS");
    unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
    struct winsize size;

    if (width == 0 && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width == 0)
        return WIDTH;
    return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

void mlk_render_start(struct mlk_render *r, FILE *out, bool sql)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    int fd = fileno(out);

    r->out = out;
    r->width = width_of(fd);
    r->sql = sql;
    r->colour = isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

/* The port of a client says something to a person with a packet trace only. An IPv6 address has colons of its
 * own. */
static void add_host(struct mlk_buf *b, const char *host, bool full)
{
    const char *colon = strrchr(host, ':');
    char *copy;

    if (full || !colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")] ||
        strchr(host, ':') != colon) {
        mlk_text_clean(b, host);
        return;
    }
    copy = strndup(host, (size_t)(colon - host));
    mlk_text_clean(b, copy ? copy : host);
    free(copy);
}

void mlk_render_session(struct mlk_buf *b, const cJSON *session, bool full)
{
    const char *user = mlk_json_text(session, "user"), *host = mlk_json_text(session, "host");
    const char *program = mlk_json_text(session, "program");
    int64_t id = mlk_json_int(session, "connection_id", -1), pid = mlk_json_int(session, "pid", -1);
    size_t start = b->len;

    if (id >= 0)
        mlk_buf_fmt(b, full ? "connection %" PRId64 : "%" PRId64, id);
    if (user || host) {
        mlk_buf_str(b, b->len > start ? " " : "");
        mlk_text_clean(b, user);
        mlk_buf_str(b, host ? "@" : "");
        add_host(b, host ? host : "", full);
    }
    if (program) {
        mlk_buf_str(b, b->len > start ? " " : "");
        mlk_text_clean(b, program);
    }
    if (pid >= 0)
        mlk_buf_fmt(b, program ? "[%" PRId64 "]" : " pid %" PRId64, pid);
}

void mlk_render_word(struct mlk_buf *b, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@%+=,";

    if (*word && !word[strspn(word, plain)]) {
        mlk_buf_str(b, word);
        return;
    }
    mlk_buf_str(b, "'");
    for (const char *p = word; *p; p++) {
        if (*p == '\'')
            mlk_buf_str(b, "'\\''");
        else
            mlk_buf_add(b, p, 1);
    }
    mlk_buf_str(b, "'");
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
    size_t len = strlen(text), tail = strlen(with);

    return len >= tail && strcmp(text + len - tail, with) == 0;
}

/* Which target next asks for the status of: that of the report, or of DDL under its lock. */
static const char *status_target(const cJSON *report, const char *next)
{
    const char *own = mlk_json_text(report, "target");
    const cJSON *ddl;
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    cJSON_ArrayForEach(ddl, cJSON_GetObjectItemCaseSensitive(report, "ddl"))
    {
        const char *target = mlk_json_text(ddl, "target");

        if (!target)
            continue;
        mlk_buf_reset(&b);
        mlk_buf_str(&b, "SELECT miglock_status(");
        mlk_sql_string(&b, target, strlen(target));
        mlk_buf_str(&b, ")");
        if (strcmp(mlk_buf_text(&b), next) == 0)
            own = target;
    }
    mlk_buf_free(&b);
    return own;
}

/* The command that does what "next" says in SQL; nothing where there is no such command. */
static void command_for(struct mlk_buf *b, const cJSON *report, const char *next)
{
    const char *target = mlk_json_text(report, "target"), *token = mlk_json_text(report, "token");
    const char *node = mlk_json_text(report, "node");
    bool release = starts(next, "SELECT miglock_release("), repair = starts(next, "SELECT miglock_repair(");

    if (target && token && (release || repair)) {
        mlk_buf_str(b, release ? "miglock release " : "miglock repair ");
        mlk_render_word(b, target);
        mlk_buf_str(b, " --token ");
        mlk_render_word(b, token);
        mlk_buf_str(b, strstr(next, "'force'") ? " --force" : "");
    } else if (target && starts(next, "SELECT miglock_status(")) {
        mlk_buf_str(b, "miglock status ");
        mlk_render_word(b, status_target(report, next));
        mlk_buf_str(b, ends(next, ", 'probe')") ? " --probe" : "");
    }
    if (b->len > 0 && node) {
        mlk_buf_str(b, " --host ");
        mlk_render_word(b, node);
    }
}

/* Whole, however long: it is there to be copied. */
static void put_statement(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                          const char *text)
{
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    for (size_t i = 0; i < indent; i++)
        mlk_buf_str(&b, " ");
    mlk_text_pad(&b, label, label_width);
    mlk_text_clean(&b, text);
    fprintf(r->out, "%s\n", mlk_buf_text(&b));
    mlk_buf_free(&b);
}

void mlk_render_next(const struct mlk_render *r, size_t indent, size_t label_width, const cJSON *report)
{
    const char *next = mlk_json_text(report, "next");
    struct mlk_buf b;

    if (!next)
        return;
    mlk_buf_init(&b, MLK_RENDER_MAX);
    command_for(&b, report, next);
    if (b.len > 0)
        put_statement(r, indent, label_width ? "next" : "next: ", label_width, mlk_buf_text(&b));
    if (b.len == 0 || r->sql) /* without the functions only a statement that needs none of them is of use */
        put_statement(r, indent, label_width ? "in SQL" : "in SQL: ", label_width, next);
    mlk_buf_free(&b);
}

int64_t mlk_render_count(const cJSON *report, const char *list, const char *count)
{
    int64_t shown = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(report, list));
    int64_t all = mlk_json_int(report, count, shown);

    return all > shown ? all : shown;
}

void mlk_render_verdict(const struct mlk_render *r, const char *verdict, size_t width)
{
    static const char *const colours[][2] = {
        {"free", "32"}, {"active", "36"}, {"idle", "33"}, {"abandoned", "31"}, {"unknown", "35"}};
    const char *colour = NULL;
    struct mlk_buf b;

    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        if (strcmp(verdict, colours[i][0]) == 0)
            colour = colours[i][1];
    mlk_buf_init(&b, MLK_RENDER_MAX);
    mlk_text_clean(&b, verdict);
    if (r->colour && colour)
        fprintf(r->out, "\033[%sm%s\033[0m", colour, mlk_buf_text(&b));
    else
        fputs(mlk_buf_text(&b), r->out);
    for (size_t w = mlk_text_width(mlk_buf_text(&b)); w < width; w++)
        fputc(' ', r->out);
    mlk_buf_free(&b);
}

void mlk_render_line(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                     const char *text)
{
    struct mlk_buf clean, b;

    mlk_buf_init(&clean, MLK_RENDER_MAX);
    mlk_buf_init(&b, MLK_RENDER_MAX);
    for (size_t i = 0; i < indent; i++)
        mlk_buf_str(&b, " ");
    mlk_text_pad(&b, label, label_width);
    mlk_text_clean(&clean, text);
    mlk_text_wrap(&b, mlk_buf_text(&clean), indent + label_width, r->width < WRAP_MAX ? r->width : WRAP_MAX);
    fputs(mlk_buf_text(&b), r->out);
    mlk_buf_free(&clean);
    mlk_buf_free(&b);
}

/* The sentence with its times as people read them. */
static void local_times(struct mlk_buf *b, const char *text)
{
    enum { TIME_LEN = sizeof "2026-11-21T08:00:00Z" - 1 };
    char time[TIME_LEN + 1];
    int64_t ignored;

    while (*text) {
        size_t len = strnlen(text, TIME_LEN);

        memcpy(time, text, len);
        time[len] = '\0';
        if (len == TIME_LEN && time[len - 1] == 'Z' && mlk_time_parse(time, &ignored)) {
            mlk_times_show(b, time);
            text += TIME_LEN;
        } else {
            mlk_buf_add(b, text++, 1);
        }
    }
}

void mlk_render_sentences(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                          const cJSON *texts)
{
    const cJSON *text;
    struct mlk_buf b;

    mlk_buf_init(&b, MLK_RENDER_MAX);
    cJSON_ArrayForEach(text, texts)
    {
        if (!cJSON_IsString(text))
            continue;
        mlk_buf_reset(&b);
        local_times(&b, text->valuestring);
        mlk_render_line(r, indent, label, label_width, mlk_buf_text(&b));
        label = "";
    }
    mlk_buf_free(&b);
}

void mlk_render_lines(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                      const cJSON *texts)
{
    const cJSON *text;

    cJSON_ArrayForEach(text, texts)
    {
        if (!cJSON_IsString(text))
            continue;
        mlk_render_line(r, indent, label, label_width, text->valuestring);
        label = "";
    }
}
