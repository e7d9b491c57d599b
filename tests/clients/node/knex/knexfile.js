// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const path = require('path');
const server = require('../server');

const set = process.env.MLK_KNEX_SET || 'base';
const directories = set === 'base' ? ['base'] : ['base', set];
const migrations = {directory: directories.map(name => path.join(__dirname, name))};

if (process.env.MLK_KNEX_TABLE) {
    migrations.tableName = process.env.MLK_KNEX_TABLE;
}
if (process.env.MLK_KNEX_SCHEMA) {
    migrations.schemaName = process.env.MLK_KNEX_SCHEMA;
}

module.exports = {
    client: 'mysql2',
    connection: {...server(), database: process.env.MLK_SCHEMA},
    migrations
};
