#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion in the real shells: commands, options, values, tools, and the targets of the server's locks.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# No option file of this machine may answer.
export HOME=$PWD
for shell in bash zsh fish; do "$MLK_CLI" completion "$shell" >"miglock.$shell"; done

# One question in each shell: what it would insert for a line, one word a line, sorted.
# As readline does it: words split at COMP_WORDBREAKS, and what follows the last of these is replaced.
in_bash() {
	bash --norc --noprofile -c '
		if [[ -e /usr/share/bash-completion/bash_completion ]]; then . /usr/share/bash-completion/bash_completion; fi
		. ./miglock.bash
		compopt() { :; }
		COMP_LINE=$1 COMP_POINT=${#1}
		read -ra COMP_WORDS <<<"${1//[:=]/ & }"
		"$(complete -p miglock | sed "s/.*-F \([^ ]*\) .*/\1/")" miglock
		printf "%s\n" "${COMPREPLY[@]}"' - "$1" | sort
}
# shellcheck disable=SC2016 # fish expands it
in_fish() { fish --no-config -c 'source ./miglock.fish; complete -C $argv[1]' -- "$1" | cut -f 1 | sort; }
in_zsh() { timeout 60 zsh -f "$MLK_TOP/tests/cli/complete.zsh" "$1" | sort; }

# offers WHAT LINE WORD...: in each shell, exactly these. offers_in SHELL does it in one.
offers_in() {
	local shell=$1 what=$2 line=$3
	shift 3
	command -v "$shell" >/dev/null || return 0
	is "$shell: $what" "$("in_$shell" "$line" | paste -sd ' ')" "$(printf '%s\n' "$@" | sort | paste -sd ' ')"
}
offers() {
	for shell in "${shells[@]}"; do offers_in "$shell" "$@"; done
}
# every WHAT LINE WORD...: these are among what is offered.
every() {
	local shell what=$1 line=$2 word missing
	shift 2
	for shell in "${shells[@]}"; do
		"in_$shell" "$line" >offered
		missing=
		for word; do grep -qxF -e "$word" offered || missing+=" $word"; done
		is "$shell: $what" "$missing" ''
	done
}

shells=()
for shell in bash zsh fish; do
	if command -v "$shell" >/dev/null; then shells+=("$shell"); else printf '# %s is not installed\n' "$shell"; fi
done

mapfile -t all < <("$MLK_CLI" help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
every 'all commands' 'miglock ' "${all[@]}"
offers 'a command' 'miglock uni' uninstall
offers 'a command after options' 'miglock -v --json --no-defaults uni' uninstall
offers 'an option of the command' 'miglock release --fo' --force
offers 'an option that takes a value' 'miglock --defaults-f' --defaults-file=
offers 'no option of another command' 'miglock tools --exit'
offers 'tools, for a target' 'miglock --no-defaults -S nowhere release liqui' liquibase: liquibase-sessionlock:
offers 'tools that have names' 'miglock name liqui' liquibase-sessionlock
offers 'topics' 'miglock help exit' exit-codes
offers 'shells' 'miglock completion f' fish
offers 'nothing after the last argument' 'miglock --no-defaults -S nowhere release rails:a '
offers 'nothing after an unknown command' 'miglock frobnicate '
offers_in fish 'a value of an option' 'miglock --ssl-mode=VERIFY' --ssl-mode=VERIFY_CA --ssl-mode=VERIFY_IDENTITY
offers_in bash 'a value of an option' 'miglock --ssl-mode=VERIFY' VERIFY_CA VERIFY_IDENTITY
offers 'a value that stands alone' 'miglock --ssl-mode VERIFY' VERIFY_CA VERIFY_IDENTITY
: >some.cnf
offers_in bash 'a file after =' 'miglock --defaults-file=som' some.cnf
offers_in bash 'a file that stands alone' 'miglock --defaults-file som' some.cnf
offers_in fish 'a file after =' 'miglock --defaults-file=som' --defaults-file=some.cnf
offers_in zsh 'a file after =' 'miglock --defaults-file=som' :files

if command -v zsh >/dev/null; then
	line_in_zsh() { timeout 60 zsh -f "$MLK_TOP/tests/cli/complete.zsh" --line "$1"; }
	is 'zsh: the whole word is inserted' "$(line_in_zsh 'miglock uni')" 'miglock uninstall '
	is 'zsh: after a tool comes a schema, not a blank' "$(line_in_zsh 'miglock -S nowhere release rai')" 'miglock -S nowhere release rails:'
fi

# From the server.
lock_table blog
root "CREATE DATABASE app; CREATE DATABASE apple; CREATE DATABASE \`odd name\`"
line="miglock --defaults-file=$conf"
every 'schemas and tools' "$line status a" app apple atlas: airflow:
for shell in zsh fish; do offers_in "$shell" 'the target of a lock' "$line release ghost:bl" ghost:blog; done
offers_in bash 'the target of a lock' "$line release ghost:bl" blog
offers_in fish 'a lock of a tool in a schema' "$line release rails:ap" rails:app rails:apple
offers_in zsh 'a lock of a tool in a schema' "$line release rails:ap" rails:app rails:apple
offers_in bash 'a lock of a tool in a schema' "$line release rails:ap" app apple
offers_in bash 'what a shell would split is quoted' "$line status od" 'odd\ name'

every 'schemas, for tables' "$line tables app" app apple
root 'CREATE TABLE app.waited (id INT PRIMARY KEY) ENGINE = InnoDB'
session_start blocks root -D app
session blocks 'BEGIN; SELECT COUNT(*) FROM waited' >said
session_start ddl root -D app
session_send ddl 'ALTER TABLE waited ADD COLUMN c INT'
ddl_waits() { [[ $(root "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for table metadata%'") == 1 ]]; }
until_true 20 ddl_waits || not_ok 'DDL waits'
offers_in fish 'a table that waits' "$line release table:app" table:app/waited
offers 'which no tool repairs' "$line repair table:app/w"
session blocks COMMIT >said
session ddl 'SELECT 1' >said

# A server that does not answer, and a password that would be asked for, end in what is known without.
began=$SECONDS
is 'a password is never asked for' \
	"$(script -qefc "'$MLK_CLI' completion --words -- -p --user=nobody --socket='$MLK_SOCKET' status rai 2>/dev/null" /dev/null </dev/null | tr -d '\r')" \
	$'rails:\tRails (ActiveRecord)'
printf '[client]\nsocket=%s\nuser=nobody\npassword\n' "$MLK_SOCKET" >asks.cnf
is 'nor where an option file wants it asked for' \
	"$(script -qefc "'$MLK_CLI' completion --words -- --defaults-file=asks.cnf status rai 2>/dev/null" /dev/null </dev/null | tr -d '\r')" \
	$'rails:\tRails (ActiveRecord)'
# It takes connections and never says a word.
perl -MSocket -e '
	socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in(0, INADDR_LOOPBACK)); listen(S, 5);
	$| = 1; print +(sockaddr_in(getsockname(S)))[0], "\n"; sleep 60' >port &
mute=$!
until_true 10 test -s port
bare completion --words -- --no-defaults --protocol=tcp -h 127.0.0.1 -P "$(<port)" status rai
kill "$mute"
code_is 'a mute server' 0
is 'what needs no server is offered' "$(<out)" $'rails:\tRails (ActiveRecord)'
if ((SECONDS - began < 20)); then ok 'and nobody waits long'; else not_ok 'and nobody waits long' "$((SECONDS - began)) s"; fi
