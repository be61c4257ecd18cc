#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// @ts-check
'use strict';

// Prints the incident events that match a query, the newest first, a line for each, until Ctrl-C.
//
//     search.js [QUERY [BASE_URL [CA_FILE]]]
//
// The keys and the site come from the environment. Exit status: 0, or 1 for an error.

const { Client } = require('./dora.js');

async function main() {
  const [query, baseUrl, caFile] = process.argv.slice(2);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const client = new Client({ baseUrl, caFile });
  try {
    for await (const failure of client.search(query, { signal: controller.signal })) {
      console.log(`${failure.id ?? '(no id)'}: ${failure.name ?? '(no name)'}`);
    }
  } finally {
    client.close();
  }
}

main().catch((error) => {
  console.error(`search: ${error.message}`);
  process.exitCode = 1;
});
