/**
 * The statements around StartRecordTask: claim before the call, finish after it. Each is one statement, and each can
 * be repeated by its own caller without effect.
 *
 * @module
 */
import type { Issue } from '../errors.ts';
import type { Database } from './database.ts';
import { eventValues, insertEventSql, type NewEvent } from './events.ts';

/** How long a claim protects its call to RTC: longer than the function may run (30 s). Ours. */
const START_LEASE_SECONDS = 45;

/** After its end, the same request is still answered as `replayed` for this long. Ours. */
const REPLAY_AFTER_END_MINUTES = 10;

/** State of a task. `external`: first seen through a callback, followed but never controlled. */
export type TaskState = 'starting' | 'recording' | 'stopping' | 'stopped' | 'failed' | 'external';

/** What {@link claimStart} needs. */
export interface StartClaim {
  readonly AppId: string;
  readonly TaskId: string;
  readonly ChannelId: string;
  /** As sent, normalised, before configured defaults: compared with what an earlier request sent. */
  readonly parameters: object;
  /** What goes to RTC. */
  readonly request: object;
  /** When the recording has to end, or undefined for no end of ours. */
  readonly stopAt: Date | undefined;
  /** A fresh UUID: proof, later, that this claim is still the valid one. */
  readonly leaseId: string;
  readonly now: Date;
}

/** The row after the claim, whoever it belongs to. */
export interface ClaimedTask {
  /** Whether the caller may call RTC now. */
  readonly mine: boolean;
  /** Whether the row's parameters are those of the claim. */
  readonly same: boolean;
  readonly state: TaskState;
  readonly run: number;
  readonly attempt: number;
  /** Whether an earlier attempt of this run may have reached RTC. */
  readonly mayHaveReached: boolean;
  readonly startRequestId: string | null;
}

// A new run begins over a task that failed, that is not ours, or that ended: at once for other parameters, after the
// replay window for the same.
// Never by a claim that has been here before: applied twice, as after a lost answer, it must not begin two.
const BEGINS_RUN = `(
  t.lease_id is distinct from excluded.lease_id and (
    t.state in ('failed', 'external')
    or (t.state = 'stopped' and (
      t.ended_at <= now() - interval '${REPLAY_AFTER_END_MINUTES} minutes'
      or t.parameters is distinct from excluded.parameters)))
)`;

// The same request takes over an attempt that ended without an outcome or whose process is gone, unless a stop has been
// asked for meanwhile: that is the tick's to bring about.
const TAKES_OVER = `(
  t.state = 'starting' and t.parameters = excluded.parameters and t.stop_requested_at is null
  and (t.leased_until is null or t.leased_until <= now())
)`;

/**
 * Claims (AppId, TaskId) for one call to RTC and returns the row as it stands, in one statement. The claim also holds
 * the job `resolve_start`, which the tick takes over when the lease ends without a finish.
 *
 * Of any number of parallel identical claims exactly one gets `mine: true`.
 */
export async function claimStart(database: Database, claim: StartClaim): Promise<ClaimedTask> {
  const rows = await database.query<ClaimedTask>(
    `with claimed as (
  insert into tasks as t
    (app_id, task_id, channel_id, state, parameters, request, attempt, lease_id, leased_until, stop_at)
  values ($1, $2, $3, 'starting', $4::text::jsonb, $5::text::jsonb, 1, $6::uuid,
    now() + interval '${START_LEASE_SECONDS} s', $7::timestamptz)
  on conflict (app_id, task_id) do update set
    seq = case when ${BEGINS_RUN} then excluded.seq else t.seq end,
    run = case when ${BEGINS_RUN} then t.run + 1 else t.run end,
    channel_id = case when ${BEGINS_RUN} then excluded.channel_id else t.channel_id end,
    state = case when ${BEGINS_RUN} then 'starting' else t.state end,
    parameters = case when ${BEGINS_RUN} then excluded.parameters else t.parameters end,
    request = case when ${BEGINS_RUN} then excluded.request else t.request end,
    changes = case when ${BEGINS_RUN} then null else t.changes end,
    warnings = case when ${BEGINS_RUN} then '[]' else t.warnings end,
    start_request_id = case when ${BEGINS_RUN} then null else t.start_request_id end,
    error_code = case when ${BEGINS_RUN} then null else t.error_code end,
    attempt = case when ${BEGINS_RUN} then 1 when ${TAKES_OVER} then t.attempt + 1 else t.attempt end,
    -- An attempt that never finished may have reached RTC: its process died, or its answer is still under way.
    may_have_reached = case when ${BEGINS_RUN} then false
      when ${TAKES_OVER} then t.may_have_reached or t.leased_until is not null else t.may_have_reached end,
    lease_id = case when ${BEGINS_RUN} or ${TAKES_OVER} then excluded.lease_id else t.lease_id end,
    leased_until = case when ${BEGINS_RUN} or ${TAKES_OVER} then excluded.leased_until else t.leased_until end,
    requested_at = case when ${BEGINS_RUN} then now() else t.requested_at end,
    started_at = case when ${BEGINS_RUN} then null else t.started_at end,
    stop_at = case when ${BEGINS_RUN} then excluded.stop_at else t.stop_at end,
    stop_requested_at = case when ${BEGINS_RUN} then null else t.stop_requested_at end,
    ended_at = case when ${BEGINS_RUN} then null else t.ended_at end
  returning *, lease_id = $6::uuid as mine, coalesce(parameters = $4::text::jsonb, false) as same
), job as (
  insert into jobs (kind, key, payload, due_at, leased_until, attempts)
  select 'resolve_start', app_id || '/' || task_id,
    jsonb_build_object('AppId', app_id, 'TaskId', task_id, 'run', run), $8::timestamptz, leased_until, 1
  from claimed where mine
  on conflict (kind, key) do update set payload = excluded.payload, due_at = excluded.due_at,
    leased_until = excluded.leased_until, attempts = jobs.attempts + 1
)
select mine, same, state, run, attempt, may_have_reached as "mayHaveReached", start_request_id as "startRequestId"
from claimed`,
    [
      claim.AppId,
      claim.TaskId,
      claim.ChannelId,
      JSON.stringify(claim.parameters),
      JSON.stringify(claim.request),
      claim.leaseId,
      claim.stopAt ?? null,
      claim.now,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new TypeError('claimStart: an upsert with returning always returns its row');
  return row;
}

/** What {@link resumeStart} returns: a start whose first caller is gone. */
export interface ResumedStart {
  readonly ChannelId: string;
  /** The parameters that go to RTC. */
  readonly request: Record<string, unknown>;
  /** Seconds since the start was first requested, by the database's clock. */
  readonly ageSeconds: number;
  readonly attempt: number;
  readonly mayHaveReached: boolean;
  /** Whether a stop has been asked for meanwhile: then the recording must not begin any more. */
  readonly stopRequested: boolean;
}

/**
 * Claims a start that is still without an outcome, for the tick's `resolve_start`; undefined when the run has an
 * outcome by now or another process holds its lease.
 */
export async function resumeStart(
  database: Database,
  task: { readonly AppId: string; readonly TaskId: string; readonly run: number; readonly leaseId: string },
): Promise<ResumedStart | undefined> {
  const rows = await database.query<ResumedStart>(
    `update tasks set
  may_have_reached = may_have_reached or leased_until is not null,
  attempt = attempt + 1,
  lease_id = $4::uuid,
  leased_until = now() + interval '${START_LEASE_SECONDS} s'
where app_id = $1 and task_id = $2 and run = $3::int and state = 'starting'
  and (leased_until is null or leased_until <= now() or lease_id = $4::uuid)
returning channel_id as "ChannelId", request, attempt, may_have_reached as "mayHaveReached",
  stop_requested_at is not null as "stopRequested",
  extract(epoch from now() - requested_at)::float8 as "ageSeconds"`,
    [task.AppId, task.TaskId, task.run, task.leaseId],
  );
  return rows[0];
}

/** The outcome of one attempt, for {@link finishStart}. */
export interface StartOutcome {
  readonly AppId: string;
  readonly TaskId: string;
  readonly leaseId: string;
  /** `starting`: no answer yet, the tick goes on. `external`: RTC has such a task from somebody else. */
  readonly state: 'recording' | 'failed' | 'starting' | 'external';
  /** RTC's RequestId, when it gave one. */
  readonly requestId: string | undefined;
  readonly errorCode: string | undefined;
  readonly mayHaveReached: boolean;
  readonly warnings: readonly Issue[];
  readonly event: NewEvent | undefined;
  readonly now: Date;
}

/** The task after {@link finishStart}. */
export interface FinishedStart {
  readonly state: TaskState;
  readonly stopAt: Date | null;
}

/**
 * Stores the outcome of an attempt, its event, the end of `resolve_start` and the job that will stop the recording,
 * in one statement; undefined when the lease is no longer ours and nothing was changed.
 *
 * A stop asked for during `starting` is honoured here: the task goes to `stopping` with its job due at once.
 */
export async function finishStart(database: Database, outcome: StartOutcome): Promise<FinishedStart | undefined> {
  const rows = await database.query<FinishedStart>(
    `with finished as (
  update tasks t set
    state = case when $4::text = 'recording' and t.stop_requested_at is not null then 'stopping' else $4::text end,
    leased_until = null,
    may_have_reached = $7::boolean,
    start_request_id = coalesce($5::text, t.start_request_id),
    error_code = $6::text,
    warnings = $8::text::jsonb,
    started_at = case when $4::text = 'recording' then coalesce(t.started_at, now()) else t.started_at end,
    ended_at = case when $4::text = 'failed' then now() else t.ended_at end
  where app_id = $1 and task_id = $2 and lease_id = $3::uuid
    and (state in ('starting', $4::text) or ($4::text = 'recording' and state = 'stopping'))
  returning *, app_id || '/' || task_id as key
), ${insertEventSql('finished', 9)}, resolved as (
  delete from jobs using finished where jobs.kind = 'resolve_start' and jobs.key = finished.key and $4::text <> 'starting'
), unresolved as (
  update jobs set leased_until = null, due_at = $13::timestamptz from finished
  where jobs.kind = 'resolve_start' and jobs.key = finished.key and $4::text = 'starting'
), stop as (
  insert into jobs (kind, key, payload, due_at)
  select 'stop', key, jsonb_build_object('AppId', app_id, 'TaskId', task_id, 'run', run),
    case when state = 'stopping' then $13::timestamptz else stop_at end
  from finished where state = 'stopping' or (state = 'recording' and stop_at is not null)
  on conflict (kind, key) do update set payload = excluded.payload, due_at = excluded.due_at,
    leased_until = null, attempts = jobs.attempts + 1
)
select state, stop_at as "stopAt" from finished`,
    [
      outcome.AppId,
      outcome.TaskId,
      outcome.leaseId,
      outcome.state,
      outcome.requestId ?? null,
      outcome.errorCode ?? null,
      outcome.mayHaveReached,
      JSON.stringify(outcome.warnings),
      ...eventValues(outcome.event, outcome.now),
    ],
  );
  return rows[0];
}
