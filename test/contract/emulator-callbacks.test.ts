/**
 * FileCreated as its receiver meets it.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type RtcEmulator,
  type RtcEmulatorEvent,
  type RtcEmulatorOptions,
  startRtcEmulator,
} from '../../local/emulator/start-rtc-emulator.ts';
import { parseFileCreated } from '../../shared/record-file.ts';
import { call, KEY, REQUIRED } from '../support/rtc-emulator.ts';

/** 1800 s of recording in 100 ms. */
const TIME_SCALE = 18_000;
const TASK = { AppId: REQUIRED.AppId, TaskId: REQUIRED.TaskId };

interface Callback {
  readonly request: IncomingMessage;
  readonly text: string;
  readonly receivedAtMs: number;
}

let receiver: Server;
let HttpCallbackUrl = '';
let received: Callback[] = [];
/** Statuses of the next answers; then 200. */
let statuses: number[] = [];
let emulator: RtcEmulator;
let events: RtcEmulatorEvent[] = [];

beforeEach(async () => {
  [received, statuses, events] = [[], [], []];
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ request, text: Buffer.concat(chunks).toString(), receivedAtMs: performance.now() });
    response.statusCode = statuses.shift() ?? 200;
    response.setHeader('location', '/elsewhere').end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  if (typeof address === 'string' || address === null) throw new Error('The receiver has no port.');
  HttpCallbackUrl = `http://127.0.0.1:${address.port}/record-callbacks/yourAppId/secret-token`;
});

afterEach(async () => {
  await emulator.close();
  receiver.closeAllConnections();
  receiver.close();
  await once(receiver, 'close');
});

async function start({ template = {}, ...options }: Partial<RtcEmulatorOptions> = {}): Promise<void> {
  emulator = await startRtcEmulator({
    credentials: [KEY],
    timeScale: TIME_SCALE,
    onEvent: (event) => events.push(event),
    ...options,
    template: { HttpCallbackUrl, ...template },
  });
}

function bodies(): Record<string, unknown>[] {
  return received.map(({ text }) => JSON.parse(text));
}

/** Makes exactly one file: with an interval of ten days, the last. */
const ONE_FILE = { FileSplitInterval: 864_000, DelayStopTime: 0 };

async function recordOneFile(): Promise<void> {
  await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
  await call(emulator.endpoint, 'StopRecordTask', TASK);
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 10_000, interval: 5 });
}

describe('startRtcEmulator, callbacks', () => {
  it('posts the message of the page’s sample', async () => {
    await start();
    await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await waitFor(() => received.length > 0);

    const [callback] = received;
    expect(callback?.request).toMatchObject({
      method: 'POST',
      url: '/record-callbacks/yourAppId/secret-token',
      headers: { 'content-type': 'application/json' },
    });
    const [body = {}] = bodies();
    expect(body).toEqual({
      AppId: 'yourAppId',
      ChannelId: 'yourChannelId',
      Duration: 1800,
      Event: 'FileCreated',
      MsgId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      StartTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      StopTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      TaskId: 'task-005',
      Url: expect.stringMatching(
        /^http:\/\/rtc-record\.oss-cn-shanghai\.aliyuncs\.com\/record\/yourAppId\/yourChannelId_task-005\/(\d{4}(-\d\d){5})_(\d{4}(-\d\d){5})\.m3u8$/,
      ),
    });
    expect(Date.parse(String(body.StopTime)) - Date.parse(String(body.StartTime))).toBe(1800_000);
    expect(parseFileCreated(Buffer.from(callback?.text ?? ''), { ossHosts: [] })).toBeDefined();
  });

  it('posts one for each format and interval, and the last one after the end, at scaled times', async () => {
    await start({ template: { Formats: ['m3u8', 'mp4'], DelayStopTime: 1800 } });
    const startedAtMs = performance.now();
    await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await waitFor(() => received.length >= 4);
    expect((received[0]?.receivedAtMs ?? 0) - startedAtMs).toBeGreaterThan(95);
    expect((received[2]?.receivedAtMs ?? 0) - startedAtMs).toBeGreaterThan(195);

    const stoppedAtMs = performance.now();
    await call(emulator.endpoint, 'StopRecordTask', TASK);
    await waitFor(() => emulator.tasks()[0]?.state === 'ended');
    const count = emulator.files().length;
    await waitFor(() => received.length === count);
    expect((received.at(-1)?.receivedAtMs ?? 0) - stoppedAtMs).toBeGreaterThan(95);

    const urls = bodies().map(({ Url }) => String(Url));
    expect(new Set(urls).size).toBe(count);
    expect(urls.filter((url) => url.endsWith('.mp4'))).toHaveLength(count / 2);
    const spans = emulator.files().filter(({ Url }) => Url.endsWith('.mp4'));
    expect(spans.slice(1).map(({ StartTime }) => StartTime)).toEqual(
      spans.slice(0, -1).map(({ StopTime }) => StopTime),
    );
  });

  it('lists in DescribeRecordFiles what it has posted', async () => {
    await start();
    await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await waitFor(() => received.length > 0);
    const { body } = await call(emulator.endpoint, 'DescribeRecordFiles', { AppId: TASK.AppId });
    const { Event: _event, MsgId: _msgId, ...posted } = bodies()[0] ?? {};
    expect(body.RecordFiles).toContainEqual({ ...posted, CreateTime: expect.any(String) });
  });

  it('repeats a message, unchanged, until it is answered with 2xx', async () => {
    statuses = [503, 302, 204];
    await start({ retryDelaysMs: [1, 1, 1], template: ONE_FILE });
    await recordOneFile();
    await waitFor(() => emulator.callbacks().some(({ outcome }) => outcome === 'delivered'));

    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    expect(emulator.callbacks()).toMatchObject([
      { attempt: 1, status: 503, outcome: 'failed' },
      { attempt: 2, status: 302, outcome: 'failed' },
      { attempt: 3, status: 204, outcome: 'delivered' },
    ]);
    const types = events.map(({ type }) => type).filter((type) => !type.startsWith('request'));
    expect(types).toEqual(['fileCreated', 'callbackFailed', 'callbackFailed', 'callbackDelivered']);
    expect(JSON.stringify([events, emulator.callbacks()])).not.toContain('secret-token');
  });

  it('gives a message up after the last delay', async () => {
    statuses = Array.from({ length: 1000 }, () => 500);
    await start({ retryDelaysMs: [1, 1] });
    await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await waitFor(() => emulator.callbacks().filter(({ attempt }) => attempt === 3).length >= 3);

    const [{ message } = { message: undefined }] = emulator.callbacks();
    const attempts = emulator.callbacks().filter((callback) => callback.message.MsgId === message?.MsgId);
    expect(attempts.map(({ attempt, status }) => `${attempt}: ${status}`)).toEqual(['1: 500', '2: 500', '3: 500']);
  });

  it('counts a receiver that is not there as a failure', async () => {
    await start({ retryDelaysMs: [], template: { ...ONE_FILE, HttpCallbackUrl: 'http://127.0.0.1:1/' } });
    await recordOneFile();
    await waitFor(() => emulator.callbacks().length > 0);
    expect(emulator.callbacks()).toMatchObject([{ status: undefined, outcome: 'failed' }]);
  });

  it('heeds a template that is set later, also for running tasks', async () => {
    await start({ template: { HttpCallbackUrl: 'http://127.0.0.1:1/' }, retryDelaysMs: [] });
    await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await waitFor(() => emulator.callbacks().length > 0);
    emulator.setTemplate({ HttpCallbackUrl });
    await waitFor(() => received.length > 0);
  });

  it('continues from a snapshot: tasks run on, files are kept', async () => {
    await start();
    await call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await waitFor(() => received.length > 0);
    await emulator.close();
    const restoreFrom: unknown = JSON.parse(JSON.stringify(emulator.snapshot()));
    const files = emulator.files();

    await start({ restoreFrom });
    expect(emulator.files().slice(0, files.length)).toEqual(files);
    expect(await call(emulator.endpoint, 'StartRecordTask', REQUIRED)).toMatchObject({ body: { Code: 'TaskExisted' } });
    await waitFor(() => emulator.files().length > files.length);
    expect(emulator.files()[files.length]?.StartTime).toBe(files.at(-1)?.StopTime);
    expect(await call(emulator.endpoint, 'StopRecordTask', TASK)).toMatchObject({ status: 200 });
  });

  it.each([[{}], [{ version: 2, tasks: [], files: [] }], [null]])('refuses the snapshot %j', async (restoreFrom) => {
    await start();
    await expect(startRtcEmulator({ credentials: [], restoreFrom })).rejects.toThrow('Invalid');
  });
});
