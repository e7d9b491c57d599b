/* SPDX-License-Identifier: GPL-2.0-only */
/* The locks, and the tables that wait, that miglock watch shows: sorted, filtered, one of them selected.
 * Knows no terminal. */
#ifndef MIGLOCK_CLI_WATCH_MODEL_H
#define MIGLOCK_CLI_WATCH_MODEL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is worst comes first: abandoned before free, the longest held, the most waited for. */
#define MLK_WATCH_SORT_LIST(X)                                                                               \
    X(VERDICT, "verdict")                                                                                    \
    X(AGE, "age")                                                                                            \
    X(WAITERS, "waiters")                                                                                    \
    X(TARGET, "target")

enum mlk_watch_sort {
#define MLK_WATCH_SORT_ENUM(name, text) MLK_WATCH_BY_##name,
    MLK_WATCH_SORT_LIST(MLK_WATCH_SORT_ENUM)
#undef MLK_WATCH_SORT_ENUM
        MLK_WATCH_SORTS
};

enum { MLK_WATCH_FILTER_MAX = 128 };

/* One lock, or a table that waits: its holder is then what blocks it or works on it, and it is held for as
 * long as DDL works or somebody waits. Texts are cleaned for a terminal; report belongs to the model. */
struct mlk_watch_row {
    const cJSON *report;
    bool table;
    char *target, *holder, *held;
    const char *verdict; /* one of the five words */
    int rank;            /* of the verdict: 0 is the worst */
    int64_t age;         /* seconds held; -1: nobody knows */
    int64_t siblings, waiters;
    bool may_be_held;
};

/* Zeroed is a valid start: empty, sorted by verdict. */
struct mlk_watch_model {
    cJSON *reports;
    struct mlk_watch_row *rows; /* all, in the order of the sort */
    size_t *shown;              /* indexes of those that pass the filter */
    size_t count, shown_count;
    size_t table_count, held_count;                /* tables; locks that are held, or may be */
    size_t target_width, held_width, holder_width; /* columns that the longest shown takes */
    size_t cursor;                                 /* in shown; 0 where that is empty */
    size_t top;                                    /* in shown: the first one on the screen */
    enum mlk_watch_sort sort;
    bool only_held;
    char filter[MLK_WATCH_FILTER_MAX];
};

/* Takes an array of reports over, also on failure. The selected lock stays selected where it is still there.
 * False where memory is out: what was there stays. */
bool mlk_watch_set(struct mlk_watch_model *m, cJSON *reports);
void mlk_watch_free(struct mlk_watch_model *m);

void mlk_watch_sort(struct mlk_watch_model *m, enum mlk_watch_sort sort);
const char *mlk_watch_sort_text(enum mlk_watch_sort sort);
void mlk_watch_only_held(struct mlk_watch_model *m, bool only);
/* Shows the locks whose target, verdict or holder has this text in it, whatever the case of ASCII letters. */
void mlk_watch_filter(struct mlk_watch_model *m, const char *text);
/* Moves the selection by that many, as far as there are locks. */
void mlk_watch_move(struct mlk_watch_model *m, ptrdiff_t by);
/* Makes the selected one visible among height rows. */
void mlk_watch_scroll(struct mlk_watch_model *m, size_t height);
/* NULL where nothing is shown. */
const struct mlk_watch_row *mlk_watch_selected(const struct mlk_watch_model *m);
/* The row at that place of the list; NULL past its end. */
const struct mlk_watch_row *mlk_watch_at(const struct mlk_watch_model *m, size_t place);
/* Its target as the report has it, for other calls; "" for NULL. */
const char *mlk_watch_name(const struct mlk_watch_row *row);
/* By the target as the report has it; NULL where there is none. */
const struct mlk_watch_row *mlk_watch_find(const struct mlk_watch_model *m, const char *target);

#endif
