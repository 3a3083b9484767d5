/**
 * Brings the database schema up to date. Ordered SQL, one transaction, one advisory lock: two migrations at once,
 * also through a transaction-mode pooler, end as one.
 *
 * @module
 */
import pg from 'pg';
import initial from './migrations/0001-initial.sql';

/** In order; the position (from 1) is the version. A released migration is never edited. */
const MIGRATIONS: readonly string[] = [initial];

/** Any constant will do as long as no other program uses it on the same database ("ours"). */
const ADVISORY_LOCK_KEY = 727_463_001;

/** Both well within the function's 30 s, so that the reason is told and not the platform's time-out. Ours. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 20_000;

/** What {@link migrateDatabase} found and did. */
export interface MigrationResult {
  /** Versions applied by this call, in order; empty when there was nothing to do. */
  readonly applied: readonly number[];
  /** Version of the schema afterwards. */
  readonly version: number;
}

/**
 * Applies every migration the database does not have yet and returns which.
 *
 * @param url - a connection with the right to create tables; not the functions' own role in production.
 * @throws the driver's error; the transaction is then rolled back as a whole.
 */
export async function migrateDatabase(url: string): Promise<MigrationResult> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Without a listener a connection that breaks between two statements would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    // For this transaction: a pooler in transaction mode refuses it as a parameter of the connection.
    await client.query(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
    await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK_KEY]);
    await client.query(
      'create table if not exists schema_migrations (version integer primary key, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ version: number }>(
      'select coalesce(max(version), 0)::int as version from schema_migrations',
    );
    const before = rows[0]?.version ?? 0;
    const applied: number[] = [];
    for (const [index, sql] of MIGRATIONS.entries()) {
      const version = index + 1;
      if (version <= before) continue;
      await client.query(sql);
      await client.query('insert into schema_migrations (version) values ($1)', [version]);
      applied.push(version);
    }
    await client.query('commit');
    return { applied, version: Math.max(before, MIGRATIONS.length) };
  } finally {
    // Ending the connection rolls back whatever was not committed.
    await client.end();
  }
}
