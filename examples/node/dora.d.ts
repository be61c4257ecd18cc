// SPDX-License-Identifier: Apache-2.0

/** What is not set comes from the environment (DD_SITE, DD_API_KEY, DD_APP_KEY), or is the library's default. */
export interface Options {
  site?: string;
  apiKey?: string;
  appKey?: string;
  accessToken?: string;
  baseUrl?: string;
  caFile?: string;
  /** In milliseconds, of a whole request, retries included; above 0, rounded up. */
  timeoutMs?: number;
}

/** An incident event. What the event does not carry is null. */
export interface Failure {
  id: string | null;
  type: string | null;
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
  gitCommitSha: string | null;
  gitRepositoryUrl: string | null;
  gitRepositoryId: string | null;
  customTags: string[];
  /** The response body as it was received. */
  json: string;
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
  /** Rejects with a DoraError; with ERR_INVALID_ARG_VALUE as above for the id; with ERR_CLIENT_CLOSED after close. */
  getFailure(id: string): Promise<Failure>;
  /** Frees the client; what is pending rejects with the code 'cancelled'. Throws ERR_CLIENT_CLOSED the second time. */
  close(): void;
}
