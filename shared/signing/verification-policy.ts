/**
 * What the two Alibaba Cloud signatures ask of a request besides the signature itself.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';
import { parseTimestamp } from './timestamp.ts';

const NONCE = /^[\x21-\x7e]{1,128}$/;

/** Whom and when a signed request is accepted from. There is no default: each caller decides. */
export interface VerificationPolicy {
  /** The secret of a key, or `undefined` if the key is unknown. */
  readonly findAccessKeySecret: (accessKeyId: string) => string | undefined;
  /** The time of arrival, epoch milliseconds. */
  readonly nowMs: number;
  /** How far the request's time may lie before or after `nowMs`, seconds. The vendor documents 15 minutes. */
  readonly maxClockSkewSeconds: number;
}

/** Who signed a request, and what makes it unique. Refusing a nonce seen before is the caller's part. */
export interface VerifiedCaller {
  readonly accessKeyId: string;
  /** 1 to 128 visible ASCII characters. */
  readonly nonce: string;
  /** Time of signing, epoch milliseconds. */
  readonly timestampMs: number;
  /** The STS token that came with temporary credentials: covered by the signature, not checked here. */
  readonly securityToken: string | undefined;
}

/**
 * Returns the time of a request in epoch milliseconds.
 *
 * @throws RecorderError `InvalidTimeStamp.Format`; `InvalidTimeStamp.Expired` outside the policy's window, either way
 */
export function verifyTimestamp(text: string, policy: VerificationPolicy): number {
  const timestampMs = parseTimestamp(text);
  const isFresh = Math.abs(policy.nowMs - timestampMs) <= policy.maxClockSkewSeconds * 1000;
  if (!isFresh) throw new RecorderError('InvalidTimeStamp.Expired');
  return timestampMs;
}

/**
 * Returns the nonce. Bounded and ASCII, because it is going to be stored.
 *
 * @throws RecorderError `InvalidSignatureNonce` unless it is 1 to 128 visible ASCII characters (ours; official clients
 * send 32 to 36)
 */
export function verifyNonce(nonce: string): string {
  if (!NONCE.test(nonce)) {
    throw new RecorderError('InvalidSignatureNonce', { message: 'Specified parameter SignatureNonce is not valid.' });
  }
  return nonce;
}

/**
 * Returns the secret of a key. An empty secret counts as none: with it anybody could sign.
 *
 * @throws RecorderError `InvalidAccessKeyId.NotFound`
 */
export function findAccessKeySecret(accessKeyId: string, policy: VerificationPolicy): string {
  const accessKeySecret = policy.findAccessKeySecret(accessKeyId);
  if (!accessKeySecret) throw new RecorderError('InvalidAccessKeyId.NotFound');
  return accessKeySecret;
}

/**
 * Returns the value of a mandatory parameter or header.
 *
 * @param name the parameter's name in code and message; a constant, never input
 * @throws RecorderError `Missing{name}` if the value is absent or empty, worded as the RPC gateway does
 * @see https://help.aliyun.com/document_detail/48054.html
 */
export function requireValue(value: string | undefined, name: string): string {
  if (!value) throw new RecorderError(`Missing${name}`, { message: `${name} is mandatory for this action.` });
  return value;
}
