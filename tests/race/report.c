/* SPDX-License-Identifier: GPL-2.0-only */
#include "race.h"

struct line {
    enum count count;
    const char *text;
};

static const struct line named_lines[] = {
    {COUNT_TAKEN, "locks taken by holders"},
    {COUNT_TRIED, "releases tried"},
    {COUNT_REFUSED, "  refused by policy"},
    {COUNT_AT_WORK, "  refused: at work meanwhile"},
    {COUNT_GONE, "  came free by itself, its client was gone"},
    {COUNT_FREE, "  found free"},
    {COUNT_CHANGED, "  another lock than was shown"},
    {COUNT_FAILED, "  failed"},
    {COUNT_ALLOWED, "  allowed by policy"},
    {COUNT_SPARED, "    spared: not what was seen any more"},
    {COUNT_RELEASED, "    released"},
    {COUNT_HOLDERS_KILLED, "holders killed"},
    {COUNT_UNDECIDED, "killed during GET_LOCK or RELEASE_LOCK"},
    {COUNT_INNOCENTS_KILLED, "innocents killed"},
    {COUNT_KILLED_AT_ONCE, "  before their next answer"},
    {COUNT_TRANSACTIONS_LOST, "  with an open transaction"},
};

static const struct line row_lines[] = {
    {COUNT_TAKEN, "generations taken"},
    {COUNT_TRIED, "releases tried"},
    {COUNT_REFUSED, "  refused by policy"},
    {COUNT_FREE, "  found free"},
    {COUNT_CHANGED, "  another generation than was shown"},
    {COUNT_FAILED, "  failed"},
    {COUNT_ALLOWED, "  allowed by policy"},
    {COUNT_SPARED, "    spared: not what was seen any more"},
    {COUNT_RELEASED, "    released"},
    {COUNT_ROWS_LOST, "generations released by others"},
    {COUNT_WRONG, "wrong generations released"},
    {COUNT_FALSE_WORDS, "released in words only"},
};

void report_kind(enum kind kind, const struct phase *naive, const struct phase *miglock)
{
    const struct line *lines = kind == KIND_NAMED ? named_lines : row_lines;
    size_t n = kind == KIND_NAMED ? sizeof named_lines / sizeof *lines : sizeof row_lines / sizeof *lines;
    const struct shape *s = naive->shape;

    printf("# %s: %u, %u of them with two holders; %u releasers, which wait up to %u ms between looking and "
           "acting\n",
           kind == KIND_NAMED ? "named locks" : "row locks", s->locks, s->crowded, s->releasers,
           s->pause_us / 1000);
    printf("# %-42s %20s %12s\n", "", kind == KIND_NAMED ? "IS_USED_LOCK, KILL" : "UPDATE ... locked=0",
           "miglock");
    for (size_t i = 0; i < n; i++)
        printf("# %-42s %20ld %12ld\n", lines[i].text, counted(naive, lines[i].count),
               counted(miglock, lines[i].count));
    printf("# %-42s %20.1f %12.1f\n", "seconds", naive->seconds, miglock->seconds);
}

static bool say(bool holds, const char *what, long number)
{
    printf("%s - %s: %ld\n", holds ? "ok" : "not ok", what, number);
    return holds;
}

/* A race in which neither recipe could err proves nothing, so the naive one must err. */
bool report_verdict(enum kind kind, const struct phase *naive, const struct phase *miglock)
{
    bool ok = true;

    if (kind == KIND_NAMED) {
        ok &=
            say(!counted(miglock, COUNT_INNOCENTS_KILLED), "named locks: innocent sessions killed by miglock",
                counted(miglock, COUNT_INNOCENTS_KILLED));
        ok &= say(counted(naive, COUNT_INNOCENTS_KILLED),
                  "named locks: it is a race, innocent sessions killed by IS_USED_LOCK, then KILL",
                  counted(naive, COUNT_INNOCENTS_KILLED));
    } else {
        ok &= say(!counted(miglock, COUNT_WRONG) && !counted(miglock, COUNT_FALSE_WORDS),
                  "row locks: released in the wrong generation by miglock", counted(miglock, COUNT_WRONG));
        ok &= say(counted(naive, COUNT_WRONG),
                  "row locks: it is a race, released in the wrong generation by an unconditional UPDATE",
                  counted(naive, COUNT_WRONG));
    }
    ok &= say(counted(miglock, COUNT_ALLOWED) >= miglock->races &&
                  counted(naive, COUNT_ALLOWED) >= naive->races,
              kind == KIND_NAMED ? "named locks: as many releases allowed as asked for"
                                 : "row locks: as many releases allowed as asked for",
              counted(miglock, COUNT_ALLOWED));
    ok &= say(counted(miglock, COUNT_RELEASED) * 10 >= counted(miglock, COUNT_ALLOWED),
              kind == KIND_NAMED ? "named locks: at least a tenth of them released"
                                 : "row locks: at least a tenth of them released",
              counted(miglock, COUNT_RELEASED));
    ok &= say(!counted(miglock, COUNT_ERRORS) && !counted(naive, COUNT_ERRORS) &&
                  !counted(miglock, COUNT_FAILED),
              kind == KIND_NAMED ? "named locks: errors" : "row locks: errors",
              counted(miglock, COUNT_ERRORS) + counted(naive, COUNT_ERRORS) + counted(miglock, COUNT_FAILED));
    return ok;
}
