/* SPDX-License-Identifier: GPL-2.0-only */
#include "row_owner.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "ask.h"
#include "miglock/text.h"

/* An address of either family as one of IPv6; IPv4 is mapped (RFC 4291, 2.5.5.2). False: text is a name. */
static bool parse_address(const char *text, struct in6_addr *out)
{
    char bare[INET6_ADDRSTRLEN];
    struct in_addr four;
    size_t len = strcspn(text, "%"); /* a zone, as in fe80::1%eth0 */

    if (len >= sizeof bare)
        return false;
    memcpy(bare, text, len);
    bare[len] = '\0';
    if (inet_pton(AF_INET6, bare, out) == 1)
        return true;
    if (inet_pton(AF_INET, bare, &four) != 1)
        return false;
    memset(out, 0, sizeof *out);
    out->s6_addr[10] = out->s6_addr[11] = 0xff;
    memcpy(out->s6_addr + 12, &four, sizeof four);
    return true;
}

static bool is_loopback(const char *host)
{
    struct in6_addr a;

    if (!parse_address(host, &a))
        return strcasecmp(host, "localhost") == 0;
    return IN6_IS_ADDR_LOOPBACK(&a) || (IN6_IS_ADDR_V4MAPPED(&a) && a.s6_addr[12] == 127);
}

/* "app" and "app.example" are taken for the same host: one suspect too many does no harm. */
static bool same_name(const char *a, const char *b)
{
    size_t la = strcspn(a, "."), lb = strcspn(b, ".");

    return strcasecmp(a, b) == 0 || ((!a[la] || !b[lb]) && la == lb && strncasecmp(a, b, la) == 0);
}

static bool same_host(const char *a, const char *b)
{
    struct in6_addr x, y;
    bool is_x = parse_address(a, &x), is_y = parse_address(b, &y);

    if (is_loopback(a) && is_loopback(b))
        return true;
    if (is_x != is_y)
        return false;
    return is_x ? memcmp(&x, &y, sizeof x) == 0 : same_name(a, b);
}

/* HOST of a process list is "10.0.0.7:51234", "[::1]:51234", "::1:51234" or has no port: so both readings
 * count. */
static bool is_at(const char *session_host, const char *host)
{
    char bare[300];
    char *colon;

    if (!session_host)
        return false;
    mlk_copy(bare, sizeof bare, session_host);
    if (same_host(bare, host))
        return true;
    colon = strrchr(bare, ':');
    if (!colon)
        return false;
    *colon = '\0';
    if (bare[0] == '[' && colon > bare + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        return same_host(bare + 1, host);
    }
    return same_host(bare, host);
}

bool mlk_row_owner_fits(const struct mlk_row_state *row, const struct mlk_person *p)
{
    if (row->finding != MLK_ROW_HELD)
        return false;
    if (row->owner_host[0])
        return is_at(p->host, row->owner_host);
    return row->owner_pid > 0 && p->pid == row->owner_pid;
}

static void say_fits(struct mlk_observation *o, const struct mlk_person *p)
{
    const struct mlk_row_state *row = &o->row;
    struct mlk_buf who;

    mlk_buf_init(&who, 600);
    mlk_person_describe(p, &who);
    if (!row->owner_host[0])
        mlk_say(o->because, "%s is a process %" PRId64 ", as the row says of its owner", mlk_buf_text(&who),
                row->owner_pid);
    else
        mlk_say(o->because, "%s comes from %s, as the row says of its owner%s", mlk_buf_text(&who),
                row->owner_host,
                row->owner_pid > 0 && p->pid == row->owner_pid ? ", and has the same process id" : "");
    mlk_buf_free(&who);
}

/* What the row says, where no session shows it. It proves nothing. */
static void say_none(struct mlk_observation *o)
{
    const struct mlk_row_state *row = &o->row;
    const char *sessions = o->facts.all_seen ? "no session" : "no session that this account may see";
    struct in6_addr ignored;

    if (!row->owner_host[0]) {
        mlk_say(o->because, "its owner was process %" PRId64 " of a host that the row does not name",
                row->owner_pid);
    } else if (is_loopback(row->owner_host)) {
        mlk_say(o->because,
                "the row says that its owner is at %s, which is the owner's own host, whichever that is",
                row->owner_host);
    } else if (parse_address(row->owner_host, &ignored)) {
        mlk_say(
            o->because,
            "%s comes from %s, where the row says that its owner is; behind a proxy or in a container the "
            "server sees another address",
            sessions, row->owner_host);
    } else {
        mlk_say(o->because,
                "%s shows the host name %s, which the row gives for its owner; sessions may show addresses "
                "instead of names",
                sessions, row->owner_host);
    }
}

void mlk_row_owner_say(struct mlk_session *s, struct mlk_observation *o)
{
    const struct mlk_people *people = &o->snapshot->people;
    size_t found = 0;

    if (o->row.finding != MLK_ROW_HELD || (!o->row.owner_host[0] && o->row.owner_pid <= 0))
        return;
    for (size_t i = 0; i < people->count; i++) {
        if (!mlk_person_counts(s, &people->list[i]) || !mlk_row_owner_fits(&o->row, &people->list[i]))
            continue;
        if (found++ < MLK_PEOPLE_SAID)
            say_fits(o, &people->list[i]);
    }
    if (!found)
        say_none(o);
}
