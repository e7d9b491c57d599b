// SPDX-License-Identifier: GPL-2.0-only
'use strict';

const hold = require('../../../../../hold');

module.exports.config = {transaction: true};

// DML: it hangs with changes that are not committed.
module.exports.up = async function up({transacting}) {
    await transacting('posts').insert({title: 'hello', status: 'draft'});
    await hold('dml', transacting);
    await transacting('posts').update({status: 'published'});
};

module.exports.down = async function down({transacting}) {
    await transacting('posts').where({title: 'hello'}).del();
};
