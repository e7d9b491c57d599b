#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The scripts in README.md's sections "In CI", "On call" and "Monitoring" do what is said of them, as they stand.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

server_client <<'END'
CREATE DATABASE shop; CREATE DATABASE blog; USE blog;
CREATE TABLE migrations_lock (lock_key VARCHAR(191) PRIMARY KEY, locked TINYINT(1), acquired_at DATETIME, released_at DATETIME);
INSERT INTO migrations_lock VALUES ('km01', 1, '2026-11-01 10:58:48', NULL);
END
MYSQL_PWD=$MLK_PASSWORD session_start rake "$MLK_USER"
id=$(session rake 'SELECT CONNECTION_ID()')

# Where a deployment runs: its own option file, its own bin/rails and systemctl, which tell that they were called.
mkdir -p home site/bin tools textfiles
cp -- "$conf" home/.my.cnf
chmod 600 home/.my.cnf
printf '#!/bin/sh\necho "rails $*" >>"%s/calls"\n' "$PWD" >site/bin/rails
printf '#!/bin/sh\necho "systemctl $*" >>"%s/calls"\n' "$PWD" >tools/systemctl
chmod +x site/bin/rails tools/systemctl
unset MYSQL_PWD DATABASE_URL

# script SECTION N: the N-th bash block of that section.
script() {
	awk -v section="### $1" -v n="$2" '
		/^#/ && !inside {on = $0 == section}
		/^```bash$/ && on {inside = 1; count++; next}
		/^```/ {inside = 0}
		inside && count == n' "$MLK_TOP/README.md"
}
# runs SECTION N: it; what it writes is in out and err, its exit code in code.
runs() {
	script "$1" "$2" | sed "s#/var/lib/prometheus/node-exporter#$PWD/textfiles#" >script
	[[ -s script ]] || not_ok "README.md has script $2 in $1"
	: >calls
	code=0
	(cd site && HOME=$OLDPWD/home PATH=$OLDPWD/tools:$PATH timeout 60 sh -e "$OLDPWD/script") >out 2>err </dev/null || code=$?
}
called() { is "$1" "$(<calls)" "$2"; }

name=$(mlk name rails shop && cat out)
runs 'In CI' 1
code_is 'In CI: a free lock is not waited for' 0
called 'In CI: the migration runs' 'rails db:migrate'

session rake "SELECT GET_LOCK('$name', 0)" >taken
is 'the lock is taken' "$(<taken)" 1
(
	runs 'In CI' 1
	printf '%s\n' "$code" >code
) &
waiting=$!
# it has looked and found the lock taken: its own connection is there
looks() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '$MLK_USER' AND ID <> $id") != 0 ]]; }
until_true 20 looks || not_ok 'In CI: it looks'
called 'In CI: nothing runs while the lock is held' ''
session rake "SELECT RELEASE_LOCK('$name')" >given
wait "$waiting"
is 'In CI: the lock has come free' "$(<code)" 0
called 'In CI: then the migration runs' 'rails db:migrate'

runs 'Monitoring' 1
code_is 'Monitoring: an abandoned lock is critical' 2
out_has 'Monitoring: the plugin names it' 'MIGLOCK CRITICAL - ghost:blog abandoned'
runs 'Monitoring' 2
code_is 'Monitoring: the file is written' 0
if grep -q '^miglock_lock_held{target="ghost:blog"' textfiles/miglock.prom; then
	ok 'Monitoring: with the figures'
else
	not_ok 'Monitoring: with the figures' "$(head -n 40 textfiles/miglock.prom)"
fi

runs 'On call' 1
code_is 'On call: an abandoned lock is released' 0
called 'On call: and the service restarted' 'systemctl restart ghost_blog'
is 'On call: it is free' "$(root 'SELECT locked FROM blog.migrations_lock')" 0

root 'UPDATE blog.migrations_lock SET locked = 1, acquired_at = UTC_TIMESTAMP(), released_at = NULL'
session rake 'USE blog' >used
runs 'On call' 1
code_is 'On call: a lock that somebody could hold is not released' 4
called 'On call: and nothing restarted' ''
err_has 'On call: that is said' 'ghost:blog was not released (exit code 4)'
is 'On call: it is as it was' "$(root 'SELECT locked FROM blog.migrations_lock')" 1

runs 'Monitoring' 1
if ((code != 0)); then ok 'Monitoring: that is not OK'; else not_ok 'Monitoring: that is not OK' "$(<out)"; fi
