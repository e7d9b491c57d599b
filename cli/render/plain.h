/* SPDX-License-Identifier: GPL-2.0-only */
/* --plain: one record a line, columns parted by tabs, for cut, awk and while read. No header, no colour,
 * nothing cut; columns are only ever added, at the end. */
#ifndef MIGLOCK_CLI_PLAIN_H
#define MIGLOCK_CLI_PLAIN_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* What a record is of, the commands that print it, and its columns. A column is a member of the JSON
 * document, "holder.user" a member of a member. */
#define MLK_PLAIN_LIST(X)                                                                                    \
    X(REPORT, "status",                                                                                      \
      "target verdict held held_seconds since holder.connection_id holder.user holder.host "                 \
      "holder.program holder.pid owner_text sibling_count waiter_count token because node")                  \
    X(TABLE, "tables",                                                                                       \
      "target verdict object schema table queue.count queue.oldest_seconds ddl_count blocker_count root "    \
      "next token because node")                                                                             \
    X(RESULT, "release, repair, wait", "target outcome verdict seconds now.verdict now.held because")        \
    X(PROBE, "probe", "connection_id peer answer_ms heard_ms user host program pid because")                 \
    X(TOOL, "tools", "tool kind scope release title how own_unlock")                                         \
    X(ADVICE, "advise",                                                                                      \
      "schema table kind judged writes reads rebuilds form.algorithm form.lock source before rewritten "     \
      "not_judged fails statement")                                                                          \
    X(MATCH, "explain", "tool taken title matched means commands")                                           \
    X(INSTALL, "install, uninstall", "outcome version statements")                                           \
    X(VERSION, "version", "version client_library")

enum mlk_plain_kind {
#define MLK_PLAIN_ENUM(name, commands, columns) MLK_PLAIN_##name,
    MLK_PLAIN_LIST(MLK_PLAIN_ENUM)
#undef MLK_PLAIN_ENUM
        MLK_PLAIN_KINDS
};

/* Prints a document, or each one of an array, on stdout. What is null or empty is "-"; true and false are
 * "yes" and "no"; texts of an array are joined by "; ", and what would break a line is escaped. */
void mlk_plain_print(enum mlk_plain_kind kind, const cJSON *document);
/* For the help. */
const char *mlk_plain_commands(enum mlk_plain_kind kind);
const char *mlk_plain_columns(enum mlk_plain_kind kind);

#endif
