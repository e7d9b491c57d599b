/* SPDX-License-Identifier: GPL-2.0-only */
/* The grammar of a scrape: families, labels and samples. Good in OpenMetrics 1.0 and in the older text format
 * (Prometheus, "Exposition formats"). */
#ifndef MIGLOCK_CLI_EXPOSITION_H
#define MIGLOCK_CLI_EXPOSITION_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "miglock/buf.h"

/* The lines before the samples of the family miglock_NAME. unit: "" for none; the name then ends with it. */
void mlk_exposition_head(struct mlk_buf *b, const char *name, const char *type, const char *unit,
                         const char *help);
/* Appends a label's value, escaped for both grammars: \\, \" and \n. What a terminal could act upon is made
 * harmless first. NULL is empty. */
void mlk_exposition_value(struct mlk_buf *b, const char *value);
/* Appends BEFORE NAME="value". */
void mlk_exposition_label(struct mlk_buf *b, const char *before, const char *name, const char *value);
/* Appends a space, the number and a newline. */
void mlk_exposition_number(struct mlk_buf *b, double value);
/* A family of one sample without labels. None where the object's member is null: nobody knows it. */
void mlk_exposition_single(struct mlk_buf *b, const cJSON *object, const char *name, const char *member,
                           const char *unit, const char *help);

/* A figure that each of some things has. */
struct mlk_figure {
    const char *name; /* behind the word for the thing */
    const char *member;
    const char *unit;
    const char *help;
};

/* Things of one sort: locks or tables. */
struct mlk_things {
    const char *word;          /* "lock": the families are miglock_lock_... */
    const char *const *labels; /* members that are labels, up to NULL; "node" follows where there is one */
    const cJSON *list;         /* an array of objects */
};

/* The family of a figure; no sample where it is null. */
void mlk_exposition_figure(struct mlk_buf *b, const struct mlk_things *things,
                           const struct mlk_figure *figure);
/* A state set of the member verdict: each verdict has a sample, whose label has the name of the metric.
 * strict: with the type that only OpenMetrics has. */
void mlk_exposition_verdicts(struct mlk_buf *b, const struct mlk_things *things, bool strict,
                             const char *help);

#endif
