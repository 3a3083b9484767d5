/**
 * HTTP as Function Compute hands it to a function and takes it back: the HTTP trigger's event (version v1), its limits,
 * and the conversion of results and errors into responses. Pure: the server is in `function-host.ts`.
 *
 * @see https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-invoking-function (event)
 * @see https://help.aliyun.com/document_detail/85445.html (errors: a page of FC 2.0, [unverified] for 3.0)
 * @module
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as v from 'valibot';
import type { InvocationOutcome } from './function-instance.ts';

/** Source: "HTTP triggers overview", limits. */
export const MAX_HEADER_BYTES = 8 * 1024;
export const MAX_TARGET_BYTES = 4 * 1024;
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** What arrived at the HTTP trigger, before any conversion. */
export interface HttpTriggerRequest {
  readonly method: string;
  /** Path with query, as on the wire. */
  readonly target: string;
  /** Names and values alternating, as on the wire. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly accountId: string;
  readonly requestId: string;
  readonly receivedAt: Date;
}

/** What goes back to the caller. */
export interface HttpTriggerResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The refusal for a request head beyond the limits or of a method the trigger does not list, or undefined.
 * Anything else about it is the function's business.
 */
export function refuseRequestHead(
  request: Pick<HttpTriggerRequest, 'method' | 'target' | 'rawHeaders'>,
  methods: readonly string[],
): HttpTriggerResponse | undefined {
  const headerBytes = request.rawHeaders.reduce((sum, part) => sum + Buffer.byteLength(part, 'latin1') + 2, 0);
  if (headerBytes > MAX_HEADER_BYTES) return invalidArgument('the request headers exceed 8 KB');
  if (Buffer.byteLength(request.target) > MAX_TARGET_BYTES) return invalidArgument('path and query exceed 4 KB');
  if (!request.target.startsWith('/')) return invalidArgument('the request target is not a path');
  if (decodePath(pathOf(request.target)) === undefined) return invalidArgument('the path is not valid');
  if (!methods.includes(request.method)) {
    return platformError(403, 'AccessDenied', `the HTTP trigger does not accept ${request.method}`);
  }
  return undefined;
}

/** The event as the function receives it: the JSON of this object, as bytes. The head was accepted by {@link refuseRequestHead}. */
export function toHttpEvent(request: HttpTriggerRequest): object {
  const headers = joinHeaders(request.rawHeaders);
  const host = findHeader(request.rawHeaders, 'host');
  const rawPath = pathOf(request.target);
  const isText = isTextBody(headers['Content-Type'], request.body);
  return {
    version: 'v1',
    rawPath,
    body: isText ? request.body.toString('utf8') : request.body.toString('base64'),
    isBase64Encoded: !isText,
    headers,
    queryParameters: joinQuery(request.target),
    requestContext: {
      accountId: request.accountId,
      // In the cloud a name without a port. Here with one, because callers sign the Host header as they send it.
      domainName: host,
      domainPrefix: host.split(/[.:]/u, 1)[0] ?? '',
      requestId: request.requestId,
      time: toSeconds(request.receivedAt),
      timeEpoch: String(request.receivedAt.getTime()),
      http: {
        method: request.method,
        path: decodePath(rawPath) ?? rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers['User-Agent'] ?? '',
      },
    },
  };
}

/** ISO 8601 in UTC without fractions: `2024-11-07T07:52:56Z`. */
export function toSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

const resultSchema = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  body: v.optional(v.string(), ''),
  isBase64Encoded: v.optional(v.boolean(), false),
});

/**
 * What the caller of an HTTP trigger gets for an invocation's outcome.
 *
 * How Function Compute answers for a result that is not `{ statusCode, headers, body, isBase64Encoded }` is
 * [unverified]; here it is an error, so that no handler comes to depend on it.
 */
export function toHttpResponse(outcome: InvocationOutcome): HttpTriggerResponse {
  if (outcome.outcome === 'failed') return functionError(outcome.error);
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), resultSchema), Buffer.from(outcome.payload).toString());
  if (!result.success) return functionError({ errorMessage: 'the handler returned no valid HTTP response' });
  const { statusCode, headers, body, isBase64Encoded } = result.output;
  const settable = Object.entries(headers).filter(
    ([name]) => !isReserved(name) && !DROPPED_RESPONSE_HEADERS.has(name.toLowerCase()),
  );
  try {
    for (const [name, value] of settable) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  } catch {
    return functionError({ errorMessage: 'the handler returned a header that cannot be sent' });
  }
  return {
    status: statusCode,
    headers: Object.fromEntries(settable),
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** An invocation that ended in an error: the status is 502 according to the FC 2.0 page, [unverified] for 3.0. */
function functionError(error: object): HttpTriggerResponse {
  return jsonResponse(502, { 'X-Fc-Error-Type': 'UnhandledInvocationError' }, error);
}

export function invalidArgument(message: string): HttpTriggerResponse {
  return platformError(400, 'InvalidArgument', message);
}

/** All instances are busy and no further one may be started. */
export function tooManyRequests(): HttpTriggerResponse {
  return platformError(429, 'ResourceExhausted', 'the function has no instance left for this request');
}

/** Source of the form: https://www.alibabacloud.com/help/en/functioncompute/error-codes */
function platformError(status: number, errorCode: string, errorMessage: string): HttpTriggerResponse {
  return jsonResponse(status, { 'X-Fc-Error-Type': 'FcCommonError' }, { errorCode, errorMessage });
}

function jsonResponse(status: number, headers: Readonly<Record<string, string>>, value: object): HttpTriggerResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** Named on the HTTP trigger page; the last two would break the connection they travel on. */
const DROPPED_RESPONSE_HEADERS = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
  'upgrade',
]);

/** The first two are named on the HTTP trigger page; Go's server, which stands in front, takes the others off. */
const DROPPED_REQUEST_HEADERS = new Set(['connection', 'keep-alive', 'host', 'transfer-encoding']);

function isReserved(name: string): boolean {
  return name.toLowerCase().startsWith('x-fc-');
}

/** Names as Go's `net/textproto` writes them, several values of one name joined with a comma. */
function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const joined = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = canonicalizeHeaderName(rawHeaders[index] ?? '');
    if (isReserved(name) || DROPPED_REQUEST_HEADERS.has(name.toLowerCase())) continue;
    const value = rawHeaders[index + 1] ?? '';
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  // The gateway tells the function how the caller came; here that is plain HTTP.
  joined.set('X-Forwarded-Proto', 'http');
  return Object.fromEntries(joined);
}

function canonicalizeHeaderName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/gu, (start) => start.toUpperCase());
}

function findHeader(rawHeaders: readonly string[], lowerName: string): string {
  const index = rawHeaders.findIndex((part, at) => at % 2 === 0 && part.toLowerCase() === lowerName);
  return index === -1 ? '' : (rawHeaders[index + 1] ?? '');
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? '';
}

function joinQuery(target: string): Record<string, string> {
  const start = target.indexOf('?');
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(start === -1 ? '' : target.slice(start + 1))) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

function decodePath(rawPath: string): string | undefined {
  try {
    return decodeURIComponent(rawPath);
  } catch {
    return undefined;
  }
}

const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b|application\/x-www-form-urlencoded\b)/iu;

/**
 * Which content types Function Compute takes for binary is [unverified]; a request without a body arrives as base64
 * (captured). Text that is not valid UTF-8 is sent as base64 here, because a string would lose bytes.
 */
function isTextBody(contentType: string | undefined, body: Buffer): boolean {
  if (body.length === 0 || contentType === undefined || !TEXT_TYPE.test(contentType)) return false;
  return Buffer.compare(Buffer.from(body.toString('utf8')), body) === 0;
}
