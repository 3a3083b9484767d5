/**
 * The connection to PostgreSQL: a small pool that survives connections which died while the instance was frozen.
 *
 * A frozen Function Compute instance keeps its sockets, dead or alive, so the first statement after a pause may
 * meet a connection that never answers. Every statement here is bounded and repeated once on a fresh pool, which
 * is safe because every statement of this project can be applied twice with the effect of once, counts of repetitions aside.
 *
 * @module
 */
import pg from 'pg';
import { RecorderError } from '../errors.ts';
import { createConnectionConfig } from './connection.ts';

/** How long one statement, or one connection set-up, may take before its connection counts as dead. */
const QUERY_TIMEOUT_MS = 2_500;

/** One request runs at a time in an instance; the second connection serves the tick's parallel jobs. */
export const MAX_CONNECTIONS = 2;

/** Runs SQL and returns rows. The row type is the caller's word for what its own statement returns. */
export interface Database {
  /** @throws RecorderError `ServiceUnavailable` after two connection failures; the driver's error for anything else. */
  query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** How to reach the database besides its URL. */
export interface DatabaseOptions {
  /** PEM; see {@link createConnectionConfig}. */
  readonly ca?: string | undefined;
}

/**
 * Opens a pool to `url` (any PostgreSQL 14 or later, also behind a transaction-mode pooler: statements are unnamed
 * and no session state is used). Connects on first use.
 */
export function openDatabase(url: string, { ca }: DatabaseOptions = {}): Database {
  const connection = createConnectionConfig(url, ca);
  let pool = createPool(connection);
  const turns = createTurns(MAX_CONNECTIONS);

  return {
    async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
      return await turns(() => queryTwice<Row>(text, values));
    },
    async close() {
      await pool.end();
    },
  };

  async function queryTwice<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const used = pool;
    try {
      return await run<Row>(used, text, values);
    } catch (error) {
      if (!isConnectionFailure(error)) throw error;
      // The other pooled connections are as old as this one: all are replaced, by whoever notices first.
      if (pool === used) {
        pool = createPool(connection);
        void used.end().catch(() => undefined);
      }
    }
    try {
      return await run<Row>(pool, text, values);
    } catch (error) {
      if (!isConnectionFailure(error)) throw error;
      throw new RecorderError('ServiceUnavailable', { cause: error });
    }
  }
}

/**
 * Lets `size` pieces of work run at a time, in the order they came. The pool has a queue of its own, but counts the time
 * in it as time to connect: a long queue would look like a dead connection.
 */
function createTurns(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // The turn is handed on rather than given back, so that nobody can slip in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

function createPool(connection: pg.ClientConfig): pg.Pool {
  const pool = new pg.Pool({
    ...connection,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: QUERY_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idleTimeoutMillis: 0,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // An idle connection that breaks is reported here; the next statement finds out and is repeated.
  pool.on('error', () => undefined);
  return pool;
}

async function run<Row extends object>(pool: pg.Pool, text: string, values: readonly unknown[]): Promise<Row[]> {
  const result = await pool.query<Row>(text, [...values]);
  return result.rows;
}

/** The SQLSTATE of a database error, or undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/**
 * SQLSTATE classes after which the same statement can succeed later: connection (08), serialization and deadlock (40),
 * resources (53), operator intervention (57), system (58).
 */
const TRANSIENT_CLASSES = new Set(['08', '40', '53', '57', '58']);

/** Without an SQLSTATE the server never answered: refused, reset, timed out. A TypeError is a bug, not the network. */
function isConnectionFailure(error: unknown): boolean {
  if (error instanceof TypeError) return false;
  const state = sqlState(error);
  return state === undefined || TRANSIENT_CLASSES.has(state.slice(0, 2));
}

/** SQLSTATE classes that say the data itself cannot be stored: data exception (22), constraint (23), program limit (54). */
const DATA_CLASSES = new Set(['22', '23', '54']);

/** Whether the database refused the values themselves, so that sending them again cannot help. */
export function isDataFailure(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && DATA_CLASSES.has(state.slice(0, 2));
}
