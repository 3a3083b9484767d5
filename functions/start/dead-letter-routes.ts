/**
 * The routes of dead letters: what was received and could not be used, to be looked at by somebody.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { createJsonResult } from '../../shared/fc.ts';
import { type DeadLetterRow, listDeadLetters, readDeadLetter } from '../../shared/store/dead-letters.ts';
import { FILTER, PAGE_ACCEPTED, PAGE_ENTRIES, readQuery } from './query.ts';
import { type RouteApp, toResponse } from './route.ts';
import { formatTime } from './task-answer.ts';

/** Query of `GET /dead-letters`. */
export const DeadLetterQuery = v.strictObject({ AppId: FILTER, ...PAGE_ENTRIES });

/** Adds `GET /dead-letters` and `GET /dead-letters/{DeadLetterId}`. */
export function addDeadLetterRoutes(app: RouteApp): void {
  app.get('/dead-letters', async (c) => {
    const { AppId, Limit, After } = readQuery(DeadLetterQuery, c.req.query(), PAGE_ACCEPTED);
    const { database } = await c.env.openService();
    const letters = await listDeadLetters(database, { AppId, after: After, limit: Limit });
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        DeadLetters: letters.map(toDeadLetterAnswer),
        Next: letters.length === Limit ? letters.at(-1)?.seq : undefined,
      }),
    );
  });

  app.get('/dead-letters/:DeadLetterId', async (c) => {
    const id = c.req.param('DeadLetterId');
    const { database } = await c.env.openService();
    const letter = /^[0-9a-f]{64}$/.test(id) ? await readDeadLetter(database, id) : undefined;
    if (letter === undefined) throw new RecorderError('NotFound', { message: 'There is no such dead letter.' });
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        ...toDeadLetterAnswer(letter),
        BodyBase64: letter.body.toString('base64'),
      }),
    );
  });
}

function toDeadLetterAnswer(letter: DeadLetterRow): Readonly<Record<string, unknown>> {
  return {
    DeadLetterId: letter.id,
    AppId: letter.AppId ?? undefined,
    Source: letter.source,
    Reason: letter.reason,
    Count: letter.count,
    FirstReceivedAt: formatTime(letter.firstReceivedAt),
    LastReceivedAt: formatTime(letter.lastReceivedAt),
    Bytes: letter.bytes,
  };
}
