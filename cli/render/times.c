/* SPDX-License-Identifier: GPL-2.0-only */
#include "times.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "miglock/text.h"

void mlk_times_age(struct mlk_buf *b, int64_t seconds)
{
    if (seconds < 0)
        seconds = 0; /* the clocks of two machines */
    if (seconds < 60)
        mlk_buf_fmt(b, "%" PRId64 "s", seconds);
    else if (seconds < 3600)
        mlk_buf_fmt(b, "%" PRId64 "m%" PRId64 "s", seconds / 60, seconds % 60);
    else if (seconds < 86400)
        mlk_buf_fmt(b, "%" PRId64 "h%" PRId64 "m", seconds / 3600, seconds % 3600 / 60);
    else
        mlk_buf_fmt(b, "%" PRId64 "d%" PRId64 "h", seconds / 86400, seconds % 86400 / 3600);
}

void mlk_times_utc(void)
{
    setenv("TZ", "UTC0", 1); /* a failure leaves the zone that each time names anyway */
    tzset();
}

void mlk_times_show(struct mlk_buf *b, const char *utc)
{
    char text[80];
    int64_t seconds;
    struct tm tm;
    time_t t;

    if (!mlk_time_parse(utc, &seconds)) {
        mlk_buf_str(b, utc);
        return;
    }
    t = (time_t)seconds;
    if (localtime_r(&t, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &tm) > 0)
        mlk_buf_str(b, text);
    else
        mlk_buf_str(b, utc);
}

void mlk_times_show_distance(struct mlk_buf *b, const char *utc, int64_t now)
{
    int64_t seconds;

    if (!mlk_time_parse(utc, &seconds))
        return;
    mlk_buf_str(b, seconds > now ? ", in " : ", ");
    mlk_times_age(b, seconds > now ? seconds - now : now - seconds);
    mlk_buf_str(b, seconds > now ? "" : " ago");
}
