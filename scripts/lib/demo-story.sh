# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What scripts/demo shows. It gets a running server (MLK_*, server_client) and the build (MLK_CLI).

demo_story() {
	demo_prepare
	demo_ghost
	demo_rails
	demo_end
}

heading() { printf '\n\033[1m%s\033[0m\n' "$*"; }
note() { printf '\n  > %s\n' "$@"; }
sql() {
	printf '\nmysql> %s\n' "$1"
	server_client -t -e "$1"
}

# The command as a reader would type it, and what its exit status says.
miglock() {
	local status=0
	printf '\n$ miglock %s\n' "$*"
	"$MLK_CLI" --defaults-file="$demo_options" "$@" </dev/null || status=$?
	if ((status)); then printf '(exit status %s)\n' "$status"; fi
}

json_member() { server_client -N -e "SELECT JSON_VALUE(miglock_status('$1'), '\$.$2')"; }

demo_prepare() {
	local dir
	scratch_dir dir
	demo_options=$dir/my.cnf
	printf '[client]\nhost=%s\nport=%s\nuser=%s\npassword=%s\n' "$MLK_HOST" "$MLK_PORT" "$MLK_USER" "$MLK_PASSWORD" >"$demo_options"
	chmod 600 "$demo_options"
	demo_pipe=$dir/pipe
	heading '1. Install the functions into a server (a private one, gone when this ends)'
	miglock install
	sql "SELECT VERSION() AS server, miglock_version() AS miglock"
}

# knex-migrator's own tables, as its process leaves them when it is killed in the middle of a migration.
demo_ghost() {
	local token
	server_client -e "
		CREATE DATABASE blog; USE blog;
		CREATE TABLE migrations_lock (lock_key VARCHAR(191) NOT NULL PRIMARY KEY, locked TINYINT(1) DEFAULT 0,
		  acquired_at DATETIME NULL, released_at DATETIME NULL);
		CREATE TABLE migrations (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(120) NOT NULL, version VARCHAR(70) NOT NULL,
		  currentVersion VARCHAR(255) NULL);
		INSERT INTO migrations_lock VALUES ('km01', 1, NOW() - INTERVAL 312 SECOND, NULL)"
	heading '2. A Ghost blog does not start: "Migration lock was never released or currently a migration is running."'
	sql "SELECT JSON_VALUE(miglock_status('ghost:blog'), '\$.verdict') AS verdict,
       JSON_VALUE(miglock_status('ghost:blog'), '\$.token') AS token"
	miglock status ghost:blog
	note 'abandoned, with the reasons. The time was stored without a zone, so it is given as a range, not guessed.' \
		'The token stands for exactly this lock. With another one nothing is released:'
	sql "SELECT JSON_VALUE(miglock_release('ghost:blog', '000000000000'), '\$.outcome') AS outcome"
	token=$(json_member ghost:blog token)
	sql "SELECT JSON_VALUE(miglock_release('ghost:blog', '$token'), '\$.outcome') AS outcome"
	sql "SELECT * FROM blog.migrations_lock"
}

# A session holds the lock and sleeps, as a Rails process does that hangs.
demo_rails() {
	local name id token
	server_client -e "CREATE DATABASE shop"
	heading '3. A deploy stops with ActiveRecord::ConcurrentMigrationError'
	name=$("$MLK_CLI" name rails shop)
	mkfifo "$demo_pipe"
	server_client shop <"$demo_pipe" >/dev/null &
	exec {demo_fd}>"$demo_pipe"
	printf "SELECT GET_LOCK('%s', 0);\n" "$name" >&"$demo_fd"
	until id=$(server_client -N -e "SELECT IS_USED_LOCK('$name')") && [[ $id != NULL ]]; do sleep 0.05; done
	sql "SELECT miglock_name('rails', 'shop') AS name, IS_USED_LOCK(miglock_name('rails', 'shop')) AS holder"
	miglock status
	note "The opaque name $name is recognised as Rails, schema shop; the holder has a program and a process id." \
		'Its connection is idle, and that proves nothing: Rails can hold the lock on a connection that sleeps.' \
		'So a release refuses, and says what would work:'
	token=$(json_member rails:shop token)
	miglock release rails:shop --token "$token" --yes
	note 'We know that this process hangs. With force, the KILL asks once more who holds the lock as it kills:'
	miglock release rails:shop --token "$token" --yes --force
	exec {demo_fd}>&-
}

demo_end() {
	heading '4. Afterwards'
	sql "SELECT target, verdict, held FROM miglock.locks"
	miglock release rails:shop --yes
	note 'A second release is safe: there is nothing left to do.' \
		'Each answer came with its reasons; each refusal said what would work; nothing was released that had changed meanwhile.' \
		'What miglock could not see it would have listed under blind_spots.'
	printf '\nThe server is stopped and its directory removed.\n'
}
