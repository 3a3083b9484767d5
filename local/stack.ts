/**
 * The whole service on this machine: the functions' built bundles behind hosts that behave as Function Compute does,
 * the emulated RTC API, a database, and an app that receives webhooks.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecorderError } from '../shared/errors.ts';
import { createCallbackToken } from '../shared/signing/callback-token.ts';
import type { Clock } from './clock.ts';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './database.ts';
import type { RecordTemplate } from './emulator/record-template.ts';
import type { TaskIds } from './emulator/rtc-operation.ts';
import {
  type RtcCredential,
  type RtcEmulator,
  type RtcEmulatorEvent,
  startRtcEmulator,
} from './emulator/start-rtc-emulator.ts';
import type { FunctionLogLine } from './function-environment.ts';
import type { HttpTriggerResponse } from './function-event.ts';
import {
  type FunctionHost,
  type FunctionHostOptions,
  type InvocationRecord,
  startFunctionHost,
} from './function-host.ts';
import { type QueueEventForm, type QueueStream, startQueueStream } from './queue-stream.ts';
import { readFunctions } from './s-yaml.ts';
import { type ReceivedEvent, startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

/** The AppId of the vendor's sample request, which the local stack serves. */
export const LOCAL_APP_ID = 'yourAppId';

/** The key pair for `curl -u`. Fixed, because everything listens on the loopback interface only. */
export const LOCAL_API_KEY = 'local:only-for-the-stack-on-this-machine';

/** AddRecordTemplate, example of MnsQueue. */
const LOCAL_QUEUE = 'record-callback-queue';

/** Any: nothing here checks it. */
const ACCOUNT_ID = '123456789012';

/** Ports to listen on; 0 takes a free one. */
interface LocalPorts {
  readonly start: number;
  readonly callback: number;
  readonly rtc: number;
  readonly webhook: number;
  readonly database: number;
}

export interface LocalStackOptions {
  /** The folder of `s.yaml` and `dist/`. */
  readonly projectFolder: string;
  readonly ports: LocalPorts;
  /** A PostgreSQL to use instead of the embedded one. */
  readonly databaseUrl?: string;
  /** As whom to migrate that PostgreSQL; the functions' own role if nothing is said. */
  readonly ownerDatabaseUrl?: string;
  /** Where the embedded database lives; absent means in memory. */
  readonly databaseFolder?: string;
  /** `erase` forgets what the embedded database holds. */
  readonly databaseContents?: 'keep' | 'erase';
  /** Instances of each function at most. */
  readonly maxInstances: number;
  /** Emulated seconds of recording per second. */
  readonly timeScale: number;
  readonly template?: Partial<RecordTemplate>;
  readonly taskIds?: TaskIds;
  /** `none` lifts RTC's limits on calls a second; the documented ones hold if nothing is said. */
  readonly rateLimits?: 'documented' | 'none';
  /** Record tasks that RTC lets run at once; 100 if nothing is said. */
  readonly maxRunningTasks?: number;
  /** How FileCreated reaches the callback function; `http` if nothing is said. */
  readonly fileCreatedBy?: 'http' | 'queue';
  /** What the callback function gets of messages in queues; lists of plain ones if nothing is said. */
  readonly queueEvents?: QueueEventForm;
  /** The time that the start function goes by; the real one if nothing is said. */
  readonly clock?: Clock;
  /** What the emulator knew when it was last stopped. */
  readonly restoreFrom?: unknown;
  /** Variables of `s.yaml` to set otherwise. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly onLog?: (line: FunctionLogLine) => void;
  readonly onInvocation?: (record: InvocationRecord) => void;
  /** Called with each answer of either function to an HTTP request. */
  readonly onAnswer?: (answer: HttpTriggerResponse) => void;
  readonly onRtcEvent?: (event: RtcEmulatorEvent) => void;
  readonly onWebhook?: (event: ReceivedEvent) => void;
}

export interface LocalStack {
  readonly start: FunctionHost;
  readonly callback: FunctionHost;
  readonly rtc: RtcEmulator;
  /** From any MnsQueue of a template to the callback function. */
  readonly queue: QueueStream;
  /** The keys RTC accepts: those of the functions' role. */
  readonly rtcCredentials: readonly RtcCredential[];
  readonly app: WebhookReceiver;
  /** `whsec_…`, with which {@link app} verifies. */
  readonly webhookSecret: string;
  readonly callbackSecret: string;
  readonly databaseUrl: string;
  /** Where RTC posts FileCreated: the capability of {@link LOCAL_APP_ID}. */
  readonly callbackUrl: string;
  close(): Promise<void>;
}

/**
 * Starts everything, migrates the database and returns when requests can be served.
 *
 * @throws RecorderError `Misconfigured` when a port is taken, the data folder is in use, or there is no build
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const stack = await startParts(options, closers);
    return { ...stack, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  options: LocalStackOptions,
  closers: (() => Promise<void>)[],
): Promise<Omit<LocalStack, 'close'>> {
  const { ports, projectFolder } = options;
  const opened = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    closers.push(() => part.close());
    return part;
  };
  const database = opened(await openDatabase(options));
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const callbackSecret = randomBytes(32).toString('base64url');
  const credentials = {
    accessKeyId: 'STS.local',
    accessKeySecret: randomBytes(16).toString('hex'),
    securityToken: randomBytes(32).toString('base64'),
  };

  const app = opened(
    await startWebhookReceiver({
      port: ports.webhook,
      secret: webhookSecret,
      ...(options.onWebhook !== undefined && { onEvent: options.onWebhook }),
    }),
  );
  let callbackHost: FunctionHost | undefined;
  const queue = opened(
    startQueueStream({
      ...(options.queueEvents ?? { shape: 'list', body: 'plain' }),
      accountId: ACCOUNT_ID,
      region: 'cn-shanghai',
      invoke: async (event) => {
        const result = await callbackHost?.invoke(event).catch(() => undefined);
        return result?.outcome === 'returned' ? 'taken' : 'failed';
      },
    }),
  );
  const rtc = opened(
    await startRtcEmulator({
      port: ports.rtc,
      credentials: [credentials],
      timeScale: options.timeScale,
      onQueueMessage: (message) => queue.send(message),
      // Weeks in minutes: calls come closer than limits in real seconds allow.
      ...(options.clock !== undefined && { now: options.clock.now, rateLimits: 'none' }),
      ...(options.rateLimits !== undefined && { rateLimits: options.rateLimits }),
      ...(options.taskIds !== undefined && { taskIds: options.taskIds }),
      ...(options.maxRunningTasks !== undefined && { maxRunningTasks: options.maxRunningTasks }),
      ...(options.template !== undefined && { template: options.template }),
      ...(options.restoreFrom !== undefined && { restoreFrom: options.restoreFrom }),
      ...(options.onRtcEvent !== undefined && { onEvent: options.onRtcEvent }),
    }),
  );

  // The variables of s.yaml, with which the very same file is deployed.
  const functions = readFunctions(readFileSync(join(projectFolder, 's.yaml'), 'utf8'), {
    FC_ROLE_ARN: `acs:ram::${ACCOUNT_ID}:role/local`,
    DATABASE_URL: database.url,
    API_KEYS: LOCAL_API_KEY,
    APP_IDS: LOCAL_APP_ID,
    CALLBACK_SECRETS: callbackSecret,
    RTC_ENDPOINT: rtc.endpoint,
    RTC_PROTOCOL: 'http',
    OSS_ENDPOINT: rtc.endpoint,
    WEBHOOK_URL: app.url,
    WEBHOOK_SECRETS: webhookSecret,
    ALLOW_HTTP: 'true',
    BUSINESS_CLOCK: options.clock === undefined ? 'process' : 'event',
    ...options.environment,
  });
  const host = async (name: 'start' | 'callback', port: number) => {
    const spec = functions.find((candidate) => candidate.name === name);
    if (spec === undefined) throw new RecorderError('Misconfigured', { message: `s.yaml has no function ${name}.` });
    const hostOptions: FunctionHostOptions = {
      spec,
      projectFolder,
      instanceModule: join(projectFolder, 'dist', 'local', 'instance.mjs'),
      port,
      maxInstances: options.maxInstances,
      // There is no SIGSTOP on Windows.
      idleInstances: process.platform === 'win32' ? 'running' : 'frozen',
      credentials,
      accountId: ACCOUNT_ID,
      asyncRetryDelayMs: 1_000,
      onLog: options.onLog ?? (() => undefined),
      ...(options.clock !== undefined && { clock: options.clock }),
      ...(options.onInvocation !== undefined && { onInvocation: options.onInvocation }),
      ...(options.onAnswer !== undefined && { onAnswer: options.onAnswer }),
    };
    return opened(await startFunctionHost(hostOptions));
  };
  const callback = await host('callback', ports.callback);
  callbackHost = callback;
  const start = await host('start', ports.start);
  const callbackUrl = `${callback.url}/record-callbacks/${LOCAL_APP_ID}/${createCallbackToken(callbackSecret, LOCAL_APP_ID)}`;
  rtc.setTemplate(options.fileCreatedBy === 'queue' ? { MnsQueue: LOCAL_QUEUE } : { HttpCallbackUrl: callbackUrl });

  const { ownerDatabaseUrl } = options;
  const migration = await start.invoke({
    Action: 'Migrate',
    ...(ownerDatabaseUrl !== undefined && { DatabaseUrl: ownerDatabaseUrl }),
  });
  if (migration.outcome !== 'returned') {
    throw new RecorderError('Misconfigured', {
      message: `The database cannot be prepared: ${migration.error.errorMessage}`,
    });
  }
  return {
    ...{ start, callback, rtc, queue, app, webhookSecret, callbackSecret, callbackUrl },
    rtcCredentials: [credentials],
    databaseUrl: database.url,
  };
}

async function openDatabase(options: LocalStackOptions): Promise<EmbeddedDatabase> {
  const { databaseUrl, databaseFolder, ports } = options;
  if (databaseUrl !== undefined) return { url: databaseUrl, close: async () => undefined };
  return await startEmbeddedDatabase({
    port: ports.database,
    ...(databaseFolder !== undefined && { dataFolder: databaseFolder }),
    ...(options.databaseContents !== undefined && { contents: options.databaseContents }),
  });
}
