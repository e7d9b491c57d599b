// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const hold = require('../../../../../hold');

// DDL: no transaction. It hangs before the change, so that it can run again after a kill.
module.exports.up = async function up({connection}) {
    await hold('ddl', connection);
    await connection.schema.alterTable('posts', table => table.string('status'));
};

module.exports.down = async function down({connection}) {
    if (await connection.schema.hasColumn('posts', 'status')) {
        await connection.schema.alterTable('posts', table => table.dropColumn('status'));
    }
};
