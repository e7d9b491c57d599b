#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual page: what the build makes of the tables is proper roff and has all that the help has; and what is installed.
# servers: mariadb
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$MLK_TOP/tests/cli/lib.sh"

export HOME=$PWD
page=$MLK_BUILD/cli/miglock.1
if [[ -s $page ]]; then ok 'the build makes the page'; else not_ok 'the build makes the page'; fi
bare help --man
code_is 'help --man' 0
empty 'no messages' err
is 'it is that page' "$(cmp out "$page" 2>&1)" ''

# The date of a page would make each build another one.
if command -v mandoc >/dev/null; then
	is 'mandoc has no complaint' "$(mandoc -T lint -W warning "$page" | grep -v 'missing date' || true)" ''
else
	printf '# mandoc is not installed\n'
fi
is 'groff has no complaint' "$(groff -man -Tutf8 -ww -rF0 -z "$page" 2>&1)" ''

LC_ALL=C.UTF-8 MANWIDTH=80 man -l "$page" 2>err | sed 's/.\x08//g' >text
empty 'man has none either' err
is 'it fits into 80 columns' "$(LC_ALL=C.UTF-8 awk 'length > 80' text)" ''
for title in NAME SYNOPSIS DESCRIPTION EXAMPLES COMMANDS TARGETS VERDICTS OUTPUT 'EXIT STATUS' ENVIRONMENT FILES 'SEE ALSO'; do
	is "it has a section $title" "$(grep -cx -- "$title" text)" 1
done
if LC_ALL=C.UTF-8 whatis --version >/dev/null 2>&1; then
	is 'whatis finds its line' "$(LC_ALL=C.UTF-8 lexgrog "$page" 2>&1 | grep -c '"miglock - ')" 1
fi

# What the help of each command says stands in the page too.
flat text >flat
bare help
mapfile -t commands < <(sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p' out)
lacking=
for command in "${commands[@]}"; do
	grep -qE "^ +miglock $command( |$)" text || lacking+=" $command"
	bare help "$command"
	for option in $(grep -oE '^ {2,6}(-., )?--[a-z-]+' out | grep -oE -e '--[a-z-]+'); do
		grep -qF -- "$option" flat || lacking+=" $command $option"
	done
done
is 'every command and every option is in it' "$lacking" ''
bare help connection
for option in $(grep -oE -e ' --[a-z-]+' out); do grep -qF -- "$option" flat || lacking+=" $option"; done
is 'every connection option is in it' "$lacking" ''

# Every variable that the command reads is told.
bare help environment
lacking=
for variable in $(grep -hoE 'getenv\("[A-Za-z_]+"\)' "$MLK_TOP"/cli/*.c "$MLK_TOP"/cli/*/*.c | cut -d '"' -f 2 | sed 's/^database__.*/database__connection__host/' | sort -u); do
	grep -qw -- "$variable" out || lacking+=" $variable"
done
is 'every variable that is read is in help environment' "$lacking" ''

# docs/output.md has the columns that the command has.
bare help output
while read -r kind columns; do
	is "docs/output.md: the columns of $kind" \
		"$(awk -F '|' -v kind="$kind" '{gsub(/[`,]/, "")} $2 ~ "^ *" kind {print $3}' "$MLK_TOP/docs/output.md" | xargs)" "$columns"
done < <(awk 'substr($0, 1, 2) == "  " && substr($0, 3, 1) ~ /[a-z]/ {if (kind) print kind, columns; kind = $1; gsub(",", "", kind); columns = ""}
	kind {columns = columns " " substr($0, 28)} /^$/ {if (kind) print kind, columns; kind = ""}' out | tr -s ' ')

# What a package would have.
DESTDIR=$PWD/root cmake --install "$MLK_BUILD" --prefix /usr >out 2>&1 || cat out
for file in bin/miglock share/man/man1/miglock.1 share/bash-completion/completions/miglock share/zsh/site-functions/_miglock \
	share/fish/vendor_completions.d/miglock.fish; do
	if [[ -s root/usr/$file ]]; then ok "installed: $file"; else not_ok "installed: $file" "$(find root)"; fi
done
is 'a package does not run the tree' "$(grep -rlF -e "$MLK_TOP" -e "$MLK_BUILD" root/usr/share | head)" ''
