import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { meterService } from '../../../functions/start/meter.ts';
import type { StartService } from '../../../functions/start/service.ts';
import { loadStartConfig } from '../../../shared/config.ts';

const sleep = (waitMs: number) => new Promise<void>((resolve) => setTimeout(resolve, waitMs));

const REFUSAL = new Error('refused');

/** Answers RTC's calls after 300 ms and statements after 20 ms; `fail` is one that fails. */
function createService(): StartService {
  return {
    config: loadStartConfig({ DATABASE_URL: 'postgres://db/x', API_KEYS: `id:${'s'.repeat(32)}`, APP_IDS: 'app' }),
    database: {
      query: async (text) => {
        await sleep(20);
        if (text === 'fail') throw REFUSAL;
        return [];
      },
      close: async () => undefined,
    },
    callRtc: async () => {
      await sleep(300);
      return { kind: 'unanswered', Code: 'ReadTimeout', mayHaveReached: true };
    },
    webhook: undefined,
    fetch,
    now: () => new Date(),
    wallNow: () => new Date(),
    random: () => 0,
    createId: () => 'id',
    log: () => undefined,
    credentials: {},
  };
}

describe('meterService', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('adds up the waits for RTC and for the database, those that end badly too', async () => {
    const { callRtc, database, readWaits } = meterService(createService());
    expect(readWaits()).toEqual({ rtcDurationMs: 0, databaseDurationMs: 0 });
    const work = async () => {
      await database.query('select', []);
      await callRtc('StopRecordTask', [], { totalMs: 1_000, tryMs: 1_000 });
      await expect(database.query('fail', [])).rejects.toBe(REFUSAL);
    };
    await Promise.all([work(), vi.advanceTimersByTimeAsync(1_000)]);
    expect(readWaits()).toEqual({ rtcDurationMs: 300, databaseDurationMs: 40 });
  });

  test('measures each piece of work by itself', async () => {
    const service = createService();
    const [one, other] = [meterService(service), meterService(service)];
    await Promise.all([one.database.query('select', []), vi.advanceTimersByTimeAsync(1_000)]);
    expect([one.readWaits().databaseDurationMs, other.readWaits().databaseDurationMs]).toEqual([20, 0]);
  });
});
