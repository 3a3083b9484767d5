/**
 * A timer trigger whose payload carries a whole recording, for those who keep their schedules in `s.yaml`:
 * `{"Action":"StartRecordTask","Parameters":{…},"DurationSeconds":1800}`.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { checkParameters, createIssue, createParameterError, isRecord } from '../../shared/record-task/check.ts';
import { MAX_SCHEDULE_ID_LENGTH, SLOT_LENGTH_ENTRIES, toLateBySeconds } from './schedule-request.ts';
import { createSlotTaskId } from './schedule-slots.ts';
import type { LoneSlotPayload } from './schedules.ts';

/** One firing of a timer trigger, its payload parsed. */
export interface TimerFiring {
  /** UTC, `2023-12-26T07:49:00Z`. */
  readonly triggerTime: string;
  readonly triggerName: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const LengthSchema = v.strictObject(SLOT_LENGTH_ENTRIES);

/** Characters of a long name that stay in front of its hash. */
const NAME_HEAD_LENGTH = 29;
const NAME_HASH_LENGTH = 10;

/**
 * The slot that a firing stands for. Whether its parameters are right is for the start of the slot to say.
 *
 * @throws RecorderError `MalformedRequest` for a time that is none; a parameter code naming every other fault.
 */
export function readTimerJob(
  { triggerTime, triggerName, payload }: TimerFiring,
  { defaultAppId }: { readonly defaultAppId: string },
): LoneSlotPayload {
  const slotAt = new Date(triggerTime);
  if (Number.isNaN(slotAt.getTime())) {
    throw new RecorderError('MalformedRequest', { message: 'The triggerTime of the timer event is not a time.' });
  }
  const { Action: _action, Parameters, ...length } = payload;
  const checked = checkParameters(LengthSchema, length);
  const issues = checked.ok ? [] : [...checked.issues];
  if (!isRecord(Parameters)) {
    issues.push(createIssue(['Parameters'], 'required', 'an object with the parameters of StartRecordTask'));
  }
  if (!checked.ok || !isRecord(Parameters)) throw createParameterError(issues);
  const { AppId } = Parameters;
  return {
    AppId: typeof AppId === 'string' ? AppId : defaultAppId,
    TaskId: createSlotTaskId(toTaskIdPart(triggerName), slotAt),
    SlotAt: slotAt.toISOString(),
    Parameters: { ...Parameters },
    DurationSeconds: checked.value.DurationSeconds,
    LateBySeconds: toLateBySeconds(checked.value.LateBySeconds),
  };
}

/** A trigger's name as it is, or what can be kept of it with a hash, so that no two triggers share a TaskId. */
function toTaskIdPart(triggerName: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(triggerName) && triggerName.length <= MAX_SCHEDULE_ID_LENGTH) return triggerName;
  const hash = createHash('sha256').update(triggerName).digest('hex').slice(0, NAME_HASH_LENGTH);
  return `${triggerName.slice(0, NAME_HEAD_LENGTH).replace(/[^A-Za-z0-9_-]/g, '-')}-${hash}`;
}
