#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# install and uninstall: all or what is missing, twice, by halves, and never what belongs to somebody else.
# mariadb options: --log-bin --server-id=1
# mariadb11 options: --log-bin --server-id=1
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

mode=functions # for mlk: no --no-functions
plugin_dir=$(root 'SELECT @@plugin_dir')

# How many of the functions can be called, and how many of the views are there.
callable() {
	local count=0
	if root 'SELECT miglock_version()' >/dev/null 2>&1; then count=$((count + 1)); fi
	if root 'SELECT miglock_tools()' >/dev/null 2>&1; then count=$((count + 1)); fi
	if root "SELECT miglock_name('rails', 'app')" >/dev/null 2>&1; then count=$((count + 1)); fi
	if root "SELECT miglock_status('rails:app')" >/dev/null 2>&1; then count=$((count + 1)); fi
	if root 'SELECT miglock_locks()' >/dev/null 2>&1; then count=$((count + 1)); fi
	if root 'SELECT miglock_probe(CONNECTION_ID())' >/dev/null 2>&1; then count=$((count + 1)); fi
	if root "SELECT miglock_release('rails:app', '000000000000')" >/dev/null 2>&1; then count=$((count + 1)); fi
	if root "SELECT miglock_repair('knex:app', '000000000000')" >/dev/null 2>&1; then count=$((count + 1)); fi
	if root 'SELECT miglock_table_locks()' >/dev/null 2>&1; then count=$((count + 1)); fi
	printf '%s' "$count"
}
views() { root "SELECT COUNT(*) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'miglock' AND TABLE_NAME IN ('locks', 'table_locks')"; }
schemas() { root "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'miglock'"; }
state() { printf '%s functions, %s view, %s schema' "$(callable)" "$(views)" "$(schemas)"; }
all='9 functions, 2 view, 1 schema'
none='0 functions, 0 view, 0 schema'
state_is() { is "$1" "$(state)" "$2"; }
library_in() { if is_mariadb; then root "INSTALL SONAME 'miglock'"; else root "INSTALL COMPONENT 'file://miglock'"; fi; }
log_position() {
	if is_mariadb; then
		root 'SHOW MASTER STATUS' | cut -f 1,2
	else
		root 'SHOW BINARY LOG STATUS' | cut -f 1,2
	fi
}

state_is 'nothing is there at first' "$none"
before=$(log_position)
[[ $before == *[0-9] ]] || not_ok 'there is a binary log to keep clean' "$before"

mlk install --dry-run
code_is 'install --dry-run' 0
out_has 'it prints the statements' miglock 'CREATE OR REPLACE SQL SECURITY INVOKER VIEW'
state_is 'and changes nothing' "$none"
mlk uninstall
code_is 'uninstall where nothing is' 0
out_has 'says so' 'nothing of miglock is installed'

# The library is not where the server looks for it, or is none that it can load.
dir=$(dirname "$MLK_SOCKET")/plugin
mv "$dir/miglock.so" .
cannot() {
	local what=$1
	shift
	mlk install
	code_is "install, $what" 1
	err_has "$what: the server's own words, and what to do" "$@"
	is "$what: in one line" "$(grep -c '' err)" 1
	rm -f -- "$dir/miglock.so"
}
cannot 'no library' "There is no miglock.so in $plugin_dir, and this command copies nothing" \
	'The package miglock-plugin has it in /usr/lib/mysql/plugin/' \
	"install -m 644 /usr/lib/mysql/plugin/miglock.so ${plugin_dir}miglock.so.new && mv ${plugin_dir}miglock.so.new ${plugin_dir}miglock.so" \
	'No such file or directory' 'Then run this again'
code=0
unshare --uts sh -c 'hostname elsewhere; exec "$@"' sh "$MLK_CLI" --defaults-file="$conf" install >out 2>err </dev/null || code=$?
code_is 'install from another host' 1
err_has 'says where to put it' "in $plugin_dir (on $(root 'SELECT @@hostname'), the server's host or container)"
ln -s nowhere "$dir/miglock.so"
cannot 'a link to nothing' "${plugin_dir}miglock.so is for another kind of processor, or a link to nothing"
cp miglock.so "$dir/miglock.so"
printf '\xb7\x00' | dd of="$dir/miglock.so" bs=1 seek=18 conv=notrunc status=none # e_machine: AArch64
if [[ $(uname -m) == aarch64 ]]; then printf '\x3e\x00' | dd of="$dir/miglock.so" bs=1 seek=18 conv=notrunc status=none; fi
cannot 'a library for another processor' "${plugin_dir}miglock.so is for another kind of processor"
cp miglock.so "$dir/miglock.so"
printf '\x01' | dd of="$dir/miglock.so" bs=1 seek=4 conv=notrunc status=none # EI_CLASS: 32 bit
cannot 'a library of 32 bits' 'wrong ELF class' "${plugin_dir}miglock.so was built for another system or processor"
head -c 100 miglock.so >"$dir/miglock.so"
cannot 'the start of a library' 'cannot read file data' "${plugin_dir}miglock.so is damaged, or no library"
: >"$dir/miglock.so"
cannot 'an empty file' 'file too short' "${plugin_dir}miglock.so is damaged, or no library"
printf '%4000s' 'no library' >"$dir/miglock.so"
cannot 'a text' 'invalid ELF header' "${plugin_dir}miglock.so is damaged, or no library"
printf 'int mlk_nothing(void) { return 0; }\n' | gcc -shared -fPIC -x c -o libmlk_nowhere.so.1 -Wl,-soname,libmlk_nowhere.so.1 -
printf 'int mlk_nothing(void); int list_components(void); int list_components(void) { return mlk_nothing(); }\n' >needs.c
gcc -shared -fPIC -o "$dir/miglock.so" needs.c ./libmlk_nowhere.so.1
cannot 'a library that lacks another one' 'miglock.so needs libmlk_nowhere.so.1, which is not installed' 'libcjson1, libmd0 and zlib1g'
gcc -shared -fPIC -o "$dir/miglock.so" needs.c
cannot 'a library that lacks a symbol' 'undefined symbol: mlk_nothing' 'was built for another system'
mlk install --json
code_is 'install without the library --json' 1
DIR=$plugin_dir facts <<-'END'
	and as a document :: d.error.message.includes(e.DIR) && d.error.message.includes('miglock.so')
END
state_is 'nothing is left of that' "$none"
mv miglock.so "$dir/"

# Who may not install is told what is missing.
root "CREATE USER nobody IDENTIFIED BY 'n'"
printf '[client]\nsocket=%s\nuser=nobody\npassword=n\n' "$MLK_SOCKET" >nobody.cnf
conf=$PWD/nobody.cnf
mlk install
code_is 'install without rights' 1
err_has 'the missing right is named' 'it needs'
conf=$PWD/all.cnf
state_is 'nothing is left of that either' "$none"

mlk install
code_is 'install' 0
out_has 'it says so' 'installed: miglock'
state_is 'all is there' "$all"
mlk install
code_is 'install again' 0
out_has 'has nothing to do' 'already installed'
mlk install --json
code_is 'install again --json' 0
facts <<-'END'
	has no statements :: d.outcome === 'already installed' && d.statements.length === 0 && /^\d+\.\d+\.\d+$/.test(d.version)
END
state_is 'all is still there' "$all"
is 'the functions are of the same version as the command' "$(root 'SELECT miglock_version()')" \
	"$("$MLK_CLI" version --json | sed 's/.*"version":"\([^"]*\)".*/\1/')"

# The view reads like any table.
lock_table shop
session_start holder root
session holder "SELECT GET_LOCK('$(root "SELECT miglock_name('rails', 'shop')")', 0)" >taken
id=$(session holder 'SELECT CONNECTION_ID()')
is 'the view has what is held' \
	"$(root 'SELECT target, tool, kind, schema_name, verdict, held FROM miglock.locks WHERE held ORDER BY target')" \
	$'ghost:shop\tghost\trow\tshop\tabandoned\t1\nrails:shop\trails\tnamed\tshop\tidle\t1'
is 'and who holds it' "$(root "SELECT holder_id, holder_user FROM miglock.locks WHERE target = 'rails:shop'")" "$id"$'\troot'
is 'its reasons are JSON' \
	"$(root "SELECT JSON_VALID(because) AND JSON_LENGTH(because) > 0 AND JSON_VALID(blind_spots) FROM miglock.locks WHERE target = 'ghost:shop'")" 1
is 'SELECT * has its columns' "$(server_client -B -e 'SELECT * FROM miglock.locks' | head -n 1 | tr '\t' ' ')" \
	'target tool kind schema_name lock_name lock_table server_wide verdict held since held_seconds expires owner_text holder_id holder_user holder_host holder_program holder_pid waiters candidates because blind_spots token next'
is 'SELECT * of the other view has its columns' "$(server_client -t -e 'DESCRIBE miglock.table_locks' | awk 'NR > 3 && $2 { printf "%s%s", n++ ? " " : "", $2 }')" \
	'target schema_name table_name verdict root ddl_id ddl_kind ddl_phase ddl_seconds ddl_percent ddl_statement blocker_id blocker_user blocker_host blocker_transaction_seconds blockers queue queue_seconds connections_used connections_max because blind_spots token next'
is 'it is empty where nobody waits' "$(root 'SELECT COUNT(*) FROM miglock.table_locks')" 0
is 'the next statement in it works' \
	"$(root "$(root "SELECT next FROM miglock.locks WHERE target = 'ghost:shop'")" | grep -c '"outcome":"released"')" 1
root "GRANT SELECT ON miglock.locks TO nobody"
is 'another account sees its own share of it' \
	"$(server_client --user=nobody --password=n -N -e 'SELECT COUNT(*) FROM miglock.locks' 2>/dev/null)" 0
session_close holder
root 'DROP DATABASE shop'

# By halves: whatever is missing is added.
half() {
	local what=$1
	mlk install
	code_is "install completes: $what" 0
	state_is "all is there: $what" "$all"
}
root 'DROP VIEW miglock.locks'
half 'a view is missing'
root 'DROP VIEW miglock.table_locks'
half 'the other view is missing'
root 'DROP DATABASE miglock'
half 'the schema is missing'
root 'CREATE OR REPLACE SQL SECURITY INVOKER VIEW miglock.locks AS SELECT miglock_locks() AS target'
half 'the view is of another version'
is 'the view has its columns again' "$(root 'SELECT COUNT(held_seconds) FROM miglock.locks')" 0
if is_mariadb; then
	root 'DROP FUNCTION miglock_status; DROP FUNCTION miglock_release'
	half 'two functions are missing'
	root "UNINSTALL SONAME 'miglock'"
	half 'only the functions are there'
fi
mlk uninstall
code_is 'uninstall' 0
state_is 'nothing is there after that' "$none"
library_in
half 'only the library is there'

mlk uninstall --dry-run
code_is 'uninstall --dry-run' 0
state_is 'changes nothing' "$all"

# What others put there stays.
root 'CREATE TABLE miglock.notes (id INT)'
mlk uninstall
code_is 'uninstall beside a table of somebody else' 0
state_is 'leaves the schema' '0 functions, 0 view, 1 schema'
is 'and that table' "$(root 'SELECT COUNT(*) FROM miglock.notes')" 0
mlk uninstall
code_is 'uninstall again' 0
out_has 'has nothing to do' 'nothing of miglock is installed'
root 'CREATE TABLE miglock.locks (id INT)'
mlk install
code_is 'install over a table of that name' 1
err_has 'names it' 'miglock.locks'
state_is 'nothing was changed' '0 functions, 0 view, 1 schema'
root 'DROP TABLE miglock.locks; CREATE TABLE miglock.table_locks (id INT)'
mlk install
code_is 'install over a table of the other name' 1
err_has 'names that' 'miglock.table_locks'
root 'DROP TABLE miglock.table_locks; CREATE VIEW miglock.locks AS SELECT 1 AS one'
mlk install
code_is 'install over a view of somebody else' 1
library_in
mlk uninstall
code_is 'uninstall beside a view of somebody else' 0
state_is 'takes the functions and leaves that view' '0 functions, 1 view, 1 schema'
is 'it is the same view' "$(root 'SELECT one FROM miglock.locks')" 1
root 'DROP DATABASE miglock'
before=$(log_position)
mlk install
mlk uninstall
code_is 'in and out once more' 0
is 'nothing of it is in the binary log' "$(log_position)" "$before"
state_is 'nothing is left' "$none"
mlk status --json
code_is 'without the functions the command goes on' 0

# MariaDB's own plugin: only for who asks for it.
lock_info() { root "SELECT COUNT(*) FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'METADATA_LOCK_INFO'"; }
session_start holder root
session holder "SELECT GET_LOCK('a name of nobody', 0)" >taken
mlk install
code_is 'install, to see what it offers' 0
if is_mariadb; then
	err_has 'the plugin is offered' 'performance_schema is off' 'miglock install --metadata-lock-info'
	is 'in one line' "$(grep -c . err)" 1
	is 'it is not there unasked' "$(lock_info)" 0
	is 'so a name that no tool computes is not found' "$(root "SELECT COUNT(*) FROM miglock.locks WHERE target = 'named:a name of nobody'")" 0
	mlk install --metadata-lock-info --dry-run
	code_is 'install --metadata-lock-info --dry-run' 0
	out_has 'it says how' "INSTALL SONAME 'metadata_lock_info'"
	is 'and does not' "$(lock_info)" 0
	before=$(log_position)
	mlk install --metadata-lock-info
	code_is 'install --metadata-lock-info' 0
	is 'it is there' "$(lock_info)" 1
	empty 'nothing more is offered' err
	is 'it is found then' "$(root "SELECT COUNT(*) FROM miglock.locks WHERE target = 'named:a name of nobody'")" 1
	mlk install --metadata-lock-info
	code_is 'a second time' 0
	out_has 'it has nothing to do' 'already installed'
	mlk install
	empty 'and without the option it offers nothing' err
	mlk uninstall
	code_is 'uninstall' 0
	err_has 'says that the plugin stays' 'METADATA_LOCK_INFO stays' "UNINSTALL SONAME 'metadata_lock_info'"
	is 'and it does' "$(lock_info)" 1
	is 'nothing of it is in the binary log, either' "$(log_position)" "$before"
	root "UNINSTALL SONAME 'metadata_lock_info'"
else
	empty 'MySQL needs no plugin' err
	mlk install --metadata-lock-info
	code_is 'install --metadata-lock-info' 0
	err_has 'says so' 'MySQL shows its locks without it'
	mlk uninstall
	code_is 'uninstall' 0
	empty 'without a word of that plugin' err
fi
session_close holder
