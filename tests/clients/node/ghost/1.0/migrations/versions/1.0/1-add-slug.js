// SPDX-License-Identifier: GPL-2.0-only
'use strict';

module.exports.up = async function up({connection}) {
    await connection.schema.alterTable('posts', table => table.string('slug'));
};

module.exports.down = async function down({connection}) {
    await connection.schema.alterTable('posts', table => table.dropColumn('slug'));
};
