#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# root-build.sh ROOT: builds one chroot (roots.sh says which and when). A process of its own: as a function
# behind || it would not stop at the first error.
set -euo pipefail
# shellcheck source=scripts/lib/roots.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/roots.sh"

# apt's own proxies, for debootstrap and for the apt in the chroot.
proxies() {
	local proxy
	proxy=$(apt-config dump --format '%v' Acquire::http::Proxy)
	if [[ -n $proxy && $proxy != DIRECT ]]; then export http_proxy=$proxy; fi
	proxy=$(apt-config dump --format '%v' Acquire::https::Proxy)
	if [[ -n $proxy && $proxy != DIRECT ]]; then export https_proxy=$proxy; fi
}

# template_build DIR: an initialised data directory, which every server starts from a copy of.
# root has no password on the socket; admin may come from anywhere.
template_build() {
	local dir=$1 data=/var/lib/miglock/data accounts=/var/lib/miglock/accounts.sql
	mkdir -p "$dir/var/lib/miglock" "$dir/var/lib/mysql-files" "$dir/run/mysqld"
	cat >"$dir$accounts" <<-'END'
		CREATE USER 'admin'@'%' IDENTIFIED BY 'miglock';
		GRANT ALL PRIVILEGES ON *.* TO 'admin'@'%' WITH GRANT OPTION;
	END
	if [[ -x $dir/usr/sbin/mariadbd ]]; then
		in_root "$dir" -- mariadb-install-db --no-defaults --user=root --datadir="$data" --skip-test-db \
			--auth-root-authentication-method=normal --innodb-log-file-size=10M
		sed 's/^CREATE/FLUSH PRIVILEGES;\n&/' "$dir$accounts" |
			in_root "$dir" -- mariadbd --no-defaults --user=root --datadir="$data" --innodb-log-file-size=10M \
				--bootstrap
	else
		in_root "$dir" -- mysqld --no-defaults --user=root --datadir="$data" --innodb-redo-log-capacity=8M \
			--initialize-insecure --init-file="$accounts"
	fi
}

# In a function, so that bash has read all of it before it starts: this file may change meanwhile.
main() {
	local name dir tmp suite mirror packages apt tool
	name=$1
	dir=$(root_dir "$name")
	tmp="$dir.building"
	root_recipe "$name"
	rm -rf --one-file-system -- "$tmp"
	mirror=$(debian_mirror)
	proxies

	# In a mount namespace, as debootstrap leaves /proc mounted when it is interrupted.
	unshare --mount --propagation private \
		debootstrap --variant=minbase --include=ca-certificates "$suite" "$tmp" "$mirror"
	printf 'force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n' \
		>"$tmp/etc/dpkg/dpkg.cfg.d/miglock"
	printf '#!/bin/sh\nexit 101\n' >"$tmp/usr/sbin/policy-rc.d" # no package starts a service
	chmod 755 "$tmp/usr/sbin/policy-rc.d"
	apt=(apt-get -q -y -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root --no-install-recommends)
	export DEBIAN_FRONTEND=noninteractive
	in_root "$tmp" -- "${apt[@]}" update </dev/null
	in_root "$tmp" -- "${apt[@]}" install "${packages[@]}" </dev/null
	in_root "$tmp" -- "${apt[@]}" clean
	rm -rf "${tmp:?}"/var/lib/apt/lists/* "${tmp:?}"/var/lib/mysql
	# MySQL's test runner looks for its tools beside the server's.
	for tool in "$tmp"/usr/lib/mysql-test/bin/*; do
		tool=${tool##*/}
		if [[ ! -e $tmp/usr/bin/$tool && -e $tmp/usr/lib/mysql-test/bin/$tool ]]; then
			ln -s "../lib/mysql-test/bin/$tool" "$tmp/usr/bin/$tool"
		fi
	done
	printf '127.0.0.1 localhost %s\n' "$(uname -n)" >"$tmp/etc/hosts"
	template_build "$tmp"

	root_stamp "$name" >"$tmp/etc/miglock-root"
	if [[ -e $dir ]]; then
		rm -rf --one-file-system -- "$dir.old"
		mv -- "$dir" "$dir.old" # a server may still run in it
	fi
	mv -- "$tmp" "$dir"
	rm -rf --one-file-system -- "$dir.old"
}

main "$@"
exit
