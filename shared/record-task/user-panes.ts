/**
 * UserPanes: who is shown in which pane of the layout, with which images and texts on top.
 *
 * @see StartRecordTask, UserPanes.N
 * @module
 */
import * as v from 'valibot';
import {
  createChoice,
  createColor,
  createExtent,
  createHttpUrl,
  createId,
  createInteger,
  createItem,
  createList,
  createShare,
  createText,
  createZOrder,
  describeParameter,
  MAX_LIST_LENGTH,
  SOURCES,
} from './value-schemas.ts';

const MAX_URL_LENGTH = 1024;
const MAX_TEXT_LENGTH = 1024;

/** Address of an image. The bound is ours: 1024 is what the successor of this operation, StartCloudRecord, states. */
export const IMAGE_URL = describeParameter(createHttpUrl(MAX_URL_LENGTH), {
  description: 'HTTP or HTTPS address of the image.',
  source: `${SOURCES.page}; length: ours`,
  unit: 'characters',
});

/** Place, extent and stacking order of anything laid over a picture: normalised to the picture it lies on. */
export const BOX_ENTRIES = {
  X: v.exactOptional(
    describeParameter(createShare(), {
      description: 'Left edge, as a share of the width.',
      source: SOURCES.layout,
      unit: 'share of the width',
    }),
  ),
  Y: v.exactOptional(
    describeParameter(createShare(), {
      description: 'Top edge, as a share of the height.',
      source: SOURCES.layout,
      unit: 'share of the height',
    }),
  ),
  Width: v.exactOptional(
    describeParameter(createExtent(), {
      description: 'Width, as a share of the width.',
      source: SOURCES.layout,
      unit: 'share of the width',
    }),
  ),
  Height: v.exactOptional(
    describeParameter(createExtent(), {
      description: 'Height, as a share of the height.',
      source: SOURCES.layout,
      unit: 'share of the height',
    }),
  ),
  ZOrder: v.exactOptional(
    describeParameter(createZOrder(), {
      description: 'Stacking order: 0 is the bottom, 1 lies above it.',
      source: `${SOURCES.page}; bound: int32 of the official SDKs`,
    }),
  ),
};

const PaneImageSchema = createItem({
  Url: v.exactOptional(IMAGE_URL),
  Display: v.exactOptional(
    describeParameter(createChoice([0, 1, 2]), {
      description: 'When the image is shown: 0 never, 1 always, 2 while the user has no video.',
      source: SOURCES.page,
    }),
  ),
  ...BOX_ENTRIES,
});

/** Place and look of a text, and of a clock. */
export const TEXT_STYLE_ENTRIES = {
  X: BOX_ENTRIES.X,
  Y: BOX_ENTRIES.Y,
  FontType: v.exactOptional(
    describeParameter(createInteger(0, 5), {
      description:
        'Font: 0 NOTO_SERIF_CJKSC_REGULAR, 1 ALIBABA_PUHUITI_REGULAR, 2 ALIBABA_PUHUITI_BOLD, 3 ALIBABA_PUHUITI_Heavy, 4 ALIBABA_PUHUITI_LIGHT, 5 ALIBABA_PUHUITI_MEDIUM.',
      source: SOURCES.page,
      default: 0,
    }),
  ),
  FontSize: v.exactOptional(
    describeParameter(createInteger(1, 72), {
      description: 'Size of the font. Its unit is not stated.',
      source: SOURCES.page,
    }),
  ),
  FontColor: v.exactOptional(
    describeParameter(createColor(), {
      description: 'Colour of the text, R + G×256 + B×65536: red is the low byte.',
      source: SOURCES.page,
    }),
  ),
  ZOrder: BOX_ENTRIES.ZOrder,
};

const PaneTextSchema = createItem({
  Text: v.exactOptional(
    describeParameter(createText(MAX_TEXT_LENGTH), {
      description: 'The text.',
      source: `${SOURCES.page}; length: ours`,
      unit: 'UTF-16 code units',
    }),
  ),
  ...TEXT_STYLE_ENTRIES,
});

const UserPaneSchema = createItem({
  PaneId: v.exactOptional(
    describeParameter(createInteger(0, 15), {
      description: 'Pane of the layout, counted from 0. If its user is not found, another participant is shown in it.',
      source: SOURCES.page,
    }),
  ),
  UserId: v.exactOptional(
    describeParameter(createId(64), {
      description: 'User shown in the pane.',
      source: `${SOURCES.page}; characters and length: ${SOURCES.identifiers}`,
    }),
  ),
  SourceType: v.exactOptional(
    describeParameter(createChoice(['camera', 'shareScreen']), {
      description: 'What of the user is shown: the camera or the shared screen.',
      source: SOURCES.page,
      default: 'camera',
    }),
  ),
  // One image a pane is what the API metadata allows at start, 16 at update. The page states no bound, so both take 16.
  Images: v.exactOptional(
    describeParameter(createList(PaneImageSchema), {
      description: `Images over the pane, at most ${MAX_LIST_LENGTH}.`,
      source: `${SOURCES.page}; bound: UpdateRecordTask in the Alibaba Cloud OpenAPI metadata`,
    }),
  ),
  Texts: v.exactOptional(
    describeParameter(createList(PaneTextSchema), {
      description: `Texts over the pane, at most ${MAX_LIST_LENGTH}.`,
      source: `${SOURCES.page}; bound: Alibaba Cloud OpenAPI metadata`,
    }),
  ),
});

/** The list of panes as StartRecordTask and UpdateRecordTask take it. */
export const USER_PANES = describeParameter(createList(UserPaneSchema), {
  description: 'Who is shown in which pane, with which images and texts.',
  source: SOURCES.page,
});
