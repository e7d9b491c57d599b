// SPDX-License-Identifier: GPL-2.0-only
'use strict';

// The server under test, from the environment, in the form that mysql2 takes.
module.exports = function server() {
    const env = process.env;
    const account = {user: env.MLK_USER || 'root', password: env.MLK_PASSWORD || ''};

    if (env.MLK_SOCKET) {
        return {...account, socketPath: env.MLK_SOCKET};
    }
    return {...account, host: env.MLK_HOST || '127.0.0.1', port: Number(env.MLK_PORT || 3306)};
};
