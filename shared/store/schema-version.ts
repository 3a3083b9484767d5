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

const UNDEFINED_TABLE = '42P01';

/**
 * Returns the database once its schema is known to be at {@link SCHEMA_VERSION} or later.
 *
 * @throws RecorderError `NotMigrated` when it is older or empty, `ServiceUnavailable` when it cannot be asked.
 */
export async function verifySchemaVersion(database: Database): Promise<Database> {
  const version = await readSchemaVersion(database);
  if (version < SCHEMA_VERSION) throw new RecorderError('NotMigrated');
  return database;
}

async function readSchemaVersion(database: Database): Promise<number> {
  try {
    const rows = await database.query<{ version: number }>(
      'select coalesce(max(version), 0)::int as version from schema_migrations',
      [],
    );
    return rows[0]?.version ?? 0;
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return 0;
    throw error;
  }
}
