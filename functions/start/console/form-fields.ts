/**
 * The fields of the forms, made from the model: their kinds, bounds and notes are those of its schemas. Only which stand
 * together is said here.
 *
 * @module
 */
import * as v from 'valibot';
import { getShape, type ObjectShape, type Shape } from '../../../shared/record-task/schema-shape.ts';
import { StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';
import { UpdateRecordTaskSchema } from '../../../shared/record-task/update-record-task.ts';
import { END_ENTRIES } from '../recording-end.ts';

/** What is said of a field besides its value. */
interface FieldNotes {
  /** The vendor's name of the parameter. */
  readonly name: string;
  readonly description: string;
  /** What a value has to be. */
  readonly accepted: string;
  readonly unit: string | undefined;
  /** Public page that the rule comes from. */
  readonly source: string | undefined;
  /** What RTC assumes if it is left out. */
  readonly assumed: string | number | undefined;
  readonly isRequired: boolean;
}

/** A field with one value. A passage is a text that may have lines. */
interface ValueField extends FieldNotes {
  readonly kind: 'text' | 'passage' | 'number' | 'color';
}

/** A field with one of a few values. */
export interface ChoiceField extends FieldNotes {
  readonly kind: 'choice';
  readonly options: readonly (string | number)[];
}

/** A field with a list of ids: of users, or of layouts. */
interface IdsField extends FieldNotes {
  readonly kind: 'users' | 'layouts';
}

/** A field with a list of objects, which have fields of their own. */
export interface ItemsField extends FieldNotes {
  readonly kind: 'items';
  readonly fields: readonly FormField[];
  readonly maxLength: number;
}

/** One field of a form. */
export type FormField = ValueField | ChoiceField | IdsField | ItemsField;

/** Fields that stand together. */
export interface FieldGroup {
  readonly id: keyof typeof GROUPS;
  readonly fields: readonly FormField[];
}

const GROUPS = {
  ids: ['AppId', 'ChannelId', 'TaskId', 'TemplateId'],
  output: ['MixMode', 'TaskProfile', 'MediaEncode', 'SourceType', 'StreamType'],
  layout: ['LayoutIds', 'CropMode', 'BackgroundColor', 'UserPanes', 'Backgrounds', 'Watermarks'],
  who: [
    'SubSpecUsers',
    'SubSpecAudioUsers',
    'SubSpecCameraUsers',
    'SubSpecShareScreenUsers',
    'UnsubSpecAudioUsers',
    'UnsubSpecCameraUsers',
    'UnsubSpecShareScreenUsers',
  ],
  end: ['StopAt', 'MaxDurationSeconds'],
} as const;

/** FontType is a range of numbers in the model, each of which has a meaning. */
const NUMBERED = new Map([['FontType', [0, 1, 2, 3, 4, 5]]]);

const PASSAGES: ReadonlySet<string> = new Set(['Text']);

const { AppId, ChannelId, TaskId, TemplateId, ...startEntries } = StartRecordTaskSchema.entries;
const { AppId: _appId, ChannelId: _channelId, TaskId: _taskId, ...updateEntries } = UpdateRecordTaskSchema.entries;

/** What the service fills in may be left out. */
const scheduleEntries = {
  AppId: v.exactOptional(AppId),
  ChannelId,
  TemplateId: v.exactOptional(TemplateId),
  ...startEntries,
};

/** What the forms are made of: the body of a start, `Parameters` of a schedule, the body of an update. */
export const FORM_SCHEMAS = {
  start: v.strictObject({ TaskId: v.exactOptional(TaskId), ...scheduleEntries, ...END_ENTRIES }),
  schedule: v.strictObject(scheduleEntries),
  update: v.strictObject({ ...updateEntries, TemplateId: v.exactOptional(TemplateId) }),
} as const;

/** The kinds of form. */
export type FormKind = keyof typeof FORM_SCHEMAS;

/** The fields of each form. */
export const FORM_FIELDS: Readonly<Record<FormKind, readonly FieldGroup[]>> = {
  start: createGroups(FORM_SCHEMAS.start),
  schedule: createGroups(FORM_SCHEMAS.schedule),
  update: createGroups(FORM_SCHEMAS.update),
};

function createGroups(schema: v.GenericSchema): readonly FieldGroup[] {
  const shape = getShape(schema);
  const fields = shape.kind === 'object' ? createFields(shape) : [];
  const createGroup = (id: FieldGroup['id']): readonly FieldGroup[] => {
    const own = GROUPS[id].flatMap((name) => fields.find((field) => field.name === name) ?? []);
    return own.length === 0 ? [] : [{ id, fields: own }];
  };
  return [
    ...createGroup('ids'),
    ...createGroup('output'),
    ...createGroup('layout'),
    ...createGroup('who'),
    ...createGroup('end'),
  ];
}

function createFields({ fields }: ObjectShape): readonly FormField[] {
  return [...fields].map(([name, { shape, isRequired }]) => createField(name, shape, isRequired));
}

function createField(name: string, shape: Shape, isRequired: boolean): FormField {
  const notes = { name, isRequired, ...readNotes(shape) };
  if (shape.kind === 'list' && shape.item.kind === 'object') {
    return { ...notes, kind: 'items', fields: createFields(shape.item), maxLength: shape.maxLength };
  }
  if (shape.kind === 'list') {
    const isText = shape.item.kind === 'value' && shape.item.jsonType === 'string';
    return { ...notes, kind: isText ? 'users' : 'layouts' };
  }
  const options = NUMBERED.get(name) ?? readOptions(shape.schema);
  if (options !== undefined) return { ...notes, kind: 'choice', options };
  if (shape.kind === 'value' && shape.jsonType === 'number') {
    return { ...notes, kind: name.endsWith('Color') ? 'color' : 'number' };
  }
  return { ...notes, kind: PASSAGES.has(name) ? 'passage' : 'text' };
}

function readNotes({ schema, accepted }: Shape): Omit<FieldNotes, 'name' | 'isRequired'> {
  const { unit, source, default: assumed } = v.getMetadata(schema);
  return {
    description: v.getDescription(schema) ?? '',
    accepted,
    unit: typeof unit === 'string' ? unit : undefined,
    source: typeof source === 'string' ? source : undefined,
    assumed: typeof assumed === 'string' || typeof assumed === 'number' ? assumed : undefined,
  };
}

function readOptions(schema: v.GenericSchema): readonly (string | number)[] | undefined {
  if (!('options' in schema) || !Array.isArray(schema.options)) return undefined;
  return schema.options.filter((option) => typeof option === 'string' || typeof option === 'number');
}
