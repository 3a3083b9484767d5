/**
 * A recorded file as DescribeRecordFiles lists it.
 *
 * @see DescribeRecordFiles, response parameters
 * @module
 */
import * as v from 'valibot';
import type { RecordTemplate } from './record-template.ts';

/** Where every bucket is: RTC records to this region only ("AddRecordTemplate", OssBucket). */
export const OSS_REGION = 'cn-shanghai';

export const RecordFileSchema = v.object({
  AppId: v.string(),
  ChannelId: v.string(),
  TaskId: v.string(),
  CreateTime: v.string(),
  StartTime: v.string(),
  StopTime: v.string(),
  /** Seconds, with a fraction. */
  Duration: v.number(),
  Url: v.string(),
});

/** Times are `yyyy-MM-ddTHH:mm:ssZ`, UTC. */
export type RecordFile = Readonly<v.InferOutput<typeof RecordFileSchema>>;

/** Whose recording a file holds. */
export interface RecordFileOwner {
  readonly AppId: string;
  readonly ChannelId: string;
  readonly TaskId: string;
}

/** The time that a file covers and when it was written, epoch milliseconds. */
export interface RecordFileSpan {
  readonly startMs: number;
  readonly stopMs: number;
  readonly createdMs: number;
}

/** Returns the file of a span. */
export function createRecordFile(
  { AppId, ChannelId, TaskId }: RecordFileOwner,
  { startMs, stopMs, createdMs }: RecordFileSpan,
  template: RecordTemplate,
  format: RecordTemplate['Formats'][number],
): RecordFile {
  const names = new Map([
    ['{AppId}', AppId],
    ['{ChannelId_TaskId}', `${ChannelId}_${TaskId}`],
    ['{EscapedStartTime}', escapeTime(startMs)],
    ['{EscapedEndTime}', escapeTime(stopMs)],
  ]);
  const path = template.OssFilePrefix.replace(/\{\w+\}/g, (placeholder) => names.get(placeholder) ?? placeholder);
  return {
    AppId,
    ChannelId,
    TaskId,
    CreateTime: formatTime(createdMs),
    StartTime: formatTime(startMs),
    StopTime: formatTime(stopMs),
    Duration: Math.round(stopMs - startMs) / 1000,
    Url: `http://${template.OssBucket}.oss-${OSS_REGION}.aliyuncs.com/${path}.${format}`,
  };
}

/** Returns `yyyy-MM-ddTHH:mm:ssZ`, UTC. */
export function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Beijing time with hyphens throughout, as in the sample of FileCreated: `2020-09-02-18-23-56`. */
function escapeTime(epochMs: number): string {
  const beijing = new Date(epochMs + 8 * 3_600_000);
  return beijing.toISOString().slice(0, 19).replace(/[T:]/g, '-');
}
