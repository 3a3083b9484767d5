/**
 * The embedded database: PGlite (PostgreSQL in WebAssembly) served on a socket, so that each function process talks to
 * it with the driver it uses in production.
 *
 * For one machine and for what may be lost: PGlite never calls fsync, so rows survive a kill but not a power cut. It is
 * one session behind all connections: statements run one after another, an open transaction keeps everybody else
 * waiting, and a setting made with SET is seen by all. It has no autovacuum and gathers no statistics, and its clock
 * counts milliseconds, so that a fresh row is often not `< now()`.
 *
 * @see https://pglite.dev/docs/pglite-socket
 * @module
 */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { RecorderError } from '../shared/errors.ts';
import { isAddressInUse, LOOPBACK, portInUse } from './listen.ts';

/** Connections are only queues here, so the limit is far above what PostgreSQL itself would allow. */
const MAX_CONNECTIONS = 500;

/** Where to keep the rows and where to listen. */
export interface EmbeddedDatabaseOptions {
  /** Created when missing; absent means in memory. */
  readonly dataFolder?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** `erase` forgets what the folder holds, once nobody else uses it. */
  readonly contents?: 'keep' | 'erase';
}

/** A running embedded database. */
export interface EmbeddedDatabase {
  /** A connection string for `pg`. */
  readonly url: string;
  /** Ends all connections, writes everything out and releases the folder. */
  close(): Promise<void>;
}

/**
 * Opens a data folder, or a database in memory, and serves it on the loopback interface.
 * Takes 2 to 4 s for a new database and about 0.5 s for an existing folder.
 *
 * @throws RecorderError `Misconfigured` if another process uses the folder, or the port is taken
 */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { dataFolder, port } = options;
  const unlock = dataFolder === undefined ? () => undefined : lockFolder(resolve(dataFolder));
  try {
    if (dataFolder !== undefined && options.contents === 'erase') rmSync(dataFolder, { recursive: true, force: true });
    const database = await openFolder(dataFolder);
    const server = new PGLiteSocketServer({ db: database, host: LOOPBACK, port, maxConnections: MAX_CONNECTIONS });
    try {
      await server.start();
    } catch (error) {
      await database.close();
      throw isAddressInUse(error) ? portInUse(port, error) : error;
    }
    return {
      url: `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`,
      async close() {
        await server.stop();
        await database.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openFolder(dataFolder: string | undefined): Promise<PGlite> {
  try {
    return await PGlite.create(dataFolder === undefined ? 'memory://' : resolve(dataFolder));
  } catch (error) {
    throw new RecorderError('Misconfigured', {
      message: `The database in ${dataFolder ?? 'memory'} cannot be opened: run with --fresh to begin anew.`,
      cause: error,
    });
  }
}

/** Lock files held by this process. A lock with our process id that is not among them is an earlier process's. */
const heldLocks = new Set<string>();

/**
 * PGlite does not lock its folder, and two processes on one folder lose acknowledged rows without an error.
 * The lock is a file beside the folder that holds a process id; it is taken over only from a process that is gone.
 */
function lockFolder(folder: string): () => void {
  const lock = `${folder}.lock`;
  const mine = `${lock}.${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  if (heldLocks.has(lock)) throw folderInUse(lock, process.pid);
  writeFileSync(mine, `${process.pid}\n`);
  try {
    if (!tryLink(mine, lock)) {
      const owner = readOwner(lock);
      if (owner !== undefined && isRunning(owner)) throw folderInUse(lock, owner);
      removeStale(lock, `${mine}.stale`);
      if (!tryLink(mine, lock)) throw folderInUse(lock, readOwner(lock));
    }
  } finally {
    rmSync(mine, { force: true });
  }
  heldLocks.add(lock);
  return () => {
    heldLocks.delete(lock);
    if (readOwner(lock) === process.pid) rmSync(lock, { force: true });
  };
}

/** Linking a finished file, unlike creating one, never shows others a lock without its process id. */
function tryLink(file: string, lock: string): boolean {
  try {
    linkSync(file, lock);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Renamed first and looked at again, because somebody else may have taken the stale lock over in the meantime. */
function removeStale(lock: string, aside: string): void {
  renameSync(lock, aside);
  const owner = readOwner(aside);
  if (owner !== undefined && isRunning(owner)) {
    renameSync(aside, lock);
    throw folderInUse(lock, owner);
  }
  rmSync(aside);
}

function readOwner(lock: string): number | undefined {
  if (!existsSync(lock)) return undefined;
  const owner = Number.parseInt(readFileSync(lock, 'utf8'), 10);
  return Number.isSafeInteger(owner) && owner > 0 ? owner : undefined;
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, it is only not ours to signal.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function folderInUse(lock: string, owner: number | undefined): RecorderError {
  const by = owner === undefined ? 'another process' : `process ${owner}`;
  return new RecorderError('Misconfigured', {
    message: `The data folder is in use by ${by}: stop it first. If that is not so, delete ${lock}.`,
  });
}
