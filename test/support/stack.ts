/**
 * The local stack as a test drives it: like an app, and with a hand on the clock of the database.
 *
 * @module
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { HttpTriggerResponse } from '../../local/function-event.ts';
import { LOCAL_API_KEY, type LocalStack, type LocalStackOptions, startLocalStack } from '../../local/stack.ts';
import { type Database, openDatabase } from '../../shared/store/database.ts';

const Answer = v.looseObject({
  RequestId: v.string(),
  Code: v.optional(v.string()),
  Message: v.optional(v.string()),
  Outcome: v.optional(v.string()),
  State: v.optional(v.string()),
  TaskId: v.optional(v.string()),
  Issues: v.optional(v.array(v.looseObject({ Path: v.string(), Parameter: v.string(), Rule: v.string() }))),
  Warnings: v.optional(v.array(v.looseObject({ Rule: v.string() }))),
});

/** An answer of the start function. */
interface AppAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: v.InferOutput<typeof Answer>;
}

export interface TestStack extends LocalStack {
  /** What the functions wrote, in all. */
  readonly log: string[];
  /** What the functions answered HTTP requests, in all. */
  readonly answers: HttpTriggerResponse[];
  readonly database: Database;
  /** The `Authorization` header of the API key. */
  readonly authorization: string;
  /** A REST request with the API key; a `body` that is a string is sent as it is. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<AppAnswer>;
  /** Fires the timer once, as Function Compute does each minute; `at` is what the event says the time is. */
  tick(at?: Date): Promise<void>;
  /** Lets time pass for everything the database knows: leases end, work becomes due, requests grow old. */
  passTime(seconds: number): Promise<void>;
}

/** Starts the stack on free ports with everything in memory; `options` may say otherwise. */
export async function startTestStack(options: Partial<LocalStackOptions> = {}): Promise<TestStack> {
  const log: string[] = [];
  const answers: HttpTriggerResponse[] = [];
  const stack = await startLocalStack({
    projectFolder: join(import.meta.dirname, '..', '..'),
    ports: { start: 0, callback: 0, rtc: 0, webhook: 0, database: 0 },
    maxInstances: 4,
    timeScale: 1,
    onLog: (line) => log.push(line.text),
    onAnswer: (answer) => answers.push(answer),
    ...options,
  });
  const database = openDatabase(stack.databaseUrl);
  const authorization = `Basic ${Buffer.from(LOCAL_API_KEY).toString('base64')}`;
  return {
    ...stack,
    log,
    answers,
    database,
    authorization,
    async call(method, path, body, headers) {
      const response = await fetch(`${stack.start.url}${path}`, {
        method,
        headers: {
          authorization,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: v.parse(Answer, await response.json()) };
    },
    async tick(at) {
      const result = await stack.start.fireTimer('tick', at === undefined ? {} : { at });
      if (result.outcome !== 'returned') throw new Error(`The tick failed: ${JSON.stringify(result)}`);
    },
    async passTime(seconds) {
      await database.query(
        `with moved as (
  update jobs set due_at = due_at - make_interval(secs => $1), leased_until = leased_until - make_interval(secs => $1)
), moved_sweeps as (
  update sweeps set watermark = watermark - make_interval(secs => $1),
    failing_since = failing_since - make_interval(secs => $1), gaps_until = gaps_until - make_interval(secs => $1)
)
update tasks set leased_until = leased_until - make_interval(secs => $1),
  requested_at = requested_at - make_interval(secs => $1), ended_at = ended_at - make_interval(secs => $1),
  stop_requested_at = stop_requested_at - make_interval(secs => $1),
  last_file_at = last_file_at - make_interval(secs => $1)`,
        [seconds],
      );
    },
    async close() {
      await database.close();
      await stack.close();
    },
  };
}

/** Waits until `find` finds something, which is returned. */
export async function waitFor<T>(find: () => T | undefined | Promise<T | undefined>, timeoutMs = 15_000): Promise<T> {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`Nothing was found within ${timeoutMs} ms.`);
    await sleep(10);
  }
}
