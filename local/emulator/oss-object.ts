/**
 * The recorded files as OSS would serve them, for links that are signed in their query (V4): the signature is verified, the
 * bytes are a sentence, because nothing is recorded. One host serves all buckets: `GET /{bucket}/{key}`.
 *
 * @see https://help.aliyun.com/en/oss/developer-reference/add-signatures-to-urls (V4 signatures in presigned URLs)
 * @module
 */
import { isSameSecret } from '../../shared/signing/constant-time.ts';
import {
  createOssCanonicalRequest,
  createOssSignature,
  createOssStringToSign,
  type OssAccessKey,
  type OssObject,
} from '../../shared/signing/oss-v4.ts';
import { OSS_REGION, type RecordFile } from './record-file.ts';

/** The page on V4 signatures in URLs, x-oss-date: how far ahead the signer's clock may be. */
const MAX_CLOCK_SKEW_MS = 900_000;

/** x-oss-expires. */
const MAX_EXPIRES_SECONDS = 604_800;

/** What the answer depends on. */
export interface OssSubject {
  readonly credentials: readonly OssAccessKey[];
  readonly files: () => readonly RecordFile[];
  readonly nowMs: () => number;
}

export interface OssAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** RPC clients ask for `/` alone. */
export function isObjectPath(path: string): boolean {
  return /^\/[a-z0-9-]+\/[^?]/.test(path);
}

/** Answers a request for an object. The codes are those of OSS; which it gives for which fault is unverified in part. */
export function answerObject(
  { method, path }: { readonly method: string; readonly path: string },
  subject: OssSubject,
): OssAnswer {
  if (method !== 'GET') return refuse(405, 'MethodNotAllowed');
  const { pathname, searchParams } = new URL(path, 'http://oss.invalid');
  const [bucket = '', ...segments] = pathname.slice(1).split('/');
  const object = { bucket, region: OSS_REGION, key: decode(segments.join('/')) };
  const fault = findFault(object, searchParams, subject);
  if (fault !== undefined) return refuse(403, fault);
  const url = `http://${bucket}.oss-${OSS_REGION}.aliyuncs.com/${object.key}`;
  const file = subject.files().find((candidate) => candidate.Url === url);
  if (file === undefined) return refuse(404, 'NoSuchKey');
  const body = `Nothing is recorded here. This stands for ${file.Duration} s of the channel ${file.ChannelId}.\n`;
  return { status: 200, contentType: 'text/plain; charset=utf-8', body };
}

function findFault(object: OssObject, query: URLSearchParams, { credentials, nowMs }: OssSubject): string | undefined {
  const { 'x-oss-signature': signature = '', ...signed } = Object.fromEntries(query);
  const { 'x-oss-credential': credential, 'x-oss-date': date = '', 'x-oss-expires': expires = '' } = signed;
  if (credential === undefined) return 'AccessDenied';
  const key = credentials.find(({ accessKeyId }) => accessKeyId === credential.split('/')[0]);
  if (key === undefined) return 'InvalidAccessKeyId';
  if (key.securityToken !== signed['x-oss-security-token']) return 'InvalidSecurityToken';
  const scope = { date, region: object.region };
  const stringToSign = createOssStringToSign(createOssCanonicalRequest(object, Object.entries(signed)), scope);
  const expected = createOssSignature(key.accessKeySecret, scope, stringToSign);
  if (!isSameSecret(signature, expected)) return 'SignatureDoesNotMatch';
  return isInTime(date, Number(expires), nowMs()) ? undefined : 'AccessDenied';
}

function isInTime(date: string, expiresSeconds: number, nowMs: number): boolean {
  // NaN, of what is no time, is in no order.
  const signedAtMs = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const isWithinBounds = expiresSeconds >= 1 && expiresSeconds <= MAX_EXPIRES_SECONDS;
  return isWithinBounds && nowMs >= signedAtMs - MAX_CLOCK_SKEW_MS && nowMs <= signedAtMs + expiresSeconds * 1_000;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(status: number, Code: string): OssAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${Code}</Code></Error>\n`;
  return { status, contentType: 'application/xml', body };
}
