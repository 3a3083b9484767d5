import { describe, expect, it } from 'vitest';
import { reviewStartRecordTask, reviewUpdateRecordTask } from '../../../shared/record-task/review.ts';

const IDS = { AppId: 'app', ChannelId: 'channel', TaskId: 'task', TemplateId: 'template' };

describe('reviewStartRecordTask', () => {
  it('returns the parameters of a request without faults, and warnings', () => {
    const request = { ...IDS, StreamType: 1 };
    expect(reviewStartRecordTask(request)).toMatchObject({
      ...{ operation: 'StartRecordTask', value: request, sound: request, errors: [] },
      warnings: [{ Rule: 'NoEffectInMixedMode', Path: 'StreamType' }],
    });
  });

  it('tells faulty values and broken rules at once, in the page’s order', () => {
    const { value, errors, warnings } = reviewStartRecordTask({
      ...{ ...IDS, TaskId: 'a b', TaskProfile: '1IN_360P', MediaEncode: 30, StreamType: 0 },
      ...{ UserPanes: [{ PaneId: 0 }, { PaneId: 0 }], LayoutIds: [2, 3] },
    });
    expect(value).toBeUndefined();
    expect(errors.map(({ Rule, Path }) => `${Rule} ${Path}`)).toEqual([
      'pattern TaskId',
      'ResolutionBeyondProfile MediaEncode',
      'DuplicatePaneId UserPanes[1].PaneId',
      'PanesBeyondInputs LayoutIds[0]',
      'PanesBeyondInputs LayoutIds[1]',
      'SamePaneCount LayoutIds[1]',
    ]);
    expect(warnings.map(({ Rule }) => Rule)).toEqual(['NoEffectInMixedMode', 'PaneWithoutUser', 'PaneWithoutUser']);
  });

  it('leaves out of the rules what is faulty itself, and says so', () => {
    const { sound, errors, unchecked } = reviewStartRecordTask({
      ...{ ...IDS, TaskProfile: '4IN_720P', MediaEncode: 21, LayoutIds: [6], UserPanes: [{ PaneId: 16 }] },
    });
    expect(sound).toEqual({ ...IDS, TaskProfile: '4IN_720P', LayoutIds: [6] });
    expect(errors.map(({ Rule }) => Rule)).toEqual(['enum', 'range']);
    expect(unchecked.find(({ Rule }) => Rule === 'ResolutionBeyondProfile')?.Reason).toBe(
      'MediaEncode has a fault of its own.',
    );
  });

  it.each([null, [], 'text', 1, undefined])('knows nothing of a request that is no object: %j', (input) => {
    expect(reviewStartRecordTask(input)).toMatchObject({ value: undefined, sound: {}, errors: [{ Rule: 'type' }] });
  });

  it('proposes the nearest known name for an unknown one, at every depth', () => {
    const { errors } = reviewStartRecordTask({
      ...{ ...IDS, UserPane: [], 'a.b': 1, Mixmode: 1 },
      UserPanes: [{ PaneID: 0, Texts: [{ Text: 'a', Fontsize: 1 }] }],
    });
    expect(errors.map(({ Path, Rule, Message, Accepted }) => [Path, Rule, Message, Accepted])).toEqual([
      [
        'UserPanes[0].Texts[0].Fontsize',
        'unknown',
        'UserPanes[0].Texts[0].Fontsize is not a known parameter: did you mean FontSize?',
        'FontSize',
      ],
      [
        'UserPanes[0].PaneID',
        'unknown',
        'UserPanes[0].PaneID is not a known parameter: did you mean PaneId?',
        'PaneId',
      ],
      ['UserPane', 'unknown', 'UserPane is not a known parameter: did you mean UserPanes?', 'UserPanes'],
      ['?', 'unknown', '? is not a known parameter.', expect.stringMatching(/^one of AppId, /)],
      ['Mixmode', 'unknown', 'Mixmode is not a known parameter: did you mean MixMode?', 'MixMode'],
    ]);
  });

  it('computes the proposal from a name that it does not show', () => {
    const [error] = reviewStartRecordTask({ ...IDS, 'UserPane ': 1 }).errors;
    expect(error).toMatchObject({ Path: '?', Message: '? is not a known parameter: did you mean UserPanes?' });
  });

  it('proposes names for the first twenty only', () => {
    const misspelled = Object.fromEntries(
      Array.from({ length: 26 }, (_, index) => [`MixMode${index % 10}${index}`, 1]),
    );
    const { errors } = reviewStartRecordTask({ ...IDS, ...misspelled });
    expect(errors.filter(({ Accepted }) => Accepted === 'MixMode').length).toBeLessThanOrEqual(20);
    expect(errors).toHaveLength(26);
  });
});

describe('reviewUpdateRecordTask', () => {
  it('checks the rules that an update can break', () => {
    const { value, errors } = reviewUpdateRecordTask({ ...IDS, LayoutIds: [2, 4], TaskProfile: '1IN_720P' });
    expect(value).toEqual({ ...IDS, LayoutIds: [2, 4], TaskProfile: '1IN_720P' });
    expect(errors.map(({ Rule }) => Rule)).toEqual(['PanesBeyondInputs', 'PanesBeyondInputs', 'SamePaneCount']);
  });

  it('does not let a MixMode it must not have decide over effects', () => {
    const { errors, warnings } = reviewUpdateRecordTask({ ...IDS, MixMode: 0, MediaEncode: 20 });
    expect(errors.map(({ Rule, Path }) => `${Rule} ${Path}`)).toEqual(['unknown MixMode']);
    expect(warnings).toEqual([]);
  });
});
