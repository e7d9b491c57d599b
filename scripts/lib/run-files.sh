# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Runs every tests/KIND/*.sh and *.t against a fresh server each.
#
# A test file gets the server by MLK_* (see servers.sh), the build by MLK_BUILD, MLK_CLI and MLK_PLUGIN (also in the
# server's plugin directory, not installed), the tree by MLK_TOP, miglock in PATH, an empty current directory, no input, and
# MLK_FILE_TIMEOUT seconds. It passes with status 0 and is left out with 77. One that writes TAP has each
# of its lines counted. In its first lines it may say:
#   # servers: mariadb            only there
#   # options: --OPTION...        of the server, both kinds
#   # mariadb options: --OPTION   of this kind of server

# shellcheck source=scripts/lib/servers.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/servers.sh"
# shellcheck source=scripts/lib/build.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/build.sh"
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/results.sh"

run_files() {
	local kind=$1 server=$2 file found=0 servers
	build_need "${MLK_PRESET:-release}" "${MLK_PRESET:-release}"
	for file in "$MLK_TOP/tests/$kind"/*.sh "$MLK_TOP/tests/$kind"/*.t; do
		[[ -e $file && $file != */lib.sh ]] || continue
		if [[ -n ${MLK_FILES:-} && " $MLK_FILES " != *" $(basename -- "${file%.*}") "* ]]; then continue; fi
		found=1
		if [[ ! -x $file ]]; then
			fail "${file##*/} is not executable"
			continue
		fi
		servers=$(file_header "$file" servers)
		if [[ -n $servers && " $servers " != *" $server "* ]]; then continue; fi
		run_file "$file" "$server"
	done
	((found)) || fail "there is no test in tests/$kind"
}

# file_header FILE KEY: what follows "# KEY:" in the first lines.
file_header() { sed -n "1,20s/^# $2: *//p" "$1"; }

run_file() {
	local file=$1 server=$2 what log status=0 dir options began=$SECONDS
	what=$(basename -- "$file")
	what=${what%.*}
	log=$(log_file "$what")
	read -ra options <<<"$(file_header "$file" options) $(file_header "$file" "$server options")"
	if ! server_start "$server" "$what" "${options[@]}" 2>"$log"; then
		fail "$what: no server" "$log"
		return 0
	fi
	scratch_dir dir
	# In the background, as a signal must not wait for it; it ends with this shell, and with its whole group.
	(
		cd -- "$dir" || exit
		exec setpriv --pdeathsig TERM env --default-signal=INT,QUIT PATH="$(dirname -- "$MLK_CLI"):$PATH" \
			timeout --kill-after=10 "${MLK_FILE_TIMEOUT:-300}" "$file" "$server"
	) >"$log" 2>&1 </dev/null &
	wait $! || status=$?
	file_result "$what" "$log" "$status"
	server_stop "$what"
	if grep -qE 'got signal [0-9]+|AddressSanitizer|runtime error: ' "$MLK_LOG"; then
		cp -- "$MLK_LOG" "$log.server"
		fail "$what: the server crashed" "$log.server"
	fi
	rm -rf -- "${MLK_RUN:?}/$what" "$dir"
	printf '# %s: %s s\n' "$what" "$((SECONDS - began))"
}

# Counts the lines of a file that writes TAP, or the file itself.
file_result() {
	local what=$1 log=$2 status=$3 line failed=0 seen=0 planned=
	while IFS= read -r line; do
		case $line in
		'not ok'*)
			seen=$((seen + 1))
			failed=$((failed + 1))
			printf 'not ok - %s: %s: %s\n' "$MLK_WHAT" "$what" "$(tap_text "$line")"
			;;
		ok | 'ok '*)
			seen=$((seen + 1))
			printf 'ok - %s: %s: %s\n' "$MLK_WHAT" "$what" "$(tap_text "$line")"
			;;
		1..[0-9]*) planned=${line#1..} && planned=${planned%%[!0-9]*} ;;
		'Bail out!'*) status=255 ;;
		esac
	done <"$log"
	if ((failed)); then
		MLK_FAILURES=$((MLK_FAILURES + failed))
		tail -n 40 -- "$log" | sed 's/^/#   /'
		printf '#   (the whole of it: %s)\n' "$log"
		return 0
	fi
	if ((status == 124 || status == 137)); then
		fail "$what: not done after ${MLK_FILE_TIMEOUT:-300} s" "$log"
	elif ((status == 77)); then
		skip "$what" "$(tail -n 1 -- "$log")"
	elif ((status != 0)); then
		fail "$what: ended with status $status" "$log"
	elif [[ -n $planned ]] && ((planned != seen)); then
		fail "$what: planned $planned tests, ran $seen" "$log"
	elif ((seen == 0)); then
		pass "$what"
	fi
}

# The text of a TAP line, without result and number.
tap_text() {
	local text=${1#not }
	text=${text#ok}
	[[ $text =~ ^[[:space:]]*[0-9]*[[:space:]]*-?[[:space:]]*(.*)$ ]]
	printf '%s' "${BASH_REMATCH[1]}"
}
