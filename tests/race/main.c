/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * race: all phases, one after the other, against the server that MLK_SOCKET, MLK_HOST and MLK_PORT name, as
 * MLK_USER with MLK_PASSWORD. The functions of miglock are installed there. MLK_RACES: releases that policy
 * allows, for each kind of lock and each recipe, but at least so many of the naive one that it must err.
 * MLK_RACE_SECONDS: limit of a phase. MLK_RACE_SEED: of the random numbers. MLK_RACE_ONLY: one kind of lock,
 * named, row or table.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "race.h"

enum { RACES = 100 };

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    char *end = NULL;
    long n = text && *text ? strtol(text, &end, 10) : otherwise;

    if ((n > 0 || !text || !*text) && (!end || !*end))
        return n;
    fprintf(stderr, "error: %s is not a number above 0\n", name);
    exit(2);
}

static const char *text_of(const char *name)
{
    const char *text = getenv(name);

    if (text)
        return text;
    fprintf(stderr, "error: %s is not set\n", name);
    exit(2);
}

static long port(void)
{
    (void)text_of("MLK_PORT");
    return number_of("MLK_PORT", 0);
}

static long races_of(const struct shape *shape, long races, enum recipe recipe)
{
    long n = shape->of_races ? races / shape->of_races : races;

    n = n > 0 ? n : 1;
    return recipe == RECIPE_NAIVE && n < shape->naive_races ? shape->naive_races : n;
}

int main(void)
{
    static const struct shape shapes[KINDS] = {
        [KIND_NAMED] = {.locks = 48,
                        .crowded = 16,
                        .releasers = 32,
                        .pause_us = 10000,
                        .per_second = 10,
                        .naive_races = 600},
        [KIND_ROW] = {.locks = 16,
                      .crowded = 8,
                      .releasers = 6,
                      .pause_us = 10000,
                      .per_second = 10,
                      .naive_races = 600},
        [KIND_TABLE] = {.locks = 16,
                        .crowded = 2,
                        .releasers = 6,
                        .pause_us = 10000,
                        .per_second = 1,
                        .naive_races = 600,
                        .of_races = 4},
    };
    static const char *const names[KINDS] = {"named", "row", "table"};
    long races = number_of("MLK_RACES", RACES);
    struct settings settings = {
        .server = {.socket = text_of("MLK_SOCKET"),
                   .host = text_of("MLK_HOST"),
                   .port = (unsigned)port(),
                   .user = text_of("MLK_USER"),
                   .password = text_of("MLK_PASSWORD")},
        .races = races,
        .seconds = (unsigned)number_of("MLK_RACE_SECONDS", 0),
        .seed = (uint64_t)number_of("MLK_RACE_SEED", (long)time(NULL)),
    };
    struct race_error error;
    MYSQL *keeper;
    const char *only = getenv("MLK_RACE_ONLY");
    bool ok = true;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (mysql_library_init(0, NULL, NULL) || !phase_prepare(&settings, shapes))
        return 1;
    keeper = race_connect_releaser(&settings.server, &error);
    if (!keeper || race_run(keeper, "DO GET_LOCK('" RACE_NEVER "', 0)", NULL)) {
        fprintf(stderr, "error: %s is not to be had: %s\n", RACE_NEVER,
                keeper ? mysql_error(keeper) : error.text);
        return 1;
    }
    settings.server.misdelivers = !race_is_mariadb(keeper);
    printf("# seed %llu\n", (unsigned long long)settings.seed);
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct phase *phases;

        if (only && *only && strcmp(only, names[kind]) != 0)
            continue;
        phases = calloc(RECIPES, sizeof *phases);
        if (!phases)
            return 1;
        for (enum recipe recipe = 0; recipe < RECIPES; recipe++) {
            phases[recipe].settings = &settings;
            phases[recipe].shape = &shapes[kind];
            phases[recipe].kind = kind;
            phases[recipe].recipe = recipe;
            phases[recipe].races = races_of(&shapes[kind], races, recipe);
            phase_run(&phases[recipe]);
        }
        report_kind(kind, &phases[RECIPE_NAIVE], &phases[RECIPE_MIGLOCK]);
        ok &= report_verdict(kind, &phases[RECIPE_NAIVE], &phases[RECIPE_MIGLOCK]);
        free(phases);
    }
    mysql_close(keeper);
    mysql_library_end();
    return ok ? 0 : 1;
}
