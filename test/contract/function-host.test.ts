import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FunctionLogLine } from '../../local/function-environment.ts';
import { MAX_BODY_BYTES } from '../../local/function-event.ts';
import {
  type FunctionHost,
  type FunctionHostOptions,
  type InvocationRecord,
  startFunctionHost,
} from '../../local/function-host.ts';
import type { FunctionSpec } from '../../local/s-yaml.ts';
import { buildInstanceModule } from '../support/instance-module.ts';

let folder: string;
let instanceModule: string;
let projects = 0;
const hosts: FunctionHost[] = [];
const logs: FunctionLogLine[] = [];
const records: InvocationRecord[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-host-test-'));
  instanceModule = await buildInstanceModule(folder);
});

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  logs.length = 0;
  records.length = 0;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SPEC: FunctionSpec = {
  name: 'start',
  functionName: 'rtc-recorder-start-test',
  region: 'cn-shanghai',
  codeFolder: './dist/start',
  handler: 'index.handler',
  memoryMb: 512,
  timeoutSeconds: 30,
  maxAsyncRetryAttempts: 0,
  environment: { OWN: 'from s.yaml' },
  triggers: [
    { type: 'http', name: 'http', methods: ['GET', 'POST'] },
    { type: 'timer', name: 'tick', cronExpression: '0 * * * * *', payload: '{"Action":"Tick"}', enabled: true },
    { type: 'timer', name: 'off', cronExpression: '0 * * * * *', payload: '', enabled: false },
  ],
};

/** A project whose one function is `source`, hosted. */
async function startHost(
  source: string,
  spec: Partial<FunctionSpec> = {},
  options: Partial<FunctionHostOptions> = {},
): Promise<FunctionHost> {
  projects += 1;
  const projectFolder = join(folder, `project-${projects}`);
  mkdirSync(join(projectFolder, 'dist/start'), { recursive: true });
  writeFileSync(join(projectFolder, 'dist/start/index.mjs'), source);
  const host = await startFunctionHost({
    spec: { ...SPEC, ...spec },
    projectFolder,
    instanceModule,
    port: 0,
    maxInstances: 4,
    idleInstances: 'frozen',
    credentials: { accessKeyId: 'STS.dummyId', accessKeySecret: 'dummySecret', securityToken: 'dummyToken' },
    accountId: '1234567890123456',
    asyncRetryDelayMs: 1,
    onLog: (line) => logs.push(line),
    onInvocation: (record) => records.push(record),
    ...options,
  });
  hosts.push(host);
  return host;
}

/** A handler that answers with the JSON of an expression over `event`, `context` and what `head` declares. */
function answering(expression: string, head = ''): string {
  return `${head}
    export const handler = async (event, context) =>
      ({ statusCode: 200, headers: {}, body: JSON.stringify(${expression}), isBase64Encoded: false });`;
}

/** Runs until the test says so: `GET /wait` waits for a file to appear, whose path is the request's query. */
const WAITING = `
  import { existsSync, writeFileSync } from 'node:fs';
  let calls = 0;
  export const handler = async (event) => {
    const { rawPath, queryParameters } = JSON.parse(event.toString());
    calls += 1;
    if (queryParameters?.running) writeFileSync(queryParameters.running, String(process.pid));
    while (queryParameters?.until && !existsSync(queryParameters.until)) await new Promise((r) => setTimeout(r, 5));
    return { statusCode: 200, body: JSON.stringify({ pid: process.pid, calls, rawPath }) };
  };`;

async function readJson(response: Response): Promise<unknown> {
  return response.json();
}

function pathFor(name: string): string {
  projects += 1;
  return join(folder, `${name}-${projects}`);
}

/** Begins a request that runs until `finish` is called, and waits until the function is inside it. */
async function beginRequest(host: FunctionHost, signal?: AbortSignal) {
  const running = pathFor('running');
  const until = pathFor('until');
  const query = new URLSearchParams({ running, until });
  const answer = fetch(`${host.url}/?${query}`, { signal: signal ?? null });
  await vi.waitFor(() => expect(readFileSync(running, 'utf8')).not.toBe(''), 10_000);
  return { answer, pid: Number(readFileSync(running, 'utf8')), finish: () => writeFileSync(until, '') };
}

/** One letter as in ps(1): `T` is stopped, `Z` dead but not yet waited for. Undefined for no such process. */
function processState(pid: number): string | undefined {
  try {
    if (!existsSync('/proc')) return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })[0];
    return /^\d+ \(.*\) (\w)/su.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

describe('startFunctionHost: HTTP trigger', () => {
  it('hands over a Buffer with the event, whose request id is the context’s and the answer’s', async () => {
    const host = await startHost(answering('{ isBuffer: Buffer.isBuffer(event), event: JSON.parse(event), context }'));
    const response = await fetch(`${host.url}/record-tasks/a%20b?x=1&x=2`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"TaskId":"录"}',
    });
    const requestId = response.headers.get('x-fc-request-id');
    expect(requestId).toMatch(/^1-[\da-f]{8}-[\da-f]{6}-[\da-f]{12}$/u);
    expect(await readJson(response)).toMatchObject({
      isBuffer: true,
      event: {
        version: 'v1',
        rawPath: '/record-tasks/a%20b',
        body: '{"TaskId":"录"}',
        isBase64Encoded: false,
        headers: { 'Content-Type': 'application/json', 'X-Forwarded-Proto': 'http' },
        queryParameters: { x: '1,2' },
        requestContext: {
          accountId: '1234567890123456',
          domainName: `127.0.0.1:${host.port}`,
          requestId,
          http: { method: 'POST', path: '/record-tasks/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        },
      },
      context: {
        requestId,
        credentials: { accessKeyId: 'STS.dummyId', accessKeySecret: 'dummySecret', securityToken: 'dummyToken' },
        function: { name: 'rtc-recorder-start-test', handler: 'index.handler', memory: 512, timeout: 30 },
        region: 'cn-shanghai',
        accountId: '1234567890123456',
        retryCount: 0,
      },
    });
    expect(records).toMatchObject([{ trigger: 'http', requestId, outcome: 'returned', status: 200 }]);
  });

  it('takes a body of 32 MB and refuses one more byte, announced or not', async () => {
    const host = await startHost(answering('JSON.parse(event).body.length'));
    const post = (body: NonNullable<RequestInit['body']>) => fetch(host.url, { method: 'POST', body, duplex: 'half' });
    expect(await readJson(await post(Buffer.alloc(MAX_BODY_BYTES)))).toBe(Math.ceil(MAX_BODY_BYTES / 3) * 4);
    const tooLarge = Buffer.alloc(MAX_BODY_BYTES + 1);
    for (const body of [tooLarge, new Blob([tooLarge]).stream()]) {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(await readJson(response)).toMatchObject({ errorCode: 'InvalidArgument' });
    }
    expect(records).toHaveLength(1);
  });

  it('refuses large heads and other methods without invoking the function', async () => {
    const host = await startHost(answering('1'));
    expect((await fetch(host.url, { headers: { 'x-large': 'a'.repeat(8 * 1024) } })).status).toBe(400);
    expect((await fetch(`${host.url}/?${'a'.repeat(4 * 1024)}`)).status).toBe(400);
    expect((await fetch(host.url, { method: 'DELETE' })).status).toBe(403);
    expect(host.instances()).toEqual([]);
  });

  it('sends bytes and headers as the function gave them, less those that Function Compute sets', async () => {
    const host = await startHost(`export const handler = async () => ({
      statusCode: 201, headers: { 'x-own': '1', 'x-fc-request-id': 'forged' }, body: '/w==', isBase64Encoded: true });`);
    const response = await fetch(host.url);
    expect(response.status).toBe(201);
    expect(response.headers.get('x-own')).toBe('1');
    expect(response.headers.get('x-fc-request-id')).toMatch(/^1-/u);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0xff]));
  });
});

describe('startFunctionHost: failures', () => {
  it('shows a throw to the caller, as Function Compute does, and keeps the instance', async () => {
    const host = await startHost(`let calls = 0;
      export const handler = async () => { calls += 1; throw new TypeError('call ' + calls); };`);
    for (const errorMessage of ['call 1', 'call 2']) {
      const response = await fetch(host.url);
      expect(response.status).toBe(502);
      expect(response.headers.get('x-fc-error-type')).toBe('UnhandledInvocationError');
      expect(await readJson(response)).toMatchObject({
        errorMessage,
        errorType: 'TypeError',
        stackTrace: expect.arrayContaining([`TypeError: ${errorMessage}`]),
      });
    }
  });

  it('reports an exit in the middle of a request, and starts another instance for the next', async () => {
    const host = await startHost(`export const handler = async (event) => {
      if (JSON.parse(event).rawPath === '/exit') process.exit(0);
      return { statusCode: 204 };
    };`);
    const response = await fetch(`${host.url}/exit`);
    expect(response.status).toBe(502);
    expect(await readJson(response)).toMatchObject({
      errorMessage: expect.stringMatching(/^Process exited unexpectedly before completing request \(duration: \d+ms/u),
    });
    expect((await fetch(host.url)).status).toBe(204);
  });

  it('ends an invocation at the time limit, and its instance with it', async () => {
    const host = await startHost('export const handler = () => new Promise(() => undefined);', { timeoutSeconds: 1 });
    const response = await fetch(host.url);
    expect(response.status).toBe(502);
    expect(await readJson(response)).toEqual({ errorMessage: 'Function timed out after 1 seconds' });
    await vi.waitFor(() => expect(host.instances()).toEqual([]));
  });

  it.each([
    [
      'code that does not load',
      'import "no-such-package"; export const handler = 1;',
      'index.handler',
      /no-such-package/u,
    ],
    ['a dependency that only the repository has', 'import "pg"; export const handler = 1;', 'index.handler', /pg/u],
    ['a missing export', 'export const other = 1;', 'index.handler', /index\.handler is not a function/u],
    ['a missing file', 'export const handler = 1;', 'main.handler', /main\.mjs/u],
  ])('reports %s', async (_, source, handler, message) => {
    const host = await startHost(source, { handler });
    const response = await fetch(host.url);
    expect(response.status).toBe(502);
    expect(await readJson(response)).toMatchObject({ errorMessage: expect.stringMatching(message) });
    await expect(host.warm(1)).rejects.toThrow(message);
  });

  it('names the port that is in use', async () => {
    const { port } = await startHost(answering('1'));
    await expect(startHost(answering('1'), {}, { port })).rejects.toMatchObject({
      code: 'Misconfigured',
      message: expect.stringContaining(`Port ${port} `),
    });
  });
});

describe('startFunctionHost: instances', () => {
  it('reuses an instance, which is stopped while idle and runs again for the next request', async () => {
    const host = await startHost(WAITING);
    const first = await readJson(await fetch(host.url));
    const [instance] = host.instances();
    expect(instance).toMatchObject({ state: 'frozen', id: 'rtc-recorder-start-test-1' });
    await vi.waitFor(() => expect(processState(instance?.pid ?? 0)).toBe('T'));
    expect(first).toMatchObject({ pid: instance?.pid, calls: 1 });
    expect(await readJson(await fetch(host.url))).toMatchObject({ pid: instance?.pid, calls: 2 });
  });

  it('leaves idle instances running when told so', async () => {
    const host = await startHost(WAITING, {}, { idleInstances: 'running' });
    await host.warm(2);
    expect(host.instances().map(({ state }) => state)).toEqual(['idle', 'idle']);
    for (const { pid } of host.instances()) expect(processState(pid ?? 0)).not.toBe('T');
  });

  it('serves one request at a time per instance, starts another when all are busy, and answers 429 beyond the limit', async () => {
    const host = await startHost(WAITING, {}, { maxInstances: 2 });
    const one = await beginRequest(host);
    const two = await beginRequest(host);
    expect(one.pid).not.toBe(two.pid);
    const refused = await fetch(host.url);
    expect(refused.status).toBe(429);
    expect(await readJson(refused)).toMatchObject({ errorCode: 'ResourceExhausted' });
    one.finish();
    two.finish();
    expect((await one.answer).status).toBe(200);
    expect((await two.answer).status).toBe(200);
    expect((await fetch(host.url)).status).toBe(200);
  });

  it('kills the instance whose caller hangs up', async () => {
    const host = await startHost(WAITING);
    const caller = new AbortController();
    const { answer, pid } = await beginRequest(host, caller.signal);
    caller.abort();
    await expect(answer).rejects.toThrow();
    await vi.waitFor(() => expect(host.instances()).toEqual([]));
    expect(processState(pid)).toBeUndefined();
    expect(records).toMatchObject([{ trigger: 'http', outcome: 'failed' }]);
  });

  it('does not take a caller that hangs up while sending for a fault', async () => {
    const host = await startHost(WAITING);
    const request = httpRequest(host.url, { method: 'POST', headers: { 'content-length': '10' } });
    request.on('error', () => undefined);
    await new Promise<void>((resolve) => request.write('half', () => resolve()));
    request.destroy();
    expect((await fetch(host.url)).status).toBe(200);
    expect(logs).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('killInstance ends a busy or a stopped process with %s', async (signal) => {
    const host = await startHost(WAITING);
    const { answer, pid } = await beginRequest(host);
    host.killInstance(pid, signal);
    expect((await answer).status).toBe(502);
    await host.warm(1);
    const [frozen] = host.instances();
    host.killInstance(frozen?.pid ?? 0, signal);
    await vi.waitFor(() => expect(host.instances()).toEqual([]));
  });

  it('close ends every process, stopped or busy, and removes the copy of the code', async () => {
    const host = await startHost(answering('process.env.FC_FUNC_CODE_PATH'));
    const codeFolder = String(await readJson(await fetch(host.url)));
    expect(existsSync(codeFolder)).toBe(true);
    await host.warm(3);
    const pids = host.instances().map(({ pid }) => pid ?? 0);
    await host.close();
    expect(pids.map(processState)).toEqual([undefined, undefined, undefined]);
    expect(existsSync(codeFolder)).toBe(false);
  });

  it('gives the process the documented environment and its own variables, and nothing of the host’s', async () => {
    vi.stubEnv('RTC_RECORDER_HOST_ONLY', 'leak');
    const host = await startHost(answering('process.env'));
    const environment = await readJson(await fetch(host.url));
    vi.unstubAllEnvs();
    expect(environment).toEqual({
      OWN: 'from s.yaml',
      FC_FUNC_CODE_PATH: expect.stringContaining('rtc-recorder-function-'),
      FC_ACCOUNT_ID: '1234567890123456',
      FC_FUNCTION_HANDLER: 'index.handler',
      FC_FUNCTION_MEMORY_SIZE: '512',
      FC_FUNCTION_NAME: 'rtc-recorder-start-test',
      FC_REGION: 'cn-shanghai',
      FC_CUSTOM_LISTEN_PORT: '9000',
      FC_INSTANCE_ID: 'rtc-recorder-start-test-1',
      FC_VER_ID: 'LATEST',
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'STS.dummyId',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'dummySecret',
      ALIBABA_CLOUD_SECURITY_TOKEN: 'dummyToken',
      PATH: expect.any(String),
      TZ: 'UTC',
    });
  });

  it('passes on what the function writes, with its request', async () => {
    const host = await startHost(
      `export const handler = async (event, context) => {
        console.log('one\\ntwo %s', 3);
        context.logger.warn({ a: 1 });
        process.stderr.write('plain\\n');
        process.send('for nobody');
        return { statusCode: 204 };
      };`,
    );
    const requestId = (await fetch(host.url)).headers.get('x-fc-request-id');
    const functionName = 'rtc-recorder-start-test';
    await vi.waitFor(() => expect(logs).toHaveLength(3));
    expect(logs).toEqual(
      expect.arrayContaining([
        { functionName, requestId, text: 'one\ntwo 3' },
        { functionName, requestId, text: '{ a: 1 }' },
        { functionName, text: 'plain' },
      ]),
    );
  });
});

describe('startFunctionHost: events', () => {
  it('invoke hands over JSON or bytes and returns what the handler returned, as bytes', async () => {
    const host = await startHost(`export const handler = async (event) => {
      const text = event.toString();
      if (text === 'nothing') return undefined;
      if (text === 'bytes') return Buffer.from([0xff]);
      if (text === 'number') return 42;
      return { got: JSON.parse(text) };
    };`);
    const payloadOf = async (event: object | Uint8Array) => {
      const result = await host.invoke(event);
      if (result.outcome === 'failed') throw new Error(result.error.errorMessage);
      return Buffer.from(result.payload).toString('latin1');
    };
    expect(await payloadOf({ Action: 'Migrate' })).toBe('{"got":{"Action":"Migrate"}}');
    expect(await payloadOf([1])).toBe('{"got":[1]}');
    expect(await payloadOf(Buffer.from('nothing'))).toBe('');
    expect(await payloadOf(Buffer.from('bytes'))).toBe('\xff');
    expect(await payloadOf(Buffer.from('number'))).toBe('42');
  });

  it('fireTimer hands over the timer’s event', async () => {
    const host = await startHost('export const handler = async (event) => event;');
    const result = await host.fireTimer('tick', { at: new Date('2026-11-20T08:00:00.123Z') });
    expect(result).toMatchObject({ outcome: 'returned', attempts: 1 });
    expect(result.outcome === 'returned' && JSON.parse(Buffer.from(result.payload).toString())).toEqual({
      triggerTime: '2026-11-20T08:00:00Z',
      triggerName: 'tick',
      payload: '{"Action":"Tick"}',
    });
    await expect(host.fireTimer('no-such')).rejects.toThrow('start has no timer trigger no-such');
  });

  it.each([
    [0, 1],
    [3, 4],
  ])('fireTimer retries a failing invocation %i times', async (maxAsyncRetryAttempts, attempts) => {
    const host = await startHost(
      'export const handler = async (_, { retryCount }) => { throw new Error(retryCount); };',
      {
        maxAsyncRetryAttempts,
      },
    );
    expect(await host.fireTimer('tick')).toMatchObject({
      outcome: 'failed',
      attempts,
      error: { errorMessage: String(maxAsyncRetryAttempts) },
    });
    expect(new Set(records.map(({ requestId }) => requestId)).size).toBe(1);
    expect(records).toHaveLength(attempts);
  });

  it('fireTimer stops retrying after a success', async () => {
    const host = await startHost(
      'export const handler = async (_, { retryCount }) => { if (retryCount < 2) throw new Error("x"); };',
      { maxAsyncRetryAttempts: 3 },
    );
    expect(await host.fireTimer('tick')).toMatchObject({ outcome: 'returned', attempts: 3 });
  });

  it('fireTimer waits for an instance instead of being refused', async () => {
    const host = await startHost(WAITING, {}, { maxInstances: 1 });
    const { answer, finish } = await beginRequest(host);
    const timer = host.fireTimer('tick');
    finish();
    expect((await answer).status).toBe(200);
    expect(await timer).toMatchObject({ outcome: 'returned', attempts: 1 });
  });

  it('startTimers fires the enabled timers on the minute', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T07:59:59.950Z') });
    const host = await startHost('export const handler = async (event) => { console.log(event.toString()); };');
    host.startTimers();
    await vi.waitFor(() => expect(logs).toHaveLength(1), 10_000);
    expect(JSON.parse(logs[0]?.text ?? '')).toMatchObject({ triggerName: 'tick', triggerTime: '2026-11-20T08:00:00Z' });
    await host.close();
    expect(records).toMatchObject([{ trigger: 'timer', outcome: 'returned' }]);
  });
});
