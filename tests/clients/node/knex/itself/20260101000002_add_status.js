// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const config = require('../knexfile');
const Knex = require(process.env.KNEX_PATH);

// The mistake that locks a migration out of its own table: one statement in its transaction, the next one outside of it.
exports.up = async function up(trx) {
    const outside = Knex(config);

    await trx('customers').insert({name: 'first'});
    try {
        await outside.schema.alterTable('customers', table => table.string('status'));
    } finally {
        await outside.destroy();
    }
};

exports.down = knex => knex.schema.alterTable('customers', table => table.dropColumn('status'));
