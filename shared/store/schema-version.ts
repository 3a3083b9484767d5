/**
 * Which database schema this code needs. The functions only compare; the migration itself is run by the start
 * function's `{"Action":"Migrate"}` event.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';
import { type Database, sqlState } from './database.ts';

/** The number of the last migration in `migrations/`. A newer database is accepted: migrations are backward compatible. */
export const SCHEMA_VERSION = 1;

/** Undefined table, and no right to it: the migration makes the tables and grants the rights. */
const UNMIGRATED_STATES = new Set(['42P01', '42501']);

/**
 * Returns the database once its schema is known to be at `needed` ({@link SCHEMA_VERSION}) or later.
 *
 * @throws RecorderError `NotMigrated` when it is older, empty, or its rights are not granted to this role;
 * `ServiceUnavailable` when it cannot be asked.
 */
export async function verifySchemaVersion(database: Database, needed: number = SCHEMA_VERSION): Promise<Database> {
  const version = await readSchemaVersion(database);
  if (version < needed) throw new RecorderError('NotMigrated');
  return database;
}

/** Returns the version of the schema; 0 where there is none, or none this role may see. */
export async function readSchemaVersion(database: Database): Promise<number> {
  try {
    const rows = await database.query<{ version: number }>(
      'select coalesce(max(version), 0)::int as version from schema_migrations',
      [],
    );
    return rows[0]?.version ?? 0;
  } catch (error) {
    if (UNMIGRATED_STATES.has(sqlState(error) ?? '')) return 0;
    throw error;
  }
}
