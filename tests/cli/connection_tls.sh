#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# TLS: as much as was asked for, or no connection; where the two sides do not agree, one line says so.
set -euo pipefail
# shellcheck source=tests/cli/lib/connection.sh
. "$MLK_TOP/tests/cli/lib/connection.sh"

# authority NAME, certificate NAME AUTHORITY
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>/dev/null
}
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 -out "$1.pem" \
		-extfile <(printf 'subjectAltName=DNS:localhost') 2>/dev/null
}
authority good
authority other
certificate server good
certificate client good

# The server sees little of this machine's files: this way leads to them.
here=/proc/$$/root$PWD
plain=$MLK_SERVER
server_start "$plain" tls --ssl-ca="$here/good.pem" --ssl-cert="$here/server.pem" --ssl-key="$here/server.key"
by_tcp=(--no-defaults --host="$MLK_HOST" --port="$MLK_PORT" "${me[@]}")
root "CREATE USER strict@'%' IDENTIFIED BY 'x' REQUIRE SSL; GRANT ALL ON *.* TO strict@'%'"

# Whether this miglock uses MySQL's client library.
of_mysql() { [[ $("$MLK_CLI" version) == *libmysqlclient* ]]; }

# enciphered WHAT ARGUMENTS...: it gets in, as an account that must have TLS.
enciphered() {
	local what=$1
	shift
	gets_in "$what" "$@" --user=strict --password=x status
}
enciphered 'REQUIRED' "${by_tcp[@]}" --ssl-mode=REQUIRED
enciphered 'required in small letters, as --ssl' "${by_tcp[@]}" --ssl
enciphered 'VERIFY_CA with the right one' "${by_tcp[@]}" --ssl-mode=VERIFY_CA --ssl-ca=good.pem
enciphered 'a CA by itself verifies' "${by_tcp[@]}" --ssl-ca=good.pem
enciphered 'VERIFY_IDENTITY with the right name' "${by_tcp[@]}" --host=localhost --protocol=tcp --ssl-mode=VERIFY_IDENTITY --ssl-ca=good.pem
enciphered 'a version that both know' "${by_tcp[@]}" --ssl-mode=REQUIRED --tls-version=TLSv1.2
enciphered 'a certificate of the client' "${by_tcp[@]}" --ssl-mode=REQUIRED --ssl-cert=client.pem --ssl-key=client.key
enciphered 'in a URL' --no-defaults --url="mysql://strict:x@127.0.0.1:$MLK_PORT/?sslmode=verify-ca&sslca=$PWD/good.pem"
enciphered 'in a URL as JSON' --no-defaults --url="mysql://strict:x@127.0.0.1:$MLK_PORT/?ssl={\"rejectUnauthorized\":false}"
gets_in 'without TLS' "${by_tcp[@]}" --get-server-public-key --ssl-mode=DISABLED status
gets_in 'the command line beats a file' --defaults-file=<(printf '[client]\nssl-mode=VERIFY_IDENTITY\nssl-ca=%s/other.pem\n' "$PWD") \
	"${by_tcp[@]:1}" --get-server-public-key --skip-ssl status

print=$(openssl x509 -in server.pem -noout -fingerprint -sha1)
if ! of_mysql; then enciphered 'a fingerprint' "${by_tcp[@]}" --ssl --ssl-fp="${print#*=}"; fi

mkdir site
printf '{"database": {"client": "mysql", "connection": {"host": "127.0.0.1", "port": %s, "user": "strict", "password": "x", "database": "blog",
	"ssl": {"ca": %s}}}}' "$MLK_PORT" "$(node -p 'JSON.stringify(require("fs").readFileSync("good.pem", "utf8"))')" >site/config.production.json
root 'CREATE DATABASE blog'
bare --no-defaults --ghost=site status blog
code_is "Ghost's certificate is a text" 0
sed -i "s|\"ca\": \"[^\"]*\"|\"ca\": \"$PWD/other.pem\"|" site/config.production.json
stays_out "another authority in Ghost's configuration" 1 'cannot connect' --no-defaults --ghost=site status blog

lock_table bad
take_bad=(release ghost:bad --force --yes)
stays_out 'another authority' 1 'TLS' "${by_tcp[@]}" --ssl-mode=VERIFY_CA --ssl-ca=other.pem "${take_bad[@]}"
err_has 'what to do' '--ssl-ca FILE names whom to trust'
stays_out 'a name that is not in the certificate' 1 'cannot connect' "${by_tcp[@]}" --ssl-mode=VERIFY_IDENTITY --ssl-ca=good.pem "${take_bad[@]}"
stays_out 'an authority that is not there' 1 'cannot connect' "${by_tcp[@]}" --ssl-ca=nowhere.pem "${take_bad[@]}"
stays_out 'an account that must have TLS' 1 'cannot connect' --no-defaults --host="$MLK_HOST" --port="$MLK_PORT" --user=strict --password=x --skip-ssl "${take_bad[@]}"
stays_out 'a mode that does not exist' 2 'ssl-mode must be' "${by_tcp[@]}" --ssl-mode=SOMETIMES "${take_bad[@]}"

# What only one of the two client libraries can do is refused by the other, not left out.
if of_mysql; then
	foreign=(--ssl-fp=AA --ssl-fplist=x)
else
	foreign=(--tls-ciphersuites=TLS_AES_128_GCM_SHA256 --ssl-fips-mode=ON --tls-sni-servername=x)
	stays_out 'the fingerprint of another' 1 'cannot connect' "${by_tcp[@]}" --ssl --ssl-fp="00${print#*=??}" "${take_bad[@]}"
fi
for option in "${foreign[@]}"; do
	name=${option#--}
	stays_out "$option" 1 "cannot do ${name%%[-=]*}" "${by_tcp[@]}" "$option" "${take_bad[@]}"
done
is 'nothing was released' "$(flag bad)" 1

# A server without TLS.
server_stop tls
off=(--skip-ssl)
if ! is_mariadb; then off=(--tls-version=); fi
server_start "$plain" none "${off[@]}"
lock_table bad
by_tcp=(--no-defaults --host="$MLK_HOST" --port="$MLK_PORT" "${me[@]}" --get-server-public-key)
stays_out 'TLS from a server that has none' 1 'cannot connect' "${by_tcp[@]}" --ssl-mode=REQUIRED "${take_bad[@]}"
err_has 'TLS from a server that has none: what to do' '--ssl-mode says how much'
stays_out 'VERIFY_CA from a server that has none' 1 'cannot connect' "${by_tcp[@]}" --ssl-mode=VERIFY_CA --ssl-ca=good.pem "${take_bad[@]}"
is 'nothing was released there' "$(flag bad)" 1

# A server that says that it has none is not told the account's name, and no password: at most goodbye, which has 5 bytes. It
# says so in two parts, or at once.
node -e "
	const greeting = Buffer.concat([Buffer.from([10]), Buffer.from('9.7.0\\0'), Buffer.from([1, 0, 0, 0]), Buffer.from('12345678\\0'),
		Buffer.from([0xff, 0xf7, 0xff, 2, 0, 0xff, 0xdf, 21]), Buffer.alloc(10), Buffer.from('123456789012\\0caching_sha2_password\\0')]);
	const packet = Buffer.concat([Buffer.from([greeting.length, 0, 0, 0]), greeting]);
	let count = 0;
	require('net').createServer((s) => {
		let n = 0;
		s.on('data', (d) => { n += d.length; });
		s.on('error', () => {});
		s.on('close', () => console.log('got', n));
		s.write(packet.subarray(0, 10));
		setTimeout(() => s.write(packet.subarray(10)), count++ % 2 * 100);
	}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
" >bare.log &
fake=$!
on_exit 'kill "$fake" 2>/dev/null'
until_true 20 test -s bare.log
by_fake=(--no-defaults --host=127.0.0.1 --port="$(head -n 1 bare.log)" "${me[@]}")
modes=(REQUIRED REQUIRED REQUIRED VERIFY_CA VERIFY_CA VERIFY_IDENTITY)
for mode in "${modes[@]}"; do
	stays_out "$mode, and no TLS" 1 'cannot connect' "${by_fake[@]}" --ssl-mode="$mode" --ssl-ca=good.pem "${take_bad[@]}"
done
got() { (($(grep -c got bare.log) == ${#modes[@]})); }
if until_true 20 got; then ok 'all of them came'; else not_ok 'all of them came' "$(<bare.log)"; fi
is 'it got nothing' "$(grep got bare.log | grep -cvx -e 'got 0' -e 'got 5')" 0
kill "$fake"

# Nor does one that says nothing hold it up.
node -e "
	require('net').createServer(() => {}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
" >mute.port &
mute=$!
on_exit 'kill "$mute" 2>/dev/null'
until_true 20 test -s mute.port
start=$SECONDS
stays_out 'TLS from a server that says nothing' 1 'cannot connect' --no-defaults --host=127.0.0.1 --port="$(<mute.port)" --connect-timeout=2 \
	--ssl-mode=REQUIRED "${me[@]}" status
if ((SECONDS - start < 20)); then ok 'it gave up in time'; else not_ok 'it gave up in time' "$((SECONDS - start)) s"; fi
kill "$mute"
