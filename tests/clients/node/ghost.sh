#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the real knex-migrator, as Ghost does. The process that you start becomes the tool itself (exec), so a signal hits it.
set -euo pipefail

usage='usage: ghost.sh COMMAND SCHEMA [options]
  init | migrate | health | rollback   what knex-migrator shall do
  --app 1.0|1.1     the release of the application (default: 1.0 for init, else 1.1)
  --hang sql|client stop in mid-migration, in a statement or outside SQL
  --hang-at ddl|dml where 1.1 stops: before a DDL (default), or in a transaction with changes; with init: in the init script
  --hold FILE       go on once FILE exists (--hang client unless given)'

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
[[ $command =~ ^(init|migrate|health|rollback)$ ]] || usage_error "unknown command $command"

app=1.1
[[ $command != init ]] || app=1.0
while [[ $# -gt 0 ]]; do
    case $1 in
    --app)
        [[ ${2:-} == 1.0 || ${2:-} == 1.1 ]] || usage_error '--app takes 1.0 or 1.1'
        app=$2
        ;;
    *) common_option "$@" || usage_error "unknown option $1" ;;
    esac
    shift 2
done

use_packages
cd "$packages"
exec node "node_modules/knex-migrator/bin/knex-migrator-$command" --mgpath "$here/ghost/$app"
