/**
 * Stops a recording. The intent is stored before the call, so that a stop once asked for happens, whoever dies.
 *
 * @module
 */
import { deliverFirst } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import { createEvent } from '../../shared/events.ts';
import { flattenParameters } from '../../shared/record-task/rpc-names.ts';
import type { TaskState } from '../../shared/store/start.ts';
import { claimStop, finishStop } from '../../shared/store/stop.ts';
import { createRejection } from './rejection.ts';
import { REST_BUDGET, type RtcAnswer } from './rtc-client.ts';
import type { StartService } from './service.ts';

/** A stop that RTC did not confirm is tried again after a minute, then two, four, at most five. Ours. */
const MIN_RETRY_AFTER_MS = 60_000;
const MAX_RETRY_AFTER_MS = 300_000;

/** A stop that RTC has not confirmed for a day is given up: the task has failed (`StopUnconfirmed`). Ours. */
const GIVE_UP_AFTER_SECONDS = 86_400;

/** A task to stop: any run of it, or only the one a job was made for. */
export interface StopTarget {
  readonly AppId: string;
  readonly TaskId: string;
  readonly run?: number;
}

/** What became of a stop: the task's state now. `starting` and `stopping`: it will be stopped, by the tick. */
export interface StopResult {
  readonly state: TaskState;
  /** RTC's RequestId of the stop, if this call made it. */
  readonly stopRequestId: string | undefined;
  /** RTC's refusal, while the stop goes on being tried. */
  readonly refusal: RecorderError | undefined;
}

/**
 * Stops a task; a task that has ended already is returned as it is.
 *
 * @throws RecorderError `InvalidTask.NotFound` for a task never heard of, `TaskExternal` for one started elsewhere,
 * `ServiceUnavailable`.
 */
export async function stopRecordTask(service: StartService, target: StopTarget): Promise<StopResult> {
  const { AppId, TaskId } = target;
  const claimed = await claimStop(service.database, { AppId, TaskId, run: target.run, now: service.now() });
  if (claimed === undefined) throw new RecorderError('InvalidTask.NotFound');
  if (claimed.state === 'external') throw new RecorderError('TaskExternal');
  if (claimed.state !== 'stopping') return { state: claimed.state, stopRequestId: undefined, refusal: undefined };

  const answer = await service.callRtc('StopRecordTask', flattenParameters({ AppId, TaskId }), REST_BUDGET);
  const state = judgeStop(answer, claimed.askedSecondsAgo);
  const errorCode = state === 'stopped' || answer.kind === 'accepted' ? undefined : answer.Code;
  const now = service.now();
  service.log(state === 'stopped' ? 'info' : 'warn', 'stop', { AppId, TaskId, outcome: state, code: errorCode });
  const event =
    state === 'stopping'
      ? undefined
      : createEvent({
          id: `evt_${service.createId()}`,
          type: state === 'stopped' ? 'record_task.stopped' : 'record_task.failed',
          now,
          data: { AppId, ChannelId: claimed.ChannelId, TaskId, ...(state === 'failed' && { Code: 'StopUnconfirmed' }) },
          webhook: service.webhook,
        });
  // As long again as it has been asked for already: doubling without a count.
  const waitMs = Math.min(Math.max(claimed.askedSecondsAgo * 1_000, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
  const finished = await finishStop(service.database, {
    AppId,
    TaskId,
    run: claimed.run,
    state,
    errorCode,
    event,
    now,
    retryAt: new Date(now.getTime() + waitMs),
  });
  if (finished && event !== undefined) await deliverFirst(service, event);
  return {
    state,
    stopRequestId: answer.kind === 'unanswered' ? undefined : answer.RequestId,
    refusal: state === 'stopping' && answer.kind === 'refused' ? createRejection(answer) : undefined,
  };
}

function judgeStop(answer: RtcAnswer, askedSecondsAgo: number): 'stopped' | 'stopping' | 'failed' {
  if (answer.kind === 'accepted' || isTaskGone(answer)) return 'stopped';
  return askedSecondsAgo > GIVE_UP_AFTER_SECONDS ? 'failed' : 'stopping';
}

/**
 * Whether an answer says that there is no such task. What RTC answers for an unknown or ended task is unverified; the
 * sibling GetMPUTaskStatus has `InvalidTask.NotFound`.
 */
export function isTaskGone(answer: RtcAnswer): boolean {
  return answer.kind === 'refused' && /task/i.test(answer.Code) && /(NotFound|NotExist|NoExist)/i.test(answer.Code);
}
