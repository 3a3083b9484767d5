/**
 * DescribeRecordFiles.
 *
 * @module
 */
import * as v from 'valibot';
import { APP_ID } from '../../../shared/record-task/task-parameters.ts';
import { createId, createInteger } from '../../../shared/record-task/value-schemas.ts';
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
  TaskIds: v.exactOptional(
    v.pipe(v.array(createId(55)), v.minLength(1), v.maxLength(10), v.metadata({ accepted: 'a list of 1 to 10 ids' })),
  ),
  StartTime: v.exactOptional(TIME),
  EndTime: v.exactOptional(TIME),
  PageNum: v.exactOptional(createInteger(1, 2 ** 31 - 1)),
  PageSize: v.exactOptional(createInteger(1, 100)),
});

export const describeRecordFiles = createOperation(DescribeRecordFilesSchema, (parameters, rtc) => {
  const { AppId, ChannelId, TaskIds, StartTime = '', EndTime = '~', PageNum = 1, PageSize = 10 } = parameters;
  const found = rtc.recorder.files().filter(
    (file) =>
      file.AppId === AppId &&
      (ChannelId === undefined || file.ChannelId === ChannelId) &&
      (TaskIds === undefined || TaskIds.includes(file.TaskId)) &&
      // Assumption: it is a file's StartTime that has to lie in the range. Texts of this form sort as their times.
      file.StartTime >= StartTime &&
      file.StartTime <= EndTime,
  );
  const first = (PageNum - 1) * PageSize;
  return createRtcSuccess({
    TotalNum: found.length,
    TotalPage: Math.ceil(found.length / PageSize),
    // Newest first, as in the page's sample.
    RecordFiles: found.toReversed().slice(first, first + PageSize),
  });
});
