// SPDX-License-Identifier: GPL-2.0-only
'use strict';

// Stops a migration in its middle, until a file appears or the process is killed.

const fs = require('fs');
const mysql = require('mysql2/promise');
const server = require('./server');

const POLL_MS = 20;
const QUERY_INTERRUPTED = 1317;
// Whoever looks sees it running. The mark finds it again: a pool may run each statement on another connection.
const SLEEP_SQL = `SELECT SLEEP(86400) /* held by migration ${process.pid} */`;

const pause = () => new Promise(resolve => setTimeout(resolve, POLL_MS));

async function waitForFile() {
    const file = process.env.MLK_HOLD;
    while (!file || !fs.existsSync(file)) {
        await pause();
    }
}

function announce(at, id) {
    // One write, so that it never mixes with the tool's own lines.
    fs.writeSync(1, `holding pid=${process.pid} hang=${process.env.MLK_HANG} at=${at} connection=${id}\n`);
}

// A short connection without a default schema, so that it does not look like the migrator's.
async function control(work) {
    const sql = await mysql.createConnection(server());
    try {
        return await work(sql);
    } finally {
        await sql.end();
    }
}

async function idOfSleep(sql) {
    for (;;) {
        const [rows] = await sql.query('SHOW FULL PROCESSLIST');
        const row = rows.find(r => r.Info === SLEEP_SQL);
        if (row) {
            return row.Id;
        }
        await pause();
    }
}

async function stopOutsideSql(at, connection) {
    const [[row]] = await connection.raw('SELECT CONNECTION_ID() AS id');
    announce(at, row.id);
    await waitForFile();
}

async function supervise(at) {
    const id = await control(idOfSleep);
    announce(at, id);
    await waitForFile();
    await control(sql => sql.query(`KILL QUERY ${Number(id)}`));
}

async function stopInSql(at, connection) {
    // MariaDB answers KILL QUERY with an error, MySQL with a row.
    const sleeping = connection.raw(SLEEP_SQL).catch((err) => {
        if (err.errno !== QUERY_INTERRUPTED) {
            throw err;
        }
    });

    await Promise.all([sleeping, supervise(at)]);
}

// at: the name of this place; connection: the knex instance or transaction that the migration works on.
module.exports = async function hold(at, connection) {
    if (!process.env.MLK_HANG || (process.env.MLK_HANG_AT && process.env.MLK_HANG_AT !== at)) {
        return;
    }
    await (process.env.MLK_HANG === 'sql' ? stopInSql(at, connection) : stopOutsideSql(at, connection));
};
