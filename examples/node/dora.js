// SPDX-License-Identifier: Apache-2.0
'use strict';

// mkdir -p .build
// cc -shared -fPIC -o .build/dora.node client.c -I/usr/include/node $(pkg-config --cflags --libs dora)
const NativeClient = require('./.build/dora.node');

/** Returns the text as C takes it, which would cut it at a NUL. */
function cString(text) {
  if (typeof text !== 'string' || text.includes('\0')) {
    throw Object.assign(new TypeError('a string without NUL is expected'), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  return Buffer.from(`${text}\0`);
}

/** Rounds down to the milliseconds of a Date, before 1970 too. */
const toDate = (ns) => (ns === null ? null : new Date(Number(ns / 1000000n) - Number(ns % 1000000n < 0n)));

/** See dora.d.ts; close() is inherited. */
exports.Client = class Client extends NativeClient {
  constructor({ site, apiKey, appKey, accessToken, baseUrl, caFile, timeoutMs } = {}) {
    if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= 0xffffffff)) {
      throw Object.assign(new RangeError('timeoutMs must be a number above 0'), { code: 'ERR_OUT_OF_RANGE' });
    }
    const texts = [site, apiKey, appKey, accessToken, baseUrl, caFile];
    super(...texts.map((text) => (text === undefined ? text : cString(text))), timeoutMs && Math.ceil(timeoutMs));
  }

  async getFailure(id) {
    const { message, code, httpStatus, isRetryable, retryAfterMs, ...event } = await super.getFailure(cString(id));
    if (message !== null) throw Object.assign(new Error(message), { code, httpStatus, isRetryable, retryAfterMs });
    return { ...event, startedAt: toDate(event.startedAtNs), finishedAt: toDate(event.finishedAtNs) };
  }
};
