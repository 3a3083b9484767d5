/**
 * The parameters of UpdateRecordTask, field by field. What a task records is changed; its mode is not: `MixMode`,
 * `SourceType` and `StreamType` are unknown here.
 *
 * @see UpdateRecordTask, request parameters
 * @module
 */
import * as v from 'valibot';
import { type Checked, checkParameters } from './check.ts';
import {
  CROP_MODE_ENTRY,
  IDENTITY_ENTRIES,
  LAYOUT_IDS_ENTRY,
  OUTPUT_ENTRIES,
  SUBSCRIPTION_ENTRIES,
  USER_PANES_ENTRY,
} from './task-parameters.ts';

/** Every parameter of UpdateRecordTask, in the order StartRecordTask has them. */
export const UpdateRecordTaskSchema = v.strictObject({
  ...IDENTITY_ENTRIES,
  ...OUTPUT_ENTRIES,
  ...SUBSCRIPTION_ENTRIES,
  ...USER_PANES_ENTRY,
  ...LAYOUT_IDS_ENTRY,
  ...CROP_MODE_ENTRY,
});

/** Parameters of UpdateRecordTask, exactly those the caller sent. */
export type UpdateRecordTaskParameters = v.InferOutput<typeof UpdateRecordTaskSchema>;

/** Returns the parameters, or every fault there is in them, in the page's order. Never throws. */
export function checkUpdateRecordTask(input: unknown): Checked<UpdateRecordTaskParameters> {
  return checkParameters(UpdateRecordTaskSchema, input);
}
