/**
 * Ends what must not outlive this process, however it ends. A stopped (SIGSTOP) child cannot notice that its parent
 * is gone, and after SIGKILL no exit handler runs: a small process of its own holds the list, and its standard input
 * closes with us.
 *
 * @module
 */
import { spawn } from 'node:child_process';

export interface Reaper {
  /** The process is killed at the end, unless {@link Reaper.forget} says that it ended before. */
  watch(pid: number): void;
  forget(pid: number): void;
  /** The folder is deleted at the end, after every watched process was killed. */
  removeFolder(path: string): void;
  /** Does the work now: resolves when the processes are killed and the folders gone. */
  close(): Promise<void>;
}

const SCRIPT = `
  const { rmSync } = require('node:fs');
  const pids = new Set();
  const folders = new Set();
  const act = { watch: (pid) => pids.add(pid), forget: (pid) => pids.delete(pid), removeFolder: (path) => folders.add(path) };
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    for (const line of lines) {
      const [verb, value] = JSON.parse(line);
      act[verb](value);
    }
  });
  process.stdin.on('close', () => {
    for (const pid of pids) try { process.kill(pid, 'SIGKILL'); } catch {}
    for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
`;

/** Starts the process that holds the list. It does not keep this one alive. */
export function startReaper(): Reaper {
  const child = spawn(process.execPath, ['-e', SCRIPT], {
    // A group of its own: Ctrl-C in the terminal must not end it before its work is done.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  child.unref();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tell = (verb: keyof Reaper, value: number | string) => child.stdin.write(`${JSON.stringify([verb, value])}\n`);
  return {
    watch: (pid) => tell('watch', pid),
    forget: (pid) => tell('forget', pid),
    removeFolder: (path) => tell('removeFolder', path),
    async close() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
