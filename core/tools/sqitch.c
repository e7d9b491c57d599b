/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sqitch: GET_LOCK('sqitch working on <database>'); from 1.2.0 to 1.3.0 'sqitch working' for the whole
 * server. Source: lib/App/Sqitch/Engine.pm and Engine/mysql.pm at 1.6.1; the name is used as it is, without
 * cutting.
 */
#include "name_parts.h"
#include "tools.h"

static const char prefix[] = "sqitch working on ";

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)qualifier;
    mlk_buf_str(out, prefix);
    return mlk_buf_str(out, schema);
}

static enum mlk_status old_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "sqitch working");
}

static bool recognise(const char *text, char *schema, char *qualifier)
{
    (void)qualifier;
    return mlk_name_between(text, prefix, "", schema);
}

static const struct mlk_phrase phrases[] = {
    {"Blocked by another instance of Sqitch working on", NULL},
    {"for another instance of Sqitch to finish work on", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `sqitch status` and `sqitch verify`: the change that was being deployed may be half done, as MySQL "
    "and "
    "MariaDB do not roll DDL back.",
    "Its scripts run in a mysql client of their own: see that none is still working before you deploy again.",
    NULL,
};

#define WAITS                                                                                                \
    "it tries, then waits 60 s (--lock-timeout). The scripts run in a mysql client of their own, so the "    \
    "holder "                                                                                                \
    "sleeps while they work."
#define STUCK                                                                                                \
    "The lock lasts as long as Sqitch's own connection: it stays while a hung process or a vanished host "   \
    "keeps that open. The mysql client of a script inherits the connection, so a Sqitch that was killed "    \
    "keeps its lock until that client ends."
#define MESSAGE "Blocked by another instance of Sqitch working on"
#define SOURCE  "sqitch lib/App/Sqitch/Engine.pm and Engine/mysql.pm, "

const struct mlk_tool mlk_tool_sqitch = {
    .id = "sqitch",
    .title = "Sqitch",
    .kind = MLK_NAMED,
    .how = "GET_LOCK of `sqitch working on` and the target database's name; " WAITS,
    .stuck = STUCK,
    .message = MESSAGE,
    .phrases = phrases,
    .source = SOURCE "1.3.1 to 1.6.1; 1.3.1 was run",
    .name = name,
    .child_clients = true,
    .recognise = recognise,
    .advice = advice,
};

const struct mlk_tool mlk_tool_sqitch_old = {
    .id = "sqitch-old",
    .title = "Sqitch 1.2.0 to 1.3.0",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK with one name for the whole server; " WAITS,
    .stuck = STUCK,
    .message = MESSAGE,
    .phrases = phrases,
    .source = SOURCE "1.2.0 to 1.3.0; sqitch issue 670",
    .name = old_name,
    .child_clients = true,
    .advice = advice,
};
