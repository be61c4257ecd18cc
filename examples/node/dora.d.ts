// SPDX-License-Identifier: Apache-2.0

/** What is not set comes from the environment (DD_SITE, DD_API_KEY, DD_APP_KEY), or is the library's default. */
export interface Options {
  site?: string;
  apiKey?: string;
  appKey?: string;
  accessToken?: string;
  baseUrl?: string;
  caFile?: string;
  /** Of a whole request, retries included. */
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

/** What getFailure rejects with, and the constructor throws. */
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
  constructor(options?: Options);
  getFailure(id: string): Promise<Failure>;
  /** Frees the client; what is pending rejects with the code 'cancelled'. A closed client throws ERR_CLIENT_CLOSED. */
  close(): void;
}
