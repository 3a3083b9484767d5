/**
 * The part of a statement that records an event and queues its webhook. Used inside the statements that change a task
 * or store a file, so that no change can exist without its event. Events that tell of no change are stored by themselves.
 *
 * @module
 */
import type { Database } from './database.ts';

/** An event about to be stored. `body` is the webhook's exact bytes as text. */
export interface NewEvent {
  /** Also the `webhook-id`: the same for every attempt. */
  readonly id: string;
  readonly type: string;
  readonly body: string;
  /** `none` when no webhook is configured: the event is then only a line of the timeline. */
  readonly delivery: 'none' | 'pending';
}

/**
 * How long the process that stored an event keeps its first delivery to itself: longer than the first attempt and its
 * bookkeeping may take. If the process dies, the next tick after this takes over. Ours.
 */
const FIRST_ATTEMPT_LEASE_SECONDS = 15;

/**
 * Two common table expressions, `event` and `delivery`, that store the event once for each row of `source` (which has
 * `app_id` and `task_id`). Takes five parameters from `$first` on: see {@link eventValues}.
 */
export function insertEventSql(source: string, first: number): string {
  return `event as (
  insert into events (id, type, app_id, task_id, body, delivery)
  select $${first}::text, $${first + 1}::text, app_id, task_id, $${first + 2}::text, $${first + 3}::text
  from ${source} where $${first}::text is not null
  on conflict (id) do nothing
  returning id, delivery
), delivery as (
  insert into jobs (kind, key, due_at, leased_until, attempts)
  select 'deliver', id, $${first + 4}::timestamptz, now() + interval '${FIRST_ATTEMPT_LEASE_SECONDS} s', 1
  from event where delivery = 'pending'
  on conflict (kind, key) do nothing
)`;
}

/** The five values of {@link insertEventSql}. Without an event nothing is stored. */
export function eventValues(event: NewEvent | undefined, now: Date): readonly unknown[] {
  return [event?.id ?? null, event?.type ?? null, event?.body ?? null, event?.delivery ?? null, now];
}

/** An event that is stored by itself rather than with a change. */
export interface LoneEvent extends NewEvent {
  readonly AppId: string;
  /** Undefined for an event of the whole AppId. */
  readonly TaskId: string | undefined;
}

/** Stores events, each once however often it is given. Their webhooks are due at once: the next tick sends them. */
export async function storeEvents(database: Database, events: readonly LoneEvent[], now: Date): Promise<void> {
  if (events.length === 0) return;
  await database.query(
    `with event as (
  insert into events (id, type, app_id, task_id, body, delivery)
  select id, type, app_id, task_id, body, delivery
  from jsonb_to_recordset($1::text::jsonb) as e (id text, type text, app_id text, task_id text, body text, delivery text)
  -- In one order everywhere, so that two statements never wait for each other.
  order by id
  on conflict (id) do nothing
  returning id, delivery
)
insert into jobs (kind, key, due_at) select 'deliver', id, $2::timestamptz from event where delivery = 'pending'
on conflict (kind, key) do nothing`,
    [JSON.stringify(events.map(({ AppId, TaskId, ...event }) => ({ ...event, app_id: AppId, task_id: TaskId }))), now],
  );
}
