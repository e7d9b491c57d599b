#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the real yoyo-migrations. The process that you start becomes the tool itself (exec), so a signal hits it.
set -euo pipefail

usage='usage: yoyo.sh COMMAND SCHEMA [options]
  apply | break-lock | list   what yoyo shall do
  --hang client   stop in the second migration, outside SQL
  --hold FILE     go on once FILE exists (--hang client)
  --one           only the first migration'

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
[[ $command =~ ^(apply|break-lock|list)$ ]] || usage_error "unknown command $command"

options=()
unset MLK_HANG MLK_HOLD
while [[ $# -gt 0 ]]; do
	case $1 in
	--one) options+=(--revision 0001.customers) ;;
	--hang)
		[[ ${2:-} == client ]] || usage_error '--hang takes client'
		export MLK_HANG=client
		shift
		;;
	--hold)
		[[ -n ${2:-} ]] || usage_error '--hold needs a value'
		MLK_HOLD=$(realpath -m -- "$2")
		export MLK_HOLD MLK_HANG=client
		shift
		;;
	*) usage_error "unknown option $1" ;;
	esac
	shift
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
where="${MLK_USER:-root}:${MLK_PASSWORD:-}@${MLK_HOST:-127.0.0.1}:${MLK_PORT:-3306}/$schema"
if [[ -n ${MLK_SOCKET:-} ]]; then where="${MLK_USER:-root}:${MLK_PASSWORD:-}@/$schema?unix_socket=$MLK_SOCKET"; fi

sources=("$here/migrations")
if [[ $command == break-lock ]]; then sources=(); fi
# Python would leave its own files beside the migrations.
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
exec yoyo "$command" --batch --no-config-file --database "mysql://$where" "${options[@]}" "${sources[@]}"
