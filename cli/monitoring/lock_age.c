/* SPDX-License-Identifier: GPL-2.0-only */
#include "lock_age.h"

#include "json.h"
#include "miglock/text.h"

/* Seconds since 1970; -1 where the report has none. */
static int64_t time_of(const cJSON *report, const char *name)
{
    const char *text = mlk_json_text(report, name);
    int64_t seconds;

    return text && mlk_time_parse(text, &seconds) ? seconds : -1;
}

/*
 * What is certain. A row with a time but no zone tells two instants; they are the server's, and the clock
 * that they are compared with is ours, so clocks that differ shift them. A named lock tells nothing, but a
 * session that sleeps has taken no lock since it fell asleep.
 */
struct mlk_age mlk_lock_age(const cJSON *report, time_t now)
{
    const cJSON *holder = cJSON_GetObjectItemCaseSensitive(report, "holder");
    const char *command = mlk_json_text(holder, "command");
    int64_t exact = mlk_json_int(report, "held_seconds", -1);
    int64_t earliest = time_of(report, "since_earliest"), latest = time_of(report, "since_latest");
    struct mlk_age age = {.least = 0, .most = -1};

    if (exact >= 0)
        return (struct mlk_age){.least = exact, .most = exact};
    if (earliest >= 0 && latest >= earliest) {
        age.most = now > earliest ? now - earliest : 0;
        age.least = now > latest ? now - latest : 0;
    }
    if (mlk_same_text(mlk_json_text(report, "kind"), "named") && mlk_same_text(command, "Sleep"))
        age.least = mlk_json_int(holder, "seconds", 0);
    return age;
}
