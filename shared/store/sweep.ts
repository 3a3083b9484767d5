/**
 * The statements behind the sweep: how far the files that RTC lists are taken in, for each AppId, and where the files
 * of a task leave gaps.
 *
 * @module
 */
import type { Database } from './database.ts';
import type { Job } from './jobs.ts';

/** Makes sure that each AppId has its sweep, due at once when it is new: it begins with what is listed from `now` on. */
export async function ensureSweeps(database: Database, appIds: readonly string[], now: Date): Promise<void> {
  await database.query(
    `with sweep as (
  insert into sweeps (app_id, watermark, gaps_until)
  select app_id, $2::timestamptz, now() from unnest($1::text[]) as app_id
  on conflict (app_id) do nothing
)
insert into jobs (kind, key, due_at) select 'sweep', app_id, $2::timestamptz from unnest($1::text[]) as app_id
on conflict (kind, key) do nothing`,
    [appIds, now],
  );
}

/** The part of a sweep that is still to be read. Business times. */
export interface SweepWindow {
  readonly start: Date;
  readonly end: Date;
  /** The next page, from 1. */
  readonly nextPage: number;
}

/** Sweeps that failed since the last complete one. */
interface SweepFailure {
  readonly since: Date;
  /** How many, 1 or more. */
  readonly count: number;
  /** Why the last one did. */
  readonly Code: string;
}

/** How far the reading of an AppId's list is. */
export interface SweepProgress {
  /** Where the last complete sweep ended. Business time. */
  readonly watermark: Date;
  /** Undefined unless the last sweep ran out of time. */
  readonly window: SweepWindow | undefined;
  readonly failure: SweepFailure | undefined;
}

/** All that is known of the sweep of an AppId. */
export interface SweepState extends SweepProgress {
  /** From {@link findGaps}; the database's clock, opaque. */
  readonly gapsUntil: string;
}

interface SweepRow {
  readonly watermark: Date;
  readonly windowStart: Date | null;
  readonly windowEnd: Date | null;
  readonly nextPage: number | null;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly errorCode: string | null;
  readonly gapsUntil: string;
}

/** How far the sweep of an AppId is, or undefined when it has none. */
export async function readSweep(database: Database, AppId: string): Promise<SweepState | undefined> {
  const rows = await database.query<SweepRow>(
    `select watermark, window_start as "windowStart", window_end as "windowEnd", next_page as "nextPage", failures,
  failing_since as "failingSince", error_code as "errorCode", gaps_until::text as "gapsUntil"
from sweeps where app_id = $1`,
    [AppId],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { watermark, windowStart, windowEnd, nextPage, failures, failingSince, errorCode, gapsUntil } = row;
  return {
    watermark,
    window:
      windowStart !== null && windowEnd !== null && nextPage !== null
        ? { start: windowStart, end: windowEnd, nextPage }
        : undefined,
    failure:
      failingSince !== null && errorCode !== null
        ? { since: failingSince, count: failures, Code: errorCode }
        : undefined,
    gapsUntil,
  };
}

/** Stores how far a sweep is and puts its job off until `dueAt`, unless a later claim owns the job. */
export async function saveSweep(database: Database, job: Job, progress: SweepProgress, dueAt: Date): Promise<void> {
  const { watermark, window, failure } = progress;
  await database.query(
    `with job as (
  update jobs set due_at = $3::timestamptz, leased_until = null
  where kind = 'sweep' and key = $1 and attempts = $2::int returning key
)
update sweeps set watermark = $4::timestamptz, window_start = $5::timestamptz, window_end = $6::timestamptz,
  next_page = $7::int, failures = $8::int, failing_since = $9::timestamptz, error_code = $10::text
from job where app_id = job.key`,
    [
      job.key,
      job.attempts,
      dueAt,
      watermark,
      window?.start ?? null,
      window?.end ?? null,
      window?.nextPage ?? null,
      failure?.count ?? 0,
      failure?.since ?? null,
      failure?.Code ?? null,
    ],
  );
}

/** Stores where the next search for gaps goes on. */
export async function saveGapsUntil(database: Database, AppId: string, gapsUntil: string): Promise<void> {
  await database.query('update sweeps set gaps_until = greatest(gaps_until, $2::timestamptz) where app_id = $1', [
    AppId,
    gapsUntil,
  ]);
}

/** A span that no file of a task covers. */
interface Gap {
  /** Derived from task, format and span: the same gap always has the same id. */
  readonly id: string;
  readonly ChannelId: string;
  readonly TaskId: string;
  /** Extension of the files, lower case; empty if they have none. */
  readonly Format: string;
  /** Where the files before it end. */
  readonly From: Date;
  /** Where the next file begins. */
  readonly To: Date;
  readonly seconds: number;
}

/** What {@link findGaps} found. */
export interface FoundGaps {
  readonly gaps: readonly Gap[];
  /** Where the next search goes on. */
  readonly gapsUntil: string;
}

/** Neighbouring files may be off by a second, as in the sample of DescribeRecordFiles. Ours. */
const GAP_TOLERANCE_SECONDS = 2;

/**
 * A task is looked at when no file of it has come for so long: files that come in another order than they were recorded
 * in are no gap, nor is one that RTC lists late (how late is unverified). Two periods of the sweep. Ours.
 */
const SETTLE_SECONDS = 600;

/** Tasks looked at by one search. Ours. */
const MAX_TASKS = 200;

/** Gaps that one search returns. Ours. */
const MAX_GAPS = 500;

type GapRow = { readonly settledUntil: string } & (Gap | { readonly id: null });

/**
 * Finds gaps over {@link GAP_TOLERANCE_SECONDS} between the files of tasks of ours that record all streams into one
 * (MixMode 1), for each format and within the present run, that no event tells of yet. Looks at up to
 * {@link MAX_TASKS} tasks whose last file came after `gapsUntil` and has settled. What is missing before the first
 * file or after the last one is no gap.
 */
export async function findGaps(database: Database, AppId: string, gapsUntil: string): Promise<FoundGaps> {
  const rows = await database.query<GapRow>(
    `with settled as materialized (
  select * from tasks
  where app_id = $1 and parameters is not null
    and last_file_at > $2::timestamptz and last_file_at <= now() - interval '${SETTLE_SECONDS} s'
  order by last_file_at
  -- One list of files gives many tasks the same time.
  fetch first ${MAX_TASKS} rows with ties
), mark as (
  select case when count(*) < ${MAX_TASKS} then greatest($2::timestamptz, now() - interval '${SETTLE_SECONDS} s')
    else max(last_file_at) end::text as "settledUntil" from settled
), file as (
  select t.task_id, t.channel_id, f.start_time, f.stop_time,
    coalesce(lower(substring(f.url from '\\.([A-Za-z0-9]{1,10})(?:[?#].*)?$')), '') as format
  from settled t join files f on f.app_id = t.app_id and f.task_id = t.task_id
  where t.state in ('recording', 'stopping', 'stopped') and t.request ->> 'MixMode' is distinct from '0'
    -- RTC gives whole seconds. What began before the run was asked for is another run's.
    and f.start_time >= date_trunc('second', t.requested_at)
), covered as (
  select *, max(stop_time) over (partition by task_id, format order by start_time, stop_time
    rows between unbounded preceding and 1 preceding) as covered_until
  from file
), gap as (
  select 'gap_' || encode(sha256(convert_to(jsonb_build_array($1::text, task_id, format,
      extract(epoch from covered_until), extract(epoch from start_time))::text, 'UTF8')), 'hex') as id,
    channel_id as "ChannelId", task_id as "TaskId", format as "Format", covered_until as "From", start_time as "To",
    extract(epoch from start_time - covered_until)::float8 as seconds
  from covered where start_time > covered_until + interval '${GAP_TOLERANCE_SECONDS} s'
), untold as (
  select * from gap where not exists (select from events e where e.id = gap.id)
  order by "TaskId", "From" limit ${MAX_GAPS}
)
select mark."settledUntil", untold.* from mark left join untold on true`,
    [AppId, gapsUntil],
  );
  const gaps = rows.flatMap((row) => (row.id === null ? [] : [toGap(row)]));
  // A full page means that there may be more in the same tasks, which are looked at again.
  const settledUntil = gaps.length < MAX_GAPS ? rows[0]?.settledUntil : undefined;
  return { gaps, gapsUntil: settledUntil ?? gapsUntil };
}

function toGap({ id, ChannelId, TaskId, Format, From, To, seconds }: Gap): Gap {
  return { id, ChannelId, TaskId, Format, From, To, seconds };
}
