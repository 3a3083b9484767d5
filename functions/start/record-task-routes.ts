/**
 * The routes of record tasks: start, list, look, change, stop.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { createJsonResult, type HttpEvent, readHeader } from '../../shared/fc.ts';
import { createIssue, createParameterError } from '../../shared/record-task/check.ts';
import { listTasks, readEvents, readFiles, readTask } from '../../shared/store/read.ts';
import { answerDryRun } from './dry-run.ts';
import { FILTER, PAGE_ACCEPTED, PAGE_ENTRIES, readQuery } from './query.ts';
import { type RouteApp, type RouteBindings, readJsonRequest, toResponse } from './route.ts';
import { type StartResult, startRecordTask } from './start.ts';
import { acceptStartDraft, draftStartRequest } from './start-request.ts';
import { stopRecordTask } from './stop.ts';
import { toListedTaskAnswer, toTaskDetail } from './task-answer.ts';
import { updateRecordTask } from './update.ts';

const RETRY_LATER = { 'retry-after': '5' };

const ANSWERS = {
  started: { status: 201, headers: {} },
  replayed: { status: 200, headers: {} },
  pending: { status: 202, headers: RETRY_LATER },
} as const satisfies Partial<Record<StartResult['outcome'], object>>;

const STATES = ['starting', 'recording', 'stopping', 'stopped', 'failed', 'external'] as const;

/** Query of `GET /record-tasks`. */
export const TaskQuery = v.strictObject({
  AppId: FILTER,
  ChannelId: FILTER,
  State: v.optional(v.picklist(STATES)),
  ...PAGE_ENTRIES,
});

const Flag = v.optional(v.picklist(['true', 'false']), 'false');

/** Query of `POST /record-tasks`. */
export const StartQuery = v.strictObject({ dryRun: Flag, strict: Flag });

const START_QUERY_ACCEPTED = { dryRun: 'true or false', strict: 'true or false' };

/** Query of a single task's routes. */
export const TaskPathQuery = v.strictObject({ AppId: FILTER });

/** Query of `PATCH /record-tasks/{TaskId}`. A caller who asks for a dry run must not get a real change. */
export const UpdateQuery = v.strictObject({
  ...TaskPathQuery.entries,
  dryRun: v.optional(v.literal('false')),
  strict: Flag,
});

const UPDATE_QUERY_ACCEPTED = { ...START_QUERY_ACCEPTED, dryRun: 'false: only a start has a dry run' };

/** What becomes of warnings, by `strict`. */
const WARNING_POLICIES = { true: 'refuse', false: 'report' } as const;

/** Adds `POST` and `GET /record-tasks`, and `GET`, `PATCH` and `DELETE /record-tasks/{TaskId}`. */
export function addRecordTaskRoutes(app: RouteApp): void {
  app.post('/record-tasks', async (c) => {
    const { event, config, requestId, now, createId } = c.env;
    const { dryRun, strict } = readQuery(StartQuery, c.req.query(), START_QUERY_ACCEPTED);
    const body = readJsonRequest(event);
    const idempotencyKey = readIdempotencyKey(event);
    const draft = draftStartRequest(body, {
      config,
      idempotencyKey,
      createId,
      now,
      onWarning: WARNING_POLICIES[strict],
    });
    if (dryRun === 'true') return toResponse(answerDryRun(draft, { requestId, now }));
    const start = acceptStartDraft(draft);
    const result = await startRecordTask(await c.env.openService(), start);
    const { AppId, ChannelId, TaskId } = start.request;
    const answer = {
      Outcome: result.outcome,
      AppId,
      ChannelId,
      TaskId,
      State: result.state,
      StartRequestId: result.startRequestId,
      Warnings: result.warnings,
    };
    if (result.outcome === 'unanswered') throw new RecorderError('StartUnanswered', { details: answer });
    const { status, headers } = ANSWERS[result.outcome];
    return toResponse(createJsonResult(status, { RequestId: requestId, ...answer }, headers));
  });

  app.get('/record-tasks', async (c) => {
    const accepted = { State: `one of ${STATES.join(', ')}`, ...PAGE_ACCEPTED };
    const { AppId, ChannelId, State, Limit, After } = readQuery(TaskQuery, c.req.query(), accepted);
    const service = await c.env.openService();
    const tasks = await listTasks(service.database, { AppId, ChannelId, State, after: After, limit: Limit });
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        Tasks: tasks.map(toListedTaskAnswer),
        Next: tasks.length === Limit ? tasks.at(-1)?.seq : undefined,
      }),
    );
  });

  app.get('/record-tasks/:TaskId', async (c) => {
    const query = readQuery(TaskPathQuery, c.req.query(), {});
    const { AppId, TaskId } = readTaskIds(c.env, c.req.param('TaskId'), query.AppId);
    const { database } = await c.env.openService();
    const task = await readTask(database, AppId, TaskId);
    if (task === undefined) throw new RecorderError('InvalidTask.NotFound');
    const [files, events] = await Promise.all([
      readFiles(database, AppId, TaskId),
      readEvents(database, AppId, TaskId),
    ]);
    return toResponse(createJsonResult(200, { RequestId: c.env.requestId, ...toTaskDetail(task, files, events) }));
  });

  app.patch('/record-tasks/:TaskId', async (c) => {
    const { strict, ...query } = readQuery(UpdateQuery, c.req.query(), UPDATE_QUERY_ACCEPTED);
    const ids = readTaskIds(c.env, c.req.param('TaskId'), query.AppId);
    const body = readJsonRequest(c.env.event);
    const { updateRequestId, warnings } = await updateRecordTask(await c.env.openService(), ids, body, {
      onWarning: WARNING_POLICIES[strict],
    });
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        Outcome: 'updated',
        ...ids,
        UpdateRequestId: updateRequestId,
        Warnings: warnings,
      }),
    );
  });

  app.delete('/record-tasks/:TaskId', async (c) => {
    const query = readQuery(TaskPathQuery, c.req.query(), {});
    const ids = readTaskIds(c.env, c.req.param('TaskId'), query.AppId);
    const { state, refusal } = await stopRecordTask(await c.env.openService(), ids);
    if (refusal !== undefined) throw refusal;
    const isOver = state === 'stopped' || state === 'failed';
    const body = { RequestId: c.env.requestId, Outcome: isOver ? state : 'pending', ...ids, State: state };
    return toResponse(createJsonResult(isOver ? 200 : 202, body, isOver ? {} : RETRY_LATER));
  });
}

/** Longest `Idempotency-Key`, characters. Ours. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

function readIdempotencyKey(event: HttpEvent): string | undefined {
  const key = readHeader(event, 'idempotency-key');
  if (key === undefined) return undefined;
  if (key.length > 0 && key.length <= MAX_IDEMPOTENCY_KEY_LENGTH) return key;
  throw createParameterError([
    createIssue(['IdempotencyKey'], 'length', `a text of 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`),
  ]);
}

/** The ids of a task in a path. Wider than those of a start: tasks of others are shown under the ids they have. */
export function readTaskIds({ config }: RouteBindings, TaskId: string, AppId: string | undefined) {
  // What PostgreSQL could not hold names no task of anybody.
  if (!v.is(FILTER, TaskId)) throw new RecorderError('InvalidTask.NotFound');
  return { AppId: AppId ?? config.appIds[0], TaskId };
}
