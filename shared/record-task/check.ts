/**
 * Checks parameters against their schema and says everything that is wrong with them, not only the first thing.
 *
 * Valibot judges the values. The structure around them is walked here, because a strict object reports one unknown key
 * only and takes an array for an object, because a list that is too long would hide the faults in its items or the
 * reverse, and because a raw valibot issue quotes the input.
 *
 * @module
 */
import * as v from 'valibot';
import { type Issue, type ParameterErrorCode, RecorderError } from '../errors.ts';
import { findNearestName } from './nearest-name.ts';
import { getShape, type ListShape, type ObjectShape, type Shape, type ValueShape } from './schema-shape.ts';

/** The rules a single value can break. `size` is about how many values there are in an object or in the whole request. */
export type Rule = 'required' | 'type' | 'enum' | 'range' | 'length' | 'pattern' | 'format' | 'unknown' | 'size';

/** Where a value is: names of objects and 0-based indexes of lists, from the outside in. */
export type Place = readonly (string | number)[];

/** The parameters, free of faults. */
interface Accepted<T> {
  readonly ok: true;
  readonly value: T;
}

/** All faults there are. */
interface Rejected {
  readonly ok: false;
  readonly issues: readonly Issue[];
}

/** Outcome of a check. */
export type Checked<T> = Accepted<T> | Rejected;

/** Most values, containers included, that a request is read to: the largest legal one has fewer (ours). */
export const MAX_VALUES = 5_000;

/** Most containers inside one another: a legal request has 5, from the request to a text of a pane (ours). */
const MAX_DEPTH = 6;

/**
 * Top-level names in the order of the vendor's page: first the rows of the table, then those that only its note of
 * MixMode names.
 *
 * @see StartRecordTask, request parameters
 */
export const PARAMETER_ORDER: readonly string[] = [
  'AppId',
  'ChannelId',
  'TaskId',
  'TemplateId',
  'TaskProfile',
  'MediaEncode',
  'SourceType',
  'StreamType',
  'MixMode',
  'SubSpecUsers',
  'SubSpecAudioUsers',
  'SubSpecShareScreenUsers',
  'SubSpecCameraUsers',
  'UnsubSpecAudioUsers',
  'UnsubSpecShareScreenUsers',
  'UnsubSpecCameraUsers',
  'UserPanes',
  'LayoutIds',
  'BackgroundColor',
  'CropMode',
  'Backgrounds',
  'Watermarks',
];

/** Most unknown names of one object for which a known one is proposed: it bounds the search (ours). */
const MAX_SUGGESTIONS = 20;

/** Codes the vendor has of its own; the service says LayoutID where the parameter is LayoutIds. */
const VENDOR_CODES: ReadonlyMap<string, ParameterErrorCode> = new Map([
  ['MediaEncode', 'InvalidMediaEncode.Malformed'],
  ['LayoutIds', 'InvalidLayoutID.Malformed'],
  ['BackgroundColor', 'InvalidBackgroundColor.Malformed'],
]);

/** The rule behind each valibot schema or action that the value schemas use; the rest (`url`, `check`) is a `format`. */
const RULES: Readonly<Record<string, Rule>> = {
  string: 'type',
  number: 'type',
  integer: 'type',
  picklist: 'enum',
  min_value: 'range',
  gt_value: 'range',
  max_value: 'range',
  min_length: 'length',
  max_length: 'length',
  regex: 'pattern',
};

const SAFE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Returns the parameters as they were sent (only -0 becomes 0, and no defaults are filled in), or every fault in them:
 * one issue for each faulty value, in the order of the schema, unknown keys last. Never throws. The work is bounded:
 * input deeper or larger than any legal request is refused as one issue of rule `size`.
 *
 * @param schema strict objects, arrays, strings, numbers, booleans and picklists.
 * @param input parsed JSON; a key whose value is undefined counts as absent.
 */
export function checkParameters<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  input: unknown,
): Checked<v.InferOutput<TSchema>> {
  if (countValues(input, 0) > MAX_VALUES) {
    const accepted = `an object of at most ${MAX_VALUES} values, nested at most ${MAX_DEPTH} deep`;
    return { ok: false, issues: [createIssue([], 'size', accepted)] };
  }
  const issues: Issue[] = [];
  const copy = readValue(getShape(schema), input, [], issues);
  // Valibot has the last word on the whole, and its output the type.
  const parsed = v.safeParse(schema, copy);
  return parsed.success && issues.length === 0 ? { ok: true, value: parsed.output } : { ok: false, issues };
}

/**
 * Returns the error for a request with faults. Its issues are put in the page's parameter order, whatever order several
 * sources of issues were joined in; its code is that of the first, in the vendor's words where the vendor has any:
 * `Missing{Name}`, `InvalidMediaEncode.Malformed`, `InvalidLayoutID.Malformed`, `InvalidBackgroundColor.Malformed`, else
 * `Invalid{Name}` of the top-level parameter, `UnknownParameter`, or `MalformedRequest` if it is about the whole request.
 *
 * @throws TypeError if there is no issue.
 */
export function createParameterError(issues: readonly Issue[]): RecorderError {
  const ordered = orderIssues(issues);
  const [first] = ordered;
  if (first === undefined) throw new TypeError('An error needs an issue.');
  const more = ordered.length - 1;
  const message = more === 0 ? first.Message : `${first.Message} (and ${more} more)`;
  return new RecorderError(toErrorCode(first), { message, issues: ordered });
}

/** Returns the issues in the page's parameter order; those of one parameter stay as they are. */
export function orderIssues(issues: readonly Issue[]): readonly Issue[] {
  return issues.toSorted((a, b) => rankParameter(a) - rankParameter(b));
}

/**
 * Returns a place as an issue names it, in JSON and as an RPC parameter. Names that only the caller knows are shown if
 * they are harmless identifiers of up to 64 characters, otherwise as `?`.
 */
export function formatPlace(place: Place): Pick<Issue, 'Path' | 'Parameter'> {
  const names = place.map((key) => (typeof key === 'number' || SAFE_NAME.test(key) ? key : '?'));
  const path = names.reduce<string>((head, key) => {
    if (typeof key === 'number') return `${head}[${key}]`;
    return head === '' ? key : `${head}.${key}`;
  }, '');
  return { Path: path, Parameter: names.map((key) => (typeof key === 'number' ? key + 1 : key)).join('.') };
}

/** Returns an issue about the value at `place`, see {@link formatPlace}. */
export function createIssue(place: Place, rule: Rule, accepted: string): Issue {
  const { Path, Parameter } = formatPlace(place);
  const Message = formatMessage(Path === '' ? 'The request' : Path, rule, accepted);
  return { Path, Parameter, Rule: rule, Message, Accepted: accepted };
}

function formatMessage(subject: string, rule: Rule, accepted: string): string {
  if (rule === 'unknown') return `${subject} is not a known parameter.`;
  if (rule === 'required') return `${subject} is required: ${accepted}.`;
  return `${subject} must be ${accepted}.`;
}

function rankParameter({ Parameter }: Issue): number {
  if (Parameter === '') return -1;
  const rank = PARAMETER_ORDER.indexOf(getTopLevelName(Parameter));
  return rank === -1 ? PARAMETER_ORDER.length : rank;
}

function toErrorCode({ Parameter, Rule: rule }: Issue): ParameterErrorCode | 'MalformedRequest' {
  if (Parameter === '') return 'MalformedRequest';
  if (rule === 'unknown') return 'UnknownParameter';
  if (rule === 'required' && !Parameter.includes('.')) return `Missing${Parameter}`;
  const name = getTopLevelName(Parameter);
  return VENDOR_CODES.get(name) ?? `Invalid${name}`;
}

/** Returns the first part of an RPC parameter name: UserPanes of UserPanes.1.PaneId. */
export function getTopLevelName(parameter: string): string {
  return parameter.replace(/\..*$/, '');
}

function countValues(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth >= MAX_DEPTH) return Infinity;
  // Object.values of an object with 100,000 keys takes 30 ms, its keys alone half of that.
  const isTooWide = (Array.isArray(value) ? value : Object.keys(value)).length > MAX_VALUES;
  if (isTooWide) return Infinity;
  const children: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = 1;
  for (const child of children) {
    count += countValues(child, depth + 1);
    if (count > MAX_VALUES) break;
  }
  return count;
}

/** Returns what the schema knows of `input`, in the schema's order, and adds what is wrong to `issues`. */
function readValue(shape: Shape, input: unknown, place: Place, issues: Issue[]): unknown {
  if (shape.kind === 'object') return readObject(shape, input, place, issues);
  if (shape.kind === 'list') return readList(shape, input, place, issues);
  return readLeaf(shape, input, place, issues);
}

function readObject({ fields, accepted }: ObjectShape, input: unknown, place: Place, issues: Issue[]): unknown {
  if (!isRecord(input)) {
    issues.push(createIssue(place, 'type', accepted));
    return undefined;
  }
  const copy: Record<string, unknown> = {};
  for (const [name, { shape, isRequired }] of fields) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value !== undefined) copy[name] = readValue(shape, value, [...place, name], issues);
    else if (isRequired) issues.push(createIssue([...place, name], 'required', shape.accepted));
  }
  const unknownNames = Object.keys(input).filter((name) => !fields.has(name));
  if (unknownNames.length > 0) {
    const known = `one of ${[...fields.keys()].join(', ')}`;
    for (const [index, name] of unknownNames.entries()) {
      const nearest = index < MAX_SUGGESTIONS ? findNearestName(name, fields.keys()) : undefined;
      issues.push(createUnknownIssue([...place, name], nearest, known));
    }
  } else if (place.length > 0 && Object.keys(copy).length === 0) {
    issues.push(createIssue(place, 'size', accepted));
  }
  return copy;
}

function createUnknownIssue(place: Place, nearest: string | undefined, known: string): Issue {
  const issue = createIssue(place, 'unknown', nearest ?? known);
  if (nearest === undefined) return issue;
  return { ...issue, Message: `${issue.Path} is not a known parameter: did you mean ${nearest}?` };
}

function readList(shape: ListShape, input: unknown, place: Place, issues: Issue[]): unknown {
  if (!Array.isArray(input)) {
    issues.push(createIssue(place, 'type', shape.accepted));
    return undefined;
  }
  if (input.length < shape.minLength || input.length > shape.maxLength) {
    issues.push(createIssue(place, 'length', shape.accepted));
  }
  const items: readonly unknown[] = input;
  return items.map((item, index) => readValue(shape.item, item, [...place, index], issues));
}

function readLeaf(shape: ValueShape, input: unknown, place: Place, issues: Issue[]): unknown {
  if (v.is(shape.schema, input)) return input === 0 ? 0 : input;
  issues.push(createIssue(place, findRule(shape, input), shape.accepted));
  return input;
}

function findRule({ jsonType, schema }: ValueShape, input: unknown): Rule {
  // A picklist does not tell a value of the wrong type from a wrong value.
  if (typeof input !== jsonType) return 'type';
  const [fault] = v.safeParse(schema, input, { abortPipeEarly: true }).issues ?? [];
  return RULES[fault?.type ?? ''] ?? 'format';
}

/** Tells whether `value` is an object and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
