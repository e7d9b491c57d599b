#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# "abandoned" is proof that nobody who could hold the lock is left: here is somebody left, out of the way.
# mysql options: --performance-schema-max-thread-instances=45
# mariadb options: --lower-case-table-names=1
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

verdict() { root "SET NAMES utf8mb4; SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_status('$1'), '\$.verdict'))"; }
new_lock() {
	lock_table "$1"
	root "UPDATE \`$1\`.migrations_lock SET acquired_at = NULL"
}

install_miglock
new_lock app
is 'nobody is there' "$(verdict ghost:app)" abandoned

if is_mariadb; then
	# One schema, many spellings: the server folds the letters of all alphabets.
	new_lock blög
	session_open speller root --default-character-set=utf8mb4
	session speller 'USE `blög`' >/dev/null
	is 'the schema in the letters it has' "$(verdict ghost:blög)" idle
	is 'the schema in others' "$(verdict ghost:BLÖG)" idle
	session_close speller
else
	# performance_schema has no room for all sessions; the one that migrates comes too late for a place.
	for i in {1..30}; do session_open "filler$i" root; done
	session_open migrates root --database=app
	unknown=$(root "SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_DB = 'app'")
	is 'performance_schema does not know the session' "$unknown" 0
	is 'it is found nevertheless' "$(verdict ghost:app)" idle
	contains 'and the report says what is missing' "$(root "SELECT miglock_status('ghost:app')")" 'had no room'
	session_close migrates
	for i in {1..30}; do session_close "filler$i"; done
fi
until_true 30 eval '[[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB IS NOT NULL") == 0 ]]' ||
	not_ok 'the sessions end'

# A job of the event scheduler is a session like others.
root "SET GLOBAL event_scheduler = ON; CREATE EVENT app.job ON SCHEDULE AT CURRENT_TIMESTAMP DO SELECT SLEEP(60)"
job() { root "SELECT COALESCE(MIN(ID), 0) FROM information_schema.PROCESSLIST WHERE DB = 'app'"; }
until_true 30 eval '[[ $(job) != 0 ]]' || not_ok 'the job runs'
is 'a job works' "$(verdict ghost:app)" active
root "SET GLOBAL event_scheduler = OFF; KILL $(job)"
until_true 30 eval '[[ $(job) == 0 ]]' || not_ok 'the job ends'
is 'the job is gone' "$(verdict ghost:app)" abandoned

# XA: the session is gone, its change is not.
session_open xa root
session xa "XA START 'x'; UPDATE app.migrations_lock SET released_at = NOW(); XA END 'x'; XA PREPARE 'x'" >/dev/null
session_close xa
until_true 30 eval "root \"XA RECOVER\" | grep -q x" || not_ok 'the transaction is prepared'
is 'a prepared transaction has changed the row' "$(verdict ghost:app)" active
is 'it cannot be released' "$(release_as root ghost:app "$(token ghost:app)" force)" failed
until_true 30 eval "root \"XA ROLLBACK 'x'\" 2>/dev/null" || not_ok 'the transaction ends'
is 'it is gone' "$(verdict ghost:app)" abandoned

# A release that is killed while it waits for the row has changed nothing, and leaves nothing behind.
session_open blocker root
session blocker 'BEGIN; SELECT locked FROM app.migrations_lock FOR UPDATE' >/dev/null
token=$(token ghost:app)
session_open caller root
id=$(session caller 'SELECT CONNECTION_ID()')
session_send caller "SELECT miglock_release('ghost:app', '$token', 'force')"
# InnoDB makes this table anew only after 0.1 s in which nobody has read it.
transactions() { root "DO SLEEP(0.2); SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state LIKE '$1'"; }
until_true 30 eval '[[ $(transactions "LOCK WAIT") == 1 ]]' || not_ok 'the release waits'
root "KILL QUERY $id"
is 'the caller goes on' "$(session caller 'SELECT 7' | tail -n 1)" 7
session blocker 'ROLLBACK' >/dev/null
is 'the row is as it was' "$(root 'SELECT locked, released_at FROM app.migrations_lock')" $'1\tNULL'
is 'no transaction is left' "$(transactions %)" 0
session_close blocker
session_close caller

# The rows of a replica are another server's, also while it does not replicate.
if is_mariadb; then
	root "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1, MASTER_USER = 'nobody'"
else
	root "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1, SOURCE_USER = 'nobody'"
fi
is 'a replica that has stopped' "$(verdict ghost:app)" unknown
is 'takes no release' "$(release_as root ghost:app "$(token ghost:app)" force)" refused
