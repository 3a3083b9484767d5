/**
 * The V3 signature of Alibaba Cloud, ACS3-HMAC-SHA256: made from the request's method, path, query, headers and body.
 * Its steps are exported, so that a mismatch can be explained by comparing them.
 *
 * @module
 * @see https://help.aliyun.com/document_detail/2593177.html (V3 request body and signature)
 */
import { createHash, createHmac } from 'node:crypto';
import { RecorderError } from '../errors.ts';
import { ACS3_ALGORITHM, formatAuthorization, parseAuthorization } from './acs3-authorization.ts';
import { createCanonicalQuery, type ParameterPairs } from './canonical-query.ts';
import { isSameSecret } from './constant-time.ts';
import { type HeaderPairs, readHeaders } from './headers.ts';
import {
  findAccessKeySecret,
  requireValue,
  type VerificationPolicy,
  type VerifiedCaller,
  verifyNonce,
  verifyTimestamp,
} from './verification-policy.ts';

/**
 * Headers that a signature has to cover, with the name of each in `Missing…` codes: left unsigned, somebody in between
 * could send the call to another host, turn it into another action or version, or make an old request look new.
 */
const REQUIRED_HEADERS = {
  host: 'Host',
  'x-acs-action': 'Action',
  'x-acs-version': 'Version',
  'x-acs-date': 'Timestamp',
  'x-acs-signature-nonce': 'SignatureNonce',
  'x-acs-content-sha256': 'ContentSha256',
} as const;

/** A request as it is signed. */
export interface Acs3Request {
  /** Upper case. */
  readonly method: string;
  /** Still percent-encoded; `/` for RPC calls. */
  readonly path: string;
  /** Decoded (a `+` is a space): clients encode the URL more loosely than the canonical query. */
  readonly query: ParameterPairs;
  readonly headers: HeaderPairs;
  /** As received, before any parsing. */
  readonly body: Uint8Array;
}

/** A key pair that signs. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** The headers that a signature adds to a request. */
export interface Acs3SignatureHeaders {
  readonly Authorization: string;
  readonly 'x-acs-content-sha256': string;
}

/** A caller whose signature is good, and the names of the headers that it covers, lower case and ascending. */
export interface VerifiedAcs3Caller extends VerifiedCaller {
  readonly signedHeaders: readonly string[];
}

/** Returns the SHA-256 of the body, lower-case hex: the value of `x-acs-content-sha256`. */
export function createHashedPayload(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Returns one line `name:value` with a line feed per signed header, in the given order; an absent header is empty. */
export function createCanonicalHeaders(headers: HeaderPairs, signedHeaders: readonly string[]): string {
  const fields = readHeaders(headers);
  return signedHeaders.map((name) => `${name}:${fields.get(name) ?? ''}\n`).join('');
}

/**
 * Returns the canonical request: method, path, canonical query, canonical headers, signed header names and hashed body,
 * each followed by a line feed except the last.
 *
 * @param signedHeaders lower-case names in ascending order
 * @throws RecorderError `MalformedRequest` if the query is not well-formed Unicode
 */
export function createCanonicalRequest(request: Acs3Request, signedHeaders: readonly string[]): string {
  return [
    request.method,
    request.path,
    createCanonicalQuery(request.query),
    createCanonicalHeaders(request.headers, signedHeaders),
    signedHeaders.join(';'),
    createHashedPayload(request.body),
  ].join('\n');
}

/** Returns the string to sign: the algorithm, a line feed, the SHA-256 of the canonical request in lower-case hex. */
export function createStringToSign(canonicalRequest: string): string {
  return `${ACS3_ALGORITHM}\n${createHash('sha256').update(canonicalRequest).digest('hex')}`;
}

/**
 * Returns the headers to send along with the request's own: its signature over `host`, `content-type` if present and
 * every `x-acs-*` header.
 *
 * @param request with `host` and all `x-acs-*` headers but `x-acs-content-sha256`, which is computed
 * @throws TypeError if one of those headers is missing
 * @throws RecorderError `MalformedRequest` if the query is not well-formed Unicode
 */
export function signAcs3(request: Acs3Request, key: AccessKey): Acs3SignatureHeaders {
  const contentSha256 = createHashedPayload(request.body);
  const headers = new Map(readHeaders(request.headers)).set('x-acs-content-sha256', contentSha256);
  for (const name of Object.keys(REQUIRED_HEADERS)) {
    if (!headers.get(name)) throw new TypeError(`A request to sign needs the header ${name}.`);
  }
  const signedHeaders = [...headers.keys()].filter(isSignedHeader).toSorted();
  const stringToSign = createStringToSign(createCanonicalRequest({ ...request, headers }, signedHeaders));
  const signature = createSignature(key.accessKeySecret, stringToSign);
  return {
    Authorization: formatAuthorization({ accessKeyId: key.accessKeyId, signedHeaders, signature }),
    'x-acs-content-sha256': contentSha256,
  };
}

/**
 * Returns who signed the request, or throws.
 *
 * Besides the signature it checks that everything that matters is signed: the required headers, every other `x-acs-*`
 * header ("all common request headers except Authorization must be signed if present", the vendor's page), and
 * `content-type` where there is a body whose reading depends on it. The order of the checks is ours.
 *
 * @throws RecorderError `MissingAuthorization`, `MissingHost`, `MissingAction`, `MissingVersion`, `MissingTimestamp`,
 * `MissingSignatureNonce`, `MissingContentSha256`; `InvalidSignatureMethod` (another algorithm); `InvalidAuthorization`;
 * `InvalidTimeStamp.Format`, `InvalidTimeStamp.Expired`; `InvalidSignatureNonce`; `InvalidAccessKeyId.NotFound`;
 * `MalformedRequest` (the query is not well-formed Unicode); `SignatureDoesNotMatch` (wrong secret, anything changed on
 * the way, a body other than the hashed one, a header that should be signed and is not). No error carries the string to
 * sign, which holds every parameter: `createStringToSign` rebuilds it for those who may show it.
 */
export function verifyAcs3(request: Acs3Request, policy: VerificationPolicy): VerifiedAcs3Caller {
  const headers = readHeaders(request.headers);
  const { accessKeyId, signedHeaders, signature } = parseAuthorization(headers.get('authorization'));
  requireHeader(headers, 'host');
  requireHeader(headers, 'x-acs-action');
  requireHeader(headers, 'x-acs-version');
  const timestampMs = verifyTimestamp(requireHeader(headers, 'x-acs-date'), policy);
  const nonce = verifyNonce(requireHeader(headers, 'x-acs-signature-nonce'));
  const contentSha256 = requireHeader(headers, 'x-acs-content-sha256');
  requireCoverage(headers, signedHeaders, request.body);
  const accessKeySecret = findAccessKeySecret(accessKeyId, policy);

  const stringToSign = createStringToSign(createCanonicalRequest(request, signedHeaders));
  const isSigned = isSameSecret(signature, createSignature(accessKeySecret, stringToSign));
  // A signer may have hashed one body and announced another: whoever reads the header must find the body that arrived.
  const isSameBody = isSameSecret(contentSha256, createHashedPayload(request.body));
  if (!isSigned || !isSameBody) throw new RecorderError('SignatureDoesNotMatch');
  return { accessKeyId, nonce, timestampMs, securityToken: headers.get('x-acs-security-token'), signedHeaders };
}

function requireHeader(headers: ReadonlyMap<string, string>, name: keyof typeof REQUIRED_HEADERS): string {
  return requireValue(headers.get(name), REQUIRED_HEADERS[name]);
}

function requireCoverage(
  headers: ReadonlyMap<string, string>,
  signedHeaders: readonly string[],
  body: Uint8Array,
): void {
  const signed = new Set(signedHeaders);
  if (!signedHeaders.every((name) => headers.has(name))) {
    throw new RecorderError('SignatureDoesNotMatch', { message: 'A header named in SignedHeaders is absent.' });
  }
  for (const name of headers.keys()) {
    // Without a body a proxy may add a content-type: there is nothing it could change the meaning of.
    const isNeeded = isSignedHeader(name) && (name !== 'content-type' || body.length > 0);
    if (isNeeded && !signed.has(name)) {
      throw new RecorderError('SignatureDoesNotMatch', {
        message: 'The signature must cover host, content-type and every x-acs-* header.',
      });
    }
  }
}

function isSignedHeader(name: string): boolean {
  return name === 'host' || name === 'content-type' || name.startsWith('x-acs-');
}

function createSignature(accessKeySecret: string, stringToSign: string): string {
  return createHmac('sha256', accessKeySecret).update(stringToSign).digest('hex');
}
