/**
 * Nested parameters as RPC parameters and back: `UserPanes[0].Images[0].Url` is `UserPanes.1.Images.1.Url`.
 *
 * @see StartRecordTask, request parameters: "N starts at 1, ascends and has no gaps"
 * @module
 */
import type * as v from 'valibot';
import type { Issue } from '../errors.ts';
import { createIssue, MAX_VALUES, type Place, type Rule } from './check.ts';
import { getShape, type ListShape, type ObjectShape, type Shape, type ValueShape } from './schema-shape.ts';

interface ParameterObject {
  readonly [name: string]: ParameterValue;
}

/** What checked parameters are made of. */
export type ParameterValue = string | number | boolean | readonly ParameterValue[] | ParameterObject;

/** Parameters read from RPC names, still to be checked, and what is wrong with the names. */
export interface Unflattened {
  readonly parameters: Record<string, unknown>;
  readonly issues: readonly Issue[];
}

/** Most parts of a name: UserPanes, N, Texts, N, FontSize. One more tells a longer name from a known one. */
const MAX_NAME_PARTS = 6;

/** Longest query we send, bytes. Beyond it the parameters travel in a form body: gateways limit the request line (ours). */
export const MAX_QUERY_BYTES = 4_096;

const INDEX = /^[1-9][0-9]*$/;

/** A number as JSON writes it (RFC 8259, section 6). */
const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** All that was given under one part of a name. A Map, so that no inherited name is ever found in it. */
interface NameNode {
  text: string | undefined;
  isRepeated: boolean;
  readonly children: Map<string, NameNode>;
}

/**
 * Returns the RPC parameters in the order of the object, lists by 1-based index, numbers as the shortest decimal text that
 * reads back as the same number, never with an exponent, booleans as `true` and `false`.
 */
export function flattenParameters(parameters: ParameterObject): readonly (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  appendPairs('', parameters, pairs);
  return pairs;
}

/**
 * Returns how long the parameters are as a query, in bytes, percent-encoded as the official clients do it.
 *
 * @throws URIError if a name or value has a lone surrogate, which no checked one has.
 */
export function measureQueryBytes(pairs: readonly (readonly [name: string, value: string])[]): number {
  return pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&').length;
}

/**
 * Returns the nested parameters that RPC parameters stand for, to be checked by the operation's own check, and an issue
 * for each known name that is repeated, that is given both as a value and as a list, or whose indexes are not 1, 2, 3 …
 * Of such a list only the items before the fault are kept, so that no other issue names a wrong place. A text becomes a
 * number or a boolean where the schema wants one and the text is one in JSON; unknown names are kept for the check to
 * report.
 * No input makes it throw; the work is bounded by {@link MAX_VALUES} pairs, whatever the indexes.
 *
 * @param pairs decoded names and values, system parameters (Action, Version, Signature …) left out.
 * @param schema of the operation.
 * @throws TypeError if the schema is not that of an object.
 */
export function unflattenParameters(
  pairs: Iterable<readonly [name: string, value: string]>,
  schema: v.GenericSchema,
): Unflattened {
  const root = createNode();
  let count = 0;
  for (const [name, text] of pairs) {
    count += 1;
    if (count > MAX_VALUES) {
      return { parameters: {}, issues: [createIssue([], 'size', `made of at most ${MAX_VALUES} parameters`)] };
    }
    addPair(root, name, text);
  }
  const issues: Issue[] = [];
  const shape = getShape(schema);
  if (shape.kind !== 'object') throw new TypeError('Parameters are an object.');
  return { parameters: buildObject(shape, root, [], issues), issues };
}

function appendPairs(name: string, value: ParameterValue, pairs: (readonly [string, string])[]): void {
  if (typeof value === 'string') pairs.push([name, value]);
  else if (typeof value === 'number') pairs.push([name, formatNumber(value)]);
  else if (typeof value === 'boolean') pairs.push([name, String(value)]);
  else {
    const isList = Array.isArray(value);
    for (const [key, child] of Object.entries(value)) {
      const part = isList ? `${Number(key) + 1}` : key;
      appendPairs(name === '' ? part : `${name}.${part}`, child, pairs);
    }
  }
}

/** `String` writes 1e-7 for 0.0000001: the exponent is worked into the digits. */
function formatNumber(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const [mantissa = '', exponent = ''] = text.split('e');
  const [sign, whole, fraction] = [mantissa.startsWith('-') ? '-' : '', ...mantissa.replace('-', '').split('.')];
  const digits = `${whole}${fraction ?? ''}`;
  const shift = Number(exponent);
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${digits}` : `${sign}${digits.padEnd(shift + 1, '0')}`;
}

function createNode(): NameNode {
  return { text: undefined, isRepeated: false, children: new Map() };
}

function addPair(root: NameNode, name: string, text: string): void {
  let node = root;
  for (const part of name.split('.', MAX_NAME_PARTS)) {
    const child = node.children.get(part) ?? createNode();
    node.children.set(part, child);
    node = child;
  }
  if (node.text === undefined) node.text = text;
  else node.isRepeated = true;
}

function buildValue(shape: Shape, node: NameNode, place: Place, issues: Issue[]): unknown {
  if (node.isRepeated) issues.push(createNameIssue(place, 'format', 'a name given once', 'is given more than once'));
  if (node.text !== undefined && node.children.size > 0) {
    issues.push(createNameIssue(place, 'type', shape.accepted, 'is given both as a value and in parts'));
  }
  if (node.children.size > 0 && shape.kind === 'list') return buildList(shape, node, place, issues);
  if (node.children.size > 0 && shape.kind === 'object') return buildObject(shape, node, place, issues);
  // A text where parts are wanted, or parts where a text is wanted, are of the wrong type: that is for the check to say.
  if (node.text === undefined) return {};
  return shape.kind === 'value' ? readText(shape, node.text) : node.text;
}

function buildObject(shape: ObjectShape, node: NameNode, place: Place, issues: Issue[]): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, field] of shape.fields) {
    const child = node.children.get(name);
    if (child !== undefined) entries.push([name, buildValue(field.shape, child, [...place, name], issues)]);
  }
  for (const [name, child] of node.children) {
    if (!shape.fields.has(name)) entries.push([name, child.text ?? {}]);
  }
  // fromEntries defines own properties, whatever the name: __proto__ too.
  return Object.fromEntries(entries);
}

function buildList({ item }: ListShape, node: NameNode, place: Place, issues: Issue[]): unknown {
  const items: unknown[] = [];
  for (let child = node.children.get('1'); child !== undefined; child = node.children.get(`${items.length + 1}`)) {
    items.push(buildValue(item, child, [...place, items.length], issues));
  }
  const indexCount = [...node.children.keys()].filter((name) => INDEX.test(name)).length;
  const accepted = 'indexes that start at 1 and have no gaps';
  if (indexCount < node.children.size) {
    issues.push(createNameIssue(place, 'format', accepted, `must have ${accepted}`));
  }
  if (indexCount > items.length) {
    issues.push(
      createNameIssue([...place, items.length], 'required', accepted, `is missing: there must be ${accepted}`),
    );
  }
  return items.length === 0 ? undefined : items;
}

function createNameIssue(place: Place, rule: Rule, accepted: string, fault: string): Issue {
  const issue = createIssue(place, rule, accepted);
  return { ...issue, Message: `${issue.Parameter} ${fault}.` };
}

/** A text that is not what the schema wants stays as it is: that is for the check to say. */
function readText({ jsonType }: ValueShape, text: string): unknown {
  switch (jsonType) {
    case 'number':
      return toNumber(text);
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'string':
      return text;
  }
}

function toNumber(text: string): unknown {
  const value = JSON_NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : text;
}
