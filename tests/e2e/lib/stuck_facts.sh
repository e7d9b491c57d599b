# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What miglock should say of the locks in stuck.sh, each for itself.
#
#   read_tokens FILE                 of a list of all locks; sets TOKEN[target]
#   these_are_all WHAT FILE TARGETS  what is held in that list
#   each_is_right FILE               every member that a tool's lock fills

# shellcheck disable=SC2034 # for the tests
declare -A TOKEN=()

read_tokens() {
	local target token
	TOKEN=()
	while read -r token target; do TOKEN[$target]=$token; done < <(value 'd.map(l => `${l.token} ${l.target}`).join("\n")' "$1")
}

these_are_all() {
	# shellcheck disable=SC2154 # mark: tests/cli/lib.sh
	is "$mark$1" "$(value 'd.filter(l => l.held).map(l => l.target).join("\n")' "$2" | LC_ALL=C sort)" "$3"
}

# about TARGET <<END: lines "WHAT :: EXPRESSION", where l is that lock of the list.
about() {
	local line
	while IFS= read -r line; do
		printf "%s: %s :: (l => %s)(d.find(l => l.target === '%s'))\n" "$1" "${line%% :: *}" "${line#* :: }" "$1"
	done
}

each_is_right() {
	{
		named_facts
		row_facts
	} >facts.txt
	facts "$1" <facts.txt
}

named_facts() {
	local entry tool target name schema spelled
	for entry in "${STUCK_NAMED[@]}"; do
		IFS='|' read -r tool target _ name <<<"$entry"
		stuck_spell "$target"
		schema=${target#*:}
		if [[ $schema == *[!a-z_/]* ]]; then schema=''; fi
		about "$spelled" <<-END
			its tool and its name :: l.tool === '$tool' && l.kind === 'named' && l.name.toLowerCase() === ${name,,}
			its schema :: l.schema === ('${schema%%/*}' || null) && l.server_wide === $([[ $schema ]] && printf false || printf true) && l.table === null
			its holder, who is idle :: l.holder.connection_id === ${STUCK_HOLDER[$target]} && l.holder.user === 'root' && l.verdict === 'idle'
			it could be no other, nobody waits :: l.candidates.length === 0 && l.waiters.length === 0
			its holder has no other lock :: l.holder_locks.length === 1 && l.holder_locks[0].toLowerCase() === l.name.toLowerCase()
		END
	done
}

# What each says of its owner and its time, as it stands in the table.
row_facts() {
	local entry tool target table
	for entry in "${STUCK_ROWS[@]}"; do
		IFS='|' read -r tool target table _ <<<"$entry"
		about "$target" <<-END
			its tool, schema and table :: l.tool === '$tool' && l.kind === 'row' && l.schema === '${table%.*}' && l.table === '$table' && l.name === null
			held by nobody, so abandoned :: l.verdict === 'abandoned' && l.holder === null && l.siblings.length === 0 && l.damage === null
			it takes no force :: l.next === "SELECT miglock_release('$target', '" + l.token + "')"
		END
	done
	about ghost:blog <<-END
		since when, in an unknown zone :: l.since_text === '$(root 'SELECT acquired_at FROM blog.migrations_lock')' && l.since === null && l.since_earliest < l.since_latest
		nobody's :: l.owner_text === null && l.expires_text === null
	END
	about knex:api <<-END
		neither owner nor time :: l.owner_text === null && l.since_text === null && l.expires_text === null
	END
	for target in accounts metabase; do
		about "liquibase:$target" <<-END
			since when :: l.since_text === '$(root "SELECT LOCKGRANTED FROM $target.DATABASECHANGELOGLOCK")' && l.held_seconds >= 0 && l.held_seconds < 600
			its owner :: l.owner_text === '$(root "SELECT LOCKEDBY FROM $target.DATABASECHANGELOGLOCK")'
		END
	done
	about msr:tenants <<-END
		since when, and until when :: Date.parse(l.expires) - Date.parse(l.since) === 600000 && l.since_text === '$(root 'SELECT locked_at FROM tenants.migration_locks')'
		its owner :: l.owner_text === '$STUCK_MSR_OWNER'
	END
	about bun:payments <<-END
		neither owner nor time :: l.owner_text === null && l.since_text === null && l.expires_text === null
	END
	about yoyo:reports <<-END
		its process and its time :: l.owner_text === '4999999' && l.since_text === '$(root 'SELECT ctime FROM reports.yoyo_lock')'
	END
	about morph:chat <<-END
		until when :: Date.parse(l.expires) / 1000 === $(root 'SELECT ExpireAt FROM chat.db_lock') && l.since_text === null && l.owner_text === null
	END
	about laravel:crm <<-END
		the row of the migration, not another :: Date.parse(l.expires) / 1000 === $(root "SELECT MAX(expiration) FROM crm.cache_locks") && l.owner_text === 'cJ1FqkWt0vQyVnDE'
	END
}
