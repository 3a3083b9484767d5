import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSimulatedClock } from '../../local/clock.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A clock that stands still until it is told otherwise. */
function createManualClock(from: string) {
  let current = new Date(from);
  return {
    kind: 'simulated' as const,
    now: () => current,
    realMsUntil: () => 0,
    set: (time: Date) => {
      current = time;
    },
  };
}

const Told = v.object({ TaskId: v.string(), SlotAt: v.string(), State: v.string(), Code: v.string() });
const Slots = v.array(v.looseObject({ TaskId: v.string(), SlotAt: v.string() }));
const History = v.array(
  v.looseObject({
    TaskId: v.string(),
    SlotAt: v.string(),
    State: v.string(),
    Code: v.optional(v.string()),
    At: v.string(),
  }),
);

const Parameters = { ChannelId: 'standup', TemplateId: 'template' };

/** What the app was told of slots that did not become a recording. */
const listMissed = (stack: TestStack) =>
  stack.app
    .events()
    .filter(({ type }) => type === 'schedule.missed')
    .map(({ data }) => v.parse(Told, data));

const readHistory = async (stack: TestStack, id: string) =>
  v.parse(History, (await stack.call('GET', `/schedules/${id}`)).body.History);

const countStarts = (stack: TestStack, TaskId: string) =>
  stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId });

describe('a week over a change of the clocks', () => {
  const FROM = new Date('2027-03-25T00:00:00Z');
  const TO = new Date('2027-04-01T00:00:00Z');
  const clock = createManualClock('2027-03-25T00:00:00Z');
  let stack: TestStack;
  /** Business times of what RTC accepted, by TaskId. */
  const accepted = { StartRecordTask: new Map<string, string[]>(), StopRecordTask: new Map<string, string[]>() };

  beforeAll(async () => {
    stack = await startTestStack({
      clock,
      maxInstances: 2,
      // By the database's clock, months before the simulated one, everything here would be long over.
      environment: { RETENTION_DAYS: '3650' },
      onRtcEvent: (event) => {
        if (event.type !== 'requestAnswered' || event.Code !== undefined || event.TaskId === undefined) return;
        if (event.Action !== 'StartRecordTask' && event.Action !== 'StopRecordTask') return;
        const times = accepted[event.Action];
        times.set(event.TaskId, [...(times.get(event.TaskId) ?? []), clock.now().toISOString()]);
      },
    });
  });

  afterAll(() => stack.close());

  const create = async (schedule: object) => {
    const answer = await stack.call('POST', '/schedules', { Parameters, ...schedule });
    expect(answer.status).toBe(201);
  };

  /** The minute in which the next thing is due. */
  async function findDueMinute(): Promise<Date> {
    const [row] = await stack.database.query<{ dueAt: Date }>(
      `select min(due_at) as "dueAt" from jobs where kind in ('start_slot', 'stop', 'resolve_start')`,
      [],
    );
    const dueMs = row?.dueAt?.getTime() ?? TO.getTime();
    return new Date(Math.ceil(dueMs / MINUTE_MS) * MINUTE_MS);
  }

  test('starts and stops every slot once, and says which it has missed', async () => {
    await create({ ScheduleId: 'night', Cron: '30 2 * * *', TimeZone: 'Europe/Berlin', DurationSeconds: 1_800 });
    await create({ ScheduleId: 'hourly', Cron: '0 * * * *', TimeZone: 'Europe/Berlin', DurationSeconds: 600 });
    await create({ ScheduleId: 'standup', Cron: '0 10 * * 1-5', TimeZone: 'Asia/Shanghai', DurationSeconds: 1_800 });
    await create({
      ScheduleId: 'webinar',
      StartAt: '2027-03-29T14:00',
      TimeZone: 'Asia/Shanghai',
      DurationSeconds: 7_200,
    });
    await create({
      ScheduleId: 'course',
      Cron: '0 18 * * *',
      TimeZone: 'America/New_York',
      Until: '2027-03-27T22:00:00Z',
      DurationSeconds: 3_600,
    });

    // Nobody is there from half past nine to twenty past twelve, and for three minutes around a full hour.
    const outages: readonly (readonly [from: string, to: string])[] = [
      ['2027-03-30T09:30:00Z', '2027-03-30T12:20:00Z'],
      ['2027-03-31T14:59:00Z', '2027-03-31T15:03:00Z'],
    ];
    let ticks = 0;
    for (;;) {
      const due = await findDueMinute();
      const outage = outages.find(([from, to]) => due >= new Date(from) && due < new Date(to));
      const at = outage === undefined ? due : new Date(outage[1]);
      if (at >= TO) break;
      clock.set(at);
      // Every tick is fired twice at once.
      await Promise.all([stack.tick(at), stack.tick(at)]);
      ticks += 2;
    }
    expect(ticks).toBeGreaterThan(600);

    // What the week should hold, worked out by hand.
    const daily = (name: string, times: readonly string[]) => times.map((time) => [name, new Date(time)] as const);
    const hours = Array.from(
      { length: (TO.getTime() - FROM.getTime()) / HOUR_MS },
      (_, hour) => new Date(FROM.getTime() + hour * HOUR_MS),
    );
    const slots = [
      ...daily('night', [
        '2027-03-25T01:30:00Z',
        '2027-03-26T01:30:00Z',
        '2027-03-27T01:30:00Z',
        // 02:30 does not exist: the gap ends at 01:00 UTC.
        '2027-03-28T01:00:00Z',
        '2027-03-29T00:30:00Z',
        '2027-03-30T00:30:00Z',
        '2027-03-31T00:30:00Z',
      ]),
      // 02:00 and 03:00 of the 28th are the same hour: one slot for each hour of UTC.
      ...hours.map((hour) => ['hourly', hour] as const),
      ...daily(
        'standup',
        ['25', '26', '29', '30', '31'].map((day) => `2027-03-${day}T02:00:00Z`),
      ),
      ...daily('webinar', ['2027-03-29T06:00:00Z']),
      ...daily(
        'course',
        ['25', '26', '27'].map((day) => `2027-03-${day}T22:00:00Z`),
      ),
    ];
    const seconds: Record<string, number> = {
      night: 1_800,
      hourly: 600,
      standup: 1_800,
      webinar: 7_200,
      course: 3_600,
    };
    const toTaskId = (name: string, slot: Date) => `${name}-${slot.toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
    const missedIds = ['10', '11', '12'].map((hour) => `hourly-20270330T${hour}00Z`);
    const expected = slots.filter(([name, slot]) => !missedIds.includes(toTaskId(name, slot)));

    expect(new Set(accepted.StartRecordTask.keys())).toEqual(
      new Set(expected.map(([name, slot]) => toTaskId(name, slot))),
    );
    for (const [name, slot] of expected) {
      const TaskId = toTaskId(name, slot);
      const isLate = TaskId === 'hourly-20270331T1500Z';
      const startedAt = isLate ? '2027-03-31T15:03:00.000Z' : slot.toISOString();
      expect([TaskId, accepted.StartRecordTask.get(TaskId)]).toEqual([TaskId, [startedAt]]);
      // A late start does not move the end; what runs when the week is over is still running.
      const endMs = slot.getTime() + (seconds[name] ?? 0) * 1_000;
      const endsAt = endMs < TO.getTime() ? [new Date(endMs).toISOString()] : undefined;
      expect([TaskId, accepted.StopRecordTask.get(TaskId)]).toEqual([TaskId, endsAt]);
    }

    expect(listMissed(stack).map(({ TaskId, State, Code }) => [TaskId, State, Code])).toEqual(
      missedIds.map((TaskId) => [TaskId, 'missed', 'SlotTooLate']),
    );
    expect(stack.app.rejectedCount()).toBe(0);

    // The history holds the latest hundred; the table behind it has them all.
    const stored = await stack.database.query<{ TaskId: string; state: string }>(
      `select task_id as "TaskId", state from schedule_slots order by task_id`,
      [],
    );
    expect(stored).toEqual(
      slots
        .map(([name, slot]) => toTaskId(name, slot))
        .toSorted()
        .map((TaskId) => ({ TaskId, state: missedIds.includes(TaskId) ? 'missed' : 'started' })),
    );
    expect(await readHistory(stack, 'night')).toMatchObject([
      { SlotAt: '2027-03-31T00:30:00Z', LocalTime: '2027-03-31T02:30:00+02:00', State: 'started' },
      { SlotAt: '2027-03-30T00:30:00Z', LocalTime: '2027-03-30T02:30:00+02:00' },
      { SlotAt: '2027-03-29T00:30:00Z', LocalTime: '2027-03-29T02:30:00+02:00' },
      { SlotAt: '2027-03-28T01:00:00Z', LocalTime: '2027-03-28T03:00:00+02:00' },
      { SlotAt: '2027-03-27T01:30:00Z', LocalTime: '2027-03-27T02:30:00+01:00' },
      { SlotAt: '2027-03-26T01:30:00Z' },
      { SlotAt: '2027-03-25T01:30:00Z' },
    ]);
    // What is over has no slot to come; the others stand.
    const next = async (id: string) => v.parse(Slots, (await stack.call('GET', `/schedules/${id}`)).body.NextSlots);
    expect(await next('course')).toEqual([]);
    expect(await next('webinar')).toEqual([]);
    expect((await next('hourly')).map(({ SlotAt }) => SlotAt)).toEqual([
      '2027-04-01T00:00:00Z',
      '2027-04-01T01:00:00Z',
      '2027-04-01T02:00:00Z',
      '2027-04-01T03:00:00Z',
      '2027-04-01T04:00:00Z',
    ]);
  }, 240_000);
});

describe('schedules', () => {
  const clock = createManualClock('2026-11-22T10:00:00Z');
  let stack: TestStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startTestStack({ clock, maxRunningTasks: 2, environment: { RETENTION_DAYS: '3650' } });
  });

  afterAll(() => stack.close());

  beforeEach(async () => {
    clock.set(new Date('2026-11-22T10:00:00Z'));
    stack.rtc.onRequest(undefined);
    const { body } = await stack.call('GET', '/schedules?Limit=100');
    for (const { ScheduleId } of v.parse(v.array(v.looseObject({ ScheduleId: v.string() })), body.Schedules)) {
      await stack.call('DELETE', `/schedules/${ScheduleId}`);
    }
    for (const task of stack.rtc.tasks().filter(({ state }) => state === 'recording')) {
      await stack.call('DELETE', `/record-tasks/${task.TaskId}`);
    }
  });

  const atSecond = (seconds: number) => new Date(new Date('2026-11-22T10:00:00Z').getTime() + seconds * 1_000);

  async function tickAt(seconds: number): Promise<void> {
    clock.set(atSecond(seconds));
    await stack.tick(atSecond(seconds));
  }

  /** A schedule with one slot in a minute. */
  async function createOnce(changes: object = {}): Promise<{ readonly id: string; readonly TaskId: string }> {
    serial += 1;
    const id = `once-${serial}`;
    const answer = await stack.call('POST', '/schedules', {
      ScheduleId: id,
      Parameters,
      StartAt: '2026-11-22T10:01:00Z',
      DurationSeconds: 1_800,
      ...changes,
    });
    expect(answer.status).toBe(201);
    return { id, TaskId: `${id}-20261122T1001Z` };
  }

  describe('POST /schedules', () => {
    const DAILY = {
      ScheduleId: 'daily',
      Parameters,
      Cron: '0 10 * * 1-5',
      TimeZone: 'Asia/Shanghai',
      DurationSeconds: 1_800,
    };

    test('answers with the next five slots in UTC and local time', async () => {
      const { status, body } = await stack.call('POST', '/schedules', DAILY);
      expect(status).toBe(201);
      expect(body).toMatchObject({
        Outcome: 'created',
        ...DAILY,
        Parameters: { AppId: 'yourAppId', ...Parameters },
        LateBySeconds: 300,
        Enabled: true,
        Warnings: [],
        NextSlots: [
          { SlotAt: '2026-11-23T02:00:00Z', LocalTime: '2026-11-23T10:00:00+08:00', TaskId: 'daily-20261123T0200Z' },
          { SlotAt: '2026-11-24T02:00:00Z' },
          { SlotAt: '2026-11-25T02:00:00Z' },
          { SlotAt: '2026-11-26T02:00:00Z' },
          { SlotAt: '2026-11-27T02:00:00Z' },
        ],
      });
    });

    test('replays the same schedule and refuses another of the same id', async () => {
      await stack.call('POST', '/schedules', DAILY);
      expect(await stack.call('POST', '/schedules', DAILY)).toMatchObject({
        status: 200,
        body: { Outcome: 'replayed' },
      });
      const other = await stack.call('POST', '/schedules', { ...DAILY, DurationSeconds: 60 });
      expect(other).toMatchObject({ status: 409, body: { Code: 'ScheduleExisted' } });
    });

    test('lists every fault at once and stores nothing', async () => {
      const answer = await stack.call('POST', '/schedules', {
        ...DAILY,
        Parameters: { ...Parameters, MediaEncode: 21 },
        TimeZone: 'Asia/Peking',
        DurationSeconds: '30',
      });
      expect(answer).toMatchObject({ status: 400, body: { Code: 'InvalidMediaEncode.Malformed' } });
      expect(answer.body.Issues?.map(({ Path, Rule }) => `${Path} ${Rule}`)).toEqual([
        'Parameters.MediaEncode enum',
        'TimeZone format',
        'DurationSeconds type',
      ]);
      expect(await stack.call('GET', '/schedules/daily')).toMatchObject({
        status: 404,
        body: { Code: 'InvalidSchedule.NotFound' },
      });
    });

    test('wants JSON and a key', async () => {
      const text = await stack.call('POST', '/schedules', DAILY, { 'content-type': 'text/plain' });
      expect(text.status).toBe(415);
      expect((await stack.call('POST', '/schedules', DAILY, { authorization: 'Basic eDp5' })).status).toBe(401);
    });
  });

  test('GET /schedules lists the newest first, page by page', async () => {
    const [first, second] = [await createOnce(), await createOnce()];
    const page = await stack.call('GET', '/schedules?Limit=1');
    expect(page.body).toMatchObject({ Schedules: [{ ScheduleId: second.id }] });
    const next = await stack.call('GET', `/schedules?Limit=1&After=${page.body.Next}&AppId=yourAppId`);
    expect(next.body).toMatchObject({ Schedules: [{ ScheduleId: first.id }] });
    expect((await stack.call('GET', '/schedules?AppId=other')).body).toMatchObject({ Schedules: [] });
  });

  describe('a slot', () => {
    test('starts at its time and stops at its end', async () => {
      const { id, TaskId } = await createOnce();
      await tickAt(59);
      expect(countStarts(stack, TaskId)).toEqual({ received: 0, accepted: 0 });
      await tickAt(60);
      const task = await stack.call('GET', `/record-tasks/${TaskId}`);
      expect(task.body).toMatchObject({ State: 'recording', StopAt: '2026-11-22T10:31:00Z', Parameters });
      expect(await readHistory(stack, id)).toEqual([
        {
          TaskId,
          SlotAt: '2026-11-22T10:01:00Z',
          LocalTime: '2026-11-22T10:01:00+00:00',
          State: 'started',
          At: '2026-11-22T10:01:00Z',
        },
      ]);
      await tickAt(60 + 1_799);
      expect((await stack.call('GET', `/record-tasks/${TaskId}`)).body.State).toBe('recording');
      await tickAt(60 + 1_800);
      expect((await stack.call('GET', `/record-tasks/${TaskId}`)).body.State).toBe('stopped');
      expect(countStarts(stack, TaskId)).toEqual({ received: 1, accepted: 1 });
    });

    test('starts late within LateBySeconds, and later not at all', async () => {
      const [late, lost] = [await createOnce({ LateBySeconds: 300 }), await createOnce({ LateBySeconds: 299 })];
      await tickAt(60 + 300);
      expect(await readHistory(stack, late.id)).toMatchObject([{ State: 'started', At: '2026-11-22T10:06:00Z' }]);
      expect(await readHistory(stack, lost.id)).toMatchObject([{ State: 'missed', Code: 'SlotTooLate' }]);
      expect(countStarts(stack, lost.TaskId).received).toBe(0);
      expect(listMissed(stack).filter(({ TaskId }) => TaskId === lost.TaskId)).toEqual([
        { TaskId: lost.TaskId, SlotAt: '2026-11-22T10:01:00.000Z', State: 'missed', Code: 'SlotTooLate' },
      ]);
    });

    test('never starts after its own end', async () => {
      const { id, TaskId } = await createOnce({ DurationSeconds: 120, LateBySeconds: 3_600 });
      await tickAt(60 + 120);
      expect(await readHistory(stack, id)).toMatchObject([{ State: 'missed' }]);
      expect(countStarts(stack, TaskId).received).toBe(0);
    });

    test('waits for room and is reported missed when there was none; only then is anybody told', async () => {
      const full = [await createOnce(), await createOnce()];
      await tickAt(60);
      const waiting = await createOnce({ StartAt: '2026-11-22T10:02:00Z', LateBySeconds: 120 });
      const TaskId = `${waiting.id}-20261122T1002Z`;
      const lucky = await createOnce({ StartAt: '2026-11-22T10:02:00Z', LateBySeconds: 240 });
      for (const seconds of [120, 180, 240]) {
        await tickAt(seconds);
        expect(await readHistory(stack, waiting.id)).toEqual([]);
        const slots = v.parse(Slots, (await stack.call('GET', `/schedules/${waiting.id}`)).body.NextSlots);
        expect(slots).toMatchObject([{ TaskId }]);
      }
      await tickAt(300);
      expect(await readHistory(stack, waiting.id)).toMatchObject([
        { State: 'missed', Code: 'InvalidAppID.AliveTaskExceedLimit' },
      ]);
      await stack.call('DELETE', `/record-tasks/${full[0]?.TaskId}`);
      await tickAt(360);
      expect(await readHistory(stack, lucky.id)).toMatchObject([{ State: 'started', At: '2026-11-22T10:06:00Z' }]);
      const events = v.parse(
        v.array(v.looseObject({ Type: v.string() })),
        (await stack.call('GET', `/record-tasks/${TaskId}`)).body.Events,
      );
      expect(events.map(({ Type }) => Type)).toEqual(['schedule.missed']);
    });

    test('waits while RTC throttles', async () => {
      const { id, TaskId } = await createOnce();
      const throttled = JSON.stringify({ RequestId: 'R', Code: 'Throttling.User', Message: 'flow control' });
      stack.rtc.onRequest(() => ({ kind: 'status', status: 400, body: throttled }));
      await tickAt(60);
      expect(await readHistory(stack, id)).toEqual([]);
      stack.rtc.onRequest(undefined);
      await tickAt(120);
      expect(await readHistory(stack, id)).toMatchObject([{ State: 'started' }]);
      expect(countStarts(stack, TaskId).accepted).toBe(1);
    });

    test('has failed when RTC refuses it for good, and the next one stands', async () => {
      const { id } = await createOnce({ StartAt: undefined, Cron: '*/10 * * * *', TimeZone: 'UTC' });
      const refused = JSON.stringify({ RequestId: 'R', Code: 'InvalidTemplateId', Message: 'no such template' });
      stack.rtc.onRequest(() => ({ kind: 'status', status: 400, body: refused }));
      await tickAt(0);
      stack.rtc.onRequest(undefined);
      await tickAt(600);
      expect(await readHistory(stack, id)).toMatchObject([
        { SlotAt: '2026-11-22T10:10:00Z', State: 'started' },
        { SlotAt: '2026-11-22T10:00:00Z', State: 'failed', Code: 'InvalidTemplateId' },
      ]);
      const TaskId = `${id}-20261122T1000Z`;
      expect(listMissed(stack).filter((slot) => slot.TaskId === TaskId)).toMatchObject([{ State: 'failed' }]);
    });

    test('counts all slots of an outage, one by one', async () => {
      const { id } = await createOnce({ StartAt: undefined, Cron: '* * * * *', TimeZone: 'UTC', DurationSeconds: 60 });
      await tickAt(3_600);
      const history = await readHistory(stack, id);
      expect(history).toHaveLength(61);
      expect(history.map(({ State }) => State)).toEqual(['started', ...Array.from({ length: 60 }, () => 'missed')]);
      expect(listMissed(stack).filter(({ TaskId }) => TaskId.startsWith(id))).toHaveLength(60);
    });
  });

  describe('a process killed at a slot', () => {
    /** Kills the instance that is calling RTC, as the request arrives there. */
    function killCaller(): undefined {
      stack.rtc.onRequest(undefined);
      const caller = stack.start.instances().find((instance) => instance.state === 'busy');
      if (caller?.pid === undefined) throw new Error('No instance is calling.');
      stack.start.killInstance(caller.pid, 'SIGKILL');
    }

    test.each([
      ['before RTC accepted', { kind: 'reset' } as const],
      ['after RTC accepted', undefined],
    ])('%s loses neither the slot nor the one after it, and starts neither twice', async (_name, fault) => {
      const { id } = await createOnce({ StartAt: undefined, Cron: '*/10 * * * *', TimeZone: 'UTC' });
      stack.rtc.onRequest(() => killCaller() ?? fault);
      clock.set(atSecond(0));
      await expect(stack.tick(atSecond(0))).rejects.toThrow('The tick failed');
      expect(await readHistory(stack, id)).toEqual([]);
      // Leases end by the database's clock.
      await stack.database.query(
        `with moved as (update jobs set leased_until = leased_until - interval '46 s')
update tasks set leased_until = leased_until - interval '46 s'`,
        [],
      );
      await tickAt(60);
      await tickAt(120);
      expect(await readHistory(stack, id)).toMatchObject([{ SlotAt: '2026-11-22T10:00:00Z', State: 'started' }]);
      expect(countStarts(stack, `${id}-20261122T1000Z`).accepted).toBe(1);
      await tickAt(600);
      expect(await readHistory(stack, id)).toMatchObject([{ SlotAt: '2026-11-22T10:10:00Z', State: 'started' }, {}]);
    });
  });

  describe('PATCH and DELETE /schedules/{ScheduleId}', () => {
    const patch = (id: string, changes: object) => stack.call('PATCH', `/schedules/${id}`, changes);

    test('move the slot to come', async () => {
      const { id } = await createOnce();
      const { status, body } = await patch(id, { StartAt: '2026-11-22T10:05:00Z' });
      expect([status, body]).toMatchObject([
        200,
        { Outcome: 'updated', NextSlots: [{ SlotAt: '2026-11-22T10:05:00Z' }] },
      ]);
      await tickAt(60);
      expect(await readHistory(stack, id)).toEqual([]);
      await tickAt(300);
      expect(await readHistory(stack, id)).toMatchObject([{ SlotAt: '2026-11-22T10:05:00Z', State: 'started' }]);
    });

    test('change what is recorded from the next slot on', async () => {
      const { id, TaskId } = await createOnce();
      await patch(id, { Parameters: { ...Parameters, MixMode: 0 }, DurationSeconds: 60 });
      await tickAt(60);
      const { body } = await stack.call('GET', `/record-tasks/${TaskId}`);
      expect(body).toMatchObject({ Parameters: { MixMode: 0 }, StopAt: '2026-11-22T10:02:00Z' });
    });

    test('let a slot that is due run, although its times are changed', async () => {
      const { id } = await createOnce({ StartAt: undefined, Cron: '1 * * * *', TimeZone: 'UTC' });
      clock.set(atSecond(70));
      await patch(id, { Cron: '30 * * * *' });
      await tickAt(120);
      expect(await readHistory(stack, id)).toMatchObject([{ SlotAt: '2026-11-22T10:01:00Z', State: 'started' }]);
      const { body } = await stack.call('GET', `/schedules/${id}`);
      expect(v.parse(Slots, body.NextSlots)[0]).toMatchObject({ SlotAt: '2026-11-22T10:30:00Z' });
    });

    test('switch off and on again; a slot that was due by then is reported', async () => {
      const { id } = await createOnce({ StartAt: undefined, Cron: '1 * * * *', TimeZone: 'UTC' });
      clock.set(atSecond(70));
      await patch(id, { Enabled: false });
      await tickAt(120);
      expect(await readHistory(stack, id)).toMatchObject([{ State: 'missed', Code: 'ScheduleDisabled' }]);
      await tickAt(3_660);
      expect(await readHistory(stack, id)).toHaveLength(1);
      const { body } = await patch(id, { Enabled: true });
      expect(v.parse(Slots, body.NextSlots)[0]).toMatchObject({ SlotAt: '2026-11-22T11:01:00Z' });
    });

    test('survive each other', async () => {
      const { id } = await createOnce();
      const changes = Array.from({ length: 4 }, (_, index) => ({ DurationSeconds: 60 + index }));
      const answers = await Promise.all(changes.map((change) => patch(id, change)));
      expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
      expect(answers.some(({ status }) => status === 200)).toBe(true);
    });

    test('leave no slot behind', async () => {
      const { id, TaskId } = await createOnce();
      expect(await stack.call('DELETE', `/schedules/${id}`)).toMatchObject({
        status: 200,
        body: { Outcome: 'deleted' },
      });
      expect((await stack.call('DELETE', `/schedules/${id}`)).status).toBe(404);
      expect((await patch(id, { Enabled: false })).status).toBe(404);
      await tickAt(60);
      expect(countStarts(stack, TaskId).received).toBe(0);
    });
  });

  describe('a timer whose payload carries the recording', () => {
    const fire = (payload: unknown, triggerTime = '2026-11-22T10:00:00Z') =>
      stack.start.invoke({ triggerTime, triggerName: `timer-${serial}`, payload: JSON.stringify(payload) });
    const JOB = { Action: 'StartRecordTask', Parameters, DurationSeconds: 1_800 };
    const getTask = async () => (await stack.call('GET', `/record-tasks/timer-${serial}-20261122T1000Z`)).body;

    beforeEach(() => {
      serial += 1;
    });

    test('starts and stops it, once however often the timer fires', async () => {
      const results = await Promise.all([fire(JOB), fire(JOB), fire(JOB)]);
      expect(results.map(({ outcome }) => outcome)).toEqual(['returned', 'returned', 'returned']);
      expect(await getTask()).toMatchObject({ State: 'recording', StopAt: '2026-11-22T10:30:00Z' });
      await tickAt(60);
      await tickAt(1_800);
      expect(await getTask()).toMatchObject({ State: 'stopped' });
      // Function Compute may deliver an event hours later again.
      await stack.passTime(3_600);
      clock.set(atSecond(7_200));
      expect((await fire(JOB)).outcome).toBe('returned');
      expect(countStarts(stack, `timer-${serial}-20261122T1000Z`)).toEqual({ received: 1, accepted: 1 });
      expect(listMissed(stack).filter(({ TaskId }) => TaskId.startsWith(`timer-${serial}-`))).toEqual([]);
    });

    test('waits for room with the help of the tick', async () => {
      const full = [await createOnce(), await createOnce()];
      await tickAt(60);
      await fire(JOB);
      await stack.call('DELETE', `/record-tasks/${full[0]?.TaskId}`);
      await tickAt(120);
      expect(await getTask()).toMatchObject({ State: 'recording', StopAt: '2026-11-22T10:30:00Z' });
    });

    test('fails loudly when its parameters are wrong, and tells the app', async () => {
      const result = await fire({ ...JOB, Parameters: { ...Parameters, MediaEncode: 21 } });
      expect(result).toMatchObject({
        outcome: 'failed',
        error: { errorMessage: expect.stringContaining('MediaEncode') },
      });
      expect(listMissed(stack).filter(({ TaskId }) => TaskId.startsWith(`timer-${serial}-`))).toMatchObject([
        { State: 'failed', Code: 'InvalidMediaEncode.Malformed' },
      ]);
    });

    test.each([
      ['an unknown Action', { Action: 'Recrod' }],
      ['no Action', { Parameters, DurationSeconds: 60 }],
      ['a length as text', { ...JOB, DurationSeconds: '60' }],
      ['an unknown member', { ...JOB, Duration: 60 }],
      ['text', 'tick'],
      ['Migrate', { Action: 'Migrate' }],
    ])('fails loudly for %s', async (_name, payload) => {
      expect(await fire(payload)).toMatchObject({ outcome: 'failed' });
    });
  });

  test.each([
    ['a timer event without a name', { triggerTime: '2026-11-22T10:00:00Z', payload: '{"Action":"Tick"}' }],
    ['an OSS event', { events: [{ eventName: 'ObjectCreated:PutObject' }] }],
    ['an HTTP event of another version', { version: 'v2', rawPath: '/', requestContext: {} }],
    ['nothing', {}],
  ])('%s fails loudly', async (_name, event) => {
    expect(await stack.start.invoke(event)).toMatchObject({ outcome: 'failed' });
  });
});

test('a timer whose payload carries the recording and whose event comes late starts it in time or not at all', async () => {
  // Without a simulated clock lateness goes by the clock of the process.
  const stack = await startTestStack();
  try {
    const fire = (triggerName: string, secondsAgo: number) =>
      stack.start.invoke({
        triggerTime: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
        triggerName,
        payload: JSON.stringify({ Action: 'StartRecordTask', Parameters, DurationSeconds: 1_800 }),
      });
    expect((await fire('late', 290)).outcome).toBe('returned');
    expect((await fire('lost', 310)).outcome).toBe('returned');
    expect(stack.rtc.tasks().map(({ TaskId }) => TaskId)).toEqual([expect.stringMatching(/^late-\d{8}T\d{4}Z$/)]);
    expect(listMissed(stack)).toMatchObject([{ TaskId: expect.stringMatching(/^lost-/), Code: 'SlotTooLate' }]);
  } finally {
    await stack.close();
  }
});

test('the timer of a simulated clock fires for each of its minutes, however fast it runs', async () => {
  const clock = startSimulatedClock({ from: new Date('2027-03-28T00:00:00Z'), speed: 1_000 });
  const stack = await startTestStack({ clock, environment: { RETENTION_DAYS: '3650' } });
  try {
    const { body } = await stack.call('POST', '/schedules', {
      ScheduleId: 'quarter',
      Parameters,
      Cron: '*/15 * * * *',
      TimeZone: 'Europe/Berlin',
      DurationSeconds: 600,
      // No tick may be left out, and none may come late.
      LateBySeconds: 60,
    });
    const first = v.parse(Slots, body.NextSlots)[0]?.SlotAt ?? '';
    stack.start.startTimers();
    const history = await waitFor(async () => {
      const found = await readHistory(stack, 'quarter');
      return found.length >= 10 ? found : undefined;
    }, 25_000);
    const slots = history.map(({ SlotAt }) => SlotAt).toReversed();
    expect(slots).toEqual(
      slots.map((_, index) => `${new Date(Date.parse(first) + index * 15 * MINUTE_MS).toISOString().slice(0, 19)}Z`),
    );
    expect(history.filter(({ State, At, SlotAt }) => State !== 'started' || At !== SlotAt)).toEqual([]);
    const ended = stack.rtc.tasks().filter(({ state }) => state !== 'recording');
    expect(ended.length).toBeGreaterThanOrEqual(9);
  } finally {
    await stack.close();
  }
});

describe('on a real PostgreSQL', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres({ maxConnections: 200 });
  });

  afterAll(() => postgres.close());

  test('ten ticks at once, each in an instance of its own, start every slot once', async () => {
    const clock = createManualClock('2026-11-22T10:00:00Z');
    const stack = await startTestStack({ databaseUrl: await postgres.createDatabase(), maxInstances: 10, clock });
    try {
      await stack.start.warm(10);
      const ids = Array.from({ length: 40 }, (_, index) => `slot-${index}`);
      for (const ScheduleId of ids) {
        const schedule = { ScheduleId, Parameters, StartAt: '2026-11-22T10:00:00Z', DurationSeconds: 600 };
        expect((await stack.call('POST', '/schedules', schedule)).status).toBe(201);
      }
      // RTC takes its time, so that all ticks are at work at once.
      stack.rtc.onRequest(() => ({ kind: 'delay', delayMs: 200 }));
      await Promise.all(Array.from({ length: 10 }, () => stack.tick(clock.now())));
      for (const id of ids) {
        expect(countStarts(stack, `${id}-20261122T1000Z`)).toEqual({ received: 1, accepted: 1 });
      }
      expect(new Set(stack.app.events().map(({ id }) => id)).size).toBe(40);
    } finally {
      await stack.close();
    }
  });
});

describe('s.yaml', () => {
  test('shows a recording of its own that a timer can start', () => {
    const text = readFileSync(new URL('../../s.yaml', import.meta.url), 'utf8');
    const example = /# +payload: '(\{"Action":"StartRecordTask".*\})'/.exec(text)?.[1] ?? '';
    expect(JSON.parse(example)).toMatchObject({ Action: 'StartRecordTask', DurationSeconds: 1_800 });
  });
});
