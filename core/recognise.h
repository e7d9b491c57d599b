/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the name of a named lock back to the tool, schema and qualifier that it stands for. Most names are
 * computed (a CRC, a hash), so every name that a tool could use on this server is computed once and looked
 * up; names that show their parts are read.
 */
#ifndef MLK_CORE_RECOGNISE_H
#define MLK_CORE_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>

#include "miglock/target.h"

struct mlk_recogniser;

/* A qualifier that was found for a schema: of any tool that finds qualifiers by that table. */
struct mlk_qualifier {
    const struct mlk_tool *tool;
    const char *schema, *text;
};

/* Names are kept for at most so many; what is beyond is not recognised (mlk_recogniser_cut). */
enum { MLK_CANDIDATES_MAX = 1000000 };

/* schemas, and the texts in qualifiers, must outlive it. qualifiers: beside the usual ones. fold: the server
 * ignores case in names of locks. MLK_NO_MEMORY. */
enum mlk_status mlk_recogniser_open(const char *const *schemas, size_t schema_count,
                                    const struct mlk_qualifier *qualifiers, size_t qualifier_count, bool fold,
                                    struct mlk_recogniser **out);
/* Works on NULL. */
void mlk_recogniser_close(struct mlk_recogniser *r);
bool mlk_recogniser_cut(const struct mlk_recogniser *r);
/* How many names were computed. */
size_t mlk_recogniser_count(const struct mlk_recogniser *r);

/* Called for each candidate, the likeliest first. False ends it. */
typedef bool mlk_candidate_found(void *arg, const struct mlk_target *candidate);
/* Every target whose lock has this name, as the server keeps it; none for a name that no tool uses. */
void mlk_recognise(const struct mlk_recogniser *r, const char *name, mlk_candidate_found *found, void *arg);

/* The i-th candidate as a target; false past the end, or where it makes none. */
bool mlk_recogniser_at(const struct mlk_recogniser *r, size_t i, struct mlk_target *out);

#endif
