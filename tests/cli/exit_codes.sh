#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Each exit code, the same with and without --json; every answer and every error with --json is one JSON document.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# Which codes a run has ended with.
declare -A seen=()

# ends WHAT CODE ARGUMENTS...: as text, with --json, --plain and --quiet.
ends() {
	local what=$1 wanted=$2 form
	shift 2
	for form in '' --plain --quiet; do
		# shellcheck disable=SC2086 # an empty word is no argument
		mlk "$@" $form
		code_is "$what $form" "$wanted"
		seen[$code]=1
	done
	mlk "$@" --json
	code_is "$what --json" "$wanted"
	facts <<-END
		$what --json is a document :: typeof d === 'object' && d !== null
	END
	is "${mark}$what --json is one line" "$(wc -l <out)" 1
}

story() {
	local token
	root "UPDATE free.migrations_lock SET locked = 0; UPDATE gone.migrations_lock SET locked = 1;
		DELETE FROM damaged.migrations_lock"
	ends 'status of nothing held' 0 status information_schema
	ends 'status of a free lock' 0 status ghost:free
	ends 'status of a free lock --exit-code' 0 status ghost:free --exit-code
	ends 'status of a held lock' 0 status ghost:gone
	ends 'status of a held lock --exit-code' 3 status ghost:gone --exit-code
	ends 'status of two locks, one of them held --exit-code' 3 status ghost:free ghost:gone --exit-code
	ends 'status of everything --exit-code' 3 status --exit-code
	ends 'status of a schema --exit-code' 3 status gone --exit-code
	ends 'status of a schema that is free --exit-code' 0 status free --exit-code
	ends 'status of a lock that cannot be told --exit-code' 3 status ghost:nowhere --exit-code
	ends 'release of a free lock' 0 release ghost:free --yes
	ends 'release of a damaged lock' 4 release ghost:damaged --yes
	ends 'release of a damaged lock with force' 4 release ghost:damaged --yes --force
	ends 'release of a lock that cannot be told' 4 release ghost:nowhere --yes
	ends 'release of a lock that cannot be told with force' 4 release ghost:nowhere --yes --force
	ends 'release with a wrong token' 4 release ghost:gone --yes --token 000000000000
	ends 'release without a terminal and --yes' 4 release ghost:gone
	is "${mark}that is still held" "$(flag gone)" 1
	ends 'release as a dry run' 0 release ghost:gone --dry-run
	ends 'release of a damaged lock as a dry run' 4 release ghost:damaged --dry-run --force
	is "${mark}a dry run leaves it" "$(flag gone)" 1
	mlk status ghost:gone --json
	token=$(value r.token)
	mlk release ghost:gone --yes --token "$token"
	code_is 'release' 0
	is "${mark}it is released" "$(flag gone)" 0
	ends 'release once more' 0 release ghost:gone --yes --token "$token"
	ends 'a mistake' 2 status ghost:

	# Messages belong to stderr, the answer to stdout: a pipe gets one and not the other.
	root 'UPDATE gone.migrations_lock SET locked = 1'
	mlk release ghost:gone --yes --json
	facts <<-'END'
		release --json is the outcome only :: d.outcome === 'released' && d.target === 'ghost:gone'
	END
	mlk status --json
	empty 'status --json has no messages' err
	mlk status ghost:free ghost:gone free --json
	facts <<-'END'
		targets and schemas make one list, as asked for :: d.length === 3 && d[0].target === 'ghost:free' && d[1].target === 'ghost:gone' && d[2].target === 'ghost:free'
		each of its reports is complete :: d.every(l => l.schema_version === 1 && Array.isArray(l.because) && Array.isArray(l.blind_spots) && 'token' in l && 'next' in l && 'server' in l)
	END
}

for schema in free gone damaged; do lock_table "$schema"; done
both_ways story

# No server: it failed, and says so in both forms.
mark=
for word in status 'release ghost:gone --yes' install uninstall; do
	# shellcheck disable=SC2086 # arguments
	bare --no-defaults --host=127.0.0.1 --port=1 $word
	code_is "no server: $word" 1
	seen[$code]=1
	empty "no server: $word has no answer" out
	err_has "no server: $word says so" 'cannot connect'
	# shellcheck disable=SC2086
	bare --no-defaults --host=127.0.0.1 --port=1 $word --json
	code_is "no server: $word --json" 1
	facts <<-END
		no server: $word --json is a document :: d.error.code === 'connect' && d.error.message.includes('cannot connect')
	END
done

bare help exit-codes
lacking=
for number in $(grep -oE '^  [0-9]+ ' out); do
	if [[ -z ${seen[$number]:-} ]]; then lacking+=" $number"; fi
done
is 'every exit code of the help was seen' "$lacking" ''
