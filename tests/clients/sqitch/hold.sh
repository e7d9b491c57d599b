#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Called by a change's script, in the mysql client that Sqitch started: says where it is, and stops until a file appears or Sqitch
# is gone. Where the script shall hang in a statement it only says so, and the script goes on.
set -euo pipefail

[[ -n ${MLK_HANG:-} ]] || exit 0

where=(--host="${MLK_HOST:-127.0.0.1}" --port="${MLK_PORT:-3306}")
if [[ -n ${MLK_SOCKET:-} ]]; then where=(--socket="$MLK_SOCKET"); fi

ask() { MYSQL_PWD=${MLK_PASSWORD:-} mariadb --no-defaults "${where[@]}" --user="${MLK_USER:-root}" -N -B -e "$1"; }

# On a line of its own, as Sqitch has begun one. The script's session is in the schema; Sqitch's own is in its registry. No short connection of ours is in any.
announce() {
	local id='' state=''
	if [[ $MLK_HANG == sql ]]; then state="AND INFO LIKE '%SLEEP(%'"; fi
	while [[ -z $id ]]; do
		id=$(ask "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '$MLK_SCHEMA' AND ID <> CONNECTION_ID() $state LIMIT 1")
		sleep 0.02
	done
	printf '\nholding pid=%s hang=%s connection=%s lock_connection=%s\n' "$MLK_TOOL_PID" "$MLK_HANG" "$id" \
		"$(ask "SELECT IS_USED_LOCK('sqitch working on $MLK_SCHEMA')")" >&9
}

if [[ $MLK_HANG == sql ]]; then
	announce &
	exit 0
fi
announce
# A zombie answers kill -0, too.
until [[ -n ${MLK_HOLD:-} && -e $MLK_HOLD ]] || ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$MLK_TOOL_PID/status" 2>/dev/null; do
	sleep 0.02
done
