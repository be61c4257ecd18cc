// SPDX-License-Identifier: Apache-2.0
'use strict';

// mkdir -p .build
// cc -shared -fPIC -o .build/dora.node client.c -I/usr/include/node $(pkg-config --cflags --libs dora)
const Native = require('./.build/dora.node');
const { setImmediate } = require('node:timers/promises');

/** How long events are handed out before timers and other sockets have their turn. */
const BUDGET_MS = 2;

/** Returns the text as C takes it, which would cut it at a NUL. */
function cString(text) {
  if (typeof text !== 'string' || text.includes('\0')) {
    throw Object.assign(new TypeError('a string without NUL is expected'), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  return Buffer.from(`${text}\0`);
}

/** Rounds down to the milliseconds of a Date, before 1970 too. */
const toDate = (ns) => (ns === null ? null : new Date(Number(ns / 1000000n) - Number(ns % 1000000n < 0n)));
const toNs = (date) => date && BigInt(date.getTime()) * 1000000n;

/** Returns the event, or throws the error. */
function unwrap({ tag, message, code, httpStatus, isRetryable, retryAfterMs, ...event }) {
  if (message !== null) throw Object.assign(new Error(message), { code, httpStatus, isRetryable, retryAfterMs });
  return { ...event, startedAt: toDate(event.startedAtNs), finishedAt: toDate(event.finishedAtNs) };
}

/** Resolves when there may be something to take; rejects when the signal aborts. */
function readable(native, signal) {
  return new Promise((resolve, reject) => {
    const end = (settle) => {
      native.watch(false);
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => end(() => reject(signal.reason));
    native.onReadable = () => end(resolve);
    signal?.addEventListener('abort', abort);
    native.watch(true);
  });
}

const closedError = () => Object.assign(new Error('the client is closed'), { code: 'ERR_CLIENT_CLOSED' });

/** See dora.d.ts. */
exports.Client = class Client {
  #native;
  #calls = new Map();
  #searches = new Set();
  #lastTag = 0;
  #isClosed = false;

  constructor({ baseUrl, caFile, timeoutMs } = {}) {
    if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= 0xffffffff)) {
      throw Object.assign(new RangeError('timeoutMs must be a number above 0'), { code: 'ERR_OUT_OF_RANGE' });
    }
    const texts = [baseUrl, caFile].map((text) => text && cString(text));
    this.#native = new Native(...texts, timeoutMs && Math.ceil(timeoutMs));
    this.#native.onReadable = () => this.#settle();
  }

  #settle() {
    const end = performance.now() + BUDGET_MS;
    for (let result = this.#native.take(); result !== undefined; result = this.#native.take()) {
      this.#calls.get(result.tag)(result);
      this.#calls.delete(result.tag);
      if (this.#calls.size === 0) return this.#native.watch(false);
      if (performance.now() > end) return undefined; // the descriptor is readable still
    }
    return undefined;
  }

  async getFailure(id, { signal } = {}) {
    signal?.throwIfAborted();
    const tag = ++this.#lastTag;
    this.#native.add(cString(id), tag);
    const abort = () => this.#native.cancel(tag);
    signal?.addEventListener('abort', abort);
    const result = await new Promise((resolve) => {
      this.#calls.set(tag, resolve);
      this.#native.watch(true);
    });
    signal?.removeEventListener('abort', abort);
    if (result.code === 'cancelled') signal?.throwIfAborted();
    return unwrap(result);
  }

  async *search(query = '', { from, to, signal } = {}) {
    if (this.#isClosed) throw closedError();
    const native = new Native(this.#native, cString(query), toNs(from), toNs(to));
    this.#searches.add(native);
    try {
      let end = performance.now() + BUDGET_MS;
      for (let item = native.take(); item !== null; item = native.take()) {
        signal?.throwIfAborted();
        if (item !== undefined) yield unwrap(item);
        else await readable(native, signal);
        if (performance.now() > end) {
          await setImmediate();
          end = performance.now() + BUDGET_MS;
        }
      }
    } finally {
      this.#searches.delete(native);
      native.close();
    }
  }

  close() {
    this.#isClosed = true;
    this.#native.close();
    for (const resolve of this.#calls.values()) resolve(closedError());
    this.#calls.clear();
    for (const native of this.#searches) {
      native.onReadable?.();
      native.close();
    }
    this.#searches.clear();
  }
};
