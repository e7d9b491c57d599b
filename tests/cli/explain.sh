#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# From an error message to the tool, without a server; and the page of the tools is the one in docs/.
# servers: mariadb
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# No server, no option file and no environment may matter here.
export HOME=$PWD
ghost='Migration lock was never released or currently a migration is running.'
wide() { LC_ALL=C.UTF-8 awk 'length > 80' "$1"; }

# piped TEXT ARGUMENTS...: the command with TEXT on its standard input.
piped() {
	local text=$1
	shift
	code=0
	printf '%b' "$text" | "$MLK_CLI" explain "$@" >out 2>err || code=$?
}

bare explain "$ghost"
code_is 'a message' 0
empty 'a message has no messages' err
out_has 'a message: tool, what it means, what to do' 'Ghost (knex-migrator): the lock is taken' 'means' \
	'miglock status ghost:SCHEMA' 'miglock release ghost:SCHEMA' 'SCHEMA is the database'
is 'it fits into 80 columns' "$(wide out)" ''
cp out told
# shellcheck disable=SC2086 # words
bare explain $ghost
is 'words are joined' "$(<out)" "$(<told)"
piped "$ghost\n" -
code_is 'standard input' 0
is 'standard input says the same' "$(<out)" "$(<told)"
piped "start\n\e[31m$ghost\e[0m\r\nend\n"
is 'a log in colour, without -' "$(<out)" "$(<told)"
"$MLK_CLI" explain <<<"$ghost" >out
is 'a file' "$(<out)" "$(<told)"
bare explain -- "- $ghost"
is 'after --' "$(<out)" "$(<told)"

bare explain "$ghost" --json
code_is '--json' 0
facts <<-'END'
	--json has the match :: d.schema_version === 1 && d.matches.length === 1 && d.matches[0].tool === 'ghost' && d.unknown === null
	the commands are there :: d.matches[0].commands[0] === 'miglock status ghost:SCHEMA'
	nothing was cut :: d.cut === false
END
bare explain 'mysql://u:secret@h/shop Migration table is already locked'
out_has 'the schema is taken from a URL' 'miglock status knex:shop'
is 'the password is not' "$(grep -c secret out)" 0
bare explain "Migration table is already locked: rows from migrations lock table: a\$(id)"
out_has 'what a shell would act upon is quoted' "'knex:SCHEMA/a\$(id'"
bare explain ERROR 1205
code_is 'an error of the server' 0
out_has 'an error of the server' 'Error 1205' 'no migration lock' 'miglock status SCHEMA'

bare explain all is well
code_is 'nothing known' 1
empty 'that is no failure of the command' err
out_has 'it says what it knows' 'not recognised' 'Rails (ActiveRecord)' 'Error 1205' 'miglock status'
is 'that fits into 80 columns' "$(wide out)" ''
bare explain all is well --json
code_is 'nothing known --json' 1
facts <<-'END'
	nothing known --json :: d.matches.length === 0 && d.unknown.reads.length > 3 && d.unknown.commands[0] === 'miglock status'
END
bare explain ''
code_is 'an empty text' 1
bare explain
code_is 'empty standard input' 1
code=0
"$MLK_CLI" explain - <&- >out 2>err || code=$?
code_is 'closed standard input' 1
err_has 'closed standard input is said' 'cannot read standard input'
code=0
"$MLK_CLI" explain - <"$PWD" >out 2>err || code=$?
code_is 'a directory' 1
err_has 'a directory is said' 'cannot read standard input'
if command -v script >/dev/null; then
	code=0
	script -qec "'$MLK_CLI' explain" /dev/null </dev/null >out 2>&1 || code=$?
	code_is 'a terminal is not read' 2
	out_has 'that is said' 'usage: miglock explain'
else
	ok "a terminal is not read # SKIP script is not installed"
fi

# A whole log, and one without an end.
code=0
"$MLK_CLI" explain - < <(echo "$ghost" && yes 'Error 1205' 2>gone) >out 2>err || code=$?
code_is 'a log without end' 0
out_has 'what is read of it is said' 'only the first MiB was read' 'Ghost (knex-migrator)' 'Error 1205'
# many TEXT SIZE: lines of it
many() { yes "$1" 2>gone | head -c "$2" || true; }
{
	many line 1048500
	printf '\nError 1213\n'
} >log
code=0
"$MLK_CLI" explain - --json <log >out || code=$?
code_is 'the end of a log of less than a MiB' 0
facts <<-'END'
	it is read whole :: d.cut === false && d.matches.length === 1
END
many 'no message' 1100000 >log
code=0
"$MLK_CLI" explain --json <log >out || code=$?
code_is 'a long log without a message' 1
facts <<-'END'
	that it was cut is said :: d.cut === true
END
code=0
head -c 300000 /dev/urandom | "$MLK_CLI" explain - --json >out 2>err || code=$?
empty 'any bytes' err
facts <<-'END'
	any bytes :: d.schema_version === 1
END

code=0
"$MLK_CLI" explain "$ghost" >&- 2>err || code=$?
code_is 'closed stdout' 1
err_has 'closed stdout is said' 'cannot write the answer'
nobody_reads
code=0
"$MLK_CLI" explain "$ghost" 1>&"$gone" 2>err || code=$?
exec {gone}>&-
code_is 'a reader that has gone' 1
empty 'and nobody needs to be told' err

# The page of the tools.
bare tools --markdown
code_is 'tools --markdown' 0
if cmp -s out "$MLK_TOP/docs/tools.md"; then
	ok 'docs/tools.md is up to date'
else
	not_ok 'docs/tools.md is up to date' "renew it: miglock tools --markdown > docs/tools.md"$'\n'"$(diff "$MLK_TOP/docs/tools.md" out | head -n 20)"
fi
bare tools --json
node - out "$MLK_TOP/docs/tools.md" >lacking <<'END'
const fs = require('fs');
const page = fs.readFileSync(process.argv[3], 'utf8');
for (const t of JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))) {
  for (const text of ['## `' + t.tool + '`: ' + t.title, t.example.target, t.example.name, t.message, t.own_unlock])
    if (text && !page.includes(text)) console.log(t.tool + ': ' + text);
}
END
empty 'it has each tool, its example, its message and its own way' lacking
bare tools --markdown --json
code_is 'both forms at once' 2
