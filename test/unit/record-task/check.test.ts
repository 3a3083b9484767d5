import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RecorderError } from '../../../shared/errors.ts';
import { checkParameters, createIssue, createParameterError } from '../../../shared/record-task/check.ts';
import { getShape } from '../../../shared/record-task/schema-shape.ts';
import { checkStartRecordTask } from '../../../shared/record-task/start-record-task.ts';

const IDS = { AppId: 'app', ChannelId: 'channel', TaskId: 'task', TemplateId: 'template' };
const MAX_MILLISECONDS = 50;

const SIZE_ISSUE = {
  ...{ Path: '', Parameter: '', Rule: 'size' },
  Message: 'The request must be an object of at most 5000 values, nested at most 6 deep.',
  Accepted: 'an object of at most 5000 values, nested at most 6 deep',
};

function repeat<T>(count: number, createItem: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => createItem(index));
}

function createLargest() {
  const box = { X: 0.5, Y: 0.5, Width: 0.5, Height: 0.5, ZOrder: 1 };
  const image = { Url: 'https://a.b/c.png', Display: 1, ...box };
  const text = { Text: 't', X: 0.5, Y: 0.5, FontType: 1, FontSize: 9, FontColor: 1, ZOrder: 1 };
  const users = repeat(16, (index) => `user-${index}`);
  return {
    ...IDS,
    ...{ TaskProfile: '16IN_1080P', MediaEncode: 30, SourceType: 'camera', StreamType: 0, MixMode: 1 },
    ...{ SubSpecUsers: users, SubSpecAudioUsers: users, SubSpecShareScreenUsers: users, SubSpecCameraUsers: users },
    ...{ UnsubSpecAudioUsers: users, UnsubSpecShareScreenUsers: users, UnsubSpecCameraUsers: users },
    UserPanes: repeat(16, (PaneId) => ({
      ...{ PaneId, UserId: 'u', SourceType: 'camera' },
      Images: repeat(16, () => image),
      Texts: repeat(16, () => text),
    })),
    LayoutIds: repeat(16, (index) => index + 1),
    BackgroundColor: 0,
    CropMode: 2,
    Backgrounds: repeat(16, () => image),
    Watermarks: repeat(16, () => ({ ...image, Alpha: 0.5 })),
  };
}

describe('checkParameters', () => {
  it.each([null, undefined, 'text', 1, true, [], [IDS], Symbol('s'), 1n, () => IDS])(
    'refuses a root that is no object: %s',
    (input) => {
      expect(checkStartRecordTask(input)).toEqual({
        ok: false,
        issues: [
          {
            ...{ Path: '', Parameter: '', Rule: 'type' },
            Message: 'The request must be an object.',
            Accepted: 'an object',
          },
        ],
      });
    },
  );

  it('accepts the largest request there can be', () => {
    const largest = createLargest();
    expect(checkStartRecordTask(largest)).toEqual({ ok: true, value: largest });
  });

  it('reads 5000 values and refuses 5001', () => {
    const withValues = (count: number) => Object.fromEntries(repeat(count - 1, (index) => [`k${index}`, 1]));
    const atLimit = checkStartRecordTask(withValues(5000));
    expect(atLimit.ok || atLimit.issues.filter(({ Rule }) => Rule === 'unknown').length).toBe(4999);
    expect(checkStartRecordTask(withValues(5001))).toEqual({ ok: false, issues: [SIZE_ISSUE] });
    expect(checkStartRecordTask({ ...IDS, LayoutIds: repeat(5000, () => 1) })).toEqual({
      ok: false,
      issues: [SIZE_ISSUE],
    });
    expect(checkStartRecordTask({ a: repeat(3000, () => 1), b: repeat(3000, () => 1) })).toEqual({
      ok: false,
      issues: [SIZE_ISSUE],
    });
  });

  it('reads 6 containers deep and refuses 7', () => {
    const nest = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    expect(checkStartRecordTask(nest(6))).toMatchObject({
      ok: false,
      issues: [{}, {}, {}, {}, { Path: 'a', Rule: 'unknown' }],
    });
    expect(checkStartRecordTask(nest(7))).toEqual({ ok: false, issues: [SIZE_ISSUE] });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(checkStartRecordTask(circular)).toEqual({ ok: false, issues: [SIZE_ISSUE] });
  });

  const nasty: Readonly<Record<string, string>> = {
    'lists 500,000 deep': `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
    'objects 80,000 deep': `${'{"UserPanes":'.repeat(80_000)}1${'}'.repeat(80_000)}`,
    'a list of 200,000 items': JSON.stringify({ ...IDS, UserPanes: repeat(200_000, () => 1) }),
    'a list of 200,000 lists': JSON.stringify({ ...IDS, UserPanes: repeat(200_000, () => []) }),
    '80,000 unknown keys': JSON.stringify(Object.fromEntries(repeat(80_000, (index) => [`k${index}`, 1]))),
    '4,900 unknown keys': JSON.stringify(
      Object.fromEntries(repeat(4_900, (index) => [`${'k'.repeat(200)}${index}`, 1])),
    ),
    '2,400 faulty panes': JSON.stringify({ ...IDS, UserPanes: repeat(2_400, () => ({ PaneId: 16 })) }),
    'a key of 1 MiB': JSON.stringify({ [`${'.'.repeat(2 ** 20)}`]: 1 }),
    'a string of 1 MiB': JSON.stringify({ ...IDS, TaskId: 'a'.repeat(2 ** 20), ChannelId: ' '.repeat(100) }),
    'lone surrogates': JSON.stringify({ ...IDS, TemplateId: '\ud800'.repeat(150_000), AppId: '\udfff' }),
    '__proto__ at every depth': `{"__proto__":{"AppId":"a"},"UserPanes":[{"__proto__":{"PaneId":1}}]}`,
  };
  it.each(Object.entries(nasty))('answers %s within 50 ms', (_, json) => {
    expect(json.length).toBeLessThanOrEqual(1.1 * 2 ** 20);
    const input = JSON.parse(json);
    // The quickest of three: another process may hold the processor meanwhile.
    const times = repeat(3, () => {
      const start = performance.now();
      expect(checkStartRecordTask(input).ok).toBe(false);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(MAX_MILLISECONDS);
  });

  it('refuses what only valibot objects to', () => {
    const Odd = v.strictObject({
      Name: v.pipe(
        v.string(),
        v.check(() => false),
      ),
    });
    expect(checkParameters(Odd, { Name: 'a' })).toMatchObject({
      ok: false,
      issues: [{ Path: 'Name', Rule: 'format' }],
    });
  });
});

describe('createIssue', () => {
  it.each([
    [['UserPanes', 0, 'Texts', 1, 'FontSize'], 'UserPanes[0].Texts[1].FontSize', 'UserPanes.1.Texts.2.FontSize'],
    [['LayoutIds', 9], 'LayoutIds[9]', 'LayoutIds.10'],
    [['AppId'], 'AppId', 'AppId'],
    [['a.b', 0, '"'], '?[0].?', '?.1.?'],
    [[], '', ''],
  ])('names the place %j', (place, path, parameter) => {
    expect(createIssue(place, 'type', 'a thing')).toMatchObject({
      Path: path,
      Parameter: parameter,
      Accepted: 'a thing',
    });
  });
});

describe('createParameterError', () => {
  it.each([
    [['TemplateId'], 'required', 'MissingTemplateId'],
    [['TemplateId'], 'length', 'InvalidTemplateId'],
    [['MediaEncode'], 'enum', 'InvalidMediaEncode.Malformed'],
    [['LayoutIds', 3], 'range', 'InvalidLayoutID.Malformed'],
    [['LayoutIds', 3], 'required', 'InvalidLayoutID.Malformed'],
    [['BackgroundColor'], 'type', 'InvalidBackgroundColor.Malformed'],
    [['UserPanes', 0, 'Texts', 1, 'FontSize'], 'range', 'InvalidUserPanes'],
    [['UserPanes', 0, 'Foo'], 'unknown', 'UnknownParameter'],
    [['a b'], 'unknown', 'UnknownParameter'],
    [[], 'size', 'MalformedRequest'],
  ] as const)('gives %j of rule %s the code %s', (place, rule, code) => {
    const issue = createIssue(place, rule, 'something');
    const error = createParameterError([issue]);
    expect(error).toBeInstanceOf(RecorderError);
    expect(error).toMatchObject({ code, status: 400, message: issue.Message, issues: [issue] });
  });

  it('takes its code from the first parameter of the page, whatever the order of the issues', () => {
    const issues = [
      createIssue(['StopAt'], 'format', 'a time'),
      createIssue(['Watermarks', 0, 'Url'], 'format', 'a URL'),
      createIssue(['UserPanes', 1], 'required', 'no gaps'),
      createIssue(['UserPanes', 0, 'PaneId'], 'range', 'a number'),
      createIssue(['TemplateId'], 'required', 'an id'),
    ];
    const error = createParameterError(issues);
    expect(error.code).toBe('MissingTemplateId');
    expect(error.message).toBe('TemplateId is required: an id. (and 4 more)');
    expect(error.issues.map(({ Path }) => Path)).toEqual([
      ...['TemplateId', 'UserPanes[1]', 'UserPanes[0].PaneId', 'Watermarks[0].Url', 'StopAt'],
    ]);
    expect(createParameterError([...issues, createIssue([], 'size', 'less')]).code).toBe('MalformedRequest');
  });

  it('is not for a request without faults', () => {
    expect(() => createParameterError([])).toThrow(TypeError);
  });
});

describe('getShape', () => {
  it.each([v.bigint(), v.strictObject({ Flag: v.bigint() }), v.array(v.null()), v.picklist([])])(
    'is not for a schema that parameters do not use: $type',
    (schema) => {
      expect(() => getShape(schema)).toThrow(TypeError);
    },
  );

  it('sets no bounds where the schema sets none', () => {
    expect(getShape(v.array(v.string()))).toMatchObject({ minLength: 0, maxLength: Infinity });
  });
});
