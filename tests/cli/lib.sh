# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of the command share: running it, reading its JSON, and both ways of working.

# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

# "functions" or "direct": whether the command asks the server's functions.
mode=direct
# In front of every fact; empty, or "functions: ".
mark=

# The account that may do everything, in an option file as its user would have one.
option_file() {
	printf '[client]\nsocket=%s\nuser=%s\npassword=%s\n' "$MLK_SOCKET" "$MLK_USER" "$MLK_PASSWORD" >"$1"
}
option_file "$PWD/all.cnf"
conf=$PWD/all.cnf

# mlk ARGUMENTS: runs the command; leaves its answer in the file out, its messages in err, its exit code in code.
mlk() {
	local way=()
	code=0
	if [[ $mode == direct ]]; then way=(--no-functions); fi
	"$MLK_CLI" --defaults-file="$conf" "${way[@]}" "$@" >out 2>err </dev/null || code=$?
}

# bare ARGUMENTS: the same without any option of ours.
bare() {
	code=0
	"$MLK_CLI" "$@" >out 2>err </dev/null || code=$?
}

# nobody_reads: opens a pipe whose reader has gone, to write to; $gone is its number. (Waiting for a process substitution to end
# instead can wait for ever: bash 5.2.)
nobody_reads() {
	local reader
	rm -f gone.pipe
	mkfifo gone.pipe
	# shellcheck disable=SC2034 # used by the tests
	exec {reader}<>gone.pipe {gone}>gone.pipe
	exec {reader}<&-
}

# code_is WHAT CODE: of the last run.
code_is() {
	if [[ $code == "$2" ]]; then
		ok "$mark$1"
	else
		not_ok "$mark$1" "exit code $code, wanted $2"$'\n'"$(head -n 20 out err)"
	fi
}

# out_has WHAT PART..., err_has WHAT PART...: each part stands in it; what is wrapped or indented there does not matter.
flat() { tr -s ' \n' '  ' <"$1"; }
file_has() {
	local file=$1 what=$2 text part
	shift 2
	text=$(flat "$file")
	for part; do
		if [[ $text != *"$part"* ]]; then
			not_ok "$mark$what" "std$file lacks '$part':"$'\n'"$(<"$file")"
			return
		fi
	done
	ok "$mark$what"
}
out_has() { file_has out "$@"; }
err_has() { file_has err "$@"; }
# empty WHAT FILE
empty() {
	if [[ ! -s $2 ]]; then ok "$mark$1"; else not_ok "$mark$1" "$(head -n 20 "$2")"; fi
}

# facts [FILE] <<END: each line "WHAT :: EXPRESSION" about the JSON in FILE (out). In JavaScript: d is the document, r the first
# of it where it is an array, e the environment.
facts() { node "$MLK_TOP/tests/cli/facts.js" "$mark" "${1:-out}"; }

# value EXPRESSION [FILE]: of the JSON in FILE (out).
value() { node "$MLK_TOP/tests/cli/facts.js" --value "$1" "${2:-out}"; }

# both_ways STORY: once without the functions, then with them.
both_ways() {
	mode=direct mark='direct: '
	mlk -v status information_schema
	err_has 'the functions are not asked' "without the server's functions"
	"$1"

	mark='functions: '
	mlk install
	mode=functions
	code_is 'install' 0
	mlk -v status information_schema
	err_has 'the functions are asked' "asking the server's miglock functions"
	# the rest would only repeat the first half
	if ((code == 0)) && grep -qF asking err; then "$1"; fi
}

# answering ANSWERS ARGUMENTS...: on a terminal of its own, where ANSWERS (a file) is typed; both outputs are in out.
answering() {
	local answers=$1 way=() line
	shift
	if [[ $mode == direct ]]; then way=(--no-functions); fi
	printf -v line '%q ' "$MLK_CLI" --defaults-file="$conf" "${way[@]}" "$@"
	code=0
	: >err
	TERM=xterm timeout 60 script -qefc "$line" /dev/null <"$answers" >out 2>&1 || code=$?
}
# typed TEXT ARGUMENTS...: the same with one line.
typed() {
	local text=$1
	shift
	printf '%s\n' "$text" >answer
	answering answer "$@"
}

# No transaction is seen any more. INNODB_TRX is a copy that InnoDB renews only when nobody has read it for 0.1 s, so one that has
# ended can still be in it.
settled() {
	sleep 0.15
	[[ $(root 'SELECT COUNT(*) FROM information_schema.INNODB_TRX') == 0 ]]
}

# session_start NAME USER [client options]: like session_open, also for a name that was used before.
session_start() {
	rm -f -- "$1.in"
	: >"$1.out"
	session_open "$@"
}
