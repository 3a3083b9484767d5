/**
 * The events of a task as the app receives them: `{ type, timestamp, data }` after Standard Webhooks 1.0, with the
 * vendor's PascalCase names in `data`.
 *
 * @module
 */
import type { WebhookConfig } from './config.ts';
import type { NewEvent } from './store/events.ts';

/** Types of events, also of the webhooks. */
export type EventType =
  | 'record_task.started'
  | 'record_task.updated'
  | 'record_task.stopped'
  | 'record_task.failed'
  | 'schedule.missed'
  | 'record_file.created'
  | 'record_file.gap'
  | 'sweep.gave_up';

/** An event to be stored together with the change it tells of. */
export function createEvent(event: {
  /** The `webhook-id`. A file's is its own id; an outcome's is made once, and kept when its statement is repeated. */
  readonly id: string;
  readonly type: EventType;
  readonly now: Date;
  readonly data: Readonly<Record<string, unknown>>;
  /** Without one nobody is told: the event only makes the timeline. */
  readonly webhook: WebhookConfig | undefined;
}): NewEvent {
  return {
    id: event.id,
    type: event.type,
    body: JSON.stringify({ type: event.type, timestamp: event.now.toISOString(), data: event.data }),
    delivery: event.webhook === undefined ? 'none' : 'pending',
  };
}
