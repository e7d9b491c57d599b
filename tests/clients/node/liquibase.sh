#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the real Liquibase, whose npm package holds its jars and drivers. The process that you start becomes the tool itself (exec),
# so a signal hits it. Over TCP, as its drivers have no sockets.
set -euo pipefail

usage='usage: liquibase.sh COMMAND SCHEMA [options]
  update | release-locks | list-locks   what Liquibase shall do
  --hang client   stop in the second change, outside SQL
  --hold FILE     go on once FILE exists (--hang client)
  --one           only the first change
  --no-wait       give up at once where the lock is taken'

# shellcheck source=tests/clients/node/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

if [[ ${1:-} == --help ]]; then
	printf '%s\n' "$usage"
	exit 0
fi
[[ $# -ge 2 ]] || usage_error 'COMMAND and SCHEMA are needed'
command=$1
export MLK_SCHEMA=$2
shift 2
[[ $command =~ ^(update|release-locks|list-locks)$ ]] || usage_error "unknown command $command"

global=() arguments=()
while [[ $# -gt 0 ]]; do
	case $1 in
	--one) command=update-count arguments+=(--count=1) ;;
	--no-wait) global+=(--changelog-lock-wait-time-in-minutes=0) ;;
	*)
		common_option "$@" || usage_error "unknown option $1"
		shift
		;;
	esac
	shift
done
use_packages

if [[ $command == update* ]]; then
	arguments+=(--changelog-file=changelog.xml "-Dhold=$here/liquibase/hold.sh")
	global+=(--search-path="$here/liquibase")
fi
export MLK_TOOL_PID=$$
# The first two: a short run needs no more.
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$packages/node_modules/liquibase/dist/liquibase/internal/lib/*" \
	liquibase.integration.commandline.LiquibaseCommandLine --log-level=severe --show-banner=false \
	--url="jdbc:mariadb://${MLK_HOST:-127.0.0.1}:${MLK_PORT:-3306}/$MLK_SCHEMA?allowPublicKeyRetrieval=true" \
	--username="${MLK_USER:-root}" --password="${MLK_PASSWORD:-}" "${global[@]}" "$command" "${arguments[@]}"
