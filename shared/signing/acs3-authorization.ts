/**
 * The Authorization header of ACS3-HMAC-SHA256.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';
import { requireValue } from './verification-policy.ts';

/** The name of the algorithm, in the header and in the string to sign. */
export const ACS3_ALGORITHM = 'ACS3-HMAC-SHA256';

/** Three times what an official client sends with a security token; beyond it the header is not looked at. Ours. */
const MAX_AUTHORIZATION_LENGTH = 4096;

// Each part ends at a character that it cannot contain: the expression never backtracks.
const AUTHORIZATION =
  /^ACS3-HMAC-SHA256 Credential=([\x21-\x2b\x2d-\x7e]{1,128}),SignedHeaders=([a-z0-9_-]+(?:;[a-z0-9_-]+)*),Signature=([0-9a-f]{64})$/;

/** The parts of an Authorization header. */
export interface Acs3Authorization {
  readonly accessKeyId: string;
  /** Lower-case names in ascending order, each once. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hex digits. */
  readonly signature: string;
}

/**
 * Returns the parts of `ACS3-HMAC-SHA256 Credential=<id>,SignedHeaders=<a;b>,Signature=<hex>`, or throws. Exactly this
 * form: no spaces after the commas, names lower-case and ascending, as the vendor defines it and every client sends it.
 *
 * @throws RecorderError `MissingAuthorization`; `InvalidSignatureMethod` for another algorithm; `InvalidAuthorization`
 * for any other fault
 * @see https://help.aliyun.com/document_detail/2593177.html ("Authorization")
 */
export function parseAuthorization(header: string | undefined): Acs3Authorization {
  const authorization = requireValue(header, 'Authorization');
  if (authorization.length > MAX_AUTHORIZATION_LENGTH) throw createAuthorizationError();
  if (!authorization.startsWith(`${ACS3_ALGORITHM} `)) throw new RecorderError('InvalidSignatureMethod');

  const [, accessKeyId, names, signature] = AUTHORIZATION.exec(authorization) ?? [];
  if (!accessKeyId || !names || !signature) throw createAuthorizationError();
  const signedHeaders = names.split(';');
  if (!isAscending(signedHeaders)) throw createAuthorizationError();
  return { accessKeyId, signedHeaders, signature };
}

/** Returns the Authorization header of its parts. */
export function formatAuthorization({ accessKeyId, signedHeaders, signature }: Acs3Authorization): string {
  return `${ACS3_ALGORITHM} Credential=${accessKeyId},SignedHeaders=${signedHeaders.join(';')},Signature=${signature}`;
}

function isAscending(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
}

function createAuthorizationError(): RecorderError {
  return new RecorderError('InvalidAuthorization', { message: 'Specified parameter Authorization is not valid.' });
}
