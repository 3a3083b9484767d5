/**
 * The statements behind a callback: store the file with all that follows from it, or keep what cannot be used.
 *
 * @module
 */
import { createHash } from 'node:crypto';
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

/** An authenticated message that is no usable FileCreated. */
export interface DeadLetter {
  readonly AppId: string | undefined;
  readonly source: 'http' | 'mns';
  /** Code of the fault; never a value of the message. */
  readonly reason: string;
  readonly body: Uint8Array;
}

/** Keeps a message that cannot be used, byte for byte. The same bytes again only raise its count. */
export async function storeDeadLetter(database: Database, letter: DeadLetter): Promise<void> {
  await database.query(
    `insert into dead_letters as d (id, app_id, source, reason, body) values ($1, $2, $3, $4, $5::bytea)
on conflict (id) do update set count = d.count + 1, last_received_at = now()`,
    [
      createHash('sha256').update(letter.body).digest('hex'),
      letter.AppId ?? null,
      letter.source,
      letter.reason,
      Buffer.from(letter.body),
    ],
  );
}
