/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports as text. The renderers read the JSON documents and nothing else. */
#ifndef MIGLOCK_CLI_RENDER_H
#define MIGLOCK_CLI_RENDER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "miglock/buf.h"

struct mlk_render {
    FILE *out;
    size_t width; /* columns of a line */
    bool colour;
    bool sql; /* the functions are installed: the next statement in SQL is of use */
};

/* For that stream: its width and whether it takes colour. */
void mlk_render_start(struct mlk_render *r, FILE *out, bool sql);

/* The locks in a table, then what is to be said of each. */
void mlk_render_table(const struct mlk_render *r, const cJSON *reports);
/* Tables that somebody waits for, or that DDL is at work on, with who waits for whom. */
void mlk_render_tables(const struct mlk_render *r, const cJSON *documents);
/* One of them in full, with its token. */
void mlk_render_table_report(const struct mlk_render *r, const cJSON *report);
/* One lock in full. */
void mlk_render_report(const struct mlk_render *r, const cJSON *report);
/* What a release or a repair came to. */
void mlk_render_release(const struct mlk_render *r, const cJSON *result);
/* What is known of a connection's client. */
void mlk_render_probe(const struct mlk_render *r, const cJSON *document);
/* What an error message or a log says. */
void mlk_render_explain(const struct mlk_render *r, const cJSON *document);
/* What schema changes would do to everyone else: an array of documents. */
void mlk_render_advise(const struct mlk_render *r, const cJSON *documents);
/* All that is known of the tools, as a page of Markdown. */
void mlk_render_tools_markdown(const struct mlk_render *r, const cJSON *tools);

/* ---- shared by the renderers ---- */

enum { MLK_RENDER_MAX = 1 << 22 };

/* Appends "1562 shop@10.0.0.7 rake[991]", cleaned; full: with the port of the host. */
void mlk_render_session(struct mlk_buf *b, const cJSON *session, bool full);
/* Appends "client alive (answered after 4 ms)" from the members peer and peer_because; nothing where nobody
 * knows anything. */
void mlk_render_peer(struct mlk_buf *b, const cJSON *session);
/* Prints DDL of a report as a tree: what blocks it, the DDL, who queues behind it. */
void mlk_render_ddl(const struct mlk_render *r, size_t indent, const cJSON *ddl);
/* Appends a word of a command line; what has to be quoted for a shell is. */
void mlk_render_word(struct mlk_buf *b, const char *word);
/* Prints what the report suggests to do next: the command for a release or a repair, and the statement where
 * it can be run. */
void mlk_render_next(const struct mlk_render *r, size_t indent, size_t label_width, const cJSON *report);
/* The members siblings and waiters hold the first ones only; how many there are. */
int64_t mlk_render_count(const cJSON *report, const char *list, const char *count);
/* Prints a verdict in its colour, padded to width. */
void mlk_render_verdict(const struct mlk_render *r, const char *verdict, size_t width);
/* Prints "label  text" with the text (cleaned here) wrapped beside the label. */
void mlk_render_line(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                     const char *text);
/* Prints the texts of an array that way, the label before the first only. */
void mlk_render_lines(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                      const cJSON *texts);

/* The same of reasons: sentences, whose times are shown as people read them. */
void mlk_render_sentences(const struct mlk_render *r, size_t indent, const char *label, size_t label_width,
                          const cJSON *texts);

#endif
