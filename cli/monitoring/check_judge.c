/* SPDX-License-Identifier: GPL-2.0-only */
/* One lock: which state, and why. */
#include <math.h>
#include <string.h>

#include "check.h"
#include "json.h"
#include "miglock/text.h"
#include "render.h"
#include "times.h"

static const cJSON *member(const cJSON *report, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(report, name);
}

/* The fewest seconds that one of these sessions has rested; -1 where nobody knows. */
static int64_t least_rest(const cJSON *session, int64_t before)
{
    int64_t seconds = mlk_json_int(session, "seconds", -1);

    return seconds >= 0 && (before < 0 || seconds < before) ? seconds : before;
}

static int64_t rested(const cJSON *report)
{
    int64_t seconds = least_rest(member(report, "holder"), -1);
    const cJSON *sibling;

    cJSON_ArrayForEach(sibling, member(report, "siblings")) seconds = least_rest(sibling, seconds);
    return seconds;
}

enum mlk_finding mlk_check_finding(const char *verdict)
{
    static const struct {
        const char *verdict;
        enum mlk_finding finding;
    } known[] = {{"free", MLK_FINDING_FREE},
                 {"active", MLK_FINDING_ACTIVE},
                 {"idle", MLK_FINDING_IDLE},
                 {"abandoned", MLK_FINDING_ABANDONED}};

    for (size_t i = 0; verdict && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(verdict, known[i].verdict) == 0)
            return known[i].finding;
    return MLK_FINDING_UNKNOWN;
}

/* A lock table that its tool cannot work with counts as such, whoever may hold it. */
static enum mlk_finding finding_of(const cJSON *report)
{
    return mlk_json_text(report, "damage") ? MLK_FINDING_DAMAGED
                                           : mlk_check_finding(mlk_json_text(report, "verdict"));
}

static void add_age(struct mlk_buf *b, struct mlk_age age)
{
    mlk_buf_str(b, ", held");
    if (age.most < 0 && age.least <= 0)
        return;
    mlk_buf_str(b, age.most < 0 ? " for at least " : " for ");
    mlk_times_age(b, age.least);
    if (age.most > age.least) {
        mlk_buf_str(b, " to ");
        mlk_times_age(b, age.most);
    }
}

static void judge_verdict(const struct mlk_check_options *o, struct mlk_judged *j)
{
    enum mlk_finding finding = finding_of(j->report);
    const char *first = cJSON_GetStringValue(cJSON_GetArrayItem(member(j->report, "because"), 0));
    const char *verdict = mlk_json_text(j->report, "verdict");
    int64_t rest = rested(j->report);

    j->state = o->on[finding];
    if (finding == MLK_FINDING_DAMAGED) {
        mlk_buf_fmt(&j->reason, "damaged (%s)", mlk_json_text(j->report, "damage"));
        return;
    }
    mlk_buf_str(&j->reason, verdict ? verdict : "unknown");
    if (finding == MLK_FINDING_UNKNOWN && first)
        mlk_buf_fmt(&j->reason, ": %s", first);
    if (finding != MLK_FINDING_IDLE || rest < 0)
        return;
    mlk_buf_str(&j->reason, " for ");
    mlk_times_age(&j->reason, rest);
    if (rest < (int64_t)o->idle_s)
        j->state = o->on[MLK_FINDING_ACTIVE];
}

void mlk_check_judge_age(const struct mlk_check_options *o, struct mlk_age age, struct mlk_judged *j)
{
    double least = (double)age.least, most = age.most < 0 ? INFINITY : (double)age.most;
    enum mlk_judgement critical = mlk_threshold_judge(&o->critical, least, most);
    enum mlk_judgement warning = mlk_threshold_judge(&o->warning, least, most);

    if (critical == MLK_ALERT) {
        mlk_buf_fmt(&j->reason, " (critical: %s s)", o->critical.text);
        j->state = mlk_state_worst(j->state, MLK_STATE_CRITICAL);
    } else if (warning == MLK_ALERT) {
        mlk_buf_fmt(&j->reason, " (warning: %s s)", o->warning.text);
        j->state = mlk_state_worst(j->state, MLK_STATE_WARNING);
    }
    if (critical != MLK_ALERT && (critical == MLK_CANNOT_TELL || warning == MLK_CANNOT_TELL)) {
        mlk_buf_fmt(&j->reason, " (for how long is not known well enough to judge %s)",
                    critical == MLK_CANNOT_TELL && warning == MLK_CANNOT_TELL ? "-w and -c"
                    : critical == MLK_CANNOT_TELL                             ? "-c"
                                                                              : "-w");
        j->state = mlk_state_worst(j->state, o->on[MLK_FINDING_NO_AGE]);
    }
}

void mlk_check_judge(const struct mlk_check_options *options, const cJSON *report, time_t now,
                     struct mlk_judged *out)
{
    const cJSON *holder = member(report, "holder");
    struct mlk_age age = mlk_lock_age(report, now);

    *out = (struct mlk_judged){.report = report};
    mlk_buf_init(&out->reason, MLK_REASON_MAX);
    judge_verdict(options, out);
    if (!cJSON_IsTrue(member(report, "held")))
        return;
    add_age(&out->reason, age);
    if (cJSON_IsObject(holder)) {
        mlk_buf_str(&out->reason, " by ");
        mlk_render_session(&out->reason, holder, false);
    }
    mlk_check_judge_age(options, age, out);
}
