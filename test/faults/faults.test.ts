/**
 * The service under faults, each ending in an audit: what RTC recorded against what is stored and what the app was told.
 * `FAULT_SCALE=10 npm run test:faults` makes every load ten times as large.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../local/emulator/fault.ts';
import { RTC_ERROR_CODES } from '../../local/emulator/rtc-answer.ts';
import type { InstanceState } from '../../local/function-instance.ts';
import { LOCAL_API_KEY, LOCAL_APP_ID, type LocalStackOptions } from '../../local/stack.ts';
import type { WebhookAnswer } from '../../local/webhook-receiver.ts';
import { type ChaosRelay, type Mischief, startChaosRelay } from '../support/chaos-relay.ts';
import { findLeaks } from '../support/leaks.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { send, signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const SCALE = Number(process.env.FAULT_SCALE ?? '1');

vi.setConfig({ testTimeout: 60_000 * SCALE });

/** Longer than a sweep's period and than most waits of webhooks. */
const SWEEP_PERIOD_SECONDS = 301;

const closers: (() => Promise<void>)[] = [];
const stacks: TestStack[] = [];

afterEach(async () => {
  try {
    // Whatever went wrong on the way, no secret got out.
    for (const stack of stacks.splice(0)) expect(await findLeaks(stack)).toEqual([]);
  } finally {
    for (const close of closers.splice(0).toReversed()) await close();
  }
});

const opened = <Part extends { close(): Promise<void> }>(part: Part): Part => {
  closers.push(() => part.close());
  return part;
};

async function openStack(options: Partial<LocalStackOptions>): Promise<TestStack> {
  const stack = opened(await startTestStack(options));
  stacks.push(stack);
  return stack;
}

/** A file each second, and the last one as soon as the recording is stopped. */
const FAST = { template: { FileSplitInterval: 1, DelayStopTime: 0 }, maxRunningTasks: 100_000 } as const;

const createRequest = (TaskId: string) => ({ ChannelId: 'channel', TaskId, TemplateId: 'template' });

/** Calls until the answer is one that a caller can live with, as a caller with patience does. */
async function insist(call: () => Promise<{ readonly status: number }>): Promise<number> {
  for (let tries = 0; ; tries++) {
    const status = await call().then(
      (answer) => answer.status,
      () => 0,
    );
    if (status >= 200 && status < 300 && status !== 202) return status;
    if (tries > 600) throw new Error(`The last of ${tries} answers was ${status}.`);
    await sleep(20);
  }
}

/** Runs `work` for 0 … count − 1, eight at a time. */
async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly delivery: string;
}

/** One sweep period, in ticks of a minute: all that healing may take once the fault has ended. */
async function heal(stack: TestStack): Promise<void> {
  for (let minute = 0; minute < 6; minute++) {
    await stack.passTime(SWEEP_PERIOD_SECONDS / 5);
    await stack.tick();
  }
}

/** Nothing lost, nothing doubled, nothing in between, nobody untold. */
async function audit(stack: TestStack, recorded: readonly string[]): Promise<void> {
  const stored = await stack.database.query<{ url: string }>('select url from files', []);
  const urls = stored.map((file) => file.url);
  expect(urls.toSorted()).toEqual(recorded.toSorted());
  const between = await stack.database.query(
    "select task_id, state from tasks where state in ('starting', 'stopping')",
    [],
  );
  expect(between).toEqual([]);
  const events = await stack.database.query<StoredEvent>('select id, type, delivery from events', []);
  expect(events.filter((event) => event.type === 'record_file.created')).toHaveLength(recorded.length);
  expect(events.filter((event) => event.delivery === 'pending')).toEqual([]);
  const told = new Set(stack.app.events().map((event) => event.id));
  expect(events.filter((event) => event.delivery === 'delivered' && !told.has(event.id))).toEqual([]);
  expect(stack.app.rejectedCount()).toBe(0);
  const jobs = await stack.database.query("select kind, key from jobs where kind in ('resolve_start', 'deliver')", []);
  expect(jobs).toEqual([]);
}

const isFrozen = ({ state }: { readonly state: InstanceState }) => state === 'frozen' || state === 'ended';

const recordedUrls = (stack: TestStack) => stack.rtc.files().map((file) => file.Url);

/** Records `count` tasks for a moment and stops them. */
async function recordTasks(stack: TestStack, prefix: string, count: number): Promise<void> {
  await inParallel(count, (index) =>
    insist(() => stack.call('POST', '/record-tasks', createRequest(`${prefix}-${index}`))),
  );
  await sleep(1_200);
  await inParallel(count, (index) => insist(() => stack.call('DELETE', `/record-tasks/${prefix}-${index}`)));
}

describe('callbacks on their way', () => {
  test.each(['tenfold', 'tenfoldWithNewMsgIds', 'reorder', 'delay', 'drop'] as const satisfies readonly Mischief[])(
    '%s: every file is stored once and told once',
    async (mischief) => {
      const stack = await openStack({ ...FAST, maxInstances: 10 });
      const relay: ChaosRelay = opened(await startChaosRelay(stack.callbackUrl));
      stack.rtc.setTemplate({ HttpCallbackUrl: relay.url });
      relay.set(mischief);
      await recordTasks(stack, mischief, 5 * SCALE);
      await relay.settle();
      await heal(stack);
      expect(stack.rtc.files().length).toBeGreaterThanOrEqual(5 * SCALE);
      await audit(stack, recordedUrls(stack));
    },
  );
});

describe('RTC answering badly', () => {
  const FAULTS: readonly (readonly [string, Fault])[] = [
    ['500', { kind: 'status', status: 500, body: '{"RequestId":"R","Code":"InternalError","Message":"no"}' }],
    ['503', { kind: 'status', status: 503, body: '{"RequestId":"R","Code":"ServiceUnavailable","Message":"no"}' }],
    ['throttling', { kind: 'status', status: 400, body: '{"RequestId":"R","Code":"Throttling.User","Message":"no"}' }],
    ['HTML', { kind: 'status', status: 502, body: '<html></html>', contentType: 'text/html' }],
    ['an empty body', { kind: 'status', status: 200, body: '' }],
    ['a reset', { kind: 'reset' }],
    ['no answer', { kind: 'hang' }],
    ['an answer after a second', { kind: 'delay', delayMs: 1_000 }],
  ];

  test.each(FAULTS)(
    'with %s: one start is accepted for each run, also where TaskIds are not unique',
    async (_name, fault) => {
      const stack = await openStack({ ...FAST, taskIds: 'repeatable', maxInstances: 8 });
      let requests = 0;
      // Every second request fails, beginning with the first.
      stack.rtc.onRequest(() => (requests++ % 2 === 0 ? fault : undefined));
      await recordTasks(stack, 'task', 5 * SCALE);
      stack.rtc.onRequest(undefined);
      await heal(stack);
      for (let index = 0; index < 5 * SCALE; index++) {
        const count = stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: `task-${index}` });
        expect(count.accepted).toBe(1);
      }
      await audit(stack, recordedUrls(stack));
    },
  );

  test('with every error it documents: a start that is sent again is accepted once', async () => {
    const stack = await openStack({ ...FAST, taskIds: 'repeatable', maxInstances: 8 });
    const codes = new Map(RTC_ERROR_CODES.map((Code, index) => [`task-${index}`, Code]));
    stack.rtc.onRequest(({ Action, TaskId = '' }) => {
      const Code = Action === 'StartRecordTask' ? codes.get(TaskId) : undefined;
      codes.delete(TaskId);
      return Code === undefined ? undefined : { kind: 'error', Code };
    });
    await recordTasks(stack, 'task', RTC_ERROR_CODES.length);
    stack.rtc.onRequest(undefined);
    await heal(stack);
    expect(codes.size).toBe(0);
    for (const index of RTC_ERROR_CODES.keys()) {
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: `task-${index}` }).accepted).toBe(1);
    }
    await audit(stack, recordedUrls(stack));
  });

  test.each(['acceptThenReset', 'acceptThenHang'] as const)(
    'after accepting, with %s: nothing runs unknown',
    async (kind) => {
      const stack = await openStack({ ...FAST, maxInstances: 8 });
      stack.rtc.onRequest((request) =>
        request.Action === 'StartRecordTask' && request.TaskId !== undefined && Math.random() < 0.5
          ? { kind }
          : undefined,
      );
      await recordTasks(stack, 'task', 4 * SCALE);
      stack.rtc.onRequest(undefined);
      await heal(stack);
      expect(stack.rtc.tasks().filter((task) => task.state === 'recording')).toEqual([]);
      await audit(stack, recordedUrls(stack));
    },
  );
});

describe('on a real PostgreSQL', () => {
  async function startOnPostgres(): Promise<{ readonly stack: TestStack; readonly postgres: Postgres }> {
    const postgres = opened(await startPostgres({ maxConnections: 200 }));
    const stack = await openStack({ maxRunningTasks: 100_000, databaseUrl: postgres.url, maxInstances: 8 });
    return { stack, postgres };
  }

  const urlOf = (index: number) => `http://rtc-record.oss-cn-shanghai.aliyuncs.com/record/file-${index}.m3u8`;

  const postFile = (stack: TestStack, index: number) =>
    fetch(stack.callbackUrl, {
      method: 'POST',
      body: JSON.stringify({
        AppId: 'yourAppId',
        ChannelId: 'channel',
        TaskId: `task-${index % (100 * SCALE)}`,
        Event: 'FileCreated',
        MsgId: `message-${index}`,
        StartTime: '2026-11-22T10:00:00Z',
        StopTime: '2026-11-22T10:30:00Z',
        Url: urlOf(index),
      }),
    });

  async function startAndCall(stack: TestStack): Promise<void> {
    await Promise.all([
      inParallel(100 * SCALE, (index) =>
        insist(() => stack.call('POST', '/record-tasks', createRequest(`task-${index}`))),
      ),
      inParallel(1_000 * SCALE, (index) => insist(() => postFile(stack, index))),
    ]);
  }

  async function auditTasks(stack: TestStack): Promise<void> {
    const tasks = await stack.database.query<{ state: string }>('select state from tasks', []);
    expect(tasks).toHaveLength(100 * SCALE);
    expect(tasks.filter((task) => task.state !== 'recording')).toEqual([]);
    for (let index = 0; index < 100 * SCALE; index++) {
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: `task-${index}` }).accepted).toBe(1);
    }
    await audit(
      stack,
      Array.from({ length: 1_000 * SCALE }, (_, index) => urlOf(index)),
    );
  }

  test('kill -9 of instances at random during starts and callbacks loses and doubles nothing', async () => {
    const { stack } = await startOnPostgres();
    let kills = 0;
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await sleep(50 + 100 * Math.random());
        for (const host of [stack.start, stack.callback]) {
          const busy = host.instances().filter((instance) => instance.state === 'busy');
          const victim = busy[Math.floor(Math.random() * busy.length)];
          if (victim?.pid === undefined) continue;
          host.killInstance(victim.pid, 'SIGKILL');
          kills++;
        }
        // Starts whose caller was killed are taken over when their lease ends, which is made to be now and then.
        if (kills % 10 === 0) await stack.passTime(46);
      }
    })();
    await startAndCall(stack).finally(() => {
      isOver = true;
    });
    await killing;
    expect(kills).toBeGreaterThan(10);
    await heal(stack);
    await auditTasks(stack);
  });

  test.each(['cut', 'blackhole'] as const)(
    'connections that die (%s) while instances are frozen cost nothing',
    async (death) => {
      const postgres = opened(await startPostgres());
      const proxy = opened(await startTcpProxy({ targetPort: postgres.port }));
      const stack = await openStack({
        ...{ ...FAST, maxInstances: 4 },
        databaseUrl: postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`),
      });
      const isResting = () => [...stack.start.instances(), ...stack.callback.instances()].every(isFrozen) || undefined;
      for (let round = 0; round < 3; round++) {
        await recordTasks(stack, `round-${round}`, 4 * SCALE);
        await waitFor(isResting);
        expect(proxy.connectionCount()).toBeGreaterThan(1);
        proxy[death]();
      }
      await heal(stack);
      await audit(stack, recordedUrls(stack));
    },
  );

  test('the database restarted in the middle loses and doubles nothing', async () => {
    const { stack, postgres } = await startOnPostgres();
    let isOver = false;
    const restarting = (async () => {
      for (let restarts = 0; restarts < 3 && !isOver; restarts++) {
        await sleep(700);
        await postgres.stop();
        await sleep(300);
        await postgres.restart();
      }
      // Starts that could not store their outcome are taken over when their lease ends.
      while (!isOver) {
        await sleep(500);
        await stack.passTime(46);
      }
    })();
    await startAndCall(stack).finally(() => {
      isOver = true;
    });
    await restarting;
    await heal(stack);
    await auditTasks(stack);
  });
});

describe('the app', () => {
  test.each([503, 500, 404, 301, 'slow', 'hang', 'reset'] as const satisfies readonly WebhookAnswer[])(
    'answering %s for a while is told everything once it is back',
    async (answer) => {
      const stack = await openStack({ ...FAST, maxInstances: 8 });
      stack.app.respondWith(answer);
      await recordTasks(stack, 'task', 3 * SCALE);
      stack.app.respondWith(204);
      await heal(stack);
      await audit(stack, recordedUrls(stack));
    },
  );

  test('answering 410 ends those deliveries, and they can be had again', async () => {
    const stack = await openStack({ ...FAST, maxInstances: 8 });
    stack.app.respondWith(410);
    await recordTasks(stack, 'task', 2);
    stack.app.respondWith(204);
    await heal(stack);
    const dead = await stack.database.query<StoredEvent>("select id from events where delivery = 'dead'", []);
    expect(dead.length).toBeGreaterThanOrEqual(4);
    for (const { id } of dead) {
      expect(await stack.call('POST', `/events/${id}/redeliver`, {})).toMatchObject({ body: { Outcome: 'delivered' } });
    }
    await audit(stack, recordedUrls(stack));
  });
});

describe('callers whose clocks are wrong', () => {
  test('by less than a quarter of an hour start what they want; by more, nothing, until they set them', async () => {
    const stack = await openStack({ ...FAST, maxInstances: 8 });
    const [AccessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');
    const start = (index: number, skewMinutes: number) => {
      const signedAtMs = Date.now() + skewMinutes * 60_000;
      const parameters = { AppId: LOCAL_APP_ID, ...createRequest(`task-${index}`) };
      const path = signPath('StartRecordTask', parameters, { accessKeySecret, signedAtMs, common: { AccessKeyId } });
      return send(new URL(stack.start.url).host, path);
    };
    // From 20 minutes slow to 20 minutes fast.
    const skews = Array.from({ length: 10 * SCALE }, (_, index) => -20 + (40 * index) / (10 * SCALE - 1));
    await inParallel(skews.length, async (index) => {
      const skew = skews[index] ?? 0;
      expect([skew, (await start(index, skew)).status]).toEqual([skew, Math.abs(skew) < 15 ? 200 : 400]);
    });
    await inParallel(skews.length, (index) => insist(() => start(index, 0)));
    await sleep(1_200);
    await inParallel(skews.length, (index) => insist(() => stack.call('DELETE', `/record-tasks/task-${index}`)));
    await heal(stack);
    expect(stack.rtc.countRequests({ Action: 'StartRecordTask' })).toEqual({
      received: skews.length,
      accepted: skews.length,
    });
    await audit(stack, recordedUrls(stack));
  });
});

describe('the timer', () => {
  test('fired twice at once does everything once', async () => {
    const stack = await openStack({ maxInstances: 8 });
    await inParallel(10 * SCALE, (index) =>
      insist(() => stack.call('POST', '/record-tasks', { ...createRequest(`task-${index}`), MaxDurationSeconds: 600 })),
    );
    await stack.passTime(601);
    await Promise.all([stack.tick(), stack.tick(), stack.tick()]);
    await heal(stack);
    for (let index = 0; index < 10 * SCALE; index++) {
      expect(stack.rtc.countRequests({ Action: 'StopRecordTask', TaskId: `task-${index}` })).toEqual({
        received: 1,
        accepted: 1,
      });
    }
    const stopped = await stack.database.query("select id from events where type = 'record_task.stopped'", []);
    expect(stopped).toHaveLength(10 * SCALE);
  });

  test('silent for an hour catches up', async () => {
    const stack = await openStack({ ...FAST, maxInstances: 8 });
    const relay = opened(await startChaosRelay(stack.callbackUrl));
    stack.rtc.setTemplate({ HttpCallbackUrl: relay.url });
    relay.set('drop');
    await inParallel(5, (index) =>
      insist(() => stack.call('POST', '/record-tasks', { ...createRequest(`task-${index}`), MaxDurationSeconds: 600 })),
    );
    await sleep(1_200);
    await stack.passTime(3_600);
    await heal(stack);
    expect(stack.rtc.tasks().filter((task) => task.state === 'recording')).toEqual([]);
    await audit(stack, recordedUrls(stack));
  });
});
