/**
 * The start function: REST over HTTP, the tick from the timer, and the migration as a direct invocation.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import {
  createErrorResult,
  type FunctionContext,
  type HttpEvent,
  type HttpResult,
  parseFunctionEvent,
} from '../../shared/fc.ts';
import { describeError, logToConsole } from '../../shared/log.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { answerRest } from './routes.ts';
import { openConfig, openService } from './service.ts';
import { runTick } from './tick.ts';

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
      return await runAction(parsePayload(event.event.payload), context, startedAtMs);
    case 'action':
      return await runAction(event.event.Action, context, startedAtMs);
    default:
      throw new RecorderError('MalformedRequest', { message: 'The start function takes no messages.' });
  }
}

async function answerHttp(event: HttpEvent, context: FunctionContext, startedAtMs: number): Promise<HttpResult> {
  const { requestId } = context;
  const { method } = event.requestContext.http;
  try {
    const result = await answerRest({
      event,
      requestId,
      config: openConfig(),
      openService: () => openService(context.credentials ?? {}),
    });
    logToConsole('info', 'request', {
      requestId,
      method,
      status: result.statusCode,
      durationMs: Date.now() - startedAtMs,
    });
    return result;
  } catch (error) {
    const known = error instanceof RecorderError ? error : new RecorderError('InternalError', { cause: error });
    logToConsole(known.status >= 500 ? 'error' : 'info', 'request', {
      requestId,
      method,
      status: known.status,
      code: known.code,
      durationMs: Date.now() - startedAtMs,
      ...(known.cause !== undefined && { error: describeError(known.cause) }),
    });
    return createErrorResult(known, requestId);
  }
}

async function runAction(action: string, context: FunctionContext, startedAtMs: number): Promise<object> {
  switch (action) {
    case 'Tick': {
      const timeoutMs = (context.function?.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1_000;
      return await runTick(await openService(context.credentials ?? {}), startedAtMs + timeoutMs, context.requestId);
    }
    case 'Migrate':
      return await migrateDatabase(openConfig().databaseUrl);
    default:
      throw new RecorderError('MalformedRequest', { message: 'No such Action: Tick and Migrate are known.' });
  }
}

const Payload = v.object({ Action: v.string() });

function parsePayload(payload: string): string {
  try {
    return v.parse(Payload, JSON.parse(payload)).Action;
  } catch {
    // An unknown payload must fail loudly: a tick that does nothing would look like one that works.
    throw new RecorderError('MalformedRequest', { message: 'The timer payload is not {"Action": …}.' });
  }
}
