/**
 * The parameters that the record-task operations share, in groups that keep the order of the vendor's page.
 *
 * @see StartRecordTask, request parameters
 * @module
 */
import * as v from 'valibot';
import { MEDIA_ENCODES } from './media-encodes.ts';
import { TASK_PROFILES } from './task-profiles.ts';
import { USER_PANES } from './user-panes.ts';
import {
  createChoice,
  createId,
  createInteger,
  createList,
  createOpaqueId,
  createText,
  describeParameter,
  SOURCES,
} from './value-schemas.ts';

/** The application. The page states neither characters nor length: the bound is ours and refuses only what no id can be. */
export const APP_ID = describeParameter(createOpaqueId(64), {
  description: 'Id of the application.',
  source: `${SOURCES.page}; characters and length: ours`,
});

/** The task. */
export const TASK_ID = describeParameter(createId(55), {
  description: 'Id of the recording task, unique; chosen by the caller.',
  source: SOURCES.page,
});

/** What StartRecordTask and UpdateRecordTask both require. */
export const IDENTITY_ENTRIES = {
  AppId: APP_ID,
  ChannelId: describeParameter(createId(64), {
    description: 'Id of the channel to record.',
    source: `${SOURCES.page}; characters and length: ${SOURCES.identifiers}`,
  }),
  TaskId: TASK_ID,
  // No charset: the page's own example, 76dasgb****, has asterisks.
  TemplateId: describeParameter(createText(255), {
    description: 'Id of the record template, from AddRecordTemplate.',
    source: `${SOURCES.page}; length: ours`,
  }),
};

/** What decides size, quality and price of the output. */
export const OUTPUT_ENTRIES = {
  TaskProfile: v.exactOptional(
    describeParameter(createChoice(TASK_PROFILES.map(({ name }) => name)), {
      description: 'What the task is billed by: most inputs and largest resolution.',
      source: 'StartRecordTask, table "TaskProfile"',
    }),
  ),
  MediaEncode: v.exactOptional(
    describeParameter(createChoice(MEDIA_ENCODES.map(({ id }) => id)), {
      description: 'Size, bit rate and frame rate of the output.',
      source: 'StartRecordTask, table "MediaEncode"',
    }),
  ),
};

/** Who is recorded. `allStream` stands for everyone in all lists but the first. */
export const SUBSCRIPTION_ENTRIES = {
  SubSpecUsers: createUserList('Users to record; everyone when absent.'),
  SubSpecAudioUsers: createUserList('Users whose sound is recorded; allStream for everyone.'),
  SubSpecShareScreenUsers: createUserList('Users whose shared screen is recorded; allStream for everyone.'),
  SubSpecCameraUsers: createUserList('Users whose camera is recorded; allStream for everyone.'),
  UnsubSpecAudioUsers: createUserList('Users whose sound is not recorded; allStream for everyone.'),
  UnsubSpecShareScreenUsers: createUserList('Users whose shared screen is not recorded; allStream for everyone.'),
  UnsubSpecCameraUsers: createUserList('Users whose camera is not recorded; allStream for everyone.'),
};

/** Who is shown where. */
export const USER_PANES_ENTRY = { UserPanes: v.exactOptional(USER_PANES) };

/** The layouts to switch between. Named by the page's note of MixMode only. */
export const LAYOUT_IDS_ENTRY = {
  LayoutIds: v.exactOptional(
    describeParameter(
      // int64 for the vendor; beyond the safe integers a JSON number would name another layout.
      createList(createInteger(1, Number.MAX_SAFE_INTEGER)),
      {
        description: 'Layouts to switch between by the number of participants.',
        source: SOURCES.pageModeNote,
      },
    ),
  ),
};

/** How a picture is fitted into its pane. Named by the page's note of MixMode only. */
export const CROP_MODE_ENTRY = {
  CropMode: v.exactOptional(
    describeParameter(createChoice([1, 2]), {
      description: 'How a picture fills its pane: 1 cropped, 2 with bars; the ratio is kept.',
      source: SOURCES.metadata,
      default: 2,
    }),
  ),
};

function createUserList(description: string) {
  return v.exactOptional(
    describeParameter(createList(createId(64)), {
      description,
      source: `${SOURCES.page}; characters and length: ${SOURCES.identifiers}`,
    }),
  );
}
