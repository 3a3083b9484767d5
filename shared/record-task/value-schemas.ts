/**
 * The kinds of value that the record-task operations take. Each schema carries, as `accepted`, the words in which a
 * refusal says what would have been accepted. Only standard actions and patterns without flags are used, so that every
 * schema can be turned into JSON Schema.
 *
 * @module
 */
import * as v from 'valibot';

/** What is known of a parameter besides its schema. */
export interface ParameterNotes {
  /** One sentence for documents. */
  readonly description: string;
  /** Public page and section that state the rule, or "ours". */
  readonly source: string;
  readonly unit?: string;
  /** What the service assumes when the parameter is not sent. It is never filled in here: only what a caller sent is sent on. */
  readonly default?: string | number;
}

/** Where the rules come from, for {@link ParameterNotes.source}. */
export const SOURCES = {
  page: 'StartRecordTask, request parameters',
  pageModeNote: 'StartRecordTask, request parameters, note of MixMode; it has no row in the table',
  metadata: 'Alibaba Cloud OpenAPI metadata, rtc 2018-01-11, StartRecordTask; it has no row in the table of the page',
  identifiers: 'RTC product introduction, limits: ids of channels and users',
  layout: 'StartRecordTask, request parameters; bounds: CreateMPULayout, Panes.N',
  template: 'AddRecordTemplate, request parameters',
} as const;

/** Most entries of any list: N is 1 to 16 on the page. The API metadata allows 64 for some lists; whether that is honoured is unverified. */
export const MAX_LIST_LENGTH = 16;

const MAX_INT32 = 2 ** 31 - 1;

// The characters of an XML 1.0 document: what the answer formats, a jsonb column and the picture can all carry. The last
// two branches are one astral character: a code point under the u flag (which JSON Schema sets), else a surrogate pair.
const XML_TEXT = /^(?:[\t\n\r\x20-\uD7FF\uE000-\uFFFD]|[^\0-\uFFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])*$/;

/** Returns `schema` with its notes attached as description and metadata. */
export function describeParameter<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  { description, ...metadata }: ParameterNotes,
) {
  return v.pipe(schema, v.description(description), v.metadata(metadata));
}

/** Returns a schema of the whole numbers from `min` to `max`; a string of digits is not one. */
export function createInteger(min: number, max: number) {
  return v.pipe(
    v.number(),
    v.integer(),
    v.minValue(min),
    v.maxValue(max),
    v.metadata({ accepted: `an integer from ${min} to ${max}` }),
  );
}

/** Returns a schema of the numbers from 0 to 1: a place on the canvas, or an opacity. */
export function createShare() {
  return v.pipe(v.number(), v.minValue(0), v.maxValue(1), v.metadata({ accepted: 'a number from 0 to 1' }));
}

/** Returns a schema of the numbers above 0 and up to 1: an extent on the canvas. */
export function createExtent() {
  return v.pipe(
    v.number(),
    v.gtValue(0),
    v.maxValue(1),
    v.metadata({ accepted: 'a number greater than 0 and at most 1' }),
  );
}

/** Returns a schema of a stacking order: 0 is the bottom. The bound is that of the official SDKs' type, int32. */
export function createZOrder() {
  return createInteger(0, MAX_INT32);
}

/** Returns a schema of a packed colour, R + G×256 + B×65536: red is the low byte. */
export function createColor() {
  return createInteger(0, 0xff_ff_ff);
}

/** Returns a schema of the given values, all numbers or all strings. */
export function createChoice<const TOptions extends readonly [] | readonly (string | number)[]>(options: TOptions) {
  const accepted = options.length === 2 ? options.join(' or ') : `one of ${options.join(', ')}`;
  return v.pipe(v.picklist(options), v.metadata({ accepted }));
}

/** Returns a schema of an id of 1 to `maxLength` characters of `[A-Za-z0-9_-]`. */
export function createId(maxLength: number) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(maxLength),
    v.regex(/^[A-Za-z0-9_-]+$/),
    v.metadata({ accepted: `1 to ${maxLength} letters, digits, underscores or hyphens` }),
  );
}

/** Returns a schema of 1 to `maxLength` printable ASCII characters without spaces. */
export function createOpaqueId(maxLength: number) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(maxLength),
    v.regex(/^[!-~]+$/),
    v.metadata({ accepted: `1 to ${maxLength} printable ASCII characters without spaces` }),
  );
}

/** Returns a schema of 1 to `maxLength` UTF-16 code units of well-formed text without control characters. */
export function createText(maxLength: number) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(maxLength),
    v.regex(XML_TEXT),
    v.metadata({ accepted: `1 to ${maxLength} characters of well-formed text without control characters` }),
  );
}

/** Returns a schema of an http or https address of up to `maxLength` characters, percent-encoded as RFC 3986 wants it. */
export function createHttpUrl(maxLength: number) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(maxLength),
    v.regex(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/[!-~]+$/),
    v.url(),
    v.metadata({ accepted: `an http or https URL of at most ${maxLength} ASCII characters` }),
  );
}

/** Returns a schema of a list of 1 to `maxLength` items. An empty list cannot be written as RPC parameters. */
export function createList<const TItem extends v.GenericSchema>(item: TItem, maxLength = MAX_LIST_LENGTH) {
  return v.pipe(
    v.array(item),
    v.minLength(1),
    v.maxLength(maxLength),
    v.metadata({ accepted: maxLength === 1 ? 'a list of 1 item' : `a list of 1 to ${maxLength} items` }),
  );
}

/** Returns a schema of an object of one or more of `entries` and nothing else. An empty one cannot be written as RPC parameters. */
export function createItem<const TEntries extends v.ObjectEntries>(entries: TEntries) {
  return v.pipe(
    v.strictObject(entries),
    v.minEntries(1),
    v.metadata({ accepted: `an object with one or more of ${Object.keys(entries).join(', ')}` }),
  );
}
