/**
 * The callback function: takes FileCreated messages from RTC over HTTP, or from an MNS queue through EventBridge.
 *
 * A message is acknowledged only after it is stored. The vendor documents no signature, so the URL is the capability:
 * `POST /record-callbacks/{AppId}/{token}`.
 *
 * @module
 */
import { type CallbackConfig, loadCallbackConfig, readProcessEnvironment } from '../../shared/config.ts';
import { deliverFirst, type Outbox } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import {
  createErrorResult,
  createJsonResult,
  type FunctionContext,
  type HttpEvent,
  type HttpResult,
  parseFunctionEvent,
  readBody,
  readHeader,
} from '../../shared/fc.ts';
import { type FileMessage, type IngestResult, ingestMessage } from '../../shared/ingest.ts';
import { describeError, describeReason, type Log, openLog } from '../../shared/log.ts';
import { verifyCallbackToken } from '../../shared/signing/callback-token.ts';
import { MAX_CONNECTIONS, openDatabase } from '../../shared/store/database.ts';
import type { NewEvent } from '../../shared/store/events.ts';
import { verifySchemaVersion } from '../../shared/store/schema-version.ts';
import { parseTraceparent } from '../../shared/trace-context.ts';
import { readQueueMessage } from './queue-message.ts';

interface Service extends Outbox {
  readonly config: CallbackConfig;
  readonly ossHosts: readonly string[];
}

// Kept for the life of the instance, so that a warm request finds its connection open.
let service: Service | undefined;
let schemaChecked = false;

/** The handler Function Compute calls. Throws only for messages, so that EventBridge sends them again. */
export async function handler(bytes: Uint8Array, context: FunctionContext): Promise<HttpResult | object> {
  const { requestId } = context;
  const event = parseFunctionEvent(bytes);
  switch (event.kind) {
    case 'http':
      return await answerHttp(event.event, requestId);
    case 'messages':
      return await takeMessages(event.messages, openLog({ requestId }));
    case 'other':
      // With eventSchema RawData EventBridge pushes the message itself; in which form is unverified.
      return await takeMessages([event.event], openLog({ requestId }));
    default:
      throw new RecorderError('MalformedRequest', { message: `The callback function takes no ${event.kind} event.` });
  }
}

async function answerHttp(event: HttpEvent, requestId: string): Promise<HttpResult> {
  const startedAtMs = Date.now();
  const log = openLog({ requestId, traceparent: parseTraceparent(readHeader(event, 'traceparent')) });
  try {
    const { config } = openService();
    const message: FileMessage = { source: 'http', AppId: verifyUrl(event, config), body: readBody(event) };
    const result = await takeMessage(message, log, startedAtMs);
    if (result.outcome === 'created') await deliverFirst(openService(), result.event);
    return createJsonResult(200, { RequestId: requestId, Outcome: result.outcome });
  } catch (error) {
    const known = error instanceof RecorderError ? error : new RecorderError('InternalError', { cause: error });
    log(known.status >= 500 ? 'error' : 'warn', 'callback.refused', {
      status: known.status,
      code: known.code,
      durationMs: Date.now() - startedAtMs,
      error: describeReason(known),
    });
    return createErrorResult(known, requestId);
  }
}

/** The AppId the URL is a capability for. Nothing of the body is touched before this. */
function verifyUrl(event: HttpEvent, config: CallbackConfig): string {
  const [empty, folder, AppId, token, ...rest] = event.requestContext.http.path.split('/');
  if (empty !== '' || folder !== 'record-callbacks' || AppId === undefined || token === undefined || rest.length > 0) {
    throw new RecorderError('NotFound');
  }
  if (event.requestContext.http.method !== 'POST') {
    throw new RecorderError('MethodNotAllowed', { allowedMethods: ['POST'] });
  }
  return verifyCallbackToken({ token, AppId, secrets: config.callbackSecrets });
}

/**
 * Stores every message of a batch, then lets the app know of the new files. One message that cannot be used never
 * blocks its neighbours; if any could not be stored, the whole batch fails and comes again, which is harmless.
 */
async function takeMessages(messages: readonly unknown[], log: Log): Promise<object> {
  const startedAtMs = Date.now();
  const created: NewEvent[] = [];
  const failures: unknown[] = [];
  await inTurns(messages, MAX_CONNECTIONS, async (message) => {
    try {
      const body = readQueueMessage(message);
      const result = await takeMessage({ source: 'mns', AppId: undefined, body }, log, startedAtMs);
      if (result.outcome === 'created') created.push(result.event);
    } catch (error) {
      failures.push(error);
    }
  });
  await inTurns(created, MAX_FIRST_DELIVERIES, async (event) => {
    // The app gets what is left with the next tick.
    if (Date.now() - startedAtMs < FIRST_DELIVERIES_TIME_MS) await deliverFirst(openService(), event);
  });
  const [failure] = failures;
  if (failure !== undefined) {
    log('error', 'callback.batchFailed', { count: failures.length, error: describeError(failure) });
    throw new RecorderError('ServiceUnavailable', { cause: failure });
  }
  return { stored: messages.length };
}

/** First deliveries of a batch at once, and how long after its arrival one may still begin. Ours. */
const MAX_FIRST_DELIVERIES = 10;
const FIRST_DELIVERIES_TIME_MS = 10_000;

/** Works off `items`, `size` at a time. */
async function inTurns<T>(items: readonly T[], size: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: size }, worker));
}

async function takeMessage(message: FileMessage, log: Log, startedAtMs: number): Promise<IngestResult> {
  const current = openService();
  if (!schemaChecked) {
    await verifySchemaVersion(current.database);
    schemaChecked = true;
  }
  const result = await ingestMessage(current, message);
  log(result.outcome === 'deadLetter' ? 'warn' : 'info', 'callback.stored', {
    outcome: result.outcome,
    durationMs: Date.now() - startedAtMs,
    ...(result.outcome === 'deadLetter'
      ? { code: result.code }
      : { AppId: result.file.AppId, TaskId: result.file.TaskId }),
  });
  return result;
}

function openService(): Service {
  if (service === undefined) {
    const config = loadCallbackConfig(readProcessEnvironment());
    service = {
      config,
      database: openDatabase(config.databaseUrl, { ca: config.databaseCa }),
      webhook: config.webhook,
      ossHosts: config.ossHosts,
      fetch,
      now: () => new Date(),
      wallNow: () => new Date(),
      random: Math.random,
    };
  }
  return service;
}
