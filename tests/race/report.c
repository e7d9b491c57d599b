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
    {COUNT_HOLDERS_LOCAL, "  on a Unix socket"},
    {COUNT_UNDECIDED, "killed during GET_LOCK or RELEASE_LOCK"},
    {COUNT_INNOCENTS_KILLED, "innocents killed"},
    {COUNT_INNOCENTS_LOCAL, "  on a Unix socket"},
    {COUNT_KILLED_AT_ONCE, "  before their next answer"},
    {COUNT_TRANSACTIONS_LOST, "  with an open transaction"},
    {COUNT_MISDELIVERED, "sent what was meant for a killed session"},
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

static const struct line table_lines[] = {
    {COUNT_TAKEN, "DDL sent"},
    {COUNT_BEGUN, "  seen at work before it was made to wait"},
    {COUNT_TRIED, "releases tried"},
    {COUNT_REFUSED, "  refused by policy"},
    {COUNT_AT_WORK, "  refused: told something meanwhile"},
    {COUNT_FREE, "  found free"},
    {COUNT_CHANGED, "  another DDL or blocker than was shown"},
    {COUNT_FAILED, "  failed"},
    {COUNT_ALLOWED, "  allowed by policy"},
    {COUNT_SPARED, "    spared: not what was seen any more"},
    {COUNT_RELEASED, "    released"},
    {COUNT_HOLDERS_KILLED, "DDL ended"},
    {COUNT_BEGUN_FORCED, "  after it had begun, with force"},
    {COUNT_BEGUN_MEANWHILE, "  which may have begun during the release"},
    {COUNT_BEGUN_LOST, "  after it had begun, without force"},
    {COUNT_WRONG, "  which no release meant"},
    {COUNT_INNOCENTS_KILLED, "innocent statements or connections ended"},
    {COUNT_KILLED_AT_ONCE, "  before their next answer"},
    {COUNT_TRANSACTIONS_LOST, "  with an open transaction"},
    {COUNT_MISDELIVERED, "sent what was meant for a killed session"},
};

struct words {
    const char *locks, *holders, *recipe;
    const struct line *lines;
    size_t count;
};

static const struct words words[KINDS] = {
    [KIND_NAMED] = {"named locks", "holders", "IS_USED_LOCK, KILL", named_lines,
                    sizeof named_lines / sizeof named_lines[0]},
    [KIND_ROW] = {"row locks", "holders", "UPDATE ... locked=0", row_lines,
                  sizeof row_lines / sizeof row_lines[0]},
    [KIND_TABLE] = {"tables", "changers", "PROCESSLIST, KILL", table_lines,
                    sizeof table_lines / sizeof table_lines[0]},
};

void report_kind(enum kind kind, const struct phase *naive, const struct phase *miglock)
{
    const struct words *w = &words[kind];
    const struct shape *s = naive->shape;

    printf("# %s: %u, %u of them with two %s; %u releasers, which wait up to %u ms between looking and "
           "acting\n",
           w->locks, s->locks, s->crowded, w->holders, s->releasers, s->pause_us / 1000);
    printf("# %-42s %20s %12s\n", "", w->recipe, "miglock");
    for (size_t i = 0; i < w->count; i++)
        printf("# %-42s %20ld %12ld\n", w->lines[i].text, counted(naive, w->lines[i].count),
               counted(miglock, w->lines[i].count));
    printf("# %-42s %20.1f %12.1f\n", "seconds", naive->seconds, miglock->seconds);
}

static bool say(enum kind kind, bool holds, const char *what, long number)
{
    printf("%s - %s: %s: %ld\n", holds ? "ok" : "not ok", words[kind].locks, what, number);
    return holds;
}

/* Few of the KILLs of both recipes, where the server does that at all. */
static bool delivered(enum kind kind, const struct phase *naive, const struct phase *miglock)
{
    long stray = counted(naive, COUNT_MISDELIVERED) + counted(miglock, COUNT_MISDELIVERED);
    long kills = counted(naive, COUNT_RELEASED) + counted(miglock, COUNT_RELEASED);

    return say(kind, stray <= 3 + kills / 1000, "few clients were sent what was meant for a killed session",
               stray);
}

static bool named_verdict(const struct phase *naive, const struct phase *miglock)
{
    long hit = counted(miglock, COUNT_INNOCENTS_KILLED), naive_hit = counted(naive, COUNT_INNOCENTS_KILLED);
    bool ok = say(KIND_NAMED, !hit, "innocent sessions killed by miglock", hit);

    ok &= delivered(KIND_NAMED, naive, miglock);
    return say(KIND_NAMED, naive_hit, "it is a race, innocent sessions killed by IS_USED_LOCK, then KILL",
               naive_hit) &&
           ok;
}

static bool row_verdict(const struct phase *naive, const struct phase *miglock)
{
    long wrong = counted(miglock, COUNT_WRONG), naive_wrong = counted(naive, COUNT_WRONG);
    bool ok = say(KIND_ROW, !wrong && !counted(miglock, COUNT_FALSE_WORDS),
                  "released in the wrong generation by miglock", wrong);

    return say(KIND_ROW, naive_wrong,
               "it is a race, released in the wrong generation by an unconditional UPDATE", naive_wrong) &&
           ok;
}

static bool table_verdict(const struct phase *naive, const struct phase *miglock)
{
    long hit = counted(miglock, COUNT_INNOCENTS_KILLED), wrong = counted(miglock, COUNT_WRONG);
    long begun = counted(miglock, COUNT_BEGUN_LOST), seen = counted(miglock, COUNT_BEGUN);
    long naive_err = counted(naive, COUNT_INNOCENTS_KILLED) + counted(naive, COUNT_WRONG) +
                     counted(naive, COUNT_BEGUN_LOST);
    bool ok = say(KIND_TABLE, !hit, "innocent statements or connections ended by miglock", hit);

    ok &= say(KIND_TABLE, !wrong, "other DDL than was shown ended by miglock", wrong);
    ok &= say(KIND_TABLE, seen && !begun, "DDL that had begun ended by miglock without force", begun);
    ok &= delivered(KIND_TABLE, naive, miglock);
    return say(KIND_TABLE, naive_err, "it is a race, statements ended wrongly by KILL QUERY", naive_err) &&
           ok;
}

/* A race in which neither recipe could err proves nothing, so the naive one must err. */
bool report_verdict(enum kind kind, const struct phase *naive, const struct phase *miglock)
{
    static bool (*const verdicts[KINDS])(const struct phase *, const struct phase *) = {
        [KIND_NAMED] = named_verdict, [KIND_ROW] = row_verdict, [KIND_TABLE] = table_verdict};
    long allowed = counted(miglock, COUNT_ALLOWED), released = counted(miglock, COUNT_RELEASED);
    long errors =
        counted(miglock, COUNT_ERRORS) + counted(naive, COUNT_ERRORS) + counted(miglock, COUNT_FAILED);
    bool ok = verdicts[kind](naive, miglock);

    ok &= say(kind, allowed >= miglock->races && counted(naive, COUNT_ALLOWED) >= naive->races,
              "as many releases allowed as asked for", allowed);
    ok &= say(kind, released * 10 >= allowed, "at least a tenth of them released", released);
    ok &= say(kind, !errors, "errors", errors);
    return ok;
}
