import { beforeEach, describe, expect, test } from 'vitest';
import { MAX_COUNTED, readBacklog } from '../../shared/store/backlog.ts';
import { DATABASE_KINDS, useMigratedDatabase } from '../support/database.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

describe.each(DATABASE_KINDS)('readBacklog on the %s database', (kind) => {
  const database = useMigratedDatabase(kind);

  beforeEach(async () => {
    for (const table of ['jobs', 'events', 'tasks']) await database.query(`delete from ${table}`, []);
  });

  /** Jobs that became due `dueSecondsAgo`; `lease` says how long they are still in somebody's hands, seconds. */
  const addJobs = (kindOfJob: string, count: number, dueSecondsAgo: number, lease: number | null = null) =>
    database.query(
      `insert into jobs (kind, key, due_at, leased_until)
select $1::text, $1 || n || $3, $4::timestamptz - make_interval(secs => $3::int), now() + make_interval(secs => $5::int)
from generate_series(1, $2::int) n`,
      [kindOfJob, count, dueSecondsAgo, NOW, lease],
    );
  const addEvent = (id: string, delivery: string, secondsAgo: number) =>
    database.query(
      `insert into events (id, type, app_id, body, delivery, occurred_at)
values ($1, 'record_task.started', 'app', '{}', $2, now() - make_interval(secs => $3))`,
      [id, delivery, secondsAgo],
    );

  test('finds nothing in an empty database', async () => {
    expect(await readBacklog(database, NOW)).toEqual({
      dueJobs: {},
      lagSeconds: 0,
      oldestUndeliveredSeconds: 0,
      runningTasks: 0,
    });
  });

  test('counts jobs that are due and in nobody’s hands, by kind, and tells how long the oldest has been', async () => {
    await addJobs('deliver', 3, 30);
    await addJobs('stop', 2, 90);
    await addJobs('sweep', 1, -1);
    await addJobs('start_slot', 1, 500, 45);
    await addJobs('resolve_start', 1, 0, -1);
    const { dueJobs, lagSeconds } = await readBacklog(database, NOW);
    expect({ dueJobs, lagSeconds }).toEqual({ dueJobs: { deliver: 3, stop: 2, resolve_start: 1 }, lagSeconds: 90 });
  });

  test('tells the age of the oldest event whose delivery is pending', async () => {
    await addEvent('dead', 'dead', 900);
    await addEvent('delivered', 'delivered', 800);
    await addEvent('untold', 'none', 700);
    expect((await readBacklog(database, NOW)).oldestUndeliveredSeconds).toBe(0);
    await addEvent('older', 'pending', 600);
    await addEvent('younger', 'pending', 60);
    const { oldestUndeliveredSeconds } = await readBacklog(database, NOW);
    expect(oldestUndeliveredSeconds).toBeGreaterThanOrEqual(600);
    expect(oldestUndeliveredSeconds).toBeLessThan(660);
  });

  test('counts the tasks that take a place at RTC', async () => {
    await database.query(
      `insert into tasks (app_id, task_id, channel_id, state)
select 'app', state, 'channel', state
from unnest(array['starting', 'recording', 'stopping', 'stopped', 'failed', 'external']) state`,
      [],
    );
    expect((await readBacklog(database, NOW)).runningTasks).toBe(3);
  });

  test('stops counting in time, deliveries apart from the rest', async () => {
    await addJobs('deliver', MAX_COUNTED + 5, 10);
    await addJobs('stop', MAX_COUNTED + 5, 20);
    expect(await readBacklog(database, NOW)).toMatchObject({
      dueJobs: { deliver: MAX_COUNTED, stop: MAX_COUNTED },
      lagSeconds: 20,
    });
  });
});
