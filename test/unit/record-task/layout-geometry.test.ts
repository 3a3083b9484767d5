import { describe, expect, it } from 'vitest';
import {
  type LayoutScene,
  type MixedGeometry,
  type PlacedPane,
  placeLayout,
} from '../../../shared/record-task/layout-geometry.ts';
import type { TaskParameters } from '../../../shared/record-task/rule.ts';

const RED = 255;
const BLUE = 255 * 65_536;

function createScene(parameters: TaskParameters, changes: Partial<LayoutScene> = {}): LayoutScene {
  return { parameters, participants: undefined, customLayouts: [], layoutId: undefined, ...changes };
}

function place(parameters: TaskParameters, changes: Partial<LayoutScene> = {}): MixedGeometry {
  const geometry = placeLayout(createScene(parameters, changes));
  if (geometry.Kind !== 'mixed') throw new Error(`It is ${geometry.Kind}.`);
  return geometry;
}

function findPane({ Panes }: MixedGeometry, PaneId: number): PlacedPane {
  const pane = Panes.find((candidate) => candidate.PaneId === PaneId);
  if (pane === undefined) throw new Error('There is no such pane.');
  return pane;
}

const listShown = ({ Panes }: MixedGeometry) =>
  Panes.toSorted((a, b) => a.PaneId - b.PaneId).map(({ Occupancy, ShownUserId }) => [Occupancy, ShownUserId]);

const assumes = (text: string) => expect.arrayContaining([expect.stringContaining(text)]);

describe('placeLayout', () => {
  it('measures panes in pixels of the canvas of MediaEncode', () => {
    const geometry = place({ MediaEncode: 20, LayoutIds: [4] });
    expect(geometry.Canvas).toEqual({ WidthPx: 1280, HeightPx: 720, MediaEncode: 20 });
    // 0.7576 × 1280, 0.7576 × 720, 0.2361 × 1280, 0.2361 × 720
    expect(findPane(geometry, 1)).toMatchObject({ LeftPx: 969.73, TopPx: 545.47, WidthPx: 302.21, HeightPx: 169.99 });
    expect(geometry.Panes.map(({ PaneId, ZOrder }) => [PaneId, ZOrder])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('measures images and texts from the corner of their pane', () => {
    const geometry = place({
      ...{ MediaEncode: 20, LayoutIds: [13] },
      UserPanes: [
        {
          PaneId: 1,
          Images: [{ Url: 'https://a.example/i.png', X: 0.5, Y: 0.25, Width: 0.5, Height: 0.5, ZOrder: 2 }],
          Texts: [{ Text: '王芳', X: 0.1, Y: 0.5, FontType: 3, FontSize: 20, FontColor: RED, ZOrder: 1 }],
        },
      ],
    });
    const { Images, Texts } = findPane(geometry, 1);
    const image = { Path: 'UserPanes[0].Images[0]', Url: 'https://a.example/i.png', Display: 1, ZOrder: 2 };
    expect(Images).toEqual([{ ...image, LeftPx: 960, TopPx: 180, WidthPx: 320, HeightPx: 360 }]);
    const text = {
      Path: 'UserPanes[0].Texts[0]',
      Text: '王芳',
      FontType: 3,
      FontSizePx: 20,
      Color: '#ff0000',
      ZOrder: 1,
    };
    expect(Texts).toEqual([{ ...text, LeftPx: 704, TopPx: 360, WidthPx: 40, HeightPx: 24 }]);
  });

  it('draws 1280×720 and says so where the template decides', () => {
    const geometry = place({});
    expect(geometry.Canvas).toEqual({ WidthPx: 1280, HeightPx: 720, MediaEncode: undefined });
    expect(geometry.Assumptions).toEqual(assumes('MediaEncode is not sent'));
    expect(geometry.Assumptions).toEqual(assumes('LayoutIds is not sent'));
  });

  it.each([
    [{ LayoutIds: [1, 2, 5] }, undefined, 5],
    [{ LayoutIds: [1, 2, 5] }, 1, 1],
    [{ LayoutIds: [1, 2, 5] }, 2, 2],
    [{ LayoutIds: [1, 5] }, 2, 5],
    [{ LayoutIds: [1, 5] }, 9, 5],
    [{}, undefined, 1],
    [{}, 7, 9],
    [{}, 40, 11],
    [{ UserPanes: [{ PaneId: 3, UserId: 'u' }] }, undefined, 6],
    [{ SubSpecUsers: ['a', 'b', 'c'] }, undefined, 5],
    [{ LayoutIds: [20_001] }, 3, undefined],
  ])('of %j with %s participants is layout %s', (parameters, participants, LayoutId) => {
    expect(place(parameters, { participants }).LayoutId).toBe(LayoutId);
  });

  it('draws the layout that is asked for, whoever takes part', () => {
    expect(place({ LayoutIds: [1, 6] }, { participants: 1, layoutId: 6 }).LayoutId).toBe(6);
  });

  it('draws custom layouts', () => {
    const panes = [0, 1].map((PaneId) => ({ PaneId, X: PaneId / 4, Y: 0, Width: 0.25, Height: 1, ZOrder: 1 - PaneId }));
    const custom = { id: 20_001, name: 'mine', panes };
    const geometry = place({ LayoutIds: [1, 20_001] }, { customLayouts: [custom] });
    expect([geometry.LayoutId, geometry.LayoutName]).toEqual([20_001, 'mine']);
    expect(geometry.Panes.map(({ PaneId, LeftPx }) => [PaneId, LeftPx])).toEqual([
      [1, 320],
      [0, 0],
    ]);
    expect(place({}, { customLayouts: [custom] }).LayoutId).toBe(20_001);
  });

  it('seats those whom UserPanes names, then the others in the order of joining', () => {
    const UserPanes = [{ PaneId: 2, UserId: 'teacher' }, { PaneId: 0 }];
    const geometry = place({ LayoutIds: [6], UserPanes }, { participants: ['a', 'b', 'teacher', 'c', 'd'] });
    expect(listShown(geometry)).toEqual([
      ['joined', 'a'],
      ['joined', 'b'],
      ['assigned', 'teacher'],
      ['joined', 'c'],
    ]);
    expect(geometry.HiddenUserIds).toEqual(['d']);
    expect(geometry.Assumptions).toEqual(assumes('lowest PaneId'));
  });

  it.each([
    ['is not there', {}, ['a', 'b']],
    ['is not in SubSpecUsers', { SubSpecUsers: ['a', 'b'] }, ['a', 'teacher', 'b']],
    ['is in UnsubSpecCameraUsers', { UnsubSpecCameraUsers: ['teacher'] }, ['a', 'teacher', 'b']],
  ])('shows another participant where the user %s', (_, lists, participants) => {
    const UserPanes = [{ PaneId: 0, UserId: 'teacher' }];
    const geometry = place({ LayoutIds: [2], UserPanes, ...lists }, { participants });
    expect(listShown(geometry)).toEqual([
      ['substituted', 'a'],
      ['joined', 'b'],
    ]);
    expect(findPane(geometry, 0).UserId).toBe('teacher');
  });

  it('shows a user in two panes, by camera and by screen', () => {
    const UserPanes = [
      { PaneId: 0, UserId: 'u', SourceType: 'shareScreen' },
      { PaneId: 1, UserId: 'u' },
    ] as const;
    const geometry = place({ LayoutIds: [3], UserPanes: [...UserPanes] }, { participants: ['u'] });
    expect(geometry.Panes.map(({ ShownUserId, SourceType }) => [ShownUserId, SourceType])).toEqual([
      ['u', 'shareScreen'],
      ['u', 'camera'],
    ]);
  });

  it('may show the camera of a user whose screen is not recorded', () => {
    const UserPanes = [{ PaneId: 0, UserId: 'u', SourceType: 'shareScreen' as const }];
    const geometry = place({ LayoutIds: [1], UserPanes, UnsubSpecShareScreenUsers: ['u'] }, { participants: ['u'] });
    expect(geometry.Panes).toMatchObject([{ ShownUserId: 'u', SourceType: 'camera', Occupancy: 'substituted' }]);
  });

  it('leaves panes empty where nobody is left', () => {
    expect(listShown(place({ LayoutIds: [5] }, { participants: ['a'] }))).toEqual([
      ['joined', 'a'],
      ['empty', undefined],
      ['empty', undefined],
    ]);
  });

  it('names those of whom only the number is known', () => {
    const { Participants } = place({ LayoutIds: [5], SubSpecAudioUsers: ['a', 'allStream'] }, { participants: 3 });
    expect(Participants).toEqual(['a', 'participant 2', 'participant 3']);
  });

  it('puts what has the lower ZOrder first', () => {
    const box = { X: 0, Y: 0, Width: 0.5, Height: 0.5 };
    const Images = [
      { ...box, ZOrder: 2 },
      { ...box, ZOrder: 0 },
      { ...box, ZOrder: 1, Display: 2 as const },
      { ...box, Display: 0 as const },
    ];
    const geometry = place({ UserPanes: [{ PaneId: 0, Images }], Watermarks: [{ ...box, ZOrder: 1 }, box] });
    expect(findPane(geometry, 0).Images.map(({ Path, Display }) => [Path, Display])).toEqual([
      ['UserPanes[0].Images[1]', 1],
      ['UserPanes[0].Images[2]', 2],
      ['UserPanes[0].Images[0]', 1],
    ]);
    expect(geometry.Watermarks.map(({ Path }) => Path)).toEqual(['Watermarks[1]', 'Watermarks[0]']);
  });

  it('says what it assumes of images and texts that say too little', () => {
    const geometry = place({
      MediaEncode: 20,
      UserPanes: [{ PaneId: 0, Images: [{ X: 0.5 }], Texts: [{ Text: 't' }, { FontSize: 9 }] }],
    });
    const { Images, Texts } = findPane(geometry, 0);
    expect(Images).toMatchObject([{ LeftPx: 640, TopPx: 0, WidthPx: 640, HeightPx: 720 }]);
    expect(Texts).toMatchObject([{ Text: 't', FontSizePx: 24, Color: '#ffffff' }]);
    expect(geometry.Assumptions).toEqual(assumes('without FontSize'));
    expect(geometry.Assumptions).toEqual(assumes('without Width or Height'));
  });

  it('says that what sticks out is drawn in full', () => {
    const withWidth = (Width: number) =>
      place({ UserPanes: [{ PaneId: 0, Images: [{ X: 0.5, Y: 0, Width, Height: 1 }] }] }).Assumptions;
    expect(withWidth(0.6)).toEqual(assumes('sticks out'));
    expect(withWidth(0.5)).not.toEqual(assumes('sticks out'));
  });

  it('knows the crop mode and the colour behind', () => {
    expect(place({})).toMatchObject({ CropMode: 2, BackgroundColor: '#000000' });
    expect(place({ CropMode: 1, BackgroundColor: BLUE })).toMatchObject({ CropMode: 1, BackgroundColor: '#0000ff' });
  });

  it.each([{ MediaEncode: 0 as const }, { TaskProfile: 'Mixed_Audio' as const }])('has no picture for %j', (sound) => {
    const parameters = { ...sound, SubSpecUsers: ['a', 'b'], UnsubSpecAudioUsers: ['b'] };
    expect(placeLayout(createScene(parameters))).toMatchObject({ Kind: 'sound', Participants: ['a'] });
  });

  it.each([
    [{}, 'camera'],
    [{ SourceType: 'shareScreen' as const }, 'shareScreen'],
    [{ SourceType: 'shareScreen' as const, StreamType: 1 as const }, 'sound'],
  ])('has single streams instead of a layout in MixMode 0: %j', (parameters, Records) => {
    const scene = createScene({ MixMode: 0, LayoutIds: [5], ...parameters }, { participants: ['a', 'b'] });
    expect(placeLayout(scene)).toMatchObject({ Kind: 'streams', Records, Participants: ['a', 'b'] });
  });
});
