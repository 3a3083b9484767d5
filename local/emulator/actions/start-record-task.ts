/**
 * StartRecordTask.
 *
 * @module
 */
import { checkRules } from '../../../shared/record-task/rules.ts';
import { StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';
import { createParameterFault, createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

export const startRecordTask = createOperation(StartRecordTaskSchema, (parameters, rtc) => {
  const { AppId, ChannelId, TaskId, TemplateId, MixMode = 1 } = parameters;
  // Assumption: what the page forbids across parameters is refused with the code of a malformed value.
  const { errors } = checkRules('StartRecordTask', parameters);
  if (errors.length > 0) return createParameterFault(errors);
  // Assumption: a TaskId is unique within its AppId and free again after the end; the page says only "unique".
  const isTaken = rtc.taskIds === 'uniqueWhileRunning' && rtc.recorder.findRunning(parameters).length > 0;
  if (isTaken) return createRtcError('TaskExisted');
  if (rtc.recorder.countRunning() >= rtc.maxRunningTasks) return createRtcError('InvalidAppID.AliveTaskExceedLimit');
  // Assumption: values of the task override the template's, and every TemplateId exists.
  rtc.recorder.start({ AppId, ChannelId, TaskId, TemplateId, MixMode, parameters });
  return createRtcSuccess();
});
