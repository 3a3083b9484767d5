/**
 * The drop-in: an official Alibaba SDK pointed here instead of rtc.aliyuncs.com is answered as the RPC gateway answers,
 * in JSON or XML, and gains what REST callers have: checks before the call, idempotency, stored files, webhooks.
 *
 * @module
 */
import type { StartConfig } from '../../shared/config.ts';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import type { HttpEvent, HttpResult } from '../../shared/fc.ts';
import type { DecodedRpcRequest } from '../../shared/rpc-wire/decode-rpc-request.ts';
import {
  type FormattedRpcAnswer,
  formatRpcAnswer,
  formatRpcError,
  type RpcFormat,
} from '../../shared/rpc-wire/format-rpc-answer.ts';
import { rememberNonce } from '../../shared/store/nonces.ts';
import { RPC_ACTIONS, type RpcSuccess } from './rpc-actions.ts';
import { toRpcFault } from './rpc-fault.ts';
import { decodeRpcEvent, verifyRpcCaller } from './rpc-request.ts';
import { MIN_TRY_MS, RPC_BUDGET } from './rtc-client.ts';
import type { StartService } from './service.ts';

/** Product `rtc`, https://api.aliyun.com/product/rtc */
const RTC_VERSION = '2018-01-11';

/** What answering needs from outside. */
export interface RpcBindings {
  readonly event: HttpEvent;
  readonly requestId: string;
  /** When the request arrived, epoch milliseconds. */
  readonly startedAtMs: number;
  readonly openConfig: () => StartConfig;
  /** Opened only for callers whose signature is good. */
  readonly openService: () => Promise<StartService>;
}

/** An answer, and what the log says of it. */
export interface RpcReply {
  readonly result: HttpResult;
  /** Only if it is one of ours: anything else is a caller's text. */
  readonly Action: string | undefined;
  readonly error: RecorderError | undefined;
}

/** Answers a request that `isRpcRequest` has told to be one. Never throws. */
export async function answerRpc(bindings: RpcBindings): Promise<RpcReply> {
  const { event, requestId } = bindings;
  // Until something is readable that says which form is wanted.
  let Format: RpcFormat = 'JSON';
  let Action: string | undefined;
  try {
    const request = decodeRpcEvent(event);
    Format = request.Format;
    if (RPC_ACTIONS.has(request.Action)) Action = request.Action;
    const { RequestId = requestId, body = {}, warnings } = await runAction(bindings, request);
    const answer = formatRpcAnswer({ Format, Action: request.Action, RequestId, body });
    return { result: createResult(200, answer, createWarningHeaders(warnings)), Action, error: undefined };
  } catch (caught) {
    const error = caught instanceof RecorderError ? caught : new RecorderError('InternalError', { cause: caught });
    const { status, Code, Message } = toRpcFault(error);
    const HostId = event.requestContext.domainName;
    const answer = formatRpcError({ Format, RequestId: requestId, HostId, Code, Message });
    return { result: createResult(status, answer), Action, error };
  }
}

/** The order of the checks is that of the emulated gateway: signature, version, action. The vendor documents none. */
async function runAction(bindings: RpcBindings, request: DecodedRpcRequest): Promise<RpcSuccess> {
  const { event, startedAtMs, openConfig, openService } = bindings;
  await verifyRpcCaller(event, request, {
    config: openConfig(),
    nowMs: startedAtMs,
    rememberNonce: async (use) => await rememberNonce((await openService()).database, use),
  });
  if (request.Version !== RTC_VERSION) {
    throw new RecorderError('InvalidVersion', { message: 'Specified parameter Version is not valid.' });
  }
  const action = RPC_ACTIONS.get(request.Action);
  if (action === undefined) throw new RecorderError('InvalidAction.NotFound');
  return await action(limitTime(await openService(), startedAtMs + RPC_BUDGET.totalMs), request.parameters);
}

/**
 * The service for a caller who hangs up soon: the calls to RTC and the first attempt of a webhook end in time. A webhook
 * that is cut short is sent by the next tick.
 */
function limitTime(service: StartService, endMs: number): StartService {
  const leftMs = (): number => Math.max(endMs - Date.now(), 0);
  return {
    ...service,
    callRtc: (action, pairs) => {
      // A task is claimed by now: a late call is better than none.
      const totalMs = Math.max(leftMs(), MIN_TRY_MS);
      return service.callRtc(action, pairs, { ...RPC_BUDGET, totalMs });
    },
    fetch: (address, init) => {
      const signals = [AbortSignal.timeout(leftMs()), ...(init?.signal == null ? [] : [init.signal])];
      return service.fetch(address, { ...init, signal: AbortSignal.any(signals) });
    },
  };
}

function createWarningHeaders(warnings: readonly Issue[]): Readonly<Record<string, string>> {
  const rules = new Set(warnings.map(({ Rule }) => Rule));
  return rules.size === 0 ? {} : { 'x-rtc-recorder-warnings': [...rules].join(',') };
}

function createResult(
  statusCode: number,
  { contentType, body }: FormattedRpcAnswer,
  headers: Readonly<Record<string, string>> = {},
): HttpResult {
  return {
    statusCode,
    headers: { 'content-type': contentType, 'cache-control': 'no-store', ...headers },
    body,
    isBase64Encoded: false,
  };
}
