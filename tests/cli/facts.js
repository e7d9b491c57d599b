// SPDX-License-Identifier: GPL-2.0-only
'use strict';

// facts.js MARK FILE <lines "WHAT :: EXPRESSION": says of each whether it is true of the JSON in FILE.
// facts.js --value EXPRESSION FILE: prints it.
// d is the document, r the first of it where it is an array, e the environment.

const fs = require('fs');

function evaluate(expression, d) {
    const r = Array.isArray(d) ? d[0] : d;
    return new Function('d', 'r', 'e', `return (${expression});`)(d, r, process.env);
}

function read(file) {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function complain(what, lines) {
    console.log(`not ok - ${what}`);
    lines.join('\n').split('\n').forEach(line => console.log(`#   ${line}`));
}

function check(mark, line, file) {
    const at = line.indexOf(' :: ');
    const what = mark + line.slice(0, at);
    const expression = line.slice(at + 4);
    const text = fs.readFileSync(file, 'utf8');

    try {
        if (at > 0 && evaluate(expression, read(file)) === true) {
            console.log(`ok - ${what}`);
        } else {
            complain(what, [`not true: ${expression}`, text]);
        }
    } catch (err) {
        complain(what, [`${expression}: ${err.message}`, text]);
    }
}

function main([first, second, file]) {
    if (first === '--value') {
        const value = evaluate(second, read(file));
        console.log(typeof value === 'string' ? value : JSON.stringify(value));
        return;
    }
    const lines = fs.readFileSync(0, 'utf8').split('\n').filter(line => line.trim());
    if (lines.length === 0) {
        complain('facts.js got no facts', []);
    }
    lines.forEach(line => check(first, line.trim(), second));
}

main(process.argv.slice(2));
