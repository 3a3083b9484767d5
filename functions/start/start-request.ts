/**
 * A request to start a recording, read from JSON or from unflattened RPC parameters: StartRecordTask's parameters with
 * what may be left out, and our own two members, which say when the recording has to end.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { StartConfig } from '../../shared/config.ts';
import type { Issue } from '../../shared/errors.ts';
import { isCalendarTime } from '../../shared/record-file.ts';
import { createIssue, createParameterError, isRecord } from '../../shared/record-task/check.ts';
import { type AppliedDefault, createAppliedDefault } from '../../shared/record-task/explain.ts';
import { type Review, reviewStartRecordTask } from '../../shared/record-task/review.ts';
import type { StartRecordTaskParameters } from '../../shared/record-task/start-record-task.ts';
import { MAX_DURATION_SECONDS, STOP_AT_ACCEPTED, UTC_TIME } from './recording-end.ts';

/** A start request free of faults. */
export interface StartRequest {
  /** What goes to RTC. */
  readonly request: StartRecordTaskParameters;
  /** What the caller sent, without the ids that name the task: the yardstick of "the same request again". */
  readonly parameters: object;
  readonly stopAt: Date;
  /** What will probably not do what the caller expects. */
  readonly warnings: readonly Issue[];
}

/** A start request as read, which may have faults. */
export interface StartDraft extends Pick<StartRequest, 'stopAt' | 'warnings'> {
  readonly review: Review<StartRecordTaskParameters>;
  /** Every fault. */
  readonly issues: readonly Issue[];
  /** What the caller left out and is filled in. */
  readonly defaults: readonly AppliedDefault[];
}

/** What besides the body decides a start request. */
export interface StartRequestContext {
  readonly config: Pick<StartConfig, 'appIds' | 'templateId' | 'maxDurationSeconds'>;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  readonly createId: () => string;
  readonly now: Date;
  /** Faults found on the way to the body: in the names of RPC parameters. */
  readonly issues?: readonly Issue[];
  /** `refuse` makes a fault of every warning; `report`, if nothing is said. */
  readonly onWarning?: 'report' | 'refuse';
}

/**
 * Reads a start request. `AppId` and `TemplateId` fall back to the configuration, `TaskId` to one derived from the
 * idempotency key, else to a generated one.
 *
 * @throws RecorderError with every fault, see `createParameterError`.
 */
export function readStartRequest(body: unknown, context: StartRequestContext): StartRequest {
  return acceptStartDraft(draftStartRequest(body, context));
}

/**
 * Returns the request that a draft is, if it has no faults.
 *
 * @throws RecorderError with every fault, see `createParameterError`.
 */
export function acceptStartDraft({ review, issues, defaults, stopAt, warnings }: StartDraft): StartRequest {
  if (review.value === undefined || issues.length > 0) throw createParameterError(issues);
  const { AppId: _appId, TaskId: _taskId, TemplateId, ...rest } = review.value;
  const isDefault = defaults.some(({ From }) => From === 'TEMPLATE_ID');
  return { request: review.value, parameters: isDefault ? rest : { TemplateId, ...rest }, stopAt, warnings };
}

/** Reads a start request as {@link readStartRequest} does, but returns its faults. */
export function draftStartRequest(body: unknown, context: StartRequestContext): StartDraft {
  const { config, now } = context;
  const { StopAt, MaxDurationSeconds, ...sent } = isRecord(body) ? body : {};
  const filledIn = isRecord(body) ? fillIn(sent, context) : [];
  const completed = { ...sent, ...Object.fromEntries(filledIn.map(({ Path, Value }) => [Path, Value])) };
  const review = reviewStartRecordTask(isRecord(body) ? completed : body);
  const issues: Issue[] = [...(context.issues ?? []), ...review.errors];
  const AppId = sent.AppId ?? config.appIds[0];
  if (typeof AppId === 'string' && !config.appIds.includes(AppId)) {
    issues.push(createIssue(['AppId'], 'enum', 'one of the AppIds this deployment serves'));
  }
  const stopAt = readEnd({ StopAt, MaxDurationSeconds }, config.maxDurationSeconds, now, issues);
  const isEndless = StopAt === undefined && MaxDurationSeconds === undefined;
  const end = createAppliedDefault('MaxDurationSeconds', config.maxDurationSeconds, 'MAX_DURATION_SECONDS');
  const isStrict = context.onWarning === 'refuse';
  return {
    review,
    issues: isStrict ? [...issues, ...review.warnings] : issues,
    warnings: isStrict ? [] : review.warnings,
    defaults: isEndless ? [...filledIn, end] : filledIn,
    stopAt,
  };
}

function fillIn(sent: Readonly<Record<string, unknown>>, context: StartRequestContext): readonly AppliedDefault[] {
  const { appIds, templateId } = context.config;
  const AppId = sent.AppId ?? appIds[0];
  const defaults: AppliedDefault[] = [];
  if (sent.AppId === undefined) defaults.push(createAppliedDefault('AppId', appIds[0], 'APP_IDS'));
  if (sent.TaskId === undefined) defaults.push(createTaskId(AppId, context));
  if (sent.TemplateId === undefined && templateId !== undefined) {
    defaults.push(createAppliedDefault('TemplateId', templateId, 'TEMPLATE_ID'));
  }
  return defaults;
}

/** The TaskId of an idempotency key: the same key is the same task, whatever instance it meets. 48 characters. */
export function createIdempotentTaskId(AppId: string, idempotencyKey: string): string {
  return `idem-${createHash('sha256')
    .update(JSON.stringify([AppId, idempotencyKey]))
    .digest('base64url')}`;
}

function createTaskId(AppId: unknown, { idempotencyKey, createId }: StartRequestContext): AppliedDefault {
  return idempotencyKey !== undefined && typeof AppId === 'string'
    ? createAppliedDefault('TaskId', createIdempotentTaskId(AppId, idempotencyKey), 'Idempotency-Key')
    : createAppliedDefault('TaskId', `task-${createId()}`, 'generated');
}

function readEnd(
  { StopAt, MaxDurationSeconds }: { readonly StopAt: unknown; readonly MaxDurationSeconds: unknown },
  defaultSeconds: number,
  now: Date,
  issues: Issue[],
): Date {
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  if (StopAt !== undefined && MaxDurationSeconds !== undefined) {
    issues.push(createIssue(['StopAt'], 'format', 'either StopAt or MaxDurationSeconds, not both'));
  }
  if (StopAt !== undefined) {
    const end =
      typeof StopAt === 'string' && UTC_TIME.test(StopAt) && isCalendarTime(StopAt) ? new Date(StopAt) : undefined;
    if (end === undefined) {
      issues.push(createIssue(['StopAt'], 'format', STOP_AT_ACCEPTED));
    } else if (end <= now || end > after(MAX_DURATION_SECONDS)) {
      issues.push(createIssue(['StopAt'], 'range', `${STOP_AT_ACCEPTED}, at most a year ahead`));
    } else {
      return end;
    }
  }
  if (MaxDurationSeconds === undefined) return after(defaultSeconds);
  if (
    typeof MaxDurationSeconds === 'number' &&
    Number.isInteger(MaxDurationSeconds) &&
    MaxDurationSeconds >= 1 &&
    MaxDurationSeconds <= MAX_DURATION_SECONDS
  ) {
    return after(MaxDurationSeconds);
  }
  const rule = typeof MaxDurationSeconds === 'number' ? 'range' : 'type';
  issues.push(createIssue(['MaxDurationSeconds'], rule, `an integer from 1 to ${MAX_DURATION_SECONDS}`));
  return after(defaultSeconds);
}
