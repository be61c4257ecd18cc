// SPDX-License-Identifier: Apache-2.0
'use strict';

// What a Node program sees of errors, and of a client that is closed; see test_other_languages.py.

const assert = require('node:assert');
const { Client } = require('./dora.js');

const [baseUrl, caFile] = process.argv.slice(2);

async function rejected(promise) {
  return promise.then(() => assert.fail('nothing was thrown'), (error) => error);
}

async function main() {
  const hasty = new Client({ baseUrl, caFile, timeoutMs: 300 });
  const limited = await rejected(hasty.getFailure('limited'));
  console.log(limited.code, limited.httpStatus, limited.isRetryable, limited.retryAfterMs);
  console.log((await rejected(hasty.getFailure('silent'))).code);

  const client = new Client({ baseUrl, caFile });
  const many = await Promise.all(Array.from({ length: 100 }, () => client.getFailure('documented')));
  const silent = rejected(client.getFailure('silent'));
  await new Promise((resolve) => { setTimeout(resolve, 200); });
  client.close();
  console.log((await silent).code);
  console.log(many[99].name, String(many[99].startedAtNs));

  const afterClose = await rejected(client.getFailure('documented'));
  assert.throws(() => client.close(), { code: 'ERR_CLIENT_CLOSED' });
  console.log(afterClose.code === 'ERR_CLIENT_CLOSED', true);
  console.log((await rejected(hasty.getFailure('documented\0'))).code === 'ERR_INVALID_ARG_VALUE');
  hasty.getFailure('documented'); // the process ends in order though this client stays open
}

main();
