/**
 * Keeps a number of jobs in work at once until nothing is due any more or the time is up.
 *
 * @module
 */
import type { Job } from '../../shared/store/jobs.ts';

/** Jobs that share a bound: slow ones of one lane never hold up another. */
export interface JobLane {
  /** Most jobs in work at once. */
  readonly size: number;
  /** Claims up to `room` due jobs, none if there are none. */
  readonly claim: (room: number) => Promise<readonly Job[]>;
  /** Does a job. Never rejects. */
  readonly run: (job: Job) => Promise<void>;
  /** Whether there is time for another claim. The first is made in any case. */
  readonly hasTime: () => boolean;
}

/**
 * Claims and runs jobs, also those that the first ones make due, and resolves when all that were claimed are done.
 *
 * @throws what `claim` throws, once the jobs in work are done.
 */
export async function drainLane({ size, claim, run, hasTime }: JobLane): Promise<void> {
  const inWork = new Set<Promise<void>>();
  try {
    do {
      const room = size - inWork.size;
      const jobs = await claim(room);
      for (const job of jobs) {
        const work = run(job).finally(() => inWork.delete(work));
        inWork.add(work);
      }
      if (inWork.size === 0) return;
      // A full claim says that more is due: it is fetched in time, and in as few claims as that allows.
      const rest = jobs.length < room ? 0 : size / 2;
      while (inWork.size > rest) await Promise.race(inWork);
    } while (hasTime());
  } finally {
    await Promise.all(inWork);
  }
}
