/**
 * The REST routes.
 *
 * @module
 */
import { Hono } from 'hono/tiny';
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { createJsonResult, type HttpEvent, type HttpResult, readHeader, readJsonBody } from '../../shared/fc.ts';
import { createIssue, createParameterError } from '../../shared/record-task/check.ts';
import { listTasks, readEvents, readFiles, readTask } from '../../shared/store/read.ts';
import { verifyCaller } from './door.ts';
import type { StartService } from './service.ts';
import { type StartResult, startRecordTask } from './start.ts';
import { readStartRequest } from './start-request.ts';
import { stopRecordTask } from './stop.ts';
import { toTaskAnswer, toTaskDetail } from './task-answer.ts';
import { updateRecordTask } from './update.ts';

/** What a route works with: the event itself, because a `Request` would copy its body. */
export interface RouteBindings {
  readonly event: HttpEvent;
  readonly requestId: string;
  /** Opened only where a route needs the database. */
  readonly openService: () => Promise<StartService>;
  readonly config: StartService['config'];
}

const app = new Hono<{ Bindings: RouteBindings }>();

app.get('/healthz', (c) => toResponse(createJsonResult(200, { RequestId: c.env.requestId, Status: 'ok' })));

app.use(async (c, next) => {
  verifyCaller(c.env.event, c.env.config);
  await next();
});

app.post('/record-tasks', async (c) => {
  const { event, config, requestId } = c.env;
  const body = readJsonRequest(event);
  const service = await c.env.openService();
  const start = readStartRequest(body, {
    config,
    idempotencyKey: readIdempotencyKey(event),
    createId: service.createId,
    now: service.now(),
  });
  const result = await startRecordTask(service, start);
  const { AppId, ChannelId, TaskId } = start.request;
  const answer = ANSWERS[result.outcome];
  return toResponse(
    createJsonResult(
      answer.status,
      {
        RequestId: requestId,
        ...(answer.error !== undefined && { Code: answer.error.code, Message: answer.error.message }),
        Outcome: result.outcome,
        AppId,
        ChannelId,
        TaskId,
        State: result.state,
        StartRequestId: result.startRequestId,
        Warnings: result.warnings,
      },
      answer.headers,
    ),
  );
});

const RETRY_LATER = { 'retry-after': '5' };

const ANSWERS: Readonly<Record<StartResult['outcome'], StartAnswer>> = {
  started: { status: 201, headers: {} },
  replayed: { status: 200, headers: {} },
  pending: { status: 202, headers: RETRY_LATER },
  unanswered: { status: 503, headers: RETRY_LATER, error: new RecorderError('StartUnanswered') },
};

interface StartAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error?: RecorderError;
}

const TaskQuery = v.object({
  AppId: v.optional(v.string()),
  ChannelId: v.optional(v.string()),
  State: v.optional(v.picklist(['starting', 'recording', 'stopping', 'stopped', 'failed', 'external'])),
  Limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
    '20',
  ),
  After: v.optional(v.pipe(v.string(), v.regex(/^\d{1,18}$/))),
});

const QUERY_ACCEPTED: Readonly<Record<string, string>> = {
  State: 'one of starting, recording, stopping, stopped, failed, external',
  Limit: 'an integer from 1 to 100',
  After: 'the Next of an earlier page',
};

app.get('/record-tasks', async (c) => {
  const parsed = v.safeParse(TaskQuery, c.req.query());
  if (!parsed.success) {
    const names = new Set(parsed.issues.map((issue) => String(issue.path?.[0]?.key)));
    throw createParameterError(
      [...names].map((name) => createIssue([name], 'format', QUERY_ACCEPTED[name] ?? 'a text')),
    );
  }
  const { AppId, ChannelId, State, Limit, After } = parsed.output;
  const service = await c.env.openService();
  const tasks = await listTasks(service.database, { AppId, ChannelId, State, after: After, limit: Limit });
  return toResponse(
    createJsonResult(200, {
      RequestId: c.env.requestId,
      Tasks: tasks.map(toTaskAnswer),
      Next: tasks.length === Limit ? tasks.at(-1)?.seq : undefined,
    }),
  );
});

app.get('/record-tasks/:TaskId', async (c) => {
  const { AppId, TaskId } = readTaskIds(c.env, c.req.param('TaskId'), c.req.query('AppId'));
  const { database } = await c.env.openService();
  const task = await readTask(database, AppId, TaskId);
  if (task === undefined) throw new RecorderError('InvalidTask.NotFound');
  const [files, events] = await Promise.all([readFiles(database, AppId, TaskId), readEvents(database, AppId, TaskId)]);
  return toResponse(createJsonResult(200, { RequestId: c.env.requestId, ...toTaskDetail(task, files, events) }));
});

app.patch('/record-tasks/:TaskId', async (c) => {
  const ids = readTaskIds(c.env, c.req.param('TaskId'), c.req.query('AppId'));
  const body = readJsonRequest(c.env.event);
  const { updateRequestId } = await updateRecordTask(await c.env.openService(), ids, body);
  return toResponse(
    createJsonResult(200, { RequestId: c.env.requestId, Outcome: 'updated', ...ids, UpdateRequestId: updateRequestId }),
  );
});

app.delete('/record-tasks/:TaskId', async (c) => {
  const ids = readTaskIds(c.env, c.req.param('TaskId'), c.req.query('AppId'));
  const { state } = await stopRecordTask(await c.env.openService(), ids);
  const isOver = state === 'stopped' || state === 'failed';
  const body = { RequestId: c.env.requestId, Outcome: isOver ? 'stopped' : 'pending', ...ids, State: state };
  return toResponse(createJsonResult(isOver ? 200 : 202, body, isOver ? {} : RETRY_LATER));
});

app.notFound(() => {
  throw new RecorderError('NotFound');
});

app.onError((error) => {
  throw error;
});

/**
 * Answers a REST request.
 *
 * @throws RecorderError for anything but a success; see `createErrorResult`.
 */
export async function answerRest(bindings: RouteBindings): Promise<HttpResult> {
  const { event } = bindings;
  const response = await app.fetch(createRequest(event), bindings);
  return fromResponse(response);
}

function createRequest(event: HttpEvent): Request {
  const query = new URLSearchParams(event.queryParameters ?? {}).toString();
  try {
    // The host is of no interest to routing; what it is for signatures is read from the event.
    return new Request(`https://function.invalid${event.rawPath}${query === '' ? '' : `?${query}`}`, {
      method: event.requestContext.http.method,
    });
  } catch (error) {
    throw new RecorderError('MalformedRequest', { cause: error });
  }
}

function toResponse(result: HttpResult): Response {
  return new Response(result.body, { status: result.statusCode, headers: { ...result.headers } });
}

async function fromResponse(response: Response): Promise<HttpResult> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}

function readJsonRequest(event: HttpEvent): unknown {
  // A page of another site can send text/plain or a form without asking first, JSON it cannot.
  const type = readHeader(event, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new RecorderError('UnsupportedMediaType');
  return readJsonBody(event);
}

const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

function readIdempotencyKey(event: HttpEvent): string | undefined {
  const key = readHeader(event, 'idempotency-key');
  if (key === undefined) return undefined;
  if (key.length > 0 && key.length <= MAX_IDEMPOTENCY_KEY_LENGTH) return key;
  throw createParameterError([
    createIssue(['IdempotencyKey'], 'length', `a text of 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`),
  ]);
}

function readTaskIds({ config }: RouteBindings, TaskId: string, AppId: string | undefined) {
  return { AppId: AppId ?? config.appIds[0], TaskId };
}
