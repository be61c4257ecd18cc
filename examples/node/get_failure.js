#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// @ts-check
'use strict';

// Fetches an incident event and prints it.
//
//     get_failure.js [--base-url URL] [--ca-file FILE] [--] FAILURE_ID
//
// The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY,
// DD_SITE. Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.

const { parseArgs } = require('node:util');
const { Client } = require('./dora.js');

/** Returns the options and the id, or undefined if the command line makes no sense. */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: { 'base-url': { type: 'string' }, 'ca-file': { type: 'string' } },
      allowPositionals: true,
    });
    const options = { baseUrl: values['base-url'], caFile: values['ca-file'] };
    return positionals.length === 1 ? { options, id: positionals[0] } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} label @param {string | null} text */
function printText(label, text) {
  if (text !== null) {
    console.log(`  ${label.padEnd(12)} ${text}`);
  }
}

/** @param {string} label @param {string[]} texts */
function printList(label, texts) {
  texts.forEach((text, index) => printText(index === 0 ? label : '', text));
}

/** @param {string} label @param {Date | null} date @param {bigint | null} ns */
function printTime(label, date, ns) {
  if (date !== null && ns !== null) {
    const seconds = date.toISOString().slice(0, 19).replace('T', ' ');
    const fraction = ((ns % 1000000000n) + 1000000000n) % 1000000000n;
    printText(label, fraction === 0n ? `${seconds} UTC` : `${seconds}.${String(fraction).padStart(9, '0')} UTC`);
  }
}

/** @param {bigint | null} startedNs @param {bigint | null} finishedNs */
function printDuration(startedNs, finishedNs) {
  if (startedNs !== null && finishedNs !== null && finishedNs >= startedNs) {
    const total = (finishedNs - startedNs) / 1000000000n;
    const hours = total >= 3600n ? `${total / 3600n} h ` : '';
    const minutes = total >= 60n ? `${(total / 60n) % 60n} min ` : '';
    printText('duration', `${hours}${minutes}${total % 60n} s`);
  }
}

/** @param {import('./dora.js').Failure} failure */
function print(failure) {
  console.log((failure.name ?? '(no name)') + (failure.severity === null ? '' : ` (${failure.severity})`));
  printText('id', failure.id);
  printList('services', failure.services);
  printText('environment', failure.env);
  printText('team', failure.team);
  printText('version', failure.version);
  printTime('started', failure.startedAt, failure.startedAtNs);
  printTime('finished', failure.finishedAt, failure.finishedAtNs);
  printDuration(failure.startedAtNs, failure.finishedAtNs);
  printText('commit', failure.commitSha);
  printText('repository', failure.repositoryUrl);
  printList('tags', failure.customTags);
}

async function main() {
  const request = readArguments();
  if (request === undefined) {
    console.error('usage: get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID');
    return 2;
  }
  try {
    const client = new Client(request.options);
    try {
      print(await client.getFailure(request.id));
    } finally {
      client.close();
    }
    return 0;
  } catch (error) {
    console.error(`get_failure: ${error.message}`);
    return 1;
  }
}

main().then((status) => {
  process.exitCode = status;
});
