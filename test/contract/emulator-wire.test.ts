/**
 * The emulator's gateway, request by request.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { call, KEY, REQUIRED, STS_KEY, send, signPath } from '../support/rtc-emulator.ts';

let emulator: RtcEmulator;

beforeEach(async () => {
  emulator = await startRtcEmulator({ credentials: [KEY, STS_KEY] });
});

afterEach(() => emulator.close());

/** Sends bytes as they are, and returns all that comes back until the server has answered and closed. */
async function sendBytes(bytes: Buffer): Promise<string> {
  const socket = connect(emulator.port, '127.0.0.1');
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('startRtcEmulator', () => {
  it('answers XML where a V1 request names no Format', async () => {
    const answer = await send(emulator.endpoint, signPath('StartRecordTask', REQUIRED, { common: { Format: '' } }));

    const [request] = emulator.requests();
    expect(answer).toEqual({
      status: 200,
      contentType: 'text/xml;charset=utf-8',
      text: `<?xml version="1.0" encoding="UTF-8"?><StartRecordTaskResponse><RequestId>${request?.RequestId}</RequestId></StartRecordTaskResponse>`,
    });
  });

  it('answers errors in XML too', async () => {
    const { AppId: _, ...parameters } = REQUIRED;
    const answer = await send(
      emulator.endpoint,
      signPath('StartRecordTask', parameters, { common: { Format: 'XML' } }),
    );

    expect(answer).toMatchObject({ status: 400, contentType: 'text/xml;charset=utf-8' });
    expect(answer.text).toContain(
      '<Code>MissingAppId</Code><Message>AppId is mandatory for this action.</Message></Error>',
    );
  });

  it('refuses the same bytes sent again', async () => {
    const path = signPath('StartRecordTask', REQUIRED);
    const bytes = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${emulator.endpoint}\r\nConnection: close\r\n\r\n`);

    expect(await sendBytes(bytes)).toContain('HTTP/1.1 200 OK');
    const again = await sendBytes(bytes);
    expect(again).toContain('HTTP/1.1 400 Bad Request');
    expect(again).toContain('"Code":"SignatureNonceUsed","Message":"Specified signature nonce was used already."');
  });

  it('accepts the nonce of another key', async () => {
    const common = { SignatureNonce: 'once' };
    expect((await call(emulator.endpoint, 'StartRecordTask', REQUIRED, { common })).status).toBe(200);
    const sts = await call(
      emulator.endpoint,
      'StopRecordTask',
      { AppId: 'yourAppId', TaskId: 'task-005' },
      {
        accessKeySecret: STS_KEY.accessKeySecret,
        common: { ...common, AccessKeyId: STS_KEY.accessKeyId, SecurityToken: STS_KEY.securityToken },
      },
    );
    expect(sts.status).toBe(200);
  });

  it.each([
    ['accepts', -880, 200, undefined],
    ['accepts', 880, 200, undefined],
    ['refuses', -920, 400, 'InvalidTimeStamp.Expired'],
    ['refuses', 920, 400, 'InvalidTimeStamp.Expired'],
  ])('%s a request signed %i seconds from now', async (_, offsetSeconds, status, Code) => {
    const signedAtMs = Date.now() + offsetSeconds * 1000;
    const answer = await call(emulator.endpoint, 'StartRecordTask', REQUIRED, { signedAtMs });
    expect(answer.status).toBe(status);
    expect(answer.body.Code).toBe(Code);
  });

  it('refuses a request that an official client made long ago, in the form that client reads', async () => {
    const capture = readFileSync(
      new URL('../fixtures/signing/captures/openapi-client-0.4.15.v3.http', import.meta.url),
    );
    const answer = await sendBytes(capture);
    expect(answer).toContain('content-type: application/json;charset=utf-8');
    expect(answer).toContain('"Code":"InvalidTimeStamp.Expired"');
  });

  it.each([
    ['a wrong version', 'StartRecordTask', { Version: '2017-01-01' }, 400, 'InvalidVersion'],
    ['an unknown action', 'DescribeRecordTasks', {}, 404, 'InvalidAction.NotFound'],
    ['no action', '', {}, 400, 'MissingAction'],
    ['another signature method', 'StartRecordTask', { SignatureMethod: 'HMAC-MD5' }, 400, 'InvalidSignatureMethod'],
    ['a malformed time', 'StartRecordTask', { Timestamp: 'now' }, 400, 'InvalidTimeStamp.Format'],
  ])('refuses %s', async (_, Action, common, status, Code) => {
    const answer = await call(emulator.endpoint, Action, REQUIRED, { common });
    expect(answer).toMatchObject({ status, body: { Code, HostId: 'rtc.aliyuncs.com' } });
  });

  it('refuses other methods than GET and POST', async () => {
    const answer = await call(emulator.endpoint, 'StartRecordTask', REQUIRED, { method: 'PUT' });
    expect(answer).toMatchObject({ status: 400, body: { Code: 'UnsupportedHTTPMethod' } });
  });

  it('limits calls to what is documented, unless told not to', async () => {
    const describe = (endpoint: string) => call(endpoint, 'DescribeRecordFiles', { AppId: 'yourAppId' });
    for (let count = 0; count < 10; count += 1) expect((await describe(emulator.endpoint)).status).toBe(200);
    expect(await describe(emulator.endpoint)).toMatchObject({
      status: 400,
      body: { Code: 'Throttling.User', Message: 'Request was denied due to user flow control.' },
    });
    expect((await call(emulator.endpoint, 'StartRecordTask', REQUIRED)).status).toBe(200);
    const unlimited = await startRtcEmulator({ credentials: [KEY], rateLimits: 'none' });
    for (let count = 0; count < 20; count += 1) expect((await describe(unlimited.endpoint)).status).toBe(200);
    await unlimited.close();
  });

  it('refuses more parameters than any request has', async () => {
    const path = `/?${'a&'.repeat(10_000)}b`;
    const answer = await send(emulator.endpoint, path);
    expect(answer).toMatchObject({ status: 400, contentType: 'application/json;charset=utf-8' });
    expect(JSON.parse(answer.text)).toMatchObject({ Code: 'MalformedRequest' });
  });

  it('reads a path of 200 KiB and refuses a body of more than 1 MiB', async () => {
    const Texts = Array.from({ length: 16 }, () => ({ Text: '字'.repeat(90), X: 0, Y: 0 }));
    const UserPanes = Array.from({ length: 16 }, (_, PaneId) => ({ PaneId, Texts }));
    const path = signPath('StartRecordTask', { ...REQUIRED, UserPanes });
    expect(path.length).toBeGreaterThan(200 * 1024);
    expect((await send(emulator.endpoint, path)).status).toBe(200);

    const body = Buffer.alloc(1024 * 1024 + 1);
    const response = await fetch(`http://${emulator.endpoint}/`, { method: 'POST', body });
    expect(response.status).toBe(413);
  });

  it('tells what happens, without any address or secret', async () => {
    const events: unknown[] = [];
    const other = await startRtcEmulator({ credentials: [KEY], onEvent: (event) => events.push(event) });
    await call(other.endpoint, 'StartRecordTask', REQUIRED);
    await other.close();

    const subject = { RequestId: expect.any(String), Action: 'StartRecordTask', TaskId: 'task-005', scheme: 'V1' };
    expect(events).toEqual([
      { type: 'requestVerified', accessKeyId: 'testid', ...subject },
      { type: 'requestAnswered', status: 200, Code: undefined, ...subject },
    ]);
  });

  it('names a port that is in use', async () => {
    await expect(startRtcEmulator({ credentials: [], port: emulator.port })).rejects.toMatchObject({
      code: 'Misconfigured',
      message: expect.stringContaining(String(emulator.port)),
    });
  });

  it.each([{ timeScale: 0 }, { timeScale: Number.NaN }, { template: { FileSplitInterval: 0 } }])(
    'refuses %j',
    async (options) => {
      await expect(startRtcEmulator({ credentials: [], ...options })).rejects.toThrow(RangeError);
    },
  );
});
