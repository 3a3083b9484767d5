/**
 * Requests to the RPC gateway, read the same from every layout that official clients send: V3 with the parameters in
 * the query or in a form body; V1 in the query (GET or POST), in a form body, or split between both.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';
import type { ParameterPairs } from '../signing/canonical-query.ts';
import { type HeaderPairs, readHeaders } from '../signing/headers.ts';
import type { RpcFormat } from './format-rpc-answer.ts';

/** More than any request has: the largest StartRecordTask, 16 panes of 16 texts each, has about 2,000. Ours. */
const MAX_PARAMETERS = 10_000;
/** Action and Version end up in logs before anything is verified. Ours. */
const MAX_CALL_NAME_LENGTH = 128;

/** Parameters of the gateway and of every SDK's request models: they belong to the call, not to the operation. */
const COMMON_PARAMETERS: ReadonlySet<string> = new Set([
  'AccessKeyId',
  'Action',
  'Format',
  'OwnerId',
  'RegionId',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureType',
  'SignatureVersion',
  'Timestamp',
  'Version',
]);

/** An HTTP request as it arrived. */
export interface RpcHttpRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query, still percent-encoded: `/?Action=StartRecordTask`. */
  readonly path: string;
  readonly headers: HeaderPairs;
  /** The body's bytes, without chunk framing; empty if there is none. */
  readonly body: Uint8Array;
}

/** A request as {@link decodeRpcRequest} read it: nothing in it is verified yet. */
export interface DecodedRpcRequest {
  /** `ACS3` is signed in the `authorization` header, `V1` (SignatureVersion 1.0) in the parameter `Signature`. */
  readonly scheme: 'ACS3' | 'V1';
  readonly method: string;
  /** Without the query; still percent-encoded. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** All parameters of the query, decoded, in the order of the wire. */
  readonly query: ParameterPairs;
  /** All parameters of a form body, decoded, in the order of the wire; empty for any other body. */
  readonly form: ParameterPairs;
  /** Empty if the request names none. */
  readonly Action: string;
  /** Empty if the request names none. */
  readonly Version: string;
  readonly Format: RpcFormat;
  /** The operation's own parameters, query before form, without those of the gateway. Names may repeat. */
  readonly parameters: ParameterPairs;
}

/**
 * Returns what a request says, without judging who sent it: give the result to `verifyRpcRequest` before acting on it.
 *
 * Action and Version are the headers `x-acs-action` and `x-acs-version` of a V3 request, and the parameters of a V1
 * request, whose headers of these names may differ in case and are not signed. A `+` is a space. The answer's form is
 * the V1 parameter `Format`, default XML; for V3 it is XML if `accept` names XML and not JSON, else JSON (assumption:
 * the vendor documents no default for V3; its clients send `application/json`).
 *
 * @throws RecorderError `MalformedRequest` for more than 10,000 parameters, or an Action or Version longer than 128
 * characters
 * @see https://help.aliyun.com/document_detail/2593177.html (V3)
 * @see https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism (V1)
 */
export function decodeRpcRequest({ method, path, headers, body }: RpcHttpRequest): DecodedRpcRequest {
  const fields = readHeaders(headers);
  const queryStart = path.indexOf('?');
  const query = queryStart === -1 ? [] : decodePairs(path.slice(queryStart + 1));
  const form = isForm(fields) ? decodePairs(Buffer.from(body).toString('utf8')) : [];
  const pairs = [...query, ...form];
  if (pairs.length > MAX_PARAMETERS) throw createTooManyError();
  const scheme = fields.get('authorization')?.startsWith('ACS3-') ? 'ACS3' : 'V1';

  return {
    scheme,
    method,
    path: queryStart === -1 ? path : path.slice(0, queryStart),
    headers: fields,
    body,
    query,
    form,
    ...(scheme === 'ACS3' ? readHeaderCall(fields) : readParameterCall(new Map(pairs))),
    parameters: pairs.filter(([name]) => !COMMON_PARAMETERS.has(name)),
  };
}

function isForm(headers: ReadonlyMap<string, string>): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers.get('content-type') ?? '');
}

function decodePairs(text: string): ParameterPairs {
  if (text.split('&', MAX_PARAMETERS + 1).length > MAX_PARAMETERS) throw createTooManyError();
  // The leading `&` keeps a first name that starts with `?`, which the constructor would take for a query's mark.
  return [...new URLSearchParams(`&${text}`)];
}

/** The part of a request that says what is called and how to answer. */
type RpcCall = Pick<DecodedRpcRequest, 'Action' | 'Version' | 'Format'>;

function readHeaderCall(headers: ReadonlyMap<string, string>): RpcCall {
  const accept = headers.get('accept')?.toLowerCase() ?? '';
  return {
    Action: readCallName(headers.get('x-acs-action')),
    Version: readCallName(headers.get('x-acs-version')),
    Format: accept.includes('xml') && !accept.includes('json') ? 'XML' : 'JSON',
  };
}

function readParameterCall(parameters: ReadonlyMap<string, string>): RpcCall {
  return {
    Action: readCallName(parameters.get('Action')),
    Version: readCallName(parameters.get('Version')),
    Format: parameters.get('Format')?.toUpperCase() === 'JSON' ? 'JSON' : 'XML',
  };
}

function readCallName(name = ''): string {
  if (name.length > MAX_CALL_NAME_LENGTH) {
    throw new RecorderError('MalformedRequest', { message: 'Action or Version is longer than 128 characters.' });
  }
  return name;
}

function createTooManyError(): RecorderError {
  return new RecorderError('MalformedRequest', { message: 'The request has more than 10,000 parameters.' });
}
