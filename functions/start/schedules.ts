/**
 * Starts what is due: one recording for each slot, whoever fires the timer and however often. A slot is a job; its
 * TaskId names the slot, so that a second start of the same slot meets the claim of the first.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { deliverFirst } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import { createEvent } from '../../shared/events.ts';
import type { NewEvent } from '../../shared/store/events.ts';
import { finishJob, type Job, retryJob } from '../../shared/store/jobs.ts';
import { readTask } from '../../shared/store/read.ts';
import {
  holdLoneSlot,
  type OpenedSlot,
  openSlot,
  type SlotState,
  settleLoneSlot,
  settleSlot,
} from '../../shared/store/schedules.ts';
import type { TaskState } from '../../shared/store/start.ts';
import { checkStart, toSlotRule } from './schedule-request.ts';
import { createSlotTaskId, findSlot } from './schedule-slots.ts';
import type { StartService } from './service.ts';
import { startRecordTask } from './start.ts';

/** A slot that waits is looked at again by the next tick: sooner than a minute, so that none is left out. */
const WAIT_MS = 30_000;

/** A slot to start, with all that decides it. */
interface DueSlot {
  readonly AppId: string;
  readonly TaskId: string;
  readonly slotAt: Date;
  /** Of StartRecordTask, without the TaskId. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly durationSeconds: number;
  readonly lateBySeconds: number;
  /** `unwanted`: its schedule has been switched off since. */
  readonly wish: 'wanted' | 'unwanted';
  /** What an earlier attempt has left. */
  readonly taskState: TaskState | null;
  readonly taskErrorCode: string | null;
}

/** What became of a slot. */
type SlotResult =
  | { readonly state: 'waiting' }
  | { readonly state: 'started' }
  /** `Code` says why. */
  | { readonly state: 'missed' | 'failed'; readonly Code: string; readonly error?: RecorderError };

const StoredSlot = v.object({ ScheduleId: v.string(), SlotAt: v.string() });

const LoneSlot = v.object({
  AppId: v.string(),
  TaskId: v.string(),
  SlotAt: v.string(),
  Parameters: v.record(v.string(), v.unknown()),
  DurationSeconds: v.number(),
  LateBySeconds: v.number(),
});

/** A slot that no stored schedule stands behind. `SlotAt` in ISO 8601, UTC. */
export type LoneSlotPayload = v.InferOutput<typeof LoneSlot>;

/** Handles a `start_slot` job: starts the slot, or leaves it for the next tick, or gives it up and says so. */
export async function runStartSlot(service: StartService, job: Job): Promise<void> {
  const payload = v.parse(v.union([StoredSlot, LoneSlot]), job.payload);
  if ('ScheduleId' in payload) await runStoredSlot(service, job, payload);
  else await runLoneSlot(service, job, payload);
}

async function runStoredSlot(
  service: StartService,
  job: Job,
  { ScheduleId, SlotAt }: v.InferOutput<typeof StoredSlot>,
): Promise<void> {
  const slotAt = new Date(SlotAt);
  const TaskId = createSlotTaskId(ScheduleId, slotAt);
  const opened = await openSlot(service.database, { ScheduleId, TaskId });
  if (opened === undefined) return await finishJob(service.database, job);

  const result = isOwnSlot(opened, slotAt) ? await startSlot(service, toDueSlot(opened, TaskId, slotAt)) : undefined;
  const now = service.now();
  if (result?.state === 'waiting') return await retryJob(service.database, job, new Date(now.getTime() + WAIT_MS));
  const event =
    result !== undefined && 'Code' in result
      ? createMissedEvent(service, {
          ScheduleId,
          AppId: opened.AppId,
          ChannelId: opened.parameters.ChannelId,
          TaskId,
          SlotAt,
          State: result.state,
          Code: result.Code,
        })
      : undefined;
  const isSettled = await settleSlot(service.database, {
    ScheduleId,
    revision: opened.revision,
    job,
    TaskId,
    slotAt,
    state: result?.state,
    errorCode: result !== undefined && 'Code' in result ? result.Code : undefined,
    event,
    nextSlotAt: findNextSlot(opened, slotAt),
    now,
  });
  if (!isSettled) {
    // Changed meanwhile: the next slot is worked out anew, and this one is found started or given up.
    await retryJob(service.database, job, now);
  } else if (event !== undefined) {
    await deliverFirst(service, event);
  }
}

/** Whether a slot is still the schedule's: due before its times were last changed, or one of its present times. */
function isOwnSlot(opened: OpenedSlot, slotAt: Date): boolean {
  if (slotAt < opened.plannedFrom) return true;
  return opened.enabled && findSlot(toSlotRule(opened), slotAt)?.getTime() === slotAt.getTime();
}

function findNextSlot(opened: OpenedSlot, slotAt: Date): Date | undefined {
  if (!opened.enabled) return undefined;
  const fromMs = Math.max(slotAt.getTime() + 1, opened.plannedFrom.getTime());
  return findSlot(toSlotRule(opened), new Date(fromMs));
}

function toDueSlot(opened: OpenedSlot, TaskId: string, slotAt: Date): DueSlot {
  return {
    AppId: opened.AppId,
    TaskId,
    slotAt,
    parameters: { AppId: opened.AppId, ...opened.parameters },
    durationSeconds: opened.durationSeconds,
    lateBySeconds: opened.lateBySeconds,
    wish: opened.enabled ? 'wanted' : 'unwanted',
    taskState: opened.taskState,
    taskErrorCode: opened.taskErrorCode,
  };
}

/**
 * Starts a slot that a timer's payload carries, as if it had been due in a tick; what has to wait is left to the ticks.
 *
 * @throws RecorderError why the recording could not be started; the event is stored all the same.
 */
export async function startLoneSlot(service: StartService, payload: LoneSlotPayload): Promise<SlotResult['state']> {
  const { AppId, TaskId, SlotAt } = payload;
  const job = await holdLoneSlot(service.database, { AppId, TaskId, slotAt: new Date(SlotAt), payload });
  const result = await runLoneSlot(service, job, payload);
  if ('error' in result && result.error !== undefined) throw result.error;
  return result.state;
}

async function runLoneSlot(service: StartService, job: Job, slot: LoneSlotPayload): Promise<SlotResult> {
  const { AppId, TaskId, SlotAt } = slot;
  const task = await readTask(service.database, AppId, TaskId);
  const result = await startSlot(service, {
    AppId,
    TaskId,
    slotAt: new Date(SlotAt),
    parameters: { AppId, ...slot.Parameters },
    durationSeconds: slot.DurationSeconds,
    lateBySeconds: slot.LateBySeconds,
    wish: 'wanted',
    taskState: task?.state ?? null,
    taskErrorCode: task?.errorCode ?? null,
  });
  const now = service.now();
  if (result.state === 'waiting') {
    await retryJob(service.database, job, new Date(now.getTime() + WAIT_MS));
    return result;
  }
  const event =
    'Code' in result
      ? createMissedEvent(service, {
          AppId,
          ChannelId: slot.Parameters.ChannelId,
          TaskId,
          SlotAt,
          State: result.state,
          Code: result.Code,
        })
      : undefined;
  const isSettled = await settleLoneSlot(service.database, { AppId, TaskId, job, event, now });
  if (isSettled && event !== undefined) await deliverFirst(service, event);
  return result;
}

async function startSlot(service: StartService, slot: DueSlot): Promise<SlotResult> {
  switch (slot.taskState) {
    case 'recording':
    case 'stopping':
    case 'stopped':
      // By an earlier attempt, whose process did not live to say so.
      return { state: 'started' };
    case 'starting':
      // An attempt has no outcome yet: `resolve_start` brings it to one.
      return { state: 'waiting' };
  }
  const now = service.now();
  if (slot.wish === 'unwanted') return { state: 'missed', Code: 'ScheduleDisabled' };
  const endsAt = new Date(slot.slotAt.getTime() + slot.durationSeconds * 1_000);
  const isLate = now.getTime() - slot.slotAt.getTime() > slot.lateBySeconds * 1_000;
  if (isLate || now >= endsAt) return { state: 'missed', Code: slot.taskErrorCode ?? 'SlotTooLate' };

  const { config, createId } = service;
  const checked = checkStart(slot.parameters, { config, createId, now, TaskId: slot.TaskId });
  if (checked.error !== undefined) return { state: 'failed', Code: checked.error.code, error: checked.error };
  try {
    const { outcome } = await startRecordTask(service, { ...checked.request, stopAt: endsAt }, 'wait');
    const isStarted = outcome === 'started' || outcome === 'replayed';
    return { state: isStarted ? 'started' : 'waiting' };
  } catch (error) {
    // Without the database nothing can be stored: the lease of the job ends, and another tick takes over.
    if (!(error instanceof RecorderError) || error.code === 'ServiceUnavailable') throw error;
    if (error.code === 'RtcBusy') return { state: 'waiting' };
    return { state: 'failed', Code: error.code, error };
  }
}

interface MissedSlot {
  /** Absent for a slot of a timer's payload. */
  readonly ScheduleId?: string;
  readonly AppId: string;
  readonly ChannelId: unknown;
  readonly TaskId: string;
  readonly SlotAt: string;
  readonly State: SlotState;
  readonly Code: string;
}

/** Its id is that of the slot, so that a slot is given up once, however often that is tried. */
function createMissedEvent(service: StartService, slot: MissedSlot): NewEvent {
  const id = createHash('sha256')
    .update(JSON.stringify([slot.AppId, slot.TaskId]))
    .digest('base64url');
  return createEvent({
    id: `missed_${id}`,
    type: 'schedule.missed',
    now: service.now(),
    data: { ...slot },
    webhook: service.webhook,
  });
}
