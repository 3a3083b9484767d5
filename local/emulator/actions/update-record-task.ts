/**
 * UpdateRecordTask.
 *
 * @module
 */
import { checkRules } from '../../../shared/record-task/rules.ts';
import { UpdateRecordTaskSchema } from '../../../shared/record-task/update-record-task.ts';
import { createParameterFault, createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

export const updateRecordTask = createOperation(UpdateRecordTaskSchema, (parameters, rtc) => {
  const [task] = rtc.recorder.findRunning(parameters);
  // Assumption: a ChannelId other than the task's own names no task.
  if (task === undefined || task.ChannelId !== parameters.ChannelId) return createRtcError('InvalidTask.NotFound');
  if (task.MixMode === 0) return createRtcError('UnsupportedOperation');
  // Assumption: as for StartRecordTask.
  const { errors } = checkRules('UpdateRecordTask', parameters);
  if (errors.length > 0) return createParameterFault(errors);
  rtc.recorder.update(task, { TemplateId: parameters.TemplateId, parameters });
  return createRtcSuccess();
});
