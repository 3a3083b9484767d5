import { stringify } from 'node:querystring';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { flattenParameters, measureQueryBytes, unflattenParameters } from '../../../shared/record-task/rpc-names.ts';
import { checkStartRecordTask, StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';

describe('measureQueryBytes', () => {
  it.each([
    [[]],
    [[['TaskId', 'task']]],
    [
      [
        ['UserPanes.1.Texts.1.Text', `第一课 (it's 100%~*!) +&=😀`],
        ['LayoutIds.1', '1'],
      ],
    ],
  ] satisfies [[string, string][]][])('is the length of the query that Node’s querystring makes of %j', (pairs) => {
    // The official client makes its query with it.
    expect(measureQueryBytes(pairs)).toBe(stringify(Object.fromEntries(pairs)).length);
  });
});

describe('flattenParameters', () => {
  it('numbers lists from 1 and keeps the order of the object', () => {
    const parameters = {
      TaskId: 'task',
      AppId: 'app',
      LayoutIds: [3, 1],
      UserPanes: [
        { PaneId: 0, Texts: [{ Text: 'a' }, { Text: 'b', FontSize: 20 }] },
        { Images: [{ Url: 'http://a/?b=c' }] },
      ],
    };
    expect(flattenParameters(parameters)).toEqual([
      ['TaskId', 'task'],
      ['AppId', 'app'],
      ['LayoutIds.1', '3'],
      ['LayoutIds.2', '1'],
      ['UserPanes.1.PaneId', '0'],
      ['UserPanes.1.Texts.1.Text', 'a'],
      ['UserPanes.1.Texts.2.Text', 'b'],
      ['UserPanes.1.Texts.2.FontSize', '20'],
      ['UserPanes.2.Images.1.Url', 'http://a/?b=c'],
    ]);
  });

  it.each([
    [0, '0'],
    [-0, '0'],
    [0.7576, '0.7576'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e-7, '0.0000001'],
    [1.25e-7, '0.000000125'],
    [-1.5e-9, '-0.0000000015'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [1e21, '1000000000000000000000'],
    [-1.5e22, '-15000000000000000000000'],
  ])('writes %d without an exponent', (value, text) => {
    expect(flattenParameters({ X: value })).toEqual([['X', text]]);
    expect(Number(text)).toBe(value === 0 ? 0 : value);
  });

  it('writes booleans as words', () => {
    expect(flattenParameters({ A: true, B: [false] })).toEqual([
      ['A', 'true'],
      ['B.1', 'false'],
    ]);
  });

  it('gives nothing for nothing', () => {
    expect(flattenParameters({})).toEqual([]);
  });
});

function unflatten(pairs: readonly (readonly [string, string])[]) {
  return unflattenParameters(pairs, StartRecordTaskSchema);
}

describe('unflattenParameters', () => {
  it('reads numbers only where the schema wants them', () => {
    const { parameters, issues } = unflatten([
      ['UserPanes.1.Texts.1.Text', '12'],
      ['UserPanes.1.Texts.1.X', '0.5'],
      ['MediaEncode', '20'],
      ['SubSpecUsers.1', '1'],
      ['LayoutIds.1', '6'],
      ['TaskId', '007'],
    ]);
    expect(issues).toEqual([]);
    expect(parameters).toEqual({
      TaskId: '007',
      MediaEncode: 20,
      SubSpecUsers: ['1'],
      UserPanes: [{ Texts: [{ Text: '12', X: 0.5 }] }],
      LayoutIds: [6],
    });
  });

  it.each([
    ['0', 0],
    ['-0', -0],
    ['-1', -1],
    ['1.50', 1.5],
    ['1e2', 100],
    ['1E-2', 0.01],
  ])('reads %s as a number', (text, value) => {
    expect(unflatten([['MixMode', text]]).parameters).toEqual({ MixMode: value });
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '01',
    '.5',
    '1.',
    '0x10',
    '1e',
    '1e999',
    '-1e999',
    'NaN',
    'Infinity',
    'true',
    'null',
    '1_0',
    '１',
  ])('leaves %j for the check to refuse', (text) => {
    const { parameters } = unflatten([['MixMode', text]]);
    expect(parameters).toEqual({ MixMode: text });
    expect(checkStartRecordTask(parameters)).toMatchObject({
      issues: expect.arrayContaining([expect.objectContaining({ Path: 'MixMode', Rule: 'type' })]),
    });
  });

  it.each([
    ['true', true],
    ['false', false],
    ['True', 'True'],
    ['1', '1'],
    ['', ''],
  ])('reads the boolean %j as %j', (text, value) => {
    const schema = v.strictObject({ Flag: v.boolean() });
    expect(unflattenParameters([['Flag', text]], schema)).toEqual({ parameters: { Flag: value }, issues: [] });
  });

  it('takes the parts of a list in any order', () => {
    const names = [
      'SubSpecUsers.2',
      'SubSpecUsers.10',
      'SubSpecUsers.1',
      ...[3, 4, 5, 6, 7, 8, 9].map((n) => `SubSpecUsers.${n}`),
    ];
    const { parameters, issues } = unflatten(names.map((name) => [name, name]));
    expect(issues).toEqual([]);
    expect(parameters).toEqual({ SubSpecUsers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `SubSpecUsers.${n}`) });
  });

  const accepted = 'indexes that start at 1 and have no gaps';
  it.each([
    [['SubSpecUsers.2'], 'SubSpecUsers[0]', 'SubSpecUsers.1', 'required'],
    [['SubSpecUsers.1', 'SubSpecUsers.3'], 'SubSpecUsers[1]', 'SubSpecUsers.2', 'required'],
    [['SubSpecUsers.1', 'SubSpecUsers.999999999999'], 'SubSpecUsers[1]', 'SubSpecUsers.2', 'required'],
    [['UserPanes.1.Images.2.Url'], 'UserPanes[0].Images[0]', 'UserPanes.1.Images.1', 'required'],
    [['SubSpecUsers.0'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.0', 'SubSpecUsers.1'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.01'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.1', 'SubSpecUsers.x'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.1', 'SubSpecUsers.__proto__'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.1', 'SubSpecUsers.length'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.-1'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.1e0'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
    [['SubSpecUsers.'], 'SubSpecUsers', 'SubSpecUsers', 'format'],
  ] as const)('refuses the indexes of %j', (names, Path, Parameter, Rule) => {
    const fault = Rule === 'required' ? `is missing: there must be ${accepted}` : `must have ${accepted}`;
    expect(unflatten(names.map((name) => [name, 'u'])).issues).toEqual([
      { Path, Parameter, Rule, Message: `${Parameter} ${fault}.`, Accepted: accepted },
    ]);
  });

  it('keeps what comes before a gap, in its place', () => {
    const { parameters, issues } = unflatten([
      ['UserPanes.1.PaneId', '16'],
      ['UserPanes.3.PaneId', '17'],
    ]);
    expect(issues).toMatchObject([{ Parameter: 'UserPanes.2', Rule: 'required' }]);
    expect(parameters).toEqual({ UserPanes: [{ PaneId: 16 }] });
  });

  it.each([
    [['AppId', 'AppId'], 'AppId', 'format', 'AppId is given more than once.'],
    [['LayoutIds.1', 'LayoutIds.1'], 'LayoutIds.1', 'format', 'LayoutIds.1 is given more than once.'],
    [['LayoutIds', 'LayoutIds.1'], 'LayoutIds', 'type', 'LayoutIds is given both as a value and in parts.'],
    [
      ['UserPanes.1', 'UserPanes.1.PaneId'],
      'UserPanes.1',
      'type',
      'UserPanes.1 is given both as a value and in parts.',
    ],
    [['AppId.1', 'AppId'], 'AppId', 'type', 'AppId is given both as a value and in parts.'],
  ] as const)('refuses %j', (names, Parameter, Rule, Message) => {
    expect(unflatten(names.map((name) => [name, '1'])).issues).toMatchObject([{ Parameter, Rule, Message }]);
  });

  it.each([
    ['LayoutIds', 'LayoutIds', 'type'],
    ['UserPanes.1', 'UserPanes[0]', 'type'],
    ['AppId.1', 'AppId', 'type'],
    ['AppId.1.2.3.4.5.6.7', 'AppId', 'type'],
    ['UserPanes.1.Texts.1.FontSize.1', 'UserPanes[0].Texts[0].FontSize', 'type'],
    ['MixMode.x', 'MixMode', 'type'],
    ['Foo', 'Foo', 'unknown'],
    ['Watermark.1.Url', 'Watermark', 'unknown'],
    ['UserPanes.1.Foo', 'UserPanes[0].Foo', 'unknown'],
    ['UserPanes.1.Foo.1.Bar', 'UserPanes[0].Foo', 'unknown'],
    ['__proto__', '__proto__', 'unknown'],
    ['__proto__.AppId', '__proto__', 'unknown'],
    ['constructor.prototype.AppId', 'constructor', 'unknown'],
    ['UserPanes.1.__proto__.PaneId', 'UserPanes[0].__proto__', 'unknown'],
    ['', '?', 'unknown'],
    ['appId', 'appId', 'unknown'],
  ])('leaves %j to the check', (name, Path, Rule) => {
    const { parameters, issues } = unflatten([[name, 'x']]);
    expect(issues).toEqual([]);
    expect(Object.getPrototypeOf(parameters)).toBe(Object.prototype);
    const checked = checkStartRecordTask(parameters);
    const faults = checked.ok ? [] : checked.issues.filter((issue) => !issue.Message.includes('is required'));
    expect(faults).toMatchObject([{ Path, Rule }]);
  });

  it('reads 5000 names and refuses more without reading on', () => {
    const issue = { Path: '', Rule: 'size', Message: 'The request must be made of at most 5000 parameters.' };
    let read = 0;
    function* createPairs(count: number): Generator<readonly [string, string]> {
      for (let index = 1; index <= count; index += 1) {
        read = index;
        yield [`SubSpecUsers.${index}`, 'u'];
      }
    }
    const atLimit = unflattenParameters(createPairs(5000), StartRecordTaskSchema);
    expect(atLimit.issues).toEqual([]);
    expect(checkStartRecordTask(atLimit.parameters).ok).toBe(false);
    expect(unflattenParameters(createPairs(1e9), StartRecordTaskSchema)).toMatchObject({
      parameters: {},
      issues: [issue],
    });
    expect(read).toBe(5001);
  });

  it('reads a name of 1 MiB within 50 ms', () => {
    const pairs = [
      ['UserPanes.1', 'a.', '.', '1.'].map((part) => [part.repeat(2 ** 20 / part.length), 'x'] as const),
    ].flat();
    const start = performance.now();
    const { parameters } = unflatten(pairs);
    expect(performance.now() - start).toBeLessThan(50);
    expect(checkStartRecordTask(parameters).ok).toBe(false);
  });

  it('is for parameters only', () => {
    expect(() => unflattenParameters([], v.string())).toThrow(TypeError);
  });
});
