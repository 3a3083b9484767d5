/**
 * Links to recorded files in private buckets: time-limited, signed with the credentials of the function's role, which
 * has to be allowed `oss:GetObject`.
 *
 * @module
 */
import type { StartConfig } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import type { FunctionCredentials } from '../../shared/fc.ts';
import { encodeOssKey, type OssAccessKey, type OssObject, signOssQuery } from '../../shared/signing/oss-v4.ts';
import { percentEncode } from '../../shared/signing/percent-encoding.ts';

/** What making a link needs from outside. */
export interface FileLinkContext {
  readonly config: Pick<StartConfig, 'ossHosts' | 'ossEndpoint'>;
  readonly credentials: FunctionCredentials;
  /** The time on the clock: OSS compares it with its own. */
  readonly now: Date;
  readonly expiresInSeconds: number;
}

/** A link. */
export interface FileLink {
  readonly Url: string;
  readonly expiresAt: Date;
}

/**
 * Returns a link to the file at `url`, always to OSS itself: nothing but bucket, region and name is taken from `url`.
 *
 * The link to an m3u8 asks OSS to sign the addresses of the segments too (`x-oss-process=hls/sign`). OSS documents that
 * with the older signature; that it does the same with V4 is unverified.
 *
 * @throws RecorderError `FileNotLinkable` for a file that is at no OSS host, or at none of `OSS_HOSTS`; `Misconfigured`
 * where the function has no role.
 * @see OSS, "Create HLS streams based on OSS", dynamic signature
 */
export function createFileLink(url: string, context: FileLinkContext): FileLink {
  const { config, now, expiresInSeconds } = context;
  const object = parseOssUrl(url, config.ossHosts);
  if (object === undefined) throw new RecorderError('FileNotLinkable');
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const query = signOssQuery(object, {
    key: readKey(context.credentials),
    date,
    expiresSeconds: expiresInSeconds,
    query: /\.m3u8$/i.test(object.key) ? [['x-oss-process', 'hls/sign']] : [],
  });
  const text = query.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
  const signedAtMs = Math.floor(now.getTime() / 1_000) * 1_000;
  return {
    Url: `${createAddress(object, config.ossEndpoint)}?${text}`,
    expiresAt: new Date(signedAtMs + expiresInSeconds * 1_000),
  };
}

/**
 * A bucket's own domain name, as RTC writes it: an internal one stands for the same bucket. Two letters begin every
 * region's id, and no other subdomain of OSS, such as `oss-accelerate`, which tells no region.
 */
const OSS_URL =
  /^https?:\/\/(?<host>(?<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.oss-(?<region>[a-z]{2}-[a-z0-9-]{1,40}?)(?:-internal)?\.aliyuncs\.com)\/(?<path>[^?#]+)$/i;

/**
 * The object that a stored address names, or undefined. The address is taken for percent-encoded; whether RTC encodes a
 * name that needs it is unverified.
 */
function parseOssUrl(url: string, ossHosts: readonly string[]): OssObject | undefined {
  const { host, bucket, region, path } = OSS_URL.exec(url)?.groups ?? {};
  if (host === undefined || bucket === undefined || region === undefined || path === undefined) return undefined;
  if (ossHosts.length > 0 && !ossHosts.includes(host.toLowerCase())) return undefined;
  try {
    return { bucket: bucket.toLowerCase(), region: region.toLowerCase(), key: decodeURIComponent(path) };
  } catch {
    return undefined;
  }
}

function readKey({ accessKeyId, accessKeySecret, securityToken }: FunctionCredentials): OssAccessKey {
  if (!accessKeyId || !accessKeySecret) {
    throw new RecorderError('Misconfigured', { message: 'The function has no role to sign links with.' });
  }
  return { accessKeyId, accessKeySecret, securityToken: securityToken || undefined };
}

function createAddress({ bucket, region, key }: OssObject, ossEndpoint: string | undefined): string {
  const path = encodeOssKey(key);
  // The emulated OSS of a local stack has one host for all buckets. V4 signs the bucket either way.
  if (ossEndpoint !== undefined) return `http://${ossEndpoint}/${bucket}/${path}`;
  return `https://${bucket}.oss-${region}.aliyuncs.com/${path}`;
}
