/**
 * Every line that the running bundles write, held to a list of fields, and what the lines tell.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_API_KEY, LOCAL_APP_ID } from '../../local/stack.ts';
import { signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** In everything a caller sends but ids of tasks and applications. */
const CANARY = 'never-in-a-log';

const COUNT = v.pipe(v.number(), v.integer(), v.minValue(0));
const JOB_KINDS = ['deliver', 'prune', 'resolve_start', 'start_slot', 'stop', 'sweep'] as const;

/** All that a line may say. A field that is not here fails the test, and so does a value of another kind. */
const Line = v.strictObject({
  level: v.picklist(['info', 'warn', 'error']),
  event: v.picklist([
    ...(['request', 'start', 'slot', 'tick', 'job.failed', 'webhook.dead', 'sweep', 'sweep.gave_up'] as const),
    ...(['files.adopted', 'files.unusable', 'gaps.found', 'callback.stored', 'callback.refused'] as const),
    ...(['stop', 'update', 'migration', 'migrated'] as const),
  ]),
  requestId: v.pipe(v.string(), v.regex(/^1-[0-9a-f]{8}-[0-9a-f]{6}-[0-9a-f]{12}$/)),
  traceparent: v.optional(v.literal(TRACEPARENT)),
  AppId: v.optional(v.literal(LOCAL_APP_ID)),
  TaskId: v.optional(v.pipe(v.string(), v.regex(/^logged-[a-z]+$/))),
  eventId: v.optional(v.pipe(v.string(), v.regex(/^(evt|file|missed|sweep|gap)_[\w-]+$/))),
  jobKind: v.optional(v.picklist(JOB_KINDS)),
  method: v.optional(v.picklist(['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])),
  route: v.optional(v.pipe(v.string(), v.regex(/^\/([a-z.-]+|\{[A-Za-z]+\}|\/)*$/))),
  Action: v.optional(v.picklist(['StartRecordTask', 'StopRecordTask'])),
  status: v.optional(COUNT),
  outcome: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z]+$/))),
  code: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z.]+$/))),
  attempt: v.optional(COUNT),
  count: v.optional(COUNT),
  durationMs: v.optional(COUNT),
  rtcDurationMs: v.optional(COUNT),
  databaseDurationMs: v.optional(COUNT),
  done: v.optional(COUNT),
  failed: v.optional(COUNT),
  dueJobs: v.optional(v.record(v.picklist(JOB_KINDS), COUNT)),
  lagSeconds: v.optional(COUNT),
  oldestUndeliveredSeconds: v.optional(COUNT),
  runningTasks: v.optional(COUNT),
  maxRunningTasks: v.optional(v.literal(100)),
  version: v.optional(COUNT),
  error: v.optional(v.string()),
});

type LogLine = v.InferOutput<typeof Line>;

describe('the log', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());

  /** What is written while something is done, once there are lines of `event`. */
  async function collectLines(event: LogLine['event'], work: () => Promise<unknown>): Promise<readonly LogLine[]> {
    const before = stack.log.length;
    await work();
    return await waitFor(() => {
      const lines = stack.log.slice(before).map((line) => v.parse(Line, JSON.parse(line)));
      return lines.some((line) => line.event === event) ? lines.filter((line) => line.event === event) : undefined;
    });
  }

  const createRequest = (TaskId: string) => ({
    ...{ TaskId, ChannelId: `${CANARY}-channel`, TemplateId: '76dasgb****', MediaEncode: 20, LayoutIds: [1] },
    UserPanes: [{ PaneId: 0, UserId: CANARY, Texts: [{ Text: CANARY, X: 0.1, Y: 0.1 }] }],
  });
  const start = (TaskId: string, headers = {}) => stack.call('POST', '/record-tasks', createRequest(TaskId), headers);
  const postCallback = (body: string, headers = {}, url = stack.callbackUrl) =>
    fetch(url, { method: 'POST', body, headers });

  test('tells of a start what became of it and where the time went', async () => {
    const [line] = await collectLines('start', () => start('logged-first'));
    expect(line).toEqual({
      ...{ level: 'info', event: 'start', requestId: expect.any(String) },
      ...{ AppId: LOCAL_APP_ID, TaskId: 'logged-first', outcome: 'started', attempt: 1 },
      ...{ rtcDurationMs: expect.any(Number), databaseDurationMs: expect.any(Number) },
    });
    expect(line?.rtcDurationMs).toBeGreaterThan(0);
    const [replayed] = await collectLines('start', () => start('logged-first'));
    expect(replayed).toMatchObject({ level: 'info', outcome: 'replayed', attempt: 1, rtcDurationMs: 0 });
    const other = { ...createRequest('logged-first'), ChannelId: CANARY };
    const [conflict] = await collectLines('start', () => stack.call('POST', '/record-tasks', other));
    expect(conflict).toMatchObject({ level: 'warn', outcome: 'conflict' });
  });

  test('tells of a start that RTC refused which code it gave', async () => {
    const fault = { kind: 'error', Code: 'Forbidden.RAM' } as const;
    stack.rtc.setFaults({ requests: [{ count: 1, fault }] });
    const [line] = await collectLines('start', () => start('logged-refused'));
    expect(line).toMatchObject({ level: 'warn', outcome: 'failed', code: 'Forbidden.RAM', attempt: 1 });
  });

  test('gives a start without an answer the same level and code by either door, and counts its attempts', async () => {
    stack.rtc.onRequest(() => ({ kind: 'reset' }));
    const [accessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');
    const rpcPath = signPath(
      'StartRecordTask',
      { AppId: LOCAL_APP_ID, ChannelId: CANARY, TaskId: 'logged-rpc', TemplateId: 't' },
      {
        accessKeySecret,
        common: { AccessKeyId: accessKeyId },
      },
    );
    const lines = await Promise.all([
      collectLines('request', () => start('logged-silent')),
      collectLines('request', () => fetch(`${stack.start.url}${rpcPath}`)),
    ]);
    const answered = lines.flat().filter(({ status }) => status === 503);
    expect(new Set(answered.map(({ level, code }) => `${level} ${code}`))).toEqual(new Set(['error StartUnanswered']));
    expect(answered.some(({ Action }) => Action === 'StartRecordTask')).toBe(true);
    expect(answered.some(({ route }) => route === '/record-tasks')).toBe(true);
    stack.rtc.onRequest(undefined);
    const resolved = await collectLines('start', () => stack.tick());
    const silent = resolved.filter(({ TaskId }) => TaskId === 'logged-silent');
    expect(silent).toMatchObject([{ outcome: 'started', attempt: 2 }]);
  });

  test('names the route and not the path, the method if it is one, and the trace if it is valid', async () => {
    const requests = await collectLines('request', async () => {
      await stack.call('GET', '/record-tasks/logged-first', undefined, { traceparent: TRACEPARENT });
      await stack.call('GET', `/record-tasks/${CANARY}?AppId=${CANARY}`, undefined, { traceparent: CANARY });
      await stack.call('GET', `/${CANARY}`);
      await stack.call('PATCH', '/record-tasks', { [CANARY]: CANARY });
      await stack.call('GET', '/events', undefined, { authorization: `Basic ${CANARY}` });
    });
    expect(requests).toMatchObject([
      { level: 'info', method: 'GET', route: '/record-tasks/{TaskId}', status: 200, traceparent: TRACEPARENT },
      { level: 'info', route: '/record-tasks/{TaskId}', status: 404, code: 'InvalidTask.NotFound' },
      { level: 'info', status: 404, code: 'NotFound' },
      { level: 'info', method: 'PATCH', status: 405, code: 'MethodNotAllowed' },
      { level: 'info', route: '/events', status: 401, code: 'Unauthorized' },
    ]);
    expect(requests.map(({ traceparent, route }) => [traceparent, route]).slice(1, 4)).toEqual([
      [undefined, '/record-tasks/{TaskId}'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('tells of an update and of a stop what RTC made of it', async () => {
    const ids = { AppId: LOCAL_APP_ID, TaskId: 'logged-first' };
    const path = '/record-tasks/logged-first';
    const updates = await collectLines('update', () => stack.call('PATCH', path, { SubSpecUsers: [CANARY] }));
    expect(updates).toMatchObject([{ level: 'info', outcome: 'accepted', ...ids }]);
    stack.rtc.setFaults({ requests: [{ count: 1, fault: { kind: 'error', Code: 'Forbidden.RAM' } }] });
    const stops = await collectLines('stop', async () => {
      await stack.call('DELETE', path);
      await stack.call('DELETE', path);
    });
    expect(stops).toMatchObject([
      { level: 'warn', outcome: 'stopping', code: 'Forbidden.RAM', ...ids },
      { level: 'info', outcome: 'stopped', ...ids },
    ]);
  });

  test('tells of a callback what became of it', async () => {
    const message = { ...SAMPLE, AppId: LOCAL_APP_ID, TaskId: 'logged-callback', ChannelId: CANARY };
    const send = () => postCallback(JSON.stringify(message), { traceparent: TRACEPARENT });
    const stored = await collectLines('callback.stored', async () => {
      await send();
      await send();
      await postCallback(`{"Event":"${CANARY}"}`);
    });
    const ids = { AppId: LOCAL_APP_ID, TaskId: 'logged-callback', traceparent: TRACEPARENT };
    expect(stored).toMatchObject([
      { level: 'info', outcome: 'created', ...ids },
      { level: 'info', outcome: 'known', ...ids },
      { level: 'warn', outcome: 'deadLetter', code: expect.any(String) },
    ]);
    const wrong = `${stack.callback.url}/record-callbacks/${LOCAL_APP_ID}/${CANARY}`;
    const refused = await collectLines('callback.refused', async () => {
      await postCallback('{}', {}, wrong);
      const response = await fetch(stack.callbackUrl, { method: 'POST', body: CANARY.repeat(100_000) });
      expect(response.status).toBe(413);
    });
    expect(refused).toMatchObject([
      { level: 'warn', status: 401, code: 'InvalidCallbackToken' },
      { level: 'warn', status: 413, code: 'BodyTooLarge' },
    ]);
  });

  test('tells with each tick what was due, what runs, what the app was not told of, and what the tick did', async () => {
    stack.app.respondWith(500);
    await start('logged-untold');
    await stack.passTime(700);
    await stack.database.query(
      "update events set occurred_at = occurred_at - interval '700 s' where delivery = 'pending'",
      [],
    );
    const ticks = await collectLines('tick', () => stack.tick());
    expect(ticks).toEqual([
      {
        ...{ level: 'info', event: 'tick', requestId: expect.any(String), outcome: 'done' },
        ...{ done: expect.any(Number), failed: 0, durationMs: expect.any(Number) },
        dueJobs: expect.objectContaining({ deliver: 1, sweep: 1 }),
        lagSeconds: expect.any(Number),
        oldestUndeliveredSeconds: expect.any(Number),
        runningTasks: expect.any(Number),
        maxRunningTasks: 100,
      },
    ]);
    const [tick] = ticks;
    expect(tick?.done).toBeGreaterThanOrEqual(2);
    expect(tick?.lagSeconds).toBeGreaterThanOrEqual(600);
    expect(tick?.oldestUndeliveredSeconds).toBeGreaterThanOrEqual(700);
    expect(tick?.runningTasks).toBeGreaterThanOrEqual(2);
    stack.app.respondWith(204);
  });

  test('names the event that the app will not be told of any more', async () => {
    stack.app.respondWith(410);
    await stack.passTime(700);
    const dead = await collectLines('webhook.dead', () => stack.tick());
    expect(dead).toMatchObject([{ level: 'error', eventId: expect.stringMatching(/^evt_/) }]);
    stack.app.respondWith(204);
  });

  test('has no line with anything else, and no value that somebody sent', () => {
    const faulty = stack.log.filter((line) => !v.is(Line, JSON.parse(line)));
    expect(faulty).toEqual([]);
    expect(stack.log.length).toBeGreaterThan(20);
    expect(stack.log.join('\n')).not.toContain(CANARY);
    // What the list is made of would notice.
    expect(v.is(Line, { ...JSON.parse(stack.log[0] ?? ''), ChannelId: 'x' })).toBe(false);
  });
});
