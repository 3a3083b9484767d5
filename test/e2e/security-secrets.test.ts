/**
 * No secret gets out: not into a line of the log, an answer, or anything that is stored, whatever goes wrong on the way.
 * `test/faults` makes the same search after each of its faults.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_API_KEY, LOCAL_APP_ID } from '../../local/stack.ts';
import { findLeaks } from '../support/leaks.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const [AccessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');

describe('findLeaks', () => {
  let postgres: Postgres;
  let stack: TestStack;

  beforeAll(async () => {
    postgres = await startPostgres();
    stack = await startTestStack({ databaseUrl: postgres.url });
  });

  afterAll(async () => {
    await stack.close();
    await postgres.close();
  });

  const createRequest = (TaskId: string) => ({ AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId, TemplateId: 't' });

  async function startAll(prefix: string): Promise<void> {
    await stack.call('POST', '/record-tasks', createRequest(`${prefix}-rest`));
    const path = signPath('StartRecordTask', createRequest(`${prefix}-rpc`), {
      ...{ accessKeySecret, common: { AccessKeyId } },
    });
    await fetch(`${stack.start.url}${path}`);
  }

  const postCallback = async (url: string, changes: object) => {
    const body = JSON.stringify({
      ...{ AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 't', Event: 'FileCreated', Url: 'http://oss.example/1' },
      ...{ StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z', ...changes },
    });
    return await fetch(url, { method: 'POST', body });
  };

  test('finds none after requests that are right and wrong at every door', async () => {
    await startAll('right');
    await stack.call('GET', '/record-tasks/right-rest');
    await fetch(`${stack.start.url}/openapi.json`, { headers: { authorization: stack.authorization } });
    await stack.call('PATCH', '/record-tasks/right-rest', { TemplateId: 'other' });
    await stack.call('DELETE', '/record-tasks/right-rest');
    const wrong = { authorization: `Basic ${Buffer.from(`${LOCAL_API_KEY}x`).toString('base64')}` };
    await stack.call('GET', '/record-tasks', undefined, wrong);
    const forged = signPath('StartRecordTask', createRequest('forged'), { accessKeySecret: `${accessKeySecret}x` });
    await fetch(`${stack.start.url}${forged}`);
    await postCallback(stack.callbackUrl, {});
    await postCallback(stack.callbackUrl, { Event: 'Other' });
    await postCallback(`${stack.callbackUrl}x`, {});
    await stack.tick();
    expect(stack.answers.length).toBeGreaterThan(9);
    expect(await findLeaks(stack)).toEqual([]);
  });

  test('finds none where RTC quotes what it was sent', async () => {
    const [credential] = stack.rtcCredentials;
    const { accessKeyId = '', securityToken = '' } = credential ?? {};
    const encoded = encodeURIComponent(securityToken);
    const messages = {
      SignatureDoesNotMatch: `server string to sign is:GET&%2F&AccessKeyId%3D${accessKeyId}%26SecurityToken%3D${encoded}`,
      InvalidParameter: `http://rtc.aliyuncs.com/?SecurityToken=${encoded}&Signature=abc%3D was refused`,
      'InvalidParameter.Token': `SecurityToken%3D${encoded}%26Signature%3Dabc was refused`,
      'InvalidSecurityToken.Expired': `The token ${securityToken} has expired.`,
      'Forbidden.RAM': `"SecurityToken":"${securityToken}" may not do this`,
    };
    for (const [index, [Code, Message]] of Object.entries(messages).entries()) {
      const body = JSON.stringify({ RequestId: 'R', Code, Message });
      stack.rtc.onRequest(() => ({ kind: 'status', status: 400, body }));
      await startAll(`quoted-${index}`);
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: `quoted-${index}-rest` }).received).toBe(1);
      expect(stack.answers.at(-1)?.body.toString()).toContain(Code);
    }
    stack.rtc.onRequest(undefined);
    await stack.tick();
    expect(await findLeaks(stack)).toEqual([]);
  });

  test('finds none where the app, RTC and the database fail', async () => {
    for (const answer of [500, 'reset'] as const) {
      stack.app.respondWith(answer);
      await startAll(`app-${answer}`);
    }
    stack.app.respondWith(204);
    stack.rtc.onRequest(() => ({ kind: 'reset' }));
    await startAll('rtc-reset');
    stack.rtc.onRequest(undefined);
    await postgres.stop();
    await startAll('no-database');
    expect((await postCallback(stack.callbackUrl, { TaskId: 'no-database' })).status).toBe(503);
    await stack.start.fireTimer('tick');
    await postgres.restart();
    await stack.database.query('alter table tasks rename column channel_id to channel', []);
    await startAll('no-column');
    await stack.database.query('alter table tasks rename column channel to channel_id', []);
    expect(stack.log.filter((line) => line.includes('"level":"error"')).length).toBeGreaterThan(4);
    expect(await findLeaks(stack)).toEqual([]);
  });

  test('finds none where the configuration is unusable', async () => {
    const environment = { CALLBACK_SECRETS: 'short', WEBHOOK_SECRETS: 'whsec_no-base64!' };
    const broken = await startTestStack({ databaseUrl: postgres.url, environment }).catch((error: unknown) => error);
    expect(String(broken)).toMatch(/WEBHOOK_SECRETS/);
    expect(String(broken)).not.toMatch(/no-base64|a-password/);
  });

  test('finds each secret wherever it is planted, in whatever it is wrapped', async () => {
    const secrets = [
      ...[LOCAL_API_KEY, accessKeySecret, stack.callbackSecret, stack.webhookSecret, new URL(postgres.url).password],
      ...[stack.callbackUrl.slice(stack.callbackUrl.lastIndexOf('/') + 1), stack.webhookSecret.replace('whsec_', '')],
      ...stack.rtcCredentials.flatMap((credential) => [credential.accessKeySecret, credential.securityToken ?? '']),
    ];
    const wrappings: readonly ((secret: string) => string)[] = [
      (secret) => `{"error":"${secret}"}`,
      (secret) => Buffer.from(secret).toString('base64'),
      (secret) => Buffer.from(secret).toString('base64url'),
      (secret) => Buffer.from(secret).toString('hex'),
      (secret) => `?a=${encodeURIComponent(secret)}&b`,
    ];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(15);
      for (const wrap of wrappings) {
        stack.log.push(wrap(secret));
        expect(await findLeaks(stack)).toContainEqual(expect.stringMatching(/^log: /));
        stack.log.pop();
      }
      stack.answers.push({ status: 200, headers: { location: secret }, body: Buffer.from('') });
      stack.answers.push({ status: 200, headers: {}, body: Buffer.from(secret) });
      expect((await findLeaks(stack)).filter((leak) => leak.startsWith('answer: ')).length).toBeGreaterThan(1);
      stack.answers.splice(-2);
      await stack.database.query(`update jobs set payload = jsonb_build_object('reason', $1::text)`, [secret]);
      expect(await findLeaks(stack)).toContainEqual(expect.stringMatching(/^table jobs: /));
      await stack.database.query(`update jobs set payload = '{}'`, []);
    }
    expect(await findLeaks(stack)).toEqual([]);
  });

  test.each([
    ['the header of a signed webhook', `v1,${'A'.repeat(43)}=`],
    ['a signed request', 'ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=00'],
    ['a signed address', 'https://rtc.aliyuncs.com/?Action=x&Signature=abc'],
    ['credentials', `Basic ${'QUJD'.repeat(5)}`],
    ['the address of a database', 'connect to postgres://user@host/db'],
  ])('finds %s', async (_name, text) => {
    stack.log.push(text);
    expect(await findLeaks(stack)).toContainEqual(expect.stringMatching(/^log: /));
    stack.log.pop();
  });
});
