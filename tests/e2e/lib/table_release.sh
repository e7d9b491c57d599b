# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a release of a table ends, and what it leaves alone.

# shellcheck source=tests/e2e/lib/big_table.sh
. "$MLK_TOP/tests/e2e/lib/big_table.sh"

# refused_then_forced WHAT: a release refuses, with force it ends the statement; nothing of the change is left.
refused_then_forced() {
	local before
	before="$(columns big COLUMN_TYPE) $(indexes)"
	mlk release "table:$S/big" --yes --json
	code_is "$1: refused" 4
	facts <<-'END'
		the work that would be lost is told :: d.outcome === 'refused' && d.because.some(x => /loses [0-9]+ s of work/.test(x))
		nothing was run :: d.statement === null
	END
	is "$mark$1: it is still there" "$(is_running && echo yes)" yes
	mlk release "table:$S/big" --yes --force --json
	code_is "$1: force alone does not do" 4
	mlk status "table:$S/big" --json
	mlk release "table:$S/big" --yes --force --token "$(value r.token)" --json
	code_is "$1: forced" 0
	facts <<-'END'
		it is released :: d.outcome === 'released'
	END
	until_true 20 ddl_idle
	is "$mark$1: its connection is still there" "$(session ddl 'SELECT CONNECTION_ID()' | tail -n 1)" "$DDL"
	is "$mark$1: the table is as it was" "$(columns big COLUMN_TYPE) $(indexes)" "$before"
}

last_steps() {
	big_table "last_$mode"
	at_last_step 'ALTER TABLE big ADD INDEX (note, id), ALGORITHM=INPLACE, LOCK=NONE' 'ALTER TABLE big DROP INDEX note' 'altering table' 2
	sleep 0.15
	mlk status "table:$S/big" --json
	facts <<-'END'
		an in-place change waits for its last step :: r.ddl[0].phase === 'finishing' && r.ddl[0].begun === true
		ending it is not offered :: r.next === null && r.because.some(x => x.includes('has done its work'))
		the reader is in its way :: r.blockers.some(b => b.connection_id === Number(e.READER))
		it is held :: r.held === true && r.held_seconds >= 0 && r.kind === 'table'
	END
	mlk status "table:$S/big"
	out_has 'as text' 'for its last step' 'token'
	is "${mark}no line is longer than 80 columns" "$(awk 'length > 80' out | grep -vE '^  (next|in SQL) ' | wc -l)" 0
	refused_then_forced 'in-place'
	session reader COMMIT >said

	at_last_step 'ALTER TABLE big MODIFY note CHAR(201), ALGORITHM=COPY' 'ALTER TABLE big MODIFY note CHAR(200)' 'copy to tmp table'
	sleep 0.15
	mlk status "table:$S/big" --json
	facts <<-'END'
		a copy waits for its last step :: r.ddl[0].phase === 'finishing' && r.ddl[0].begun === true
	END
	refused_then_forced 'copy'
	session reader COMMIT >said

	# four commands must find it at work
	for _ in 1 2 3; do root "INSERT INTO $S.big (note) SELECT note FROM $S.big"; done
	session_send ddl 'ALTER TABLE big MODIFY note CHAR(202), ALGORITHM=COPY'
	until_true 20 in_state "$DDL" 'copy to tmp table' || die "it does not run: $(root 'SHOW FULL PROCESSLIST')"
	refused_then_forced 'at work'
	session_close ddl
	session_close reader
	session_close early
	root "DROP DATABASE $S"
}

# The session that blocks, named.
blockers() {
	cascade "blocker_$mode"
	mlk release "table:$S/orders" --blocker "$DDL" --yes --json
	code_is 'the DDL is no blocker' 4
	mlk release "table:$S/orders" --blocker "$BLOCKER" --yes --json
	code_is 'a blocker with changes takes force' 4
	facts <<-'END'
		that is told :: d.outcome === 'refused' && d.because.some(x => x.includes("say 'force'"))
	END
	mlk release "table:$S/orders" --blocker "$BLOCKER" --dry-run --force --json
	facts <<-'END'
		what force would do :: d.outcome === 'would_release' && d.statement === `KILL CONNECTION ${e.BLOCKER}`
	END
	mlk status "table:$S/orders" --json
	mlk release "table:$S/orders" --blocker "$BLOCKER" --yes --force --token "$(value r.token)" --json
	code_is 'forced' 0
	facts <<-'END'
		it is released :: d.outcome === 'released'
	END
	is "${mark}the DDL was done" "$(session ddl 'SELECT 1' >said; columns orders)" id,note,c
	is "${mark}by the session that waited" "$(session ddl 'SELECT CONNECTION_ID()')" "$DDL"
	is "${mark}what the blocker changed is rolled back" "$(root "SELECT note FROM $S.orders WHERE id = 1")" a
	is "${mark}the queue went on" "$(queue_failures)" 0
	session_close ddl

	session_start forgotten root -D "$S"
	BLOCKER=$(session forgotten 'SELECT CONNECTION_ID()')
	session forgotten 'BEGIN; SELECT COUNT(*) FROM orders' >said
	session_start ddl root -D "$S"
	DDL=$(session ddl 'SELECT CONNECTION_ID()')
	session_send ddl 'ALTER TABLE orders DROP COLUMN c'
	until_true 20 waits 1
	mlk status "table:$S/orders" --json
	token=$(value r.token)
	session forgotten 'SELECT COUNT(*) FROM orders' >said # it is at work after all, and blocks as before
	sleep 0.15
	mlk release "table:$S/orders" --blocker "$BLOCKER" --yes --token 000000000000 --json
	code_is 'another token' 4
	facts <<-'END'
		it is told :: d.outcome === 'changed' && d.now.held === true
	END
	mlk release "table:$S/orders" --blocker "$BLOCKER" --yes --token "$token" --json
	is "${mark}a blocker that has changed nothing takes no force, where that is known" "$code" "$1"
	if ((code == 0)); then
		is "${mark}the DDL was done then" "$(session ddl 'SELECT 1' >said; columns orders)" id,note
	else
		session forgotten COMMIT >said
		session ddl 'SELECT 1' >said # the DDL has ended
	fi
	session_close ddl
	mlk release "table:$S/orders" --yes --json
	code_is 'nothing is left to release' 0
	facts <<-'END'
		that is told :: d.outcome === 'free' && d.now.held === false && d.now.verdict === 'free'
	END
	root "DROP DATABASE $S"
}

queue_failures() { # of the queue that waited
	local pid failed=0
	for pid in "${queue_pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
	printf '%s' "$failed"
}
