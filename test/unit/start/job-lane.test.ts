import { describe, expect, test } from 'vitest';
import { drainLane, type JobLane } from '../../../functions/start/job-lane.ts';
import type { Job } from '../../../shared/store/jobs.ts';

/** A queue of jobs, and a record of what a lane did with it. */
function createQueue(due: number) {
  const rooms: number[] = [];
  const finish: (() => void)[] = [];
  const queue = { rooms, finish, due, inWork: 0, mostInWork: 0, done: 0 };
  const createJob = (serial: number): Job => ({
    kind: 'test',
    key: String(serial),
    payload: {},
    attempts: 1,
    dueAt: new Date(0),
  });
  const lane: JobLane = {
    size: 10,
    claim: async (room) => {
      rooms.push(room);
      const claimed = Math.min(room, queue.due);
      queue.due -= claimed;
      return Array.from({ length: claimed }, (_, serial) => createJob(serial));
    },
    run: async () => {
      queue.inWork++;
      queue.mostInWork = Math.max(queue.mostInWork, queue.inWork);
      await new Promise<void>((resolve) => finish.push(resolve));
      queue.inWork--;
      queue.done++;
    },
    hasTime: () => true,
  };
  return { queue, lane };
}

/** Lets everything happen that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('drainLane', () => {
  test('makes one claim when nothing is due', async () => {
    const { queue, lane } = createQueue(0);
    await drainLane(lane);
    expect(queue.rooms).toEqual([10]);
  });

  test('does all that is due, and what that makes due, with no more in work than fit', async () => {
    const { queue, lane } = createQueue(35);
    const drained = drainLane({
      ...lane,
      run: async (job) => {
        await lane.run(job);
        if (queue.done === 35) queue.due = 1;
      },
    });
    for (let turns = 0; queue.done < 36 && turns < 1_000; turns++) {
      await settle();
      queue.finish.shift()?.();
    }
    await drained;
    expect(queue).toMatchObject({ done: 36, due: 0, mostInWork: 10 });
  });

  test('claims again once half of a full lane is done, so that a slow job holds nothing up', async () => {
    const { queue, lane } = createQueue(15);
    const drained = drainLane(lane);
    await settle();
    for (const end of queue.finish.splice(1, 5)) end();
    await settle();
    expect(queue).toMatchObject({ rooms: [10, 5], due: 0, inWork: 10 });
    for (let turns = 0; queue.done < 15 && turns < 1_000; turns++) {
      for (const end of queue.finish.splice(0)) end();
      await settle();
    }
    await drained;
    expect(queue.done).toBe(15);
  });

  test('leaves the rest when the time is up, and waits for what is in work', async () => {
    const { queue, lane } = createQueue(30);
    const drained = drainLane({ ...lane, hasTime: () => false });
    await settle();
    for (const end of queue.finish.splice(0, 9)) end();
    await settle();
    expect(queue).toMatchObject({ rooms: [10], due: 20, done: 9 });
    for (const end of queue.finish.splice(0)) end();
    await drained;
    expect(queue).toMatchObject({ rooms: [10], due: 20, done: 10 });
  });

  test('fails with its claim, after what is in work', async () => {
    const { queue, lane } = createQueue(10);
    const failure = new Error('no database');
    const drained = drainLane({
      ...lane,
      claim: (room) => (queue.rooms.length === 0 ? lane.claim(room) : Promise.reject(failure)),
    });
    const caught = drained.catch((error: unknown) => ({ error, done: queue.done }));
    for (let turns = 0; queue.done < 10 && turns < 1_000; turns++) {
      await settle();
      queue.finish.shift()?.();
    }
    expect(await caught).toEqual({ error: failure, done: 10 });
  });
});
