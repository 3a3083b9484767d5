/**
 * A task as the emulated service knows it.
 *
 * @module
 */
import * as v from 'valibot';

export const RecordTaskSchema = v.object({
  AppId: v.string(),
  ChannelId: v.string(),
  TaskId: v.string(),
  TemplateId: v.string(),
  MixMode: v.picklist([0, 1]),
  /** As last sent by StartRecordTask or UpdateRecordTask, nested. */
  parameters: v.record(v.string(), v.unknown()),
  /** A task that is `ending` was stopped; its last file is still to come. */
  state: v.picklist(['recording', 'ending', 'ended']),
  /** When it was started, epoch milliseconds. */
  startedAtMs: v.number(),
  /** How far the recording is, milliseconds of emulated time since the start; kept when the task is written down. */
  recordedMs: v.number(),
  /** Where the file being written begins, milliseconds of emulated time since the start. */
  segmentStartMs: v.number(),
  /** Where the recording was stopped, milliseconds of emulated time since the start. */
  stoppedMs: v.exactOptional(v.number()),
});

export type RecordTask = v.InferOutput<typeof RecordTaskSchema>;
