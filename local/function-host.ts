/**
 * Function Compute on this machine: runs one function of `s.yaml` in child processes behind its HTTP and timer
 * triggers, within the documented limits and with the documented environment, so that what works here works deployed.
 *
 * Differences kept on purpose: plain HTTP, answers to `X-Forwarded-Proto` accordingly; a caller's own port in
 * `domainName`; no initializer, no callback-style handlers, no memory or CPU limit.
 *
 * @see https://www.alibabacloud.com/help/en/functioncompute/fc/http-trigger-invoking-function
 * @module
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, REAL_CLOCK } from './clock.ts';
import {
  type HttpTriggerResponse,
  invalidArgument,
  MAX_BODY_BYTES,
  refuseRequestHead,
  toHttpEvent,
  toHttpResponse,
  tooManyRequests,
} from './function-event.ts';
import type { FunctionInstance, InstanceState, InvocationOutcome } from './function-instance.ts';
import { InstancePool } from './function-pool.ts';
import { nextTimerRun, parseTimerSchedule, type TimerSchedule, toTimerEvent } from './function-timer.ts';
import type { InvocationContext } from './instance-protocol.ts';
import { LOOPBACK, listen } from './listen.ts';
import { startReaper } from './reaper.ts';
import type { FunctionSpec, TimerTrigger } from './s-yaml.ts';

/** The STS triple of the function's role; it reaches the function in its context, as in the cloud. */
interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
}

/** One line a function wrote. */
export interface FunctionLogLine {
  readonly functionName: string;
  /** Absent for what was written outside `console`, or outside any invocation. */
  readonly requestId?: string;
  readonly text: string;
}

/** One finished invocation. */
export interface InvocationRecord {
  readonly functionName: string;
  readonly requestId: string;
  readonly trigger: 'http' | 'timer' | 'event';
  readonly instanceId: string;
  readonly outcome: InvocationOutcome['outcome'];
  /** Of the answer to the caller; only for `http`. */
  readonly status?: number;
  readonly durationMs: number;
}

export interface FunctionHostOptions {
  readonly spec: FunctionSpec;
  /** The folder of `s.yaml`, which `spec.codeFolder` is relative to. */
  readonly projectFolder: string;
  /** Path of the built `local/instance.ts`. */
  readonly instanceModule: string;
  /** Of the HTTP trigger; 0 takes a free one. */
  readonly port: number;
  /** Further requests get 429 while all of them are busy; timer events wait. */
  readonly maxInstances: number;
  /** `frozen` is what Function Compute does; `running` where there is no SIGSTOP (Windows). */
  readonly idleInstances: 'frozen' | 'running';
  readonly credentials: FunctionCredentials;
  readonly accountId: string;
  /** Pause before a failed asynchronous invocation is tried again; Function Compute's own is not documented. */
  readonly asyncRetryDelayMs: number;
  /** The time that events tell; the real one if nothing is said. */
  readonly clock?: Clock;
  readonly onLog: (line: FunctionLogLine) => void;
  readonly onInvocation?: (record: InvocationRecord) => void;
}

/** An invocation without a trigger. */
type InvocationResult = InvocationOutcome & { readonly requestId: string };

/** A timer's invocation: the last attempt's outcome, and how many there were. */
type TimerResult = InvocationResult & { readonly attempts: number };

export interface FunctionHost {
  /** The HTTP trigger: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Invokes with an event of no trigger: bytes as they are, an object as JSON. Waits for an instance, never retries. */
  invoke(event: object | Uint8Array): Promise<InvocationResult>;
  /** Fires a timer trigger once, enabled or not, with the asynchronous retries of `s.yaml`. */
  fireTimer(triggerName: string, options?: { readonly at?: Date }): Promise<TimerResult>;
  /** From now on the enabled timers fire by the clock. */
  startTimers(): void;
  /** Starts instances until there are `count` and waits for their code to be loaded. */
  warm(count: number): Promise<void>;
  instances(): readonly { readonly id: string; readonly pid: number | undefined; readonly state: InstanceState }[];
  /** Ends one instance's process from outside, whatever it is doing. */
  killInstance(pid: number, signal: 'SIGKILL' | 'SIGTERM'): void;
  /** Stops serving, kills every instance and removes the copy of the code. */
  close(): Promise<void>;
}

/**
 * Starts the host of one function.
 *
 * @throws {RecorderError} `Misconfigured` if the port is taken, or a timer's schedule is not supported
 */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const { spec, clock = REAL_CLOCK } = options;
  const http = spec.triggers.find((trigger) => trigger.type === 'http');
  const timers = spec.triggers
    .filter((trigger) => trigger.type === 'timer')
    .map((trigger) => ({ trigger, schedule: parseTimerSchedule(trigger) }));

  const reaper = startReaper();
  // Outside the repository, so that no node_modules folder above it can lend what the bundle lacks.
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'rtc-recorder-function-'));
  reaper.removeFolder(folder);
  const codeFolder = join(folder, 'code');
  await cp(join(options.projectFolder, spec.codeFolder), codeFolder, { recursive: true });

  const pool = new InstancePool({
    maxInstances: options.maxInstances,
    reaper,
    describeInstance: (serial) => {
      const id = `${spec.functionName}-${serial}`;
      return {
        id,
        instanceModule: options.instanceModule,
        codeFolder,
        handler: spec.handler,
        timeoutSeconds: spec.timeoutSeconds,
        idleInstances: options.idleInstances,
        environment: { ...describeSystem(options, codeFolder, id), ...spec.environment },
        onOutput: (line) => options.onLog(readLogLine(spec.functionName, line)),
      };
    },
  });

  const closing = new AbortController();

  async function run(
    instance: FunctionInstance,
    { requestId, trigger }: Pick<InvocationRecord, 'requestId' | 'trigger'>,
    event: object | Uint8Array,
    retryCount: number,
  ): Promise<{ readonly outcome: InvocationOutcome; readonly record: InvocationRecord }> {
    const startedAt = performance.now();
    const bytes = event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event));
    const outcome = await instance.invoke(bytes, describeContext(options, requestId, retryCount));
    const record = {
      functionName: spec.functionName,
      requestId,
      trigger,
      instanceId: instance.id,
      outcome: outcome.outcome,
      durationMs: performance.now() - startedAt,
    };
    return { outcome, record };
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = clock.now();
    const requestId = createRequestId(new Date());
    const answer = (result: HttpTriggerResponse) => {
      // What is left of a refused body is read and dropped, so that the caller gets to see the answer.
      request.resume();
      response.writeHead(result.status, { ...result.headers, 'X-Fc-Request-Id': requestId }).end(result.body);
    };

    const { method = '', url: target = '', rawHeaders } = request;
    const refusal = refuseRequestHead({ method, target, rawHeaders }, http?.methods ?? []);
    if (refusal !== undefined) return answer(refusal);
    const body = await readBody(request);
    if (body === undefined) return answer(invalidArgument('the request body exceeds 32 MB'));
    const instance = pool.take();
    if (instance === undefined) return answer(tooManyRequests());

    response.once('close', () => {
      // The caller hung up before it had its answer.
      if (!response.writableEnded) instance.kill('SIGKILL');
    });
    const event = toHttpEvent({
      method,
      target,
      rawHeaders,
      body,
      sourceIp: request.socket.remoteAddress ?? LOOPBACK,
      accountId: options.accountId,
      requestId,
      receivedAt,
    });
    const { outcome, record } = await run(instance, { requestId, trigger: 'http' }, event, 0);
    const result = toHttpResponse(outcome);
    options.onInvocation?.({ ...record, status: result.status });
    answer(result);
  }

  async function fire(trigger: TimerTrigger, at: Date): Promise<TimerResult> {
    const requestId = createRequestId(new Date());
    for (let attempts = 1; ; attempts += 1) {
      const { outcome, record } = await pool.useWhenFree((instance) =>
        run(instance, { requestId, trigger: 'timer' }, toTimerEvent(trigger, at), attempts - 1),
      );
      options.onInvocation?.(record);
      if (outcome.outcome === 'returned' || attempts > spec.maxAsyncRetryAttempts) {
        return { ...outcome, requestId, attempts };
      }
      await sleep(options.asyncRetryDelayMs, undefined, { signal: closing.signal });
    }
  }

  async function keepFiring(trigger: TimerTrigger, schedule: TimerSchedule): Promise<void> {
    const startedAt = clock.now();
    for (let at = startedAt; ; ) {
      // A clock that is a little behind the timer must not fire the same run twice.
      const after = clock.kind === 'simulated' ? at : new Date(Math.max(at.getTime(), Date.now()));
      at = nextTimerRun(schedule, startedAt, after);
      await sleep(clock.realMsUntil(at), undefined, { signal: closing.signal });
      const fired = fire(trigger, at).catch(ignoreWhenClosing);
      // In the cloud the next run comes whether or not this one has ended.
      if (clock.kind === 'simulated') await fired;
    }
  }

  function ignoreWhenClosing(error: unknown): void {
    if (!closing.signal.aborted) options.onLog({ functionName: spec.functionName, text: `host: ${String(error)}` });
  }

  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy();
      // A caller that hung up while sending is no fault of anybody here.
      if (request.complete) ignoreWhenClosing(error);
    });
  });

  async function close(): Promise<void> {
    closing.abort();
    server.close();
    server.closeAllConnections();
    await pool.close();
    await reaper.close();
  }

  const port = await listen(server, options.port).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    async invoke(event) {
      const requestId = createRequestId(new Date());
      const { outcome, record } = await pool.useWhenFree((instance) =>
        run(instance, { requestId, trigger: 'event' }, event, 0),
      );
      options.onInvocation?.(record);
      return { ...outcome, requestId };
    },
    async fireTimer(triggerName, { at = clock.now() } = {}) {
      const timer = timers.find(({ trigger }) => trigger.name === triggerName);
      if (timer === undefined) throw new TypeError(`${spec.name} has no timer trigger ${triggerName}`);
      return fire(timer.trigger, at);
    },
    startTimers() {
      for (const { trigger, schedule } of timers) {
        if (trigger.enabled) keepFiring(trigger, schedule).catch(ignoreWhenClosing);
      }
    },
    warm: (count) => pool.warm(count),
    instances: () => pool.list().map(({ id, pid, state }) => ({ id, pid, state })),
    killInstance(pid, signal) {
      const instance = pool.list().find((candidate) => candidate.pid === pid);
      if (instance === undefined) throw new TypeError(`${spec.name} has no instance with process id ${pid}`);
      instance.kill(signal);
    },
    close,
  };
}

/** The environment of a process, besides the function's own: what Function Compute documents, and a time zone. */
function describeSystem(options: FunctionHostOptions, codeFolder: string, instanceId: string): Record<string, string> {
  const { accountId, credentials, spec } = options;
  return {
    FC_FUNC_CODE_PATH: codeFolder,
    FC_ACCOUNT_ID: accountId,
    FC_FUNCTION_HANDLER: spec.handler,
    FC_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    FC_FUNCTION_NAME: spec.functionName,
    FC_REGION: spec.region,
    FC_CUSTOM_LISTEN_PORT: '9000',
    FC_INSTANCE_ID: instanceId,
    FC_VER_ID: 'LATEST',
    ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: credentials.securityToken,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
  };
}

function describeContext(options: FunctionHostOptions, requestId: string, retryCount: number): InvocationContext {
  const { accountId, credentials, spec } = options;
  return {
    callbackWaitsForEmptyEventLoop: false,
    requestId,
    credentials,
    function: { name: spec.functionName, handler: spec.handler, memory: spec.memoryMb, timeout: spec.timeoutSeconds },
    service: { logProject: `serverless-${spec.region}-local`, logStore: 'default-logs', qualifier: 'LATEST' },
    region: spec.region,
    accountId,
    retryCount,
    tracing: { openTracingSpanBaggages: {} },
  };
}

/** As Function Compute writes them: `1-<seconds, hex>-<6 hex>-<12 hex>`. */
function createRequestId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(3).toString('hex')}-${randomBytes(6).toString('hex')}`;
}

/** Undoes what the instance's `console` puts around a message. */
function readLogLine(functionName: string, line: string): FunctionLogLine {
  const prefixed = /^\S+Z (1-[\da-f-]+) \[\w+\] (.*)$/su.exec(line);
  if (prefixed === null) return { functionName, text: line };
  const [, requestId = '', text = ''] = prefixed;
  return { functionName, requestId, text: text.replaceAll('\r', '\n') };
}

/** The whole body, or undefined as soon as it is known to be too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
