# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The chroots that the test servers live in. The host gets no server package and no service.
#
# A root is built under a temporary name and renamed when it is complete. Its stamp holds the recipe:
# another recipe, another root.

# shellcheck source=scripts/lib/packages.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/packages.sh"

# Raise this when root-build.sh changes what ends up in a root.
MLK_RECIPE=2
MLK_ROOTS=(mariadb-10.11 mariadb-11.8 mysql-9.7)

# root_recipe ROOT: sets suite and packages of the caller.
root_recipe() {
	case $1 in
	mariadb-10.11)
		suite=bookworm
		# mariadb-server for metadata_lock_info.so, patch for the runner's .rdiff files, libasan8 to preload below the server
		packages=(mariadb-server mariadb-client mariadb-test patch libcjson1 zlib1g libasan8 libubsan1)
		;;
	mariadb-11.8)
		suite=trixie
		packages=(mariadb-server-core mariadb-client-core libcjson1 zlib1g)
		;;
	mysql-9.7)
		suite=sid
		# the compiler is for the CLI against libmysqlclient
		packages=(mysql-server-core mysql-client-core mysql-testsuite netbase libcjson1 zlib1g
			gcc libc6-dev cmake ninja-build pkgconf libmysqlclient-dev libcjson-dev zlib1g-dev libmd-dev nettle-dev
			libncurses-dev)
		;;
	*) die "no such server root: $1 (there are: ${MLK_ROOTS[*]})" ;;
	esac
}

root_dir() { printf '%s/%s' "$MLK_CACHE" "$1"; }

root_stamp() {
	local suite packages
	root_recipe "$1"
	printf 'recipe %s\nsuite %s\npackages %s\n' "$MLK_RECIPE" "$suite" "${packages[*]}"
}

root_complete() {
	[[ -f $(root_dir "$1")/etc/miglock-root ]] &&
		[[ $(<"$(root_dir "$1")/etc/miglock-root") == "$(root_stamp "$1")" ]]
}

# debian_mirror: the Debian archive that this host's own apt uses, and not one of its other sources.
debian_mirror() {
	local codename label release component uri
	if [[ -n ${MIGLOCK_MIRROR:-} ]]; then
		printf '%s' "$MIGLOCK_MIRROR"
		return
	fi
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	# The label is known only once apt has lists; without them the codename of the source must do.
	while IFS='|' read -r label release component uri; do
		if [[ $component == main && $uri == http*://* && $release == "$codename" && $label =~ ^(Debian|\$\(LABEL\)|)$ ]]; then
			printf '%s' "$uri"
			return
		fi
	done < <(apt-get indextargets --format '$(LABEL)|$(RELEASE)|$(COMPONENT)|$(REPO_URI)' 'Created-By: Packages')
	die "cannot find a Debian archive among this host's apt sources; name one in MIGLOCK_MIRROR"
}

# in_root DIR [SOURCE:TARGET[:ro]]... -- COMMAND...: runs it in the chroot, in a mount namespace of its own, so
# that nothing stays mounted whatever happens. The process id is that of the command: no fork in between.
in_root() {
	local dir=$1 binds=()
	shift
	while [[ $1 != -- ]]; do
		binds+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2016 # expanded by the inner shell
	exec_in_namespace '
		set -eu
		dir=$1; count=$2; shift 2
		mount -t proc proc "$dir/proc"
		mount -t tmpfs -o mode=1777 tmpfs "$dir/tmp"
		while [ "$count" -gt 0 ]; do
			IFS=: read -r source target mode <<-END
				$1
			END
			mkdir -p "$dir$target"
			mount --bind "$source" "$dir$target"
			[ -z "$mode" ] || mount -o "remount,bind,$mode" "$dir$target"
			count=$((count - 1)); shift
		done
		export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TMPDIR=/tmp
		exec chroot "$dir" "$@"' "$dir" "${#binds[@]}" "${binds[@]}" "$@"
}

# Ends with its parent: a shell that is killed with SIGKILL leaves no server behind.
exec_in_namespace() {
	local script=$1
	shift
	if [[ ${MLK_EXEC:-} == yes ]]; then
		exec setpriv --pdeathsig TERM unshare --mount --propagation private sh -c "$script" sh "$@"
	fi
	unshare --mount --propagation private sh -c "$script" sh "$@"
}

# roots_prepare ROOT...: all of them, at the same time; quick when they are there.
MLK_BUILDERS=()
roots_prepare() {
	local name pid failed=0
	mkdir -p "$MLK_CACHE"
	on_exit 'kill -TERM "${MLK_BUILDERS[@]}" 2>/dev/null' # in the background, Ctrl-C does not reach them
	for name in "$@"; do
		root_prepare "$name" &
		MLK_BUILDERS+=($!)
	done
	for pid in "${MLK_BUILDERS[@]}"; do
		wait "$pid" || failed=1
	done
	MLK_BUILDERS=()
	if ((failed)); then die "not every server root could be set up; see $MLK_CACHE/*.log"; fi
}

root_prepare() {
	local name=$1 dir fd hosts
	dir=$(root_dir "$name")
	# One builder at a time; the others find it done.
	exec {fd}>"$MLK_CACHE/$name.lock"
	flock "$fd"
	if ! root_complete "$name"; then
		say "setting up $name in $dir (a few minutes, once)"
		# In a process namespace, which ends as a whole when this shell does.
		setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc \
			bash "$MLK_TOP/scripts/lib/root-build.sh" "$name" >"$MLK_CACHE/$name.log" 2>&1 || {
			tail -n 20 "$MLK_CACHE/$name.log" >&2
			die "setting up $name failed; the whole log is $MLK_CACHE/$name.log"
		}
	fi
	# The server looks its own host up; the name may be another one than at the last run.
	hosts=$(printf '127.0.0.1 localhost %s\n::1 localhost' "$(uname -n)")
	if [[ $(<"$dir/etc/hosts") != "$hosts" ]]; then printf '%s\n' "$hosts" >"$dir/etc/hosts"; fi
	exec {fd}>&-
}
