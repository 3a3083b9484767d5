/**
 * The tables the peers write to, in a database of the bench.
 *
 * @module
 */
import type { Database } from '../shared/store/database.ts';

const TABLES = [
  `create table peer_tasks (app_id text, task_id text, state text not null, parameters jsonb not null,
  primary key (app_id, task_id))`,
  `create table peer_files (app_id text, task_id text, url text, start_time timestamptz, stop_time timestamptz, body text,
  primary key (app_id, task_id, url))`,
  'create table peer_events (seq bigint generated always as identity primary key, app_id text, task_id text, body text)',
  'create table peer_bodies (seq bigint generated always as identity primary key, body text)',
];

/** Creates them. */
export async function createPeerTables(database: Database): Promise<void> {
  for (const table of TABLES) await database.query(table, []);
}
