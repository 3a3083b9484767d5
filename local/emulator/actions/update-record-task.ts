/**
 * UpdateRecordTask.
 *
 * @module
 */
import { checkRules } from '../../../shared/record-task/rules.ts';
import { UpdateRecordTaskSchema } from '../../../shared/record-task/update-record-task.ts';
import { completeParameters } from '../record-templates.ts';
import { createParameterFault, createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

export const updateRecordTask = createOperation(UpdateRecordTaskSchema, (parameters, rtc) => {
  const [task] = rtc.recorder.findRunning(parameters);
  // Assumption: a ChannelId other than the task's own names no task.
  if (task === undefined || task.ChannelId !== parameters.ChannelId) return createRtcError('InvalidTask.NotFound');
  if (task.MixMode === 0) return createRtcError('UnsupportedOperation');
  // Assumptions: as for StartRecordTask.
  if (!rtc.templates.isUsable(parameters)) return createRtcError('InvalidTemplate.NotFound');
  const template = rtc.templates.findFor(parameters);
  const { errors } = checkRules('UpdateRecordTask', completeParameters(parameters, task.MixMode, template));
  if (errors.length > 0) return createParameterFault(errors);
  rtc.recorder.update(task, { TemplateId: parameters.TemplateId, parameters });
  return createRtcSuccess();
});
