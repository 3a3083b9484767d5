/**
 * The two databases the store is tested on: the embedded one, which is what a newcomer runs, and a real server, which
 * is what production is and the only one that shows concurrency.
 *
 * @module
 */
import { startEmbeddedDatabase } from '../../local/database.ts';
import { startPostgres } from './postgres.ts';

export interface TestDatabase {
  readonly url: string;
  close(): Promise<void>;
}

export const DATABASES = {
  embedded: () => startEmbeddedDatabase({ port: 0 }),
  postgres: () => startPostgres(),
} as const satisfies Record<string, () => Promise<TestDatabase>>;

/** For `describe.each`. */
export const DATABASE_KINDS = ['embedded', 'postgres'] as const;
