/**
 * The operations of the emulated service, by Action.
 *
 * @module
 */
import { addRecordTemplate } from './actions/add-record-template.ts';
import { deleteRecordTemplate } from './actions/delete-record-template.ts';
import { describeRecordFiles } from './actions/describe-record-files.ts';
import { describeRecordTemplates } from './actions/describe-record-templates.ts';
import { startRecordTask } from './actions/start-record-task.ts';
import { stopRecordTask } from './actions/stop-record-task.ts';
import { updateRecordTask } from './actions/update-record-task.ts';
import { updateRecordTemplate } from './actions/update-record-template.ts';
import type { RtcOperation } from './rtc-operation.ts';

export const OPERATIONS: ReadonlyMap<string, RtcOperation> = new Map([
  ['AddRecordTemplate', addRecordTemplate],
  ['DeleteRecordTemplate', deleteRecordTemplate],
  ['DescribeRecordFiles', describeRecordFiles],
  ['DescribeRecordTemplates', describeRecordTemplates],
  ['StartRecordTask', startRecordTask],
  ['StopRecordTask', stopRecordTask],
  ['UpdateRecordTask', updateRecordTask],
  ['UpdateRecordTemplate', updateRecordTemplate],
]);
