/**
 * The statements behind scheduled recordings. A schedule has one job, `start_slot`, which holds its next slot; the
 * statement that settles a slot also moves the job on to the next, so that no crash ends a schedule.
 *
 * @module
 */
import type { Database } from './database.ts';
import { eventValues, insertEventSql, type NewEvent } from './events.ts';
import type { Job } from './jobs.ts';
import type { TaskState } from './start.ts';

/** A schedule as its owner defines it. */
export interface Schedule {
  readonly ScheduleId: string;
  readonly AppId: string;
  /** Of StartRecordTask: as sent, normalised, without AppId and TaskId, before configured defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The one slot; null if there is a cron expression. */
  readonly startAt: Date | null;
  readonly cron: string | null;
  readonly timeZone: string;
  readonly durationSeconds: number;
  /** The last moment that can be a slot. */
  readonly until: Date | null;
  /** How long after its slot a recording may still start. */
  readonly lateBySeconds: number;
  readonly enabled: boolean;
}

/** When a schedule runs from now on. */
export interface SchedulePlan {
  /** Slots before this time are not the schedule's. */
  readonly plannedFrom: Date;
  /** Its next slot; undefined when there is none. */
  readonly nextSlotAt: Date | undefined;
}

/** A schedule as stored. */
export interface ScheduleRow extends Schedule {
  /** Position in lists, newest first; opaque outside. */
  readonly seq: string;
  readonly revision: number;
  readonly plannedFrom: Date;
  /** The earliest slot that is not settled; null when there is none. */
  readonly nextSlotAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const SCHEDULE_COLUMNS = `s.seq::text, s.revision, s.id as "ScheduleId", s.app_id as "AppId", s.parameters,
  s.start_at as "startAt", s.cron, s.time_zone as "timeZone", s.duration_seconds as "durationSeconds",
  s.until_at as "until", s.late_by_seconds as "lateBySeconds", s.enabled, s.planned_from as "plannedFrom",
  (j.payload ->> 'SlotAt')::timestamptz as "nextSlotAt", s.created_at as "createdAt", s.updated_at as "updatedAt"`;

const SCHEDULES = `schedules s left join jobs j on j.kind = 'start_slot' and j.key = s.id`;

/** The job that holds a slot, from `$id` and `$slotAt`, both text. */
const slotJob = (id: string, slotAt: string) =>
  `'start_slot', ${id}, jsonb_build_object('ScheduleId', ${id}, 'SlotAt', ${slotAt}), ${slotAt}::timestamptz`;

/** Columns `$1` to `$10` of a schedule, for {@link scheduleValues}. */
const DEFINITION = `$1::text, $2::text, $3::text::jsonb, $4::timestamptz, $5::text, $6::text, $7::int, $8::timestamptz,
  $9::int, $10::boolean`;

function scheduleValues(schedule: Schedule): readonly unknown[] {
  return [
    schedule.ScheduleId,
    schedule.AppId,
    JSON.stringify(schedule.parameters),
    schedule.startAt,
    schedule.cron,
    schedule.timeZone,
    schedule.durationSeconds,
    schedule.until,
    schedule.lateBySeconds,
    schedule.enabled,
  ];
}

/**
 * Stores a schedule with the job of its first slot and says what came of it: `created`; `same` if a schedule of this id
 * and definition was there before, `other` if it has another definition. Neither of these is changed.
 */
export async function createSchedule(
  database: Database,
  schedule: Schedule,
  plan: SchedulePlan,
): Promise<'created' | 'same' | 'other'> {
  const rows = await database.query<{ outcome: 'created' | 'same' | 'other' }>(
    `with schedule as (
  insert into schedules as s (id, app_id, parameters, start_at, cron, time_zone, duration_seconds, until_at,
    late_by_seconds, enabled, planned_from)
  values (${DEFINITION}, $11::timestamptz)
  -- Changes nothing, but returns the row that is there.
  on conflict (id) do update set id = s.id
  returning s.id, case when xmax = 0 then 'created'
    when (s.app_id, s.parameters, s.start_at, s.cron, s.time_zone, s.duration_seconds, s.until_at, s.late_by_seconds,
        s.enabled)
      is not distinct from ($2::text, $3::text::jsonb, $4::timestamptz, $5::text, $6::text, $7::int, $8::timestamptz,
        $9::int, $10::boolean) then 'same'
    else 'other' end as outcome
), job as (
  insert into jobs (kind, key, payload, due_at)
  select ${slotJob('id', '$12::text')} from schedule where outcome = 'created' and $12::text is not null
  on conflict (kind, key) do nothing
)
select outcome from schedule`,
    [...scheduleValues(schedule), plan.plannedFrom, plan.nextSlotAt?.toISOString() ?? null],
  );
  const row = rows[0];
  if (row === undefined) throw new TypeError('createSchedule: an upsert with returning always returns its row');
  return row.outcome;
}

/** One schedule, or undefined. */
export async function readSchedule(database: Database, ScheduleId: string): Promise<ScheduleRow | undefined> {
  const rows = await database.query<ScheduleRow>(`select ${SCHEDULE_COLUMNS} from ${SCHEDULES} where s.id = $1`, [
    ScheduleId,
  ]);
  return rows[0];
}

/** Filter and page of {@link listSchedules}. */
export interface ScheduleFilter {
  readonly AppId: string | undefined;
  /** `seq` of the last schedule of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Schedules, newest first. */
export async function listSchedules(database: Database, filter: ScheduleFilter): Promise<readonly ScheduleRow[]> {
  return await database.query<ScheduleRow>(
    `select ${SCHEDULE_COLUMNS} from ${SCHEDULES}
where ($1::text is null or s.app_id = $1) and ($2::bigint is null or s.seq < $2::bigint)
order by s.seq desc limit $3::int`,
    [filter.AppId ?? null, filter.after ?? null, filter.limit],
  );
}

/** A change of a schedule, for {@link updateSchedule}. */
export interface ScheduleChange {
  readonly schedule: Schedule;
  /** The revision that the change was made to. */
  readonly revision: number;
  /** Undefined if the change leaves the times of its slots as they are. */
  readonly plan: SchedulePlan | undefined;
  readonly now: Date;
}

/**
 * Stores a changed schedule; false when it was changed or deleted in the meantime and nothing was stored. A new plan
 * replaces the slot to come. A slot that is due already is left to whoever has it in hand: settling it goes on to the
 * new plan.
 */
export async function updateSchedule(
  database: Database,
  { schedule, revision, plan, now }: ScheduleChange,
): Promise<boolean> {
  const rows = await database.query<{ id: string }>(
    `with changed as (
  update schedules set (id, app_id, parameters, start_at, cron, time_zone, duration_seconds, until_at, late_by_seconds,
    enabled) = (${DEFINITION}),
    planned_from = coalesce($12::timestamptz, planned_from), revision = revision + 1, updated_at = now()
  where id = $1 and revision = $11::int
  returning id
), ended as (
  delete from jobs using changed
  where jobs.kind = 'start_slot' and jobs.key = changed.id and $12::timestamptz is not null and $13::text is null
    and (jobs.payload ->> 'SlotAt')::timestamptz > $14::timestamptz
), planned as (
  insert into jobs (kind, key, payload, due_at)
  select ${slotJob('id', '$13::text')} from changed where $13::text is not null
  on conflict (kind, key) do update set payload = excluded.payload, due_at = excluded.due_at, leased_until = null,
    attempts = jobs.attempts + 1
  where (jobs.payload ->> 'SlotAt')::timestamptz > $14::timestamptz
)
select id from changed`,
    [...scheduleValues(schedule), revision, plan?.plannedFrom ?? null, plan?.nextSlotAt?.toISOString() ?? null, now],
  );
  return rows.length > 0;
}

/** Forgets a schedule with its history and the slot to come; false when there is none. Running recordings go on. */
export async function deleteSchedule(database: Database, ScheduleId: string): Promise<boolean> {
  const rows = await database.query<{ id: string }>(
    `with gone as (
  delete from schedules where id = $1 returning id
), job as (
  delete from jobs using gone where jobs.kind = 'start_slot' and jobs.key = gone.id
)
select id from gone`,
    [ScheduleId],
  );
  return rows.length > 0;
}

/** What became of a slot. `missed`: too late, or the schedule was switched off; `failed`: refused for good. */
export type SlotState = 'started' | 'missed' | 'failed';

/** A slot of the past. */
export interface SlotRow {
  readonly TaskId: string;
  readonly slotAt: Date;
  readonly state: SlotState;
  /** Why it was not started. */
  readonly errorCode: string | null;
  /** When it was started or given up. */
  readonly settledAt: Date;
}

/** The most slots of the past that one answer holds. Ours. */
const MAX_SLOTS = 100;

/** The latest {@link MAX_SLOTS} settled slots of a schedule, latest first. */
export async function readSlots(database: Database, ScheduleId: string): Promise<readonly SlotRow[]> {
  return await database.query<SlotRow>(
    `select task_id as "TaskId", slot_at as "slotAt", state, error_code as "errorCode", settled_at as "settledAt"
from schedule_slots where schedule_id = $1 order by slot_at desc limit ${MAX_SLOTS}`,
    [ScheduleId],
  );
}

/** A slot that is due, with what is known of its task. */
export interface OpenedSlot extends ScheduleRow {
  /** Null if the task was never begun. */
  readonly taskState: TaskState | null;
  readonly taskErrorCode: string | null;
}

/** The schedule of a slot and the state of the slot's task; undefined when the schedule was deleted. */
export async function openSlot(
  database: Database,
  slot: { readonly ScheduleId: string; readonly TaskId: string },
): Promise<OpenedSlot | undefined> {
  const rows = await database.query<OpenedSlot>(
    `select ${SCHEDULE_COLUMNS}, t.state as "taskState", t.error_code as "taskErrorCode"
from ${SCHEDULES} left join tasks t on t.app_id = s.app_id and t.task_id = $2
where s.id = $1`,
    [slot.ScheduleId, slot.TaskId],
  );
  return rows[0];
}

/** The outcome of a slot, for {@link settleSlot}. */
export interface SlotOutcome {
  readonly ScheduleId: string;
  /** The revision that `nextSlotAt` was worked out from. */
  readonly revision: number;
  readonly job: Pick<Job, 'attempts'>;
  readonly TaskId: string;
  readonly slotAt: Date;
  /** Undefined for a slot that is none of the schedule's any more: it leaves no trace. */
  readonly state: SlotState | undefined;
  readonly errorCode: string | undefined;
  readonly event: NewEvent | undefined;
  readonly nextSlotAt: Date | undefined;
  readonly now: Date;
}

/**
 * Stores what became of a slot, its event, and the job of the next slot or the end of the job, in one statement; false
 * when the schedule was changed or deleted in the meantime, or a later claim owns the job, and nothing was stored.
 */
export async function settleSlot(database: Database, outcome: SlotOutcome): Promise<boolean> {
  const rows = await database.query<{ settled: boolean }>(
    `with schedule as materialized (
  -- Locked, so that a change of the schedule comes before this or after it.
  select id, app_id, $4::text as task_id from schedules where id = $1 and revision = $2::int for share
), next as (
  update jobs set payload = jsonb_build_object('ScheduleId', $1::text, 'SlotAt', $5::text),
    due_at = $5::text::timestamptz, leased_until = null
  from schedule
  where jobs.kind = 'start_slot' and jobs.key = schedule.id and jobs.attempts = $3::int and $5::text is not null
  returning jobs.key
), ended as (
  delete from jobs using schedule
  where jobs.kind = 'start_slot' and jobs.key = schedule.id and jobs.attempts = $3::int and $5::text is null
  returning jobs.key
), settled as (
  select schedule.* from schedule
  where $7::text is not null and exists (select from next union all select from ended)
), slot as (
  insert into schedule_slots (schedule_id, slot_at, task_id, state, error_code, settled_at)
  select id, $6::timestamptz, task_id, $7::text, $8::text, $9::timestamptz from settled
  on conflict (schedule_id, slot_at) do update set task_id = excluded.task_id, state = excluded.state,
    error_code = excluded.error_code, settled_at = excluded.settled_at
), ${insertEventSql('settled', 10)}
select exists (select from next union all select from ended) as settled`,
    [
      outcome.ScheduleId,
      outcome.revision,
      outcome.job.attempts,
      outcome.TaskId,
      outcome.nextSlotAt?.toISOString() ?? null,
      outcome.slotAt,
      outcome.state ?? null,
      outcome.errorCode ?? null,
      outcome.now,
      ...eventValues(outcome.event, outcome.now),
    ],
  );
  return rows[0]?.settled ?? false;
}

/** A slot that no stored schedule stands behind: its job carries all there is to know. */
export interface LoneSlot {
  readonly AppId: string;
  readonly TaskId: string;
  readonly slotAt: Date;
  /** What the job needs to be done by whoever claims it. */
  readonly payload: object;
}

/** How long the process that was given a lone slot keeps its job to itself: longer than the function may run (30 s). */
const LONE_SLOT_LEASE_SECONDS = 45;

const toLoneKey = ({ AppId, TaskId }: Pick<LoneSlot, 'AppId' | 'TaskId'>) => `${AppId}/${TaskId}`;

/** Stores the job of a lone slot, held by the caller, and returns it. The same slot again is the same job. */
export async function holdLoneSlot(database: Database, slot: LoneSlot): Promise<Job> {
  const rows = await database.query<Job>(
    `insert into jobs (kind, key, payload, due_at, leased_until, attempts)
values ('start_slot', $1, $2::text::jsonb, $3::timestamptz, now() + interval '${LONE_SLOT_LEASE_SECONDS} s', 1)
on conflict (kind, key) do update set leased_until = excluded.leased_until, attempts = jobs.attempts + 1
returning kind, key, payload, attempts, due_at as "dueAt"`,
    [toLoneKey(slot), JSON.stringify(slot.payload), slot.slotAt],
  );
  const row = rows[0];
  if (row === undefined) throw new TypeError('holdLoneSlot: an upsert with returning always returns its row');
  return row;
}

/** Ends the job of a lone slot and stores its event, in one statement; false when a later claim owns the job. */
export async function settleLoneSlot(
  database: Database,
  outcome: Pick<LoneSlot, 'AppId' | 'TaskId'> & Pick<SlotOutcome, 'job' | 'event' | 'now'>,
): Promise<boolean> {
  const rows = await database.query<{ task_id: string }>(
    `with settled as (
  delete from jobs where kind = 'start_slot' and key = $1 and attempts = $2::int
  returning $3::text as app_id, $4::text as task_id
), ${insertEventSql('settled', 5)}
select task_id from settled`,
    [
      toLoneKey(outcome),
      outcome.job.attempts,
      outcome.AppId,
      outcome.TaskId,
      ...eventValues(outcome.event, outcome.now),
    ],
  );
  return rows.length > 0;
}

/** Rows of each kind forgotten by one call of {@link pruneSchedules}. Ours. */
export const SCHEDULE_PRUNE_BATCH = 1_000;

/**
 * Forgets up to {@link SCHEDULE_PRUNE_BATCH} slots before `before`, and as many schedules whose last possible slot was.
 *
 * @returns the larger of the two counts: less than {@link SCHEDULE_PRUNE_BATCH} means that nothing is left to forget.
 */
export async function pruneSchedules(database: Database, before: Date): Promise<number> {
  const rows = await database.query<{ pruned: number }>(
    `with slots as (
  delete from schedule_slots where (schedule_id, slot_at) in (
    select schedule_id, slot_at from schedule_slots where slot_at < $1::timestamptz
    order by slot_at limit ${SCHEDULE_PRUNE_BATCH})
  returning 1
), ended as (
  delete from schedules where id in (
    select id from schedules s where coalesce(start_at, until_at) < $1::timestamptz
      and not exists (select from jobs j where j.kind = 'start_slot' and j.key = s.id)
    order by coalesce(start_at, until_at) limit ${SCHEDULE_PRUNE_BATCH})
  returning 1
)
select greatest((select count(*) from slots), (select count(*) from ended))::int as pruned`,
    [before],
  );
  return rows[0]?.pruned ?? 0;
}
