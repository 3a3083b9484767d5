/**
 * What waits to be done, as each tick tells it: one statement that reads indexes and stops counting in time.
 *
 * @module
 */
import type { Database } from './database.ts';

/** Beyond this many, jobs and tasks are not counted: that there are too many is known by then. Ours. */
export const MAX_COUNTED = 1_000;

/** What is due and not in anybody's hands. */
export interface Backlog {
  /** Due jobs by kind; a kind without any is absent. */
  readonly dueJobs: Readonly<Record<string, number>>;
  /** How long the oldest of them has been due, whole seconds of business time; 0 if there is none. */
  readonly lagSeconds: number;
  /** The age of the oldest event that the app is still to be told of, whole seconds; 0 if there is none. */
  readonly oldestUndeliveredSeconds: number;
  /** Tasks that take a place at RTC, as far as is known here: being started, recorded or stopped. */
  readonly runningTasks: number;
}

/** Returns the backlog at `now`, business time. Counts end at {@link MAX_COUNTED}. */
export async function readBacklog(database: Database, now: Date): Promise<Backlog> {
  const rows = await database.query<Backlog>(
    `with due as materialized (
  (select kind, due_at from jobs
  where kind <> 'deliver' and due_at <= $1::timestamptz and (leased_until is null or leased_until <= now())
  order by due_at, key limit ${MAX_COUNTED})
  union all
  (select kind, due_at from jobs
  where kind = 'deliver' and due_at <= $1::timestamptz and (leased_until is null or leased_until <= now())
  order by due_at, key limit ${MAX_COUNTED})
)
select
  (select coalesce(jsonb_object_agg(kind, count), '{}') from (select kind, count(*) from due group by kind) kinds)
    as "dueJobs",
  (select coalesce(round(extract(epoch from $1::timestamptz - min(due_at))), 0)::int from due) as "lagSeconds",
  coalesce((select round(extract(epoch from now() - occurred_at))::int from events
    where delivery = 'pending' order by seq limit 1), 0) as "oldestUndeliveredSeconds",
  (select count(*)::int from (select from tasks where state in ('starting', 'recording', 'stopping')
    limit ${MAX_COUNTED}) running) as "runningTasks"`,
    [now],
  );
  const row = rows[0];
  if (row === undefined) throw new TypeError('readBacklog: a select without from always returns a row');
  return row;
}
