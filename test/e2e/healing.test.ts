import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../local/emulator/fault.ts';
import { RETRY_AFTER_SECONDS } from '../../shared/deliver.ts';
import { claimJobs } from '../../shared/store/jobs.ts';
import { createSchedule } from '../../shared/store/schedules.ts';
import type { TaskState } from '../../shared/store/start.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const APP = 'yourAppId';
const DAY = 86_400;

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);

const REFUSAL: Fault = {
  kind: 'status',
  status: 403,
  body: JSON.stringify({ RequestId: 'R', Code: 'Forbidden.RAM', Message: 'User not authorized.' }),
};

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack.close());
afterEach(async () => {
  stack.rtc.onRequest(undefined);
  stack.app.respondWith(204);
});

const start = (TaskId: string, end: object = {}) =>
  stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId, TemplateId: 't', ...end });
const stop = (TaskId: string) => stack.call('DELETE', `/record-tasks/${TaskId}`);
const readTask = async (TaskId: string) => (await stack.call('GET', `/record-tasks/${TaskId}`)).body;
const postFile = (TaskId: string) =>
  fetch(stack.callbackUrl, { method: 'POST', body: JSON.stringify({ ...SAMPLE, AppId: APP, TaskId }) });
const isRecordingAtRtc = (TaskId: string) =>
  stack.rtc.tasks().some((task) => task.TaskId === TaskId && task.state === 'recording');

/** What RTC does with every request of an action; the others pass. */
const answer = (Action: string, fault: Fault) =>
  stack.rtc.onRequest((request) => (request.Action === Action ? fault : undefined));

/** Kills the instance that makes the next call of an action, as the call arrives at RTC, which then does as told. */
function killNextCaller(Action: string, then: Fault | undefined, afterwards: () => void = () => undefined): void {
  stack.rtc.onRequest((request) => {
    if (request.Action !== Action) return undefined;
    stack.rtc.onRequest(undefined);
    afterwards();
    const caller = stack.start.instances().find((instance) => instance.state === 'busy');
    if (caller?.pid === undefined) throw new Error('No instance is calling.');
    stack.start.killInstance(caller.pid, 'SIGKILL');
    return then;
  });
}

/** A request whose function is killed has no answer that could be read. */
const request = (method: string, path: string, body?: object) =>
  fetch(`${stack.start.url}${path}`, {
    method,
    headers: { authorization: stack.authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

/** Starts a task whose process dies as the call reaches RTC. */
async function startAndDie(TaskId: string, then: Fault | undefined, afterwards?: () => void): Promise<void> {
  killNextCaller('StartRecordTask', then, afterwards);
  await request('POST', '/record-tasks', { ChannelId: 'c', TaskId, TemplateId: 't' });
}

interface StateCase {
  /** How it came to be left in this state. */
  readonly left: string;
  readonly leave: (TaskId: string) => Promise<unknown>;
  /** Seconds after which a tick brings it out. */
  readonly wait: number;
  readonly end: object;
  /** What RTC does with it in the end. */
  readonly atRtc: 'recording' | 'over';
}

const RESET: Fault = { kind: 'reset' };

/** What a task is until it has come to its end. */
type OpenState = Exclude<TaskState, 'stopped' | 'failed' | 'external'>;

/** Every state that is not a task's last, with each way of being left in it, and the way out. */
const WAYS_OUT: Readonly<Record<OpenState, readonly StateCase[]>> = {
  starting: [
    {
      left: 'its process died before RTC heard of it',
      leave: (TaskId) => startAndDie(TaskId, RESET),
      wait: 46,
      end: { State: 'recording', Warnings: [] },
      atRtc: 'recording',
    },
    {
      left: 'its process died after RTC accepted',
      leave: (TaskId) => startAndDie(TaskId, undefined),
      wait: 46,
      end: { State: 'recording', Warnings: [{ Rule: 'OutcomeInferred' }] },
      atRtc: 'recording',
    },
    {
      left: 'RTC gave no answer',
      leave: async (TaskId) => {
        answer('StartRecordTask', RESET);
        expect(await start(TaskId)).toMatchObject({ status: 503 });
        stack.rtc.onRequest(undefined);
      },
      wait: 0,
      end: { State: 'recording' },
      atRtc: 'recording',
    },
    {
      left: 'nobody waits for it any more',
      leave: (TaskId) => startAndDie(TaskId, undefined),
      wait: 121,
      end: { State: 'failed', ErrorCode: 'StartUnresolved' },
      atRtc: 'over',
    },
    {
      left: 'a stop was asked for and its process died',
      leave: async (TaskId) => {
        await startAndDie(TaskId, undefined);
        expect(await stop(TaskId)).toMatchObject({ status: 202, body: { State: 'starting' } });
      },
      wait: 46,
      end: { State: 'failed', ErrorCode: 'StartCancelled' },
      atRtc: 'over',
    },
    {
      left: 'RTC refuses to stop what may be running, for more than a day',
      leave: async (TaskId) => {
        await startAndDie(TaskId, undefined, () => answer('StopRecordTask', REFUSAL));
        await stack.passTime(121);
        await stack.tick();
      },
      wait: DAY,
      end: { State: 'failed', ErrorCode: 'StartUnresolved' },
      atRtc: 'recording',
    },
  ],
  recording: [
    {
      left: 'its StopAt has come',
      leave: (TaskId) =>
        start(TaskId, { StopAt: new Date(Date.now() + 600_000).toISOString().replace(/\.\d+Z$/, 'Z') }),
      wait: 601,
      end: { State: 'stopped' },
      atRtc: 'over',
    },
    {
      left: 'its MaxDurationSeconds are over',
      leave: (TaskId) => start(TaskId, { MaxDurationSeconds: 600 }),
      wait: 601,
      end: { State: 'stopped' },
      atRtc: 'over',
    },
    {
      left: 'it has no end of its own',
      leave: (TaskId) => start(TaskId),
      wait: DAY + 1,
      end: { State: 'stopped' },
      atRtc: 'over',
    },
  ],
  stopping: [
    {
      left: 'its process died before RTC heard of it',
      leave: async (TaskId) => {
        await start(TaskId);
        killNextCaller('StopRecordTask', RESET);
        await request('DELETE', `/record-tasks/${TaskId}`);
      },
      wait: 46,
      end: { State: 'stopped' },
      atRtc: 'over',
    },
    {
      left: 'its process died after RTC accepted',
      leave: async (TaskId) => {
        await start(TaskId);
        killNextCaller('StopRecordTask', undefined);
        await request('DELETE', `/record-tasks/${TaskId}`);
      },
      wait: 46,
      end: { State: 'stopped' },
      atRtc: 'over',
    },
    {
      left: 'RTC refused once',
      leave: async (TaskId) => {
        await start(TaskId);
        answer('StopRecordTask', REFUSAL);
        await stop(TaskId);
        stack.rtc.onRequest(undefined);
      },
      wait: 61,
      end: { State: 'stopped' },
      atRtc: 'over',
    },
    {
      left: 'RTC has refused for more than a day',
      leave: async (TaskId) => {
        await start(TaskId);
        answer('StopRecordTask', REFUSAL);
        await stop(TaskId);
      },
      wait: DAY + 1,
      end: { State: 'failed', ErrorCode: 'Forbidden.RAM' },
      atRtc: 'recording',
    },
  ],
};

describe('a task that is', () => {
  const cases = Object.entries(WAYS_OUT).flatMap(([state, ways]) =>
    ways.map((way, index) => [`${state} because ${way.left}`, { ...way, state, TaskId: `${state}-${index}` }] as const),
  );

  test.each(cases)('%s comes to its end', async (_, { TaskId, state, leave, wait, end, atRtc }) => {
    await leave(TaskId);
    expect(await readTask(TaskId)).toMatchObject({ State: state });
    if (wait > 0) await stack.passTime(wait);
    await stack.tick();
    const task = await readTask(TaskId);
    expect(task).toMatchObject(end);
    expect(isRecordingAtRtc(TaskId)).toBe(atRtc === 'recording');
    // Nothing is left to be done but the end of what is being recorded.
    const jobs = await stack.database.query(
      "select kind from jobs where kind in ('resolve_start', 'stop') and key = $1",
      [`${APP}/${TaskId}`],
    );
    expect(jobs).toEqual(task.State === 'recording' ? [{ kind: 'stop' }] : []);
  });
});

describe('an event that is pending', () => {
  const readEvent = async (TaskId: string) => {
    const [event] = [(await readTask(TaskId)).Events].flat();
    return Object(event);
  };

  test('because the process of its first attempt died is delivered by a tick', async () => {
    stack.app.respondWith('hang');
    const posted = postFile('first-attempt');
    await waitFor(() => stack.app.events().find((event) => Object(event.data).TaskId === 'first-attempt'));
    const caller = stack.callback.instances().find((instance) => instance.state === 'busy');
    stack.callback.killInstance(caller?.pid ?? 0, 'SIGKILL');
    expect((await posted).status).toBe(502);
    stack.app.respondWith(204);
    await stack.tick();
    expect(await readEvent('first-attempt')).toMatchObject({ Delivery: 'pending', Attempts: [] });
    await stack.passTime(16);
    await stack.tick();
    expect(await readEvent('first-attempt')).toMatchObject({ Delivery: 'delivered' });
  });

  test('because the app is down is given up after the last attempt, visibly, and can be sent again', async () => {
    stack.app.respondWith(503);
    await postFile('down');
    for (const seconds of RETRY_AFTER_SECONDS) {
      expect(await readEvent('down')).toMatchObject({ Delivery: 'pending' });
      // Jitter adds up to a tenth.
      await stack.passTime(seconds * 1.1 + 1);
      await stack.tick();
    }
    const event = await readEvent('down');
    expect(event).toMatchObject({ Delivery: 'dead', Failures: RETRY_AFTER_SECONDS.length + 1 });
    stack.app.respondWith(204);
    expect(await stack.call('POST', `/events/${event.EventId}/redeliver`, {})).toMatchObject({
      body: { Outcome: 'delivered' },
    });
  });
});

describe('jobs', () => {
  const listOpenJobs = () =>
    stack.database.query<{ kind: string }>(
      'select distinct kind from jobs where leased_until > now() or due_at <= now() order by kind',
      [],
    );

  test('of every kind, claimed by a tick that died, are done by the next one after the lease', async () => {
    await stack.tick();
    await startAndDie('job-start', undefined);
    await start('job-stop', { MaxDurationSeconds: 60 });
    stack.app.respondWith(503);
    await postFile('job-deliver');
    stack.app.respondWith(204);
    await stack.passTime(3_601);
    const slotAt = new Date(Date.now() - 1_000);
    await createSchedule(
      stack.database,
      {
        ScheduleId: 'job-slot',
        AppId: APP,
        parameters: { ChannelId: 'c', TemplateId: 't' },
        startAt: slotAt,
        cron: null,
        timeZone: 'UTC',
        durationSeconds: 3_600,
        until: null,
        lateBySeconds: 600,
        enabled: true,
      },
      { plannedFrom: new Date(slotAt.getTime() - 1_000), nextSlotAt: slotAt },
    );

    // All that a tick leaves behind when it dies at its first step.
    const claimed = await claimJobs(stack.database, { now: new Date(), limit: 100, deliveries: 100, probes: 1 });
    const kinds = [...new Set(claimed.map(({ kind }) => kind))].toSorted();
    expect(kinds).toEqual(['deliver', 'prune', 'resolve_start', 'start_slot', 'stop', 'sweep']);
    await stack.tick();
    expect((await listOpenJobs()).map(({ kind }) => kind)).toEqual(kinds);

    await stack.passTime(46);
    await stack.tick();
    // A first delivery of what the tick itself has brought about may be due.
    await stack.tick();
    expect(await listOpenJobs()).toEqual([]);
    expect(await readTask('job-start')).toMatchObject({ State: 'failed' });
    expect(await readTask('job-stop')).toMatchObject({ State: 'stopped' });
    expect(await readTask('job-deliver')).toMatchObject({ Events: [{ Delivery: 'delivered' }] });
    expect(await stack.database.query('select state from schedule_slots', [])).toEqual([{ state: 'started' }]);
    expect(
      await stack.database.query("select watermark > now() - interval '1 minute' as fresh from sweeps", []),
    ).toEqual([{ fresh: true }]);
  });

  test.each([
    ['resolve_start', 'StartRecordTask', { State: 'recording' }],
    ['stop', 'StopRecordTask', { State: 'stopped' }],
    ['sweep', 'DescribeRecordFiles', undefined],
  ] as const)('of kind %s whose tick died while it called RTC are done by a later one', async (kind, Action, end) => {
    const TaskId = `killed-${kind}`;
    if (kind === 'resolve_start') await startAndDie(TaskId, RESET);
    else await start(TaskId, { MaxDurationSeconds: 30 });
    await stack.passTime(kind === 'sweep' ? 301 : 46);
    killNextCaller(Action, undefined);
    expect(await stack.start.fireTimer('tick')).not.toMatchObject({ outcome: 'returned' });
    const [job] = await stack.database.query(
      'select bool_or(leased_until > now()) as leased from jobs where kind = $1',
      [kind],
    );
    expect(job).toEqual({ leased: true });
    await stack.passTime(46);
    await stack.tick();
    if (end !== undefined) expect(await readTask(TaskId)).toMatchObject(end);
    expect(await listOpenJobs()).toEqual([]);
  });
});
