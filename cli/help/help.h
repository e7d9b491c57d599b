/* SPDX-License-Identifier: GPL-2.0-only */
/* What the help says, once: drawn as text for a terminal or as roff for the manual page. */
#ifndef MIGLOCK_CLI_HELP_H
#define MIGLOCK_CLI_HELP_H

#include "command.h"

/* How a piece of help is drawn, on stdout. */
struct mlk_page {
    void (*heading)(const char *text);
    /* Each line of text is a paragraph. */
    void (*paragraphs)(const char *text);
    /* A word or an option, and what it means. column: where the meaning starts, in text. */
    void (*row)(const char *left, const char *right, size_t column);
    /* A command line. */
    void (*example)(const char *line);
};

extern const struct mlk_page mlk_page_text;

/* What is told beside the commands: "miglock help NAME". */
struct mlk_topic {
    const char *name;
    const char *summary;
    const char *section; /* of the manual page */
    void (*write)(const struct mlk_page *page);
};

/* help_topics.c: a table that ends with a NULL name. */
extern const struct mlk_topic mlk_topics[];
/* By name; NULL where there is none. */
const struct mlk_topic *mlk_topic_find(const char *name);

/* help.c: the parts. */
void mlk_help_examples(const struct mlk_page *page, const struct mlk_command *command);
void mlk_help_option(const struct mlk_page *page, const struct mlk_option *option);
void mlk_help_exit_codes(const struct mlk_page *page, const struct mlk_exit_code *codes);
extern const char *const mlk_help_title; /* what miglock is for */
extern const char *const mlk_help_overview_examples[][2];

/* help.c: as text. */
void mlk_help_overview(const struct mlk_cli *cli);
void mlk_help_command(const struct mlk_command *command);
void mlk_help_topic(const struct mlk_topic *topic);
/* man.c: all of it as miglock(1). */
void mlk_help_manual(const struct mlk_cli *cli);

#endif
