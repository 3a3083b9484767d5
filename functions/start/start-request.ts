/**
 * A request to start a recording, read from JSON: StartRecordTask's parameters with what may be left out, and our own
 * two members, which say when the recording has to end.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { StartConfig } from '../../shared/config.ts';
import type { Issue } from '../../shared/errors.ts';
import { createIssue, createParameterError } from '../../shared/record-task/check.ts';
import { checkStartRecordTask, type StartRecordTaskParameters } from '../../shared/record-task/start-record-task.ts';

/** A start request free of faults. */
export interface StartRequest {
  /** What goes to RTC. */
  readonly request: StartRecordTaskParameters;
  /** What the caller sent, without the ids that name the task: the yardstick of "the same request again". */
  readonly parameters: object;
  readonly stopAt: Date;
}

/** What besides the body decides a start request. */
export interface StartRequestContext {
  readonly config: Pick<StartConfig, 'appIds' | 'templateId' | 'maxDurationSeconds'>;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  readonly createId: () => string;
  readonly now: Date;
}

const MAX_DURATION_SECONDS = 31_536_000;

/**
 * Reads a start request. `AppId` and `TemplateId` fall back to the configuration, `TaskId` to one derived from the
 * idempotency key, else to a generated one.
 *
 * @throws RecorderError with every fault, see `createParameterError`.
 */
export function readStartRequest(body: unknown, context: StartRequestContext): StartRequest {
  const { config, now } = context;
  const { StopAt, MaxDurationSeconds, ...sent } = isRecord(body) ? body : {};
  const AppId = sent.AppId ?? config.appIds[0];
  const completed = {
    ...sent,
    AppId,
    TaskId: sent.TaskId ?? createTaskId(AppId, context),
    ...(sent.TemplateId === undefined && config.templateId !== undefined && { TemplateId: config.templateId }),
  };
  const checked = checkStartRecordTask(isRecord(body) ? completed : body);
  const issues: Issue[] = checked.ok ? [] : [...checked.issues];
  if (typeof AppId === 'string' && !config.appIds.includes(AppId)) {
    issues.push(createIssue(['AppId'], 'enum', 'one of the AppIds this deployment serves'));
  }
  const stopAt = readEnd({ StopAt, MaxDurationSeconds }, config.maxDurationSeconds, now, issues);
  if (!checked.ok || issues.length > 0) throw createParameterError(issues);

  const { AppId: _appId, TaskId: _taskId, TemplateId, ...rest } = checked.value;
  return {
    request: checked.value,
    parameters: sent.TemplateId === undefined ? rest : { TemplateId, ...rest },
    stopAt,
  };
}

/** The TaskId of an idempotency key: the same key is the same task, whatever instance it meets. 48 characters. */
export function createIdempotentTaskId(AppId: string, idempotencyKey: string): string {
  return `idem-${createHash('sha256')
    .update(JSON.stringify([AppId, idempotencyKey]))
    .digest('base64url')}`;
}

function createTaskId(AppId: unknown, { idempotencyKey, createId }: StartRequestContext): string {
  return idempotencyKey !== undefined && typeof AppId === 'string'
    ? createIdempotentTaskId(AppId, idempotencyKey)
    : `task-${createId()}`;
}

const STOP_AT_ACCEPTED = 'a time in the future as yyyy-MM-ddTHH:mm:ssZ (UTC)';
const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

function readEnd(
  { StopAt, MaxDurationSeconds }: { readonly StopAt: unknown; readonly MaxDurationSeconds: unknown },
  defaultSeconds: number,
  now: Date,
  issues: Issue[],
): Date {
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  if (StopAt !== undefined && MaxDurationSeconds !== undefined) {
    issues.push(createIssue(['StopAt'], 'unknown', 'either StopAt or MaxDurationSeconds, not both'));
  }
  if (StopAt !== undefined) {
    const end = typeof StopAt === 'string' && UTC_TIME.test(StopAt) ? new Date(StopAt) : undefined;
    if (end === undefined || Number.isNaN(end.getTime())) {
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
