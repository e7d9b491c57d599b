#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the real Kysely Migrator. The process that you start becomes the tool itself (exec), so a signal hits it.
set -euo pipefail

usage='usage: kysely.sh SCHEMA [options]
  --to NAME               no further than this migration: 1_customers or 2_invoices (default: both)
  --hang sql|client       stop in the second migration, in a statement or outside SQL
  --hold FILE             go on once FILE exists (--hang client unless given)'

# shellcheck source=SCRIPTDIR/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ ${1:-} == --help ]]; then
    printf '%s\n' "$usage"
    exit 0
fi
[[ $# -ge 1 ]] || usage_error 'SCHEMA is needed'
export MLK_SCHEMA=$1
shift

unset MLK_KYSELY_TO
while [[ $# -gt 0 ]]; do
    case $1 in
    --to)
        [[ -n ${2:-} ]] || usage_error '--to needs a value'
        export MLK_KYSELY_TO=$2
        ;;
    *) common_option "$@" || usage_error "unknown option $1" ;;
    esac
    shift 2
done

use_packages
exec node "$here/kysely/migrate.js"
