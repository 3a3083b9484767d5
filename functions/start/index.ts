/**
 * The start function: REST and the drop-in over HTTP, the tick and whole recordings from timers, and the migration as a
 * direct invocation.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import {
  type ActionEvent,
  createErrorResult,
  type FunctionContext,
  type HttpEvent,
  type HttpResult,
  parseFunctionEvent,
  readHeader,
  type TimerEvent,
} from '../../shared/fc.ts';
import { describeReason, type Log, openLog } from '../../shared/log.ts';
import { parseTraceparent } from '../../shared/trace-context.ts';
import { runMigration } from './migration.ts';
import type { RouteBindings } from './route.ts';
import { answerRest, findRoute } from './routes.ts';
import { answerRpc, type RpcReply } from './rpc.ts';
import { isRpcRequest } from './rpc-request.ts';
import { startLoneSlot } from './schedules.ts';
import { type Invocation, openConfig, openService } from './service.ts';
import { runTick } from './tick.ts';
import { readTimerJob } from './timer-job.ts';

/** Function Compute's default; the deployed value comes with the context. */
const DEFAULT_TIMEOUT_SECONDS = 30;

/** The handler Function Compute calls. Throws for anything but HTTP, so that a failure is seen as one. */
export async function handler(bytes: Uint8Array, context: FunctionContext): Promise<HttpResult | object> {
  const startedAtMs = Date.now();
  const event = parseFunctionEvent(bytes);
  switch (event.kind) {
    case 'http':
      return await answerHttp(event.event, context, startedAtMs);
    case 'timer':
      return await runTimer(event.event, context, startedAtMs);
    case 'action':
      return await runAction(event.event, context, startedAtMs);
    default:
      throw new RecorderError('MalformedRequest', { message: `The start function takes no ${event.kind} event.` });
  }
}

async function answerHttp(event: HttpEvent, context: FunctionContext, startedAtMs: number): Promise<HttpResult> {
  const { requestId } = context;
  const log = openLog({ requestId, traceparent: parseTraceparent(readHeader(event, 'traceparent')) });
  const eventTime = new Date(Number(event.requestContext.timeEpoch));
  const openBoundService = () => openService(createInvocation(context, eventTime, log));
  const { result, Action, error } = isRpcRequest(event)
    ? await answerRpc({ event, requestId, startedAtMs, openConfig, openService: openBoundService })
    : await answerRestOrFail({
        event,
        requestId,
        now: new Date(startedAtMs),
        createId: randomUUID,
        openService: openBoundService,
      });
  log(result.statusCode >= 500 ? 'error' : 'info', 'request', {
    ...describeRoute(event),
    Action,
    status: result.statusCode,
    code: error?.code,
    durationMs: Date.now() - startedAtMs,
    error: error === undefined ? undefined : describeReason(error),
  });
  return result;
}

/** A method that no route has is whatever the caller made up. */
function describeRoute(event: HttpEvent): { readonly method: string | undefined; readonly route: string | undefined } {
  const { method } = event.requestContext.http;
  return {
    method: /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method) ? method : undefined,
    route: findRoute(event),
  };
}

async function answerRestOrFail(bindings: Omit<RouteBindings, 'config'>): Promise<RpcReply> {
  try {
    return { result: await answerRest({ ...bindings, config: openConfig() }), Action: undefined, error: undefined };
  } catch (caught) {
    const error = caught instanceof RecorderError ? caught : new RecorderError('InternalError', { cause: caught });
    return { result: createErrorResult(error, bindings.requestId), Action: undefined, error };
  }
}

async function runTimer(timer: TimerEvent, context: FunctionContext, startedAtMs: number): Promise<object> {
  const payload = parsePayload(timer.payload);
  const eventTime = new Date(timer.triggerTime);
  switch (payload.Action) {
    case 'Tick':
      return await runTickOf(context, startedAtMs, eventTime);
    case 'StartRecordTask': {
      const service = await openService(createInvocation(context, eventTime));
      const slot = readTimerJob({ ...timer, payload }, { defaultAppId: service.config.appIds[0] });
      const state = await startLoneSlot(service, slot);
      const { AppId, TaskId } = slot;
      service.log('info', 'slot', { AppId, TaskId, outcome: state });
      return { AppId, TaskId, State: state };
    }
    default:
      throw new RecorderError('MalformedRequest', {
        message: 'No such Action in a timer payload: Tick and StartRecordTask are known.',
      });
  }
}

async function runAction(event: ActionEvent, context: FunctionContext, startedAtMs: number): Promise<object> {
  switch (event.Action) {
    case 'Tick':
      return await runTickOf(context, startedAtMs, new Date(startedAtMs));
    case 'Migrate':
      return await runMigration(event, openConfig(), openLog({ requestId: context.requestId }));
    default:
      throw new RecorderError('MalformedRequest', { message: 'No such Action: Tick and Migrate are known.' });
  }
}

async function runTickOf(context: FunctionContext, startedAtMs: number, eventTime: Date): Promise<object> {
  const timeoutMs = (context.function?.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1_000;
  const service = await openService(createInvocation(context, eventTime));
  return await runTick(service, startedAtMs + timeoutMs);
}

function createInvocation(
  { credentials = {}, requestId }: FunctionContext,
  eventTime: Date,
  log: Log = openLog({ requestId }),
): Invocation {
  return { credentials, eventTime, log };
}

const Payload = v.looseObject({ Action: v.string() });

function parsePayload(payload: string): v.InferOutput<typeof Payload> {
  try {
    return v.parse(Payload, JSON.parse(payload));
  } catch {
    // An unknown payload must fail loudly: a tick that does nothing would look like one that works.
    throw new RecorderError('MalformedRequest', { message: 'The timer payload is not {"Action": …}.' });
  }
}
