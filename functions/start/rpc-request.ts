/**
 * RPC requests as Function Compute's HTTP event carries them, and who may come in by this door.
 *
 * The event has neither the raw query nor the Host header: parameters come decoded, the host as the trigger's domain
 * name. Both signatures are made over canonical forms, which are built from the decoded ones.
 *
 * @module
 */
import type { StartConfig } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import { type HttpEvent, readBody, readHeader } from '../../shared/fc.ts';
import { type DecodedRpcRequest, decodeRpcRequest } from '../../shared/rpc-wire/decode-rpc-request.ts';
import { type RpcPolicy, verifyRpcRequest } from '../../shared/rpc-wire/verify-rpc-request.ts';
import type { VerifiedCaller } from '../../shared/signing/verification-policy.ts';
import { requireHttps } from './door.ts';

/** Between request and arrival: https://help.aliyun.com/document_detail/48054.html; newer pages allow more. */
const MAX_CLOCK_SKEW_SECONDS = 900;

/**
 * Whether a request is for the drop-in: a GET or POST of `/` with any mark of the RPC gateway's layouts. Everything
 * else, `GET /` without a mark included, is for REST.
 */
export function isRpcRequest(event: HttpEvent): boolean {
  const { method } = event.requestContext.http;
  if (event.rawPath !== '/' || (method !== 'GET' && method !== 'POST')) return false;
  const query = event.queryParameters;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(readHeader(event, 'content-type') ?? '');
  return (
    Object.hasOwn(query, 'Action') ||
    Object.hasOwn(query, 'Signature') ||
    readHeader(event, 'x-acs-action') !== undefined ||
    // @alicloud/pop-core with method POST and headers of the caller's own: everything is in the body.
    (method === 'POST' && isForm)
  );
}

/**
 * Returns what an event says as an RPC request; nothing in it is verified yet. A name given several times in the query
 * arrives as one whose values are joined by commas: its signature will not match.
 *
 * @throws RecorderError `BodyTooLarge`, `MalformedRequest`.
 */
export function decodeRpcEvent(event: HttpEvent): DecodedRpcRequest {
  const query = new URLSearchParams(event.queryParameters);
  return decodeRpcRequest({
    method: event.requestContext.http.method,
    path: `${event.rawPath}?${query}`,
    headers: Object.entries(event.headers),
    body: readBody(event),
  });
}

/** What {@link verifyRpcCaller} needs besides the request. */
export interface RpcDoor {
  readonly config: Pick<StartConfig, 'apiKeys' | 'plainHttp' | 'publicHosts'>;
  /** The time of arrival, epoch milliseconds. */
  readonly nowMs: number;
  readonly rememberNonce: RpcPolicy['rememberNonce'];
}

/**
 * Returns who signed the request with an API key. A security token is always refused, because API keys have none.
 *
 * @throws RecorderError `InvalidProtocol.NeedSsl`; whatever `verifyRpcRequest` throws. No error holds the string to sign.
 */
export async function verifyRpcCaller(
  event: HttpEvent,
  request: DecodedRpcRequest,
  { config, nowMs, rememberNonce }: RpcDoor,
): Promise<VerifiedCaller> {
  requireHttps(event, config);
  const policy: RpcPolicy = {
    findAccessKeySecret: (accessKeyId) => config.apiKeys.find(({ id }) => id === accessKeyId)?.secret,
    nowMs,
    maxClockSkewSeconds: MAX_CLOCK_SKEW_SECONDS,
    rememberNonce,
  };
  // V1 does not sign the host.
  if (request.scheme === 'V1') return await verifyRpcRequest(request, policy);
  let refusal: RecorderError | undefined;
  for (const host of new Set([event.requestContext.domainName, ...config.publicHosts])) {
    try {
      return await verifyRpcRequest({ ...request, headers: new Map(request.headers).set('host', host) }, policy);
    } catch (error) {
      if (!(error instanceof RecorderError) || error.code !== 'SignatureDoesNotMatch') throw error;
      refusal = error;
    }
  }
  throw refusal ?? new RecorderError('SignatureDoesNotMatch');
}
