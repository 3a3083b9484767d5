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
import { cp, mkdtemp, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, REAL_CLOCK } from './clock.ts';
import {
  createRequestId,
  describeContext,
  describeSystem,
  type FunctionIdentity,
  type FunctionLogLine,
  readLogLine,
} from './function-environment.ts';
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
import { LOOPBACK, listen } from './listen.ts';
import { type Reaper, startReaper } from './reaper.ts';
import type { FunctionSpec, TimerTrigger } from './s-yaml.ts';

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

export interface FunctionHostOptions extends FunctionIdentity {
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
  /** Pause before a failed asynchronous invocation is tried again; Function Compute's own is not documented. */
  readonly asyncRetryDelayMs: number;
  /** The time that events tell; the real one if nothing is said. */
  readonly clock?: Clock;
  readonly onLog: (line: FunctionLogLine) => void;
  readonly onInvocation?: (record: InvocationRecord) => void;
  /** Called with each answer of the HTTP trigger, before it is sent. */
  readonly onAnswer?: (answer: HttpTriggerResponse) => void;
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
 * @throws RecorderError `Misconfigured` if the port is taken, or a timer's schedule is not supported
 */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const timers = readTimers(options.spec);
  const reaper = startReaper();
  const codeFolder = await copyCode(options, reaper);
  const pool = createPool(options, codeFolder, reaper);
  const host = new RunningHost(options, pool, timers);
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => host.answer(request, response));

  const close = async () => {
    host.stop();
    server.close();
    server.closeAllConnections();
    await pool.close();
    await reaper.close();
  };
  const port = await listen(server, options.port).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    url: `http://${LOOPBACK}:${port}`,
    port,
    invoke: (event) => host.invoke(event),
    fireTimer: (triggerName, timing) => host.fireTimer(triggerName, timing),
    startTimers: () => host.startTimers(),
    warm: (count) => pool.warm(count),
    instances: () => pool.list().map(({ id, pid, state }) => ({ id, pid, state })),
    killInstance(pid, signal) {
      const instance = pool.list().find((candidate) => candidate.pid === pid);
      if (instance === undefined) throw new TypeError(`${options.spec.name} has no instance with process id ${pid}`);
      instance.kill(signal);
    },
    close,
  };
}

interface Timer {
  readonly trigger: TimerTrigger;
  readonly schedule: TimerSchedule;
}

function readTimers({ triggers }: FunctionSpec): readonly Timer[] {
  return triggers
    .filter((trigger) => trigger.type === 'timer')
    .map((trigger) => ({ trigger, schedule: parseTimerSchedule(trigger) }));
}

/** Outside the repository, so that no node_modules folder above it can lend what the bundle lacks. */
async function copyCode({ projectFolder, spec }: FunctionHostOptions, reaper: Reaper): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'rtc-recorder-function-'));
  reaper.removeFolder(folder);
  const codeFolder = join(folder, 'code');
  await cp(join(projectFolder, spec.codeFolder), codeFolder, { recursive: true });
  return codeFolder;
}

function createPool(options: FunctionHostOptions, codeFolder: string, reaper: Reaper): InstancePool {
  const { spec, maxInstances, instanceModule, idleInstances, onLog } = options;
  return new InstancePool({
    maxInstances,
    reaper,
    describeInstance: (serial) => {
      const id = `${spec.functionName}-${serial}`;
      return {
        ...{ id, instanceModule, codeFolder, idleInstances },
        handler: spec.handler,
        timeoutSeconds: spec.timeoutSeconds,
        environment: { ...describeSystem(options, codeFolder, id), ...spec.environment },
        onOutput: (line) => onLog(readLogLine(spec.functionName, line)),
      };
    },
  });
}

/** What one attempt at an invocation is made of. */
interface Invocation extends Pick<InvocationRecord, 'requestId' | 'trigger'> {
  readonly event: object | Uint8Array;
  readonly retryCount: number;
}

/** The triggers of a function, and how each of them gets an instance to work. */
class RunningHost {
  readonly #options: FunctionHostOptions;
  readonly #pool: InstancePool;
  readonly #timers: readonly Timer[];
  readonly #clock: Clock;
  readonly #closing = new AbortController();

  constructor(options: FunctionHostOptions, pool: InstancePool, timers: readonly Timer[]) {
    this.#options = options;
    this.#pool = pool;
    this.#timers = timers;
    this.#clock = options.clock ?? REAL_CLOCK;
  }

  /** Ends what waits: timers, and pauses before another attempt. */
  stop(): void {
    this.#closing.abort();
  }

  /** Answers a request of the HTTP trigger. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const requestId = createRequestId(new Date());
    this.#serve(request, response, requestId)
      .then((result) => {
        // What is left of a refused body is read and dropped, so that the caller gets to see the answer.
        request.resume();
        this.#options.onAnswer?.(result);
        response.writeHead(result.status, { ...result.headers, 'X-Fc-Request-Id': requestId }).end(result.body);
      })
      .catch((error: unknown) => {
        response.destroy();
        // A caller that hung up while sending is no fault of anybody here.
        if (request.complete) this.#report(error);
      });
  }

  async invoke(event: object | Uint8Array): Promise<InvocationResult> {
    const requestId = createRequestId(new Date());
    const { outcome, record } = await this.#pool.useWhenFree((instance) =>
      this.#run(instance, { requestId, trigger: 'event', event, retryCount: 0 }),
    );
    this.#options.onInvocation?.(record);
    return { ...outcome, requestId };
  }

  async fireTimer(triggerName: string, { at = this.#clock.now() }: { readonly at?: Date } = {}): Promise<TimerResult> {
    const timer = this.#timers.find(({ trigger }) => trigger.name === triggerName);
    if (timer === undefined) throw new TypeError(`${this.#options.spec.name} has no timer trigger ${triggerName}`);
    return await this.#fire(timer.trigger, at);
  }

  startTimers(): void {
    for (const timer of this.#timers) {
      if (timer.trigger.enabled) this.#keepFiring(timer).catch((error: unknown) => this.#report(error));
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<HttpTriggerResponse> {
    const receivedAt = this.#clock.now();
    const { spec, accountId, onInvocation } = this.#options;
    const { method = '', url: target = '', rawHeaders } = request;
    const http = spec.triggers.find((trigger) => trigger.type === 'http');
    const refusal = refuseRequestHead({ method, target, rawHeaders }, http?.methods ?? []);
    if (refusal !== undefined) return refusal;
    const body = await readBody(request);
    if (body === undefined) return invalidArgument('the request body exceeds 32 MB');
    const instance = this.#pool.take();
    if (instance === undefined) return tooManyRequests();

    response.once('close', () => {
      // The caller hung up before it had its answer.
      if (!response.writableEnded) instance.kill('SIGKILL');
    });
    const sourceIp = request.socket.remoteAddress ?? LOOPBACK;
    const event = toHttpEvent({ method, target, rawHeaders, body, sourceIp, accountId, requestId, receivedAt });
    const { outcome, record } = await this.#run(instance, { requestId, trigger: 'http', event, retryCount: 0 });
    const result = toHttpResponse(outcome);
    onInvocation?.({ ...record, status: result.status });
    return result;
  }

  async #fire(trigger: TimerTrigger, at: Date): Promise<TimerResult> {
    const { spec, asyncRetryDelayMs, onInvocation } = this.#options;
    const requestId = createRequestId(new Date());
    const event = toTimerEvent(trigger, at);
    for (let attempts = 1; ; attempts += 1) {
      const { outcome, record } = await this.#pool.useWhenFree((instance) =>
        this.#run(instance, { requestId, trigger: 'timer', event, retryCount: attempts - 1 }),
      );
      onInvocation?.(record);
      if (outcome.outcome === 'returned' || attempts > spec.maxAsyncRetryAttempts) {
        return { ...outcome, requestId, attempts };
      }
      await sleep(asyncRetryDelayMs, undefined, { signal: this.#closing.signal });
    }
  }

  async #keepFiring({ trigger, schedule }: Timer): Promise<void> {
    const clock = this.#clock;
    const startedAt = clock.now();
    for (let at = startedAt; ; ) {
      // A clock that is a little behind the timer must not fire the same run twice.
      const after = clock.kind === 'simulated' ? at : new Date(Math.max(at.getTime(), Date.now()));
      at = nextTimerRun(schedule, startedAt, after);
      await sleep(clock.realMsUntil(at), undefined, { signal: this.#closing.signal });
      const fired = this.#fire(trigger, at).catch((error: unknown) => this.#report(error));
      // In the cloud the next run comes whether or not this one has ended.
      if (clock.kind === 'simulated') await fired;
    }
  }

  async #run(
    instance: FunctionInstance,
    { requestId, trigger, event, retryCount }: Invocation,
  ): Promise<{ readonly outcome: InvocationOutcome; readonly record: InvocationRecord }> {
    const startedAtMs = performance.now();
    const bytes = event instanceof Uint8Array ? event : Buffer.from(JSON.stringify(event));
    const outcome = await instance.invoke(bytes, describeContext(this.#options, requestId, retryCount));
    const record = {
      functionName: this.#options.spec.functionName,
      requestId,
      trigger,
      instanceId: instance.id,
      outcome: outcome.outcome,
      durationMs: performance.now() - startedAtMs,
    };
    return { outcome, record };
  }

  /** Failures while closing are those of what was closed. */
  #report(error: unknown): void {
    const { onLog, spec } = this.#options;
    if (!this.#closing.signal.aborted) onLog({ functionName: spec.functionName, text: `host: ${String(error)}` });
  }
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
