#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The sources keep the project's rules: licence lines, banned functions, format, length, nothing built in the tree.
# servers: none
set -euo pipefail
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/results.sh"

cd -- "$MLK_TOP"

# What git has or would add; another owner's clone is read all the same.
files() {
	git -c safe.directory="$MLK_TOP" ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
		if [[ -f $file ]]; then printf '%s\n' "$file"; fi
	done
}

# By its name, or by its first line where the name says nothing.
sources() {
	local file first
	files | while IFS= read -r file; do
		case $file in
		*.c | *.h | *.sh | *.t | *.rb | *.js | *.py | *.sql | *.test | *.inc | *.cmake | *CMakeLists.txt) printf '%s\n' "$file" ;;
		*.*) ;;
		*)
			IFS= read -r first <"$file" || true
			if [[ $first == '#!'* ]]; then printf '%s\n' "$file"; fi
			;;
		esac
	done
}

without_licence() {
	local file
	sources | while IFS= read -r file; do
		head -n 4 -- "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || printf '%s\n' "$file"
	done
}

banned() {
	files '*.c' '*.h' | xargs -r -d '\n' grep -nE '\b(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|atoi|atol|strtok|gets)[[:space:]]*\(' --
}

too_long() {
	local file lines
	sources | while IFS= read -r file; do
		lines=$(wc -l <"$file")
		if ((lines > 400)); then printf '%s: %s lines\n' "$file" "$lines"; fi
	done
}

built() {
	local file
	files '*.o' '*.so' '*.a' '*.gcda' '*.gcno' '*.log' '*.reject' '*CMakeCache.txt' '*node_modules/*'
	files | while IFS= read -r file; do
		if [[ $(head -c 4 -- "$file" | tr -d '\0') == $'\x7fELF' ]]; then printf '%s\n' "$file"; fi
	done
}

# Paths of one machine, and hosts that packages come from. Spelt so that this file does not find itself.
machine_names() {
	files | xargs -r -d '\n' grep -nIE '/(wor[k]|hom[e]/[a-z]+)/|registr[y]\.npmjs|de[b]\.debian\.org|rubygem[s]\.org' --
}

shell_scripts() {
	local file first
	sources | while IFS= read -r file; do
		IFS= read -r first <"$file" || true
		if [[ $file == *.sh || $first == '#!'*bash ]]; then printf '%s\n' "$file"; fi
	done
}

shell_syntax() {
	local file
	shell_scripts | while IFS= read -r file; do bash -n -- "$file"; done
}

unformatted() {
	files '*.c' '*.h' | xargs -r -d '\n' clang-format --dry-run -Werror
}

[[ -n $(sources) ]] || fail 'there are no sources'
check_empty 'every source names its licence' without_licence
check_empty 'no banned function' banned
check_empty 'no source above 400 lines' too_long
check_empty 'nothing built in the tree' built
check_empty 'no path of a machine, no host of packages' machine_names
check_empty 'the shell scripts parse' shell_syntax
# It takes half a minute, so what it has passed is not asked again.
shell_check() {
	local digest
	digest=$({ shellcheck --version && shell_scripts | xargs -r -d '\n' cat; } | sha256sum)
	[[ $(cat "$MLK_CACHE/shellcheck-passed" 2>/dev/null) != "$digest" ]] || return 0
	shell_scripts | xargs -r -d '\n' shellcheck -x -S warning || return 1
	printf '%s\n' "$digest" >"$MLK_CACHE/shellcheck-passed"
}
if command -v shellcheck >/dev/null; then
	check 'shellcheck' shell_check
else
	skip shellcheck 'it is not installed'
fi
if command -v clang-format >/dev/null; then
	check_empty clang-format unformatted
else
	skip clang-format 'it is not installed'
fi
finish
