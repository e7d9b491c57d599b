/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Skeema: GET_LOCK('skeema.<temporary schema>', 1), repeated for 30 s, on a connection of its own.
 * Source: internal/workspace/{workspace,tempschema,localdocker}.go at 1.14.1.
 */
#include "name_parts.h"
#include "tools.h"

static const char prefix[] = "skeema.";

static enum mlk_status name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    mlk_buf_str(out, prefix);
    return mlk_buf_str(out, qualifier);
}

static bool recognise(const char *text, char *schema, char *qualifier)
{
    (void)schema;
    return mlk_name_between(text, prefix, "", qualifier);
}

static const struct mlk_phrase phrases[] = {
    {"Unable to lock temp-schema workspace", NULL},
    {"Unable to lock temporary schema", NULL}, /* older versions */
    {"Workspace lock released early due to connection being dropped",
     "Skeema lost the connection that held its lock while it was working; another copy may have started "
     "meanwhile."},
    {NULL, NULL},
};

static const char *const advice[] = {
    "Run `skeema diff`: it compares the schema with the files, whatever a run that was cut off left undone.",
    "The temporary schema may be left over; Skeema drops it on its next run if its tables have no rows.",
    NULL,
};

const struct mlk_tool mlk_tool_skeema = {
    .id = "skeema",
    .title = "Skeema",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = "GET_LOCK of skeema. and the temporary schema (--temp-schema), tried for 30 s, on a connection of "
           "its own "
           "that runs SELECT 1 every 750 ms.",
    .stuck =
        "The lock lasts as long as that connection: it stays while Skeema hangs or its host has vanished.",
    .message = "Unable to lock temp-schema workspace",
    .phrases = phrases,
    .source = "skeema internal/workspace/workspace.go, tempschema.go and localdocker.go, 1.14.1",
    .takes_qualifier = true,
    .qualifier_is = "temporary schema",
    .default_qualifier = "_skeema_tmp",
    .name = name,
    .recognise = recognise,
    .advice = advice,
};
