#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Installs the npm packages of package-lock.json once, outside the tree, and prints the directory that holds node_modules.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${MIGLOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/miglock}
digest=$(cat "$here/package.json" "$here/package-lock.json" | sha256sum)
dir=$cache/node-${digest:0:16}

if [[ -d $dir ]]; then
    printf '%s\n' "$dir"
    exit 0
fi

mkdir -p "$cache"
new=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$new"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$new/"

# No install scripts and no optional packages: sqlite3 would fetch or build a native library that nothing here uses.
if ! (cd "$new" && npm ci --ignore-scripts --omit=optional --no-audit --no-fund) >"$new/npm.log" 2>&1; then
    cat "$new/npm.log" >&2
    printf 'prepare.sh: npm ci failed\n' >&2
    exit 1
fi
chmod 755 "$new"

# Renamed only when complete. Another process may have been faster: then its copy is as good.
if ! mv -T "$new" "$dir" 2>/dev/null && [[ ! -d $dir/node_modules ]]; then
    printf 'prepare.sh: cannot make %s\n' "$dir" >&2
    exit 1
fi
printf '%s\n' "$dir"
