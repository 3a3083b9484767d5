/**
 * DescribeRecordFiles.
 *
 * @module
 */
import * as v from 'valibot';
import { APP_ID } from '../../../shared/record-task/task-parameters.ts';
import { createId, createList } from '../../../shared/record-task/value-schemas.ts';
import { PAGE_ENTRIES, takePage } from '../page.ts';
import { createRtcSuccess } from '../rtc-answer.ts';
import { createOperation } from '../rtc-operation.ts';

const TIME = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
  v.metadata({ accepted: 'a UTC time of the form yyyy-MM-ddTHH:mm:ssZ' }),
);

const DescribeRecordFilesSchema = v.strictObject({
  AppId: APP_ID,
  ChannelId: v.exactOptional(createId(64)),
  TaskIds: v.exactOptional(createList(createId(55), 10)),
  StartTime: v.exactOptional(TIME),
  EndTime: v.exactOptional(TIME),
  ...PAGE_ENTRIES,
});

export const describeRecordFiles = createOperation(DescribeRecordFilesSchema, (parameters, rtc) => {
  const { AppId, ChannelId, TaskIds, StartTime = '', EndTime = '~' } = parameters;
  const found = rtc.recorder.files().filter(
    (file) =>
      file.AppId === AppId &&
      (ChannelId === undefined || file.ChannelId === ChannelId) &&
      (TaskIds === undefined || TaskIds.includes(file.TaskId)) &&
      // Assumption: it is a file's StartTime that has to lie in the range. Texts of this form sort as their times.
      file.StartTime >= StartTime &&
      file.StartTime <= EndTime,
  );
  // Newest first, as in the page's sample.
  const { items, ...totals } = takePage(found.toReversed(), parameters);
  return createRtcSuccess({ ...totals, RecordFiles: items });
});
