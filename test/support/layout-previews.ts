/**
 * Requests for pictures that are kept as golden files, by the name of the file.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { SYSTEM_LAYOUTS } from '../../shared/record-task/system-layouts.ts';

const GRID = 4;

const SIXTEEN_PANES = {
  LayoutId: 20_016,
  Name: 'class of 16',
  Panes: Array.from({ length: GRID * GRID }, (_, PaneId) => ({
    ...{ PaneId, X: (PaneId % GRID) / GRID, Y: Math.floor(PaneId / GRID) / GRID },
    ...{ Width: 1 / GRID, Height: 1 / GRID, ZOrder: 0 },
  })),
};

const PUPILS = [
  '王芳',
  '李伟',
  '张敏',
  '刘洋',
  '陈静',
  '杨磊',
  '赵军',
  '黄丽',
  '周强',
  '吴霞',
  '徐明',
  '孙燕',
  '马超',
  '朱琳',
  '胡杰',
];

const WHITE = 255 + 255 * 256 + 255 * 65_536;
const RED = 255;

function createSystemLayout(id: number) {
  const nameTag = { Text: '老师 Teacher', X: 0.03, Y: 0.82, FontType: 1, FontSize: 28, FontColor: WHITE };
  const UserPanes = [{ PaneId: 0, UserId: 'teacher', Texts: [nameTag] }];
  return { Parameters: { TaskProfile: '9IN_720P', MediaEncode: 20, LayoutIds: [id], UserPanes } };
}

const EVERY_EXAMPLE: unknown = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/every-example.json', import.meta.url), 'utf8'),
);

/** Requests by the name of their golden file. */
export const LAYOUT_PREVIEWS: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    SYSTEM_LAYOUTS.map(({ id }) => [`system-layout-${String(id).padStart(2, '0')}`, createSystemLayout(id)]),
  ),
  'every-example': { Parameters: EVERY_EXAMPLE },
  'class-of-16': {
    Parameters: {
      ...{ TaskProfile: '16IN_1080P', MediaEncode: 30, CropMode: 1, LayoutIds: [20_016] },
      UserPanes: ['teacher', ...PUPILS.map((_, index) => `pupil-${index + 1}`)].map((UserId, PaneId) => ({
        ...{ PaneId, UserId, SourceType: PaneId === 0 ? 'shareScreen' : 'camera' },
        Images: [
          PaneId === 0
            ? { Url: 'https://cdn.example.com/logo.png', Display: 1, X: 0.72, Y: 0.05, Width: 0.25, Height: 0.2 }
            : { Url: 'https://cdn.example.com/away.png', Display: 2, X: 0, Y: 0, Width: 1, Height: 1 },
        ],
        Texts: [
          { Text: PUPILS[PaneId - 1] ?? '第七课', X: 0.04, Y: 0.04, FontType: 5, FontSize: 32, FontColor: WHITE },
        ],
      })),
    },
    Layouts: [SIXTEEN_PANES],
  },
  'upright-with-findings': {
    Parameters: {
      ...{ TaskProfile: '4IN_720P', MediaEncode: 22, LayoutIds: [1, 2, 5], BackgroundColor: 96 * 65_536 },
      SubSpecUsers: ['teacher', 'pupil-1'],
      UserPanes: [
        {
          ...{ PaneId: 0, UserId: 'teacher', SourceType: 'shareScreen' },
          Images: [
            {
              Url: 'https://cdn.example.com/a.png?Signature=s3cret',
              X: 0.7,
              Y: 0.1,
              Width: 0.6,
              Height: 0.4,
              ZOrder: 2,
            },
            { Url: 'https://cdn.example.com/b.png', X: 0.1, Y: 0.1, Width: 0.3, Height: 0.4, ZOrder: 1 },
          ],
          Texts: [
            { Text: 'red, above the images', X: 0.05, Y: 0.05, FontSize: 30, FontColor: RED, ZOrder: 3 },
            { Text: 'a very long text '.repeat(20), X: 0.02, Y: 0.8, FontSize: 24 },
          ],
        },
        { PaneId: 1, UserId: 'pupil-9' },
        { PaneId: 7, UserId: 'pupil-1' },
      ],
      Watermarks: [{ Url: 'https://cdn.example.com/mark.png', X: 0.75, Y: 0.91, Width: 0.2, Height: 0.06 }],
    },
    Participants: ['pupil-1', 'teacher', 'pupil-9'],
  },
  'more-than-panes': { Parameters: { MediaEncode: 10, LayoutIds: [1, 3], CropMode: 1 }, Participants: 5 },
  'template-decides': { Participants: 7 },
  'sound-only': { Parameters: { MediaEncode: 0, TaskProfile: 'Mixed_Audio', SubSpecUsers: ['teacher', 'pupil-1'] } },
  'single-streams': {
    Parameters: { MixMode: 0, SourceType: 'shareScreen' },
    Participants: ['teacher', 'pupil-1', '3'],
  },
};
