// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const hold = require('../../hold');

// No DDL: knex's lock and this row stay in one transaction, and a kill rolls both back.
exports.up = async function up(knex) {
    await knex('customers').insert({name: 'first'});
    await hold('dml', knex);
};

exports.down = knex => knex('customers').where({name: 'first'}).del();
