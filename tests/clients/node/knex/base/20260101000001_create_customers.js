// SPDX-License-Identifier: GPL-2.0-only
'use strict';

exports.up = knex => knex.schema.createTable('customers', (table) => {
    table.increments('id');
    table.string('name');
});

exports.down = knex => knex.schema.dropTable('customers');
