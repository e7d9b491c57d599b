// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const hold = require('../../hold');

// The DDL commits the transaction that knex took its lock in: a kill from here on leaves is_locked=1.
exports.up = async function up(knex) {
    // A killed run leaves the table: the next one must get past it.
    if (!await knex.schema.hasTable('invoices')) {
        await knex.schema.createTable('invoices', table => table.increments('id'));
    }
    await hold('ddl', knex);
};

exports.down = knex => knex.schema.dropTable('invoices');
