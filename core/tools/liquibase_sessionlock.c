/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * liquibase-sessionlock: GET_LOCK('<SCHEMA>.<LOCK TABLE>', 5) in a loop, instead of the row of Liquibase
 * itself. Source: MySQLLockService.java and util/StringUtils.java at 1.6.10: the text is cut to 64 UTF-16
 * units with String.substring and then put into capitals with String.toUpperCase.
 */
#include <string.h>
#include <strings.h>

#include "miglock/target.h"
#include "name_parts.h"
#include "tools.h"

static const char usual_table[] = "DATABASECHANGELOGLOCK";

enum { NAME_UNITS = 64 };

/* Pairs of neighbours, the capital first and even (or first and odd). Source: Unicode, UnicodeData.txt. */
static bool capital_before(unsigned c)
{
    if ((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14a && c <= 0x177) ||
        (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f))
        return c % 2 == 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || (c >= 0x4c1 && c <= 0x4ce))
        return c % 2 == 0;
    return false;
}

/* The capital of a character of two bytes in UTF-8, as toUpperCase has it: Latin-1, Latin Extended-A, Greek
 * and Cyrillic, but for U+0149, U+0390 and U+03B0, which become several letters. Letters of other alphabets
 * stay small; MySQL does not mind, as it compares names in any case. */
static unsigned capital(unsigned c)
{
    if (capital_before(c))
        return c - 1;
    if ((c >= 0xe0 && c <= 0xfe && c != 0xf7) || (c >= 0x3b1 && c <= 0x3cb && c != 0x3c2) ||
        (c >= 0x430 && c <= 0x44f))
        return c - 0x20;
    if (c >= 0x450 && c <= 0x45f)
        return c - 0x50;
    if (c >= 0x3ad && c <= 0x3af)
        return c - 0x25;
    switch (c) {
    case 0xb5:
        return 0x39c;
    case 0xff:
        return 0x178;
    case 0x131:
        return 'I';
    case 0x17f:
        return 'S';
    case 0x3ac:
        return 0x386;
    case 0x3c2:
        return 0x3a3;
    case 0x3cc:
        return 0x38c;
    case 0x3cd:
    case 0x3ce:
        return c - 0x3f;
    case 0x4cf:
        return 0x4c0;
    default:
        return c;
    }
}

/* Appends len bytes of well-formed UTF-8 in capitals. */
static enum mlk_status add_capitals(struct mlk_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        char made[2];

        if (c == 0xc3 && (unsigned char)text[i + 1] == 0x9f) { /* sharp s */
            mlk_buf_str(out, "SS");
            i++;
        } else if ((c & 0xe0u) == 0xc0u) {
            unsigned upper = capital((c & 0x1fu) << 6u | ((unsigned char)text[i + 1] & 0x3fu));

            made[0] = (char)(0xc0u | upper >> 6u);
            made[1] = (char)(0x80u | (upper & 0x3fu));
            if (upper < 0x80)
                made[0] = (char)upper;
            mlk_buf_add(out, made, upper < 0x80 ? 1 : 2);
            i++;
        } else {
            made[0] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : text[i];
            mlk_buf_add(out, made, 1);
        }
    }
    return out->status;
}

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    char memory[2 * MLK_IDENT_MAX + 2];
    struct mlk_buf whole;

    mlk_buf_fixed(&whole, memory, sizeof memory);
    if (mlk_buf_fmt(&whole, "%s.%s", schema, qualifier))
        return whole.status;
    return add_capitals(out, memory, mlk_utf16_prefix(memory, NAME_UNITS));
}

/* Only with the usual lock table: SCHEMA.TABLE can be anybody's. The schema comes back in capitals, or small
 * from MySQL. A name with the mark of another tool is that tool's. */
static bool recognise(const char *text, char *schema, char *qualifier)
{
    static const char *const others[] = {"gh-ost::", "skeema.", "sqitch working on "};

    (void)qualifier;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strncasecmp(text, others[i], strlen(others[i])) == 0)
            return false;
    }
    return mlk_utf16_prefix(text, NAME_UNITS) == strlen(text) &&
           mlk_name_between(text, "", ".DATABASECHANGELOGLOCK", schema);
}

/* Liquibase's own table, which may be there although nobody uses it. */
static const char *const qualifier_columns[] = {"ID", "LOCKED", "LOCKGRANTED", "LOCKEDBY", NULL};

static const struct mlk_phrase phrases[] = {
    {"Could not acquire change log lock. Currently locked by", NULL},
    {"RELEASE_LOCK() returned", "`liquibase release-locks` ran RELEASE_LOCK on a connection of its own, "
                                "which does not hold the lock: with "
                                "liquibase-sessionlock that command frees nothing."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Compare the last rows of DATABASECHANGELOG with the change set that was running: MySQL and MariaDB do "
    "not roll "
    "DDL back.",
    "A row that is still locked in DATABASECHANGELOGLOCK can be left over from before the session lock was "
    "used; "
    "see liquibase:SCHEMA.",
    NULL,
};

const struct mlk_tool mlk_tool_liquibase_sessionlock = {
    .id = "liquibase-sessionlock",
    .title = "Liquibase with liquibase-sessionlock",
    .kind = MLK_NAMED,
    .how =
        "GET_LOCK of the schema and the lock table in capitals, tried again every 5 s for 5 minutes, on the "
        "connection that migrates.",
    .stuck =
        "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "
        "pool keeps that session open.",
    .message = "Could not acquire change log lock.  Currently locked by HOST (STATE) since DATE",
    .phrases = phrases,
    .source = "liquibase-sessionlock MySQLLockService.java and util/StringUtils.java, 1.6.10",
    .takes_qualifier = true,
    .qualifier_is = "lock table",
    .default_qualifier = usual_table,
    .name = name,
    .qualifier_columns = qualifier_columns,
    .recognise = recognise,
    .advice = advice,
};
