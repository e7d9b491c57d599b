#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Holders and releasers at full speed, with the recipe in use and with miglock.
# options: --max-connections=400
# mysql options: --innodb-fast-shutdown=2
# (a KILL QUERY of DDL at work, which the recipe by hand does too, can make MySQL abort at a usual shutdown: docs/servers.md)
# mariadb options: --performance-schema=ON --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON
set -euo pipefail
# shellcheck source=tests/rights/lib.sh
. "$MLK_TOP/tests/rights/lib.sh"

install_miglock
"$MLK_BUILD/tests/race/race"
