/**
 * Links to OSS against the official client, ali-oss: the same address, byte for byte, at the same instant.
 *
 * @module
 */
import OSS from 'ali-oss';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createFileLink } from '../../functions/start/file-link.ts';
import { signOssQuery } from '../../shared/signing/oss-v4.ts';
import { percentEncode } from '../../shared/signing/percent-encoding.ts';

const NOW = new Date('2026-11-22T23:59:59.900Z');
const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const TOKEN = 'CAIS+/=token';
const OBJECT = { bucket: 'rtc-record', region: 'cn-shanghai' };

const part = fc.constantFrom(
  ...' +%&=?#\\|"<>^`{}~:;@$,',
  "!'()*",
  '%20',
  '%2F',
  '/',
  '你',
  '😀',
  'é',
  'A',
  '.m3u8',
  '_-.',
);
const key = fc
  .array(part, { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  // OSS takes no name that begins with a slash.
  .filter((name) => !name.startsWith('/'));
const subresources = fc.dictionary(
  fc.constantFrom('x-oss-process', 'versionId', 'response-content-type', 'response-content-disposition'),
  fc.constantFrom('hls/sign', 'text/plain; charset=utf-8', "attachment; filename*=UTF-8''%E4%BD%A0 +.mp4", '你'),
);
const expiresSeconds = fc.integer({ min: 1, max: 604_800 });
const securityToken = fc.constantFrom(undefined, TOKEN);

/** The official client's link. It leaves a few characters as they are that its own signature encodes. */
async function signOfficially(
  name: string,
  token: string | undefined,
  expires: number,
  queries: Readonly<Record<string, string>>,
): Promise<string> {
  const client = new OSS({
    ...KEY,
    // The client insists on knowing how to renew a token; it never does.
    ...(token !== undefined && {
      stsToken: token,
      refreshSTSToken: async () => ({ ...KEY, stsToken: token }),
      refreshSTSTokenInterval: 2_000_000_000,
    }),
    bucket: OBJECT.bucket,
    region: `oss-${OBJECT.region}`,
    secure: true,
    authorizationV4: true,
  });
  const url = await client.signatureUrlV4('GET', expires, { queries }, name);
  return url.replace(/[!'()*]/g, (character) => percentEncode(character));
}

beforeAll(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
});

afterAll(() => {
  vi.useRealTimers();
});

describe('signOssQuery', () => {
  it('makes the query of the official client, for any name, parameters and token', async () => {
    await fc.assert(
      fc.asyncProperty(key, securityToken, expiresSeconds, subresources, async (name, token, expires, queries) => {
        const pairs = signOssQuery(
          { ...OBJECT, key: name },
          {
            key: { ...KEY, securityToken: token },
            date: '20261122T235959Z',
            expiresSeconds: expires,
            query: Object.entries(queries),
          },
        );
        const official = await signOfficially(name, token, expires, queries);
        expect(pairs).toEqual([...new URL(official).searchParams]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('createFileLink', () => {
  it('makes the address of the official client, for any name a stored address may hold', async () => {
    await fc.assert(
      fc.asyncProperty(key, securityToken, expiresSeconds, async (name, token, expires) => {
        const url = `http://rtc-record.oss-cn-shanghai.aliyuncs.com/${name.split('/').map(percentEncode).join('/')}`;
        const link = createFileLink(url, {
          config: { ossHosts: [], ossEndpoint: undefined },
          credentials: { ...KEY, ...(token !== undefined && { securityToken: token }) },
          now: NOW,
          expiresInSeconds: expires,
        });
        const queries: Record<string, string> = name.endsWith('.m3u8') ? { 'x-oss-process': 'hls/sign' } : {};
        expect(link.Url).toBe(await signOfficially(name, token, expires, queries));
      }),
      { numRuns: 300 },
    );
  });
});
