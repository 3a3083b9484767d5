/**
 * The side door of the emulator.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { call, KEY, REQUIRED, send, signPath } from '../support/rtc-emulator.ts';

const TASK = { AppId: REQUIRED.AppId, TaskId: REQUIRED.TaskId };
/** Exactly one file: with an interval of ten days, the last. */
const ONE_FILE = { FileSplitInterval: 864_000, DelayStopTime: 0 };

let receiver: Server;
let HttpCallbackUrl = '';
let received: { TaskId: string; MsgId: string; Url: string }[] = [];
let emulator: RtcEmulator;

beforeEach(async () => {
  received = [];
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  if (typeof address === 'string' || address === null) throw new Error('The receiver has no port.');
  HttpCallbackUrl = `http://127.0.0.1:${address.port}/record-callbacks/secret-token`;
  emulator = await startRtcEmulator({
    credentials: [KEY],
    timeScale: 1000,
    template: { ...ONE_FILE, HttpCallbackUrl },
  });
});

afterEach(async () => {
  await emulator.close();
  receiver.closeAllConnections();
  receiver.close();
  await once(receiver, 'close');
});

async function admin(method: string, path: string, body?: unknown) {
  const response = await fetch(`http://${emulator.endpoint}/_emulator/${path}`, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const content: Record<string, unknown> = JSON.parse(text);
  return { status: response.status, text, content };
}

const setFaults = (faults: object) => admin('PUT', 'faults', faults);
const start = (TaskId = REQUIRED.TaskId) => call(emulator.endpoint, 'StartRecordTask', { ...REQUIRED, TaskId });

async function recordOneFile(TaskId: string): Promise<void> {
  await start(TaskId);
  await call(emulator.endpoint, 'StopRecordTask', { ...TASK, TaskId });
  await vi.waitFor(() => expect(emulator.files().some((file) => file.TaskId === TaskId)).toBe(true));
}

describe('GET /_emulator/state', () => {
  it('shows what the emulator knows, without the secret of a callback address', async () => {
    const { body } = await call(emulator.endpoint, 'AddRecordTemplate', {
      AppId: 'yourAppId',
      FileSplitInterval: 1800,
      Formats: ['mp4'],
      LayoutIds: [2],
      MediaEncode: 20,
      Name: 'n',
      OssBucket: 'rtc-record-oss',
      OssFilePrefix: 'x',
      TaskProfile: '4IN_1080P',
      HttpCallbackUrl,
    });
    const TemplateId = String(body.TemplateId);
    await recordOneFile('other');
    await vi.waitFor(() => expect(emulator.callbacks()).toHaveLength(1));
    await call(emulator.endpoint, 'StartRecordTask', { ...REQUIRED, TemplateId, LayoutIds: [1] });
    await call(emulator.endpoint, 'StartRecordTask', { ...REQUIRED, TemplateId });

    const { status, text, content } = await admin('GET', 'state');
    expect(status).toBe(200);
    expect(content).toMatchObject({
      requestCounts: [
        { Action: 'AddRecordTemplate', received: 1, accepted: 1 },
        { Action: 'StartRecordTask', TaskId: 'other', received: 1, accepted: 1 },
        { Action: 'StopRecordTask', TaskId: 'other', received: 1, accepted: 1 },
        { Action: 'StartRecordTask', TaskId: 'task-005', received: 2, accepted: 1 },
      ],
      tasks: [
        { TaskId: 'other', state: 'ended', recordsWith: {} },
        {
          TaskId: 'task-005',
          state: 'recording',
          recordsWith: { TaskProfile: '4IN_1080P', MediaEncode: 20, LayoutIds: [1], BackgroundColor: 0 },
        },
      ],
      files: [{ TaskId: 'other' }],
      templates: [{ TemplateId, state: 'usable' }],
      callbacks: [{ attempt: 1, status: 200, outcome: 'delivered' }],
      queueMessages: [],
      faults: {},
    });
    expect(content.requests).toHaveLength(5);
    expect(text).not.toContain('secret-token');
    expect(text).toContain(new URL(HttpCallbackUrl).origin);
  });

  it.each([
    ['GET', 'nothing', 404],
    ['POST', 'faults', 404],
    ['DELETE', 'state', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect(await admin(method, path)).toMatchObject({ status });
  });

  it('is not for web pages under a name of their own', async () => {
    const request = httpRequest({ port: emulator.port, path: '/_emulator/state', headers: { host: 'evil.example' } });
    request.end();
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.statusCode).toBe(403);
  });
});

describe('PUT /_emulator/faults', () => {
  it('applies the first rule that fits, as often as it says', async () => {
    const rules = [
      { Action: 'StopRecordTask', fault: { kind: 'error', Code: 'InternalError' } },
      { TaskId: 'a', count: 2, fault: { kind: 'error', Code: 'Throttling.User' } },
      { Action: 'StartRecordTask', count: 1, fault: { kind: 'error', Code: 'ServiceUnavailable' } },
    ];
    expect(await setFaults({ requests: rules })).toMatchObject({ status: 200, content: { requests: rules } });
    expect(await start('a')).toMatchObject({ status: 400, body: { Code: 'Throttling.User' } });
    expect((await admin('GET', 'faults')).content).toEqual({
      requests: [rules[0], { ...rules[1], count: 1 }, rules[2]],
    });
    expect(await start('a')).toMatchObject({ status: 400, body: { Code: 'Throttling.User' } });
    expect(await start('a')).toMatchObject({ status: 503, body: { Code: 'ServiceUnavailable' } });
    expect(await start('a')).toMatchObject({ status: 200 });
    expect((await admin('GET', 'faults')).content).toEqual({ requests: [rules[0]] });
    const stop = () => call(emulator.endpoint, 'StopRecordTask', { ...TASK, TaskId: 'a' });
    expect([(await stop()).status, (await stop()).status]).toEqual([500, 500]);
    expect((await admin('DELETE', 'faults')).status).toBe(200);
    expect(await stop()).toMatchObject({ status: 200 });
  });

  it('answers a documented error in the form that was asked for', async () => {
    await setFaults({ requests: [{ fault: { kind: 'error', Code: 'Forbidden.RAM' } }] });
    const path = signPath('StartRecordTask', REQUIRED, { common: { Format: 'XML' } });
    expect(await send(emulator.endpoint, path)).toMatchObject({
      status: 403,
      contentType: 'text/xml;charset=utf-8',
      text: expect.stringContaining('<HostId>rtc.aliyuncs.com</HostId><Code>Forbidden.RAM</Code>'),
    });
    expect(emulator.requests()).toMatchObject([{ outcome: 'faulted', status: 403, Code: 'Forbidden.RAM' }]);
  });

  it.each([
    [{ kind: 'status', status: 502, body: '<html></html>', contentType: 'text/html' }, 502, '<html></html>'],
    [{ kind: 'status', status: 200, body: '' }, 200, ''],
  ])('answers %j', async (fault, status, text) => {
    await setFaults({ requests: [{ fault }] });
    expect(await send(emulator.endpoint, signPath('StartRecordTask', REQUIRED))).toMatchObject({ status, text });
    expect(emulator.tasks()).toEqual([]);
  });

  it('breaks the connection, before or after the service has acted', async () => {
    await setFaults({
      requests: [
        { count: 1, fault: { kind: 'reset' } },
        { count: 1, fault: { kind: 'acceptThenReset' } },
      ],
    });
    await expect(start()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(emulator.tasks()).toEqual([]);
    await expect(start()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(emulator.tasks()).toHaveLength(1);
    expect(await start()).toMatchObject({ body: { Code: 'TaskExisted' } });
  });

  it('never answers after the service has acted', async () => {
    await setFaults({ requests: [{ count: 1, fault: { kind: 'acceptThenHang' } }] });
    const path = signPath('StartRecordTask', REQUIRED);
    const answer = fetch(`http://${emulator.endpoint}${path}`, { signal: AbortSignal.timeout(100) });
    await expect(answer).rejects.toThrow('timeout');
    expect(emulator.tasks()).toHaveLength(1);
  });

  it('takes a TaskId again', async () => {
    await setFaults({ taskIds: 'repeatable' });
    expect((await start()).body.Code).toBeUndefined();
    expect((await start()).body.Code).toBeUndefined();
    await admin('DELETE', 'faults');
    expect((await start()).body.Code).toBe('TaskExisted');
  });

  it('asks a hook of the program first', async () => {
    await setFaults({ requests: [{ fault: { kind: 'error', Code: 'InternalError' } }] });
    emulator.onRequest(() => ({ kind: 'error', Code: 'Forbidden' }));
    expect(await start()).toMatchObject({ status: 403 });
    emulator.onRequest(() => undefined);
    expect(await start()).toMatchObject({ status: 500 });
  });

  it('drops a callback', async () => {
    await setFaults({ callbacks: [{ TaskId: 'lost', fault: { kind: 'drop' } }] });
    await recordOneFile('lost');
    await recordOneFile('found');
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(received).toMatchObject([{ TaskId: 'found' }]);
    const { body } = await call(emulator.endpoint, 'DescribeRecordFiles', { AppId: TASK.AppId, TaskIds: ['lost'] });
    expect(body.TotalNum).toBe(1);
  });

  it.each([
    [{ kind: 'duplicate' }, 1],
    [{ kind: 'duplicate', MsgId: 'new' }, 2],
  ])('sends a callback twice: %j', async (fault, MsgIds) => {
    await setFaults({ callbacks: [{ count: 1, fault }] });
    await recordOneFile('a');
    await vi.waitFor(() => expect(received).toHaveLength(2));
    expect(new Set(received.map(({ Url }) => Url)).size).toBe(1);
    expect(new Set(received.map(({ MsgId }) => MsgId)).size).toBe(MsgIds);
    await recordOneFile('b');
    await vi.waitFor(() => expect(received).toHaveLength(3));
  });

  it('holds a callback back until the next has been sent', async () => {
    await setFaults({ callbacks: [{ count: 1, fault: { kind: 'reorder' } }] });
    await recordOneFile('first');
    await recordOneFile('second');
    await vi.waitFor(() => expect(received.map(({ TaskId }) => TaskId)).toEqual(['second', 'first']));
  });

  it('sends what is held back when the faults are cleared', async () => {
    await setFaults({ callbacks: [{ fault: { kind: 'reorder' } }] });
    await recordOneFile('a');
    await recordOneFile('b');
    expect(received).toEqual([]);
    await admin('DELETE', 'faults');
    await vi.waitFor(() => expect(received.map(({ TaskId }) => TaskId).toSorted()).toEqual(['a', 'b']));
  });

  it('sends a callback later', async () => {
    await setFaults({ callbacks: [{ TaskId: 'late', fault: { kind: 'delay', delayMs: 300 } }] });
    await recordOneFile('late');
    await recordOneFile('punctual');
    await vi.waitFor(() => expect(received).toHaveLength(2));
    expect(received.map(({ TaskId }) => TaskId)).toEqual(['punctual', 'late']);
  });

  it.each([
    ['{', 'The body: JSON is expected.'],
    ['null', 'The body: Object is expected.'],
    [{ request: [] }, 'request: never is expected.'],
    [{ requests: [{ fault: { kind: 'explode' } }] }, 'requests.0.fault.kind: '],
    [{ requests: [{ fault: { kind: 'error', Code: 'Nonsense' } }] }, 'requests.0.fault.Code: '],
    [{ requests: [{ count: 0, fault: { kind: 'reset' } }] }, 'requests.0.count: >=1 is expected.'],
    [{ callbacks: [{ fault: { kind: 'reset' } }] }, 'callbacks.0.fault.kind: '],
    [{ taskIds: 'unique' }, 'taskIds: "repeatable" is expected.'],
  ])('refuses %j and keeps what is set', async (faults, Message) => {
    await setFaults({ taskIds: 'repeatable' });
    expect(await admin('PUT', 'faults', faults)).toMatchObject({
      status: 400,
      content: { Message: expect.stringContaining(Message) },
    });
    expect((await admin('GET', 'faults')).content).toEqual({ taskIds: 'repeatable' });
  });
});
