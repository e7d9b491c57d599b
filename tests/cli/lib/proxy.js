// SPDX-License-Identifier: GPL-2.0-only
'use strict';

// proxy.js PORT TARGET_PORT LOG [handshake] [statement] [splits]: a proxy as ProxySQL is one, on 127.0.0.1. Writes "listening".
//   handshake  its greeting tells a connection id of its own
//   statement  it answers exactly SELECT CONNECTION_ID() itself, with its own id
//   splits     outside of transactions another server seems to answer what tells servers apart
// Without any of these it changes nothing but the capabilities: no TLS, which it could not read, and plain result sets.
// LOG gets each statement on a line.
// Source of the packets: MySQL Internals, "Connection Phase" and "Text Resultset".

const fs = require('fs');
const net = require('net');

const [port, target, log, ...how] = process.argv.slice(2);
const OWN_ID = 4000000;
const CLIENT_SSL = 0x800;
const CLIENT_DEPRECATE_EOF_HIGH = 0x100;
const COM_QUERY = 3;

// Cuts a stream into packets, header included.
function packets(take) {
    let left = Buffer.alloc(0);

    return chunk => {
        left = Buffer.concat([left, chunk]);
        while (left.length >= 4 && left.length >= 4 + left.readUIntLE(0, 3)) {
            const size = 4 + left.readUIntLE(0, 3);

            take(left.subarray(0, size));
            left = left.subarray(size);
        }
    };
}

function packet(seq, payload) {
    const head = Buffer.alloc(4);

    head.writeUIntLE(payload.length, 0, 3);
    head[3] = seq;
    return Buffer.concat([head, payload]);
}

function text(value) {
    return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
}

// One row with one column.
function answer(value) {
    const eof = Buffer.from([0xfe, 0, 0, 2, 0]);
    const rest = Buffer.from([0x0c, 45, 0, 255, 0, 0, 0, 0xfd, 0, 0, 0, 0, 0]);
    const column = Buffer.concat([text('def'), text(''), text(''), text(''), text('answer'), text(''), rest]);
    const payloads = [Buffer.from([1]), column, eof, text(value), eof];

    return Buffer.concat(payloads.map((payload, i) => packet(i + 1, payload)));
}

// The greeting: version, NUL, connection id, 8 bytes of the scramble, NUL, capabilities, 3 bytes, more capabilities, 7 bytes,
// MariaDB's own capabilities (MySQL: 0).
function greeting(whole) {
    const id = whole.indexOf(0, 5) + 1;

    if (whole[4] !== 10)
        return whole;
    if (how.includes('handshake'))
        whole.writeUInt32LE(OWN_ID, id);
    whole.writeUInt16LE(whole.readUInt16LE(id + 13) & ~CLIENT_SSL, id + 13);
    whole.writeUInt16LE(whole.readUInt16LE(id + 18) & ~CLIENT_DEPRECATE_EOF_HIGH, id + 18);
    whole.writeUInt32LE(0, id + 27);
    return whole;
}

// What the proxy says itself; null: the server answers.
function own(sql, inTransaction) {
    if (how.includes('statement') && sql === 'SELECT CONNECTION_ID()')
        return answer(String(OWN_ID));
    if (how.includes('splits') && sql.includes('@@hostname') && !inTransaction)
        return answer('replica.example');
    return null;
}

net.createServer(client => {
    const server = net.connect(Number(target), '127.0.0.1');
    let greeted = false;
    let inTransaction = false;

    client.setNoDelay();
    server.setNoDelay();
    server.on('data', packets(whole => {
        client.write(greeted ? whole : greeting(Buffer.from(whole)));
        greeted = true;
    }));
    client.on('data', packets(whole => {
        const sql = whole[3] === 0 && whole[4] === COM_QUERY ? whole.subarray(5).toString() : null;
        const said = sql === null ? null : own(sql, inTransaction);

        if (sql !== null) {
            fs.appendFileSync(log, `${sql.replace(/\n/g, ' ')}\n`);
            inTransaction = inTransaction ? !/^(ROLLBACK|COMMIT)/.test(sql) : /^START TRANSACTION/.test(sql);
        }
        if (said)
            client.write(said);
        else
            server.write(whole);
    }));
    for (const [one, other] of [[client, server], [server, client]]) {
        one.on('close', () => other.end());
        one.on('error', () => other.destroy());
    }
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
