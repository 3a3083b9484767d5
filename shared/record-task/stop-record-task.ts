/**
 * The parameters of StopRecordTask.
 *
 * @see StopRecordTask, request parameters
 * @module
 */
import * as v from 'valibot';
import { type Checked, checkParameters } from './check.ts';
import { APP_ID, TASK_ID } from './task-parameters.ts';

/** Every parameter of StopRecordTask: it takes no ChannelId. */
export const StopRecordTaskSchema = v.strictObject({ AppId: APP_ID, TaskId: TASK_ID });

/** Parameters of StopRecordTask. */
export type StopRecordTaskParameters = v.InferOutput<typeof StopRecordTaskSchema>;

/** Returns the parameters, or every fault there is in them, in the page's order. Never throws. */
export function checkStopRecordTask(input: unknown): Checked<StopRecordTaskParameters> {
  return checkParameters(StopRecordTaskSchema, input);
}
