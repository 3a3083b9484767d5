/**
 * StartRecordTask.
 *
 * @module
 */
import { checkRules } from '../../../shared/record-task/rules.ts';
import { StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';
import { completeParameters } from '../record-templates.ts';
import { createParameterFault, createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

export const startRecordTask = createOperation(StartRecordTaskSchema, (parameters, rtc) => {
  const { AppId, ChannelId, TaskId, TemplateId, MixMode = 1 } = parameters;
  if (!rtc.templates.isUsable(parameters)) return createRtcError('InvalidTemplate.NotFound');
  // Assumptions: what the page forbids across parameters is refused with the code of a malformed value, also where the
  // template gives one of them.
  const template = rtc.templates.findFor(parameters);
  const { errors } = checkRules('StartRecordTask', completeParameters(parameters, MixMode, template));
  if (errors.length > 0) return createParameterFault(errors);
  // Assumption: a TaskId is unique within its AppId and free again after the end; the page says only "unique".
  const isTaken = rtc.readTaskIds() === 'uniqueWhileRunning' && rtc.recorder.findRunning(parameters).length > 0;
  if (isTaken) return createRtcError('TaskExisted');
  if (rtc.recorder.countRunning() >= rtc.maxRunningTasks) return createRtcError('InvalidAppID.AliveTaskExceedLimit');
  rtc.recorder.start({ AppId, ChannelId, TaskId, TemplateId, MixMode, parameters });
  return createRtcSuccess();
});
