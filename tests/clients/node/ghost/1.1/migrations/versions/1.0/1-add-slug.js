// SPDX-License-Identifier: GPL-2.0-only
'use strict';

module.exports = require('../../../../1.0/migrations/versions/1.0/1-add-slug');
