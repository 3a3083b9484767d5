/**
 * Standard Webhooks 1.0, symmetric scheme: HMAC-SHA256 over `{id}.{timestamp}.{body}`.
 *
 * @module
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac } from 'node:crypto';
import { RecorderError } from '../errors.ts';
import { isSameSecret } from './constant-time.ts';
import { type HeaderPairs, readHeaders } from './headers.ts';

/** "Random. At least 24 bytes (192 bits, 512 maximum)": the specification, "Signature scheme". */
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;
const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

/**
 * No full stop in an id: it delimits the signed content, so `a.1` at time `2` would read like `a` at time `1` with a
 * body that begins `2.` (the specification, "Signature scheme"). The length is ours.
 */
const WEBHOOK_ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;

/** Digits only, without leading zeros: one time has one spelling. */
const WEBHOOK_TIMESTAMP = /^[1-9]\d{0,11}$/;

/** How much of `webhook-signature` is examined: the specification allows any number for rotation. Ours. */
const MAX_SIGNATURES = 32;
const MAX_SIGNATURE_HEADER_LENGTH = 4096;

/** A webhook to sign. */
export interface WebhookMessage {
  /** Same for each attempt: receivers use it as idempotency key. Visible ASCII without `.`, at most 256 characters. */
  readonly id: string;
  /** Time of this attempt, whole epoch seconds. */
  readonly timestampSeconds: number;
  /** Exactly what is sent; text is sent as UTF-8. */
  readonly body: string | Uint8Array;
  /** `whsec_…`; each of them signs, so that receivers can change theirs at leisure. */
  readonly secrets: readonly string[];
}

/** The headers of a signed webhook. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** A webhook as it arrived, and what is accepted. */
export interface ReceivedWebhook<Body extends string | Uint8Array> {
  readonly headers: HeaderPairs;
  /** As received, before any parsing. */
  readonly body: Body;
  /** `whsec_…`; any of them may have signed. */
  readonly secrets: readonly string[];
  /** The time of arrival, epoch milliseconds. */
  readonly nowMs: number;
  /** How far the attempt's time may lie before or after `nowMs`, seconds. Usual are 300. */
  readonly toleranceSeconds: number;
}

/** A webhook whose signature is good. */
export interface VerifiedWebhook<Body extends string | Uint8Array> {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: Body;
}

/**
 * Returns the key of a webhook secret: `whsec_` and base64 of 24 to 64 bytes.
 *
 * The prefix is required, although libraries do without: it tells a webhook secret from any other secret pasted here.
 *
 * @throws RecorderError `Misconfigured` for anything else
 */
export function parseWebhookSecret(secret: string): Uint8Array {
  const key = Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
  if (key.length < MIN_SECRET_BYTES || key.length > MAX_SECRET_BYTES) {
    throw new RecorderError('Misconfigured', {
      message: `A webhook secret must be whsec_ and base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes.`,
    });
  }
  return key;
}

/**
 * Returns the three headers of one attempt; `webhook-signature` holds `v1,<base64>` per secret, separated by spaces.
 *
 * @throws RecorderError `Misconfigured` if a secret is unusable
 * @throws TypeError for an id or time that the headers cannot carry, or no secret
 */
export function signWebhook({ id, timestampSeconds, body, secrets }: WebhookMessage): WebhookHeaders {
  const timestamp = String(timestampSeconds);
  if (!WEBHOOK_ID.test(id)) throw new TypeError('A webhook id is 1 to 256 visible ASCII characters without a dot.');
  if (!WEBHOOK_TIMESTAMP.test(timestamp)) throw new TypeError('A webhook is signed with whole epoch seconds.');
  if (secrets.length === 0) throw new TypeError('A webhook is signed with at least one secret.');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => createSignature(secret, id, timestamp, body)).join(' '),
  };
}

/**
 * Returns the webhook if one of its signatures was made with one of the secrets, or throws. Signatures of other versions
 * (`v1a`) are passed over; at most 32 are examined. Handling each id once is the receiver's part.
 *
 * @throws RecorderError `MissingWebhookId`, `MissingWebhookTimestamp`, `MissingWebhookSignature`; `InvalidWebhookId`;
 * `InvalidWebhookTimestamp.Format`, `InvalidWebhookTimestamp.Expired`; `InvalidWebhookSignature` (no signature matches,
 * or the header is longer than 4096 characters); `Misconfigured` if a secret is unusable
 */
export function verifyWebhook<Body extends string | Uint8Array>(webhook: ReceivedWebhook<Body>): VerifiedWebhook<Body> {
  const headers = readHeaders(webhook.headers);
  const id = requireHeader(headers.get('webhook-id'), 'MissingWebhookId');
  const timestamp = requireHeader(headers.get('webhook-timestamp'), 'MissingWebhookTimestamp');
  const signatures = requireHeader(headers.get('webhook-signature'), 'MissingWebhookSignature');

  if (!WEBHOOK_ID.test(id)) throw createError('InvalidWebhookId');
  if (!WEBHOOK_TIMESTAMP.test(timestamp)) throw createError('InvalidWebhookTimestamp.Format');
  const timestampSeconds = Number(timestamp);
  const isFresh = Math.abs(webhook.nowMs - timestampSeconds * 1000) <= webhook.toleranceSeconds * 1000;
  if (!isFresh) throw createError('InvalidWebhookTimestamp.Expired');

  if (signatures.length > MAX_SIGNATURE_HEADER_LENGTH) throw createError('InvalidWebhookSignature');
  const candidates = signatures.split(' ', MAX_SIGNATURES);
  const isSigned = webhook.secrets
    .map((secret) => createSignature(secret, id, timestamp, webhook.body))
    .some((expected) => candidates.some((candidate) => isSameSecret(candidate, expected)));
  if (!isSigned) throw createError('InvalidWebhookSignature');
  return { id, timestampSeconds, body: webhook.body };
}

function createSignature(secret: string, id: string, timestamp: string, body: string | Uint8Array): string {
  const hmac = createHmac('sha256', parseWebhookSecret(secret)).update(`${id}.${timestamp}.`).update(body);
  return `v1,${hmac.digest('base64')}`;
}

function requireHeader(value: string | undefined, code: `Missing${string}`): string {
  if (!value) throw createError(code);
  return value;
}

function createError(code: `Missing${string}` | `Invalid${string}`): RecorderError {
  return new RecorderError(code, { message: 'The webhook is not signed as Standard Webhooks 1.0 asks.' });
}
