/**
 * The model against the vendor's page, a copy of which is parsed here, and against copies of its tables as data.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { checkParameters, PARAMETER_ORDER } from '../../shared/record-task/check.ts';
import { MEDIA_ENCODES } from '../../shared/record-task/media-encodes.ts';
import { flattenParameters, unflattenParameters } from '../../shared/record-task/rpc-names.ts';
import { checkStartRecordTask, StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { StopRecordTaskSchema } from '../../shared/record-task/stop-record-task.ts';
import { TASK_PROFILES } from '../../shared/record-task/task-profiles.ts';
import { UpdateRecordTaskSchema } from '../../shared/record-task/update-record-task.ts';

function readFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/record-task/${name}`, import.meta.url), 'utf8');
}

const PAGE = readFixture('StartRecordTask.zh-CN.md');
const EXAMPLES = JSON.parse(readFixture('every-example.json'));

/** The rows of the page's table of request parameters, `Action` aside: lists at index 1, examples without escapes. */
const ROWS = [...PAGE.matchAll(/^\|([A-Z][A-Za-z.]*)\|(String|Integer|Float|RepeatList)\|(是|否)\|([^|]*)\|/gm)]
  .map(([, name = '', type, required, example = '']) => ({
    name: name.replaceAll('.N', '.1'),
    type,
    isRequired: required === '是',
    example: example.replaceAll('\\', ''),
  }))
  .filter(({ name }) => name !== 'Action');

function getSection(start: string, end: string): string {
  const from = PAGE.indexOf(start);
  expect(from).toBeGreaterThan(0);
  return PAGE.slice(from + start.length, PAGE.indexOf(end, from));
}

function getTopLevelName(name: string): string {
  return name.replace(/\..*/, '');
}

/** Every schema of a value or list in the model, by its path without indexes. */
function listEntries(schema: v.GenericSchema, path: string): [path: string, schema: v.GenericSchema][] {
  if ('wrapped' in schema) return listEntries(v.parse(SchemaLike, schema.wrapped), path);
  const entries = 'entries' in schema ? Object.entries(v.parse(v.record(v.string(), SchemaLike), schema.entries)) : [];
  const below = entries.flatMap(([name, entry]) => listEntries(entry, path === '' ? name : `${path}.${name}`));
  const items = 'item' in schema ? listEntries(v.parse(SchemaLike, schema.item), path) : [];
  return [
    ...(path === '' || entries.length > 0 ? [] : [[path, schema] as [string, v.GenericSchema]]),
    ...below,
    ...items,
  ];
}

const SchemaLike = v.custom<v.GenericSchema>((input) => typeof input === 'object' && input !== null && 'kind' in input);

describe('MEDIA_ENCODES', () => {
  it('is the table of the page, row by row', () => {
    const table = getSection('**MediaEncode枚举值：**', '**TaskProfile枚举值：**');
    const cells = [...table.matchAll(/^\|(\d+)/gm)].map(([, cell]) => Number(cell));
    const rows = Array.from({ length: cells.length / 5 }, (_, row) => cells.slice(row * 5, row * 5 + 5));
    expect(rows).toHaveLength(28);
    expect(MEDIA_ENCODES.map(({ id, width, height, kbps, fps }) => [id, width, height, kbps, fps])).toEqual(rows);
  });

  it('is the same table as data', () => {
    expect(MEDIA_ENCODES).toEqual(JSON.parse(readFixture('media-encodes.json')));
  });
});

describe('TASK_PROFILES', () => {
  it('has the names of the page, with the inputs that their first number says', () => {
    const table = getSection('**TaskProfile枚举值：**', '## 返回数据');
    const names = [...table.matchAll(/^\|(?:(\d+)IN\\?_(\d+P)|(Mixed\\?_Audio))/gm)].map(([, inputs, resolution]) =>
      inputs === undefined
        ? { name: 'Mixed_Audio', maxInputs: null, resolution: null }
        : { name: `${inputs}IN_${resolution}`, maxInputs: Number(inputs), resolution },
    );
    expect(names).toHaveLength(19);
    expect(TASK_PROFILES).toEqual(names);
  });

  it('is the same table as data', () => {
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(TASK_PROFILES.toSorted(byName)).toEqual(JSON.parse(readFixture('task-profiles.json')).toSorted(byName));
  });
});

describe('StartRecordTaskSchema', () => {
  it('has every parameter of the page, in its order', () => {
    const top = [...new Set(ROWS.map(({ name }) => getTopLevelName(name)))];
    expect(ROWS).toHaveLength(33);
    expect(Object.keys(StartRecordTaskSchema.entries).slice(0, top.length)).toEqual(top);
  });

  it('has after these what only the note of MixMode names, in its order', () => {
    const [, note = ''] = /合流录制模式下有效参数：([^。]*)。/.exec(PAGE) ?? [];
    const top = new Set(ROWS.map(({ name }) => getTopLevelName(name)));
    const others = note.split('、').filter((name) => !top.has(name));
    expect(others).toEqual(['LayoutIds', 'BackgroundColor', 'CropMode', 'Backgrounds', 'Watermarks']);
    expect(Object.keys(StartRecordTaskSchema.entries).slice(top.size)).toEqual(others);
  });

  it('requires what the page requires', () => {
    const checked = checkStartRecordTask({});
    const required = ROWS.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    expect(required).toEqual(['AppId', 'ChannelId', 'TaskId', 'TemplateId']);
    expect(checked.ok ? [] : checked.issues.map(({ Parameter }) => Parameter)).toEqual(required);
  });

  it.each(ROWS)('takes $name as $type', ({ name, type, example }) => {
    const { parameters, issues } = unflattenParameters([[name, example]], StartRecordTaskSchema);
    expect(issues).toEqual([]);
    const kind = type === 'Integer' || type === 'Float' ? 'number' : 'string';
    const leaf = name
      .split('.')
      .reduce((value, key) => Object(value)[/^\d+$/.test(key) ? Number(key) - 1 : key], parameters);
    expect(typeof leaf).toBe(kind);
  });

  it('accepts one request that holds every example of the page', () => {
    const checked = checkStartRecordTask(EXAMPLES);
    expect(checked).toEqual({ ok: true, value: EXAMPLES });
    expect(flattenParameters(EXAMPLES)).toEqual(ROWS.map(({ name, example }) => [name, example]));
  });

  it('accepts the sample request of the page', () => {
    const sample = getSection('https://rtc.aliyuncs.com/?', '&<公共请求参数>');
    const pairs = [...new URLSearchParams(sample.replaceAll('\n', ''))].filter(([name]) => name !== 'Action');
    const { parameters, issues } = unflattenParameters(pairs, StartRecordTaskSchema);
    expect(issues).toEqual([]);
    expect(checkStartRecordTask(parameters).ok).toBe(true);
  });
});

describe('PARAMETER_ORDER', () => {
  it.each([
    ['StartRecordTask', StartRecordTaskSchema],
    ['UpdateRecordTask', UpdateRecordTaskSchema],
    ['StopRecordTask', StopRecordTaskSchema],
  ])('is the order of %s', (_, schema) => {
    const names = Object.keys(schema.entries);
    expect(PARAMETER_ORDER.filter((name) => names.includes(name))).toEqual(names);
  });

  it('has the parameters of StartRecordTask and no others', () => {
    expect(PARAMETER_ORDER).toEqual(Object.keys(StartRecordTaskSchema.entries));
  });
});

describe('the parameter model', () => {
  const entries = listEntries(StartRecordTaskSchema, '');

  it('describes each parameter and says where its rules come from', () => {
    // A list is met twice: as the list, described, and as its plain items.
    const described = new Map(entries.toReversed().map(([path, schema]) => [path, schema]));
    expect(described.size).toBeGreaterThan(50);
    for (const [path, schema] of described) {
      expect([path, v.getDescription(schema)]).toEqual([path, expect.stringMatching(/\.$/)]);
      expect([path, v.getMetadata(schema)]).toEqual([
        path,
        expect.objectContaining({ source: expect.any(String), accepted: expect.any(String) }),
      ]);
    }
  });

  it('knows the defaults of the page and fills none in', () => {
    const defaults = entries.flatMap(([path, schema]) => {
      const { default: value } = v.getMetadata(schema);
      return value === undefined ? [] : [[path, value]];
    });
    expect(Object.fromEntries(defaults)).toEqual({
      ...{ SourceType: 'camera', StreamType: 0, MixMode: 1, CropMode: 2 },
      ...{ 'UserPanes.SourceType': 'camera', 'UserPanes.Texts.FontType': 0 },
    });
    expect(
      checkParameters(StartRecordTaskSchema, { AppId: 'a', ChannelId: 'c', TaskId: 't', TemplateId: 'm' }),
    ).toStrictEqual({
      ok: true,
      value: { AppId: 'a', ChannelId: 'c', TaskId: 't', TemplateId: 'm' },
    });
  });
});
