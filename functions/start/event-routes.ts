/**
 * The routes of the event log: what happened, what the app was told of it, and telling it again.
 *
 * @module
 */
import * as v from 'valibot';
import { deliverEvent, RETRY_ATTEMPT_TIMEOUT_MS } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import { createJsonResult } from '../../shared/fc.ts';
import { requeueDelivery } from '../../shared/store/deliver.ts';
import { type LoggedEventRow, listEvents } from '../../shared/store/read.ts';
import { FILTER, PAGE_ACCEPTED, PAGE_ENTRIES, readQuery } from './query.ts';
import { type RouteApp, toResponse, verifyJsonType } from './route.ts';
import { toEventAnswer } from './task-answer.ts';

const DELIVERIES = ['none', 'pending', 'delivered', 'dead'] as const;

/** Query of `GET /events`. */
export const EventQuery = v.strictObject({
  AppId: FILTER,
  TaskId: FILTER,
  Type: FILTER,
  Delivery: v.optional(v.picklist(DELIVERIES)),
  ...PAGE_ENTRIES,
});

/** Adds `GET /events` and `POST /events/{EventId}/redeliver`. */
export function addEventRoutes(app: RouteApp): void {
  app.get('/events', async (c) => {
    const query = readQuery(EventQuery, c.req.query(), {
      Delivery: `one of ${DELIVERIES.join(', ')}`,
      ...PAGE_ACCEPTED,
    });
    const { database } = await c.env.openService();
    const events = await listEvents(database, {
      // A TaskId is one of an application, as in the routes of tasks.
      AppId: query.AppId ?? (query.TaskId === undefined ? undefined : c.env.config.appIds[0]),
      TaskId: query.TaskId,
      type: query.Type,
      delivery: query.Delivery,
      after: query.After,
      limit: query.Limit,
    });
    return toResponse(
      createJsonResult(200, {
        RequestId: c.env.requestId,
        Events: events.map(toLoggedEventAnswer),
        Next: events.length === query.Limit ? events.at(-1)?.seq : undefined,
      }),
    );
  });

  app.post('/events/:EventId/redeliver', async (c) => {
    verifyJsonType(c.env.event);
    const service = await c.env.openService();
    const { webhook } = service;
    if (webhook === undefined) throw new RecorderError('WebhookNotConfigured');
    const id = c.req.param('EventId');
    // What PostgreSQL could not hold names no event.
    const requeued = v.is(FILTER, id) ? await requeueDelivery(service.database, id, service.now()) : undefined;
    if (requeued === undefined) throw new RecorderError('NotFound', { message: 'There is no such event.' });
    const outcome = await deliverEvent(
      { ...service, webhook },
      { ...requeued, timeoutMs: RETRY_ATTEMPT_TIMEOUT_MS, timeoutCounts: 'count' },
    );
    const body = { RequestId: c.env.requestId, EventId: requeued.event.id, Outcome: outcome };
    return toResponse(createJsonResult(200, body));
  });
}

function toLoggedEventAnswer(event: LoggedEventRow): object {
  return { ...toEventAnswer(event), AppId: event.AppId, TaskId: event.TaskId ?? undefined };
}
