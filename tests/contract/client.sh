#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The contract holds over a client connection, by socket and by TCP.
set -euo pipefail
# shellcheck source=tests/contract/lib.sh
. "$MLK_TOP/tests/contract/lib.sh"

contract_prepare
contract_end "$("$MLK_BUILD/tests/contract/contract_client" || true)"
contract_end "$(MLK_CONTRACT_TCP=1 "$MLK_BUILD/tests/contract/contract_client" || true)"
