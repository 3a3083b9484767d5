import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { OFFICIAL_CLIENTS } from '../support/official-clients.ts';
import { REQUIRED } from '../support/rtc-emulator.ts';
import { waitFor } from '../support/stack.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCRIPT = join(ROOT, 'dist', 'local', 'emulator-main.mjs');

/** The program, and what it has printed so far. */
interface Program {
  readonly child: ChildProcess;
  readonly output: () => string;
}

const programs: Program[] = [];

afterEach(async () => {
  for (const { child } of programs.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function run(command: string, args: readonly string[]): Program {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(String(chunk)));
  const program = { child, output: () => chunks.join('') };
  programs.push(program);
  return program;
}

const runEmulator = (...args: string[]) => run(process.execPath, [SCRIPT, ...args]);

async function readUse(program: Program) {
  const read = (name: string) => new RegExp(`^  ${name} +(\\S+)`, 'm').exec(program.output())?.[1];
  await waitFor(() => (program.output().includes('Ctrl-C ends') ? true : undefined));
  const [endpoint = '', accessKeyId = '', accessKeySecret = ''] = [
    read('endpoint'),
    read('accessKeyId'),
    read('accessKeySecret'),
  ];
  return { endpoint, key: { accessKeyId, accessKeySecret } };
}

test('serves official clients with what it prints, and ends when told to', async () => {
  const program = runEmulator('--port', '0', '--known-templates');
  const use = await readUse(program);
  for (const client of OFFICIAL_CLIENTS) {
    const outcome = await client.call({ ...use, action: 'StartRecordTask', parameters: REQUIRED });
    expect(outcome).toMatchObject({ Code: 'InvalidTemplate.NotFound' });
  }
  const state = await fetch(`http://${use.endpoint}/_emulator/state`);
  expect(await state.json()).toMatchObject({
    requestCounts: [{ Action: 'StartRecordTask', received: OFFICIAL_CLIENTS.length, accepted: 0 }],
  });
  program.child.kill('SIGTERM');
  expect(await once(program.child, 'close')).toEqual([0, null]);
});

test('prints a program that starts a recording, whose file is posted to the callback address', async () => {
  const bodies: string[] = [];
  const receiver = createServer(async (request, response) => {
    for await (const chunk of request) bodies.push(String(chunk));
    response.end();
  });
  onTestFinished(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  if (typeof address === 'string' || address === null) throw new Error('The receiver has no port.');
  const callbackUrl = `http://127.0.0.1:${address.port}/secret`;
  const program = runEmulator('--port', '0', '--callback-url', callbackUrl, '--time-scale', '1000', '--split', '100');
  await readUse(program);
  const snippet = /node --input-type=module -e "\n([\s\S]*?)\n"\n/.exec(program.output())?.[1] ?? '';
  const snippetRun = run(process.execPath, ['--input-type=module', '-e', snippet]);
  await once(snippetRun.child, 'close');
  expect(snippetRun.output()).toMatch(/RequestId: '[0-9A-F-]{36}'/);
  await waitFor(() => bodies[0]);
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ Event: 'FileCreated', TaskId: 'yourTaskId', Duration: 100 });
  await waitFor(() => (/FileCreated \S+ -> 200/.test(program.output()) ? true : undefined));
  expect(program.output()).not.toContain('/secret');
});

test('says which port is in use', async () => {
  const first = runEmulator('--port', '0');
  const { endpoint } = await readUse(first);
  const port = endpoint.split(':')[1] ?? '';
  const second = runEmulator('--port', port);
  expect(await once(second.child, 'close')).toEqual([1, null]);
  expect(second.output()).toBe(
    `Port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another port.\n`,
  );
});

test.each([
  [['--port', 'x'], '--port must be a number from 0 to 65535.'],
  [['--callback-url', 'ftp://x'], '--callback-url must be an http(s) address.'],
  [['--nonsense'], "Unknown option '--nonsense'"],
])('refuses %j', async (args, message) => {
  const program = runEmulator(...args);
  expect(await once(program.child, 'close')).toEqual([1, null]);
  expect(program.output()).toContain(message);
});
