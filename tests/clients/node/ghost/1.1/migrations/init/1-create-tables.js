// SPDX-License-Identifier: GPL-2.0-only
'use strict';

module.exports = require('../../../1.0/migrations/init/1-create-tables');
