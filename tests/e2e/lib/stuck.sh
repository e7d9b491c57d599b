# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# One stuck lock of every tool, each in a schema of its own, made without any help of miglock.
#
#   stuck_tables            the schemas, the lock tables and an application's table beside each
#   stuck_rows              what a killed tool leaves in them
#   stuck_names             a client for each named lock, idle; sets STUCK_HOLDER[target]
#   stuck_names_end         ends these clients
#   stuck_targets [computed]  the targets that miglock should show, sorted; computed: without those that only a list of all
#                           locks shows
#   stuck_held              the targets that are held, sorted, by what the server itself says

# TOOL|TARGET|timeout that the tool gives GET_LOCK|its name, as SQL. Numbers are worked examples made with the tools' own code (Rails
# was run); spirit's digits are those of `printf billinginvoices | sha1sum` and `printf 'ledger\0spirit-atomic-multi-table' | sha1sum`.
STUCK_NAMED=(
	"rails|rails:blog_production|0|'1831787705280969765'"
	"ghost-session|ghost-session:news|30|'km_migration_news'"
	"liquibase-sessionlock|liquibase-sessionlock:spinnaker|5|'SPINNAKER.DATABASECHANGELOGLOCK'"
	"flyway|flyway:app|10|'Flyway--320650056'"
	"golang-migrate|golang-migrate:shop_production|10|'3604992570'"
	"grafana|grafana:grafana|0|'4004004031'"
	"sqlx|sqlx:ghost|-1|'cb920a22c2105e'"
	"prisma|prisma:|10|'prisma_migrate'"
	"sqitch|sqitch:flipr|0|'sqitch working on flipr'"
	"sqitch-old|sqitch-old:|0|'sqitch working'"
	"ecto|ecto:MyApp.Repo|-1|'ecto_MyApp.Repo'"
	"efcore-pomelo|efcore-pomelo:orders|259200|'__orders_EFMigrationsLock'"
	"efcore-oracle|efcore-oracle:|-1|'__EFMigrationsLock'"
	"atlas|atlas:|10|'atlas_migrate_execute'"
	"atlas-diff|atlas-diff:|10|'atlas_migrate_diff'"
	"atlas-lint|atlas-lint:|0|'atlas_lint'"
	"evolve|evolve:|0|'Evolve'"
	"kysely|kysely:|3600|'ea586330-2c93-47c8-908d-981d9d270f9d'"
	"airflow|airflow:|1800|'airflow_MIGRATIONS'"
	"mage|mage:|1800|'mage_MIGRATIONS'"
	"gh-ost|gh-ost:web/users|0|'gh-ost::web.users'"
	"gh-ost-cutover|gh-ost-cutover:1562|0|'gh-ost.1562.lock'"
	"spirit|spirit:billing/invoices|0|'billing.invoices-a40c1165'"
	"spirit-multi|spirit-multi:ledger|0|'ledger.atomic-multi-table-988ac8cd'"
	"skeema|skeema:|1|'skeema._skeema_tmp'"
)

# Their names hold what no schema tells: a table, a module, a connection.
STUCK_LISTED_ONLY=' ecto gh-ost gh-ost-cutover spirit '

# TOOL|TARGET|TABLE|what is 1 while it is held, as SQL.
STUCK_ROWS=(
	"ghost|ghost:blog|blog.migrations_lock|SELECT locked FROM blog.migrations_lock WHERE lock_key = 'km01'"
	"knex|knex:api|api.knex_migrations_lock|SELECT is_locked FROM api.knex_migrations_lock"
	"liquibase|liquibase:accounts|accounts.DATABASECHANGELOGLOCK|SELECT LOCKED FROM accounts.DATABASECHANGELOGLOCK WHERE ID = 1"
	"liquibase|liquibase:metabase|metabase.DATABASECHANGELOGLOCK|SELECT LOCKED + 0 FROM metabase.DATABASECHANGELOGLOCK WHERE ID = 1"
	"msr|msr:tenants|tenants.migration_locks|SELECT COUNT(*) FROM tenants.migration_locks"
	"bun|bun:payments|payments.bun_migration_locks|SELECT COUNT(*) FROM payments.bun_migration_locks"
	"yoyo|yoyo:reports|reports.yoyo_lock|SELECT COUNT(*) FROM reports.yoyo_lock"
	"morph|morph:chat|chat.db_lock|SELECT COUNT(*) FROM chat.db_lock"
	"laravel|laravel:crm|crm.cache_locks|SELECT COUNT(*) FROM crm.cache_locks WHERE \`key\` = 'crm-cache-framework/command-migrate'"
)

declare -A STUCK_HOLDER=() STUCK_INPUT=() STUCK_PID=()
STUCK_SQL=
# For the tests.
STUCK_MSR_OWNER=build-7-4999999-0b6dff1e-95b7-4e52-a9be-2f6c1e0a7d43
export STUCK_MSR_OWNER

# Of every entry: the schemas, without those of server-wide locks.
stuck_schemas() {
	local entry target
	for entry in "${STUCK_NAMED[@]}" "${STUCK_ROWS[@]}"; do
		IFS='|' read -r _ target _ <<<"$entry"
		target=${target#*:}
		if [[ $target && $target != *[!a-z_/]* ]]; then printf '%s\n' "${target%%/*}"; fi
	done
}

# The tables as the tools make them. `users` stands for what is migrated.
stuck_tables() {
	local schema sql='' tiny=TINYINT
	for schema in $(stuck_schemas); do
		sql+="CREATE DATABASE \`$schema\`; CREATE TABLE \`$schema\`.users (id INT PRIMARY KEY);"
	done
	# The type of Liquibase 4.26 to 5.0.3; metabase has that of Liquibase up to 4.23.
	if is_mariadb; then tiny='TINYINT(1)'; fi
	root "$sql"
	root "
	CREATE TABLE blog.migrations (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(120) NOT NULL,
		version VARCHAR(70) NOT NULL, currentVersion VARCHAR(255));
	CREATE TABLE blog.migrations_lock (lock_key VARCHAR(191) NOT NULL PRIMARY KEY, locked TINYINT(1) DEFAULT 0,
		acquired_at DATETIME NULL, released_at DATETIME NULL);
	CREATE TABLE api.knex_migrations (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), batch INT,
		migration_time TIMESTAMP NULL);
	CREATE TABLE api.knex_migrations_lock (\`index\` INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, is_locked INT);
	CREATE TABLE accounts.DATABASECHANGELOGLOCK (ID INT NOT NULL, LOCKED $tiny NOT NULL, LOCKGRANTED DATETIME NULL,
		LOCKEDBY VARCHAR(255) NULL, CONSTRAINT PK_DATABASECHANGELOGLOCK PRIMARY KEY (ID));
	CREATE TABLE metabase.DATABASECHANGELOGLOCK (ID INT NOT NULL, LOCKED BIT(1) NOT NULL, LOCKGRANTED DATETIME NULL,
		LOCKEDBY VARCHAR(255) NULL, CONSTRAINT PK_DATABASECHANGELOGLOCK PRIMARY KEY (ID));
	CREATE TABLE tenants.migration_locks (id INT AUTO_INCREMENT PRIMARY KEY, executor_id VARCHAR(255) NOT NULL UNIQUE,
		locked_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP NULL, KEY (expires_at));
	CREATE TABLE payments.bun_migration_locks (id BIGINT NOT NULL AUTO_INCREMENT, table_name VARCHAR(255), PRIMARY KEY (id),
		UNIQUE (table_name));
	CREATE TABLE reports.yoyo_lock (locked INT DEFAULT 1, ctime TIMESTAMP, pid INT NOT NULL, PRIMARY KEY (locked));
	CREATE TABLE chat.db_lock (Id VARCHAR(64) PRIMARY KEY, ExpireAt BIGINT) ENGINE = InnoDB;
	CREATE TABLE crm.cache (\`key\` VARCHAR(255) PRIMARY KEY, value MEDIUMTEXT NOT NULL, expiration INT NOT NULL);
	CREATE TABLE crm.cache_locks (\`key\` VARCHAR(255) PRIMARY KEY, owner VARCHAR(255) NOT NULL, expiration INT NOT NULL)"
}

# Taken at this moment, so no row is older than the server. The locks of something else in Laravel's table stay.
stuck_rows() {
	root "
	REPLACE INTO blog.migrations_lock VALUES ('km01', 1, NOW(), NULL);
	REPLACE INTO api.knex_migrations_lock VALUES (1, 1);
	REPLACE INTO accounts.DATABASECHANGELOGLOCK VALUES (1, 1, NOW(), 'web-1 (10.0.0.7)');
	REPLACE INTO metabase.DATABASECHANGELOGLOCK VALUES (1, 1, NOW(), 'b3f1c09d7e55 (172.17.0.4)');
	REPLACE INTO tenants.migration_locks VALUES (1, '$STUCK_MSR_OWNER', NOW(), NOW() + INTERVAL 10 MINUTE);
	REPLACE INTO payments.bun_migration_locks VALUES (1, 'bun_migrations');
	-- a number that no kernel gives to a process: the test's own client could have any other
	REPLACE INTO reports.yoyo_lock VALUES (1, UTC_TIMESTAMP(), 4999999);
	REPLACE INTO chat.db_lock VALUES ('db-lock-key', UNIX_TIMESTAMP() + 15);
	REPLACE INTO crm.cache_locks VALUES ('crm-cache-framework/command-migrate', 'cJ1FqkWt0vQyVnDE', UNIX_TIMESTAMP() + 3600),
		('crm-cache-import-prices', 'M2x0tLrVb9QeYwAz', UNIX_TIMESTAMP() + 60)"
}

# Each in a mysql client of its own that does nothing more. MariaDB takes no lock with a timeout below 0, so there it is 0.
stuck_names() {
	local entry target timeout name fd
	for entry in "${STUCK_NAMED[@]}"; do
		IFS='|' read -r _ target timeout name <<<"$entry"
		if is_mariadb && [[ $timeout == -* ]]; then timeout=0; fi
		rm -f -- holder.in
		mkfifo holder.in
		: >"holder.${target//\//.}"
		server_client --user=root -N -B --unbuffered <holder.in >"holder.${target//\//.}" 2>&1 &
		STUCK_PID[$target]=$!
		exec {fd}>holder.in
		STUCK_INPUT[$target]=$fd
		printf 'SELECT CONNECTION_ID() FROM (SELECT GET_LOCK(%s, %s) AS g) AS t WHERE g = 1;\n' "$name" "$timeout" >&"$fd"
	done
	for target in "${!STUCK_INPUT[@]}"; do
		until_true 60 test -s "holder.${target//\//.}" || die "$target: no answer"
		STUCK_HOLDER[$target]=$(<"holder.${target//\//.}")
		[[ ${STUCK_HOLDER[$target]} =~ ^[0-9]+$ ]] || die "$target is not held: ${STUCK_HOLDER[$target]}"
	done
}

stuck_names_end() {
	local target fd
	for target in "${!STUCK_INPUT[@]}"; do
		fd=${STUCK_INPUT[$target]}
		exec {fd}>&-
	done
	wait "${STUCK_PID[@]}" 2>/dev/null || true # one that was killed ends with an error
	STUCK_INPUT=() STUCK_PID=() STUCK_HOLDER=()
}

# As miglock spells it: MySQL keeps names in lower case, so what is read off a name is in lower case too. Sets spelled.
stuck_spell() {
	spelled=$1
	if [[ $1 == ecto:* ]] && ! is_mariadb; then spelled=${1,,}; fi
}

stuck_targets() {
	local entry tool target spelled
	for entry in "${STUCK_NAMED[@]}" "${STUCK_ROWS[@]}"; do
		IFS='|' read -r tool target _ <<<"$entry"
		if [[ ${1:-} == computed && $STUCK_LISTED_ONLY == *" $tool "* ]]; then continue; fi
		stuck_spell "$target"
		printf '%s\n' "$spelled"
	done | LC_ALL=C sort
}

stuck_held() {
	if [[ -z $STUCK_SQL ]]; then stuck_sql; fi
	root "$STUCK_SQL" | LC_ALL=C sort
}

stuck_sql() {
	local entry target held spelled parts=()
	for entry in "${STUCK_NAMED[@]}"; do
		IFS='|' read -r _ target _ held <<<"$entry"
		stuck_spell "$target"
		parts+=("SELECT '$spelled' AS t, IS_USED_LOCK($held) IS NOT NULL AS held")
	done
	for entry in "${STUCK_ROWS[@]}"; do
		IFS='|' read -r _ target _ held <<<"$entry"
		parts+=("SELECT '$target', COALESCE(($held), 0)")
	done
	STUCK_SQL="SELECT t FROM ($(printf '%s UNION ALL ' "${parts[@]:0:${#parts[@]}-1}")${parts[-1]}) AS a WHERE held = 1"
}
