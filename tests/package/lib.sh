# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests of packages share: a copy of a server's root that nothing is lost with, dpkg in it, and the command in it.
#
# A test runs in a mount namespace of its own, in an empty current directory, and gets MLK_DEBS (the packages), MLK_TREE (the tree
# that they were made from), MLK_REAL_CACHE and MLK_TOP.

# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

# Where Debian's servers look for it, and where the package puts it.
# shellcheck disable=SC2034 # for those that read this file
library=/usr/lib/mysql/plugin/miglock.so

# root_copy ROOT DIRECTORY: sets root, a copy of that root below the directory, whose writes stay there.
root_copy() {
	local lower=$MLK_REAL_CACHE/$1
	root=$2/$1
	mkdir -p "$root" "$2/upper" "$2/work" "$2/debs"
	if ! mount -t overlay overlay -o "lowerdir=$lower,upperdir=$2/upper,workdir=$2/work" "$root" 2>/dev/null; then
		cp -a --reflink=auto -- "$lower/." "$root/"
	fi
	rm -f -- "$root/etc/dpkg/dpkg.cfg.d/miglock" # it leaves documentation out
	mkdir -p "$root/mnt/debs"
}

# package_root SERVER: root is a copy of that server's; servers.sh finds it as the only root of another cache. debs is a directory
# with the packages that fit there.
package_root() {
	debs=$MLK_DEBS
	if [[ $1 == mysql ]]; then mysql_command; fi
	MLK_CACHE=$PWD/cache
	root_copy "$(server_root "$1")" "$MLK_CACHE"
}

# Debian's mysql-server conflicts with mariadb-common, which libmariadb3 needs: the command is built there, against libmysqlclient, once
# for a state of the tree.
mysql_command() {
	local made=$MLK_DEBS_KEPT/mysql fd
	exec {fd}>"$MLK_DEBS_KEPT.lock"
	flock "$fd"
	if [[ ! -d $made ]]; then
		mkdir -p "$MLK_DEBS_KEPT" built
		root_copy mysql-9.7 "$PWD/builder"
		depends_put "${MLK_PACKAGES_build_mysql[@]%%=*}" "${MLK_PACKAGES_package[@]%%=*}"
		in_root "$root" "$MLK_TREE:/mnt/tree:ro" "$PWD/built:/mnt/built" -- /mnt/tree/scripts/package --client mysql /mnt/built >package 2>&1 </dev/null || {
			cat package
			die 'the command cannot be built against libmysqlclient'
		}
		umount "$root" 2>/dev/null || true
		mv -T -- built "$made"
	fi
	exec {fd}>&-
	debs=$PWD/debs
	mkdir "$debs"
	cp -- "$made"/*.deb "$MLK_DEBS"/miglock-plugin_*.deb "$debs/"
}

# in_copy COMMAND...: in the root, where the packages are in /mnt/debs. Its messages are among its output.
in_copy() { in_root "$root" "$debs:/mnt/debs:ro" -- env DEBIAN_FRONTEND=noninteractive "$@" </dev/null 2>&1; }

deb_name() {
	local file
	for file in "${debs:-$MLK_DEBS}/$1"_*.deb; do printf '%s' "${file##*/}"; done
}

# put PACKAGE: as "dpkg -i" does, which fails where a dependency is missing.
put() { in_copy dpkg -i "/mnt/debs/$(deb_name "$1")"; }
take() { in_copy dpkg --purge "$1"; }

# depends_put PACKAGE...: what these packages (names, or /mnt/debs/FILE) depend on and the root lacks, and they themselves where they are
# no files of ours: from the root's own Debian, nothing that is only recommended, and nothing is removed for it.
# Fetched once for each state of the root; without a network the test is left out.
depends_put() {
	local kept key proxy
	key=$({ cat -- "$root/var/lib/dpkg/status" && printf '%s\n' "$@" && for deb in "$debs"/*.deb; do dpkg-deb -f "$deb" Depends; done; } | sha256sum)
	kept=$MLK_REAL_CACHE/package-depends/${root##*/}-${key:0:12}
	if [[ ! -d $kept ]]; then
		proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
		if [[ -n $proxy && $proxy != DIRECT ]]; then export http_proxy=$proxy; fi
		mkdir -p "$kept.$$"
		# shellcheck disable=SC2016 # expanded by the inner shell
		in_copy sh -ec '
			apt="apt-get -q -y -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root"
			$apt update
			$apt install --no-install-recommends --no-remove --download-only "$@"
		' sh "$@" >apt || {
			tail -n 20 apt
			rm -rf -- "$kept.$$"
			printf 'the dependencies cannot be fetched\n'
			exit 77
		}
		find "$root/var/cache/apt/archives" -name '*.deb' -exec cp -t "$kept.$$" -- {} +
		mv -T -- "$kept.$$" "$kept"
	fi
	if [[ -n $(ls -A "$kept") ]]; then
		in_root "$root" "$kept:/mnt/depends:ro" -- sh -c 'DEBIAN_FRONTEND=noninteractive dpkg -i /mnt/depends/*.deb' >dpkg 2>&1 </dev/null || {
			cat dpkg
			die 'the dependencies cannot be installed'
		}
	fi
}
depends_of_ours() { depends_put "/mnt/debs/$(deb_name miglock)" "/mnt/debs/$(deb_name miglock-plugin)"; }

# What there is in the root but for what dpkg and apt write down themselves.
files_in_root() {
	(cd -- "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./mnt -o -path ./run -o -path ./var/log -o -path ./var/cache \
		-o -path ./var/lib/dpkg -o -path ./var/lib/apt \) -prune -o -print) | sort
}

# server_begin: with the server's own plugin directory, as a packaged one has.
server_begin() { server_start "$1" package --plugin-dir=/usr/lib/mysql/plugin/; }

# server_again: stops it and starts it on the same data.
server_again() {
	local name=$MLK_SERVER dir pid
	dir=$(dirname -- "$MLK_SOCKET")
	server_stop package
	server_launch "$name" "$root" "$dir" --plugin-dir=/usr/lib/mysql/plugin/ &
	pid=$!
	MLK_INSTANCES[package]="$name $pid $MLK_PORT"
	server_use package
	server_wait_ready "$dir/log"
}

# cli ARGUMENTS...: the installed command, beside the server; leaves its answer in out, its messages in err, its exit code in code.
cli() {
	code=0
	nsenter --target "$MLK_PID" --mount --root --wd=/ env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME=/root TMPDIR=/tmp \
		miglock --no-defaults --socket="$MLK_SOCKET" --user="$MLK_USER" --password="$MLK_PASSWORD" "$@" >out 2>err </dev/null || code=$?
}

# cli_is WHAT CODE PART...: of the last run; each part stands in its answer or its messages.
cli_is() {
	local what=$1 wanted=$2 part said
	shift 2
	said=$(cat out err | tr -s ' \n' '  ')
	if [[ $code != "$wanted" ]]; then
		not_ok "$what" "exit code $code, wanted $wanted"$'\n'"$said"
		return
	fi
	for part; do
		if [[ $said != *"$part"* ]]; then
			not_ok "$what" "it lacks '$part': $said"
			return
		fi
	done
	ok "$what"
}

version() { server_client -N -e 'SELECT miglock_version()' 2>/dev/null || printf 'none'; }
alive() { kill -0 "$MLK_PID" && server_client -N -e 'SELECT 42'; }
