#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the real knex command line. The process that you start becomes the tool itself (exec), so a signal hits it.
set -euo pipefail

usage='usage: knex.sh COMMAND SCHEMA [options]
  latest | unlock | status  what "knex migrate:..." shall do
  --set base|ddl|dml|alter|itself
                            base: one that finishes. ddl: then one with a DDL before it hangs, so that its lock is committed.
                            dml: then one with changes only, so that its lock is not committed while it hangs.
                            alter: then one that hangs before it alters a table
                            itself: then one that alters a table outside of its own transaction, which has changed it
  --table NAME              the migrations table (default knex_migrations); the lock table is NAME_lock
  --lock-schema NAME        the schema of both tables, when it is another one
  --hang sql|client         stop in mid-migration, in a statement or outside SQL
  --hold FILE               go on once FILE exists (--hang client unless given)'

# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ ${1:-} == --help ]]; then
    printf '%s\n' "$usage"
    exit 0
fi
[[ $# -ge 2 ]] || usage_error 'COMMAND and SCHEMA are needed'
command=$1
export MLK_SCHEMA=$2
shift 2
[[ $command =~ ^(latest|unlock|status)$ ]] || usage_error "unknown command $command"

unset MLK_KNEX_SET MLK_KNEX_TABLE MLK_KNEX_SCHEMA
while [[ $# -gt 0 ]]; do
    case $1 in
    --set)
        [[ ${2:-} =~ ^(base|ddl|dml|alter|itself)$ ]] || usage_error '--set takes base, ddl, dml, alter or itself'
        export MLK_KNEX_SET=$2
        ;;
    --table)
        [[ -n ${2:-} ]] || usage_error '--table needs a value'
        export MLK_KNEX_TABLE=$2
        ;;
    --lock-schema)
        [[ -n ${2:-} ]] || usage_error '--lock-schema needs a value'
        export MLK_KNEX_SCHEMA=$2
        ;;
    *) common_option "$@" || usage_error "unknown option $1" ;;
    esac
    shift 2
done

use_packages
export KNEX_PATH=$packages/node_modules/knex
exec node "$packages/node_modules/knex/bin/cli.js" "migrate:$command" --knexfile "$here/knex/knexfile.js"
