/**
 * The databases the store is tested on: the embedded one, which is what a newcomer runs, and a real server, which is what
 * production is and the only one that shows concurrency. Where the machine has them, also PostgreSQL 15 and a pooler in
 * transaction mode; CI has both.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { startEmbeddedDatabase } from '../../local/database.ts';
import { type Database, openDatabase } from '../../shared/store/database.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { hasPgbouncer, startPgbouncer } from './pgbouncer.ts';
import { startPostgres } from './postgres.ts';

/** Debian's PostgreSQL 15. */
const POSTGRES_15 = '/usr/lib/postgresql/15/bin';

export interface TestDatabase {
  readonly url: string;
  close(): Promise<void>;
}

export const DATABASES = {
  embedded: () => startEmbeddedDatabase({ port: 0 }),
  postgres: () => startPostgres(),
  postgres15: () => startPostgres({ binFolder: POSTGRES_15 }),
  pgbouncer: async () => {
    const postgres = await startPostgres();
    // As few server connections as make clients share them.
    const pooler = await startPgbouncer({ targetPort: postgres.port, poolSize: 3 });
    return {
      url: postgres.url.replace(`:${postgres.port}/`, `:${pooler.port}/`),
      async close() {
        await pooler.close();
        await postgres.close();
      },
    };
  },
} as const satisfies Record<string, () => Promise<TestDatabase>>;

/** For `describe.each`. */
export const DATABASE_KINDS: readonly (keyof typeof DATABASES)[] = [
  'embedded',
  'postgres',
  ...(existsSync(POSTGRES_15) ? (['postgres15'] as const) : []),
  ...(hasPgbouncer() ? (['pgbouncer'] as const) : []),
];

/** The database of a suite. */
export interface SuiteDatabase extends Database {
  /** For connections of a test's own. */
  readonly url: string;
}

/** Within `describe`: a migrated database, there before the first test and gone after the last. */
export function useMigratedDatabase(kind: keyof typeof DATABASES): SuiteDatabase {
  let opened: { readonly server: TestDatabase; readonly database: Database } | undefined;
  const find = () => {
    if (opened === undefined) throw new Error('The database is there within tests and hooks.');
    return opened;
  };
  const close = async () => {
    await opened?.database.close();
    await opened?.server.close();
  };
  beforeAll(async () => {
    const server = await DATABASES[kind]();
    opened = { server, database: openDatabase(server.url) };
    await migrateDatabase(server.url);
  });
  afterAll(close);
  return {
    get url() {
      return find().server.url;
    },
    query: (text, values) => find().database.query(text, values),
    close,
  };
}
