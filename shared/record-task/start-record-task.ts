/**
 * The parameters of StartRecordTask, field by field.
 *
 * @see StartRecordTask, request parameters
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
import { BOX_ENTRIES, IMAGE_URL } from './user-panes.ts';
import {
  createChoice,
  createColor,
  createItem,
  createList,
  createShare,
  describeParameter,
  SOURCES,
} from './value-schemas.ts';

const OVERLAY_DISPLAY = v.exactOptional(
  describeParameter(createChoice([0, 1]), {
    description: 'Whether the image is shown: 0 no, 1 yes.',
    source: SOURCES.template,
  }),
);

/** An image behind the panes. */
export const BackgroundSchema = createItem({
  Url: v.exactOptional(IMAGE_URL),
  Display: OVERLAY_DISPLAY,
  ...BOX_ENTRIES,
});

/** An image over the whole picture. */
export const WatermarkSchema = createItem({
  Url: v.exactOptional(IMAGE_URL),
  Alpha: v.exactOptional(
    describeParameter(createShare(), {
      description: 'Opacity: 0 transparent, 1 opaque.',
      source: SOURCES.template,
    }),
  ),
  Display: OVERLAY_DISPLAY,
  ...BOX_ENTRIES,
});

/**
 * Every parameter of StartRecordTask in the page's order, `Action` aside, which belongs to the wire. `BackgroundColor`,
 * `Backgrounds` and `Watermarks` are named as effective by the page's note of MixMode and documented as parameters of
 * the template only: they are checked and sent; whether the service heeds them in a task is unverified.
 */
export const StartRecordTaskSchema = v.strictObject({
  ...IDENTITY_ENTRIES,
  ...OUTPUT_ENTRIES,
  SourceType: v.exactOptional(
    describeParameter(createChoice(['camera', 'shareScreen']), {
      description:
        'What of the user is recorded in single-stream mode; shareScreen falls back to the camera where no screen is shared.',
      source: SOURCES.page,
      default: 'camera',
    }),
  ),
  StreamType: v.exactOptional(
    describeParameter(createChoice([0, 1]), {
      description: 'What is recorded in single-stream mode: 0 the original stream, 1 its sound only.',
      source: SOURCES.page,
      default: 0,
    }),
  ),
  MixMode: v.exactOptional(
    describeParameter(createChoice([0, 1]), {
      description: '0 records single streams and excludes UpdateRecordTask; 1 mixes all into one picture.',
      source: SOURCES.page,
      default: 1,
    }),
  ),
  ...SUBSCRIPTION_ENTRIES,
  ...USER_PANES_ENTRY,
  ...LAYOUT_IDS_ENTRY,
  BackgroundColor: v.exactOptional(
    describeParameter(createColor(), {
      description: 'Colour behind the panes, R + G×256 + B×65536: red is the low byte.',
      source: SOURCES.pageModeNote,
    }),
  ),
  ...CROP_MODE_ENTRY,
  Backgrounds: v.exactOptional(
    describeParameter(createList(BackgroundSchema), {
      description: 'Images behind the panes.',
      source: SOURCES.pageModeNote,
    }),
  ),
  Watermarks: v.exactOptional(
    describeParameter(createList(WatermarkSchema), {
      description: 'Images over the whole picture.',
      source: SOURCES.pageModeNote,
    }),
  ),
});

/** Parameters of StartRecordTask, exactly those the caller sent: no defaults are filled in. */
export type StartRecordTaskParameters = v.InferOutput<typeof StartRecordTaskSchema>;

/** Returns the parameters, or every fault there is in them, in the page's order. Never throws. */
export function checkStartRecordTask(input: unknown): Checked<StartRecordTaskParameters> {
  return checkParameters(StartRecordTaskSchema, input);
}
