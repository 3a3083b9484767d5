/**
 * Legal requests for property tests, written from the vendor's page and not from the schemas they test.
 *
 * @module
 */
import fc from 'fast-check';
import { MEDIA_ENCODES } from '../../shared/record-task/media-encodes.ts';
import { TASK_PROFILES } from '../../shared/record-task/task-profiles.ts';

const ID_CHARACTERS = [...'abcXYZ019_-'];

function createIds(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...ID_CHARACTERS), minLength: 1, maxLength });
}

function createLists<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(item, { minLength: 1, maxLength: 16, size: 'small' });
}

const isNotEmpty = (item: object) => Object.keys(item).length > 0;

const shares = fc.double({ min: 0, max: 1, noNaN: true });
const extents = fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true });
const zOrders = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const colors = fc.integer({ min: 0, max: 16_777_215 });
const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const urls = fc.webUrl({ withQueryParameters: true, withFragments: true });
const sourceTypes = fc.constantFrom('camera' as const, 'shareScreen' as const);
const userLists = createLists(fc.oneof(createIds(64), fc.constant('allStream')));

const boxes = { X: shares, Y: shares, Width: extents, Height: extents, ZOrder: zOrders };

const images = fc
  .record({ Url: urls, Display: fc.constantFrom(0, 1, 2), ...boxes }, { requiredKeys: [] })
  .filter(isNotEmpty);

const paneTexts = fc
  .record(
    {
      Text: texts,
      X: shares,
      Y: shares,
      FontType: fc.integer({ min: 0, max: 5 }),
      FontSize: fc.integer({ min: 1, max: 72 }),
      FontColor: colors,
      ZOrder: zOrders,
    },
    { requiredKeys: [] },
  )
  .filter(isNotEmpty);

const panes = fc
  .record(
    {
      PaneId: fc.integer({ min: 0, max: 15 }),
      UserId: createIds(64),
      SourceType: sourceTypes,
      Images: createLists(images),
      Texts: createLists(paneTexts),
    },
    { requiredKeys: [] },
  )
  .filter(isNotEmpty);

const overlays = { Url: urls, Display: fc.constantFrom(0, 1), ...boxes };

const identity = { AppId: createIds(64), ChannelId: createIds(64), TaskId: createIds(55), TemplateId: texts };

const changeable = {
  TaskProfile: fc.constantFrom(...TASK_PROFILES.map(({ name }) => name)),
  MediaEncode: fc.constantFrom(...MEDIA_ENCODES.map(({ id }) => id)),
  SubSpecUsers: userLists,
  SubSpecAudioUsers: userLists,
  SubSpecShareScreenUsers: userLists,
  SubSpecCameraUsers: userLists,
  UnsubSpecAudioUsers: userLists,
  UnsubSpecShareScreenUsers: userLists,
  UnsubSpecCameraUsers: userLists,
  UserPanes: createLists(panes),
  LayoutIds: createLists(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  CropMode: fc.constantFrom(1, 2),
};

const requiredKeys = ['AppId', 'ChannelId', 'TaskId', 'TemplateId'] as const;

/** Legal parameters of StartRecordTask. */
export const startRecordTasks = fc.record(
  {
    ...identity,
    ...changeable,
    SourceType: sourceTypes,
    StreamType: fc.constantFrom(0, 1),
    MixMode: fc.constantFrom(0, 1),
    BackgroundColor: colors,
    Backgrounds: createLists(fc.record(overlays, { requiredKeys: [] }).filter(isNotEmpty)),
    Watermarks: createLists(fc.record({ ...overlays, Alpha: shares }, { requiredKeys: [] }).filter(isNotEmpty)),
  },
  { requiredKeys: [...requiredKeys] },
);

/** Legal parameters of UpdateRecordTask. */
export const updateRecordTasks = fc.record({ ...identity, ...changeable }, { requiredKeys: [...requiredKeys] });

/** Legal parameters of StopRecordTask. */
export const stopRecordTasks = fc.record({ AppId: identity.AppId, TaskId: identity.TaskId });
