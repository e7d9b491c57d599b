# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by ghost.sh, knex.sh, kysely.sh and liquibase.sh: the options that all have, handed to the JavaScript side through the environment.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage_error() {
    printf '%s\n' "$1" "${usage:?}" >&2
    exit 2
}

# common_option OPTION [VALUE]: takes one of the shared options, or fails.
common_option() {
    [[ $1 == --hang || $1 == --hang-at || $1 == --hold ]] || return 1
    [[ $# -ge 2 ]] || usage_error "$1 needs a value"
    case $1 in
    --hang)
        [[ $2 == sql || $2 == client ]] || usage_error "--hang takes sql or client"
        export MLK_HANG=$2
        ;;
    --hang-at) export MLK_HANG_AT=$2 ;;
    --hold)
        MLK_HOLD=$(realpath -m -- "$2")
        export MLK_HOLD
        export MLK_HANG=${MLK_HANG:-client}
        ;;
    esac
}

# The caller's own settings must not leak into a run that did not ask for them.
unset MLK_HANG MLK_HANG_AT MLK_HOLD

use_packages() {
    packages=$("$here/prepare.sh")
    # The migrations live in the tree, the packages do not.
    export NODE_PATH=$packages/node_modules
    export NO_COLOR=1
}
