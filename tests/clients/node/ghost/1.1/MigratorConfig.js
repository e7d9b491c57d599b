// SPDX-License-Identifier: GPL-2.0-only
'use strict';

module.exports = require('../config')('1.1', __dirname);
