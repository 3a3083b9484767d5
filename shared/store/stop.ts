/**
 * The statements around StopRecordTask: the intent is stored before the call, the end after it.
 *
 * @module
 */
import type { Database } from './database.ts';
import { eventValues, insertEventSql, type NewEvent } from './events.ts';
import type { TaskState } from './start.ts';

/** How long the process that calls StopRecordTask keeps the job to itself: longer than the function may run (30 s). */
const STOP_LEASE_SECONDS = 45;

/** The task after {@link claimStop}. */
export interface ClaimedStop {
  readonly state: TaskState;
  readonly run: number;
  readonly ChannelId: string;
  /** Seconds since the stop was first asked for. */
  readonly askedSecondsAgo: number;
}

/**
 * Stores that the task is to end and returns it, or undefined when it is unknown. A task being recorded goes to
 * `stopping`, with a `stop` job held by the caller; during `starting` only the intent is stored, and `finishStart`
 * honours it. Ended and external tasks are returned as they are.
 *
 * @param task.run - only this run, or any when undefined: a job made for an earlier run must not end the present one.
 */
export async function claimStop(
  database: Database,
  task: { readonly AppId: string; readonly TaskId: string; readonly run: number | undefined; readonly now: Date },
): Promise<ClaimedStop | undefined> {
  const rows = await database.query<ClaimedStop>(
    `with claimed as (
  update tasks set
    stop_requested_at = case when state in ('starting', 'recording') then coalesce(stop_requested_at, now())
      else stop_requested_at end,
    state = case when state = 'recording' then 'stopping' else state end
  where app_id = $1 and task_id = $2 and ($3::int is null or run = $3::int)
  returning *
), job as (
  insert into jobs (kind, key, payload, due_at, leased_until, attempts)
  select 'stop', app_id || '/' || task_id, jsonb_build_object('AppId', app_id, 'TaskId', task_id, 'run', run),
    $4::timestamptz, now() + interval '${STOP_LEASE_SECONDS} s', 1
  from claimed where state = 'stopping'
  on conflict (kind, key) do update set payload = excluded.payload, due_at = excluded.due_at,
    leased_until = excluded.leased_until, attempts = jobs.attempts + 1
)
select state, run, channel_id as "ChannelId",
  coalesce(extract(epoch from now() - stop_requested_at), 0)::float8 as "askedSecondsAgo"
from claimed`,
    [task.AppId, task.TaskId, task.run ?? null, task.now],
  );
  return rows[0];
}

/** The outcome of one StopRecordTask call, for {@link finishStop}. */
export interface StopOutcome {
  readonly AppId: string;
  readonly TaskId: string;
  readonly run: number;
  /** `stopping`: no final answer yet, the job stays and is tried again at `retryAt`. `failed`: given up. */
  readonly state: 'stopped' | 'stopping' | 'failed';
  readonly errorCode: string | undefined;
  readonly event: NewEvent | undefined;
  readonly now: Date;
  readonly retryAt: Date;
}

/** Stores the outcome of a stop, its event and the end of its job in one statement; false when nothing was to end. */
export async function finishStop(database: Database, outcome: StopOutcome): Promise<boolean> {
  const rows = await database.query<{ state: TaskState }>(
    `with finished as (
  update tasks set
    state = $4::text,
    error_code = $5::text,
    ended_at = case when $4::text = 'stopping' then ended_at else now() end
  where app_id = $1 and task_id = $2 and run = $3::int and state = 'stopping'
  returning *, app_id || '/' || task_id as key
), ${insertEventSql('finished', 6)}, done as (
  delete from jobs using finished where jobs.kind = 'stop' and jobs.key = finished.key and finished.state <> 'stopping'
), again as (
  update jobs set leased_until = null, due_at = $11::timestamptz from finished
  where jobs.kind = 'stop' and jobs.key = finished.key and finished.state = 'stopping'
)
select state from finished`,
    [
      outcome.AppId,
      outcome.TaskId,
      outcome.run,
      outcome.state,
      outcome.errorCode ?? null,
      ...eventValues(outcome.event, outcome.now),
      outcome.retryAt,
    ],
  );
  return rows.length > 0;
}
