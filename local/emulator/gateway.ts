/**
 * The RPC gateway in front of the service: reads and verifies a request, lets a fault happen, calls the operation and
 * formats its answer.
 *
 * @see https://help.aliyun.com/document_detail/48054.html
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecorderError } from '../../shared/errors.ts';
import {
  type DecodedRpcRequest,
  decodeRpcRequest,
  type RpcHttpRequest,
} from '../../shared/rpc-wire/decode-rpc-request.ts';
import {
  type FormattedRpcAnswer,
  formatRpcAnswer,
  formatRpcError,
  type RpcFormat,
} from '../../shared/rpc-wire/format-rpc-answer.ts';
import { type RpcPolicy, verifyRpcRequest } from '../../shared/rpc-wire/verify-rpc-request.ts';
import { createStringToSign as createAcs3StringToSign, createCanonicalRequest } from '../../shared/signing/acs3.ts';
import { parseAuthorization } from '../../shared/signing/acs3-authorization.ts';
import { createStringToSign as createRpcV1StringToSign } from '../../shared/signing/rpc-v1.ts';
import type { RequestHook } from './fault.ts';
import { FlowControl } from './flow-control.ts';
import { OPERATIONS } from './operations.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { createRtcError, isRtcErrorCode, type RtcAnswer, type RtcError } from './rtc-answer.ts';
import type { RtcCall, RtcService } from './rtc-operation.ts';

const VERSION = '2018-01-11';
const HOST_ID = 'rtc.aliyuncs.com';

/** A request that the gateway has verified, and what it has answered. */
export type GatewayEvent =
  | ({ readonly type: 'requestVerified'; readonly accessKeyId: string } & GatewayEventSubject)
  | ({
      readonly type: 'requestAnswered';
      readonly status: number;
      readonly Code: string | undefined;
    } & GatewayEventSubject);

type GatewayEventSubject = Pick<LoggedRequest, 'RequestId' | 'Action' | 'TaskId' | 'scheme'>;

export interface GatewayOptions {
  readonly rtc: RtcService;
  readonly createPolicy: () => RpcPolicy;
  readonly requests: RequestLog;
  /** Is asked about each request whose signature is good. */
  readonly findFault: RequestHook;
  /** `documented` limits calls per second or minute. */
  readonly rateLimits: 'documented' | 'none';
  readonly onEvent: (event: GatewayEvent) => void;
  /** Ends the waits of faults. */
  readonly signal: AbortSignal;
}

/** What to do with the connection. */
export type GatewayReply =
  | ({ readonly kind: 'answer'; readonly status: number } & FormattedRpcAnswer)
  | { readonly kind: 'reset' | 'hang' };

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #flowControl = new FlowControl();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async handle(httpRequest: RpcHttpRequest): Promise<GatewayReply> {
    const RequestId = randomUUID().toUpperCase();
    let request: DecodedRpcRequest;
    try {
      request = decodeRpcRequest(httpRequest);
    } catch (error) {
      // Nothing readable says which form is wanted.
      return formatReply(toRtcError(error), { Format: 'JSON', Action: '', RequestId });
    }
    const call = OPERATIONS.get(request.Action)?.(request.parameters);
    const entry = createEntry(RequestId, request, call);
    this.#options.requests.set(entry);

    const refusal = await this.#verify(request, entry);
    if (refusal !== undefined) return this.#finish(entry, refusal, request.Format);
    if (call === undefined) return this.#finish(entry, createRtcError('InvalidAction.NotFound'), request.Format);
    if (this.#isThrottled(request.Action))
      return this.#finish(entry, createRtcError('Throttling.User'), request.Format);
    return this.#actOrFail(call, entry, request.Format);
  }

  /** Returns why the request is refused. Assumption: the signature comes before action and version. */
  async #verify(request: DecodedRpcRequest, entry: LoggedRequest): Promise<RtcError | undefined> {
    try {
      const { accessKeyId } = await verifyRpcRequest(request, this.#options.createPolicy());
      this.#options.onEvent({ type: 'requestVerified', accessKeyId, ...toSubject(entry) });
    } catch (error) {
      return explainSignature(toRtcError(error), request);
    }
    return request.Version === VERSION ? undefined : createRtcError('InvalidVersion');
  }

  #isThrottled(Action: string): boolean {
    if (this.#options.rateLimits === 'none') return false;
    return this.#flowControl.admit(Action, performance.now()) === 'throttled';
  }

  async #actOrFail(call: RtcCall, entry: LoggedRequest, Format: RpcFormat): Promise<GatewayReply> {
    const { rtc, requests, findFault, signal } = this.#options;
    const fault = await findFault(entry);
    switch (fault?.kind) {
      case 'status':
        requests.set({ ...entry, outcome: 'faulted', status: fault.status });
        return { contentType: 'application/json;charset=utf-8', ...fault, kind: 'answer' };
      case 'error': {
        const error = createRtcError(fault.Code);
        requests.set({ ...entry, outcome: 'faulted', status: error.status, Code: error.Code });
        return formatReply(error, { ...entry, Format });
      }
      case 'reset':
      case 'hang':
        requests.set({ ...entry, outcome: 'faulted' });
        return { kind: fault.kind };
      case 'acceptThenReset':
      case 'acceptThenHang': {
        const answer = call.run(rtc);
        const Code = answer.kind === 'error' ? answer.Code : undefined;
        requests.set({ ...entry, outcome: toOutcome(answer), Code });
        return { kind: fault.kind === 'acceptThenReset' ? 'reset' : 'hang' };
      }
      case 'delay':
        await sleep(fault.delayMs, undefined, { signal, ref: false }).catch(() => {});
        return this.#finish(entry, call.run(rtc), Format);
      case undefined:
        return this.#finish(entry, call.run(rtc), Format);
    }
  }

  #finish(entry: LoggedRequest, answer: RtcAnswer, Format: RpcFormat): GatewayReply {
    const { status, Code } = answer.kind === 'error' ? answer : { status: 200, Code: undefined };
    this.#options.requests.set({ ...entry, outcome: toOutcome(answer), status, Code });
    this.#options.onEvent({ type: 'requestAnswered', status, Code, ...toSubject(entry) });
    return formatReply(answer, { ...entry, Format });
  }
}

function createEntry(RequestId: string, request: DecodedRpcRequest, call: RtcCall | undefined): LoggedRequest {
  const parameters = call?.parameters ?? Object.fromEntries(request.parameters);
  const { TaskId } = parameters;
  return {
    RequestId,
    Action: request.Action,
    TaskId: typeof TaskId === 'string' ? TaskId : undefined,
    scheme: request.scheme,
    parameters,
    receivedAtMs: Date.now(),
    outcome: 'pending',
    status: undefined,
    Code: undefined,
  };
}

function toSubject({ RequestId, Action, TaskId, scheme }: LoggedRequest): GatewayEventSubject {
  return { RequestId, Action, TaskId, scheme };
}

function toOutcome(answer: RtcAnswer): 'accepted' | 'rejected' {
  return answer.kind === 'success' ? 'accepted' : 'rejected';
}

function toRtcError(error: unknown): RtcError {
  if (!(error instanceof RecorderError)) throw error;
  // The gateway's own status and message, where REST callers of ours get others.
  if (isRtcErrorCode(error.code)) return createRtcError(error.code);
  return { kind: 'error', status: error.status, Code: error.code, Message: error.message };
}

/** Adds the string to sign, as the gateway does: `Specified signature is not matched with our calculation. server string to sign is:GET&…`. */
function explainSignature(error: RtcError, request: DecodedRpcRequest): RtcError {
  if (error.Code !== 'SignatureDoesNotMatch') return error;
  return { ...error, Message: `${error.Message} ${describeStringToSign(request)}` };
}

function describeStringToSign(request: DecodedRpcRequest): string {
  if (request.scheme === 'V1') {
    const parameters = [...request.query, ...request.form];
    return `server string to sign is:${createRpcV1StringToSign({ method: request.method, parameters })}`;
  }
  const { signedHeaders } = parseAuthorization(request.headers.get('authorization'));
  const canonicalRequest = createCanonicalRequest(request, signedHeaders);
  // The V3 string to sign is a hash, which explains nothing: the canonical request is our addition.
  return `server string to sign is:${createAcs3StringToSign(canonicalRequest)} server canonical request is:${canonicalRequest}`;
}

function formatReply(
  answer: RtcAnswer,
  { Format, Action, RequestId }: { readonly Format: RpcFormat; readonly Action: string; readonly RequestId: string },
): GatewayReply {
  if (answer.kind === 'success') {
    return { kind: 'answer', status: 200, ...formatRpcAnswer({ Format, Action, RequestId, body: answer.body }) };
  }
  const { status, Code, Message } = answer;
  return { kind: 'answer', status, ...formatRpcError({ Format, RequestId, HostId: HOST_ID, Code, Message }) };
}
