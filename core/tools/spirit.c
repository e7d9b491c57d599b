/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spirit: GET_LOCK('<schema[:20]>.<table[:32]>-<hash>', 0) for each table, again every minute; for several
 * tables at once also '<schema[:20]>.atomic-multi-table-<hash>'. Source: pkg/dbconn/advisorylock.go and
 * pkg/utils/utils.go at e4b69b6e: the hash is the first 8 digits of the SHA-1 of the schema and the first 56
 * bytes of the table's name. Go cuts bytes.
 */
#include <string.h>
#include <strings.h>

#include "miglock/target.h"
#include "name_parts.h"
#include "tools.h"

static const char multi[] = "atomic-multi-table";
static const char multi_salt[] = "\0spirit-atomic-multi-table";

enum { SCHEMA_BYTES = 20, TABLE_BYTES = 32, HASHED_BYTES = 56, HASH_DIGITS = 8 };

/* Appends <schema[:20]>.<middle>-<hash of schema and more>. */
static enum mlk_status add_name(struct mlk_buf *out, const char *schema, const char *middle,
                                size_t middle_len, const char *more, size_t more_len)
{
    char memory[2 * MLK_IDENT_MAX + 1];
    char hex[MLK_SHA1_HEX + 1];
    struct mlk_buf hashed;
    size_t schema_len;

    if (!mlk_byte_prefix(schema, SCHEMA_BYTES, &schema_len))
        return MLK_UNSUPPORTED;
    mlk_buf_fixed(&hashed, memory, sizeof memory);
    mlk_buf_str(&hashed, schema);
    if (mlk_buf_add(&hashed, more, more_len))
        return hashed.status;
    mlk_sha1(memory, hashed.len, hex);
    mlk_buf_add(out, schema, schema_len);
    mlk_buf_str(out, ".");
    mlk_buf_add(out, middle, middle_len);
    mlk_buf_str(out, "-");
    return mlk_buf_add(out, hex, HASH_DIGITS);
}

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    size_t shown, hashed;

    /* where only the hash would get half a character, the name is known all the same */
    mlk_byte_prefix(qualifier, HASHED_BYTES, &hashed);
    if (!mlk_byte_prefix(qualifier, TABLE_BYTES, &shown))
        return MLK_UNSUPPORTED;
    return add_name(out, schema, qualifier, shown, qualifier, hashed);
}

static enum mlk_status multi_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)qualifier;
    return add_name(out, schema, multi, sizeof multi - 1, multi_salt, sizeof multi_salt - 1);
}

/* Whether schema and table (NULL: several tables) give exactly this name, but for its case. */
static bool gives(const char *text, const char *schema, const char *table)
{
    char memory[MLK_NAME_MAX + 1];
    struct mlk_buf again;

    mlk_buf_fixed(&again, memory, sizeof memory);
    return (table ? name(schema, table, &again) : multi_name(schema, "", &again)) == MLK_OK &&
           strcasecmp(memory, text) == 0;
}

/* The first dot where the hash is right. A part that was cut, or capitals that MySQL folded, make another
 * hash: such a name stays unrecognised, as its parts would name another lock. */
static bool recognise(const char *text, char *schema, char *qualifier)
{
    const char *dash = strrchr(text, '-');

    if (!dash)
        return false;
    for (const char *dot = strchr(text, '.'); dot && dot < dash; dot = strchr(dot + 1, '.')) {
        char first[MLK_IDENT_MAX + 1], second[MLK_IDENT_MAX + 1];

        if (mlk_name_part(text, (size_t)(dot - text), first) &&
            mlk_name_part(dot + 1, (size_t)(dash - dot - 1), second) && gives(text, first, second))
            return mlk_name_part(first, strlen(first), schema) &&
                   mlk_name_part(second, strlen(second), qualifier);
    }
    return false;
}

static bool recognise_multi(const char *text, char *schema, char *qualifier)
{
    char first[MLK_IDENT_MAX + 1];
    size_t tail = 1 + (sizeof multi - 1) + 1 + HASH_DIGITS;
    size_t len = strlen(text);

    (void)qualifier;
    return len > tail && mlk_name_part(text, len - tail, first) && gives(text, first, NULL) &&
           mlk_name_part(first, strlen(first), schema);
}

static const struct mlk_phrase phrases[] = {
    {"could not acquire advisory lock", NULL},
    {"lock is held by another connection", NULL},
    {NULL, NULL},
};

static const char *const advice[] = {
    "See that no spirit runs any more before you start it again: it goes on from its checkpoint table.",
    "Without a restart, drop what it left: _TABLE_new and _TABLE_chkpnt, or _spirit_checkpoint and "
    "_spirit_sentinel for "
    "several tables.",
    NULL,
};

#define STUCK                                                                                                \
    "The lock lasts as long as that connection: it stays while spirit hangs or its host has vanished."
#define SOURCE "spirit pkg/dbconn/advisorylock.go and pkg/utils/utils.go, e4b69b6e (0.8.0 to 0.16.0)"

const struct mlk_tool mlk_tool_spirit = {
    .id = "spirit",
    .title = "spirit",
    .kind = MLK_NAMED,
    .how = "GET_LOCK of the schema, the table and a hash of both, on a connection of its own that takes it "
           "again every "
           "minute while others copy the rows; a second spirit does not wait.",
    .stuck = STUCK,
    .message = "could not acquire advisory lock",
    .phrases = phrases,
    .source = SOURCE,
    .takes_qualifier = true,
    .qualifier_is = "table",
    .name = name,
    .recognise = recognise,
    .advice = advice,
};

const struct mlk_tool mlk_tool_spirit_multi = {
    .id = "spirit-multi",
    .title = "spirit, several tables at once",
    .kind = MLK_NAMED,
    .how = "GET_LOCK of the schema and a hash, beside the locks of the single tables and on the same "
           "connection.",
    .stuck = STUCK,
    .message = "could not start atomic multi-table migration",
    .source = SOURCE,
    .name = multi_name,
    .recognise = recognise_multi,
    .advice = advice,
};
