#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Each schema change of cases.txt is judged by miglock advise and then run as advised, on 200,000 rows, while another session
# writes: where the advice says that writes go on they do, where it says that they stop they stop. What came out is in
# docs/advice-SERVER.md; MLK_RENEW=yes writes that page anew.
# options: --innodb-buffer-pool-size=256M
# mysql options: --innodb-redo-log-capacity=512M
# mariadb options: --innodb-log-file-size=256M
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# Microseconds. In a change that is over by then a writer cannot be told from one that was stopped: on a machine that does nothing
# else, whatever moves the rows of these tables takes longer. On a machine with other work everything does, so this is beside twenty
# times what a change of an empty table takes at that moment.
moment=250000

flavour=mysql
if is_mariadb; then flavour=mariadb; fi
page=$MLK_TOP/docs/advice-$flavour.md

# What the advice says, tab-separated: algorithm, lock, writes, rebuilds, the statement to run.
advised() {
	value "[r.form ? r.form.algorithm : '-', r.form ? r.form.lock : '-', r.writes, r.rebuilds === null ? '-' : r.rebuilds ? 'yes' : 'no',
		r.source, r.rewritten].join('\\t')"
}

beats() { (($(root 'SELECT COUNT(*) FROM truth.beats') > 5)); }
writer_done() { grep -qx "done $1" writer.out; }

# run_beside NUMBER TABLE STATEMENT: runs it while somebody writes to the table.
run_beside() {
	root 'DELETE FROM truth.beats; DELETE FROM truth.run; UPDATE truth.control SET stop = 0'
	session_send writer "CALL truth.writes_$2()"
	session_send writer "SELECT 'done $1'"
	until_true 20 beats || die "nobody writes: $(tail -n 3 writer.out)"
	timeout 120 bash -c '. "$MLK_TOP/scripts/lib/servers.sh"; server_client truth' >run.log 2>&1 <<-END || true
		SET SESSION lock_wait_timeout = 30;
		SET @tiny = 60000000;
		$(for i in 1 2 3; do
			printf "SET @began = SYSDATE(6); ALTER TABLE tiny COMMENT = '%s';\n" "$i"
			printf 'SET @tiny = LEAST(@tiny, TIMESTAMPDIFF(MICROSECOND, @began, SYSDATE(6)));\n'
		done)
		SET @began = SYSDATE(6);
		$3;
		INSERT INTO truth.run VALUES (@began, SYSDATE(6), @tiny);
	END
	root 'UPDATE truth.control SET stop = 1'
	until_true 60 writer_done "$1" || die "the writer does not end: $(tail -n 3 writer.out)"
}

# What was seen: microseconds that the change took, of the longest write within it, writes that lay all within it, and
# microseconds that a change of an empty table took just before, at best.
seen() {
	root "SELECT TIMESTAMPDIFF(MICROSECOND, r.began, r.ended),
		COALESCE(MAX(TIMESTAMPDIFF(MICROSECOND, GREATEST(b.began, r.began), LEAST(b.ended, r.ended))), 0),
		COALESCE(SUM(b.began > r.began AND b.ended < r.ended), 0), MAX(r.tiny)
		FROM truth.run r LEFT JOIN truth.beats b ON b.ended > r.began AND b.began < r.ended GROUP BY r.began, r.ended"
}

# verdict WRITES TOOK STALL WITHIN EMPTY: continue, stop, or what is neither. WRITES, what the advice says, decides where a change
# was brief: nobody was held up who would have noticed, but that writes stopped must show.
verdict() {
	local writes=$1 took=$2 stall=$3 within=$4 empty=$5
	if ((stall * 10 < took * 4 && within >= 3)); then
		printf continue
	elif [[ $writes == continue ]] && ((took < moment + 20 * empty)); then
		printf continue
	elif ((stall * 10 > took * 6 && took * 2 >= moment)); then
		printf stop
	else
		printf unclear
	fi
}

# row STATEMENT ALGORITHM LOCK WRITES REBUILDS SOURCE
row() {
	local writes='go on' form="$2, $3"
	if [[ $4 == stop ]]; then writes='stop'; fi
	if [[ $2 == - ]]; then form='none can be stated'; fi
	if [[ $6 != tried ]]; then form+=" ($6)"; fi
	printf '| `%s` | %s | %s | %s |\n' "$1" "$form" "$writes" "$5" >>table
}

# The documentation may promise less than what the server takes; where it promises more, the advice has said that it does not
# know everything.
documented() {
	local statement=$1 writes=$2
	export SAID=$writes
	mlk advise --json --documented --schema truth "$statement"
	facts <<-END
		$statement: the documentation promises no more :: r.writes !== 'continue' || e.SAID === 'continue' || r.because.some(t => t.includes('do not know everything')) || r.judged === false
	END
}

# case_of NUMBER STATEMENT: judged, run, looked at.
case_of() {
	local number=$1 statement=$2 table algorithm lock writes rebuilds source rewritten took stall within empty what
	table=$(sed -E 's/.*(TABLE|ON) ([a-z]+)( .*|$)/\2/' <<<"${statement%% ADD CONSTRAINT*}")
	mlk advise --json --schema truth "$statement"
	if ((code != 0)); then
		not_ok "$statement: advised" "$(<out)$(<err)"
		return
	fi
	IFS=$'\t' read -r algorithm lock writes rebuilds source rewritten < <(advised)
	documented "$statement" "$writes"
	run_beside "$number" "$table" "$rewritten"
	if ! read -r took stall within empty < <(seen); then
		not_ok "$statement: runs as advised" "$rewritten"$'\n'"$(<run.log)"
		return
	fi
	what=$(verdict "$writes" "$took" "$stall" "$within" "$empty")
	printf '# %s: %s, %s: %s ms, longest write %s ms, %s writes within, an empty table %s ms: %s\n' "$statement" "$algorithm" "$lock" "$((took / 1000))" \
		"$((stall / 1000))" "$within" "$((empty / 1000))" "$what"
	if [[ $what == "$writes" ]]; then
		ok "$statement: writes $writes"
	else
		not_ok "$statement: the advice says that writes $writes" "seen: $what; it took $took us, the longest write $stall us, $within writes within"
	fi
	row "$statement" "$algorithm" "$lock" "$writes" "$rebuilds" "$source"
}

# No twin is left, and no table was changed but by the statements above.
none_left() {
	is 'no twin is left' "$(root "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME LIKE 'miglock%'")" 0
}

page_head() {
	local name='MySQL 9.7'
	if is_mariadb; then name='MariaDB 10.11'; fi
	cat <<-END
		# Advice for $name

		What \`miglock advise\` says of these statements on $name. Each was then run as advised on a table of 200,000 rows while another
		session wrote to it, and writes went on or stopped as said (or the statement was over at once). Each ran on the table as those
		before it had left it. Made by \`MLK_RENEW=yes scripts/test --server $flavour --only advice\`.

		| statement | form | writes | rebuilds |
		|---|---|---|---|
	END
}

server_client <"$MLK_TOP/tests/advice/tables.sql"
for table in plain keyless ranged hashed parent child flat; do
	sed "s/@TABLE@/$table/g" "$MLK_TOP/tests/advice/writer.sql" | server_client
done
session_start writer root
page_head >table
count=0
while IFS= read -r line; do
	case $line in
	'#'* | '') continue ;;
	"$flavour: "*) line=${line#*: } ;;
	mysql:* | mariadb:*) continue ;;
	esac
	if [[ -n ${MLK_CASES_LIKE:-} && $line != *$MLK_CASES_LIKE* ]]; then continue; fi
	count=$((count + 1))
	case_of "$count" "$line" </dev/null
done <"$MLK_TOP/tests/advice/cases.txt"
session_close writer
none_left
if ((count >= 40)); then ok "$count statements were run"; else not_ok "at least 40 statements were run" "$count"; fi
if [[ ${MLK_RENEW:-} == yes ]]; then
	cp -- table "$page"
	ok "docs/${page##*/} is renewed"
elif cmp -s table "$page"; then
	ok "docs/${page##*/} says the same"
else
	not_ok "docs/${page##*/} says the same (MLK_RENEW=yes scripts/test --server $flavour --only advice renews it)" \
		"$(diff "$page" table)"
fi
