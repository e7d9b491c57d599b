#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Debian packages: what is in them, and their way into a server and out of it, in throw-away copies of the servers' roots.
# servers: mariadb mysql mariadb11
set -euo pipefail
# shellcheck source=scripts/lib/run-files.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/run-files.sh"

# Whatever git has or would add, as a clone has it: a build that needs more fails.
tree_copy() {
	git -C "$MLK_TOP" -c safe.directory="$MLK_TOP" ls-files -coz --exclude-standard |
		(cd -- "$MLK_TOP" && while IFS= read -rd '' file; do if [[ -e $file ]]; then printf '%s\0' "$file"; fi; done) |
		tar -C "$MLK_TOP" --null -T - --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf -
}

# Built once for all servers: MLK_DEBS, exported, has them in it and MLK_TREE the tree they came from, until this shell ends.
packages_build() {
	local dir fd scratch digest
	dir=$(build_dir package)
	mkdir -p "$dir"
	exec {fd}>"$dir.lock"
	flock "$fd"
	scratch_dir scratch
	mkdir "$scratch/tree" "$scratch/debs"
	tree_copy >"$scratch/tree.tar"
	digest=$(sha256sum <"$scratch/tree.tar")
	tar -C "$scratch/tree" -xf "$scratch/tree.tar"
	if [[ $(cat "$dir/digest" 2>/dev/null) != "$digest" ]]; then
		rm -rf -- "$dir"/*.deb "$dir/digest" "$dir"/other-*
		"$scratch/tree/scripts/package" "$dir" || return 1
		printf '%s\n' "$digest" >"$dir/digest"
	fi
	cp -- "$dir"/*.deb "$scratch/debs/"
	exec {fd}>&-
	export MLK_DEBS=$scratch/debs MLK_TREE=$scratch/tree MLK_REAL_CACHE=$MLK_CACHE MLK_DEBS_KEPT=$dir/other-${digest:0:12}
}

# In a mount namespace of its own: what a file mounts is gone when it ends.
package_file() {
	local file=$1 server=$2 what log dir status=0 servers
	what=$(basename -- "$file" .sh)
	if [[ -n ${MLK_FILES:-} && " $MLK_FILES " != *" $what "* ]]; then return 0; fi
	servers=$(file_header "$file" servers)
	if [[ -n $servers && " $servers " != *" $server "* ]]; then return 0; fi
	log=$(log_file "$what")
	scratch_dir dir
	(
		cd -- "$dir" || exit
		exec setpriv --pdeathsig TERM env --default-signal=INT,QUIT \
			timeout --kill-after=10 "${MLK_FILE_TIMEOUT:-300}" \
			unshare --mount --propagation private "$file" "$server"
	) >"$log" 2>&1 </dev/null &
	wait $! || status=$?
	file_result "$what" "$log" "$status"
	rm -rf --one-file-system -- "$dir"
}

root_prepare "$(server_root "$1")"
check 'a clean copy of the tree makes them' packages_build
[[ -n ${MLK_DEBS:-} ]] || finish
export MLK_TOP
for file in "$MLK_TOP"/tests/package/*.sh; do
	[[ $file == */lib.sh ]] || package_file "$file" "$1"
done
finish
