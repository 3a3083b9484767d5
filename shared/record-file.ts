/**
 * FileCreated, the message by which the RTC service announces a recorded file, over HTTP or an MNS queue.
 *
 * @see StartRecordTask, section "录制结果回调" (callback of recording results)
 * @module
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type Issue, RecorderError } from './errors.ts';
import { checkParameters, createIssue, createParameterError, isRecord } from './record-task/check.ts';

/** A recorded file as the service announces it. */
export interface FileCreated {
  readonly AppId: string;
  readonly ChannelId: string;
  readonly TaskId: string;
  readonly Event: 'FileCreated';
  /** Kept for reference only: a message sent again may carry a new one. */
  readonly MsgId?: string;
  /** UTC, `yyyy-MM-ddTHH:mm:ssZ`, as sent. */
  readonly StartTime: string;
  /** UTC, `yyyy-MM-ddTHH:mm:ssZ`, as sent. */
  readonly StopTime: string;
  /** Address of the file in OSS. Times in its path are local and differ from the fields: they are never read. */
  readonly Url: string;
  /** Seconds. It is in the page's sample and not in its table, and differs a little from the difference of the times. */
  readonly Duration?: number;
}

/** How {@link parseFileCreated} judges a message. */
export interface ParseFileCreatedOptions {
  /** Hosts a file may be at, lower case, with the port if it is not the scheme's own; an empty list allows any. */
  readonly ossHosts: readonly string[];
}

/** What makes a file the file it is. */
export type FileIdentity = Pick<FileCreated, 'AppId' | 'TaskId' | 'Url'>;

const MAX_ID_LENGTH = 255;

/** An OSS object name has up to 1023 bytes, three times that when percent-encoded, and a host in front of it. */
const MAX_URL_LENGTH = 4096;

// Well-formed text without control characters: PostgreSQL holds no NUL, terminals obey the others, and none of them
// belongs into an id or a URL.
const PLAIN_TEXT = /^(?:[\x20-\x7E\xA0-\uD7FF\uE000-\uFFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])*$/;

/** An authority that all who parse it read alike: with a user name, a backslash or an escape in it they do not. */
const PLAIN_AUTHORITY = /^https?:\/\/[\w.:[\]-]+(?:[/?#]|$)/i;

const UTC_TIME = /^[12]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

const DECIMAL = /^\d{1,20}(?:\.\d{1,20})?$/;

const ID = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(MAX_ID_LENGTH),
  v.regex(PLAIN_TEXT),
  v.metadata({ accepted: `1 to ${MAX_ID_LENGTH} characters of well-formed text without control characters` }),
);

const TIME = v.pipe(
  v.string(),
  v.regex(UTC_TIME),
  v.check(isCalendarTime),
  v.metadata({ accepted: 'a time in UTC, yyyy-MM-ddTHH:mm:ssZ' }),
);

const FileCreatedSchema = v.strictObject({
  AppId: ID,
  ChannelId: ID,
  TaskId: ID,
  Event: v.pipe(v.picklist(['FileCreated']), v.metadata({ accepted: 'FileCreated' })),
  MsgId: v.exactOptional(ID),
  StartTime: TIME,
  StopTime: TIME,
  Url: v.pipe(
    v.string(),
    v.maxLength(MAX_URL_LENGTH),
    v.regex(PLAIN_TEXT),
    v.regex(/^https?:\/\/\S+$/i),
    v.url(),
    v.metadata({ accepted: `an http or https URL of at most ${MAX_URL_LENGTH} characters` }),
  ),
  Duration: v.exactOptional(
    v.pipe(
      v.number(),
      v.finite(),
      v.minValue(0),
      v.metadata({ accepted: 'a number of seconds, 0 or more', unit: 'seconds' }),
    ),
  ),
});

/**
 * Returns the announced file. Lenient where the service may change: any content type, a byte order mark, unknown keys
 * (dropped), a missing MsgId or Duration, a Duration written as text. Strict about what is stored and passed on.
 *
 * @param body the message as received, UTF-8.
 * @throws RecorderError `MalformedBody` if the body is not a JSON object; `Missing…` or `Invalid…` with every issue there
 * is, in the order of the fields; the host is looked at last. `InvalidEvent` says that the message announces something else.
 */
export function parseFileCreated(body: Uint8Array, { ossHosts }: ParseFileCreatedOptions): FileCreated {
  const file = verifyFile(parseObject(body));
  const issue = checkHost(file.Url, ossHosts);
  if (issue !== undefined) throw createParameterError([issue]);
  return file;
}

/**
 * Returns an item of DescribeRecordFiles' `RecordFiles` as the announcement that it stands in for; it has no MsgId. As
 * lenient and as strict as {@link parseFileCreated}; the host is not looked at, because RTC itself has named it.
 *
 * @throws RecorderError `Missing…` or `Invalid…` with every issue there is, in the order of the fields.
 * @see DescribeRecordFiles, response parameters
 */
export function parseRecordFile(item: unknown): FileCreated {
  return verifyFile({ ...(isRecord(item) && item), Event: 'FileCreated' });
}

/**
 * Returns the id of a file: `file_` and the SHA-256 in base64url of (AppId, TaskId, Url). The same file has the same id,
 * however often and by whatever way it is announced; it is also the `webhook-id` of its event.
 */
export function createFileId({ AppId, TaskId, Url }: FileIdentity): string {
  return `file_${createHash('sha256')
    .update(JSON.stringify([AppId, TaskId, Url]))
    .digest('base64url')}`;
}

function verifyFile(message: Readonly<Record<string, unknown>>): FileCreated {
  const checked = checkParameters(FileCreatedSchema, pickFields(message));
  if (!checked.ok) throw createParameterError(checked.issues);
  return checked.value;
}

function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (!isRecord(value)) throw new RecorderError('MalformedBody', { message: 'The body is not a JSON object.' });
  return value;
}

/** Undefined, which no JSON is, if the body is none. The error is dropped: that of JSON.parse quotes the body. */
function parseJson(body: Uint8Array): unknown {
  try {
    // TextDecoder takes a byte order mark off.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function pickFields(message: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(FileCreatedSchema.entries).filter((name) => Object.hasOwn(message, name));
  const fields = Object.fromEntries(names.map((name) => [name, message[name]]));
  const { Duration: duration } = fields;
  return typeof duration === 'string' && DECIMAL.test(duration) ? { ...fields, Duration: Number(duration) } : fields;
}

function checkHost(url: string, ossHosts: readonly string[]): Issue | undefined {
  if (ossHosts.length === 0) return undefined;
  if (PLAIN_AUTHORITY.test(url) && ossHosts.includes(new URL(url).host)) return undefined;
  return createIssue(['Url'], 'enum', 'an address at one of the configured OSS hosts');
}

/** Whether a time like `2026-11-22T10:00:00Z` exists. `Date` takes 30 February for 1 or 2 March; PostgreSQL refuses it. */
export function isCalendarTime(time: string): boolean {
  const epochMs = Date.parse(time);
  return (
    !Number.isNaN(epochMs) && new Date(epochMs).toISOString().startsWith(time.slice(0, 'yyyy-MM-ddTHH:mm:ss'.length))
  );
}
