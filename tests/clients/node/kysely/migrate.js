// SPDX-License-Identifier: GPL-2.0-only
'use strict';

// Two migrations with Kysely's Migrator. Exit status: 0 when they are done.

const {Kysely, Migrator, MysqlDialect, sql} = require('kysely');
const {createPool} = require('mysql2');
const hold = require('../hold');
const server = require('../server');

const migrations = {
    '1_customers': {
        up: db => db.schema.createTable('customers').addColumn('id', 'integer').execute()
    },
    '2_invoices': {
        // Can be repeated after it was stopped.
        up: async (db) => {
            await db.schema.createTable('invoices').ifNotExists().addColumn('id', 'integer').execute();
            await hold('migration', {raw: async text => [(await sql.raw(text).execute(db)).rows]});
        }
    }
};

async function main() {
    const pool = createPool({...server(), database: process.env.MLK_SCHEMA});
    const db = new Kysely({dialect: new MysqlDialect({pool})});
    const migrator = new Migrator({db, provider: {getMigrations: async () => migrations}});

    try {
        const {error} = process.env.MLK_KYSELY_TO
            ? await migrator.migrateTo(process.env.MLK_KYSELY_TO)
            : await migrator.migrateToLatest();
        if (error) {
            throw error;
        }
    } finally {
        await db.destroy();
    }
}

main().catch((err) => {
    console.error(err);
    process.exit(1);
});
