# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of check and metrics share: the grammars of monitoring systems, and looking for states and samples.
# shellcheck disable=SC2154 # mark is lib.sh's

# shellcheck source=scripts/lib/packages.sh
. "$MLK_TOP/scripts/lib/packages.sh"

grammar() { /usr/bin/python3 "$MLK_TOP/tests/cli/monitoring.py" "$@"; }
promtool=
# For the older text format; without it parses_old says nothing.
promtool_fetch() {
	local dir
	if dir=$(package_unpacked prometheus 2>promtool.log) && [[ -x $dir/usr/bin/promtool ]]; then
		promtool=$dir/usr/bin/promtool
	else
		printf 'ok - the older text format # SKIP promtool cannot be fetched: %s\n' "$(tail -n 1 promtool.log)"
	fi
}

# parses WHAT FILE: as OpenMetrics. parses_old WHAT FILE: as the older text format.
parses() {
	local said
	if said=$(grammar openmetrics "$2" 2>&1); then ok "$mark$1 is OpenMetrics"; else not_ok "$mark$1 is OpenMetrics" "$said"$'\n'"$(<"$2")"; fi
}
parses_old() {
	local said
	[[ -n $promtool ]] || return 0
	if said=$("$promtool" check metrics <"$2" 2>&1) && [[ -z $said ]]; then
		ok "$mark$1 is the older text format"
	else
		not_ok "$mark$1 is the older text format" "$said"
	fi
}
# samples FILE [PART]: its samples, sorted, those with PART in them. A file is parsed once.
samples() {
	local digest
	digest=samples.$(sha256sum <"$1" | cut -c 1-16)
	[[ -e $digest ]] || grammar samples "$1" >"$digest" 2>&1 || true
	grep -F -e "${2:-}" "$digest" || true
}
# sample WHAT 'NAME{LABELS} VALUE' [FILE]: as sorted by monitoring.py.
sample() {
	local all
	all=$(samples "${3:-out}")
	if grep -qxF -e "$2" <<<"$all"; then ok "$mark$1"; else not_ok "$mark$1" "no $2 in:"$'\n'"$all"; fi
}
no_sample() {
	local found
	found=$(samples "${3:-out}" "$2")
	is "$mark$1" "$found" ''
}

# reads_as WHAT: the last answer is one of a monitoring plugin.
reads_as() {
	local said
	if said=$(grammar plugin out 2>&1); then ok "$mark$1: the grammar"; else not_ok "$mark$1: the grammar" "$said"$'\n'"$(<out)"; fi
}

# state WHAT STATE PART ARGUMENTS...: as text and with --json. PART stands on the first line.
state() {
	local what=$1 word=$2 part=$3 number
	shift 3
	case $word in OK) number=0 ;; WARNING) number=1 ;; CRITICAL) number=2 ;; *) number=3 ;; esac
	mlk check "$@" --json
	code_is "$what --json" "$number"
	WORD=$word NUMBER=$number PART=$part facts <<-END
		$what --json :: d.state === e.WORD && d.exit_code === Number(e.NUMBER) && d.reason.includes(e.PART)
	END
	mlk check "$@"
	code_is "$what" "$number"
	head -n 1 out >first
	contains "$mark$what: the first line" "$(<first)" "MIGLOCK $word - "
	contains "$mark$what: says why" "$(<first)" "$part"
	empty "$what: no messages" err
	reads_as "$what"
}

# perfdata WHAT ITEM: the last check has it.
perfdata() {
	local all
	all=$(grammar perfdata out 2>&1) || true
	if grep -qxF -e "$2" <<<"$all"; then ok "$mark$1"; else not_ok "$mark$1" "no $2 in:"$'\n'"$all"; fi
}
