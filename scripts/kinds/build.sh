#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything builds without a warning with gcc and with clang, and the CLI also against libmysqlclient.
# servers: none
set -euo pipefail
# shellcheck source=scripts/lib/roots.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/roots.sh"
# shellcheck source=scripts/lib/build.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/build.sh"
# shellcheck source=scripts/lib/results.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/results.sh"

# The tree is only read there; the build directory is scratch.
build_in_mysql_root() {
	local root scratch
	root=$(root_dir mysql-9.7)
	root_prepare mysql-9.7
	scratch_dir scratch
	in_root "$root" "$MLK_TOP:/mnt/tree:ro" "$scratch:/mnt/build" -- sh -ec '
		cmake -S /mnt/tree -B /mnt/build --preset release -DMIGLOCK_TESTS=OFF -DMIGLOCK_PLUGIN=OFF
		cmake --build /mnt/build
		file=$(find /mnt/build -type f -name miglock -perm -u+x)
		ldd "$file"
		ldd "$file" | grep -q libmysqlclient
		"$file" --version'
}

check 'gcc, no warnings' build_tree gcc release -DMIGLOCK_WERROR=ON -DCMAKE_C_COMPILER=gcc
check 'clang, no warnings' build_tree clang release -DMIGLOCK_WERROR=ON -DCMAKE_C_COMPILER=clang
check 'the CLI against libmysqlclient' build_in_mysql_root
finish
