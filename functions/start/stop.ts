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
import { REST_BUDGET, type RtcAnswer } from './rtc-client.ts';
import type { StartService } from './service.ts';

/** A stop that RTC did not confirm is tried again after this. Ours. */
const RETRY_AFTER_MS = 60_000;

/** A task to stop: any run of it, or only the one a job was made for. */
export interface StopTarget {
  readonly AppId: string;
  readonly TaskId: string;
  readonly run?: number;
}

/** What became of a stop: the task's state now. `starting` and `stopping`: it will be stopped, by the tick. */
export interface StopResult {
  readonly state: TaskState;
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
  if (claimed.state !== 'stopping') return { state: claimed.state };

  const answer = await service.callRtc('StopRecordTask', flattenParameters({ AppId, TaskId }), REST_BUDGET);
  const isStopped = answer.kind === 'accepted' || isTaskGone(answer);
  const now = service.now();
  const event = isStopped
    ? createEvent({
        id: `evt_${service.createId()}`,
        type: 'record_task.stopped',
        now,
        data: { AppId, ChannelId: claimed.ChannelId, TaskId },
        delivery: service.webhook === undefined ? 'none' : 'pending',
      })
    : undefined;
  const finished = await finishStop(service.database, {
    AppId,
    TaskId,
    run: claimed.run,
    state: isStopped ? 'stopped' : 'stopping',
    errorCode: answer.kind === 'accepted' || isStopped ? undefined : answer.Code,
    event,
    now,
    retryAt: new Date(now.getTime() + RETRY_AFTER_MS),
  });
  if (finished && event !== undefined) await deliverFirst(service, event);
  return { state: isStopped ? 'stopped' : 'stopping' };
}

/**
 * Whether an answer says that there is no such task. What RTC answers for an unknown or ended task is unverified; the
 * sibling GetMPUTaskStatus has `InvalidTask.NotFound`.
 */
export function isTaskGone(answer: RtcAnswer): boolean {
  return answer.kind === 'refused' && /task/i.test(answer.Code) && /(NotFound|NotExist|NoExist)/i.test(answer.Code);
}
