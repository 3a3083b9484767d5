/**
 * The token in a callback URL, `/record-callbacks/{AppId}/{token}`. RTC documents no signature for its callbacks, so
 * that knowing the URL is what entitles to post there. The scheme is ours.
 *
 * @module
 */
import { createHmac } from 'node:crypto';
import { RecorderError } from '../errors.ts';
import { isSameSecret } from './constant-time.ts';

/** Keeps the token apart from anything else that may ever be derived from the same secret. */
const CONTEXT = 'rtc-recorder/callback/v1\n';

/** What a callback URL holds, and the secrets that may have made it. */
export interface CallbackCapability {
  readonly token: string;
  readonly AppId: string;
  /** Newest first or in any order: during a rotation each of them is accepted. */
  readonly secrets: readonly string[];
}

/**
 * Returns the token of an AppId's callback URL: 43 characters of base64url. Whoever holds it can report recordings of
 * this AppId, and of no other: it is as secret as a key.
 *
 * @example createCallbackToken(secret, 'a2h1') // base64url(HMAC-SHA256(secret, 'rtc-recorder/callback/v1\na2h1'))
 */
export function createCallbackToken(secret: string, AppId: string): string {
  return createHmac('sha256', secret).update(CONTEXT).update(AppId).digest('base64url');
}

/**
 * Returns the AppId whose callbacks the URL entitles to.
 *
 * @throws RecorderError `InvalidCallbackToken` if none of the secrets made the token for this AppId
 */
export function verifyCallbackToken({ token, AppId, secrets }: CallbackCapability): string {
  if (!secrets.some((secret) => isSameSecret(token, createCallbackToken(secret, AppId)))) {
    throw new RecorderError('InvalidCallbackToken');
  }
  return AppId;
}
