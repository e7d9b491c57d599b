#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Run by the second change: says where it is, and stops until a file appears or Liquibase is gone.
set -euo pipefail

[[ -n ${MLK_HANG:-} ]] || exit 0

where=(--host="${MLK_HOST:-127.0.0.1}" --port="${MLK_PORT:-3306}")
# Not in the schema itself: there only Liquibase is.
id=$(MYSQL_PWD=${MLK_PASSWORD:-} mariadb --no-defaults "${where[@]}" --user="${MLK_USER:-root}" -N -B \
	-e "SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '$MLK_SCHEMA' LIMIT 1")
# To Liquibase's own output: what this prints itself goes into its log.
printf '\nholding pid=%s hang=client connection=%s\n' "$MLK_TOOL_PID" "$id" >>"/proc/$MLK_TOOL_PID/fd/1"
# A zombie answers kill -0, too.
until [[ -n ${MLK_HOLD:-} && -e $MLK_HOLD ]] || ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$MLK_TOOL_PID/status" 2>/dev/null; do
	sleep 0.02
done
