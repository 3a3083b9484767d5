/**
 * A schedule, read from JSON: what to record (StartRecordTask's parameters, without the TaskId, which comes from each
 * slot), and when.
 *
 * @module
 */
import * as v from 'valibot';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import {
  checkParameters,
  createIssue,
  createParameterError,
  isRecord,
  MAX_VALUES,
} from '../../shared/record-task/check.ts';
import { createId, createInteger } from '../../shared/record-task/value-schemas.ts';
import type { Schedule, SchedulePlan, ScheduleRow } from '../../shared/store/schedules.ts';
import { MAX_DURATION_SECONDS } from './recording-end.ts';
import { createSlotTaskId, findSlot, isCron, isTimeZone, type SlotRule, toInstant } from './schedule-slots.ts';
import { acceptStartDraft, draftStartRequest, type StartRequest, type StartRequestContext } from './start-request.ts';

/** With the slot, as in `-20261122T0200Z`, a TaskId of at most 55 characters. */
export const MAX_SCHEDULE_ID_LENGTH = 40;

/** A recording may start this much later than its slot. Ours. */
const DEFAULT_LATE_BY_SECONDS = 300;

/** Nothing is due more exactly than the timer fires: each minute. Ours. */
const MIN_LATE_BY_SECONDS = 60;
const MAX_LATE_BY_SECONDS = 86_400;

/** A schedule free of faults. */
export interface ScheduleRequest {
  readonly schedule: Schedule;
  /** Undefined if the times of its slots are those of the schedule that was changed. */
  readonly plan: SchedulePlan | undefined;
  /** About `Parameters`. */
  readonly warnings: readonly Issue[];
}

/** What besides the body decides a schedule. */
export interface ScheduleRequestContext extends Pick<StartRequestContext, 'config' | 'createId' | 'now'> {
  /** The schedule that is changed, if one is. */
  readonly before: ScheduleRow | undefined;
}

/** Seconds that a recording lasts and may be late by, as in a timer's payload. */
export const SLOT_LENGTH_ENTRIES = {
  DurationSeconds: createInteger(1, MAX_DURATION_SECONDS),
  LateBySeconds: v.exactOptional(createInteger(MIN_LATE_BY_SECONDS, MAX_LATE_BY_SECONDS)),
};

/** How late a slot may be that says nothing of it. */
export function toLateBySeconds(LateBySeconds: number | undefined): number {
  return LateBySeconds ?? DEFAULT_LATE_BY_SECONDS;
}

const TIME_ACCEPTED = 'a time as yyyy-MM-ddTHH:mm:ssZ (UTC), or without the Z as the wall clock of TimeZone shows it';
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?$/;

const Time = v.pipe(v.string(), v.check(isTime), v.metadata({ accepted: TIME_ACCEPTED }));

/** All but `Parameters` and `Enabled`, which the check of values does not know. */
export const ScheduleSchema = v.strictObject({
  ScheduleId: v.exactOptional(createId(MAX_SCHEDULE_ID_LENGTH)),
  StartAt: v.exactOptional(Time),
  Cron: v.exactOptional(
    v.pipe(
      v.string(),
      v.check(isCron),
      v.metadata({ accepted: 'a cron expression of five fields: minute, hour, day of month, month, day of week' }),
    ),
  ),
  TimeZone: v.exactOptional(
    v.pipe(
      v.string(),
      v.check(isTimeZone),
      v.metadata({ accepted: 'the name of a time zone in the IANA database, such as Asia/Shanghai' }),
    ),
  ),
  Until: v.exactOptional(Time),
  ...SLOT_LENGTH_ENTRIES,
});

const OTHER_NAMES = ['Parameters', 'Enabled'] as const;
const KNOWN_NAMES: readonly string[] = [...Object.keys(ScheduleSchema.entries), ...OTHER_NAMES];

/**
 * Reads a schedule: a whole one, or the changed members of `before`. `StartAt` takes the place of `Cron` and the other
 * way round; `null` removes `Until`.
 *
 * @throws RecorderError with every fault, those of `Parameters` under that name.
 */
export function readScheduleRequest(body: unknown, context: ScheduleRequestContext): ScheduleRequest {
  if (!isRecord(body)) throw createParameterError([createIssue([], 'type', 'an object')]);
  // Each unknown name is named in the answer.
  if (Object.keys(body).length > MAX_VALUES) {
    throw createParameterError([createIssue([], 'size', `an object of at most ${MAX_VALUES} members`)]);
  }
  const members = context.before === undefined ? body : mergeMembers(context.before, body);
  const fields = checkParameters(ScheduleSchema, pickChecked(members));
  const issues: Issue[] = fields.ok ? [] : [...fields.issues];
  issues.push(...checkMembers(members, context.before));
  const ScheduleId = fields.ok ? (fields.value.ScheduleId ?? `sch-${context.createId()}`) : 'schedule';
  const start = checkStart(members.Parameters, { ...context, TaskId: createSlotTaskId(ScheduleId, context.now) });
  if (!fields.ok || issues.length > 0 || start.error !== undefined) {
    throw createScheduleError(start.error, issues);
  }
  const { StartAt, Cron, TimeZone = 'UTC', Until, DurationSeconds, LateBySeconds } = fields.value;
  const schedule: Schedule = {
    ScheduleId,
    AppId: start.request.request.AppId,
    parameters: { ...start.request.parameters },
    startAt: readTime(StartAt, TimeZone) ?? null,
    cron: Cron ?? null,
    timeZone: TimeZone,
    durationSeconds: DurationSeconds,
    until: readTime(Until, TimeZone) ?? null,
    lateBySeconds: toLateBySeconds(LateBySeconds),
    enabled: members.Enabled !== false,
  };
  return { schedule, plan: createPlan(schedule, context), warnings: start.request.warnings.map(addPrefix) };
}

/** When a schedule has its slots. */
export function toSlotRule(schedule: Pick<Schedule, 'startAt' | 'cron' | 'timeZone' | 'until'>): SlotRule {
  return {
    startAt: schedule.startAt ?? undefined,
    cron: schedule.cron ?? undefined,
    timeZone: schedule.timeZone,
    until: schedule.until ?? undefined,
  };
}

/** The outcome of {@link checkStart}. */
type CheckedStart =
  | { readonly error: undefined; readonly request: StartRequest }
  /** Its issues are under `Parameters`. */
  | { readonly error: RecorderError };

/** Checks what a slot would start, as a request to start it is checked. */
export function checkStart(
  Parameters: unknown,
  context: Pick<StartRequestContext, 'config' | 'createId' | 'now'> & { readonly TaskId: string },
): CheckedStart {
  if (!isRecord(Parameters)) {
    const rule = Parameters === undefined ? 'required' : 'type';
    const issue = createIssue(['Parameters'], rule, 'an object with the parameters of StartRecordTask');
    return { error: createParameterError([issue]) };
  }
  const { TaskId, ...rest } = context;
  // Each slot has its own TaskId and its own end.
  const foreign = ['TaskId', 'StopAt', 'MaxDurationSeconds'].filter((name) => Parameters[name] !== undefined);
  const issues = foreign.map((name) => createIssue([name], 'unknown', 'nothing: each slot has its own'));
  const sent = Object.fromEntries(Object.entries(Parameters).filter(([name]) => !foreign.includes(name)));
  const draft = draftStartRequest({ ...sent, TaskId }, { ...rest, idempotencyKey: undefined, issues });
  try {
    return { error: undefined, request: acceptStartDraft(draft) };
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error;
    const { code, message } = error;
    return { error: new RecorderError(code, { message, issues: error.issues.map(addPrefix) }) };
  }
}

function addPrefix(issue: Issue): Issue {
  const add = (name: string) => (name === '' ? 'Parameters' : `Parameters.${name}`);
  return { ...issue, Path: add(issue.Path), Parameter: add(issue.Parameter) };
}

/** The vendor's code, if there is one, comes first. */
function createScheduleError(start: RecorderError | undefined, issues: readonly Issue[]): RecorderError {
  if (start === undefined) return createParameterError(issues);
  const all = [...start.issues, ...issues];
  const first = all[0]?.Message ?? start.message;
  const message = all.length === 1 ? first : `${first} (and ${all.length - 1} more)`;
  return new RecorderError(start.code, { message, issues: all });
}

/** The members of a changed schedule, as if it had been sent whole. */
function mergeMembers(before: ScheduleRow, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isOtherKind = changes.StartAt !== undefined || changes.Cron !== undefined;
  const merged: Record<string, unknown> = {
    ScheduleId: before.ScheduleId,
    Parameters: { AppId: before.AppId, ...before.parameters },
    StartAt: isOtherKind ? undefined : before.startAt?.toISOString(),
    Cron: isOtherKind ? undefined : (before.cron ?? undefined),
    TimeZone: before.timeZone,
    DurationSeconds: before.durationSeconds,
    Until: before.until?.toISOString(),
    LateBySeconds: before.lateBySeconds,
    Enabled: before.enabled,
    ...changes,
  };
  if (merged.Until === null) delete merged.Until;
  return merged;
}

function pickChecked(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(ScheduleSchema.entries).map((name) => [name, members[name]]));
}

/** What the values alone do not show. */
function checkMembers(members: Readonly<Record<string, unknown>>, before: ScheduleRow | undefined): readonly Issue[] {
  const issues: Issue[] = [];
  const { ScheduleId, StartAt, Cron, TimeZone, Until, Enabled } = members;
  if (before !== undefined && ScheduleId !== before.ScheduleId) {
    issues.push(createIssue(['ScheduleId'], 'enum', "the schedule's own, or nothing"));
  }
  if (StartAt === undefined && Cron === undefined) {
    issues.push(createIssue(['StartAt'], 'required', 'either StartAt, for one slot, or Cron and TimeZone'));
  }
  if (StartAt !== undefined && Cron !== undefined) {
    issues.push(createIssue(['Cron'], 'unknown', 'either StartAt or Cron, not both'));
  }
  const needsZone = Cron !== undefined || isLocal(StartAt) || isLocal(Until);
  if (TimeZone === undefined && needsZone) {
    issues.push(createIssue(['TimeZone'], 'required', 'the name of a time zone, such as Asia/Shanghai'));
  }
  if (Enabled !== undefined && typeof Enabled !== 'boolean') {
    issues.push(createIssue(['Enabled'], 'type', 'true or false'));
  }
  const unknown = Object.keys(members).filter((name) => !KNOWN_NAMES.includes(name));
  issues.push(...unknown.map((name) => createIssue([name], 'unknown', `one of ${KNOWN_NAMES.join(', ')}`)));
  return issues;
}

/** The plan of a new schedule or of changed times. One that would never run is a mistake. */
function createPlan(schedule: Schedule, { before, now }: ScheduleRequestContext): SchedulePlan | undefined {
  if (before !== undefined && !hasOtherTimes(schedule, before)) return undefined;
  if (!schedule.enabled) return { plannedFrom: now, nextSlotAt: undefined };
  const earliest = new Date(now.getTime() - schedule.lateBySeconds * 1_000);
  const plannedFrom = schedule.startAt !== null && schedule.startAt >= earliest ? schedule.startAt : now;
  const rule = toSlotRule(schedule);
  const first = findSlot(rule, plannedFrom);
  if (first === undefined) throw createParameterError([explainNever(rule, plannedFrom)]);
  return { plannedFrom, nextSlotAt: first };
}

function explainNever(rule: SlotRule, from: Date): Issue {
  if (rule.until !== undefined && findSlot({ ...rule, until: undefined }, from) !== undefined) {
    return createIssue(['Until'], 'range', 'a time at or after the next slot');
  }
  if (rule.startAt === undefined) return createIssue(['Cron'], 'range', 'an expression that some day matches');
  return createIssue(['StartAt'], 'range', 'a time in the future, or at most LateBySeconds ago');
}

function hasOtherTimes(schedule: Schedule, before: ScheduleRow): boolean {
  const list = ({ startAt, cron, timeZone, until, enabled }: Schedule) =>
    JSON.stringify([startAt, cron, timeZone, until, enabled]);
  return list(schedule) !== list(before);
}

function isTime(text: string): boolean {
  const reading = toReading(text);
  // The 30th of February would be read as the 2nd of March.
  const isDay = !Number.isNaN(reading.getTime()) && text.startsWith(reading.toISOString().slice(0, 10));
  return TIME.test(text) && isDay;
}

function isLocal(value: unknown): boolean {
  return typeof value === 'string' && isTime(value) && !value.endsWith('Z');
}

function toReading(text: string): Date {
  return new Date(text.endsWith('Z') ? text : `${text}Z`);
}

function readTime(text: string | undefined, timeZone: string): Date | undefined {
  if (text === undefined) return undefined;
  return isLocal(text) ? toInstant(timeZone, toReading(text)) : toReading(text);
}
