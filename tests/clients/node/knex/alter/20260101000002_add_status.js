// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const hold = require('../../hold');

// It hangs before the change, so that a test can get into its way.
exports.up = async function up(knex) {
    await hold('alter', knex);
    await knex.schema.alterTable('customers', table => table.string('status'));
};

exports.down = knex => knex.schema.alterTable('customers', table => table.dropColumn('status'));
