#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# From a server that knows nothing of miglock to its functions and back, with dpkg and the command alone; no file is left.
set -euo pipefail
# shellcheck source=tests/package/lib.sh
. "$MLK_TOP/tests/package/lib.sh"

server=${1:?}
daemon=mariadbd
if [[ $server == mysql ]]; then daemon=mysqld; fi
package_root "$server"
depends_of_ours
is 'the server looks for plugins where the package has it' \
	"$(in_root "$root" -- "$daemon" --no-defaults --verbose --help 2>/dev/null </dev/null | awk '$1 == "plugin-dir" {print $2}')" "${library%miglock.so}"
files_in_root >before

is 'the command can be installed beside the server' "$(put miglock | grep -ciE 'error|warning')" 0
server_begin "$server"
pid=$MLK_PID
cli status
cli_is 'it works at once, by its own connection' 0 'no migration lock is held'
cli install
cli_is 'without the library it says which package, and of which directory' 1 "There is no miglock.so in ${library%miglock.so}" \
	'this command copies nothing' 'Install the package miglock-plugin there' 'Then run this again'
cp err told

# Beside a server that runs.
said=$(put miglock-plugin)
lacks 'the library can be installed' "$said" rror
lacks 'and has nothing to say of a server that does not use it' "$said" 'have it loaded'
is 'the server runs on' "$(alive)" 42
is 'and is as it was' "$(version)" none
is 'all is as it was packed' "$(in_copy dpkg --verify miglock miglock-plugin)" ''
is 'and nothing is half installed' "$(in_copy dpkg --audit)" ''
is 'the pages are there' "$(in_copy sh -c 'zcat /usr/share/man/man1/miglock.1.gz | grep -c "^.TH"')" 1

cli install
cli_is 'miglock install' 0 'installed: miglock'
is 'the functions answer' "$(version)" "$(dpkg-deb -f "$debs/$(deb_name miglock-plugin)" Version)"
lock_table shop
cli status ghost:shop
cli_is 'a lock is found' 0 'ghost:shop is abandoned'
cli status -v ghost:shop
cli_is 'by the functions' 0 "asking the server's miglock functions"
cli release ghost:shop --token "$(token ghost:shop)" --yes
cli_is 'and released' 0 'released'
is 'the view has it too' "$(root "SELECT verdict FROM miglock.locks WHERE target = 'ghost:shop'")" free

# The other way in: the client library finds what the server's accounts need (caching_sha2_password on MySQL).
code=0
nsenter --target "$MLK_PID" --mount --root --wd=/ env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 HOME=/root \
	miglock --no-defaults --host=127.0.0.1 --port="$MLK_PORT" --user="$MLK_USER" --password="$MLK_PASSWORD" status >out 2>err </dev/null || code=$?
cli_is 'the command gets in by TCP' 0 'no migration lock is held'

# From a host that has none of MySQL's packages, with libmariadb3 and what else the package of the command declares.
if [[ $server == mysql && -d $MLK_REAL_CACHE/mariadb-10.11 ]]; then
	far() (
		debs=$MLK_DEBS
		root_copy mariadb-10.11 "$PWD/far"
		put miglock >/dev/null
		in_root "$root" -- miglock --no-defaults --host=127.0.0.1 --port="$MLK_PORT" --user="$MLK_USER" --password="$MLK_PASSWORD" "$@"
	)
	is 'that account needs caching_sha2_password' "$(root "SELECT plugin FROM mysql.user WHERE user = '$MLK_USER'")" caching_sha2_password
	code=0
	far status >out 2>err </dev/null || code=$?
	cli_is 'the command of another host gets in with libmariadb3' 0 'no migration lock is held'
	code=0
	far install >out 2>err </dev/null || code=$?
	cli_is 'and sees what is installed' 0 'already installed'
fi

# The same version once more, as an upgrade would come.
said=$(put miglock-plugin)
contains 'an upgrade says that the server has the old one' "$said" "$library loaded: $pid"
contains 'and what to do' "$said" '"miglock uninstall" and "miglock install"'
is 'the functions go on answering' "$(version)" "$(dpkg-deb -f "$debs/$(deb_name miglock-plugin)" Version)"
is 'from a file that is gone' "$(grep -c 'miglock.so (deleted)' "/proc/$pid/maps" | sed 's/[1-9][0-9]*/some/')" some

cli uninstall
cli_is 'miglock uninstall' 0 'uninstalled: miglock'
is 'the functions are gone' "$(version)" none
is 'the library is not loaded any more' "$(grep -c miglock.so "/proc/$pid/maps")" 0
said=$(take miglock-plugin)
lacks 'it can be removed without a word' "$said" loaded
lacks 'it can be removed' "$said" rror
is 'the command can be removed' "$(take miglock | grep -ciE 'error|warning')" 0
is 'the server has not stopped in all that' "$MLK_PID $(alive)" "$pid 42"
server_stop package
is 'nothing in its log' "$(grep -E 'got signal|rror.*miglock' "$MLK_LOG" | grep -v "Can't open shared library" || true)" ''
files_in_root >after
is 'no file is left' "$(diff before after)" ''
