/**
 * Record templates: what AddRecordTemplate takes, and what a recording takes from it.
 *
 * @see AddRecordTemplate, request parameters
 * @module
 */
import * as v from 'valibot';
import { BackgroundSchema, WatermarkSchema } from '../../shared/record-task/start-record-task.ts';
import {
  APP_ID,
  IDENTITY_ENTRIES,
  LAYOUT_IDS_ENTRY,
  OUTPUT_ENTRIES,
} from '../../shared/record-task/task-parameters.ts';
import { TEXT_STYLE_ENTRIES } from '../../shared/record-task/user-panes.ts';
import {
  createChoice,
  createColor,
  createHttpUrl,
  createId,
  createInteger,
  createItem,
  createList,
  createOpaqueId,
  createText,
} from '../../shared/record-task/value-schemas.ts';

const MAX_INT32 = 2 ** 31 - 1;

/** In the page's order; the last two are in the API metadata only, and so are the bounds of DelayStopTime and of the lists. */
const TEMPLATE_ENTRIES = {
  AppId: APP_ID,
  FileSplitInterval: createInteger(1800, MAX_INT32),
  // Lower case only, says the page, whose own sample sends MP4.
  Formats: createList(createChoice(['m3u8', 'mp4', 'flv']), 3),
  LayoutIds: LAYOUT_IDS_ENTRY.LayoutIds.wrapped,
  MediaEncode: OUTPUT_ENTRIES.MediaEncode.wrapped,
  Name: createText(255),
  OssBucket: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
    v.metadata({ accepted: 'the name of an OSS bucket: 3 to 63 lower-case letters, digits or hyphens' }),
  ),
  OssFilePrefix: createOpaqueId(1024),
  TaskProfile: OUTPUT_ENTRIES.TaskProfile.wrapped,
  BackgroundColor: v.exactOptional(createColor()),
  DelayStopTime: v.exactOptional(createInteger(5, 86_400)),
  MnsQueue: v.exactOptional(createId(120)),
  HttpCallbackUrl: v.exactOptional(createHttpUrl(1024)),
  Backgrounds: v.exactOptional(createList(BackgroundSchema, 1)),
  Watermarks: v.exactOptional(createList(WatermarkSchema, 1)),
  ClockWidgets: v.exactOptional(createList(createItem(TEXT_STYLE_ENTRIES), 1)),
  EnableM3u8DateTime: v.exactOptional(v.pipe(v.boolean(), v.metadata({ accepted: 'true or false' }))),
  OssEndpoint: v.exactOptional(createOpaqueId(255)),
};

/** What AddRecordTemplate takes. That exactly one of MnsQueue and HttpCallbackUrl is given is for the operation to say. */
export const AddRecordTemplateSchema = v.strictObject(TEMPLATE_ENTRIES);

export type AddRecordTemplateParameters = Readonly<v.InferOutput<typeof AddRecordTemplateSchema>>;

/** UpdateRecordTemplate takes all of it again. */
export const UpdateRecordTemplateSchema = v.strictObject({
  TemplateId: IDENTITY_ENTRIES.TemplateId,
  ...TEMPLATE_ENTRIES,
});

/** A template as the service keeps it. */
export const StoredTemplateSchema = v.object({
  TemplateId: v.string(),
  /** `yyyy-MM-ddTHH:mm:ssZ`, UTC. */
  CreateTime: v.string(),
  /** One that was deleted still decides about the tasks that began with it. */
  state: v.picklist(['usable', 'deleted']),
  parameters: AddRecordTemplateSchema,
});

export type StoredTemplate = Readonly<v.InferOutput<typeof StoredTemplateSchema>>;

/** What a recording takes from its template. */
export interface RecordTemplate
  extends Pick<AddRecordTemplateParameters, 'FileSplitInterval' | 'Formats' | 'OssBucket' | 'OssFilePrefix'> {
  /** Where FileCreated is posted. */
  readonly HttpCallbackUrl?: string | undefined;
  /** The queue that gets FileCreated where there is no HttpCallbackUrl. With neither, nobody is told. */
  readonly MnsQueue?: string | undefined;
  /** Seconds between the end of a recording and its last file. */
  readonly DelayStopTime: number;
  /** What tasks record with that name none themselves. */
  readonly output: TemplateOutput;
}

/** The parameters of a template that shape the picture. */
export type TemplateOutput = Partial<
  Pick<
    AddRecordTemplateParameters,
    'TaskProfile' | 'MediaEncode' | 'LayoutIds' | 'BackgroundColor' | 'Backgrounds' | 'Watermarks' | 'ClockWidgets'
  >
>;

/** AddRecordTemplate, DelayStopTime: seconds. */
export const DEFAULT_DELAY_STOP_TIME = 180;

/** AddRecordTemplate, BackgroundColor: black. */
export const DEFAULT_BACKGROUND_COLOR = 0;

/** The smallest interval and the default delay of AddRecordTemplate, its naming rule, and the bucket of the callback's sample. */
export const DEFAULT_RECORD_TEMPLATE: RecordTemplate = {
  FileSplitInterval: 1800,
  Formats: ['m3u8'],
  DelayStopTime: DEFAULT_DELAY_STOP_TIME,
  OssBucket: 'rtc-record',
  OssFilePrefix: 'record/{AppId}/{ChannelId_TaskId}/{EscapedStartTime}_{EscapedEndTime}',
  output: {},
};

/** Returns what a recording takes from these parameters. */
export function toRecordTemplate(parameters: AddRecordTemplateParameters): RecordTemplate {
  const { TaskProfile, MediaEncode, LayoutIds, Backgrounds, Watermarks, ClockWidgets } = parameters;
  return {
    ...parameters,
    DelayStopTime: parameters.DelayStopTime ?? DEFAULT_DELAY_STOP_TIME,
    output: {
      TaskProfile,
      MediaEncode,
      LayoutIds,
      BackgroundColor: parameters.BackgroundColor ?? DEFAULT_BACKGROUND_COLOR,
      ...(Backgrounds !== undefined && { Backgrounds }),
      ...(Watermarks !== undefined && { Watermarks }),
      ...(ClockWidgets !== undefined && { ClockWidgets }),
    },
  };
}
