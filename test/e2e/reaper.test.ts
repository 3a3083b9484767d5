import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startReaper } from '../../local/reaper.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-reaper-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('startReaper', () => {
  it('kills a stopped child and removes the folder after its process was killed', async () => {
    await build({
      stdin: {
        contents: `
          import { spawn } from 'node:child_process';
          import { mkdirSync } from 'node:fs';
          import { startReaper } from './reaper.ts';
          const reaper = startReaper();
          const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
          child.kill('SIGSTOP');
          reaper.watch(child.pid);
          mkdirSync(process.argv[2]);
          reaper.removeFolder(process.argv[2]);
          console.log(child.pid);
          setInterval(() => undefined, 1000);`,
        resolveDir: resolve(import.meta.dirname, '../../local'),
      },
      outfile: join(folder, 'owner.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const doomed = join(folder, 'doomed');
    const owner = spawn(process.execPath, [join(folder, 'owner.mjs'), doomed], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(owner.stdout, 'data');
    const pid = Number(String(line));
    expect(isRunning(pid)).toBe(true);
    expect(existsSync(doomed)).toBe(true);

    owner.kill('SIGKILL');
    // A killed orphan is gone for good once whoever inherited it has waited for it, so the folder is what is asserted on
    // first: it goes after the kill.
    await vi.waitFor(() => expect(existsSync(doomed)).toBe(false), 10_000);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 10_000);
  });

  it('close ends what is watched and spares what was forgotten', async () => {
    const reaper = startReaper();
    const start = () => spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    const [watched, forgotten] = [start(), start()];
    const exited = once(watched, 'exit');
    reaper.watch(watched.pid ?? 0);
    reaper.watch(forgotten.pid ?? 0);
    reaper.forget(forgotten.pid ?? 0);
    await reaper.close();
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(forgotten.exitCode).toBeNull();
    expect(forgotten.signalCode).toBeNull();
    const ended = once(forgotten, 'exit');
    forgotten.kill('SIGKILL');
    await ended;
  });
});
