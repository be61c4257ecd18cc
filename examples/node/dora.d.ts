// SPDX-License-Identifier: Apache-2.0

/** Keys and site come from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE. What is not set is the library's default. */
export interface Options {
  baseUrl?: string;
  caFile?: string;
  /** In milliseconds, of a whole request, retries included; above 0, rounded up. */
  timeoutMs?: number;
}

/** An incident event. What the event does not carry is null. */
export interface Failure {
  id: string | null;
  name: string | null;
  services: string[];
  env: string | null;
  severity: string | null;
  team: string | null;
  version: string | null;
  startedAt: Date | null;
  /** Exact, in nanoseconds since 1970. */
  startedAtNs: bigint | null;
  finishedAt: Date | null;
  finishedAtNs: bigint | null;
  commitSha: string | null;
  repositoryUrl: string | null;
  customTags: string[];
}

/** What getFailure rejects with when the library reports a failure. */
export interface DoraError extends Error {
  /** 'not_found', 'rate_limited', ...: the names of dora.h. */
  code: string;
  /** 0 if no response came back. */
  httpStatus: number;
  /** Whether the same request may succeed later. */
  isRetryable: boolean;
  /** What the server asked to wait; -1 if it did not. */
  retryAfterMs: number;
}

/** Fetches incident events, any number at once. */
export class Client {
  /**
   * Throws an Error with the code 'invalid_argument' for a setting that can't be used, a TypeError with the code
   * ERR_INVALID_ARG_VALUE for a setting that is no string or holds a NUL, and a RangeError for a timeout that is
   * not above 0. Where nothing is pending the client does not keep the program alive; it is freed when collected.
   */
  constructor(options?: Options);
  /**
   * Rejects with a DoraError; with ERR_INVALID_ARG_VALUE as above for the id; with ERR_CLIENT_CLOSED after close,
   * and where close ends it; with the signal's reason where that aborts: the request then ends.
   */
  getFailure(id: string, options?: { signal?: AbortSignal }): Promise<Failure>;
  /**
   * The events with from <= startedAt < to that match the query, newest first. An error ends the iteration, and
   * is as for getFailure.
   */
  search(query?: string, options?: { from?: Date; to?: Date; signal?: AbortSignal }): AsyncGenerator<Failure, void>;
  /** Ends what is pending and frees the client. Closing it again does nothing. */
  close(): void;
}
