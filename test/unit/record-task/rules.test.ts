import { describe, expect, it } from 'vitest';
import { MEDIA_ENCODES } from '../../../shared/record-task/media-encodes.ts';
import type { TaskParameters } from '../../../shared/record-task/rule.ts';
import { checkRules, RULES } from '../../../shared/record-task/rules.ts';
import { SYSTEM_LAYOUTS } from '../../../shared/record-task/system-layouts.ts';

interface RuleCase {
  readonly severity: 'error' | 'warning';
  readonly operation?: 'UpdateRecordTask';
  readonly accepted: readonly TaskParameters[];
  /** With the paths of the rule's issues. */
  readonly rejected: readonly (readonly [TaskParameters, ...string[]])[];
}

const MIXED_ONLY: TaskParameters = {
  ...{ TaskProfile: '4IN_720P', MediaEncode: 20, SubSpecUsers: ['u'], UserPanes: [{ PaneId: 0, UserId: 'u' }] },
  ...{ LayoutIds: [6], BackgroundColor: 0, CropMode: 1, Backgrounds: [{ Display: 1 }], Watermarks: [{ Alpha: 1 }] },
};

const STREAM_LISTS: TaskParameters = {
  ...{ SubSpecAudioUsers: ['a'], SubSpecShareScreenUsers: ['b'], SubSpecCameraUsers: ['c'] },
  ...{ UnsubSpecAudioUsers: ['d'], UnsubSpecShareScreenUsers: ['e'], UnsubSpecCameraUsers: ['f'] },
};

const showImage = (image: object): TaskParameters => ({ UserPanes: [{ PaneId: 0, UserId: 'u', Images: [image] }] });
const showTexts = (...Texts: readonly object[]): TaskParameters => ({
  UserPanes: [{ UserId: 'u', Texts: [...Texts] }],
});
const inPane = (SourceType: 'camera' | 'shareScreen', lists: TaskParameters): TaskParameters => ({
  ...lists,
  UserPanes: [{ PaneId: 0, UserId: 'u', SourceType }],
});

const CASES: Readonly<Record<string, RuleCase>> = {
  ResolutionBeyondProfile: {
    severity: 'error',
    accepted: [
      { TaskProfile: '4IN_1080P', MediaEncode: 30 },
      { TaskProfile: '4IN_1080P', MediaEncode: 31 },
      { TaskProfile: '1IN_720P', MediaEncode: 26 },
      { TaskProfile: '1IN_720P', MediaEncode: 32 },
      { TaskProfile: '1IN_360P', MediaEncode: 53 },
      { TaskProfile: '1IN_360P', MediaEncode: 0 },
      { TaskProfile: 'Mixed_Audio', MediaEncode: 30 },
      { MediaEncode: 30 },
      { TaskProfile: '1IN_360P' },
    ],
    rejected: [
      [{ TaskProfile: '4IN_720P', MediaEncode: 30 }, 'MediaEncode'],
      [{ TaskProfile: '4IN_720P', MediaEncode: 31 }, 'MediaEncode'],
      [{ TaskProfile: '16IN_720P', MediaEncode: 33 }, 'MediaEncode'],
      [{ TaskProfile: '1IN_360P', MediaEncode: 10 }, 'MediaEncode'],
      [{ TaskProfile: '1IN_360P', MediaEncode: 38, MixMode: 0 }, 'MediaEncode'],
    ],
  },
  PanesBeyondInputs: {
    severity: 'error',
    accepted: [
      { TaskProfile: '4IN_720P', LayoutIds: [1, 2, 5, 6] },
      { TaskProfile: '9IN_720P', LayoutIds: [11] },
      { TaskProfile: 'Mixed_Audio', LayoutIds: [11] },
      { TaskProfile: '1IN_720P', LayoutIds: [20_001] },
      { LayoutIds: [11] },
    ],
    rejected: [
      [{ TaskProfile: '4IN_720P', LayoutIds: [1, 7] }, 'LayoutIds[1]'],
      [{ TaskProfile: '1IN_360P', LayoutIds: [13, 1, 11] }, 'LayoutIds[0]', 'LayoutIds[2]'],
    ],
  },
  SamePaneCount: {
    severity: 'error',
    accepted: [{ LayoutIds: [1, 2, 5, 6, 7, 8, 9, 10, 11] }, { LayoutIds: [13, 20_001, 20_002] }, { LayoutIds: [4] }],
    rejected: [
      [{ LayoutIds: [2, 3] }, 'LayoutIds[1]'],
      [{ LayoutIds: [2, 3, 4, 13] }, 'LayoutIds[1]', 'LayoutIds[2]', 'LayoutIds[3]'],
      [{ LayoutIds: [6, 1, 6] }, 'LayoutIds[2]'],
      [{ LayoutIds: [20_001, 20_001] }, 'LayoutIds[1]'],
    ],
  },
  DuplicatePaneId: {
    severity: 'error',
    accepted: [{ UserPanes: [{ PaneId: 0 }, { PaneId: 1 }] }, { UserPanes: [{ UserId: 'a' }, { UserId: 'b' }] }],
    rejected: [
      [{ UserPanes: [{ PaneId: 0 }, { PaneId: 0 }] }, 'UserPanes[1].PaneId'],
      [
        { UserPanes: [{ PaneId: 3 }, { PaneId: 1 }, { PaneId: 3 }, { PaneId: 3 }] },
        'UserPanes[2].PaneId',
        'UserPanes[3].PaneId',
      ],
    ],
  },
  TextWithoutContent: {
    severity: 'error',
    accepted: [showTexts({ Text: 'a' }), showTexts({ Text: ' 第一课 ' }), { UserPanes: [{ UserId: 'u' }] }],
    rejected: [
      [showTexts({ X: 0.5 }), 'UserPanes[0].Texts[0].Text'],
      [showTexts({ Text: 'a' }, { Text: ' \t\n\u3000' }), 'UserPanes[0].Texts[1].Text'],
    ],
  },
  SideBeyondProfile: {
    severity: 'warning',
    accepted: [
      { TaskProfile: '1IN_720P', MediaEncode: 22 },
      { TaskProfile: '1IN_720P', MediaEncode: 23 },
      { TaskProfile: '1IN_1080P', MediaEncode: 33 },
      // An error already.
      { TaskProfile: '1IN_720P', MediaEncode: 33 },
      { TaskProfile: '1IN_720P', MediaEncode: 24, MixMode: 0 },
      { TaskProfile: 'Mixed_Audio', MediaEncode: 24 },
      { MediaEncode: 24 },
    ],
    rejected: [
      [{ TaskProfile: '1IN_720P', MediaEncode: 24 }, 'MediaEncode'],
      [{ TaskProfile: '1IN_720P', MediaEncode: 32 }, 'MediaEncode'],
    ],
  },
  SoundOnlyWithVideoProfile: {
    severity: 'warning',
    accepted: [
      { TaskProfile: 'Mixed_Audio', MediaEncode: 0 },
      { TaskProfile: '1IN_720P', MediaEncode: 20 },
      { TaskProfile: '1IN_720P', MediaEncode: 0, MixMode: 0 },
      { MediaEncode: 0 },
    ],
    rejected: [[{ TaskProfile: '1IN_360P', MediaEncode: 0 }, 'MediaEncode']],
  },
  PictureWithAudioProfile: {
    severity: 'warning',
    accepted: [
      { TaskProfile: 'Mixed_Audio', MediaEncode: 0 },
      { TaskProfile: 'Mixed_Audio' },
      { TaskProfile: 'Mixed_Audio', MediaEncode: 1, MixMode: 0 },
    ],
    rejected: [[{ TaskProfile: 'Mixed_Audio', MediaEncode: 1 }, 'MediaEncode']],
  },
  ProfileLargerThanNeeded: {
    severity: 'warning',
    accepted: [
      { TaskProfile: '4IN_720P', MediaEncode: 20, LayoutIds: [1, 6] },
      { TaskProfile: '12IN_360P', MediaEncode: 1 },
      { TaskProfile: '16IN_1080P' },
      { TaskProfile: '16IN_1080P', LayoutIds: [6, 20_001] },
      // The smaller profile would have a side too short.
      { TaskProfile: '1IN_1080P', MediaEncode: 32, LayoutIds: [1] },
      // Too small is an error already.
      { TaskProfile: '1IN_720P', MediaEncode: 1, LayoutIds: [2] },
      { TaskProfile: 'Mixed_Audio', MediaEncode: 0, LayoutIds: [1] },
      { TaskProfile: '16IN_1080P', MediaEncode: 1, LayoutIds: [1], MixMode: 0 },
    ],
    rejected: [
      [{ TaskProfile: '4IN_1080P', MediaEncode: 20 }, 'TaskProfile'],
      [{ TaskProfile: '9IN_720P', LayoutIds: [6] }, 'TaskProfile'],
      [{ TaskProfile: '16IN_1080P', MediaEncode: 30, LayoutIds: [1, 11] }, 'TaskProfile'],
      [{ TaskProfile: '1IN_360P', MediaEncode: 0 }, 'TaskProfile'],
    ],
  },
  ImageBeyondPane: {
    severity: 'warning',
    accepted: [
      showImage({ X: 0.7576, Y: 0.7576, Width: 0.2456, Height: 0.2456 }),
      showImage({ X: 0.76, Width: 0.25 }),
      showImage({ X: 0.6, Width: 0.41 }),
      showImage({ Width: 1, Height: 1 }),
      showImage({ X: 1, Y: 1 }),
      { ...showImage({ X: 0.5, Width: 1 }), MixMode: 0 },
    ],
    rejected: [
      [showImage({ X: 0.76, Width: 0.2501 }), 'UserPanes[0].Images[0]'],
      [showImage({ Y: 1, Height: 0.02 }), 'UserPanes[0].Images[0]'],
    ],
  },
  SeveralImages: {
    severity: 'warning',
    accepted: [showImage({ Display: 1 })],
    rejected: [[{ UserPanes: [{ UserId: 'u', Images: [{ X: 0 }, { X: 0 }] }] }, 'UserPanes[0].Images']],
  },
  PaneIdBeyondLayouts: {
    severity: 'warning',
    accepted: [
      { LayoutIds: [1, 6], UserPanes: [{ PaneId: 3 }, { UserId: 'u' }] },
      { LayoutIds: [1, 20_001], UserPanes: [{ PaneId: 9 }] },
      { UserPanes: [{ PaneId: 15 }] },
      { LayoutIds: [1], UserPanes: [{ PaneId: 9 }], MixMode: 0 },
    ],
    rejected: [[{ LayoutIds: [1, 6], UserPanes: [{ PaneId: 0 }, { PaneId: 4 }] }, 'UserPanes[1].PaneId']],
  },
  PaneWithoutUser: {
    severity: 'warning',
    accepted: [{ UserPanes: [{ PaneId: 0, UserId: 'u' }] }, { UserPanes: [{ PaneId: 0 }], MixMode: 0 }],
    rejected: [[{ UserPanes: [{ PaneId: 0, UserId: 'u' }, { PaneId: 1 }] }, 'UserPanes[1]']],
  },
  PaneUserNotSubscribed: {
    severity: 'warning',
    accepted: [
      inPane('camera', {}),
      inPane('camera', { SubSpecUsers: ['a', 'u'], SubSpecCameraUsers: ['u'], UnsubSpecCameraUsers: ['a'] }),
      inPane('camera', { SubSpecCameraUsers: ['allStream'] }),
      inPane('camera', { SubSpecShareScreenUsers: ['a'], UnsubSpecShareScreenUsers: ['u'], SubSpecAudioUsers: ['a'] }),
      inPane('shareScreen', { SubSpecCameraUsers: ['a'], UnsubSpecCameraUsers: ['u'] }),
      { UserPanes: [{ PaneId: 0 }], SubSpecUsers: ['a'] },
      inPane('camera', { SubSpecUsers: ['a'], MixMode: 0 }),
    ],
    rejected: [
      [inPane('camera', { SubSpecUsers: ['a'] }), 'UserPanes[0].UserId'],
      [inPane('camera', { SubSpecUsers: ['a'], SubSpecCameraUsers: ['u'] }), 'UserPanes[0].UserId'],
      [inPane('camera', { SubSpecCameraUsers: ['a'] }), 'UserPanes[0].UserId'],
      [inPane('camera', { UnsubSpecCameraUsers: ['u'] }), 'UserPanes[0].UserId'],
      [inPane('camera', { UnsubSpecCameraUsers: ['allStream'] }), 'UserPanes[0].UserId'],
      [inPane('shareScreen', { SubSpecShareScreenUsers: ['a'] }), 'UserPanes[0].UserId'],
      [inPane('shareScreen', { UnsubSpecShareScreenUsers: ['u'] }), 'UserPanes[0].UserId'],
      // The camera is what a pane shows if it says nothing.
      [{ UserPanes: [{ UserId: 'u' }], SubSpecCameraUsers: ['a'] }, 'UserPanes[0].UserId'],
    ],
  },
  NoEffectInSingleStream: {
    severity: 'warning',
    accepted: [{ MixMode: 0, SourceType: 'camera', StreamType: 1, ...STREAM_LISTS }, MIXED_ONLY],
    rejected: [
      [
        { MixMode: 0, ...MIXED_ONLY },
        ...['TaskProfile', 'MediaEncode', 'SubSpecUsers', 'UserPanes', 'LayoutIds'],
        ...['BackgroundColor', 'CropMode', 'Backgrounds', 'Watermarks'],
      ],
    ],
  },
  UnverifiedInSingleStream: {
    severity: 'warning',
    accepted: [STREAM_LISTS, { MixMode: 0, SubSpecUsers: ['u'] }],
    rejected: [
      [
        { MixMode: 0, ...STREAM_LISTS },
        ...['SubSpecAudioUsers', 'SubSpecShareScreenUsers', 'SubSpecCameraUsers'],
        ...['UnsubSpecAudioUsers', 'UnsubSpecShareScreenUsers', 'UnsubSpecCameraUsers'],
      ],
    ],
  },
  NoEffectInMixedMode: {
    severity: 'warning',
    accepted: [{ MixMode: 0, SourceType: 'camera', StreamType: 0 }, MIXED_ONLY, STREAM_LISTS],
    rejected: [
      [{ SourceType: 'camera', StreamType: 0 }, 'SourceType', 'StreamType'],
      [{ MixMode: 1, StreamType: 1 }, 'StreamType'],
    ],
  },
  TemplateOnly: {
    severity: 'warning',
    accepted: [{ CropMode: 1 }, { MixMode: 0, BackgroundColor: 0 }],
    rejected: [[MIXED_ONLY, 'BackgroundColor', 'Backgrounds', 'Watermarks']],
  },
  SubscribedAndUnsubscribed: {
    severity: 'warning',
    accepted: [
      STREAM_LISTS,
      { SubSpecAudioUsers: ['a'], UnsubSpecCameraUsers: ['a'] },
      { SubSpecUsers: ['a'], UnsubSpecAudioUsers: ['a'] },
      { UnsubSpecAudioUsers: ['allStream'] },
    ],
    rejected: [
      [{ SubSpecAudioUsers: ['a', 'b'], UnsubSpecAudioUsers: ['c', 'b'] }, 'UnsubSpecAudioUsers[1]'],
      [{ SubSpecCameraUsers: ['allStream'], UnsubSpecCameraUsers: ['a'] }, 'UnsubSpecCameraUsers[0]'],
      [{ SubSpecShareScreenUsers: ['a'], UnsubSpecShareScreenUsers: ['allStream'] }, 'UnsubSpecShareScreenUsers[0]'],
    ],
  },
  AllStreamWithIds: {
    severity: 'warning',
    accepted: [{ SubSpecAudioUsers: ['allStream'] }, { SubSpecAudioUsers: ['a', 'b'] }],
    rejected: [
      [{ SubSpecAudioUsers: ['a', 'allStream'] }, 'SubSpecAudioUsers'],
      [{ UnsubSpecCameraUsers: ['allStream', 'a'] }, 'UnsubSpecCameraUsers'],
    ],
  },
};

function listPaths(rule: string, severity: RuleCase['severity'], parameters: TaskParameters): readonly string[] {
  const report = checkRules('StartRecordTask', parameters);
  const issues = severity === 'error' ? report.errors : report.warnings;
  return issues.filter(({ Rule }) => Rule === rule).map(({ Path }) => Path);
}

describe('RULES', () => {
  it('has a case for every rule that is checked across parameters', () => {
    expect(RULES.flatMap((rule) => ('check' in rule ? rule.id : [])).toSorted()).toEqual(Object.keys(CASES).toSorted());
  });

  it('gives each rule an id, a sentence and a source of its own', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { id, text, source } of RULES) {
      expect(id).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(text).toMatch(/^[A-Z].*\.$/);
      expect(source).not.toBe('');
    }
  });
});

describe.each(Object.entries(CASES))('%s', (rule, { severity, accepted, rejected }) => {
  it(`is a rule of severity ${severity}`, () => {
    expect(RULES.find(({ id }) => id === rule)?.severity).toBe(severity);
  });

  it.each(accepted.map((parameters) => [parameters]))('has nothing against %j', (parameters) => {
    expect(listPaths(rule, 'error', parameters)).toEqual([]);
    expect(listPaths(rule, 'warning', parameters)).toEqual([]);
  });

  it.each(rejected.map(([parameters, ...paths]) => [parameters, paths] as const))(
    'objects to %j',
    (parameters, paths) => {
      expect(listPaths(rule, severity, parameters)).toEqual(paths);
    },
  );
});

describe('checkRules', () => {
  it('has nothing to say of a task without optional parameters', () => {
    expect(checkRules('StartRecordTask', {})).toMatchObject({ errors: [], warnings: [] });
  });

  it('names the place in JSON and in RPC, what is wrong and what is accepted', () => {
    const { errors } = checkRules('StartRecordTask', { TaskProfile: '4IN_360P', MediaEncode: 20, LayoutIds: [1, 11] });
    expect(errors).toEqual([
      {
        ...{ Path: 'MediaEncode', Parameter: 'MediaEncode', Rule: 'ResolutionBeyondProfile' },
        Message: 'MediaEncode makes a picture of 1280×720, more than the 640×360 of TaskProfile.',
        Accepted: 'one of 1, 54, 53, 52, or a larger TaskProfile',
      },
      {
        ...{ Path: 'LayoutIds[1]', Parameter: 'LayoutIds.2', Rule: 'PanesBeyondInputs' },
        Message: 'LayoutIds[1] has 9 panes, more than the 4 inputs of TaskProfile.',
        Accepted: 'a layout of at most 4 panes, or a larger TaskProfile',
      },
    ]);
  });

  it.each<[TaskParameters, string]>([
    [{ TaskProfile: '4IN_1080P', MediaEncode: 20, LayoutIds: [6] }, '4IN_720P'],
    [{ TaskProfile: '16IN_1080P', MediaEncode: 20, LayoutIds: [1, 2] }, '2IN_720P'],
    [{ TaskProfile: '16IN_1080P', MediaEncode: 1, LayoutIds: [11] }, '9IN_360P'],
    [{ TaskProfile: '16IN_1080P', MediaEncode: 54 }, '16IN_360P'],
    [{ TaskProfile: '16IN_1080P', LayoutIds: [7] }, '9IN_1080P'],
    [{ TaskProfile: '16IN_1080P', MediaEncode: 0 }, 'Mixed_Audio'],
  ])('names the cheapest profile that suffices for %j', (parameters, cheapest) => {
    const { warnings } = checkRules('StartRecordTask', parameters);
    const [warning] = warnings.filter(({ Rule }) => Rule === 'ProfileLargerThanNeeded');
    expect(warning).toMatchObject({ Path: 'TaskProfile', Accepted: cheapest });
    expect(warning?.Message).toContain(cheapest);
  });

  it('finds for every MediaEncode a profile against which it has nothing', () => {
    for (const { id } of MEDIA_ENCODES) {
      const named = checkRules('StartRecordTask', { TaskProfile: '16IN_1080P', MediaEncode: id, LayoutIds: [11] });
      const [{ Accepted = '' } = {}] = named.warnings.filter(({ Rule }) => Rule === 'ProfileLargerThanNeeded');
      const TaskProfile = (['Mixed_Audio', '9IN_360P', '9IN_720P', '9IN_1080P'] as const).find(
        (name) => name === Accepted,
      );
      if (TaskProfile === undefined) throw new Error(`No cheaper profile is named for MediaEncode ${id}.`);
      const report = checkRules('StartRecordTask', { TaskProfile, MediaEncode: id, LayoutIds: [11] });
      expect(report).toEqual({ errors: [], warnings: [], unchecked: [] });
    }
  });

  it('lets an update have several images, and checks the rest alike', () => {
    const Images = [{ X: 0.9, Width: 0.5 }, { X: 0.1 }];
    const { errors, warnings } = checkRules('UpdateRecordTask', {
      UserPanes: [
        { PaneId: 0, UserId: 'u', Images },
        { PaneId: 0, UserId: 'v' },
      ],
    });
    expect(errors.map(({ Rule }) => Rule)).toEqual(['DuplicatePaneId']);
    expect(warnings.map(({ Rule }) => Rule)).toEqual(['ImageBeyondPane']);
  });

  it('checks custom layouts that it is given', () => {
    const panes = [0, 1].map((PaneId) => ({ PaneId, X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 }));
    const layouts = [...SYSTEM_LAYOUTS, { id: 20_001, name: 'custom', panes }];
    const parameters: TaskParameters = {
      ...{ TaskProfile: '1IN_360P', MediaEncode: 1, LayoutIds: [20_001, 13], UserPanes: [{ PaneId: 2, UserId: 'u' }] },
    };
    const report = checkRules('StartRecordTask', parameters, { layouts });
    expect(report.errors.map(({ Rule, Path }) => `${Rule} ${Path}`)).toEqual([
      ...['PanesBeyondInputs LayoutIds[0]', 'PanesBeyondInputs LayoutIds[1]', 'SamePaneCount LayoutIds[1]'],
    ]);
    expect(report.warnings.map(({ Rule }) => Rule)).toEqual(['PaneIdBeyondLayouts']);
    expect(report.unchecked).toEqual([]);
  });

  it('puts issues in the page’s parameter order', () => {
    const { warnings } = checkRules('StartRecordTask', {
      ...{ MediaEncode: 20, TaskProfile: '4IN_1080P', StreamType: 0, BackgroundColor: 0 },
      ...{ UserPanes: [{ PaneId: 0 }], SubSpecAudioUsers: ['a', 'allStream'] },
    });
    expect(warnings.map(({ Path }) => Path)).toEqual([
      ...['TaskProfile', 'StreamType', 'SubSpecAudioUsers', 'UserPanes[0]', 'BackgroundColor'],
    ]);
  });

  it('says what it cannot check because the value comes from the template', () => {
    expect(checkRules('StartRecordTask', { UserPanes: [{ PaneId: 1, UserId: 'u' }] }).unchecked).toEqual([
      ...['ResolutionBeyondProfile', 'PanesBeyondInputs', 'SamePaneCount', 'SideBeyondProfile'].map((Rule) => ({
        Rule,
        Reason: expect.stringContaining('from the template'),
      })),
      ...['SoundOnlyWithVideoProfile', 'PictureWithAudioProfile'].map((Rule) => ({
        Rule,
        Reason: 'TaskProfile comes from the template. MediaEncode comes from the template.',
      })),
      {
        Rule: 'ProfileLargerThanNeeded',
        Reason:
          'TaskProfile comes from the template. MediaEncode comes from the template. LayoutIds comes from the template.',
      },
      { Rule: 'PaneIdBeyondLayouts', Reason: 'LayoutIds comes from the template.' },
    ]);
  });

  it('says what it cannot check because a layout is the account’s own, or a value is faulty', () => {
    const parameters: TaskParameters = { TaskProfile: '4IN_720P', LayoutIds: [1, 20_001] };
    const { unchecked } = checkRules('StartRecordTask', parameters, { faulty: new Set(['MediaEncode']) });
    expect(unchecked.find(({ Rule }) => Rule === 'PanesBeyondInputs')).toEqual({
      Rule: 'PanesBeyondInputs',
      Reason: 'LayoutIds[1] is no system layout: its panes are not known here.',
    });
    expect(unchecked.find(({ Rule }) => Rule === 'SideBeyondProfile')?.Reason).toBe(
      'MediaEncode has a fault of its own.',
    );
    expect(unchecked.map(({ Rule }) => Rule)).not.toContain('PaneIdBeyondLayouts');
  });

  it('leaves nothing unchecked when all values are given, nor in single-stream mode', () => {
    const complete: TaskParameters = { TaskProfile: '4IN_720P', MediaEncode: 20, LayoutIds: [6] };
    expect(checkRules('StartRecordTask', complete)).toEqual({ errors: [], warnings: [], unchecked: [] });
    expect(checkRules('StartRecordTask', { MixMode: 0 })).toEqual({ errors: [], warnings: [], unchecked: [] });
  });
});
