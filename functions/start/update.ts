/**
 * Changes a recording while it runs.
 *
 * @module
 */
import { deliverFirst } from '../../shared/deliver.ts';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import { createEvent } from '../../shared/events.ts';
import { createIssue, createParameterError } from '../../shared/record-task/check.ts';
import { reviewUpdateRecordTask } from '../../shared/record-task/review.ts';
import { flattenParameters } from '../../shared/record-task/rpc-names.ts';
import { readTask, type TaskRow } from '../../shared/store/read.ts';
import { finishUpdate } from '../../shared/store/update.ts';
import { createRejection } from './rejection.ts';
import { REST_BUDGET } from './rtc-client.ts';
import type { StartService } from './service.ts';

/** What an update answered. */
export interface UpdateResult {
  /** RTC's RequestId of the update. */
  readonly updateRequestId: string;
  /** What will probably not do what the caller expects. */
  readonly warnings: readonly Issue[];
}

/** What besides the body decides an update. */
export interface UpdateContext {
  /** Faults found on the way to the body: in the names of RPC parameters. */
  readonly issues?: readonly Issue[];
  /** `refuse` makes a fault of every warning; `report`, if nothing is said. */
  readonly onWarning?: 'report' | 'refuse';
}

/**
 * Sends the given changes; the ids and the template come from the task itself.
 *
 * @throws RecorderError with every fault of `body`; `InvalidTask.NotFound`, `TaskExternal`, `TaskNotUpdatable`
 * (MixMode 0), `TaskNotRunning`; RTC's refusal; `ServiceUnavailable` when RTC gave no answer: send it again.
 */
export async function updateRecordTask(
  service: StartService,
  ids: { readonly AppId: string; readonly TaskId: string },
  body: unknown,
  context: UpdateContext = {},
): Promise<UpdateResult> {
  const task = await readTask(service.database, ids.AppId, ids.TaskId);
  if (task === undefined) throw new RecorderError('InvalidTask.NotFound');
  const { parameters, warnings } = readUpdate(task, body, context);
  if (task.state === 'external') throw new RecorderError('TaskExternal');
  if (task.request?.MixMode === 0) throw new RecorderError('TaskNotUpdatable');
  if (task.state !== 'recording') throw new RecorderError('TaskNotRunning');

  const answer = await service.callRtc('UpdateRecordTask', flattenParameters(parameters), REST_BUDGET);
  const code = answer.kind === 'accepted' ? undefined : answer.Code;
  service.log(code === undefined ? 'info' : 'warn', 'update', {
    AppId: task.AppId,
    TaskId: task.TaskId,
    outcome: answer.kind,
    code,
  });
  if (answer.kind === 'refused') throw createRejection(answer);
  if (answer.kind === 'unanswered') throw new RecorderError('ServiceUnavailable');

  const { AppId, ChannelId, TaskId, ...changes } = parameters;
  const now = service.now();
  const event = createEvent({
    id: `evt_${service.createId()}`,
    type: 'record_task.updated',
    now,
    data: { AppId, ChannelId, TaskId, Changes: changes },
    webhook: service.webhook,
  });
  const stored = await finishUpdate(service.database, { AppId, TaskId, run: task.run, changes, event, now });
  if (stored) await deliverFirst(service, event);
  return { updateRequestId: answer.RequestId, warnings };
}

function readUpdate(task: TaskRow, body: unknown, { issues: foundBefore = [], onWarning }: UpdateContext) {
  const own = { AppId: task.AppId, ChannelId: task.ChannelId, TaskId: task.TaskId };
  const TemplateId = task.changes?.TemplateId ?? task.request?.TemplateId;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const { value, errors, warnings } = reviewUpdateRecordTask(isObject ? { ...own, TemplateId, ...body } : body);
  const issues: Issue[] = [...foundBefore, ...errors, ...(onWarning === 'refuse' ? warnings : [])];
  for (const [name, ownValue] of Object.entries(own)) {
    const given = isObject ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined;
    if (given !== undefined && given !== ownValue)
      issues.push(createIssue([name], 'enum', `the task's own ${name}, or nothing`));
  }
  if (value === undefined || issues.length > 0) throw createParameterError(issues);
  return { parameters: value, warnings };
}
