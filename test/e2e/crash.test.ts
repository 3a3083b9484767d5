import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../local/emulator/fault.ts';
import { DATABASE_KINDS, DATABASES } from '../support/database.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const createRequest = (TaskId: string) => ({ ChannelId: 'channel', TaskId, TemplateId: 'template' });

describe('a function process killed between claim and finish', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());
  afterEach(() => stack.rtc.onRequest(undefined));

  /** Kills the instance that is calling RTC, as the request arrives there. */
  function killCaller(then: Fault | undefined): Fault | undefined {
    stack.rtc.onRequest(undefined);
    const caller = stack.start.instances().find((instance) => instance.state === 'busy');
    if (caller?.pid === undefined) throw new Error('No instance is calling.');
    stack.start.killInstance(caller.pid, 'SIGKILL');
    return then;
  }

  /** The bare answer: that of a killed instance is none of ours. */
  const postStart = (TaskId: string) =>
    fetch(`${stack.start.url}/record-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: stack.authorization },
      body: JSON.stringify(createRequest(TaskId)),
    });

  const stateAtRtc = (TaskId: string) => stack.rtc.tasks().findLast((task) => task.TaskId === TaskId)?.state;
  const read = (TaskId: string) => stack.call('GET', `/record-tasks/${TaskId}`);

  test.each([
    ['before RTC accepted', { kind: 'reset' } as const, []],
    ['after RTC accepted', undefined, [{ Rule: 'OutcomeInferred' }]],
  ])('%s: the first tick after the lease brings the task to recording', async (name, fault, Warnings) => {
    const TaskId = name.replaceAll(' ', '-');
    stack.rtc.onRequest(() => killCaller(fault));
    const response = await postStart(TaskId);
    expect(response.status).toBe(502);
    expect((await read(TaskId)).body.State).toBe('starting');

    // Within the lease nobody interferes: the process could still be alive.
    await stack.tick();
    expect((await read(TaskId)).body.State).toBe('starting');
    expect(await stack.call('POST', '/record-tasks', createRequest(TaskId))).toMatchObject({ status: 202 });

    await stack.passTime(46);
    await stack.tick();
    expect((await read(TaskId)).body).toMatchObject({ State: 'recording', Attempt: 2, Warnings });
    expect(stateAtRtc(TaskId)).toBe('recording');
    expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId })).toMatchObject({ accepted: 1 });
    expect(await stack.call('POST', '/record-tasks', createRequest(TaskId))).toMatchObject({ status: 200 });
  });

  test.each([
    ['before RTC accepted, found late', { kind: 'reset' } as const],
    ['after RTC accepted, found late', undefined],
  ])('%s: whatever may be running is stopped and the task has failed', async (name, fault) => {
    const TaskId = name.replaceAll(/[ ,]+/g, '-');
    stack.rtc.onRequest(() => killCaller(fault));
    await postStart(TaskId);
    await stack.passTime(121);
    await stack.tick();
    expect((await read(TaskId)).body).toMatchObject({ State: 'failed', ErrorCode: 'StartUnresolved' });
    expect(stateAtRtc(TaskId)).not.toBe('recording');
    expect(stack.app.events()).toContainEqual(
      expect.objectContaining({
        type: 'record_task.failed',
        data: expect.objectContaining({ TaskId, Code: 'StartUnresolved' }),
      }),
    );
    expect(await stack.call('POST', '/record-tasks', createRequest(TaskId))).toMatchObject({ status: 201 });
  });

  test('the same request takes over once the lease has ended, without a tick', async () => {
    stack.rtc.onRequest(() => killCaller(undefined));
    await postStart('again');
    await stack.passTime(46);
    const answer = await stack.call('POST', '/record-tasks', createRequest('again'));
    expect(answer).toMatchObject({ status: 201, body: { Warnings: [{ Rule: 'OutcomeInferred' }] } });
  });

  test('a stop whose process dies is carried out by a tick', async () => {
    await stack.call('POST', '/record-tasks', createRequest('stop'));
    stack.rtc.onRequest(() => killCaller({ kind: 'reset' }));
    await fetch(`${stack.start.url}/record-tasks/stop`, {
      method: 'DELETE',
      headers: { authorization: stack.authorization },
    });
    expect((await read('stop')).body.State).toBe('stopping');
    await stack.passTime(46);
    await stack.tick();
    expect((await read('stop')).body.State).toBe('stopped');
    expect(stateAtRtc('stop')).not.toBe('recording');
  });
});

describe('parallel identical starts', () => {
  test.each([
    ...DATABASE_KINDS.filter((kind) => kind !== 'embedded').map((kind) => [20, kind] as const),
    [5, 'embedded'] as const,
  ])('over %i instances on the %s database make one upstream request', async (count, kind) => {
    const database = await DATABASES[kind]();
    const stack = await startTestStack({ databaseUrl: database.url, maxInstances: count });
    try {
      await stack.start.warm(count);
      // RTC takes its time, so that all of them are inside at once.
      stack.rtc.onRequest(() => ({ kind: 'delay', delayMs: 500 }));
      const answers = await Promise.all(
        Array.from({ length: count }, () => stack.call('POST', '/record-tasks', createRequest('parallel'))),
      );
      expect(stack.start.instances()).toHaveLength(count);
      const statuses = answers.map((answer) => answer.status);
      expect(statuses.filter((status) => status === 201)).toHaveLength(1);
      expect(statuses.filter((status) => status === 202 || status === 200)).toHaveLength(count - 1);
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask' })).toEqual({ received: 1, accepted: 1 });
    } finally {
      await stack.close();
      await database.close();
    }
  });
});

describe('on a real PostgreSQL', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres({ maxConnections: 200 });
  });

  afterAll(() => postgres.close());

  test('a connection that died silently while the instance was frozen costs one retry', async () => {
    const databaseUrl = await postgres.createDatabase();
    const proxy = await startTcpProxy({ targetPort: postgres.port });
    const stack = await startTestStack({
      databaseUrl: databaseUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`),
      maxInstances: 1,
    });
    try {
      await stack.call('POST', '/record-tasks', createRequest('warm'));
      const [pid] = stack.start.instances().map((instance) => instance.pid);
      await waitFor(() => (stack.start.instances()[0]?.state === 'frozen' ? true : undefined));
      proxy.blackhole();
      const startedAtMs = performance.now();
      const answer = await stack.call('POST', '/record-tasks', createRequest('after'));
      const tookMs = performance.now() - startedAtMs;
      expect(answer).toMatchObject({ status: 201, body: { Outcome: 'started' } });
      // One statement's time-out (2.5 s), then a fresh connection.
      expect(tookMs).toBeGreaterThan(2_000);
      expect(tookMs).toBeLessThan(4_500);
      expect(stack.start.instances()[0]?.pid).toBe(pid);
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: 'after' })).toEqual({
        received: 1,
        accepted: 1,
      });
    } finally {
      await stack.close();
      await proxy.close();
    }
  });

  test('a connection that was reset while the instance was frozen costs nothing to speak of', async () => {
    const databaseUrl = await postgres.createDatabase();
    const proxy = await startTcpProxy({ targetPort: postgres.port });
    const stack = await startTestStack({
      databaseUrl: databaseUrl.replace(`:${postgres.port}/`, `:${proxy.port}/`),
      maxInstances: 1,
    });
    try {
      await stack.call('POST', '/record-tasks', createRequest('warm'));
      await waitFor(() => (stack.start.instances()[0]?.state === 'frozen' ? true : undefined));
      proxy.cut();
      const startedAtMs = performance.now();
      expect(await stack.call('POST', '/record-tasks', createRequest('after'))).toMatchObject({ status: 201 });
      expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    } finally {
      await stack.close();
      await proxy.close();
    }
  });
});

describe('a task that RTC will not let go', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());
  afterEach(() => stack.rtc.onRequest(undefined));

  const refuse = (Action: string, Code: string) =>
    stack.rtc.onRequest((request) =>
      request.Action === Action
        ? { kind: 'status', status: 403, body: JSON.stringify({ RequestId: 'R', Code, Message: 'not authorized' }) }
        : undefined,
    );
  const read = async (TaskId: string) => (await stack.call('GET', `/record-tasks/${TaskId}`)).body;

  test('is told to the caller, tried ever more slowly, and has failed after a day', async () => {
    await stack.call('POST', '/record-tasks', createRequest('held'));
    refuse('StopRecordTask', 'Forbidden.RAM');
    const answer = await stack.call('DELETE', '/record-tasks/held');
    expect(answer).toMatchObject({ status: 502, body: { Code: 'UpstreamRejected' } });
    expect(await read('held')).toMatchObject({ State: 'stopping', ErrorCode: 'Forbidden.RAM' });
    for (let minute = 0; minute < 30; minute++) {
      await stack.passTime(60);
      await stack.tick();
    }
    // At 0, 1, 2, 4 and 8 minutes, then every five.
    const { received } = stack.rtc.countRequests({ Action: 'StopRecordTask', TaskId: 'held' });
    expect(received).toBeGreaterThanOrEqual(7);
    expect(received).toBeLessThanOrEqual(12);
    await stack.database.query("update tasks set stop_requested_at = stop_requested_at - interval '1 day'", []);
    await stack.passTime(3_600);
    await stack.tick();
    expect(await read('held')).toMatchObject({ State: 'failed' });
    expect(stack.app.events()).toContainEqual(
      expect.objectContaining({
        type: 'record_task.failed',
        data: expect.objectContaining({ Code: 'StopUnconfirmed' }),
      }),
    );
  });

  test('of somebody else is followed and never said to be stopped', async () => {
    const body = JSON.stringify({ RequestId: 'R', Code: 'TaskExisted', Message: 'task is already existed' });
    stack.rtc.onRequest(() => ({ kind: 'status', status: 200, body }));
    expect(await stack.call('POST', '/record-tasks', createRequest('theirs'))).toMatchObject({ status: 409 });
    expect(await read('theirs')).toMatchObject({ State: 'external', ErrorCode: 'TaskExisted' });
    const stop = await stack.call('DELETE', '/record-tasks/theirs');
    expect(stop).toMatchObject({ status: 409, body: { Code: 'TaskExternal' } });
  });

  test('that has failed is not said to be stopped either', async () => {
    refuse('StartRecordTask', 'InvalidLayoutID.Malformed');
    await stack.call('POST', '/record-tasks', createRequest('failed'));
    const stop = await stack.call('DELETE', '/record-tasks/failed');
    expect(stop).toMatchObject({ status: 200, body: { Outcome: 'failed', State: 'failed' } });
  });

  test('whose stop was asked for before its start had an outcome does not begin any more', async () => {
    refuse('StartRecordTask', 'Throttling.User');
    expect(await stack.call('POST', '/record-tasks', createRequest('cancelled'))).toMatchObject({ status: 503 });
    expect(await stack.call('DELETE', '/record-tasks/cancelled')).toMatchObject({ status: 202 });
    stack.rtc.onRequest(undefined);
    await stack.tick();
    expect(await read('cancelled')).toMatchObject({ State: 'failed', ErrorCode: 'StartCancelled' });
    expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: 'cancelled' }).accepted).toBe(0);
  });
});
