/**
 * The route of a recorded file: a link to where it can be had, for as long as it was asked for.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { createJsonResult, type HttpResult } from '../../shared/fc.ts';
import { type FileRow, readFiles } from '../../shared/store/read.ts';
import { createFileLink } from './file-link.ts';
import { readQuery } from './query.ts';
import { readTaskIds, TaskPathQuery } from './record-task-routes.ts';
import { prefersJson, type RouteApp, toResponse } from './route.ts';
import { formatTime } from './task-answer.ts';

/**
 * A link must not outlive the credentials it is signed with. Those of a function's role last for 36 hours; how old they
 * are when an invocation gets them is unverified, so that a third of that is the most. Ours.
 *
 * @see Function Compute, "Context"
 */
const MAX_EXPIRES_SECONDS = 43_200;

/** Query of `GET /record-tasks/{TaskId}/files/{File}`. */
export const FileLinkQuery = v.strictObject({
  ...TaskPathQuery.entries,
  ExpiresInSeconds: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.minValue(1), v.maxValue(MAX_EXPIRES_SECONDS)),
    '3600',
  ),
});

const QUERY_ACCEPTED = { ExpiresInSeconds: `an integer from 1 to ${MAX_EXPIRES_SECONDS}` };

/** Adds `GET /record-tasks/{TaskId}/files/{File}`. */
export function addFileLinkRoutes(app: RouteApp): void {
  app.get('/record-tasks/:TaskId/files/:File', async (c) => {
    const { event, requestId } = c.env;
    const { ExpiresInSeconds, ...query } = readQuery(FileLinkQuery, c.req.query(), QUERY_ACCEPTED);
    const { AppId, TaskId } = readTaskIds(c.env, c.req.param('TaskId'), query.AppId);
    const { database, config, credentials, wallNow } = await c.env.openService();
    const file = findFile(await readFiles(database, AppId, TaskId), c.req.param('File'));
    if (file === undefined) throw new RecorderError('InvalidFile.NotFound');
    const context = { config, credentials, now: wallNow(), expiresInSeconds: ExpiresInSeconds };
    const { Url, expiresAt } = createFileLink(file.url, context);
    if (!prefersJson(event, 'text/html')) return toResponse(createRedirect(Url));
    const answer = { RequestId: requestId, Url, ExpiresAt: formatTime(expiresAt) };
    return toResponse(createJsonResult(200, answer, LINK_HEADERS));
  });
}

/** By FileId, or by the place among the task's Files, from 1: that changes when an earlier file turns up later. */
function findFile(files: readonly FileRow[], File: string): FileRow | undefined {
  if (/^[1-9]\d{0,3}$/.test(File)) return files[Number(File) - 1];
  return files.find(({ id }) => id === File);
}

/** Whoever has the link may have the file. */
const LINK_HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', vary: 'accept' };

function createRedirect(location: string): HttpResult {
  return { statusCode: 302, headers: { location, ...LINK_HEADERS }, body: '', isBase64Encoded: false };
}
