#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What is in the packages, file by file and field by field; that lintian has nothing to say; that they can be made again.
# servers: mariadb
set -euo pipefail
# shellcheck source=tests/package/lib.sh
. "$MLK_TOP/tests/package/lib.sh"

here=$MLK_TOP/tests/package debs=$MLK_DEBS
names() { sed 's/([^)]*)//g; s/[, ]\+/\n/g' <<<"$1" | sed '/^$/d' | sort | paste -sd ' '; }

# The expected list has the mode, the owner and the name of each file; a line that ends in "/**" stands for all of that folder of the tree.
expected() {
	local mode owner name
	while read -r mode owner name; do
		if [[ $name != *'/**' ]]; then
			printf '%s %s %s\n' "$mode" "$owner" "$name"
			continue
		fi
		name=${name%'/**'}
		(cd -- "$MLK_TREE" && find "${name##*/}" -type d -printf "drwxr-xr-x $owner ${name%/*}/%p/\n" -o -printf "-rw-r--r-- $owner ${name%/*}/%p\n")
	done <"$1" | sort -k 3
}

for package in miglock miglock-plugin; do
	deb=$MLK_DEBS/$(deb_name "$package")
	is "$package: its files" "$(diff -u <(expected "$here/$package.files") <(dpkg-deb -c "$deb" | awk '{print $1, $2, $6}' | sort -k 3))" ''
	mkdir "$package"
	dpkg-deb -R "$deb" "$package"
	is "$package: the sums of its files are right" "$(cd "$package" && md5sum --quiet -c DEBIAN/md5sums 2>&1)" ''
	is "$package: and of all of them" "$(wc -l <"$package/DEBIAN/md5sums")" "$(find "$package" -path '*/DEBIAN' -prune -o -type f -print | wc -l)"
	is "$package: its version is that of its changelog" "$(dpkg-deb -f "$deb" Version)" \
		"$(dpkg-parsechangelog -l "$MLK_TREE/packaging/changelog" -S Version)"
	is "$package: built for this machine" "$(dpkg-deb -f "$deb" Architecture)" "$(dpkg --print-architecture)"
	is "$package: no host of packages, no path of a machine" "$(dpkg-deb -f "$deb" Homepage)" ''
	is "$package: the licence" "$(grep -c '^License: GPL-2.0-only' "$package/usr/share/doc/$package/copyright")" 2
done
is 'the command says that version' "$(miglock/usr/bin/miglock version --json | grep -o '"version":"[^"]*"')" "\"version\":\"$(dpkg-deb -f "$MLK_DEBS/$(deb_name miglock)" Version)\""
is 'the command runs no script when it is installed' "$(cd miglock/DEBIAN && echo *)" 'control md5sums'
is 'the library warns when it is taken away, and that is all' "$(cd miglock-plugin/DEBIAN && echo *)" 'control md5sums prerm'
is 'that script is a proper one' "$(sh -n miglock-plugin/DEBIAN/prerm 2>&1)" ''

# In a server it must not bring a second client library, or a TLS library, along.
is 'the library depends on no server and no client' \
	"$(names "$(dpkg-deb -f "$MLK_DEBS/$(deb_name miglock-plugin)" Depends)")" 'libc6 libcjson1 libmd0 zlib1g'
is 'the library loads none' "$(objdump -p miglock-plugin$library | awk '$1 == "NEEDED" {print $2}' | grep -vE '^(libc|ld-linux[a-z0-9_-]*|libcjson|libmd|libz)\.so' || true)" ''
is 'the library searches no path of its own' "$(objdump -p miglock-plugin$library miglock/usr/bin/miglock | grep -E 'RPATH|RUNPATH' || true)" ''
is 'the library exports what plugin/exports.txt has' \
	"$(nm -D --defined-only miglock-plugin$library | awk '{print $NF}' | LC_ALL=C sort | paste -sd ' ')" \
	"$(sed 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "$MLK_TREE/plugin/exports.txt" | LC_ALL=C sort | paste -sd ' ')"
contains 'the command depends on the client library' "$(dpkg-deb -f "$MLK_DEBS/$(deb_name miglock)" Depends)" libmariadb3
is 'no server has to be there' "$(for package in miglock miglock-plugin; do dpkg-deb -f "$MLK_DEBS/$(deb_name $package)" Depends Pre-Depends Conflicts Breaks Replaces; done | grep -E 'server|Conflicts|Breaks|Replaces' || true)" ''
contains 'the library is one for the servers' "$(dpkg-deb -f "$MLK_DEBS/$(deb_name miglock-plugin)" Enhances)" 'mariadb-server, mysql-server'
is 'the library wants the command' "$(dpkg-deb -f "$MLK_DEBS/$(deb_name miglock-plugin)" Recommends)" miglock

is 'lintian has no complaint' "$(lintian --allow-root --tag-display-limit 0 "$MLK_DEBS"/*.deb 2>&1)" ''

# Once more, elsewhere, at another time, with another umask: the same to the last bit. And nothing is left in the tree.
mkdir again
cp -a -- "$MLK_TREE" elsewhere
find elsewhere -exec touch -d '2001-01-01' -- {} +
before=$(cd elsewhere && find . | sort)
(umask 077 && TZ=Asia/Tokyo LC_ALL=C elsewhere/scripts/package again >made)
is 'scripts/package says what it made' "$(sed 's,.*/,,' made | sort | paste -sd ' ')" "$(cd "$MLK_DEBS" && echo *.deb)"
for package in miglock miglock-plugin; do
	is "$package: made again it is the same" "$(cmp "$MLK_DEBS/$(deb_name "$package")" "again/$(deb_name "$package")" 2>&1)" ''
done
is 'nothing is built in the tree' "$(cd elsewhere && find . | sort)" "$before"
