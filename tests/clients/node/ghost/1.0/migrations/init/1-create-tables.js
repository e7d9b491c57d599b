// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const hold = require('../../../../hold');

module.exports.up = async function up({connection}) {
    // A killed run leaves the table: the next one must get past it.
    if (!await connection.schema.hasTable('posts')) {
        await connection.schema.createTable('posts', (table) => {
            table.increments().primary();
            table.string('title');
        });
    }
    await hold('init', connection);
};

module.exports.down = async function down({connection}) {
    await connection.schema.dropTableIfExists('posts');
};
