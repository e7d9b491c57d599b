# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What scripts/demo shows. It gets a running server (MLK_*, server_client) and the build (MLK_CLI, MLK_PLUGIN).

demo_story() {
	server_client -e "INSTALL SONAME 'miglock'; CREATE FUNCTION miglock_version RETURNS STRING SONAME 'miglock.so'"
	server_client -t -e 'SELECT VERSION() AS server, miglock_version() AS miglock'
}
