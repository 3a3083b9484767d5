/**
 * One instance of a function: a child process that serves one invocation at a time and keeps its state in between.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import type { FunctionError, InvocationContext, InvokeMessage } from './instance-protocol.ts';

/**
 * `frozen`: idle and stopped (SIGSTOP), as Function Compute freezes an instance between requests.
 * `ending`: told to end, the process may still be there.
 */
export type InstanceState = 'starting' | 'idle' | 'frozen' | 'busy' | 'ending' | 'ended';

/** What became of one invocation; `payload` is the handler's value as bytes. */
export type InvocationOutcome =
  | { readonly outcome: 'returned'; readonly payload: Uint8Array }
  | { readonly outcome: 'failed'; readonly error: FunctionError };

export interface InstanceOptions {
  readonly id: string;
  /** Path of the built `local/instance.ts`. */
  readonly instanceModule: string;
  readonly codeFolder: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly idleInstances: 'frozen' | 'running';
  readonly onOutput: (line: string) => void;
  /** Called whenever the state has become `idle`, `frozen` or `ended`. */
  readonly onStateChange: (instance: FunctionInstance) => void;
}

const functionErrorSchema = v.object({
  errorMessage: v.string(),
  errorType: v.optional(v.string()),
  stackTrace: v.optional(v.array(v.string())),
});

const instanceMessageSchema = v.variant('kind', [
  v.object({ kind: v.literal('ready') }),
  v.object({ kind: v.literal('unloadable'), error: functionErrorSchema }),
  v.object({ kind: v.literal('returned'), payload: v.instance(Uint8Array) }),
  v.object({ kind: v.literal('failed'), error: functionErrorSchema }),
]);

export class FunctionInstance {
  readonly id: string;
  readonly #options: InstanceOptions;
  readonly #child: ChildProcess;
  readonly #ready = defer();
  readonly #ended = defer();
  #state: InstanceState = 'starting';
  #settle: ((outcome: InvocationOutcome) => void) | undefined;

  constructor(options: InstanceOptions) {
    this.id = options.id;
    this.#options = options;
    this.#child = fork(options.instanceModule, [options.codeFolder, options.handler], {
      cwd: options.codeFolder,
      // Neither the host's environment nor its flags reach the function.
      env: { ...options.environment },
      execArgv: [],
      serialization: 'advanced',
      silent: true,
    });
    readLines(this.#child.stdout, options.onOutput);
    readLines(this.#child.stderr, options.onOutput);
    this.#child.on('message', (message) => {
      const parsed = v.safeParse(instanceMessageSchema, message);
      // The function itself could use the channel: what it says there is not for us.
      if (parsed.success) this.#receive(parsed.output);
    });
    this.#child.on('error', (error) => {
      options.onOutput(error.message);
      // There will be no exit of a process that never was.
      if (this.#child.pid === undefined) this.#end();
    });
    this.#child.once('exit', () => this.#end());
    // Nobody has to wait for readiness: a failure also ends the process and with it any invocation.
    this.#ready.promise.catch(() => undefined);
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** Undefined if the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the handler is loaded; rejects if it cannot be. */
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves when the process has gone. */
  whenEnded(): Promise<void> {
    return this.#ended.promise;
  }

  /** The instance is `busy` from this call on, although its code may still have to load. */
  async invoke(event: Uint8Array, context: InvocationContext): Promise<InvocationOutcome> {
    const startedAt = performance.now();
    const answered = new Promise<InvocationOutcome>((resolve) => {
      this.#settle = resolve;
    });
    if (this.#state === 'frozen') this.#child.kill('SIGCONT');
    this.#state = 'busy';

    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      // A channel that has just closed is followed by the exit, which settles the invocation.
      this.#child.send({ kind: 'invoke', event, context } satisfies InvokeMessage, () => undefined);
      // The clock starts once the code is loaded. The wording is Function Compute's [unverified].
      timer = setTimeout(() => {
        this.#answer(failed(`Function timed out after ${this.#options.timeoutSeconds} seconds`));
        this.kill('SIGKILL');
      }, this.#options.timeoutSeconds * 1000);
    };
    void this.#ready.promise.then(send, () => undefined);

    const ended = this.#ended.promise.then(() => {
      const durationMs = Math.round(performance.now() - startedAt);
      // Source: https://help.aliyun.com/zh/functioncompute/user-guide/request-handlers; memory is not measured here.
      return failed(
        `Process exited unexpectedly before completing request (duration: ${durationMs}ms, maxMemoryUsage: 0MB)`,
      );
    });
    const outcome = await Promise.race([answered, ended]);
    clearTimeout(timer);
    return outcome;
  }

  /** An invocation that is running fails with "Process exited unexpectedly". */
  kill(signal: 'SIGKILL' | 'SIGTERM'): void {
    if (this.#state === 'ended') return;
    this.#state = 'ending';
    this.#child.kill(signal);
    // A stopped process acts on SIGTERM only when it runs again.
    this.#child.kill('SIGCONT');
  }

  #receive(message: v.InferOutput<typeof instanceMessageSchema>): void {
    switch (message.kind) {
      case 'ready':
        this.#ready.resolve();
        if (this.#state === 'starting') this.#rest();
        return;
      case 'unloadable':
        this.#state = 'ending';
        this.#ready.reject(new Error(message.error.errorMessage));
        this.#answer({ outcome: 'failed', error: message.error });
        return;
      case 'returned':
        this.#answer({ outcome: 'returned', payload: message.payload });
        if (this.#state === 'busy') this.#rest();
        return;
      case 'failed':
        this.#answer({ outcome: 'failed', error: message.error });
        if (this.#state === 'busy') this.#rest();
        return;
    }
  }

  #answer(outcome: InvocationOutcome): void {
    this.#settle?.(outcome);
    this.#settle = undefined;
  }

  #rest(): void {
    const { idleInstances } = this.#options;
    // What it wrote is in the pipe already: on Linux a process writes to its pipes synchronously.
    if (idleInstances === 'frozen') this.#child.kill('SIGSTOP');
    this.#state = idleInstances === 'frozen' ? 'frozen' : 'idle';
    this.#options.onStateChange(this);
  }

  #end(): void {
    this.#state = 'ended';
    this.#ready.reject(new Error('the process ended before its handler was loaded'));
    this.#ended.resolve();
    this.#options.onStateChange(this);
  }
}

function failed(errorMessage: string): InvocationOutcome {
  return { outcome: 'failed', error: { errorMessage } };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** `Promise.withResolvers`, which came with Node 22. */
function defer(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onFulfilled, onRejected) => {
    resolve = onFulfilled;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}

/** Splits on newlines only: `node:readline` also splits on the carriage returns that stand for newlines in a log. */
function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream?.once('end', () => {
    if (rest !== '') onLine(rest);
  });
}
