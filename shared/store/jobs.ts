/**
 * The queue of due work. A job is a row; claiming, finishing and putting off are one statement each. `attempts` is the
 * fencing token: whoever lost its lease to a later claim changes nothing any more.
 *
 * @module
 */
import type { Database } from './database.ts';

/** How long a claimed job is kept from other ticks: longer than the function may run (30 s). */
const JOB_LEASE_SECONDS = 45;

/** A job in hand. */
export interface Job {
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  /** Fencing token for {@link finishJob} and {@link retryJob}. */
  readonly attempts: number;
  readonly dueAt: Date;
}

/**
 * Claims up to `limit` jobs due at business time `now`, earliest first. Any number of ticks may claim at once: no job
 * is given to two of them within its lease.
 */
export async function claimJobs(database: Database, now: Date, limit: number): Promise<readonly Job[]> {
  // Without `materialized` the planner may lock, and so claim, more rows than the limit.
  return await database.query<Job>(
    `with due as materialized (
  select kind, key from jobs
  where due_at <= $1::timestamptz and (leased_until is null or leased_until <= now())
  order by due_at, key limit $2::int
  for update skip locked
)
update jobs j set attempts = j.attempts + 1, leased_until = now() + interval '${JOB_LEASE_SECONDS} s'
from due where j.kind = due.kind and j.key = due.key
returning j.kind, j.key, j.payload, j.attempts, j.due_at as "dueAt"`,
    [now, limit],
  );
}

/** Removes a job that is done, unless a later claim owns it. */
export async function finishJob(database: Database, job: Job): Promise<void> {
  await database.query('delete from jobs where kind = $1 and key = $2 and attempts = $3::int', [
    job.kind,
    job.key,
    job.attempts,
  ]);
}

/** Puts a job off until `dueAt`, unless a later claim owns it. */
export async function retryJob(database: Database, job: Job, dueAt: Date): Promise<void> {
  await database.query(
    'update jobs set due_at = $4::timestamptz, leased_until = null where kind = $1 and key = $2 and attempts = $3::int',
    [job.kind, job.key, job.attempts, dueAt],
  );
}
