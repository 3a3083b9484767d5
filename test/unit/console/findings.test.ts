import { describe, expect, it } from 'vitest';
import {
  describeFinding,
  findAt,
  findWithin,
  joinFindings,
  listPathsAround,
  mergeFindings,
  reviewForm,
} from '../../../functions/start/console/findings.ts';
import { createIssue } from '../../../shared/record-task/check.ts';

const listPaths = (kind: 'start' | 'schedule' | 'update', values: object) =>
  reviewForm(kind, { ...values }).findings.map(({ severity, Path, Rule }) => `${severity} ${Path} ${Rule}`);

describe('reviewForm', () => {
  it('asks for the channel only: the service fills in the other ids', () => {
    expect(listPaths('start', {})).toEqual(['error ChannelId required']);
    expect(listPaths('schedule', {})).toEqual(['error ChannelId required']);
    expect(listPaths('update', {})).toEqual([]);
  });

  it('finds faults of values and of rules, then warnings', () => {
    const values = { ChannelId: 'c d', TaskProfile: '1IN_360P', MediaEncode: 20, StreamType: 0 };
    expect(listPaths('start', values)).toEqual([
      ...[
        'error ChannelId pattern',
        'error MediaEncode ResolutionBeyondProfile',
        'warning StreamType NoEffectInMixedMode',
      ],
    ]);
  });

  it('finds faults of an id that is there', () => {
    expect(listPaths('start', { ChannelId: 'c', TaskId: 'a b' })).toEqual(['error TaskId pattern']);
  });

  it('knows our own two members at a start only', () => {
    const values = { ChannelId: 'c', StopAt: 'soon', MaxDurationSeconds: 0 };
    expect(listPaths('start', values)).toEqual(['error StopAt pattern', 'error MaxDurationSeconds range']);
    expect(listPaths('schedule', values)).toEqual(['error StopAt unknown', 'error MaxDurationSeconds unknown']);
  });

  it('refuses in an update what cannot be changed', () => {
    expect(listPaths('update', { MixMode: 1 })).toEqual(['error MixMode unknown']);
  });
});

const FINDINGS = joinFindings(
  [createIssue(['UserPanes', 1, 'Texts', 0, 'X'], 'range', 'a number')],
  [createIssue(['UserPanes'], 'length', 'a list'), createIssue(['UserPanesX'], 'type', 'a list')],
);

describe('findAt and findWithin', () => {
  it('find what is about a path, or lies within it', () => {
    expect(findAt(FINDINGS, 'UserPanes').map(({ Rule }) => Rule)).toEqual(['length']);
    expect(findWithin(FINDINGS, 'UserPanes').map(({ Rule }) => Rule)).toEqual(['range', 'length']);
    expect(findWithin(FINDINGS, 'UserPanes[1]').map(({ Rule }) => Rule)).toEqual(['range']);
    expect(findWithin(FINDINGS, 'UserPanes[10]')).toEqual([]);
  });
});

describe('mergeFindings', () => {
  it('says each thing once, faults first', () => {
    const answered = joinFindings(
      [createIssue(['AppId'], 'enum', 'one of ours')],
      [createIssue(['UserPanes'], 'length', 'a list')],
    );
    expect(mergeFindings(FINDINGS, answered).map(({ severity, Path }) => `${severity} ${Path}`)).toEqual([
      ...['error UserPanes[1].Texts[0].X', 'error AppId', 'warning UserPanes', 'warning UserPanesX'],
    ]);
  });
});

describe('listPathsAround', () => {
  it('goes from the inside out', () => {
    expect(listPathsAround('UserPanes[0].Texts[12].X')).toEqual([
      ...['UserPanes[0].Texts[12].X', 'UserPanes[0].Texts[12]', 'UserPanes[0].Texts', 'UserPanes[0]', 'UserPanes'],
    ]);
    expect(listPathsAround('')).toEqual(['']);
  });
});

describe('describeFinding', () => {
  it('says what is accepted where the sentence does not', () => {
    const issue = createIssue(['X'], 'range', 'a number from 0 to 1');
    expect(describeFinding(issue)).toBe('X must be a number from 0 to 1.');
    expect(describeFinding({ ...issue, Message: 'X is odd.' })).toBe('X is odd. Accepted: a number from 0 to 1.');
  });
});
