/**
 * What a schema says about structure, read from the schema itself: the check and the RPC names walk it, and need no
 * second table of names and types.
 *
 * @module
 */
import * as v from 'valibot';

/** An object with exactly these fields. */
export interface ObjectShape {
  readonly kind: 'object';
  readonly schema: v.GenericSchema;
  /** In the order of the schema. A Map, so that no inherited name is ever found in it. */
  readonly fields: ReadonlyMap<string, Field>;
  readonly accepted: string;
}

/** One field of an object. */
interface Field {
  readonly shape: Shape;
  readonly isRequired: boolean;
}

/** A list of like items. */
export interface ListShape {
  readonly kind: 'list';
  readonly schema: v.GenericSchema;
  readonly item: Shape;
  readonly minLength: number;
  readonly maxLength: number;
  readonly accepted: string;
}

/** A string, a number or a boolean. */
export interface ValueShape {
  readonly kind: 'value';
  readonly jsonType: 'string' | 'number' | 'boolean';
  readonly schema: v.GenericSchema;
  readonly accepted: string;
}

/** `accepted` is what a refusal says would have been accepted. */
export type Shape = ObjectShape | ListShape | ValueShape;

const shapes = new WeakMap<v.GenericSchema, Shape>();

/**
 * Returns the shape of a schema built of strict objects, arrays, strings, numbers, booleans and picklists.
 *
 * @throws TypeError for any other schema.
 */
export function getShape(schema: v.GenericSchema): Shape {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const shape = readShape(schema);
  shapes.set(schema, shape);
  return shape;
}

function readShape(schema: v.GenericSchema): Shape {
  const { accepted } = v.getMetadata(schema);
  const common = { schema, accepted: typeof accepted === 'string' ? accepted : 'an object' };
  if (isObjectSchema(schema)) return { kind: 'object', fields: readFields(schema.entries), ...common };
  if (isListSchema(schema)) {
    const [minLength, maxLength] = [findBound(schema, 'min_length', 0), findBound(schema, 'max_length', Infinity)];
    return { kind: 'list', item: getShape(schema.item), minLength, maxLength, ...common };
  }
  return { kind: 'value', jsonType: readJsonType(schema), ...common };
}

function readFields(entries: v.ObjectEntries): ReadonlyMap<string, Field> {
  return new Map(
    Object.entries(entries).map(([name, entry]) => [
      name,
      isOptionalSchema(entry)
        ? { shape: getShape(entry.wrapped), isRequired: false }
        : { shape: getShape(entry), isRequired: true },
    ]),
  );
}

function readJsonType(schema: v.GenericSchema): ValueShape['jsonType'] {
  const type = isPicklistSchema(schema) ? typeof schema.options[0] : schema.type;
  if (type === 'string' || type === 'number' || type === 'boolean') return type;
  throw new TypeError(`A schema of type ${schema.type} is no parameter.`);
}

function findBound(schema: v.GenericSchema, type: string, otherwise: number): number {
  return listActions(schema).find((action) => isBound(action, type))?.requirement ?? otherwise;
}

/** A pipe may begin with another pipe. */
function listActions(schema: object): readonly unknown[] {
  const items: readonly unknown[] = 'pipe' in schema && Array.isArray(schema.pipe) ? schema.pipe : [schema];
  return items.flatMap((item) =>
    typeof item === 'object' && item !== null && 'pipe' in item ? listActions(item) : [item],
  );
}

function isBound(action: unknown, type: string): action is { readonly requirement: number } {
  return typeof action === 'object' && action !== null && 'type' in action && action.type === type;
}

function isObjectSchema(schema: v.GenericSchema): schema is v.StrictObjectSchema<v.ObjectEntries, undefined> {
  return schema.type === 'strict_object';
}

function isListSchema(schema: v.GenericSchema): schema is v.ArraySchema<v.GenericSchema, undefined> {
  return schema.type === 'array';
}

function isOptionalSchema(schema: v.GenericSchema): schema is v.ExactOptionalSchema<v.GenericSchema, undefined> {
  return schema.type === 'exact_optional';
}

function isPicklistSchema(schema: v.GenericSchema): schema is v.PicklistSchema<v.PicklistOptions, undefined> {
  return schema.type === 'picklist';
}
