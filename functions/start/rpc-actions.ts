/**
 * The actions of the drop-in: RPC parameters in, the same operations as REST, an RPC answer out.
 *
 * @module
 */
import * as v from 'valibot';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import { createParameterError } from '../../shared/record-task/check.ts';
import { unflattenParameters } from '../../shared/record-task/rpc-names.ts';
import { StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { checkStopRecordTask, StopRecordTaskSchema } from '../../shared/record-task/stop-record-task.ts';
import { UpdateRecordTaskSchema } from '../../shared/record-task/update-record-task.ts';
import type { RpcAnswer } from '../../shared/rpc-wire/format-rpc-answer.ts';
import { describeRecordFiles } from './describe-record-files.ts';
import type { RpcPairs } from './rtc-client.ts';
import type { StartService } from './service.ts';
import { startRecordTask } from './start.ts';
import { readStartRequest } from './start-request.ts';
import { stopRecordTask } from './stop.ts';
import { updateRecordTask } from './update.ts';

/** What an action answers. */
export interface RpcSuccess extends Pick<RpcAnswer, 'body'> {
  /** RTC's, if RTC was asked. */
  readonly RequestId: string | undefined;
  readonly warnings: readonly Issue[];
}

/** An action, given its own parameters as sent. */
export type RpcAction = (service: StartService, pairs: RpcPairs) => Promise<RpcSuccess>;

/** Every action there is. A Map, so that no inherited name is ever found in it. */
export const RPC_ACTIONS: ReadonlyMap<string, RpcAction> = new Map([
  ['StartRecordTask', start],
  ['UpdateRecordTask', update],
  ['StopRecordTask', stop],
  ['DescribeRecordFiles', describe],
]);

/** StartRecordTask's parameters and our own two. */
const StartParameters = v.strictObject({
  ...StartRecordTaskSchema.entries,
  StopAt: v.exactOptional(v.string()),
  MaxDurationSeconds: v.exactOptional(v.number()),
});

async function start(service: StartService, pairs: RpcPairs): Promise<RpcSuccess> {
  const { parameters, issues } = unflattenParameters(pairs, StartParameters);
  // An answer has no room for ids that the caller does not know already: REST may choose them, here they are mandatory.
  const ids = checkIds(parameters);
  const request = readStartRequest(parameters, {
    config: service.config,
    idempotencyKey: undefined,
    createId: service.createId,
    now: service.now(),
    issues: ids.ok ? issues : [...issues, ...ids.issues.filter(({ Rule }) => Rule === 'required')],
  });
  const { outcome, startRequestId, warnings } = await startRecordTask(service, request);
  if (outcome === 'pending') throw new RecorderError('ServiceUnavailable');
  if (outcome === 'unanswered') throw new RecorderError('StartUnanswered');
  return { RequestId: startRequestId, warnings };
}

async function update(service: StartService, pairs: RpcPairs): Promise<RpcSuccess> {
  const { parameters, issues } = unflattenParameters(pairs, UpdateRecordTaskSchema);
  const ids = checkIds(parameters);
  if (!ids.ok) throw createParameterError([...issues, ...ids.issues]);
  const { updateRequestId, warnings } = await updateRecordTask(service, ids.value, parameters, { issues });
  return { RequestId: updateRequestId, warnings };
}

async function stop(service: StartService, pairs: RpcPairs): Promise<RpcSuccess> {
  const { parameters, issues } = unflattenParameters(pairs, StopRecordTaskSchema);
  const checked = checkStopRecordTask(parameters);
  if (!checked.ok || issues.length > 0) {
    throw createParameterError([...issues, ...(checked.ok ? [] : checked.issues)]);
  }
  const { state, stopRequestId } = await stopRecordTask(service, checked.value);
  // The intent is stored and the tick goes on; but only RTC's own word is a success here.
  if (state === 'starting' || state === 'stopping') throw new RecorderError('ServiceUnavailable');
  return { RequestId: stopRequestId, warnings: [] };
}

async function describe(service: StartService, pairs: RpcPairs): Promise<RpcSuccess> {
  return { ...(await describeRecordFiles(service, pairs)), warnings: [] };
}

function checkIds({ AppId, TaskId }: Readonly<Record<string, unknown>>): ReturnType<typeof checkStopRecordTask> {
  return checkStopRecordTask({ AppId, TaskId });
}
