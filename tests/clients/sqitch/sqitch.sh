#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the real Sqitch. The process that you start becomes the tool itself (exec), so a signal hits it.
set -euo pipefail

usage='usage: sqitch.sh COMMAND SCHEMA [options]
  deploy | status    what Sqitch shall do; its registry is the schema SCHEMA_registry
  --to CHANGE        no further than this change: customers or invoices (default: both)
  --hang sql|client  stop in the change invoices, in a statement or outside SQL
  --hold FILE        go on once FILE exists (--hang client)
  --lock-timeout S   wait for the lock of another Sqitch for so long (default 60 s)'

usage_error() {
	printf '%s\n' "$1" "$usage" >&2
	exit 2
}

if [[ ${1:-} == --help ]]; then
	printf '%s\n' "$usage"
	exit 0
fi
[[ $# -ge 2 ]] || usage_error 'COMMAND and SCHEMA are needed'
command=$1
schema=$2
shift 2
[[ $command =~ ^(deploy|status)$ ]] || usage_error "unknown command $command"

options=()
unset MLK_HANG MLK_HOLD
while [[ $# -gt 0 ]]; do
	[[ -n ${2:-} ]] || usage_error "$1 needs a value"
	case $1 in
	--to | --lock-timeout) options+=("$1" "$2") ;;
	--hang)
		[[ $2 == sql || $2 == client ]] || usage_error '--hang takes sql or client'
		export MLK_HANG=$2
		;;
	--hold)
		MLK_HOLD=$(realpath -m -- "$2")
		export MLK_HOLD MLK_HANG=client
		;;
	*) usage_error "unknown option $1" ;;
	esac
	shift 2
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What the change invoices calls: it must know whom it stops, and where to say so. Sqitch's scripts write elsewhere.
export MLK_SCHEMA=$schema MLK_TOOL_PID=$$ MLK_HOLD_SCRIPT=$here/hold.sh
exec 9>&1
if [[ ${MLK_HANG:-} == sql ]]; then options+=(--set hang=86400); fi

# Nobody's own settings.
export SQITCH_SYSTEM_CONFIG=/dev/null SQITCH_USER_CONFIG=/dev/null SQITCH_FULLNAME=miglock SQITCH_EMAIL=miglock@localhost
export SQITCH_PASSWORD=${MLK_PASSWORD:-}
if [[ -n ${MLK_SOCKET:-} ]]; then
	where="//${MLK_USER:-root}@/$schema?mysql_socket=$MLK_SOCKET"
else
	where="//${MLK_USER:-root}@${MLK_HOST:-127.0.0.1}:${MLK_PORT:-3306}/$schema"
fi
cd "$here"
exec sqitch "$command" --client mariadb --registry "${schema}_registry" "${options[@]}" --target "db:mysql:$where"
