/**
 * Changes a recording while it runs.
 *
 * @module
 */
import { deliverFirst } from '../../shared/deliver.ts';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import { createEvent } from '../../shared/events.ts';
import { createIssue, createParameterError } from '../../shared/record-task/check.ts';
import { flattenParameters } from '../../shared/record-task/rpc-names.ts';
import { checkUpdateRecordTask } from '../../shared/record-task/update-record-task.ts';
import { readTask, type TaskRow } from '../../shared/store/read.ts';
import { finishUpdate } from '../../shared/store/update.ts';
import { createRejection } from './rejection.ts';
import { REST_BUDGET } from './rtc-client.ts';
import type { StartService } from './service.ts';

/** What an update answered. */
export interface UpdateResult {
  /** RTC's RequestId of the update. */
  readonly updateRequestId: string;
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
): Promise<UpdateResult> {
  const task = await readTask(service.database, ids.AppId, ids.TaskId);
  if (task === undefined) throw new RecorderError('InvalidTask.NotFound');
  const parameters = readUpdate(task, body);
  if (task.state === 'external') throw new RecorderError('TaskExternal');
  if (task.request?.MixMode === 0) throw new RecorderError('TaskNotUpdatable');
  if (task.state !== 'recording') throw new RecorderError('TaskNotRunning');

  const answer = await service.callRtc('UpdateRecordTask', flattenParameters(parameters), REST_BUDGET);
  if (answer.kind === 'refused') throw createRejection(answer);
  if (answer.kind === 'unanswered') throw new RecorderError('ServiceUnavailable');

  const { AppId, ChannelId, TaskId, ...changes } = parameters;
  const now = service.now();
  const event = createEvent({
    id: `evt_${service.createId()}`,
    type: 'record_task.updated',
    now,
    data: { AppId, ChannelId, TaskId, Changes: changes },
    delivery: service.webhook === undefined ? 'none' : 'pending',
  });
  const stored = await finishUpdate(service.database, { AppId, TaskId, run: task.run, changes, event, now });
  if (stored) await deliverFirst(service, event);
  return { updateRequestId: answer.RequestId };
}

function readUpdate(task: TaskRow, body: unknown) {
  const own = { AppId: task.AppId, ChannelId: task.ChannelId, TaskId: task.TaskId };
  const TemplateId = task.changes?.TemplateId ?? task.request?.TemplateId;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const checked = checkUpdateRecordTask(isObject ? { ...own, TemplateId, ...body } : body);
  const issues: Issue[] = checked.ok ? [] : [...checked.issues];
  for (const [name, value] of Object.entries(own)) {
    const given = isObject ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined;
    if (given !== undefined && given !== value)
      issues.push(createIssue([name], 'enum', `the task's own ${name}, or nothing`));
  }
  if (!checked.ok || issues.length > 0) throw createParameterError(issues);
  return checked.value;
}
