/**
 * The V4 signature of OSS, OSS4-HMAC-SHA256, in the query of a URL: whoever has the URL may get the object until it expires.
 * For GET without signed headers, which is all that links need. Its steps are exported, so that a mismatch can be
 * explained by comparing them.
 *
 * @module
 * @see https://help.aliyun.com/en/oss/developer-reference/add-signatures-to-urls (V4 signatures in presigned URLs)
 */
import { createHash, createHmac } from 'node:crypto';
import type { AccessKey } from './acs3.ts';
import { createCanonicalQuery, type ParameterPairs } from './canonical-query.ts';
import { percentEncode } from './percent-encoding.ts';

const ALGORITHM = 'OSS4-HMAC-SHA256';
const REQUEST_VERSION = 'aliyun_v4_request';

/** An object in OSS. */
export interface OssObject {
  readonly bucket: string;
  /** Without `oss-`: `cn-shanghai`. */
  readonly region: string;
  /** The object's name, decoded, without a slash in front. */
  readonly key: string;
}

/** A key pair that signs, and the token of a temporary one. */
export interface OssAccessKey extends AccessKey {
  readonly securityToken?: string | undefined;
}

/** When and how a link is signed. */
export interface OssSigning {
  readonly key: OssAccessKey;
  /** When the link begins to work, UTC: `20231217T025437Z`. */
  readonly date: string;
  /** How long it works: an integer from 1 to 604,800. */
  readonly expiresSeconds: number;
  /** Decoded parameters to ask for besides, each with a value. */
  readonly query: ParameterPairs;
}

/** What a key may sign for: a day of UTC in a region. */
export type OssScope = Pick<OssSigning, 'date'> & Pick<OssObject, 'region'>;

/** Returns the object's name as it stands in a URL: percent-encoded by RFC 3986 except for its slashes. */
export function encodeOssKey(key: string): string {
  return key.split('/').map(percentEncode).join('/');
}

/**
 * Returns the canonical request of a GET: method, `/bucket/key`, canonical query, no headers, no names of headers, and
 * UNSIGNED-PAYLOAD, each followed by a line feed except the last.
 *
 * @param query all parameters but `x-oss-signature`
 * @throws RecorderError `MalformedRequest` if the key or the query is not well-formed Unicode
 */
export function createOssCanonicalRequest({ bucket, key }: OssObject, query: ParameterPairs): string {
  return ['GET', `/${bucket}/${encodeOssKey(key)}`, createCanonicalQuery(query), '', '', 'UNSIGNED-PAYLOAD'].join('\n');
}

/** Returns the string to sign: algorithm, date, scope and the SHA-256 of the canonical request in lower-case hex. */
export function createOssStringToSign(canonicalRequest: string, { date, region }: OssScope): string {
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  return [ALGORITHM, date, formatScope({ date, region }), hash].join('\n');
}

/** Returns the signature, lower-case hex, made with a key derived from the secret for the scope. */
export function createOssSignature(accessKeySecret: string, scope: OssScope, stringToSign: string): string {
  const derivedKey = formatScope(scope)
    .split('/')
    .reduce<string | Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      `aliyun_v4${accessKeySecret}`,
    );
  return createHmac('sha256', derivedKey).update(stringToSign).digest('hex');
}

/**
 * Returns the query of a link to the object: the given parameters and those of the signature, decoded, in the order in
 * which the official Node client puts them.
 *
 * @throws RecorderError `MalformedRequest` if the key or the query is not well-formed Unicode
 */
export function signOssQuery(object: OssObject, { key, date, expiresSeconds, query }: OssSigning): ParameterPairs {
  const scope = { date, region: object.region };
  const pairs: ParameterPairs = [
    ...query,
    ['x-oss-credential', `${key.accessKeyId}/${formatScope(scope)}`],
    ['x-oss-date', date],
    ['x-oss-expires', String(expiresSeconds)],
    ['x-oss-signature-version', ALGORITHM],
    ...(key.securityToken === undefined ? [] : [['x-oss-security-token', key.securityToken] as const]),
  ];
  const stringToSign = createOssStringToSign(createOssCanonicalRequest(object, pairs), scope);
  return [...pairs, ['x-oss-signature', createOssSignature(key.accessKeySecret, scope, stringToSign)]];
}

function formatScope({ date, region }: OssScope): string {
  return `${date.slice(0, 'yyyyMMdd'.length)}/${region}/oss/${REQUEST_VERSION}`;
}
