/**
 * Starts a recording, exactly once: claim the task in the database, call RTC, store the outcome. Whatever happens in
 * between, the tick's `resolve_start` brings every start to an outcome.
 *
 * @module
 */
import { deliverFirst } from '../../shared/deliver.ts';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import { createEvent } from '../../shared/events.ts';
import { flattenParameters } from '../../shared/record-task/rpc-names.ts';
import { checkRules } from '../../shared/record-task/rules.ts';
import { checkStartRecordTask } from '../../shared/record-task/start-record-task.ts';
import type { NewEvent } from '../../shared/store/events.ts';
import { readTask } from '../../shared/store/read.ts';
import { claimStart, finishStart, resumeStart, type TaskState } from '../../shared/store/start.ts';
import { type MeteredService, meterService } from './meter.ts';
import { createRejection, isNoRoom } from './rejection.ts';
import { REST_BUDGET, type RtcAnswer } from './rtc-client.ts';
import type { StartService } from './service.ts';
import type { StartRequest } from './start-request.ts';
import { isTaskGone } from './stop.ts';

/** What became of a start request. A conflict or a rejection is thrown. */
export interface StartResult {
  /**
   * `started`: RTC records because of this request. `replayed`: it already does because of the same request before.
   * `pending`: the same request is in flight elsewhere. `unanswered`: RTC has not answered; the tick goes on.
   */
  readonly outcome: 'started' | 'replayed' | 'pending' | 'unanswered';
  readonly state: TaskState;
  /** RTC's RequestId of the start, once there is one. */
  readonly startRequestId: string | undefined;
  readonly warnings: readonly Issue[];
}

/**
 * What becomes of a start that RTC had no room for, or that cannot have reached it. `report`: it is an outcome, or
 * `resolve_start` goes on. `wait`: it has failed as `RtcBusy` and nobody is told, because the caller tries again.
 */
export type WhenBusy = 'report' | 'wait';

/**
 * Starts the recording that `start` asks for, unless the same request has done so already.
 *
 * @throws RecorderError `TaskExisted` when the TaskId is in use for something else, here or at RTC; a parameter code or
 * `UpstreamRejected` when RTC refuses the call; `RtcBusy`, see {@link WhenBusy}; `ServiceUnavailable`.
 */
export async function startRecordTask(
  service: StartService,
  start: StartRequest,
  whenBusy: WhenBusy = 'report',
): Promise<StartResult> {
  const { request, warnings } = start;
  const leaseId = service.createId();
  const metered = meterService(service);
  const claimed = await claimStart(metered.database, {
    AppId: request.AppId,
    TaskId: request.TaskId,
    ChannelId: request.ChannelId,
    parameters: start.parameters,
    request,
    stopAt: start.stopAt,
    leaseId,
    now: service.now(),
  });
  const { attempt, mayHaveReached } = claimed;
  if (claimed.mine) {
    return await attemptStart(metered, { request, warnings, leaseId, attempt, mayHaveReached, whenBusy });
  }
  if (!claimed.same) {
    logStart(metered, request, { outcome: 'conflict', attempt });
    throw new RecorderError('TaskExisted');
  }
  const startRequestId = claimed.startRequestId ?? undefined;
  const outcome = claimed.state === 'starting' ? 'pending' : 'replayed';
  logStart(metered, request, { outcome, attempt });
  return { outcome, state: claimed.state, startRequestId, warnings };
}

/** What became of an attempt, as the log tells it. */
interface StartLine {
  readonly outcome: StartResult['outcome'] | 'conflict' | 'busy' | 'failed';
  readonly code?: string | undefined;
  readonly attempt: number;
}

/** One line for each outcome, whoever asked: REST, the drop-in, a schedule or the tick. */
function logStart(
  { log, readWaits }: MeteredService,
  { AppId, TaskId }: { readonly AppId: string; readonly TaskId: string },
  { outcome, code, attempt }: StartLine,
): void {
  const isFine = outcome === 'started' || outcome === 'replayed' || outcome === 'pending';
  log(isFine ? 'info' : 'warn', 'start', { AppId, TaskId, outcome, code, attempt, ...readWaits() });
}

interface StartAttempt extends Pick<StartRequest, 'request' | 'warnings'> {
  readonly leaseId: string;
  /** Which one of this run it is, from 1. */
  readonly attempt: number;
  /** Whether an earlier attempt of this run may have reached RTC. */
  readonly mayHaveReached: boolean;
  readonly whenBusy: WhenBusy;
}

async function attemptStart(service: MeteredService, attempt: StartAttempt): Promise<StartResult> {
  const { request } = attempt;
  const answer = await service.callRtc('StartRecordTask', flattenParameters(request), REST_BUDGET);
  const judged = judgeStart(answer, attempt);
  const verdict = { ...judged, warnings: [...attempt.warnings, ...judged.warnings] };
  const event = createOutcomeEvent(service, request, verdict);
  const finished = await finishStart(service.database, {
    AppId: request.AppId,
    TaskId: request.TaskId,
    leaseId: attempt.leaseId,
    state: verdict.state,
    requestId: verdict.startRequestId,
    errorCode: verdict.errorCode,
    mayHaveReached: verdict.mayHaveReached,
    warnings: verdict.warnings,
    event,
    now: service.now(),
  });
  if (finished === undefined) {
    // Our lease ran out while RTC kept us waiting: whoever has it now brings the task to its outcome.
    logStart(service, request, { outcome: 'pending', attempt: attempt.attempt });
    return { outcome: 'pending', state: 'starting', startRequestId: undefined, warnings: attempt.warnings };
  }
  const outcome = verdict.error?.code === 'RtcBusy' ? 'busy' : OUTCOMES[verdict.state];
  logStart(service, request, { outcome, code: verdict.errorCode, attempt: attempt.attempt });
  if (event !== undefined) await deliverFirst(service, event);
  if (verdict.error !== undefined) throw verdict.error;
  return {
    outcome: verdict.state === 'recording' ? 'started' : 'unanswered',
    state: finished.state,
    startRequestId: verdict.startRequestId,
    warnings: verdict.warnings,
  };
}

interface StartVerdict {
  readonly state: 'recording' | 'failed' | 'starting' | 'external';
  readonly startRequestId: string | undefined;
  readonly errorCode: string | undefined;
  readonly error: RecorderError | undefined;
  readonly mayHaveReached: boolean;
  readonly warnings: readonly Issue[];
}

const OUTCOMES = {
  recording: 'started',
  starting: 'unanswered',
  external: 'conflict',
  failed: 'failed',
} as const satisfies Record<StartVerdict['state'], StartLine['outcome']>;

/** RTC says that the task exists, and an attempt of ours may be the reason: nothing better can be known. */
const OUTCOME_INFERRED: Issue = {
  Path: 'TaskId',
  Parameter: 'TaskId',
  Rule: 'OutcomeInferred',
  Message:
    'RTC says that the task exists; an earlier attempt of this request, whose answer was lost, is taken for its origin.',
  Accepted: '',
};

/**
 * What an answer means. `TaskExisted` is ours only if an earlier attempt or try of this run may have reached RTC. Any
 * other refusal after such a try proves nothing about that try: the task stays `starting` and is followed up.
 */
function judgeStart(
  answer: RtcAnswer,
  { mayHaveReached: earlierAttemptMayHaveReached, whenBusy }: Pick<StartAttempt, 'mayHaveReached' | 'whenBusy'>,
): StartVerdict {
  const outcome = { startRequestId: undefined, errorCode: undefined, error: undefined, warnings: [] };
  if (answer.kind === 'accepted') {
    return { ...outcome, state: 'recording', startRequestId: answer.RequestId, mayHaveReached: true };
  }
  const mayHaveReached = earlierAttemptMayHaveReached || answer.mayHaveReached;
  if (whenBusy === 'wait' && !mayHaveReached && (answer.kind === 'unanswered' || isNoRoom(answer))) {
    return { ...outcome, state: 'failed', errorCode: answer.Code, error: new RecorderError('RtcBusy'), mayHaveReached };
  }
  if (answer.kind === 'unanswered' || (mayHaveReached && answer.Code !== 'TaskExisted')) {
    return { ...outcome, state: 'starting', errorCode: answer.Code, mayHaveReached };
  }
  if (mayHaveReached) {
    return {
      ...outcome,
      state: 'recording',
      startRequestId: answer.RequestId,
      mayHaveReached,
      warnings: [OUTCOME_INFERRED],
    };
  }
  // Somebody else's task: it is followed from now on and never controlled.
  const state = answer.Code === 'TaskExisted' ? 'external' : 'failed';
  return { ...outcome, state, errorCode: answer.Code, error: createRejection(answer), mayHaveReached };
}

function createOutcomeEvent(
  service: StartService,
  request: StartRequest['request'],
  verdict: StartVerdict,
): NewEvent | undefined {
  if (verdict.state === 'starting' || verdict.error?.code === 'RtcBusy') return undefined;
  const task = { AppId: request.AppId, ChannelId: request.ChannelId, TaskId: request.TaskId };
  return createEvent({
    id: `evt_${service.createId()}`,
    now: service.now(),
    webhook: service.webhook,
    ...(verdict.state === 'recording'
      ? {
          type: 'record_task.started',
          data: {
            ...task,
            TemplateId: request.TemplateId,
            StartRequestId: verdict.startRequestId,
            Warnings: verdict.warnings,
          },
        }
      : { type: 'record_task.failed', data: { ...task, Code: verdict.errorCode } }),
  });
}

/** A start without an answer is repeated while it is younger than this; afterwards it is given up and stopped. Ours. */
const GIVE_UP_AFTER_SECONDS = 120;

/** A start that may be running and that RTC will not stop is followed up for a day, then left as failed. Ours. */
const ABANDON_AFTER_SECONDS = 86_400;

/** What `resolve_start` achieved. */
export type ResolveResult = 'settled' | 'again';

/**
 * Brings a start whose caller is gone to an outcome: repeats the call, or, when the request is too old to still be
 * wanted, stops whatever may be running and marks the task failed (`StartUnresolved`). The same when a stop was asked for
 * meanwhile (`StartCancelled`): a recording that nobody wants any more does not begin. No recording runs that nobody knows
 * of.
 */
export async function resolveStart(
  service: StartService,
  task: { readonly AppId: string; readonly TaskId: string; readonly run: number },
): Promise<ResolveResult> {
  const leaseId = service.createId();
  const metered = meterService(service);
  const resumed = await resumeStart(metered.database, { ...task, leaseId });
  if (resumed === undefined) {
    const current = await readTask(service.database, task.AppId, task.TaskId);
    return current?.state === 'starting' ? 'again' : 'settled';
  }
  const { attempt, mayHaveReached, stopRequested } = resumed;
  const checked = checkStartRecordTask(resumed.request);
  if (checked.ok && !stopRequested && resumed.ageSeconds < GIVE_UP_AFTER_SECONDS) {
    try {
      const { warnings } = checkRules('StartRecordTask', checked.value);
      const { outcome } = await attemptStart(metered, {
        request: checked.value,
        warnings,
        leaseId,
        attempt,
        mayHaveReached,
        whenBusy: 'report',
      });
      return outcome === 'started' ? 'settled' : 'again';
    } catch (error) {
      // A refusal is an outcome, stored and told like any other.
      if (error instanceof RecorderError && error.code !== 'ServiceUnavailable') return 'settled';
      throw error;
    }
  }
  const isOver = !mayHaveReached || (await stopUnresolved(metered, task)) || resumed.ageSeconds > ABANDON_AFTER_SECONDS;
  const errorCode = stopRequested ? 'StartCancelled' : 'StartUnresolved';
  const event = createEvent({
    id: `evt_${service.createId()}`,
    type: 'record_task.failed',
    now: service.now(),
    data: { AppId: task.AppId, ChannelId: resumed.ChannelId, TaskId: task.TaskId, Code: errorCode },
    webhook: service.webhook,
  });
  const finished = await finishStart(metered.database, {
    ...task,
    leaseId,
    state: isOver ? 'failed' : 'starting',
    requestId: undefined,
    errorCode,
    mayHaveReached,
    warnings: [],
    event: isOver ? event : undefined,
    now: service.now(),
  });
  if (finished !== undefined) {
    logStart(metered, task, { outcome: isOver ? 'failed' : 'unanswered', code: errorCode, attempt });
  }
  if (isOver && finished !== undefined) await deliverFirst(service, event);
  return isOver ? 'settled' : 'again';
}

async function stopUnresolved(
  service: StartService,
  { AppId, TaskId }: { readonly AppId: string; readonly TaskId: string },
): Promise<boolean> {
  const answer = await service.callRtc('StopRecordTask', flattenParameters({ AppId, TaskId }), REST_BUDGET);
  return answer.kind === 'accepted' || isTaskGone(answer);
}
