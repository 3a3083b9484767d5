/**
 * Requests to begin a form from. Each is free of faults and warnings; a deployment without a TEMPLATE_ID needs one of the
 * account's besides.
 *
 * @module
 */
import type { FormValues } from './form-state.ts';

const WHITE = 0xff_ff_ff;

const NAME_TAG = { X: 0.03, Y: 0.84, FontType: 5, FontSize: 24, FontColor: WHITE } as const;

/** The templates by their name in the texts. Ids that they do not name are those of the form. */
export const START_TEMPLATES = {
  // StartRecordTask, section "Request example".
  sample: {
    AppId: 'yourAppId',
    ChannelId: 'yourChannelId',
    TaskId: 'yourTaskId',
    TemplateId: '76dasgb****',
  },
  sound: {
    ChannelId: 'interview',
    TaskProfile: 'Mixed_Audio',
    MediaEncode: 0,
    MaxDurationSeconds: 3_600,
  },
  pair: {
    ChannelId: 'one-to-one',
    TaskProfile: '2IN_720P',
    MediaEncode: 20,
    LayoutIds: [1, 13],
    CropMode: 1,
    UserPanes: [
      { PaneId: 0, UserId: 'teacher', Texts: [{ Text: 'Teacher', ...NAME_TAG }] },
      { PaneId: 1, UserId: 'pupil', Texts: [{ Text: 'Pupil', ...NAME_TAG }] },
    ],
    MaxDurationSeconds: 3_600,
  },
  class: {
    ChannelId: 'class-7',
    TaskProfile: '9IN_720P',
    MediaEncode: 20,
    LayoutIds: [1, 13, 6, 11],
    CropMode: 1,
    UserPanes: [{ PaneId: 0, UserId: 'teacher', Texts: [{ Text: 'Teacher', ...NAME_TAG }] }],
    MaxDurationSeconds: 5_400,
  },
  screen: {
    ChannelId: 'lecture',
    TaskProfile: '2IN_1080P',
    MediaEncode: 30,
    LayoutIds: [4],
    UserPanes: [
      { PaneId: 0, UserId: 'teacher', SourceType: 'shareScreen' },
      { PaneId: 1, UserId: 'teacher', SourceType: 'camera' },
    ],
    SubSpecUsers: ['teacher'],
    MaxDurationSeconds: 7_200,
  },
  empty: {},
} as const satisfies Readonly<Record<string, FormValues>>;

/** The name of a template. */
export type StartTemplate = keyof typeof START_TEMPLATES;

const KEPT = ['AppId', 'TaskId', 'TemplateId'] as const;

/** Returns the values of a template. Of `before` it keeps the ids that it has none of its own for. */
export function applyTemplate(name: StartTemplate, before: FormValues): FormValues {
  const template: FormValues = START_TEMPLATES[name];
  if (name === 'empty') return template;
  const kept = KEPT.filter((id) => before[id] !== undefined).map((id) => [id, before[id]]);
  return { ...Object.fromEntries(kept), ...template };
}
