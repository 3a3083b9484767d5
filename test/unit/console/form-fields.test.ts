import { describe, expect, it } from 'vitest';
import { describeChoice } from '../../../functions/start/console/choice-words.ts';
import {
  FORM_FIELDS,
  FORM_SCHEMAS,
  type FormField,
  type FormKind,
} from '../../../functions/start/console/form-fields.ts';
import { StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';
import { UpdateRecordTaskSchema } from '../../../shared/record-task/update-record-task.ts';

const KINDS = ['start', 'schedule', 'update'] as const satisfies readonly FormKind[];

const listNames = (kind: FormKind) => FORM_FIELDS[kind].flatMap(({ fields }) => fields.map(({ name }) => name));

function listAll(fields: readonly FormField[]): readonly FormField[] {
  return fields.flatMap((field) => [field, ...(field.kind === 'items' ? listAll(field.fields) : [])]);
}

const EVERY_FIELD = listAll(FORM_FIELDS.start.flatMap(({ fields }) => fields));

describe('FORM_FIELDS', () => {
  it.each(KINDS)('of %s have every parameter of its schema once', (kind) => {
    expect(listNames(kind).toSorted()).toEqual(Object.keys(FORM_SCHEMAS[kind].entries).toSorted());
  });

  it('of a start have the whole model and our own two members', () => {
    const names = [...Object.keys(StartRecordTaskSchema.entries), 'StopAt', 'MaxDurationSeconds'];
    expect(listNames('start').toSorted()).toEqual(names.toSorted());
  });

  it('of an update have what UpdateRecordTask has, the ids of the task aside', () => {
    const ids = ['AppId', 'ChannelId', 'TaskId'];
    const names = Object.keys(UpdateRecordTaskSchema.entries).filter((name) => !ids.includes(name));
    expect(listNames('update').toSorted()).toEqual(names.toSorted());
  });

  it('require the channel only: the service fills in the other ids', () => {
    expect(EVERY_FIELD.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual(['ChannelId']);
    expect(listAll(FORM_FIELDS.update.flatMap(({ fields }) => fields)).some(({ isRequired }) => isRequired)).toBe(
      false,
    );
  });

  it('go down to the texts of a pane', () => {
    const panes = EVERY_FIELD.find(({ name }) => name === 'UserPanes');
    const texts = panes?.kind === 'items' ? panes.fields.find(({ name }) => name === 'Texts') : undefined;
    expect(texts).toMatchObject({ kind: 'items', maxLength: 16 });
    expect(texts?.kind === 'items' ? texts.fields.map(({ name, kind }) => [name, kind]) : []).toEqual([
      ['Text', 'passage'],
      ['X', 'number'],
      ['Y', 'number'],
      ['FontType', 'choice'],
      ['FontSize', 'number'],
      ['FontColor', 'color'],
      ['ZOrder', 'number'],
    ]);
  });

  it('say what the model says', () => {
    expect(EVERY_FIELD.find(({ name }) => name === 'CropMode')).toEqual({
      ...{ name: 'CropMode', kind: 'choice', options: [1, 2], isRequired: false, accepted: '1 or 2', assumed: 2 },
      ...{ unit: undefined, source: expect.stringContaining('Alibaba Cloud OpenAPI metadata') },
      description: expect.stringContaining('How a picture fills its pane'),
    });
  });

  it.each(EVERY_FIELD.map((field) => [field.name, field] as const))(
    '%s has a description and says what is accepted',
    (_name, field) => {
      expect(field.description).toMatch(/\w/);
      expect(field.accepted).toMatch(/\w/);
    },
  );
});

describe('describeChoice', () => {
  const CHOICES = EVERY_FIELD.flatMap((field) =>
    field.kind === 'choice' ? field.options.map((option) => [field.name, option] as const) : [],
  );

  it.each(CHOICES)('%s %s has a meaning in words', (name, option) => {
    const words = describeChoice(name, option);
    // Only words of the vendor's own may stand for themselves.
    expect(words === String(option)).toBe(option === 'camera');
    expect(words.startsWith(String(option))).toBe(true);
  });

  it('says what MediaEncode and TaskProfile make', () => {
    expect(describeChoice('MediaEncode', 20)).toBe('20: 1280×720, 25 fps, 1024 kbit/s');
    expect(describeChoice('MediaEncode', 0)).toBe('0: sound only, 64 kbit/s');
    expect(describeChoice('TaskProfile', '4IN_720P')).toBe('4IN_720P: 720P, up to 4 inputs');
    expect(describeChoice('TaskProfile', 'Mixed_Audio')).toBe('Mixed_Audio: sound only');
  });

  it('leaves what it does not know', () => {
    expect([
      describeChoice('MediaEncode', 2),
      describeChoice('Unknown', 1),
      describeChoice('constructor', 'name'),
    ]).toEqual([...['2', '1', 'name']]);
  });
});
