#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A client that is stopped answers by its kernel: alive, and its lock is not given away.
# options: --bind-address=* --skip-name-resolve
set -euo pipefail
# shellcheck source=tests/probe/lib.sh
. "$MLK_TOP/tests/probe/lib.sh"

probe_begin there
net_client stopped there 4
take_lock stopped held
settings_own "${CLIENT_ID[stopped]}"
kill -STOP "${CLIENT_PID[stopped]}"
is 'the process is stopped' "$(ps -o state= -p "${CLIENT_PID[stopped]}")" T

document=$(probe "${CLIENT_ID[stopped]}")
says 'a probe: alive' "$document" '$.peer' alive
is 'settings after it' "$(settings "${CLIENT_ID[stopped]}")" "$OWN_SETTINGS"
document=$(ask named:held)
is 'a status: idle' "$(field "$document" '$.verdict') $(field "$document" '$.holder.peer')" 'idle alive'
document=$(root "SELECT miglock_release('named:held', '$(token named:held)')")
says 'a release refuses' "$document" '$.outcome' refused
kill -CONT "${CLIENT_PID[stopped]}"
is 'the session goes on with its lock' "$(session stopped "SELECT RELEASE_LOCK('held')")" 1
