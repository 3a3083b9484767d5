import { describe, expect, it } from 'vitest';
import { createParameterError } from '../../../shared/record-task/check.ts';
import { getShape, type Shape } from '../../../shared/record-task/schema-shape.ts';
import { checkStartRecordTask, StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';

const IDS = { AppId: 'app', ChannelId: 'channel', TaskId: 'task', TemplateId: 'template' };

interface Row {
  readonly path: string;
  readonly parameter: string;
  /** What a refusal says would be accepted. */
  readonly words: string;
  readonly code: string;
  readonly legal: readonly unknown[];
  /** Values by the rule they break; those of the wrong type are added to every row. */
  readonly illegal: Readonly<Record<string, readonly unknown[]>>;
}

const LONE_SURROGATE = '\ud800';
const ID_WORDS = 'letters, digits, underscores or hyphens';
const URL_WORDS = 'an http or https URL of at most 1024 ASCII characters';
const TEXT_WORDS = 'characters of well-formed text without control characters';
const MEDIA_ENCODE_IDS = [
  ...[0, 1, 54, 53, 52, 10, 20, 22, 23, 30, 31, 24, 25, 26, 27, 28],
  ...[32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43],
];
const TASK_PROFILE_NAMES = [
  ...['1IN', '2IN', '4IN', '9IN', '12IN', '16IN'].flatMap((inputs) => [
    `${inputs}_1080P`,
    `${inputs}_720P`,
    `${inputs}_360P`,
  ]),
  'Mixed_Audio',
];

function createId(name: string, maxLength: number, place: Pick<Row, 'path' | 'parameter' | 'code'>): Row {
  return {
    ...place,
    words: `1 to ${maxLength} ${ID_WORDS}`,
    legal: ['a', 'A_z-9', 'x'.repeat(maxLength), ...(name === 'user' ? ['allStream'] : [])],
    illegal: {
      length: ['', 'x'.repeat(maxLength + 1)],
      pattern: ['a b', 'a\n', 'ä', 'a.b', 'a*', LONE_SURROGATE, 'a\0'],
    },
  };
}

function createInteger(min: number, max: number, place: Pick<Row, 'path' | 'parameter' | 'code'>): Row {
  return {
    ...place,
    words: `an integer from ${min} to ${max}`,
    legal: [min, max],
    illegal: { range: [min - 1, max + 1], type: [1.5, Number.NaN, Number.POSITIVE_INFINITY] },
  };
}

function createBox(path: string, parameter: string, code: string): Row[] {
  const share = { words: 'a number from 0 to 1', legal: [0, 1, 0.7576, 5e-324] };
  const extent = { words: 'a number greater than 0 and at most 1', legal: [1, 0.2456, 5e-324] };
  return [
    ...['X', 'Y'].map((name) => ({
      ...{ path: `${path}.${name}`, parameter: `${parameter}.${name}`, code },
      ...{ ...share, illegal: { range: [-0.1, 1.1, Number.POSITIVE_INFINITY], type: [Number.NaN] } },
    })),
    ...['Width', 'Height'].map((name) => ({
      ...{ path: `${path}.${name}`, parameter: `${parameter}.${name}`, code },
      ...{ ...extent, illegal: { range: [0, -0.1, 1.1], type: [Number.NaN] } },
    })),
    createInteger(0, 2_147_483_647, { path: `${path}.ZOrder`, parameter: `${parameter}.ZOrder`, code }),
  ];
}

function createUrl(path: string, parameter: string, code: string): Row {
  return {
    ...{ path, parameter, code, words: URL_WORDS },
    legal: ['http://a', 'HTTPS://a.b/c%20d?e=f#g', `http://a/${'x'.repeat(1015)}`],
    illegal: {
      length: ['', `http://a/${'x'.repeat(1016)}`],
      pattern: [
        'ftp://a',
        'javascript:alert(1)',
        '//a',
        'http:a',
        ' http://a',
        'http://a b',
        'http://a/图',
        `http://a/${LONE_SURROGATE}`,
      ],
      format: ['http://[', 'http://a:99999'],
    },
  };
}

function createChoice(
  options: readonly unknown[],
  words: string,
  place: Pick<Row, 'path' | 'parameter' | 'code'>,
): Row {
  return {
    ...{ ...place, words },
    legal: options,
    illegal: {
      enum:
        typeof options[0] === 'number' ? [-1, 99, 0.5] : ['', 'x', `${options[0]} `, `${options.at(-1)}`.toUpperCase()],
    },
  };
}

const PANES = 'InvalidUserPanes';
const USER_LISTS = [
  ...['SubSpecUsers', 'SubSpecAudioUsers', 'SubSpecShareScreenUsers', 'SubSpecCameraUsers'],
  ...['UnsubSpecAudioUsers', 'UnsubSpecShareScreenUsers', 'UnsubSpecCameraUsers'],
];

const GRID: readonly Row[] = [
  {
    ...{ path: 'AppId', parameter: 'AppId', code: 'InvalidAppId' },
    words: '1 to 64 printable ASCII characters without spaces',
    legal: ['9q****', 'x'.repeat(64)],
    illegal: { length: ['', 'x'.repeat(65)], pattern: ['a b', 'a\n', 'ä', '\0', LONE_SURROGATE] },
  },
  createId('channel', 64, { path: 'ChannelId', parameter: 'ChannelId', code: 'InvalidChannelId' }),
  createId('task', 55, { path: 'TaskId', parameter: 'TaskId', code: 'InvalidTaskId' }),
  {
    ...{ path: 'TemplateId', parameter: 'TemplateId', code: 'InvalidTemplateId' },
    words: `1 to 255 ${TEXT_WORDS}`,
    legal: ['76dasgb****', 'ä b', 'x'.repeat(255)],
    illegal: { length: ['', 'x'.repeat(256)], pattern: ['\0', 'a\u0001', LONE_SURROGATE, '\udc00\ud800'] },
  },
  createChoice(TASK_PROFILE_NAMES, `one of ${TASK_PROFILE_NAMES.join(', ')}`, {
    ...{ path: 'TaskProfile', parameter: 'TaskProfile', code: 'InvalidTaskProfile' },
  }),
  createChoice(MEDIA_ENCODE_IDS, `one of ${MEDIA_ENCODE_IDS.join(', ')}`, {
    ...{ path: 'MediaEncode', parameter: 'MediaEncode', code: 'InvalidMediaEncode.Malformed' },
  }),
  createChoice(['camera', 'shareScreen'], 'camera or shareScreen', {
    ...{ path: 'SourceType', parameter: 'SourceType', code: 'InvalidSourceType' },
  }),
  createChoice([0, 1], '0 or 1', { path: 'StreamType', parameter: 'StreamType', code: 'InvalidStreamType' }),
  createChoice([0, 1], '0 or 1', { path: 'MixMode', parameter: 'MixMode', code: 'InvalidMixMode' }),
  ...USER_LISTS.map((name) =>
    createId('user', 64, { path: `${name}[0]`, parameter: `${name}.1`, code: `Invalid${name}` }),
  ),
  createInteger(0, 15, { path: 'UserPanes[0].PaneId', parameter: 'UserPanes.1.PaneId', code: PANES }),
  createId('user', 64, { path: 'UserPanes[0].UserId', parameter: 'UserPanes.1.UserId', code: PANES }),
  createChoice(['camera', 'shareScreen'], 'camera or shareScreen', {
    ...{ path: 'UserPanes[0].SourceType', parameter: 'UserPanes.1.SourceType', code: PANES },
  }),
  createUrl('UserPanes[0].Images[0].Url', 'UserPanes.1.Images.1.Url', PANES),
  createChoice([0, 1, 2], 'one of 0, 1, 2', {
    ...{ path: 'UserPanes[0].Images[0].Display', parameter: 'UserPanes.1.Images.1.Display', code: PANES },
  }),
  ...createBox('UserPanes[0].Images[0]', 'UserPanes.1.Images.1', PANES),
  {
    ...{ path: 'UserPanes[0].Texts[0].Text', parameter: 'UserPanes.1.Texts.1.Text', code: PANES },
    words: `1 to 1024 ${TEXT_WORDS}`,
    legal: ['录制中 🎬', 'two\nlines', '</text><script>', 'x'.repeat(1024)],
    illegal: { length: ['', 'x'.repeat(1025)], pattern: ['\0', '\u001b[0m', LONE_SURROGATE, 'a\udc00', '\uffff'] },
  },
  ...createBox('UserPanes[0].Texts[0]', 'UserPanes.1.Texts.1', PANES).filter(({ path }) => !/Width|Height/.test(path)),
  createInteger(0, 5, {
    path: 'UserPanes[0].Texts[0].FontType',
    parameter: 'UserPanes.1.Texts.1.FontType',
    code: PANES,
  }),
  createInteger(1, 72, {
    path: 'UserPanes[0].Texts[0].FontSize',
    parameter: 'UserPanes.1.Texts.1.FontSize',
    code: PANES,
  }),
  createInteger(0, 16_777_215, {
    ...{ path: 'UserPanes[0].Texts[0].FontColor', parameter: 'UserPanes.1.Texts.1.FontColor', code: PANES },
  }),
  createInteger(1, Number.MAX_SAFE_INTEGER, {
    ...{ path: 'LayoutIds[0]', parameter: 'LayoutIds.1', code: 'InvalidLayoutID.Malformed' },
  }),
  createInteger(0, 16_777_215, {
    ...{ path: 'BackgroundColor', parameter: 'BackgroundColor', code: 'InvalidBackgroundColor.Malformed' },
  }),
  createChoice([1, 2], '1 or 2', { path: 'CropMode', parameter: 'CropMode', code: 'InvalidCropMode' }),
  ...['Backgrounds', 'Watermarks'].flatMap((name) => [
    createUrl(`${name}[0].Url`, `${name}.1.Url`, `Invalid${name}`),
    createChoice([0, 1], '0 or 1', {
      path: `${name}[0].Display`,
      parameter: `${name}.1.Display`,
      code: `Invalid${name}`,
    }),
    ...createBox(`${name}[0]`, `${name}.1`, `Invalid${name}`),
  ]),
  {
    ...{ path: 'Watermarks[0].Alpha', parameter: 'Watermarks.1.Alpha', code: 'InvalidWatermarks' },
    words: 'a number from 0 to 1',
    legal: [0, 0.5, 1],
    illegal: { range: [-0.1, 1.1], type: [Number.NaN] },
  },
];

/** A request that is legal but for `value` at `path`. */
function createRequest(path: string, value: unknown): Record<string, unknown> {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const nested = keys.slice(1).reduceRight((inner, key) => (key === '0' ? [inner] : { [key]: inner }), value);
  return { ...IDS, [keys[0] ?? '']: nested };
}

function listIssues(input: unknown) {
  const checked = checkStartRecordTask(input);
  return checked.ok ? [] : checked.issues;
}

function listPlaces(input: unknown) {
  return listIssues(input).map(({ Path, Rule }) => `${Path} ${Rule}`);
}

function listLeaves(shape: Shape, path: string): string[] {
  if (shape.kind === 'value') return [path];
  if (shape.kind === 'list') return listLeaves(shape.item, `${path}[0]`);
  return [...shape.fields].flatMap(([name, field]) => listLeaves(field.shape, path === '' ? name : `${path}.${name}`));
}

describe('checkStartRecordTask', () => {
  it('is tested below for each of its parameters', () => {
    expect(GRID.map(({ path }) => path).sort()).toEqual(listLeaves(getShape(StartRecordTaskSchema), '').sort());
  });

  describe.each(GRID)('$parameter', ({ path, parameter, words, code, legal, illegal }) => {
    it.each(legal)('accepts %j', (value) => {
      const request = createRequest(path, value);
      expect(checkStartRecordTask(request)).toEqual({ ok: true, value: request });
    });

    const wrongTypes = [null, true, [], {}, ['a'], typeof legal[0] === 'number' ? `${legal[0]}` : 20];
    const cases = Object.entries({ ...illegal, type: [...(illegal.type ?? []), ...wrongTypes] });
    it.each(cases.flatMap(([rule, values]) => values.map((value) => [value, rule] as const)))(
      'refuses %j by its %s',
      (value, Rule) => {
        const issues = listIssues(createRequest(path, value));
        const Message = `${path} must be ${words}.`;
        expect(issues).toEqual([{ Path: path, Parameter: parameter, Rule, Message, Accepted: words }]);
        expect(createParameterError(issues)).toMatchObject({ code, status: 400, message: Message });
      },
    );
  });

  it.each(Object.keys(IDS))('requires %s', (name) => {
    const issues = listIssues({ ...IDS, [name]: undefined });
    expect(issues).toMatchObject([{ Path: name, Parameter: name, Rule: 'required' }]);
    expect(issues[0]?.Message).toBe(`${name} is required: ${issues[0]?.Accepted}.`);
    expect(createParameterError(issues).code).toBe(`Missing${name}`);
  });

  it.each([...USER_LISTS, 'UserPanes', 'LayoutIds', 'Backgrounds', 'Watermarks'])('takes 1 to 16 of %s', (name) => {
    const item = { UserPanes: { PaneId: 1 }, LayoutIds: 1, Backgrounds: { X: 0 }, Watermarks: { X: 0 } }[name] ?? 'u';
    const listOf = (length: number) => ({ ...IDS, [name]: Array.from({ length }, () => item) });
    expect(listIssues(listOf(1))).toEqual([]);
    expect(listIssues(listOf(16))).toEqual([]);
    const fault = { Path: name, Parameter: name, Rule: 'length', Accepted: 'a list of 1 to 16 items' };
    expect(listIssues(listOf(0))).toMatchObject([fault]);
    expect(listIssues(listOf(17))).toMatchObject([fault]);
    expect(listIssues({ ...IDS, [name]: item })).toMatchObject([{ ...fault, Rule: 'type' }]);
    expect(listIssues({ ...IDS, [name]: { 0: item, length: 1 } })).toMatchObject([{ ...fault, Rule: 'type' }]);
  });

  it.each(['Images', 'Texts'])('takes 1 to 16 %s in a pane', (name) => {
    const listOf = (length: number) => ({ ...IDS, UserPanes: [{ [name]: Array.from({ length }, () => ({ X: 0 })) }] });
    const fault = { Path: `UserPanes[0].${name}`, Parameter: `UserPanes.1.${name}`, Rule: 'length' };
    expect(listIssues(listOf(16))).toEqual([]);
    expect(listIssues(listOf(0))).toMatchObject([fault]);
    expect(listIssues(listOf(17))).toMatchObject([fault]);
  });

  it.each([
    [{}, 'size'],
    [[], 'type'],
    [null, 'type'],
    ['x', 'type'],
    [[{ PaneId: 1 }], 'type'],
  ])('refuses %j as a pane by its %s', (pane, Rule) => {
    expect(listIssues({ ...IDS, UserPanes: [{ PaneId: 1 }, pane] })).toEqual([
      {
        ...{ Path: 'UserPanes[1]', Parameter: 'UserPanes.2', Rule },
        Message: 'UserPanes[1] must be an object with one or more of PaneId, UserId, SourceType, Images, Texts.',
        Accepted: 'an object with one or more of PaneId, UserId, SourceType, Images, Texts',
      },
    ]);
  });

  it('names every fault of a request at once, in the order of the page', () => {
    const pane = { PaneId: 0 };
    const request = {
      Recording: true,
      UserPanes: [
        { PaneId: 16, Texts: [{ FontSize: 0 }, { FontSize: 73, FontColor: 16_777_216 }] },
        ...Array.from({ length: 16 }, () => pane),
      ],
      MediaEncode: 21,
      TaskProfile: '3IN_1080P',
      TaskId: `${'x'.repeat(54)} x`,
      ChannelId: 7,
      AppId: 'app',
    };
    expect(listPlaces(request)).toEqual([
      'ChannelId type',
      'TaskId length',
      'TemplateId required',
      'TaskProfile enum',
      'MediaEncode enum',
      'UserPanes length',
      'UserPanes[0].PaneId range',
      'UserPanes[0].Texts[0].FontSize range',
      'UserPanes[0].Texts[1].FontSize range',
      'UserPanes[0].Texts[1].FontColor range',
      'Recording unknown',
    ]);
    expect(listIssues(request).at(-3)).toEqual({
      Path: 'UserPanes[0].Texts[1].FontSize',
      Parameter: 'UserPanes.1.Texts.2.FontSize',
      Rule: 'range',
      Message: 'UserPanes[0].Texts[1].FontSize must be an integer from 1 to 72.',
      Accepted: 'an integer from 1 to 72',
    });
  });

  it('names every unknown key at every depth', () => {
    const request = {
      ...IDS,
      Action: 'StartRecordTask',
      UserPane: [],
      UserPanes: [{ PaneId: 1, Image: {}, Texts: [{ text: 'a', Alpha: 1 }], Images: [{ constructor: 1 }] }],
    };
    expect(listPlaces(request)).toEqual([
      'UserPanes[0].Images[0].constructor unknown',
      'UserPanes[0].Texts[0].text unknown',
      'UserPanes[0].Texts[0].Alpha unknown',
      'UserPanes[0].Image unknown',
      'Action unknown',
      'UserPane unknown',
    ]);
    expect(listIssues({ ...IDS, UserPanes: [{ Foo: 1 }] })).toEqual([
      {
        ...{ Path: 'UserPanes[0].Foo', Parameter: 'UserPanes.1.Foo', Rule: 'unknown' },
        Message: 'UserPanes[0].Foo is not a known parameter.',
        Accepted: 'one of PaneId, UserId, SourceType, Images, Texts',
      },
    ]);
    expect(createParameterError(listIssues({ ...IDS, Foo: 1 })).code).toBe('UnknownParameter');
  });

  it('takes no inherited name for a parameter', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    const request = JSON.parse(
      JSON.stringify(IDS).replace('}', `${names.map((name) => `,"${name}":{"MixMode":7}`).join('')}}`),
    );
    expect(listPlaces(request)).toEqual(names.map((name) => `${name} unknown`));
    expect(listPlaces(Object.create(IDS))).toEqual(Object.keys(IDS).map((name) => `${name} required`));
  });

  it('shows an unknown name only if it is a harmless identifier', () => {
    const request = {
      ...IDS,
      'a b': 1,
      '<script>': 1,
      [`x${'y'.repeat(63)}`]: 1,
      [`x${'y'.repeat(64)}`]: 1,
      '': 1,
      ünknown: 1,
    };
    expect(listIssues(request).map(({ Path }) => Path)).toEqual(['?', '?', `x${'y'.repeat(63)}`, '?', '?', '?']);
  });

  it('never quotes a value', () => {
    for (const { path } of GRID) {
      const issues = listIssues(createRequest(path, { secret: 's3cret-token' }));
      expect(issues).not.toEqual([]);
      expect(JSON.stringify(issues)).not.toContain('s3cret');
      expect(JSON.stringify(listIssues(createRequest(path, ' s3cret-token\0')))).not.toContain('s3cret');
    }
  });

  it('fills in no default and turns -0 into 0', () => {
    const checked = checkStartRecordTask({ ...IDS, MixMode: -0, UserPanes: [{ Images: [{ X: -0 }] }] });
    expect(checked).toStrictEqual({ ok: true, value: { ...IDS, MixMode: 0, UserPanes: [{ Images: [{ X: 0 }] }] } });
  });

  it('takes undefined for absent, as JSON does', () => {
    expect(checkStartRecordTask({ ...IDS, MixMode: undefined })).toStrictEqual({ ok: true, value: IDS });
    expect(listPlaces({ ...IDS, UserPanes: [{ PaneId: undefined }] })).toEqual(['UserPanes[0] size']);
  });

  it('leaves the input as it was', () => {
    const request = Object.freeze({ ...IDS, LayoutIds: Object.freeze([1, 2]) });
    const checked = checkStartRecordTask(request);
    expect(checked).toEqual({ ok: true, value: request });
    expect(checked.ok && checked.value.LayoutIds).not.toBe(request.LayoutIds);
  });
});
