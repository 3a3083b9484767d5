/**
 * Ways in which the emulated service fails on demand.
 *
 * @module
 */
import type { LoggedRequest } from './request-log.ts';

export type Fault =
  /** Answers instead of the service: an error page, an empty body, a throttling error … JSON unless `contentType` says otherwise. */
  | { readonly kind: 'status'; readonly status: number; readonly body: string; readonly contentType?: string }
  /** Closes the connection without an answer, or never answers. */
  | { readonly kind: 'reset' | 'hang' }
  /** The same, after the service has done what was asked. */
  | { readonly kind: 'acceptThenReset' | 'acceptThenHang' }
  /** Waits before the service acts. */
  | { readonly kind: 'delay'; readonly delayMs: number };

/** Is asked about each request whose signature is good, before it is acted upon; `undefined` lets it pass. */
export type RequestHook = (request: LoggedRequest) => Fault | undefined | Promise<Fault | undefined>;
