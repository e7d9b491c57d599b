#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# --ghost DIR: a Ghost site's own configuration says where its server is, and which lock is meant.
set -euo pipefail
# shellcheck source=tests/cli/lib/connection.sh
. "$MLK_TOP/tests/cli/lib/connection.sh"

root "CREATE USER blogger@'%' IDENTIFIED WITH mysql_native_password BY 'Secret'" 2>/dev/null ||
	root "CREATE USER blogger@'%' IDENTIFIED BY 'Secret'"
root "GRANT ALL ON blog.* TO blogger@'%'; GRANT ALL ON other.* TO blogger@'%'"
lock_table blog
lock_table other
root "CREATE USER blogger@localhost IDENTIFIED BY 'Secret'; GRANT ALL ON blog.* TO blogger@localhost; GRANT ALL ON other.* TO blogger@localhost"

mkdir site
# config MEMBERS [FILE]: a configuration with these members of database.connection.
config() {
	printf '{ "url": "https://example.com", "database": { "client": "mysql", "connection": { %s } }, "mail": {} }\n' "$1" \
		>"site/config.${2:-production}.json"
}
place="\"host\": \"$MLK_HOST\", \"port\": $MLK_PORT, \"charset\": \"utf8mb4\""
account='"user": "blogger", "password": "Secret"'
# What the login of MySQL's default plugin needs without TLS; its driver fetches the key by itself too.
key=--get-server-public-key
wrong=(--no-defaults "$key" --ghost=site)

config "$place, $account, \"database\": \"blog\""
printf '[client]\nuser=nobody\npassword=wrong\nhost=nowhere.invalid\n' >wrong.cnf
export DATABASE_URL=mysql://nobody:wrong@nowhere.invalid/x
bare "${wrong[@]}" status
code_is 'status of the site' 0
out_has 'status of the site is its lock in full' 'ghost:blog' 'token'
bare --defaults-file=wrong.cnf "$key" --ghost site status --json
code_is 'it beats option files and DATABASE_URL' 0
facts <<-'END'
	its lock only :: d.length === 1 && r.target === 'ghost:blog' && r.held === true
END
unset DATABASE_URL
bare "${wrong[@]}" --verbose status
err_has '--verbose says which' 'the target is ghost:blog (site/config.production.json)'
bare "${wrong[@]}" status ghost:other
out_has 'a target that is given is that one' 'ghost:other'
bare "${wrong[@]}" status --user="$MLK_USER" --password="$MLK_PASSWORD"
code_is 'the command line beats it' 0
bare "${wrong[@]}" tools
code_is 'a command without a target' 0
bare "${wrong[@]}" probe
code_is 'a command with another argument still needs it' 2
bare --ghost=site/nowhere --help status
code_is '--help reads nothing' 0

bare "${wrong[@]}" release --dry-run
out_has 'release without a target' 'ghost:blog'
is 'a dry run releases nothing' "$(flag blog)" 1
bare "${wrong[@]}" release --force --yes
code_is 'release of the site' 0
is 'it is released' "$(flag blog)" 0
is 'the other is not' "$(flag other)" 1
take blog

# The environment, as Ghost reads it.
database__connection__database=other bare "${wrong[@]}" status
out_has 'a variable beats the file' 'ghost:other'
database__connection__password=wrong bare "${wrong[@]}" status
code_is 'a password too' 1
config "$place, $account, \"database\": \"other\"" staging
NODE_ENV=staging bare "${wrong[@]}" status
out_has 'NODE_ENV names the file' 'ghost:other'
mkdir empty
database__connection__host=$MLK_HOST database__connection__port=$MLK_PORT database__connection__user=blogger \
	database__connection__password=Secret database__connection__database=blog \
	bare --no-defaults "$key" --ghost=empty status
code_is 'all of it in the environment, and no file' 0
out_has 'all of it in the environment, and no file: answered' 'ghost:blog'

config "\"socketPath\": \"$MLK_SOCKET\", $account, \"database\": \"blog\""
bare "${wrong[@]}" status
code_is 'a socketPath' 0
config "\"host\": \"localhost\", \"port\": \"$MLK_PORT\", $account, \"database\": \"blog\""
bare "${wrong[@]}" status
code_is 'localhost means TCP for node, and the port may be a text' 0
MYSQL_TCP_PORT=1 MYSQL_HOST=nowhere.invalid bare "${wrong[@]}" status
code_is 'what it says beats the environment of the clients' 0

# Bad moments.
# refused WHAT PART: with what is in site/config.production.json.
refused() {
	stays_out "$1" 2 "$2" "${wrong[@]}" release --force --yes
	is "$1: no password is shown" "$(cat out err | grep -c Secret)" 0
}
config "$place, $account"
refused 'no database' 'names no database.connection.database'
config "$place, $account, \"database\": \"blog\", \"port\": 70000"
sed -i "s/\"port\": $MLK_PORT, //" site/config.production.json
refused 'a port that is none' 'config.production.json: port must be a number'
config "$place, $account, \"database\": \"blog\", \"ssl\": \"Amazon RDS\""
refused 'TLS that is not understood' 'ssl is neither true nor false nor an object'
printf '{ "database": { "connection": { "password": "Secret" } }' >site/config.production.json
refused 'half of a file' 'it is not JSON'
printf 'module.exports = { password: "Secret" }' >site/config.production.json
refused 'a script' 'it is not JSON'
printf '[]' >site/config.production.json
refused 'a list' 'it is not JSON, as'
printf '{ "database": [] }' >site/config.production.json
refused 'another type' 'names no database'
: >site/config.production.json
refused 'an empty file' 'it is not JSON'
head -c 1100000 /dev/zero >site/config.production.json
refused 'a large file' 'File too large'
printf '{ "database": { "client": "sqlite3", "connection": { "filename": "x" } } }' >site/config.production.json
refused 'SQLite' 'SQLite'
rm site/config.production.json
refused 'no file' "cannot read Ghost's configuration site/config.production.json: No such file"
mkdir site/config.production.json
refused 'a directory' 'Is a directory'
stays_out 'no site' 2 'nowhere/config.production.json' --no-defaults --ghost=nowhere release --force --yes
bare --no-defaults --ghost=site --json status
facts <<-'END'
	a failure is a document with --json :: d.error.code === 'usage' && d.error.message.includes('Is a directory')
END
is 'nothing was released' "$(flag blog)$(flag other)" 11
