/**
 * What a record template decides about a recording.
 *
 * @see AddRecordTemplate, request parameters
 * @module
 */

/** The parameters of AddRecordTemplate that the emulator acts upon. */
export interface RecordTemplate {
  /** Where FileCreated is posted; without it nothing is. */
  readonly HttpCallbackUrl?: string | undefined;
  /** Seconds of recording in each file. */
  readonly FileSplitInterval: number;
  readonly Formats: readonly ('m3u8' | 'mp4' | 'flv')[];
  /** Seconds between the end of a recording and its last file. */
  readonly DelayStopTime: number;
  readonly OssBucket: string;
  /** Path of a file without its extension. */
  readonly OssFilePrefix: string;
}

/** The smallest interval and the default delay of AddRecordTemplate, its naming rule, and the bucket of its sample. */
export const DEFAULT_RECORD_TEMPLATE: RecordTemplate = {
  FileSplitInterval: 1800,
  Formats: ['m3u8'],
  DelayStopTime: 180,
  OssBucket: 'rtc-record',
  OssFilePrefix: 'record/{AppId}/{ChannelId_TaskId}/{EscapedStartTime}_{EscapedEndTime}',
};
