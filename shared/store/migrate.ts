/**
 * Brings the database schema up to date. Ordered SQL, one transaction, one advisory lock: two migrations at once,
 * also through a transaction-mode pooler, end as one, and one that dies leaves nothing behind.
 *
 * For the time of a deployment two releases run on one schema. Code newer than the schema answers 503 `NotMigrated`
 * and takes nothing; code older than the schema goes on working, because a migration only adds: what it drops, renames
 * or tightens, no release may still use, and that is one release later at the earliest.
 *
 * @module
 */
import pg from 'pg';
import { RecorderError } from '../errors.ts';
import { createConnectionConfig } from './connection.ts';
import { sqlState } from './database.ts';
import initial from './migrations/0001-initial.sql';

/** In order; the position (from 1) is the version. A released migration is never edited. */
export const MIGRATIONS: readonly string[] = [initial];

/** What the functions read and write. They own none of it, and read nothing else but the version. */
export const FUNCTION_TABLES = [
  'tasks',
  'files',
  'events',
  'jobs',
  'sweeps',
  'webhook_endpoint',
  'dead_letters',
  'nonces',
  'schedules',
  'schedule_slots',
] as const;

/** Any constant will do as long as no other program uses it on the same database ("ours"). */
const ADVISORY_LOCK_KEY = 727_463_001;

/** All well within the function's 30 s, so that the reason is told and not the platform's time-out. Ours. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 20_000;

/** A statement that waits for a table keeps everybody else waiting behind it: less than the functions' own patience. Ours. */
const TABLE_LOCK_TIMEOUT_MS = 2_000;

/** How to migrate, besides where. */
export interface MigrationOptions {
  /** PEM; see `createConnectionConfig`. */
  readonly ca?: string | undefined;
  /**
   * The functions' role. Unless it is the one that migrates, it is granted what the functions need: to read and write
   * rows, and nothing that changes the schema.
   */
  readonly functionsRole?: string | undefined;
  /** {@link MIGRATIONS} if nothing is said. */
  readonly migrations?: readonly string[];
  /** Called after each migration; they count only once all of them are done. */
  readonly onApplied?: (version: number) => void;
}

/** What {@link migrateDatabase} found and did. */
export interface MigrationResult {
  /** Versions applied by this call, in order; empty when there was nothing to do. */
  readonly applied: readonly number[];
  /** Version of the schema afterwards. */
  readonly version: number;
  /** The role that was granted the functions' rights, if it is not the one that migrated. */
  readonly grantedTo: string | undefined;
}

/**
 * Applies every migration the database does not have yet and returns which. A schema that is up to date needs no right
 * to change it.
 *
 * @param url - of the owner of the tables; in production not the functions' own role.
 * @throws RecorderError `Misconfigured` if that role may not change the schema, or not grant rights.
 * @throws the driver's error; in either case the transaction is rolled back as a whole.
 */
export async function migrateDatabase(url: string, options: MigrationOptions = {}): Promise<MigrationResult> {
  const client = new pg.Client({
    ...createConnectionConfig(url, options.ca),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Without a listener a connection that breaks between two statements would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    const result = await migrateInTransaction(client, options);
    await client.query('commit');
    return result;
  } catch (error) {
    if (sqlState(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new RecorderError('Misconfigured', {
      message: 'The database role may not change the schema: {"Action":"Migrate"} takes the DatabaseUrl of its owner.',
      cause: error,
    });
  } finally {
    // Ending the connection rolls back whatever was not committed.
    await client.end();
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

async function migrateInTransaction(
  client: pg.Client,
  { migrations = MIGRATIONS, functionsRole, onApplied }: MigrationOptions,
): Promise<MigrationResult> {
  // For this transaction: a pooler in transaction mode refuses it as a parameter of the connection.
  await client.query(`set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`);
  await client.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCK_KEY]);
  await client.query(`set local lock_timeout = ${TABLE_LOCK_TIMEOUT_MS}`);
  const before = await readVersion(client);
  const applied: number[] = [];
  for (const [index, sql] of migrations.entries()) {
    const version = index + 1;
    if (version <= before) continue;
    await client.query(sql);
    await client.query('insert into schema_migrations (version) values ($1)', [version]);
    applied.push(version);
    onApplied?.(version);
  }
  const grantedTo = functionsRole === undefined ? undefined : await grantRights(client, functionsRole);
  return { applied, version: Math.max(before, migrations.length), grantedTo };
}

/** Version of the schema; makes the table that holds it. */
async function readVersion(client: pg.Client): Promise<number> {
  const { rows: found } = await client.query("select 1 where to_regclass('schema_migrations') is not null");
  if (found.length === 0) {
    await client.query(
      'create table schema_migrations (version integer primary key, applied_at timestamptz not null default now())',
    );
    return 0;
  }
  const { rows } = await client.query<{ version: number }>(
    'select coalesce(max(version), 0)::int as version from schema_migrations',
  );
  return rows[0]?.version ?? 0;
}

/**
 * Grants each time anew, so that a role that replaces another, or a table that is new, has its rights. Rows of identity
 * columns need no right on their sequences.
 */
async function grantRights(client: pg.Client, role: string): Promise<string | undefined> {
  const { rows } = await client.query<{ schema: string; isOwner: boolean; mayUse: boolean }>(
    `select current_schema() as schema, current_user = $1 as "isOwner",
  has_schema_privilege($1, current_schema(), 'USAGE') as "mayUse"`,
    [role],
  );
  const [found] = rows;
  if (found === undefined || found.isOwner) return undefined;
  const grantee = pg.escapeIdentifier(role);
  if (!found.mayUse) await client.query(`grant usage on schema ${pg.escapeIdentifier(found.schema)} to ${grantee}`);
  await client.query(`grant select on schema_migrations to ${grantee}`);
  await client.query(`grant select, insert, update, delete on ${FUNCTION_TABLES.join(', ')} to ${grantee}`);
  return role;
}
