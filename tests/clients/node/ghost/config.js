// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const path = require('path');
const server = require('../server');

// What a MigratorConfig.js exports, for one release of the application.
module.exports = (release, directory) => ({
    currentVersion: release,
    migrationPath: path.join(directory, 'migrations'),
    database: {
        client: 'mysql2',
        connection: {...server(), database: process.env.MLK_SCHEMA}
    }
});
