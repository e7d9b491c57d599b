# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Packages of the host. Nothing is ever removed, and no server is among them: servers live in chroots (roots.sh).

# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# PACKAGE, or PACKAGE=COMMAND where any program of that name will do, wherever it came from.
# shellcheck disable=SC2034 # used by name
MLK_PACKAGES_build=(gcc=gcc cmake=cmake ninja-build=ninja pkg-config=pkg-config libc6-dev
	libmariadb-dev libmariadbd-dev libcjson-dev libncurses-dev zlib1g-dev libmd-dev nettle-dev)
# The command alone with MySQL's client library: beside Debian's mysql-server there can be no libmariadb3.
MLK_PACKAGES_build_mysql=(libmysqlclient-dev)
for MLK_ENTRY in "${MLK_PACKAGES_build[@]}"; do
	if [[ $MLK_ENTRY != libmariadb* ]]; then MLK_PACKAGES_build_mysql+=("$MLK_ENTRY"); fi
done
# shellcheck disable=SC2034
MLK_PACKAGES_package=(dpkg-dev=dpkg-shlibdeps file=file gzip=gzip)
# shellcheck disable=SC2034
MLK_PACKAGES_servers=(debootstrap=debootstrap debian-archive-keyring util-linux iproute2=ss)
# shellcheck disable=SC2034
MLK_PACKAGES_tests=(clang=clang libcmocka-dev binutils=nm openssl=openssl perl-base=perl tmux=tmux
	python3-prometheus-client python3-yaml python3-jsonschema
	lintian=lintian bash-completion zsh=zsh fish=fish groff-base=groff mandoc=mandoc man-db=man)
# shellcheck disable=SC2034
MLK_PACKAGES_clients=(ruby=ruby ruby-activerecord ruby-mysql2 nodejs=node npm=npm
	sqitch libdbd-mysql-perl mariadb-client-core=mariadb yoyo python3-pymysql
	default-jre-headless)

package_present() {
	local name=${1%%=*} program=${1#*=}
	if [[ $1 == *=* ]] && command -v "$program" >/dev/null; then return 0; fi
	[[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]]
}

# packages_need GROUP...: installs what is missing of the named groups. No apt call when all is there.
packages_need() {
	local group entry list missing=() asroot=()
	for group in "$@"; do
		list="MLK_PACKAGES_${group}[@]"
		for entry in "${!list}"; do
			package_present "$entry" || missing+=("${entry%%=*}")
		done
	done
	if ((${#missing[@]} == 0)); then return 0; fi

	command -v apt-get >/dev/null || die "these are needed, and there is no apt-get here: ${missing[*]}"
	if ((EUID != 0)); then
		command -v sudo >/dev/null || die "neither root nor sudo; install these packages first: ${missing[*]}"
		asroot=(sudo)
	fi
	say "installing packages: ${missing[*]}"
	# First with the lists that are there; a stale list is the usual reason to fail.
	packages_install "${missing[@]}" >/dev/null 2>&1 && return 0
	"${asroot[@]}" apt-get update -q >&2 || say "apt-get update had errors; going on"
	packages_install "${missing[@]}" >&2 ||
		die "apt-get could not install ${missing[*]} (it was told to remove nothing; a conflict must be solved by hand)"
}

packages_install() {
	"${asroot[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-remove --no-install-recommends "$@" </dev/null
}

# package_unpacked PACKAGE: says where its files are, without installing it: for a program whose package would also start a
# service. Fetched once; fails where that cannot be done.
package_unpacked() {
	local name=$1 dir=$MLK_CACHE/unpacked/$1 work status=0
	if [[ -d $dir ]]; then
		printf '%s' "$dir"
		return
	fi
	mkdir -p "$MLK_CACHE/unpacked" || return 1
	work=$(mktemp -d "$MLK_CACHE/unpacked/.XXXXXX") || return 1
	# Renamed when it is complete; whoever came first is right.
	(cd -- "$work" && apt-get download -q "$name" && mkdir files && dpkg-deb -x ./*.deb files) >"$work/log" 2>&1 || status=1
	if ((status == 0)); then mv -T -- "$work/files" "$dir" 2>/dev/null || [[ -d $dir ]] || status=1; fi
	if ((status)); then cat -- "$work/log" >&2; fi
	rm -rf --one-file-system -- "$work"
	((status == 0)) && printf '%s' "$dir"
}
