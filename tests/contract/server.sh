#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The contract holds inside the server, for an account that has its own tables and no more.
set -euo pipefail
# shellcheck source=tests/contract/lib.sh
. "$MLK_TOP/tests/contract/lib.sh"

plugin_dir=$(server_client --batch --skip-column-names -e 'SELECT @@plugin_dir')
cp -- "$MLK_BUILD/plugin/miglock_contract.so" "$plugin_dir/"
contract_prepare
if [[ $MLK_SERVER == mysql ]]; then
	server_client -e "INSTALL COMPONENT 'file://miglock_contract'"
else
	server_client -e "INSTALL SONAME 'miglock_contract'; CREATE FUNCTION miglock_contract RETURNS STRING SONAME 'miglock_contract.so'"
fi
contract_end "$(server_client --user=mlk_contract --password=contract --batch --raw --skip-column-names \
	-e 'SELECT miglock_contract()' 2>&1 || true)"
