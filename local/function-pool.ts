/**
 * The instances of one function: an idle one is reused, another is started when all are busy, up to a limit.
 *
 * @module
 */
import { FunctionInstance, type InstanceOptions } from './function-instance.ts';
import type { Reaper } from './reaper.ts';

export interface InstancePoolOptions {
  readonly maxInstances: number;
  readonly reaper: Reaper;
  /** What each instance is started with, given its number from 1. */
  readonly describeInstance: (serial: number) => Omit<InstanceOptions, 'onStateChange'>;
}

export class InstancePool {
  readonly #options: InstancePoolOptions;
  readonly #instances = new Set<FunctionInstance>();
  readonly #waiting: (() => void)[] = [];
  #serial = 0;
  #closed = false;

  constructor(options: InstancePoolOptions) {
    this.#options = options;
  }

  /** An instance to be used at once (before anything is awaited), or undefined when all are busy. */
  take(): FunctionInstance | undefined {
    if (this.#closed) return undefined;
    for (const instance of this.#instances) {
      if (instance.state === 'idle' || instance.state === 'frozen') return instance;
    }
    const alive = [...this.#instances].filter(({ state }) => state !== 'ending').length;
    return alive < this.#options.maxInstances ? this.#start() : undefined;
  }

  /** Like {@link InstancePool.take}, but waits for its turn: asynchronous invocations are queued, not refused. */
  async useWhenFree<T>(use: (instance: FunctionInstance) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.#closed) throw new Error('the function host is closing');
      const instance = this.take();
      // Handed to `use` here and now: after an `await` somebody else could have taken it.
      if (instance !== undefined) return use(instance);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Starts instances until there are `count`, and waits until their handlers are loaded. */
  async warm(count: number): Promise<void> {
    if (count > this.#options.maxInstances) throw new RangeError('more instances than maxInstances');
    while (this.#instances.size < count) this.#start();
    await Promise.all([...this.#instances].map((instance) => instance.whenReady()));
  }

  list(): readonly FunctionInstance[] {
    return [...this.#instances];
  }

  /** Kills every instance and waits until the last process has gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    const instances = this.list();
    for (const instance of instances) instance.kill('SIGKILL');
    await Promise.all(instances.map((instance) => instance.whenEnded()));
  }

  #start(): FunctionInstance {
    const { describeInstance, reaper } = this.#options;
    this.#serial += 1;
    const instance = new FunctionInstance({
      ...describeInstance(this.#serial),
      onStateChange: ({ state, pid }) => {
        if (state === 'ended') {
          this.#instances.delete(instance);
          if (pid !== undefined) reaper.forget(pid);
        }
        this.#waiting.shift()?.();
      },
    });
    this.#instances.add(instance);
    if (instance.pid !== undefined) reaper.watch(instance.pid);
    return instance;
  }
}
