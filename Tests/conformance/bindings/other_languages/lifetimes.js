// SPDX-License-Identifier: Apache-2.0
'use strict';

// What a Node program sees of errors, aborted calls, searches, and of a client that is closed; see
// test_other_languages.py. Arguments: base URL, CA file, and how many calls to abort.

const assert = require('node:assert');
const fs = require('node:fs');
const { setTimeout } = require('node:timers/promises');
const { Client } = require('./dora.js');

const [baseUrl, , calls] = process.argv.slice(2);

async function rejected(promise) {
  return promise.then(() => assert.fail('nothing was thrown'), (error) => error);
}

/** A number of /proc/self/status. */
const status = (name) => Number(fs.readFileSync('/proc/self/status', 'utf8').match(`${name}:\\s+(\\d+)`)[1]);

/** Aborts calls that get no answer, 20 at once. */
async function abortCalls(client, count) {
  for (let done = 0; done < count; done += 20) {
    const options = () => ({ signal: AbortSignal.timeout(10) });
    const errors = await Promise.all(Array.from({ length: 20 }, () => rejected(client.getFailure('silent', options()))));
    assert(errors.every((error) => error.name === 'TimeoutError'));
  }
}

/** The most processor time, in milliseconds, between two turns of a timer while `work` goes on: a busy machine counts not. */
async function longestTurn(work) {
  const now = () => process.cpuUsage().user / 1000;
  let last = now();
  let longest = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, now() - last);
    last = now();
  }, 1);
  await work;
  clearInterval(timer);
  return Math.max(longest, now() - last);
}

async function main() {
  const hasty = new Client({ baseUrl, timeoutMs: 300 });
  const limited = await rejected(hasty.getFailure('limited'));
  console.log(limited.code, limited.httpStatus, limited.isRetryable, limited.retryAfterMs);
  console.log((await rejected(hasty.getFailure('silent'))).code);

  const client = new Client({ baseUrl });
  const ids = [];
  for await (const failure of client.search()) ids.push(failure.id);
  console.log(ids.length, ids[0], ids.at(-1));
  for await (const failure of client.search('', { from: new Date('2026-03-01T12:05:00Z') })) {
    assert.equal(failure.id, ids[0]);
    break; // frees the search
  }
  const aborted = client.search('', { signal: AbortSignal.abort(new Error('enough')) });
  console.log((await rejected(aborted.next())).message);

  await abortCalls(client, 100);
  const [threads, kilobytes] = [status('Threads'), status('VmRSS')];
  await abortCalls(client, Number(calls));
  console.log('flat:', status('Threads') <= threads, status('VmRSS') < kilobytes + 65536);

  const many = Promise.all(Array.from({ length: 1000 }, () => client.getFailure('documented')));
  console.log('timers:', (await longestTurn(many)) < 50);

  const silent = rejected(client.getFailure('silent'));
  const pendingSearch = client.search('silent');
  const searched = rejected(pendingSearch.next());
  await setTimeout(100);
  client.close();
  client.close();
  console.log('closed:', (await silent).code, (await searched).code);
  console.log((await many)[99].name, String((await many)[99].startedAtNs));

  console.log('refused:', (await rejected(client.getFailure('documented'))).code, (await rejected(client.search().next())).code);
  console.log((await rejected(hasty.getFailure('documented\0'))).code);
  hasty.getFailure('documented'); // the process ends in order though this client stays open
}

main();
