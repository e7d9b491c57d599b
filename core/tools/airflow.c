/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Airflow: GET_LOCK('airflow_MIGRATIONS', 1800). Mage has a copy of that code with 'mage_MIGRATIONS'.
 * Source: airflow/utils/db.py: the names were read there, the statement in part only.
 */
#include "tools.h"

static enum mlk_status airflow_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "airflow_MIGRATIONS");
}

static enum mlk_status mage_name(const char *schema, const char *qualifier, struct mlk_buf *out)
{
    (void)schema;
    (void)qualifier;
    return mlk_buf_str(out, "mage_MIGRATIONS");
}

static const char *const airflow_advice[] = {
    "Run `airflow db check-migrations`; the revision in the table `alembic_version` is the last that was "
    "finished.",
    "MySQL and MariaDB do not roll DDL back: take a backup before `airflow db migrate` runs again.",
    NULL,
};
static const char *const mage_advice[] = {
    "The revision in the table `alembic_version` is the last that was finished; MySQL and MariaDB do not "
    "roll DDL "
    "back.",
    NULL,
};

#define HOW                                                                                                  \
    "GET_LOCK with one name for the whole server, waiting up to 30 minutes; who waits prints nothing that "  \
    "could be "                                                                                              \
    "recognised."
#define STUCK                                                                                                \
    "The lock lasts as long as its session: it stays while a hung process, a vanished host or a proxy's "    \
    "pool keeps "                                                                                            \
    "that session open."

const struct mlk_tool mlk_tool_airflow = {
    .id = "airflow",
    .title = "Apache Airflow",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = HOW,
    .stuck = STUCK,
    .source = "airflow airflow/utils/db.py; its statement for MySQL was read in part only",
    .name = airflow_name,
    .advice = airflow_advice,
};

const struct mlk_tool mlk_tool_mage = {
    .id = "mage",
    .title = "Mage",
    .kind = MLK_NAMED,
    .scope = MLK_PER_SERVER,
    .how = HOW,
    .stuck = STUCK,
    .source = "Mage's copy of airflow/utils/db.py; the statement for MySQL was read in part only",
    .name = mage_name,
    .advice = mage_advice,
};
