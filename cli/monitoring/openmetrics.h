/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures of locks and tables as text for Prometheus. */
#ifndef MIGLOCK_CLI_OPENMETRICS_H
#define MIGLOCK_CLI_OPENMETRICS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "miglock/buf.h"

/*
 * Appends the figures of a document (docs/monitoring.md). strict: with the types that only OpenMetrics has
 * (info, stateset). Without it the text is good in both grammars: the older text format (0.0.4, which the
 * textfile collector of node_exporter reads) takes "# UNIT" and "# EOF" for comments, and refuses types that
 * it does not know. The samples are the same. Sources: OpenMetrics 1.0; Prometheus, "Exposition formats".
 */
void mlk_openmetrics(struct mlk_buf *b, const cJSON *document, bool strict);

/* Its families of tables and connections; none where the document does not speak of tables. */
void mlk_openmetrics_tables(struct mlk_buf *b, const cJSON *document, bool strict);

#endif
