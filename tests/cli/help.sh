#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the command does without a server: help, names, tools, and mistakes in the command line.
# servers: mariadb
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# No server, no option file and no environment may matter here.
export HOME=$PWD
alone() { bare "$@"; }
wide() { LC_ALL=C.UTF-8 awk 'length > 80' "$1"; }

alone help
code_is 'help' 0
empty 'help has no messages' err
out_has 'help begins with examples' 'Examples:' 'miglock status'
out_has 'help has the exit codes' 'Exit codes' '0 done' '1 failed' '2 the command line' '3 with --exit-code' '4 refused'
mapfile -t commands < <(sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' out)
is 'help lists the commands' "$(printf '%s\n' "${commands[@]}" | sort | paste -sd ' ')" \
	"$(sed -n 's/^extern const struct mlk_command mlk_cmd_\(.*\);/\1/p' "$MLK_TOP/cli/command.h" | sort | paste -sd ' ')"
mapfile -t topics < <(sed -n '/^More to read/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' out)
is 'help lists the topics' "${topics[*]}" 'targets verdicts connection output exit-codes environment files'
cp out overview
for word in --help '-?' -h ''; do
	# shellcheck disable=SC2086 # an empty word is no argument
	alone $word
	if [[ -n $word ]]; then
		code_is "$word" 0
		is "$word is help" "$(<out)" "$(<overview)"
	else
		code_is 'no command is a mistake' 2
	fi
done

for command in "${commands[@]}"; do
	alone help "$command"
	code_is "help $command" 0
	out_has "help $command has usage and an example" "Usage: miglock " "$command" "Examples: miglock $command"
	cp out help
	if [[ $command != help ]]; then
		alone "$command" --help
		code_is "$command --help" 0
		is "$command --help is the same" "$(<out)" "$(<help)"
		# -h is the host where one follows it
		for line in "$command -h" "$command -h --json" "-h -v $command"; do
			# shellcheck disable=SC2086 # arguments
			alone $line
			is "miglock $line is the same" "$(<out)" "$(<help)"
		done
	fi
	is "help $command: examples come first" "$(sed -n '/./!d; /^miglock /d; /^ *[a-z]/d; p; q' help)" 'Examples:'
	is "help $command fits into 80 columns" "$(wide help)" ''
done
is 'help fits into 80 columns' "$(wide overview)" ''
for topic in "${topics[@]}"; do
	alone help "$topic"
	code_is "help $topic" 0
	is "help $topic fits into 80 columns" "$(wide out)" ''
done
alone help exit-codes
out_has 'help exit-codes has all' '0 done' '1 failed' '2 the command line' '3 with --exit-code' '4 refused'

# mistake WHAT PART ARGUMENTS...: exit code 2, the message has PART, and with --json it is a document with the same.
mistake() {
	local what=$1 part=$2
	shift 2
	alone "$@"
	code_is "$what" 2
	empty "$what: no answer" out
	err_has "$what: says so" "$part"
	is "$what: in one line" "$(wc -l <err)" 1
	alone "$@" --json
	code_is "$what with --json" 2
	empty "$what with --json: no message" err
	PART=$part facts <<-END
		$what with --json: a document :: d.error.code === 'usage' && d.error.message.includes(e.PART)
	END
}
mistake 'an unknown command' "did you mean 'status'" statsu
mistake 'a command like no other' 'miglock help lists them' frobnicate
mistake 'a target as the command' 'miglock status rails:app' rails:app
mistake 'an unknown option' 'did you mean --force' release ghost:app --froce
mistake 'an unknown letter' '-Z' status -Z
mistake 'an option of another command' "not an option of 'release'" release ghost:app --exit-code
mistake 'a missing argument' 'usage: miglock release TARGET' release
mistake 'an argument too many' 'usage: miglock release TARGET' release ghost:a ghost:b
mistake 'no argument for name' 'usage: miglock name' name rails
mistake 'a target of no tool' "unknown tool 'rials'" status rials:app
mistake 'a target without schema' 'the schema name is empty' status ghost:
mistake 'a qualifier where there is none' 'no qualifier' status rails:app/x
mistake 'backquotes that do not match' 'backquotes do not match' status 'ghost:`app'
mistake 'a token that is none' '12 hexadecimal digits' release ghost:app --token xyz
mistake 'no connection' 'usage: miglock probe ID' probe
mistake 'a connection that is no number' "'abc' is not a connection id" probe abc
mistake 'connection 0' "'0' is not a connection id" probe 0
mistake 'a connection of 65 bits' 'is not a connection id' probe 18446744073709551616
mistake 'an empty connection' "'' is not a connection id" probe ''
mistake 'two connections' 'usage: miglock probe ID' probe 1 2
mistake 'asking for all locks' '--probe is for targets only' status --probe
mistake 'asking for the locks of a schema' '--probe is for targets only' status app --probe
mistake 'asking for a schema beside a target' '--probe is for targets only' status app rails:app --probe
mistake 'asking for a target beside a schema' '--probe is for targets only' status rails:app app --probe
mistake 'a release that is told to ask' "not an option of 'release'" release rails:app --probe
mistake 'a value for an option without one' 'takes no value' status --exit-code=3
mistake 'an option file that does not come first' 'must come first' status --defaults-file=x
mistake 'help for what is no command' "there is no command 'nothing', and no topic" help nothing
mistake 'help for what is nearly a topic' 'did you mean: miglock help exit-codes' help exit-code
mistake 'help for what is nearly a command' 'did you mean: miglock help release' help relaese
mistake 'a command after -h' "'status' was taken for the host of -h; help is miglock help status" -h status
mistake 'quiet and verbose' '--quiet and --verbose cannot both be had' tools -q -v
mistake 'a shell without completion' 'usage: miglock completion bash' completion tcsh
mistake 'no shell' 'usage: miglock completion bash' completion
mistake 'two forms of the tools' 'cannot both be had' tools --markdown --plain
mistake 'a port that is none' port --port=http status
mistake 'a row lock has no name' 'no GET_LOCK name' name ghost app
mistake 'a name for an unknown tool' 'lists them' name flyaway app
alone version --plain --json
code_is 'two forms' 2
facts <<-'END'
	two forms: a document :: d.error.message === '--json and --plain cannot both be had'
END

# Published vectors: what ActiveRecord really asks for, for these schema names.
while read -r schema name; do
	alone name rails "$schema"
	code_is "name rails $schema" 0
	is "the name for $schema" "$(<out)" "$name"
	empty "name rails $schema: no messages" err
done <<-'END'
	app 6939591962871035475
	shop 5939944341529942170
END
alone name rails app --json
facts <<-'END'
	name --json :: d.target === 'rails:app' && d.tool === 'rails' && d.name === '6939591962871035475'
END
alone tools
code_is 'tools' 0
for tool in rails ghost knex named; do out_has "tools has $tool" "$tool "; done
is 'tools fits into 80 columns' "$(wide out)" ''
alone tools --json
code_is 'tools --json' 0
facts <<-'END'
	tools --json lists all :: ['rails', 'ghost', 'knex', 'liquibase', 'flyway', 'named'].every(t => d.some(e => e.tool === t)) && new Set(d.map(t => t.tool)).size === d.length
	each says how it locks :: d.every(t => t.how.length > 10 && ['row', 'named'].includes(t.kind) && Array.isArray(t.advice))
	the message that its users see is there :: d[0].message.includes('ConcurrentMigrationError')
END
for word in version --version -V; do
	alone "$word"
	code_is "$word" 0
	is "$word has a version" "$(grep -cE '^miglock [0-9]+\.[0-9]+\.[0-9]+ ' out)" 1
done
alone version --json
facts <<-'END'
	version --json :: /^\d+\.\d+\.\d+$/.test(d.version) && typeof d.client_library === 'string'
END

# An answer that nobody gets is a failure; a reader that has gone is no news.
code=0
"$MLK_CLI" tools >&- 2>err || code=$?
code_is 'closed stdout' 1
err_has 'closed stdout is said' 'cannot write the answer'
nobody_reads
code=0
"$MLK_CLI" tools 1>&"$gone" 2>err || code=$?
exec {gone}>&-
code_is 'a reader that has gone' 1
empty 'and nobody needs to be told' err
if [[ -e /dev/full ]]; then
	code=0
	"$MLK_CLI" tools --json >/dev/full 2>err || code=$?
	code_is 'a full disk' 1
	err_has 'is said' 'No space left'
fi
