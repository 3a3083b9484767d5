/**
 * Calls to the RTC API through the official client, judged by what the body says.
 *
 * The official client signs and sends; it counts every 2xx as a success although RTC answers `TaskExisted` with 200, it
 * makes no second try, and its error messages hold the whole signed URL. Judging, trying again and keeping addresses
 * and signatures out of everything that leaves this file is done here.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import * as v from 'valibot';
import type { RtcConnection } from '../../shared/official-client.ts';

/** The actions used here. */
export type RtcAction = 'StartRecordTask' | 'UpdateRecordTask' | 'StopRecordTask' | 'DescribeRecordFiles';

/** Parameters by RPC name (`UserPanes.1.PaneId`), in order. */
export type RpcPairs = readonly (readonly [name: string, value: string])[];

/** How long a call may take, tries and waits together. */
export interface CallBudget {
  readonly totalMs: number;
  readonly tryMs: number;
}

/** For REST callers and the tick: several tries of 3 s within 12 s. */
export const REST_BUDGET: CallBudget = { totalMs: 12_000, tryMs: 3_000 };

/** For RPC callers: the official clients hang up after 3 s, so that there is time for one try of 2 s. */
export const RPC_BUDGET: CallBudget = { totalMs: 2_500, tryMs: 2_000 };

/** What RTC said, or that it said nothing. */
export type RtcAnswer =
  | { readonly kind: 'accepted'; readonly RequestId: string; readonly body: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'refused';
      readonly Code: string;
      /** The vendor's message without addresses, signatures and the string to sign. */
      readonly Message: string;
      readonly status: number;
      readonly RequestId: string | undefined;
      /** Whether a try before the one that was answered may have been acted upon. */
      readonly mayHaveReached: boolean;
    }
  | { readonly kind: 'unanswered'; readonly Code: string; readonly mayHaveReached: boolean };

/** What came back from one try over HTTP. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
  /** `x-acs-retry-after`, milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** One try: resolves with any HTTP answer, rejects when there was none or it could not be read. */
export type SendRpc = (action: RtcAction, pairs: RpcPairs, timeoutMs: number) => Promise<RawAnswer>;

/** What calling needs from outside. */
export interface RtcDependencies {
  readonly send: SendRpc;
  readonly nowMs: () => number;
  readonly sleep: (waitMs: number) => Promise<void>;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

const FIRST_WAIT_MS = 200;

/** A try with less time than this is not worth making: it would only blur what may have reached RTC. */
export const MIN_TRY_MS = 500;

/**
 * Calls an action within a budget. Tries again only after a connection failure, a time-out, an unreadable answer, 5xx
 * or throttling, with a doubling, jittered wait, or the one RTC asks for.
 */
export async function callRtc(
  { send, nowMs, sleep, random }: RtcDependencies,
  action: RtcAction,
  pairs: RpcPairs,
  budget: CallBudget,
): Promise<RtcAnswer> {
  const endMs = nowMs() + budget.totalMs;
  let mayHaveReached = false;
  for (let tries = 1; ; tries++) {
    const timeoutMs = Math.min(budget.tryMs, endMs - nowMs());
    const verdict = await tryOnce(send, action, pairs, timeoutMs);
    if (verdict.kind === 'accepted') return verdict;
    if (verdict.kind === 'refused') return { ...verdict, mayHaveReached };
    mayHaveReached ||= verdict.mayHaveReached;
    const backoffMs = FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + random() / 2);
    const waitMs = Math.max(verdict.retryAfterMs ?? 0, backoffMs);
    if (nowMs() + waitMs + MIN_TRY_MS > endMs) return { kind: 'unanswered', Code: verdict.Code, mayHaveReached };
    await sleep(waitMs);
  }
}

type Verdict =
  | Extract<RtcAnswer, { kind: 'accepted' }>
  | Omit<Extract<RtcAnswer, { kind: 'refused' }>, 'mayHaveReached'>
  | {
      readonly kind: 'again';
      readonly Code: string;
      readonly mayHaveReached: boolean;
      readonly retryAfterMs: number | undefined;
    };

async function tryOnce(send: SendRpc, action: RtcAction, pairs: RpcPairs, timeoutMs: number): Promise<Verdict> {
  try {
    return judgeAnswer(await send(action, pairs, timeoutMs));
  } catch (error) {
    return judgeFailure(error);
  }
}

const AnswerBody = v.looseObject({
  RequestId: v.optional(v.string()),
  Code: v.optional(v.union([v.string(), v.number()])),
  Message: v.optional(v.string()),
});

/** Codes that mean success where a product sends one. As in `@alicloud/pop-core`. */
const SUCCESS_CODES = new Set(['200', 'OK', 'Success', 'success']);

/** Judges by the body's `Code`; the status decides only where the body says nothing. */
function judgeAnswer({ status, body, retryAfterMs }: RawAnswer): Verdict {
  const parsed = v.safeParse(AnswerBody, body);
  const { RequestId, Code, Message } = parsed.success ? parsed.output : {};
  const code = Code === undefined ? undefined : String(Code);
  const isSuccess = code === undefined || SUCCESS_CODES.has(code);
  if (code?.includes('Throttling')) return { kind: 'again', Code: code, mayHaveReached: false, retryAfterMs };
  if (status >= 500) return { kind: 'again', Code: code ?? `Http${status}`, mayHaveReached: true, retryAfterMs };
  if (!isSuccess) {
    return { kind: 'refused', Code: scrubCode(code), Message: scrubMessage(code, Message), status, RequestId };
  }
  if (status >= 200 && status < 300 && parsed.success && RequestId !== undefined) {
    return { kind: 'accepted', RequestId, body: parsed.output };
  }
  if (status >= 400) {
    return { kind: 'refused', Code: `Http${status}`, Message: 'RTC gave no reason.', status, RequestId };
  }
  // A redirect or a 2xx that is no RPC answer: something stands between us and RTC.
  return { kind: 'again', Code: 'UnreadableAnswer', mayHaveReached: true, retryAfterMs };
}

/** Failures before a single byte of the request left. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function judgeFailure(error: unknown): Verdict {
  const name = error instanceof Error ? error.name : '';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const again = { kind: 'again', retryAfterMs: undefined } as const;
  if (NEVER_SENT.has(code)) return { ...again, Code: code, mayHaveReached: false };
  if (name === 'RequestTimeoutError') {
    // The client's connect time-out is told from its read time-out by the message alone.
    const isConnecting = error instanceof Error && error.message.startsWith('ConnectTimeout');
    return { ...again, Code: isConnecting ? 'ConnectTimeout' : 'ReadTimeout', mayHaveReached: !isConnecting };
  }
  // The client parses JSON before it looks at the status: an HTML page of a gateway ends here.
  if (name === 'SyntaxError') return { ...again, Code: 'UnreadableAnswer', mayHaveReached: true };
  return { ...again, Code: /^[A-Z_]{3,40}$/.test(code) ? code : 'ConnectionFailed', mayHaveReached: true };
}

const MAX_MESSAGE_LENGTH = 300;

/** A `Code` as the vendor forms them, or a fixed word: it goes into answers and logs. */
function scrubCode(code: string): string {
  return /^[A-Za-z][A-Za-z0-9._-]{0,99}$/.test(code) ? code : 'UnreadableCode';
}

/** The vendor's message without what must not leave: SignatureDoesNotMatch quotes every parameter that was sent. */
function scrubMessage(code: string, message: string | undefined): string {
  if (message === undefined) return 'RTC gave no reason.';
  if (code.startsWith('SignatureDoesNotMatch') || code === 'IncompleteSignature') {
    return 'Specified signature is not matched with our calculation.';
  }
  return (
    message
      .replace(/\bhttps?:\/\/\S+/gi, '[address]')
      .replace(/\b(AccessKeyId|Signature|SecurityToken|Authorization)=\S+/gi, '$1=[removed]')
      // Tokens, keys and signatures, however they are named and encoded; no word of a sentence is as long.
      .replace(/[A-Za-z0-9+/=%_-]{24,}/g, '[removed]')
      .slice(0, MAX_MESSAGE_LENGTH)
  );
}

/**
 * The client's connect time-out is a time-out of silence that goes on after the connection stands, and it is reported as
 * a connect time-out even then. Only if the read time-out is the shorter one do the two mean what they say.
 */
const CONNECT_TIMEOUT_MARGIN_MS = 250;

/** The official client as a {@link SendRpc}. */
export function createRtcSender(connection: RtcConnection): SendRpc {
  let opening: ReturnType<typeof loadOfficialClient> | undefined;
  return async (action, pairs, timeoutMs) => {
    opening ??= loadOfficialClient(connection);
    const send = await opening;
    const call = { action, pairs, readTimeoutMs: timeoutMs, connectTimeoutMs: timeoutMs + CONNECT_TIMEOUT_MARGIN_MS };
    return await answerHeaders.run({ retryAfterMs: undefined }, async () => {
      try {
        const answer = v.parse(ClientAnswer, await send(call));
        return { status: answer.statusCode, body: answer.body, retryAfterMs: undefined };
      } catch (error) {
        const refusal = v.safeParse(ClientRefusal, error);
        if (!refusal.success) throw error;
        const { statusCode, ...body } = refusal.output.data;
        return { status: statusCode, body, retryAfterMs: answerHeaders.getStore()?.retryAfterMs };
      }
    });
  };
}

async function loadOfficialClient(connection: RtcConnection) {
  const { openOfficialClient } = await import('../../shared/official-client.ts');
  return openOfficialClient(connection);
}

const ClientAnswer = v.object({ statusCode: v.number(), body: v.unknown() });

/** The client's ResponseError for 4xx and 5xx: the parsed body, with the status mixed in. */
const ClientRefusal = v.object({ data: v.looseObject({ statusCode: v.number() }) });

// The client's errors do not carry the answer's headers. Node publishes each answer on a diagnostics channel, in the
// asynchronous context of the call it belongs to.
const answerHeaders = new AsyncLocalStorage<{ retryAfterMs: number | undefined }>();

const PublishedAnswer = v.object({ response: v.object({ headers: v.object({ 'x-acs-retry-after': v.string() }) }) });

subscribe('http.client.response.finish', (message) => {
  const store = answerHeaders.getStore();
  const published = v.safeParse(PublishedAnswer, message);
  if (store === undefined || !published.success) return;
  // Milliseconds, as the vendor's own clients read it.
  const retryAfterMs = Number(published.output.response.headers['x-acs-retry-after']);
  if (retryAfterMs > 0 && Number.isFinite(retryAfterMs)) store.retryAfterMs = retryAfterMs;
});
