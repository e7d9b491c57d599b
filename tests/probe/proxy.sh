#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Behind a proxy it is the proxy that answers, whatever became of the client; the report says so.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin client proxy
proxy() { on_host proxy perl "$here/proxy.pl" 3306 "${NET_V4}1" "$MLK_PORT"; }
proxy >proxy.out 2>&1 &
CLIENT_PID[proxy]=$!
until_true 10 grep -q listening proxy.out || not_ok 'the proxy listens' "$(<proxy.out)"
raw_client behind client --host "$(net_address proxy)" --port 3306
take_lock behind held
contains 'the server sees the proxy' "$(root "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = ${CLIENT_ID[behind]}")" "$(net_address proxy):"
settings_own "${CLIENT_ID[behind]}"

net_hush client
document=$(probe "${CLIENT_ID[behind]}")
says 'the client is cut off, the proxy answers: alive' "$document" '$.peer' alive
contains 'the report says what answered' "$document" proxy
document=$(ask named:held)
is 'a status: idle' "$(field "$document" '$.verdict') $(field "$document" '$.holder.peer')" 'idle alive'
document=$(root "SELECT miglock_release('named:held', '$(token named:held)')")
says 'a release refuses' "$document" '$.outcome' refused
is 'settings after it' "$(settings "${CLIENT_ID[behind]}")" "$OWN_SETTINGS"

net_hush proxy
document=$(root "SELECT miglock_release('named:held', '$(token named:held)')")
is 'the proxy is cut off: released' "$(field "$document" '$.outcome') $(field "$document" '$.statement')" 'released null'
is 'the lock is free' "$(holder held)" NULL
