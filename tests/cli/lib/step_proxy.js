// SPDX-License-Identifier: GPL-2.0-only
'use strict';

// step_proxy.js SOCKET TARGET_SOCKET PLAN LOG: hands everything on between SOCKET and the server's TARGET_SOCKET, but for one
// statement. Writes "listening".
//   PLAN  a file, read at each statement: "N HOW PID": the Nth statement of a connection, once for each content of the file, is
//         not handed on but answered as if a KILL QUERY had met it (HOW: query), loses its connection (lost), is handed on and
//         loses its connection (cut), or is handed on after process PID got that signal (INT, TERM)
//   LOG   gets each statement on a line
// Source of the packets: MySQL Internals, "Connection Phase" and "ERR_Packet".

const fs = require('fs');
const net = require('net');

const [socket, target, planFile, log] = process.argv.slice(2);
const COM_QUERY = 3;
let done = '';

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

// ER_QUERY_INTERRUPTED, 1317
function interrupted() {
    const payload = Buffer.concat([Buffer.from([0xff, 0x25, 0x05]), Buffer.from('#70100Query execution was interrupted')]);

    return Buffer.concat([Buffer.from([payload.length, 0, 0, 1]), payload]);
}

net.createServer(client => {
    const server = net.connect(target);
    let count = 0;

    server.on('data', chunk => client.write(chunk));
    client.on('data', packets(whole => {
        let how = '', pid = '';

        if (whole[3] === 0 && whole[4] === COM_QUERY) {
            const plan = fs.readFileSync(planFile, 'utf8').trim();
            const [step, ...rest] = plan.split(' ');

            count++;
            fs.appendFileSync(log, `${whole.subarray(5).toString().replace(/\n/g, ' ')}\n`);
            if (plan !== done && count === Number(step)) {
                done = plan;
                [how, pid] = rest;
            }
        }
        if (how === 'INT' || how === 'TERM')
            process.kill(Number(pid), `SIG${how}`);
        if (how === 'query')
            client.write(interrupted());
        else if (how !== 'lost')
            server.write(whole);
        if (how === 'lost' || how === 'cut') {
            client.destroy();
            server.end();
        }
    }));
    for (const [one, other] of [[client, server], [server, client]]) {
        one.on('close', () => other.end());
        one.on('error', () => other.destroy());
    }
}).listen(socket, () => console.log('listening'));
