/* SPDX-License-Identifier: GPL-2.0-only */
#include "threshold.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789";

/* [-]DIGITS[.DIGITS] and nothing else that strtod() would take. Moves *text behind it. */
static bool take_number(const char **text, double *out)
{
    const char *p = *text;
    size_t whole, part = 0;

    p += *p == '-';
    whole = strspn(p, digits);
    p += whole;
    if (*p == '.') {
        part = strspn(p + 1, digits);
        p += 1 + part;
        if (part == 0)
            return false;
    }
    if (whole == 0)
        return false;
    *out = strtod(*text, NULL);
    *text = p;
    return true;
}

enum mlk_status mlk_threshold_parse(const char *text, struct mlk_threshold *out)
{
    struct mlk_threshold t = {.given = true, .start = 0, .end = INFINITY};
    const char *p = text, *colon = strchr(text, ':');

    if (strlen(text) >= sizeof t.text)
        return MLK_USAGE;
    t.inside = *p == '@';
    p += t.inside;
    if (colon) {
        if (*p == '~') {
            t.start = -INFINITY;
            p++;
        } else if (p != colon && !take_number(&p, &t.start)) {
            return MLK_USAGE;
        }
        if (p != colon || (colon == text + t.inside && !colon[1]))
            return MLK_USAGE; /* something before the colon, or a colon alone */
        p++;
    }
    if ((!colon || *p) && !take_number(&p, &t.end))
        return MLK_USAGE;
    if (*p || t.start > t.end)
        return MLK_USAGE;
    snprintf(t.text, sizeof t.text, "%s", text);
    *out = t;
    return MLK_OK;
}

enum mlk_judgement mlk_threshold_judge(const struct mlk_threshold *t, double least, double most)
{
    bool within = least >= t->start && most <= t->end;
    bool without = most < t->start || least > t->end;

    if (!t->given)
        return MLK_NO_ALERT;
    if (!within && !without)
        return MLK_CANNOT_TELL;
    return within == t->inside ? MLK_ALERT : MLK_NO_ALERT;
}
