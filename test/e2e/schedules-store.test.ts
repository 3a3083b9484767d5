import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../shared/store/database.ts';
import { claimJobs, type Job, retryJob } from '../../shared/store/jobs.ts';
import { readEvents } from '../../shared/store/read.ts';
import {
  createSchedule,
  deleteSchedule,
  holdLoneSlot,
  listSchedules,
  openSlot,
  pruneSchedules,
  readSchedule,
  readSlots,
  type Schedule,
  type SchedulePlan,
  type SlotOutcome,
  settleLoneSlot,
  settleSlot,
  updateSchedule,
} from '../../shared/store/schedules.ts';
import { claimStart } from '../../shared/store/start.ts';
import { DATABASE_KINDS, useMigratedDatabase } from '../support/database.ts';

const SLOT = new Date('2026-11-23T02:00:00Z');
const NEXT_SLOT = new Date('2026-11-24T02:00:00Z');
const NOW = new Date('2026-11-22T10:00:00Z');

describe.each(DATABASE_KINDS)('schedules on the %s database', (kind) => {
  const database = useMigratedDatabase(kind);

  beforeEach(async () => {
    await database.query('truncate schedules, schedule_slots, tasks, events, jobs', []);
  });

  const createDaily = (changes: Partial<Schedule> = {}): Schedule => ({
    ScheduleId: 'standup',
    AppId: 'app',
    parameters: { ChannelId: 'channel', TemplateId: 'template' },
    startAt: null,
    cron: '0 10 * * *',
    timeZone: 'Asia/Shanghai',
    durationSeconds: 1_800,
    until: null,
    lateBySeconds: 300,
    enabled: true,
    ...changes,
  });
  const PLAN: SchedulePlan = { plannedFrom: NOW, nextSlotAt: SLOT };

  const claimSlots = (now: Date, by: Database = database) => claimJobs(by, { now, limit: 10, probes: 0 });
  const listJobs = () =>
    database.query<{ kind: string; key: string; dueAt: Date; slotAt: string | null; leased: boolean }>(
      `select kind, key, due_at as "dueAt", payload ->> 'SlotAt' as "slotAt", coalesce(leased_until > now(), false) as leased
from jobs order by kind, key`,
      [],
    );

  /** The slot in hand, as a tick claims it. */
  async function claimSlot(now: Date): Promise<Job> {
    const [job] = await claimSlots(now);
    if (job === undefined) throw new Error('Nothing is due.');
    return job;
  }

  const createOutcome = (job: Job, changes: Partial<SlotOutcome> = {}): SlotOutcome => ({
    ScheduleId: 'standup',
    revision: 1,
    job,
    TaskId: 'standup-20261123T0200Z',
    slotAt: SLOT,
    state: 'started',
    errorCode: undefined,
    event: undefined,
    nextSlotAt: NEXT_SLOT,
    now: SLOT,
    ...changes,
  });

  const MISSED = {
    state: 'missed',
    errorCode: 'SlotTooLate',
    event: { id: 'missed_1', type: 'schedule.missed', body: '{}', delivery: 'pending' },
  } as const;

  describe('createSchedule', () => {
    test('stores the schedule with the job of its first slot', async () => {
      expect(await createSchedule(database, createDaily(), PLAN)).toBe('created');
      expect(await readSchedule(database, 'standup')).toMatchObject({
        ...createDaily(),
        revision: 1,
        plannedFrom: NOW,
        nextSlotAt: SLOT,
      });
      expect(await listJobs()).toEqual([
        { kind: 'start_slot', key: 'standup', dueAt: SLOT, slotAt: SLOT.toISOString(), leased: false },
      ]);
    });

    test('can be repeated, and tells another schedule of the same id', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const later = { plannedFrom: NEXT_SLOT, nextSlotAt: NEXT_SLOT };
      expect(await createSchedule(database, createDaily(), later)).toBe('same');
      expect(await createSchedule(database, createDaily({ durationSeconds: 60 }), later)).toBe('other');
      expect(await createSchedule(database, createDaily({ parameters: { ChannelId: 'c' } }), later)).toBe('other');
      expect(await listJobs()).toMatchObject([{ dueAt: SLOT }]);
    });

    test('makes no job without a slot to come', async () => {
      await createSchedule(database, createDaily({ enabled: false }), { plannedFrom: NOW, nextSlotAt: undefined });
      expect(await listJobs()).toEqual([]);
      expect(await readSchedule(database, 'standup')).toMatchObject({ enabled: false, nextSlotAt: null });
    });

    test('of twenty at once makes one', async () => {
      const pools = Array.from({ length: 20 }, () => openDatabase(database.url));
      try {
        const outcomes = await Promise.all(pools.map((pool) => createSchedule(pool, createDaily(), PLAN)));
        expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
        expect(outcomes.filter((outcome) => outcome === 'same')).toHaveLength(19);
      } finally {
        await Promise.all(pools.map((pool) => pool.close()));
      }
    });
  });

  describe('settleSlot', () => {
    test('stores what became of the slot and goes on to the next, in one', async () => {
      await createSchedule(database, createDaily(), PLAN);
      expect(await claimSlots(new Date(SLOT.getTime() - 1))).toEqual([]);
      const job = await claimSlot(SLOT);
      expect(await settleSlot(database, createOutcome(job))).toBe(true);
      expect(await listJobs()).toMatchObject([{ dueAt: NEXT_SLOT, slotAt: NEXT_SLOT.toISOString(), leased: false }]);
      expect(await readSlots(database, 'standup')).toEqual([
        { TaskId: 'standup-20261123T0200Z', slotAt: SLOT, state: 'started', errorCode: null, settledAt: SLOT },
      ]);
    });

    test('ends the job after the last slot', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const job = await claimSlot(SLOT);
      expect(await settleSlot(database, createOutcome(job, { nextSlotAt: undefined }))).toBe(true);
      expect(await listJobs()).toEqual([]);
    });

    test('stores the event of a missed slot with its delivery, and can be repeated', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const outcome = createOutcome(await claimSlot(SLOT), MISSED);
      expect(await settleSlot(database, outcome)).toBe(true);
      expect(await settleSlot(database, outcome)).toBe(true);
      expect(await readEvents(database, 'app', outcome.TaskId)).toMatchObject([
        { type: 'schedule.missed', delivery: 'pending' },
      ]);
      expect(await listJobs()).toMatchObject([{ kind: 'deliver', key: 'missed_1' }, { kind: 'start_slot' }]);
      expect(await readSlots(database, 'standup')).toMatchObject([{ state: 'missed', errorCode: 'SlotTooLate' }]);
    });

    test('stores nothing once a later claim owns the job', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const first = await claimSlot(SLOT);
      await database.query('update jobs set leased_until = null', []);
      const second = await claimSlot(SLOT);
      expect(await settleSlot(database, createOutcome(first, MISSED))).toBe(false);
      expect(await readSlots(database, 'standup')).toEqual([]);
      expect(await readEvents(database, 'app', 'standup-20261123T0200Z')).toEqual([]);
      expect(await settleSlot(database, createOutcome(second))).toBe(true);
    });

    test('stores nothing that was worked out from an older revision', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const job = await claimSlot(SLOT);
      const changed = { schedule: createDaily({ cron: '0 11 * * *' }), revision: 1, now: SLOT };
      const nextSlotAt = new Date('2026-11-23T03:00:00Z');
      expect(await updateSchedule(database, { ...changed, plan: { plannedFrom: SLOT, nextSlotAt } })).toBe(true);
      // The slot in hand stays with whoever has it.
      expect(await listJobs()).toMatchObject([{ dueAt: SLOT, leased: true }]);
      expect(await settleSlot(database, createOutcome(job))).toBe(false);
      await retryJob(database, job, SLOT);
      const again = await claimSlot(SLOT);
      expect(await settleSlot(database, createOutcome(again, { revision: 2, nextSlotAt }))).toBe(true);
      expect(await listJobs()).toMatchObject([{ dueAt: nextSlotAt }]);
    });

    test('leaves no trace of a slot that is none any more', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const job = await claimSlot(SLOT);
      expect(await settleSlot(database, createOutcome(job, { state: undefined }))).toBe(true);
      expect(await readSlots(database, 'standup')).toEqual([]);
      expect(await listJobs()).toMatchObject([{ dueAt: NEXT_SLOT }]);
    });

    test('gives a slot to one of twenty parallel claims, and lets one of them settle it', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const pools = Array.from({ length: 20 }, () => openDatabase(database.url));
      try {
        const claims = await Promise.all(pools.map((pool) => claimSlots(SLOT, pool)));
        expect(claims.flat()).toHaveLength(1);
      } finally {
        await Promise.all(pools.map((pool) => pool.close()));
      }
    });
  });

  describe('updateSchedule', () => {
    test('replaces the slot to come', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const nextSlotAt = new Date('2026-11-23T03:00:00Z');
      const change = { schedule: createDaily({ cron: '0 11 * * *' }), revision: 1, now: NOW };
      expect(await updateSchedule(database, { ...change, plan: { plannedFrom: NOW, nextSlotAt } })).toBe(true);
      expect(await listJobs()).toMatchObject([{ dueAt: nextSlotAt, slotAt: nextSlotAt.toISOString() }]);
      expect(await readSchedule(database, 'standup')).toMatchObject({ cron: '0 11 * * *', revision: 2 });
    });

    test('leaves the slot to come alone if its times stay', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const schedule = createDaily({ durationSeconds: 60 });
      expect(await updateSchedule(database, { schedule, revision: 1, plan: undefined, now: NOW })).toBe(true);
      expect(await listJobs()).toMatchObject([{ dueAt: SLOT }]);
      expect(await readSchedule(database, 'standup')).toMatchObject({ durationSeconds: 60, plannedFrom: NOW });
    });

    test('ends the slot to come when there is none any more, and begins anew', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const off = { schedule: createDaily({ enabled: false }), revision: 1, now: NOW };
      expect(await updateSchedule(database, { ...off, plan: { plannedFrom: NOW, nextSlotAt: undefined } })).toBe(true);
      expect(await listJobs()).toEqual([]);
      expect(await updateSchedule(database, { schedule: createDaily(), revision: 2, plan: PLAN, now: NOW })).toBe(true);
      expect(await listJobs()).toMatchObject([{ dueAt: SLOT }]);
    });

    test('changes nothing of a schedule that was changed or deleted meanwhile', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const change = { schedule: createDaily({ durationSeconds: 60 }), plan: undefined, now: NOW };
      expect(await updateSchedule(database, { ...change, revision: 7 })).toBe(false);
      expect(await readSchedule(database, 'standup')).toMatchObject({ durationSeconds: 1_800, revision: 1 });
      await deleteSchedule(database, 'standup');
      expect(await updateSchedule(database, { ...change, revision: 1 })).toBe(false);
      expect(await listJobs()).toEqual([]);
    });
  });

  describe('deleteSchedule', () => {
    test('forgets schedule, history and slot to come', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const job = await claimSlot(SLOT);
      await settleSlot(database, createOutcome(job));
      expect(await deleteSchedule(database, 'standup')).toBe(true);
      expect(await deleteSchedule(database, 'standup')).toBe(false);
      expect([await listJobs(), await readSlots(database, 'standup')]).toEqual([[], []]);
      // Whoever has a slot in hand stores nothing any more.
      expect(await settleSlot(database, createOutcome(job, MISSED))).toBe(false);
      expect(await listJobs()).toEqual([]);
    });
  });

  describe('openSlot', () => {
    test('shows the schedule with the state of the task of the slot', async () => {
      await createSchedule(database, createDaily(), PLAN);
      const slot = { ScheduleId: 'standup', TaskId: 'standup-20261123T0200Z' };
      expect(await openSlot(database, slot)).toMatchObject({ ...createDaily(), taskState: null, taskErrorCode: null });
      await claimStart(database, {
        AppId: 'app',
        TaskId: slot.TaskId,
        ChannelId: 'channel',
        parameters: {},
        request: {},
        stopAt: undefined,
        leaseId: randomUUID(),
        now: SLOT,
      });
      expect(await openSlot(database, slot)).toMatchObject({ taskState: 'starting' });
      expect(await openSlot(database, { ...slot, ScheduleId: 'unknown' })).toBeUndefined();
    });
  });

  describe('listSchedules', () => {
    test('shows the newest first, by AppId and page', async () => {
      for (const [ScheduleId, AppId] of [
        ['a', 'app'],
        ['b', 'other'],
        ['c', 'app'],
      ] as const) {
        await createSchedule(database, createDaily({ ScheduleId, AppId }), PLAN);
      }
      const list = async (AppId: string | undefined, after: string | undefined, limit: number) =>
        await listSchedules(database, { AppId, after, limit });
      const ids = async (AppId: string | undefined) => (await list(AppId, undefined, 10)).map((row) => row.ScheduleId);
      expect(await ids(undefined)).toEqual(['c', 'b', 'a']);
      expect(await ids('app')).toEqual(['c', 'a']);
      const [first] = await list(undefined, undefined, 1);
      expect((await list(undefined, first?.seq, 10)).map((row) => row.ScheduleId)).toEqual(['b', 'a']);
    });
  });

  describe('holdLoneSlot and settleLoneSlot', () => {
    const slot = {
      AppId: 'app',
      TaskId: 'timer-20261123T0200Z',
      slotAt: SLOT,
      payload: { SlotAt: SLOT.toISOString() },
    };

    test('keep a slot without a schedule until it is settled', async () => {
      const job = await holdLoneSlot(database, slot);
      expect(await listJobs()).toMatchObject([{ key: 'app/timer-20261123T0200Z', dueAt: SLOT, leased: true }]);
      expect(await settleLoneSlot(database, { ...slot, job, event: MISSED.event, now: SLOT })).toBe(true);
      expect(await listJobs()).toMatchObject([{ kind: 'deliver', key: 'missed_1' }]);
      expect(await readEvents(database, 'app', slot.TaskId)).toMatchObject([{ type: 'schedule.missed' }]);
    });

    test('give the same slot to whoever asked last', async () => {
      const first = await holdLoneSlot(database, slot);
      const second = await holdLoneSlot(database, slot);
      expect(await listJobs()).toHaveLength(1);
      expect(await settleLoneSlot(database, { ...slot, job: first, event: MISSED.event, now: SLOT })).toBe(false);
      expect(await readEvents(database, 'app', slot.TaskId)).toEqual([]);
      expect(await settleLoneSlot(database, { ...slot, job: second, event: undefined, now: SLOT })).toBe(true);
      expect(await listJobs()).toEqual([]);
    });
  });

  describe('pruneSchedules', () => {
    test('forgets old slots, and schedules that are over, but none with a slot to come', async () => {
      const until = new Date('2026-11-30T00:00:00Z');
      await createSchedule(database, createDaily(), PLAN);
      await createSchedule(database, createDaily({ ScheduleId: 'over', until }), PLAN);
      await createSchedule(database, createDaily({ ScheduleId: 'waiting', until }), PLAN);
      for (const job of await claimSlots(SLOT)) {
        if (job.key === 'waiting') continue;
        const nextSlotAt = job.key === 'over' ? undefined : NEXT_SLOT;
        expect(await settleSlot(database, createOutcome(job, { ScheduleId: job.key, nextSlotAt }))).toBe(true);
      }
      expect(await pruneSchedules(database, SLOT)).toBe(0);
      expect(await readSlots(database, 'standup')).toHaveLength(1);
      expect(await pruneSchedules(database, new Date('2026-12-01T00:00:00Z'))).toBe(2);
      expect(await readSlots(database, 'standup')).toEqual([]);
      const left = await listSchedules(database, { AppId: undefined, after: undefined, limit: 10 });
      expect(left.map((row) => row.ScheduleId)).toEqual(['waiting', 'standup']);
    });
  });
});
