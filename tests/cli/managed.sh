#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A managed database: nothing can be installed, the account may not KILL, and the server has a procedure of its own for that.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# As the providers' procedures: it runs with its definer's rights, and looks at the connection before it ends it.
procedure() {
	server_client <<-SQL
		DELIMITER //
		CREATE PROCEDURE mysql.$1(IN thread BIGINT) READS SQL DATA SQL SECURITY DEFINER
		BEGIN
			DECLARE who VARCHAR(200);
			SELECT USER INTO who FROM information_schema.PROCESSLIST WHERE ID = thread;
			IF who = 'provider' THEN
				SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'cannot kill a session of the provider';
			END IF;
			$2
			KILL CONNECTION thread;
		END//
	SQL
}

root "CREATE USER owner@localhost IDENTIFIED BY 'miglock'; CREATE USER shop@localhost; CREATE USER provider@localhost;
	CREATE DATABASE shop; GRANT PROCESS ON *.* TO owner@localhost; GRANT SELECT ON shop.* TO owner@localhost"
if ! is_mariadb; then root 'GRANT SELECT ON performance_schema.* TO owner@localhost'; fi
printf '[client]\nsocket=%s\nuser=owner\npassword=miglock\n' "$MLK_SOCKET" >owner.cnf
conf=$PWD/owner.cnf

# held USER: somebody of that account has the lock of rails:shop, asleep.
lock=$("$MLK_CLI" name rails shop)
held() {
	session_start holder "$1"
	is "$1 has the lock" "$(session holder "SELECT GET_LOCK('$lock', 0)")" 1
	id=$(holder "$lock")
}
still_held() { is "$1: the holder still has it" "$(holder "$lock")" "$id"; }
# may_not_kill WHAT PART...: it is refused, with these words.
may_not_kill() {
	local what=$1
	shift
	mlk release rails:shop --yes --force --json
	code_is "$what: refused" 4
	out_has "$what: says why" "$@"
	still_held "$what"
}

held shop
mlk status
out_has 'the lock is seen without the functions' rails:shop idle
mlk status rails:shop --json
facts out <<-'END'
	the holder is seen without the functions :: r.holder.user === 'shop' && r.verdict === 'idle' && r.token.length === 12
	what cannot be asked is said :: /functions are not used/.test(r.holder.peer_because)
END
may_not_kill 'no procedure' 'You are not owner of thread' "$(if is_mariadb; then printf 'CONNECTION ADMIN'; else printf CONNECTION_ADMIN; fi)"
is "nothing is said of a procedure that is not there" "$(grep -c rds_kill out || true)" 0

procedure rds_kill ''
may_not_kill 'one that is hidden' 'You are not owner of thread'
is "nothing is said of a procedure that is hidden" "$(grep -c rds_kill out || true)" 0

# Seen, and not to be called: what a right on all routines' texts shows.
if is_mariadb; then root 'GRANT SELECT ON mysql.proc TO owner@localhost'; else root 'GRANT SHOW_ROUTINE ON *.* TO owner@localhost'; fi
may_not_kill 'one that may only be seen' 'EXECUTE on mysql.rds_kill'

root 'GRANT EXECUTE ON PROCEDURE mysql.rds_kill TO owner@localhost'
mlk release rails:shop --dry-run --force --json
code_is 'a dry run does not refuse' 0
facts out <<-'END'
	a dry run would release :: d.outcome === 'would_release'
END
still_held 'a dry run'
mlk release rails:shop --json --yes
code_is 'without force it is refused' 4
still_held 'without force'
mlk release rails:shop --yes --force --json
code_is 'the procedure ends it' 0
facts out <<-'END'
	it is released :: d.outcome === 'released' && d.now.held === false
	by the procedure :: /^CALL mysql\.rds_kill\(IF\(IS_USED_LOCK\('[0-9]+'\) = ([0-9]+), \1, 0\)\)$/.test(d.statement)
	the server's own way is said :: d.because.some(b => b.includes("server's own procedure mysql.rds_kill"))
	so is the longer gap :: d.because.some(b => b.includes('lies more time'))
END
is "the lock is free" "$(holder "$lock")" NULL
session_close holder

# The statement itself looks once more: who has given the lock back is not hit.
held shop
is 'shop gives it back' "$(session holder "SELECT RELEASE_LOCK('$lock')")" 1
answer=$(server_client --user=owner --password=miglock --force -e "CALL mysql.rds_kill(IF(IS_USED_LOCK('$lock') = $id, $id, 0))" 2>&1 || true)
contains "whoever gave it back is not hit" "$answer" 'ERROR 1094'
is "it lives on" "$(session holder 'SELECT 42')" 42
session_close holder

# An error of the procedure's own is no release.
held provider
mlk release rails:shop --yes --force --json
code_is 'the procedure refuses: failed' 1
facts out <<-'END'
	the procedure's own words are told :: d.outcome === 'failed' && d.because.some(b => b.includes('cannot kill a session of the provider'))
END
still_held 'the procedure refuses'
session_close holder
until_true 10 lock_is_free "$lock"

# One that answers with a result before it fails, and one that does so before it works.
root 'DROP PROCEDURE mysql.rds_kill'
procedure az_kill "SELECT 'about to' AS answer; IF who = 'shop' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not one of shop'; END IF;"
root 'GRANT EXECUTE ON PROCEDURE mysql.az_kill TO owner@localhost; CREATE USER other@localhost'
held shop
mlk release rails:shop --yes --force --json
code_is 'an error after a result: failed' 1
out_has 'an error after a result is seen' 'not one of shop'
still_held 'an error after a result'
session_close holder
until_true 10 lock_is_free "$lock"
held other
mlk release rails:shop --yes --force --json
code_is 'a result before the end: released' 0
facts out <<-'END'
	by the other procedure :: d.outcome === 'released' && d.statement.startsWith('CALL mysql.az_kill(')
END
session_close holder
