/**
 * StopRecordTask.
 *
 * @module
 */
import { StopRecordTaskSchema } from '../../../shared/record-task/stop-record-task.ts';
import { createRtcError, createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

export const stopRecordTask = createOperation(StopRecordTaskSchema, (parameters, rtc) => {
  const tasks = rtc.recorder.findRunning(parameters);
  if (tasks.length === 0) return createRtcError('InvalidTask.NotFound');
  for (const task of tasks) rtc.recorder.stop(task);
  return createRtcSuccess();
});
