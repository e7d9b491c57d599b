#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The examples in README.md and docs/ run as they stand: every SQL block, every command line.
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

# What the examples speak of: a blog whose lock was left behind, and a schema app with tables of its own.
server_client <<'END'
CREATE DATABASE ops; CREATE DATABASE app; CREATE DATABASE shop; CREATE DATABASE blog; USE blog;
CREATE TABLE migrations_lock (lock_key VARCHAR(191) PRIMARY KEY, locked TINYINT(1), acquired_at DATETIME, released_at DATETIME);
INSERT INTO migrations_lock VALUES ('km01', 1, '2026-11-21 10:58:48', NULL);
CREATE USER support@'%';
END
lock_again() { server_client -e "UPDATE blog.migrations_lock SET locked = 1, released_at = NULL"; }

# blocks LANGUAGE FILE: the lines of its code blocks of that language.
blocks() { awk -v open="^\`\`\`$1\$" '$0 ~ open {inside = 1; next} /^```/ {inside = 0} inside' "$2"; }

# A token in an example is somebody else's: this server's stands in for it.
with_token() {
	mlk status ghost:blog --json
	sed -E "s/\b[0-9a-f]{12}\b/$(value 'r.token || "000000000000"')/g" <<<"$1"
}

mode=functions
"$MLK_CLI" --defaults-file="$conf" install >out 2>err
shopt -s nullglob

for file in "$MLK_TOP"/README.md "$MLK_TOP"/docs/*.md; do
	name=${file##*/}

	text=$(blocks sql "$file")
	if [[ -n $text ]]; then
		if server_client ops -e "$(with_token "$text")" >out 2>err; then
			ok "$name: its SQL runs"
		else
			not_ok "$name: its SQL runs" "$(<err)"
		fi
		lock_again
	fi

	# "$ command", then what it says: the first line of it is compared, numbers aside.
	while IFS= read -r line; do
		if [[ $line == '$ miglock '* ]]; then
			read -ra words <<<"$(with_token "${line#\$ miglock }")"
			mlk "${words[@]}"
			cat err out | grep . >all || true
			wanted=first
		elif [[ $wanted == first && -n $line ]]; then
			wanted=
			if grep -qxF -- "$(sed -E 's/[0-9.]+ s$/N s/' <<<"$line")" <(sed -E 's/[0-9.]+ s$/N s/' all); then
				ok "$name: ${words[*]}"
			else
				not_ok "$name: ${words[*]}" "no line '$line' in:"$'\n'"$(<all)"
			fi
		fi
	done < <(wanted=; blocks console "$file")

	# Commands of a script, without what they say.
	while IFS= read -r line; do
		[[ $line == 'miglock '* && $line != *install* ]] || continue
		line=${line#miglock }
		line=${line%%#*}
		read -ra words <<<"${line%%||*}"
		lock_again
		mlk "${words[@]}"
		code_is "$name: miglock ${words[*]}" 0
	done < <(blocks sh "$file")
done

# The members that docs/report.md lists are those that there are.
mlk status ghost:blog --json
value 'Object.keys(r).sort().join("\n")' >have
sed -n '/^# The report/,/^A session:/p' "$MLK_TOP/docs/report.md" |
	grep -oE '^\| (`[a-z_]+`,? ?)+' | grep -oE '[a-z_]{2,}' | sort >told
if diff told have >differences; then
	ok 'docs/report.md lists the members of a report'
else
	not_ok 'docs/report.md lists the members of a report' "$(<differences)"
fi
