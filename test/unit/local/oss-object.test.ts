import OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { answerObject, isObjectPath, type OssSubject } from '../../../local/emulator/oss-object.ts';

const KEY = { accessKeyId: 'STS.id', accessKeySecret: 'secret', securityToken: 'to+ken/=' };
const FILE = {
  ...{ AppId: 'app', ChannelId: 'room 1', TaskId: 'task', Duration: 1_800 },
  ...{ CreateTime: '2026-11-22T10:30:06Z', StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z' },
  Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/record/app/room 1_task/你.m3u8',
};
const NAME = 'record/app/room 1_task/你.m3u8';

interface LinkOptions {
  readonly name?: string;
  readonly method?: 'GET' | 'PUT';
  readonly expires?: number;
  readonly key?: typeof KEY;
}

/** A link that the official client has signed, as the emulator's one host gets it. */
async function sign({ name = NAME, method = 'GET', expires = 60, key = KEY }: LinkOptions = {}): Promise<string> {
  const { accessKeyId, accessKeySecret, securityToken } = key;
  const client = new OSS({
    ...{ accessKeyId, accessKeySecret, stsToken: securityToken, bucket: 'rtc-record', region: 'oss-cn-shanghai' },
    ...{ refreshSTSToken: async () => ({ accessKeyId, accessKeySecret, stsToken: securityToken }) },
    refreshSTSTokenInterval: 3_600_000,
  });
  const { pathname, search } = new URL(await client.signatureUrlV4(method, expires, {}, name));
  return `/rtc-record${pathname}${search}`;
}

const ask = (path: string, changes: Partial<OssSubject> = {}, method = 'GET') =>
  answerObject({ method, path }, { credentials: [KEY], files: () => [FILE], nowMs: Date.now, ...changes });

describe('answerObject', () => {
  test('serves a file to whoever has a link of the official client', async () => {
    expect(ask(await sign())).toMatchObject({
      status: 200,
      body: expect.stringContaining('1800 s of the channel room 1'),
    });
  });

  test('serves it until the link expires', async () => {
    const path = await sign({ expires: 60 });
    expect(ask(path, { nowMs: () => Date.now() + 55_000 }).status).toBe(200);
    expect(ask(path, { nowMs: () => Date.now() + 62_000 })).toMatchObject({
      status: 403,
      body: expect.stringContaining('AccessDenied'),
    });
    expect(ask(path, { nowMs: () => Date.now() - 902_000 }).status).toBe(403);
  });

  test.each([
    ['no signature', async () => '/rtc-record/record/a.mp4', 'AccessDenied'],
    ['another name', async () => (await sign()).replace('_task', '_other'), 'SignatureDoesNotMatch'],
    ['another bucket', async () => (await sign()).replace('/rtc-record/', '/rtc-recorr/'), 'SignatureDoesNotMatch'],
    ['another parameter', async () => `${await sign()}&x-oss-process=hls/sign`, 'SignatureDoesNotMatch'],
    ['a longer time', async () => (await sign()).replace('expires=60', 'expires=61'), 'SignatureDoesNotMatch'],
    ['another method', async () => await sign({ method: 'PUT' }), 'SignatureDoesNotMatch'],
    ['another secret', async () => await sign({ key: { ...KEY, accessKeySecret: 'other' } }), 'SignatureDoesNotMatch'],
    ['an unknown key', async () => await sign({ key: { ...KEY, accessKeyId: 'STS.other' } }), 'InvalidAccessKeyId'],
    ['another token', async () => await sign({ key: { ...KEY, securityToken: 'x' } }), 'InvalidSecurityToken'],
    ['too long a time', async () => await sign({ expires: 604_801 }), 'AccessDenied'],
  ])('refuses %s', async (_, createPath, Code) => {
    expect(ask(await createPath())).toMatchObject({
      status: 403,
      body: expect.stringContaining(`<Code>${Code}</Code>`),
    });
  });

  test('knows no file that was not recorded, and nothing but GET', async () => {
    expect(ask(await sign({ name: 'other.mp4' }))).toMatchObject({
      status: 404,
      body: expect.stringContaining('NoSuchKey'),
    });
    expect(ask(await sign(), {}, 'DELETE').status).toBe(405);
  });
});

describe('isObjectPath', () => {
  test('tells objects from RPC requests and admin routes', () => {
    expect(isObjectPath('/rtc-record/record/a.mp4?x=1')).toBe(true);
    expect(['/', '/?Action=a/b', '/_emulator/state', '/rtc-record/', '/rtc-record/?a=/b'].filter(isObjectPath)).toEqual(
      [],
    );
  });
});
