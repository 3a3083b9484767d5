import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InvocationRecord } from '../../local/function-host.ts';
import { createSchedule } from '../../shared/store/schedules.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SLOT = new Date('2026-11-22T10:00:00Z');
const MINUTE_MS = 60_000;

/** The time limit of the function in s.yaml. */
const FUNCTION_TIMEOUT_MS = 30_000;

describe('many slots in one minute', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(() => postgres.close());

  /** A stack whose clock is set by hand, with the durations of its ticks. */
  async function startLoadedStack(slots: number, maxRunningTasks: number) {
    let now = SLOT;
    const ticks: InvocationRecord[] = [];
    const stack = await startTestStack({
      databaseUrl: await postgres.createDatabase(),
      clock: { kind: 'simulated', now: () => now, realMsUntil: () => 0 },
      maxInstances: 2,
      maxRunningTasks,
      onInvocation: (record) => {
        if (record.trigger === 'timer') ticks.push(record);
      },
    });
    for (let serial = 0; serial < slots; serial++) {
      await createSchedule(
        stack.database,
        {
          ScheduleId: `load-${serial}`,
          AppId: 'yourAppId',
          parameters: { ChannelId: `channel-${serial}`, TemplateId: 'template' },
          startAt: SLOT,
          cron: null,
          timeZone: 'UTC',
          durationSeconds: 3_600,
          until: null,
          lateBySeconds: 120,
          enabled: true,
        },
        { plannedFrom: SLOT, nextSlotAt: SLOT },
      );
    }
    await stack.start.warm(1);
    return {
      stack,
      ticks,
      async tickAt(time: Date) {
        now = time;
        await stack.tick(time);
      },
    };
  }

  const countSlots = async (stack: TestStack) =>
    Object.fromEntries(
      (
        await stack.database.query<{ state: string; count: number }>(
          'select state, count(*)::int as count from schedule_slots group by state',
          [],
        )
      ).map(({ state, count }) => [state, count]),
    );

  test('1,000 are started once each, within the function’s time limit and less than a tick apart', async ({
    annotate,
  }) => {
    const { stack, ticks, tickAt } = await startLoadedStack(1_000, 10_000);
    try {
      await tickAt(SLOT);
      expect(await countSlots(stack)).toEqual({ started: 1_000 });
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask' })).toEqual({ received: 1_000, accepted: 1_000 });
      expect(new Set(stack.rtc.tasks().map(({ TaskId }) => TaskId)).size).toBe(1_000);

      const tookMs = ticks[0]?.durationMs ?? Number.POSITIVE_INFINITY;
      const startedAtMs = stack.rtc.requests().map(({ receivedAtMs }) => receivedAtMs);
      const jitterMs = Math.max(...startedAtMs) - Math.min(...startedAtMs);
      await annotate(`1,000 slots: one tick of ${Math.round(tookMs)} ms, starts within ${jitterMs} ms of each other`);
      expect(ticks).toHaveLength(1);
      expect(tookMs).toBeLessThan(FUNCTION_TIMEOUT_MS);
      expect(jitterMs).toBeLessThan(MINUTE_MS);
    } finally {
      await stack.close();
    }
  }, 120_000);

  test('150 against a limit of 100 running tasks: the rest wait, start when there is room, or are reported missed', async ({
    annotate,
  }) => {
    const { stack, ticks, tickAt } = await startLoadedStack(150, 100);
    try {
      const tickAfter = (minutes: number) => tickAt(new Date(SLOT.getTime() + minutes * MINUTE_MS));
      await tickAfter(0);
      expect(await countSlots(stack)).toEqual({ started: 100 });
      expect(listMissed(stack)).toEqual([]);

      for (const { TaskId } of stack.rtc.tasks().slice(0, 10)) await stack.call('DELETE', `/record-tasks/${TaskId}`);
      await tickAfter(1);
      expect(await countSlots(stack)).toEqual({ started: 110 });
      await tickAfter(2);
      expect(await countSlots(stack)).toEqual({ started: 110 });
      expect(listMissed(stack)).toEqual([]);

      // LateBySeconds is 120.
      await tickAfter(3);
      expect(await countSlots(stack)).toEqual({ started: 110, missed: 40 });
      const missed = await waitFor(() => (listMissed(stack).length === 40 ? listMissed(stack) : undefined));
      expect(new Set(missed).size).toBe(40);
      const started = new Set(stack.rtc.tasks().map(({ TaskId }) => TaskId));
      expect(started.size).toBe(110);
      expect(missed.filter((TaskId) => started.has(TaskId))).toEqual([]);
      await tickAfter(4);
      expect(await countSlots(stack)).toEqual({ started: 110, missed: 40 });
      const tookMs = ticks.map(({ durationMs }) => Math.round(durationMs));
      await annotate(`150 slots, room for 100: ticks of ${tookMs.join(', ')} ms`);
      expect(Math.max(...tookMs)).toBeLessThan(FUNCTION_TIMEOUT_MS);
    } finally {
      await stack.close();
    }
  }, 120_000);
});

const Told = v.object({ TaskId: v.string(), Code: v.literal('InvalidAppID.AliveTaskExceedLimit') });

/** TaskIds of the slots that the app was told to be missed for want of room. */
function listMissed(stack: TestStack): readonly string[] {
  return stack.app
    .events()
    .filter(({ type }) => type === 'schedule.missed')
    .map(({ data }) => v.parse(Told, data).TaskId);
}
