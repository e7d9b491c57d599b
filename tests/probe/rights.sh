#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Who may not see a session learns nothing of its client, not even that it is there.
# options: --bind-address=* --skip-name-resolve --log-bin-trust-function-creators=ON
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin there
root "CREATE USER u_none@localhost; CREATE USER u_process@localhost; GRANT PROCESS ON *.* TO u_process@localhost;
	CREATE USER u_calls@localhost; CREATE DATABASE ops; GRANT EXECUTE ON ops.* TO u_calls@localhost;
	GRANT EXECUTE ON ops.* TO u_process@localhost;
	CREATE DEFINER = u_process@localhost FUNCTION ops.asks(id BIGINT) RETURNS TEXT NOT DETERMINISTIC READS SQL DATA
		SQL SECURITY DEFINER RETURN JSON_UNQUOTE(JSON_EXTRACT(miglock_probe(id), '\$.peer'));
	CREATE DEFINER = u_process@localhost FUNCTION ops.asks_as_caller(id BIGINT) RETURNS TEXT NOT DETERMINISTIC READS SQL DATA
		SQL SECURITY INVOKER RETURN JSON_UNQUOTE(JSON_EXTRACT(miglock_probe(id), '\$.peer'))"
net_client there there 4
take_lock there held
settings_own "${CLIENT_ID[there]}"
id=${CLIENT_ID[there]}
peer="SELECT JSON_UNQUOTE(JSON_EXTRACT(miglock_probe($id), '\$.peer'))"

# Without the number, the answer is that for a connection that does not exist.
nameless() { sed "s/\b$1\b/N/g; s/ at line [0-9]*//"; }
none=$(as u_none "SELECT miglock_probe(4000000000)" | nameless 4000000000)
matches 'no such connection: an error' "$none" '^ERROR '
for user in u_none u_calls; do
	is "$user: the same for one that it may not see" "$(as "$user" "SELECT miglock_probe($id)" | nameless "$id")" "$none"
done
is 'a lent right that is not lent' "$(as u_calls "SELECT ops.asks_as_caller($id)" | nameless "$id")" \
	"$(as u_calls 'SELECT ops.asks_as_caller(4000000000)' | nameless 4000000000)"
document=$(as u_none "SELECT miglock_status('named:held', 'probe')")
says 'a status does not tell it either' "$document" '$.holder.peer' unknown
lacks 'nor its address' "$document" "$(net_address there)"
is 'a question was put to nobody' "$(settings "$id")" "$OWN_SETTINGS"

is 'PROCESS: may ask' "$(as u_process "$peer")" alive
is 'the same account from another connection: may ask' "$(as net "$peer" --protocol=TCP --host="${NET_V4}1" --port="$MLK_PORT")" alive
is 'a DEFINER routine lends its right' "$(as u_calls "SELECT ops.asks($id)")" alive

# Asking is not killing: without the right to kill, the lock of a client that is gone comes free all the same.
net_hush there
document=$(as u_process "SELECT miglock_release('named:held', '$(token named:held)')")
is 'PROCESS without the right to kill: released' "$(field "$document" '$.outcome') $(field "$document" '$.statement')" 'released null'
