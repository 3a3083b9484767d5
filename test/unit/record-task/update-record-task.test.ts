import { describe, expect, it } from 'vitest';
import { createParameterError } from '../../../shared/record-task/check.ts';
import { checkUpdateRecordTask } from '../../../shared/record-task/update-record-task.ts';

const IDS = { AppId: 'app', ChannelId: 'channel', TaskId: 'task', TemplateId: 'template' };

function listPlaces(input: unknown) {
  const checked = checkUpdateRecordTask(input);
  return checked.ok ? [] : checked.issues.map(({ Path, Rule }) => `${Path} ${Rule}`);
}

describe('checkUpdateRecordTask', () => {
  it('accepts what a mixed task can change', () => {
    const request = {
      ...IDS,
      ...{ TaskProfile: '9IN_720P', MediaEncode: 20, CropMode: 1, LayoutIds: [1, 6], SubSpecUsers: ['u'] },
      ...{ SubSpecAudioUsers: ['allStream'], SubSpecShareScreenUsers: ['u'], SubSpecCameraUsers: ['u'] },
      ...{ UnsubSpecAudioUsers: ['u'], UnsubSpecShareScreenUsers: ['u'], UnsubSpecCameraUsers: ['u'] },
      UserPanes: [{ PaneId: 0, UserId: 'u', Images: [{ Url: 'https://a/b.png' }], Texts: [{ Text: 'a' }] }],
    };
    expect(checkUpdateRecordTask(request)).toEqual({ ok: true, value: request });
  });

  it('requires the four ids, in the order of the page', () => {
    expect(listPlaces({})).toEqual(['AppId required', 'ChannelId required', 'TaskId required', 'TemplateId required']);
  });

  it.each(['MixMode', 'SourceType', 'StreamType', 'BackgroundColor', 'Backgrounds', 'Watermarks'])(
    'does not know %s',
    (name) => {
      const checked = checkUpdateRecordTask({ ...IDS, [name]: 1 });
      expect(checked).toMatchObject({ ok: false, issues: [{ Path: name, Parameter: name, Rule: 'unknown' }] });
      expect(createParameterError(checked.ok ? [] : checked.issues).code).toBe('UnknownParameter');
    },
  );

  it('refuses what StartRecordTask refuses', () => {
    expect(listPlaces({ ...IDS, TaskId: 'a b', MediaEncode: 21, CropMode: 3, UserPanes: [{ PaneId: 16 }] })).toEqual([
      'TaskId pattern',
      'MediaEncode enum',
      'UserPanes[0].PaneId range',
      'CropMode enum',
    ]);
  });
});
