/**
 * The address that a record template announces its files to.
 *
 * @module
 */
import { RecorderError } from '../../shared/errors.ts';
import { createCallbackToken, verifyCallbackToken } from '../../shared/signing/callback-token.ts';

/** A deployment's callback function, as RTC reaches it. */
interface CallbackAddress {
  /** Host name, with a port if it has one. */
  readonly host: string;
  readonly AppId: string;
}

/** Returns a capability: whoever knows it may report files of this AppId. */
export function createCallbackUrl({ host, AppId }: CallbackAddress, secret: string): string {
  const path = `/record-callbacks/${encodeURIComponent(AppId)}/${createCallbackToken(secret, AppId)}`;
  return new URL(path, `https://${host}`).href;
}

/** Which of the secrets made a callback URL for this AppId: the position in `secrets`; undefined if none of them did. */
export function findCallbackSecret(url: string, AppId: string, secrets: readonly string[]): number | undefined {
  if (!URL.canParse(url)) return undefined;
  const [, folder, encodedAppId, token, ...rest] = new URL(url).pathname.split('/');
  if (folder !== 'record-callbacks' || encodedAppId !== encodeURIComponent(AppId)) return undefined;
  if (token === undefined || rest.length > 0) return undefined;
  const index = secrets.findIndex((secret) => isMadeBy(secret, token, AppId));
  return index === -1 ? undefined : index;
}

function isMadeBy(secret: string, token: string, AppId: string): boolean {
  try {
    return verifyCallbackToken({ token, AppId, secrets: [secret] }) === AppId;
  } catch (error) {
    if (error instanceof RecorderError) return false;
    throw error;
  }
}

/** A callback URL that may be shown: without its token. */
export function hideToken(url: string): string {
  return URL.canParse(url) ? `${new URL(url).origin}/… (a secret, not shown)` : 'no address';
}
