/**
 * The statements behind a callback: store the file with all that follows from it.
 *
 * @module
 */
import type { FileCreated } from '../record-file.ts';
import type { Database } from './database.ts';
import { eventValues, insertEventSql, type NewEvent } from './events.ts';

/** A file to store. */
export interface NewFile {
  /** From `createFileId`: (AppId, TaskId, Url). */
  readonly id: string;
  readonly file: FileCreated;
  readonly source: 'callback' | 'reconciled';
  /** The message as received; undefined for a file found by reconciliation. */
  readonly body: Uint8Array | undefined;
  /** Stored only if the file is new. */
  readonly event: NewEvent;
  readonly now: Date;
}

/**
 * Stores a file, merges it into the one already known, or both at once from several callers: always one row. Its task
 * (a task first seen here is `external`), its event and the event's delivery come from a new file only, in the same
 * statement, so that none can exist without the others.
 *
 * @returns whether the file was new.
 */
export async function ingestFile(
  database: Database,
  { id, file, source, body, event, now }: NewFile,
): Promise<boolean> {
  const rows = await database.query<{ isNew: boolean }>(
    `with file as (
  insert into files as f
    (id, app_id, task_id, channel_id, url, msg_id, start_time, stop_time, duration_seconds, source, body)
  values ($1, $2, $3, $4, $5, $6, $7::timestamptz, $8::timestamptz, $9::float8, $10, $11::bytea)
  on conflict (id) do update set
    msg_id = coalesce(f.msg_id, excluded.msg_id),
    duration_seconds = coalesce(f.duration_seconds, excluded.duration_seconds),
    body = coalesce(f.body, excluded.body)
  -- xmax is 0 on a row this statement inserted, and its own transaction id on one it found.
  returning id, app_id, task_id, channel_id, received_at, xmax = 0 as is_new
), new_file as (
  select * from file where is_new
), task as (
  insert into tasks as t (app_id, task_id, channel_id, state, last_file_at)
  select app_id, task_id, channel_id, 'external', received_at from new_file
  on conflict (app_id, task_id) do update set last_file_at = excluded.last_file_at
), ${insertEventSql('new_file', 12)}
select is_new as "isNew" from file`,
    [
      id,
      file.AppId,
      file.TaskId,
      file.ChannelId,
      file.Url,
      file.MsgId ?? null,
      file.StartTime,
      file.StopTime,
      file.Duration ?? null,
      source,
      body === undefined ? null : Buffer.from(body),
      ...eventValues(event, now),
    ],
  );
  return rows[0]?.isNew ?? false;
}

/** A file that RTC lists: no message came with it. */
export interface ListedFile {
  /** From `createFileId`: (AppId, TaskId, Url). */
  readonly id: string;
  readonly file: FileCreated;
  /** Stored only if the file is new. */
  readonly event: NewEvent;
}

/**
 * Stores files that RTC lists as {@link ingestFile} stores one, all in one statement, and returns the ids of those that
 * were new. A file already known is written only if its duration was not. Their events are due at once: the next tick
 * sends them.
 *
 * @param files - each id once.
 */
export async function ingestListedFiles(
  database: Database,
  files: readonly ListedFile[],
  now: Date,
): Promise<readonly string[]> {
  const rows = await database.query<{ id: string }>(
    `with listed as (
  select * from jsonb_to_recordset($1::text::jsonb) as l (id text, app_id text, task_id text, channel_id text, url text,
    start_time timestamptz, stop_time timestamptz, duration_seconds float8, event_id text, event_type text,
    event_body text, delivery text)
), file as (
  insert into files as f
    (id, app_id, task_id, channel_id, url, start_time, stop_time, duration_seconds, source)
  -- In one order everywhere, so that two statements never wait for each other.
  select id, app_id, task_id, channel_id, url, start_time, stop_time, duration_seconds, 'reconciled'
  from listed order by id
  on conflict (id) do update set duration_seconds = excluded.duration_seconds
    where f.duration_seconds is null and excluded.duration_seconds is not null
  returning id, received_at, xmax = 0 as is_new
), new_file as (
  select listed.*, file.received_at from file join listed using (id) where is_new
), task as (
  insert into tasks as t (app_id, task_id, channel_id, state, last_file_at)
  select distinct on (app_id, task_id) app_id, task_id, channel_id, 'external', received_at from new_file
  order by app_id, task_id
  on conflict (app_id, task_id) do update set last_file_at = excluded.last_file_at
), event as (
  insert into events (id, type, app_id, task_id, body, delivery)
  select event_id, event_type, app_id, task_id, event_body, delivery from new_file
  on conflict (id) do nothing
  returning id, delivery
), delivery as (
  insert into jobs (kind, key, due_at) select 'deliver', id, $2::timestamptz from event where delivery = 'pending'
  on conflict (kind, key) do nothing
)
select id from new_file`,
    [JSON.stringify(files.map(toListedRow)), now],
  );
  return rows.map(({ id }) => id);
}

function toListedRow({ id, file, event }: ListedFile): Readonly<Record<string, string | number | undefined>> {
  return {
    id,
    app_id: file.AppId,
    task_id: file.TaskId,
    channel_id: file.ChannelId,
    url: file.Url,
    start_time: file.StartTime,
    stop_time: file.StopTime,
    duration_seconds: file.Duration,
    event_id: event.id,
    event_type: event.type,
    event_body: event.body,
    delivery: event.delivery,
  };
}
