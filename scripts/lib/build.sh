# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Builds with CMake, in the cache and never in the tree. Each tree has build directories of its own there, so that
# a second build is short and two clones do not meet.

# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

build_dir() {
	local digest
	digest=$(printf '%s' "$MLK_TOP" | sha256sum)
	printf '%s/build/%s/%s' "$MLK_CACHE" "${digest:0:12}" "$1"
}

# build_tree NAME PRESET [cmake options]: NAME is that of the build directory.
build_tree() {
	local dir fd name=$1 preset=$2
	shift 2
	dir=$(build_dir "$name")
	mkdir -p "$dir" || return 1
	exec {fd}>"$dir.lock"
	flock "$fd"
	{
		cmake -S "$MLK_TOP" -B "$dir" --preset "$preset" "$@" && cmake --build "$dir"
	} || {
		exec {fd}>&-
		return 1
	}
	exec {fd}>&-
}

# build_need [NAME PRESET [cmake options]]: the build that the tests run against (release unless told otherwise), and where it is:
# MLK_BUILD, MLK_PLUGIN (miglock.so) and MLK_CLI (miglock), exported. Says nothing when all is well.
build_need() {
	local name=${1:-release} preset=${2:-release} log
	shift $(($# < 2 ? $# : 2))
	log=$(build_dir "$name").log
	mkdir -p "$(dirname -- "$log")"
	build_tree "$name" "$preset" "$@" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		die "the $preset build failed; the whole log is $log"
	}
	MLK_BUILD=$(build_dir "$name")
	MLK_PLUGIN=$MLK_BUILD/plugin/miglock.so
	MLK_CLI=$MLK_BUILD/cli/miglock
	export MLK_TOP MLK_BUILD MLK_PLUGIN MLK_CLI
	[[ -f $MLK_PLUGIN ]] || die "the build made no $MLK_PLUGIN"
	[[ -x $MLK_CLI ]] || die "the build made no $MLK_CLI"
}
