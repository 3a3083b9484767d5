/**
 * PgBouncer in transaction mode, as production has it in front of PostgreSQL. It is no package of the registry: tests
 * through it run where the machine has one (Debian: `apt-get install pgbouncer`, which CI does).
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOOPBACK, listen } from '../../local/listen.ts';
import { startReaper } from '../../local/reaper.ts';

const BINARY = '/usr/sbin/pgbouncer';

/** Refuses to run as root; this is `nobody` on every Linux. */
const UNPRIVILEGED = 65534;

/** Whether this machine has a PgBouncer. */
export function hasPgbouncer(): boolean {
  try {
    accessSync(BINARY, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Pgbouncer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a pooler in front of `targetPort` with `poolSize` server connections per database. */
export async function startPgbouncer({
  targetPort,
  poolSize,
}: {
  readonly targetPort: number;
  readonly poolSize: number;
}): Promise<Pgbouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-pgbouncer-'));
  const probe = createServer();
  const port = await listen(probe, 0);
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  const settings = join(folder, 'pgbouncer.ini');
  writeFileSync(
    settings,
    `[databases]
* = host=${LOOPBACK} port=${targetPort} user=postgres
[pgbouncer]
listen_addr = ${LOOPBACK}
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
`,
  );
  const isRoot = process.getuid?.() === 0;
  chmodSync(folder, 0o755);
  if (isRoot) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
  const child = spawn(BINARY, [settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && { uid: UNPRIVILEGED, gid: UNPRIVILEGED }),
  });
  const reaper = startReaper();
  reaper.removeFolder(folder);
  if (child.pid !== undefined) reaper.watch(child.pid);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('process up')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`pgbouncer ended: ${output}`)));
  });
  return {
    port,
    async close() {
      child.kill('SIGKILL');
      await exited;
      if (child.pid !== undefined) reaper.forget(child.pid);
      await reaper.close();
    },
  };
}
