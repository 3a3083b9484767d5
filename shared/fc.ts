/**
 * The edge to Function Compute: what a handler is given, told apart and typed, and what it returns.
 *
 * A built-in Node runtime hands every event over as a Buffer, whichever trigger it came from; nothing but its content
 * says which. Sources: Function Compute, "HTTP trigger invoking function" (event version v1), "Timer triggers",
 * "Context"; EventBridge MNS queue events.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from './errors.ts';

/** Bodies beyond this are refused. Function Compute itself allows 32 MB; ours. */
export const MAX_BODY_BYTES = 1_048_576;

const Headers = v.optional(v.record(v.string(), v.string()), {});

const HttpEventSchema = v.object({
  version: v.literal('v1'),
  rawPath: v.string(),
  body: v.optional(v.string(), ''),
  isBase64Encoded: v.optional(v.boolean(), false),
  headers: Headers,
  queryParameters: v.nullish(v.record(v.string(), v.string()), {}),
  requestContext: v.object({
    domainName: v.optional(v.string(), ''),
    requestId: v.optional(v.string(), ''),
    /** Milliseconds since 1970, as text. */
    timeEpoch: v.optional(v.string()),
    http: v.object({ method: v.string(), path: v.optional(v.string(), '/') }),
  }),
});

/** An HTTP trigger's event, version v1. Query parameters and headers sent twice arrive joined with a comma. */
export type HttpEvent = v.InferOutput<typeof HttpEventSchema>;

const TimerEventSchema = v.object({
  triggerTime: v.string(),
  triggerName: v.string(),
  payload: v.optional(v.string(), ''),
});

/** A timer trigger's event; `payload` is the text of the trigger's configuration. */
export type TimerEvent = v.InferOutput<typeof TimerEventSchema>;

const ActionSchema = v.looseObject({ Action: v.string() });

/** A direct invocation: an Action, and whatever that takes. */
export type ActionEvent = v.InferOutput<typeof ActionSchema>;

/** An event of any trigger, told apart. */
export type FunctionEvent =
  | { readonly kind: 'http'; readonly event: HttpEvent }
  | { readonly kind: 'timer'; readonly event: TimerEvent }
  /** EventBridge: a batch (event-streaming) or one CloudEvent (event-driven), as a list either way. */
  | { readonly kind: 'messages'; readonly messages: readonly unknown[] }
  /** A direct invocation such as `{"Action":"Migrate"}`. */
  | { readonly kind: 'action'; readonly event: ActionEvent }
  /** Anything else: JSON as parsed, or the text that is no JSON. */
  | { readonly kind: 'other'; readonly event: unknown };

/**
 * Tells an event apart. A caller cannot forge any but an HTTP event through an open URL, because what it sends stays
 * inside that event's `body`. Whoever does not know what to do with `other` must fail loudly: a timer event read as HTTP
 * would end as a silent 404.
 */
export function parseFunctionEvent(bytes: Uint8Array): FunctionEvent {
  const event = parseJsonOrText(new TextDecoder().decode(bytes));
  if (Array.isArray(event)) return { kind: 'messages', messages: event };
  if (v.is(HttpEventSchema, event)) return { kind: 'http', event: v.parse(HttpEventSchema, event) };
  if (v.is(TimerEventSchema, event)) return { kind: 'timer', event: v.parse(TimerEventSchema, event) };
  if (typeof event === 'object' && event !== null && ('specversion' in event || 'messageBody' in event)) {
    return { kind: 'messages', messages: [event] };
  }
  if (v.is(ActionSchema, event)) return { kind: 'action', event };
  return { kind: 'other', event };
}

function parseJsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A header's value whatever the case of its name: Function Compute sends `Content-Type`, its documentation `content-type`. */
export function readHeader(event: HttpEvent, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(event.headers)) {
    if (key.toLowerCase() === wanted) return value;
  }
  return undefined;
}

/**
 * The body as bytes. Obeys `isBase64Encoded`, never the content type.
 *
 * @throws RecorderError `BodyTooLarge` beyond {@link MAX_BODY_BYTES}, before anything is decoded.
 */
export function readBody(event: HttpEvent): Uint8Array {
  // Base64 is 4/3 of its bytes; plain text has at least one byte a character.
  const leastBytes = event.isBase64Encoded ? Math.floor((event.body.length * 3) / 4) - 2 : event.body.length;
  if (leastBytes > MAX_BODY_BYTES) throw new RecorderError('BodyTooLarge');
  const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > MAX_BODY_BYTES) throw new RecorderError('BodyTooLarge');
  return body;
}

/**
 * The body as JSON.
 *
 * @throws RecorderError `BodyTooLarge`, `MalformedBody`.
 */
export function readJsonBody(event: HttpEvent): unknown {
  const body = readBody(event);
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    if (error instanceof RecorderError) throw error;
    throw new RecorderError('MalformedBody', { message: 'The body is not valid UTF-8.' });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser's own message quotes the text.
    throw new RecorderError('MalformedBody');
  }
}

/** What a handler of an HTTP trigger returns. All four fields, always: what becomes of less is not documented. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** An answer in JSON. */
export function createJsonResult(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): HttpResult {
  return {
    statusCode,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** An error in Alibaba's shape: `{ RequestId, Code, Message, …details, Issues? }`. */
export function createErrorResult(error: RecorderError, requestId: string): HttpResult {
  return createJsonResult(
    error.status,
    {
      RequestId: requestId,
      Code: error.code,
      // Which variables are at fault is for the log: anybody may be asking.
      Message: error.code === 'Misconfigured' ? new RecorderError('Misconfigured').message : error.message,
      ...error.details,
      ...(error.issues.length > 0 && { Issues: error.issues }),
    },
    createErrorHeaders(error),
  );
}

function createErrorHeaders({ code, status, allowedMethods }: RecorderError): Readonly<Record<string, string>> {
  // RFC 9110, 15.5.6: a 405 must say what is allowed.
  if (code === 'MethodNotAllowed') return { allow: allowedMethods.join(', ') };
  if (code === 'Unauthorized') return { 'www-authenticate': 'Basic realm="rtc-recorder", charset="UTF-8"' };
  return status === 503 ? { 'retry-after': '5' } : {};
}

/** Credentials of the function's role: an STS triple, new with each invocation. */
export interface FunctionCredentials {
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
}

/** The part of the runtime's context that is used here. */
export interface FunctionContext {
  readonly requestId: string;
  readonly credentials?: FunctionCredentials;
  readonly function?: { readonly timeout?: number };
}
