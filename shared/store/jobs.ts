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

/** From this many failures in a row on, the app's endpoint counts as down and is only probed. Ours. */
const FAILURES_UNTIL_DOWN = 5;

/** What a claim may take. */
export interface JobClaim {
  /** Business time: jobs due until then. */
  readonly now: Date;
  /** Most jobs of every kind but `deliver`. */
  readonly limit: number;
  /** Most jobs of `deliver`; `limit` if nothing is said. */
  readonly deliveries?: number;
  /** Most deliveries to an app that is down: one probe a tick tells whether it is back. */
  readonly probes: 0 | 1;
}

/**
 * Claims due jobs, earliest first. Any number of ticks may claim at once: no job is given to two of them within its
 * lease. While the app is down, all deliveries but the probe stay where they are and lose no attempt.
 */
export async function claimJobs(
  database: Database,
  { now, limit, deliveries = limit, probes }: JobClaim,
): Promise<readonly Job[]> {
  // Without `materialized` the planner may lock, and so claim, more rows than the limit.
  return await database.query<Job>(
    `with due as materialized (
  select kind, key from jobs
  where kind <> 'deliver' and due_at <= $1::timestamptz and (leased_until is null or leased_until <= now())
  order by due_at, key limit $2::int
  for update skip locked
), deliveries as materialized (
  select kind, key from jobs
  where kind = 'deliver' and due_at <= $1::timestamptz and (leased_until is null or leased_until <= now())
  order by due_at, key
  limit (select case when failures_in_a_row < ${FAILURES_UNTIL_DOWN} then $4::int else $3::int end from webhook_endpoint)
  for update skip locked
)
update jobs j set attempts = j.attempts + 1, leased_until = now() + interval '${JOB_LEASE_SECONDS} s'
from (select * from due union all select * from deliveries) claimed
where j.kind = claimed.kind and j.key = claimed.key
returning j.kind, j.key, j.payload, j.attempts, j.due_at as "dueAt"`,
    [now, limit, probes, deliveries],
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
