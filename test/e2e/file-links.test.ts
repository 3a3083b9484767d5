import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnswerSchemas } from '../../functions/start/answer-schemas.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);
const TASK = '/record-tasks/linked';
const JSON_WANTED = { accept: 'application/json' };

const { FileLink } = createAnswerSchemas();
const Files = v.array(v.object({ FileId: v.string(), Url: v.string() }));

describe('links to files', () => {
  let stack: TestStack;
  let files: v.InferOutput<typeof Files>;

  beforeAll(async () => {
    // A file of half an hour is there after a second.
    stack = await startTestStack({ timeScale: 1_800, template: { Formats: ['m3u8', 'mp4'] } });
    const request = { ChannelId: 'room_1', TaskId: 'linked', TemplateId: '76dasgb****' };
    expect((await stack.call('POST', '/record-tasks', request)).status).toBe(201);
    await waitFor(() => (stack.rtc.files().length >= 2 ? true : undefined));
    expect((await stack.call('DELETE', TASK)).status).toBe(200);
    files = await waitFor(async () => {
      const found = v.parse(Files, (await stack.call('GET', TASK)).body.Files);
      return found.length === stack.rtc.files().length ? found : undefined;
    });
  });

  afterAll(() => stack.close());

  const follow = (path: string, headers = {}) =>
    fetch(`${stack.start.url}${path}`, {
      redirect: 'manual',
      headers: { authorization: stack.authorization, ...headers },
    });
  const post = async (message: object) => {
    const response = await fetch(stack.callbackUrl, { method: 'POST', body: JSON.stringify(message) });
    expect(response.status).toBe(200);
  };

  test('redirect to an address that needs no key and that OSS serves', async () => {
    const response = await follow(`${TASK}/files/1`, { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([response.status, await response.text()]).toEqual([302, '']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      vary: 'accept',
    });
    const served = await fetch(response.headers.get('location') ?? '');
    expect([served.status, await served.text()]).toEqual([200, expect.stringContaining('room_1')]);
  });

  test('name the file by its place or by its id', async () => {
    for (const [index, { FileId, Url }] of files.entries()) {
      const path = decodeURIComponent(new URL(Url).pathname);
      for (const File of [index + 1, FileId]) {
        const location = (await follow(`${TASK}/files/${File}`)).headers.get('location') ?? '';
        expect(decodeURIComponent(new URL(location).pathname)).toBe(`/${new URL(Url).hostname.split('.')[0]}${path}`);
        expect(new URL(location).searchParams.get('x-oss-process')).toBe(path.endsWith('.m3u8') ? 'hls/sign' : null);
      }
    }
  });

  test('are told in JSON where that is wanted, and last as long as was asked for', async () => {
    const beforeMs = Date.now();
    const { status, headers, body } = await stack.call(
      'GET',
      `${TASK}/files/2?ExpiresInSeconds=43200`,
      undefined,
      JSON_WANTED,
    );
    const { Url, ExpiresAt } = v.parse(FileLink, body);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(new URL(Url).searchParams.get('x-oss-expires')).toBe('43200');
    expect(Math.abs(Date.parse(ExpiresAt) - beforeMs - 43_200_000)).toBeLessThan(10_000);
    expect((await fetch(Url)).status).toBe(200);
  });

  test('are refused by OSS when they are changed', async () => {
    const { Url } = v.parse(FileLink, (await stack.call('GET', `${TASK}/files/1`, undefined, JSON_WANTED)).body);
    expect((await fetch(Url.replace('x-oss-expires=3600', 'x-oss-expires=7200'))).status).toBe(403);
  });

  test.each(['0', '99', '1001', '01', '-1', 'file_x', '%00'])('are not made to the file %j', async (File) => {
    expect(await stack.call('GET', `${TASK}/files/${File}`)).toMatchObject({
      status: 404,
      body: { Code: 'InvalidFile.NotFound' },
    });
  });

  test('are not made to a file of another task or application', async () => {
    for (const path of [`/record-tasks/other/files/${files[0]?.FileId}`, `${TASK}/files/1?AppId=other`]) {
      expect(await stack.call('GET', path)).toMatchObject({ status: 404, body: { Code: 'InvalidFile.NotFound' } });
    }
  });

  test.each(['0', '43201', '-1', '1.5', ''])('are not made for %j seconds', async (seconds) => {
    expect(await stack.call('GET', `${TASK}/files/1?ExpiresInSeconds=${seconds}`)).toMatchObject({
      status: 400,
      body: { Issues: [{ Path: 'ExpiresInSeconds', Rule: 'format' }] },
    });
  });

  test('are not made to an address that is not of OSS', async () => {
    await post({ ...SAMPLE, AppId: 'yourAppId', TaskId: 'elsewhere', Url: 'https://files.example.com/a.mp4' });
    expect(await stack.call('GET', '/record-tasks/elsewhere/files/1')).toMatchObject({
      status: 409,
      body: { Code: 'FileNotLinkable' },
    });
  });

  test('are made for nobody without the key', async () => {
    const response = await follow(`${TASK}/files/1`, { authorization: '' });
    expect([response.status, response.headers.get('location')]).toEqual([401, null]);
  });

  test('are in no line of the log', () => {
    expect(stack.log.join('\n')).toContain('"route":"/record-tasks/{TaskId}/files/{File}"');
    expect(stack.log.join('\n')).not.toMatch(/x-oss-|STS\.local|aliyuncs/);
  });
});
