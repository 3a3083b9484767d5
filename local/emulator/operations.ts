/**
 * The operations of the emulated service, by Action.
 *
 * @module
 */
import { describeRecordFiles } from './actions/describe-record-files.ts';
import { startRecordTask } from './actions/start-record-task.ts';
import { stopRecordTask } from './actions/stop-record-task.ts';
import { updateRecordTask } from './actions/update-record-task.ts';
import type { RtcOperation } from './rtc-operation.ts';

export const OPERATIONS: ReadonlyMap<string, RtcOperation> = new Map([
  ['DescribeRecordFiles', describeRecordFiles],
  ['StartRecordTask', startRecordTask],
  ['StopRecordTask', stopRecordTask],
  ['UpdateRecordTask', updateRecordTask],
]);
