/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both servers' functions are looked up by their C++ names, which tell the types of their arguments: one that
 * has changed is not found, instead of called wrongly.
 *
 * MySQL's service log_builtins is not used. Its table has grown in the middle under the same name
 * (log_builtins.h: line_set_flag and line_get_output_buffer are in 9.x and not in 8.0.20), so a fixed
 * declaration of it would call the wrong function on another version. What the server itself writes with is
 * older and has not changed: a log line that is made of typed items, here without any format string.
 */
#include "error_log.h"

#include <dlfcn.h>
#include <string.h>

#include "miglock/text.h"

enum { TEXT_SIZE = MLK_LOG_TEXT_MAX + 1 };

/* A function of the server by its name. POSIX lets a pointer to data hold one to a function. */
static bool find(const char *name, void *function, size_t size)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);

    memcpy(function, &symbol, size);
    return symbol != NULL;
}
#define FIND(function, name) find(name, &(function), sizeof(function))

/* The line as it may be written, into text, which has TEXT_SIZE bytes. */
static void make_text(char *text, const char *line)
{
    static const char cut[] = "...";
    size_t len = strlen(line);

    if (len < TEXT_SIZE) {
        mlk_printable(text, TEXT_SIZE, line, len);
        return;
    }
    mlk_printable(text, TEXT_SIZE - (sizeof cut - 1), line, len);
    memcpy(text + strlen(text), cut, sizeof cut);
}

/* MySQL, sql/log.h and sql/server_component/log_builtins.cc. A line and an item's value are opaque; an item's
 * type is an enum. my_loglevel.h: SYSTEM_LEVEL. */
enum { SYSTEM_LEVEL = 0 };
struct mysql_log {
    void *(*line_init)(void);
    void (*line_exit)(void *line);
    int (*line_submit)(void *line);
    void *(*line_item_set)(void *line, int type); /* NULL where it has no room */
    bool (*set_int)(void *value, long long number);
    bool (*set_text)(void *value, const char *text, size_t length); /* keeps the pointer */
    int (*index_of)(const char *key, size_t length);                /* 0 or less where there is none */
    int (*type_of)(unsigned index);
};

static bool find_mysql_log(struct mysql_log *log)
{
    return FIND(log->line_init, "_Z13log_line_initv") &&
           FIND(log->line_exit, "_Z13log_line_exitP9_log_line") &&
           FIND(log->line_submit, "_Z15log_line_submitP9_log_line") &&
           FIND(log->line_item_set, "_Z17log_line_item_setP9_log_line18enum_log_item_type") &&
           FIND(log->set_int, "_Z16log_item_set_intP14_log_item_datax") &&
           FIND(log->set_text, "_Z22log_item_set_lexstringP14_log_item_dataPKcm") &&
           FIND(log->index_of, "_Z26log_item_wellknown_by_namePKcm") &&
           FIND(log->type_of, "_Z27log_item_wellknown_get_typej");
}

/* Adds an item to the line: its value, or NULL. The numbers of the types are asked by their names, as these
 * are what a log filter's rules are written with. */
static void *item(const struct mysql_log *log, void *line, const char *key)
{
    int index = log->index_of(key, strlen(key));

    return index > 0 ? log->line_item_set(line, log->type_of((unsigned)index)) : NULL;
}

static bool put_int(const struct mysql_log *log, void *line, const char *key, long long number)
{
    void *value = item(log, line, key);

    return value && !log->set_int(value, number);
}

static bool put_text(const struct mysql_log *log, void *line, const char *key, const char *text)
{
    void *value = item(log, line, key);

    return value && !log->set_text(value, text, strlen(text));
}

void mlk_mysql_log(struct mlk_session *s, const char *line)
{
    char text[TEXT_SIZE];
    struct mysql_log log;
    void *event;

    if (!find_mysql_log(&log))
        return;
    make_text(text, line);
    event = log.line_init();
    if (!event)
        return;
    if (put_int(&log, event, "prio", SYSTEM_LEVEL) && put_text(&log, event, "msg", text)) {
        /* ER_LOG_PRINTF_MSG is the server's code for a message that has none. */
        (void)put_text(&log, event, "err_symbol", "ER_LOG_PRINTF_MSG");
        (void)put_text(&log, event, "component", "component:miglock");
        if (s->caller_id) /* otherwise it would be the inner session's */
            (void)put_int(&log, event, "thread", (long long)s->caller_id);
        (void)log.line_submit(event);
    }
    log.line_exit(event);
}

/* MariaDB, sql/log.h. */
void mlk_mariadb_log(struct mlk_session *s, const char *line)
{
    void (*print)(const char *format, ...) __attribute__((format(printf, 1, 2)));
    char text[TEXT_SIZE];

    (void)s;
    if (!FIND(print, "_Z21sql_print_informationPKcz"))
        return;
    make_text(text, line);
    print("%s", text);
}
