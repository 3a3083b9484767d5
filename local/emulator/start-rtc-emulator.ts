/**
 * RTC's recording API on this machine, for clients that cannot tell it from the real one: signatures are verified, limits
 * and errors are the documented ones, recordings run on a scaled clock and announce their files. Nothing is recorded.
 * Where the vendor's behaviour is not known, the code says which assumption it makes. Its admin routes are in `admin.ts`.
 *
 * @module
 */
import { once, setMaxListeners } from 'node:events';
import * as v from 'valibot';
import type { RpcPolicy } from '../../shared/rpc-wire/verify-rpc-request.ts';
import { LOOPBACK, listen } from '../listen.ts';
import type { AdminSubject } from './admin.ts';
import { Announcer, type QueueMessage } from './announcer.ts';
import { createEmulatorServer } from './emulator-server.ts';
import type { Faults, RequestHook } from './fault.ts';
import { FaultPlan } from './fault-plan.ts';
import { Gateway, type GatewayEvent } from './gateway.ts';
import { Nonces } from './nonces.ts';
import { type CallbackAttempt, DEFAULT_RETRY_DELAYS_MS } from './post-file-created.ts';
import { type RecordFile, RecordFileSchema } from './record-file.ts';
import { type RecordTask, RecordTaskSchema } from './record-task.ts';
import { DEFAULT_RECORD_TEMPLATE, type RecordTemplate, StoredTemplateSchema } from './record-template.ts';
import { completeParameters, RecordTemplates } from './record-templates.ts';
import { Recorder } from './recorder.ts';
import { type LoggedRequest, type RequestCount, type RequestFilter, RequestLog } from './request-log.ts';
import type { TaskIds } from './rtc-operation.ts';

/** RPC gateway: 15 minutes between request and arrival, https://help.aliyun.com/document_detail/48054.html. */
const MAX_CLOCK_SKEW_SECONDS = 900;
const MAX_LOGGED_MESSAGES = 10_000;
/** How many of the last requests and messages the admin route shows. */
const MAX_SHOWN = 100;

/** A key that may call; with a token it is temporary and every request must carry exactly that token. */
export interface RtcCredential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** What happens in the emulator, as it happens. */
export type RtcEmulatorEvent =
  | GatewayEvent
  | { readonly type: 'fileCreated'; readonly file: RecordFile }
  | { readonly type: 'callbackDelivered' | 'callbackFailed'; readonly callback: CallbackAttempt }
  | { readonly type: 'messageQueued'; readonly message: QueueMessage };

export interface RtcEmulatorOptions {
  readonly credentials: readonly RtcCredential[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Emulated seconds of recording per second, above 0. Default 1. */
  readonly timeScale?: number;
  /** What time it is where tasks start; the real time if nothing is said. Signatures go by the real time. */
  readonly now?: () => Date;
  /** What a TemplateId stands for that AddRecordTemplate has not made. */
  readonly template?: Partial<RecordTemplate>;
  /** Default `any`, so that samples work; with `known` AddRecordTemplate must have made a template that a task names. */
  readonly templateIds?: 'any' | 'known';
  /** Default `documented`: calls per second or minute, answered Throttling.User beyond. They go by the real time. */
  readonly rateLimits?: 'documented' | 'none';
  /** Default 100, the documented limit of record tasks at the same time. */
  readonly maxRunningTasks?: number;
  /** Default `uniqueWhileRunning`. */
  readonly taskIds?: TaskIds;
  /** Pauses before each repetition of a callback that was not answered with 2xx, milliseconds of real time. */
  readonly retryDelaysMs?: readonly number[];
  readonly onRequest?: RequestHook;
  /** Carries messages on from where RTC leaves them, the MnsQueue of a template. */
  readonly onQueueMessage?: (message: QueueMessage) => void;
  readonly onEvent?: (event: RtcEmulatorEvent) => void;
  /** A snapshot of an earlier emulator, as JSON gives it back. Running tasks continue where they were. */
  readonly restoreFrom?: unknown;
}

export interface RtcEmulator {
  readonly port: number;
  /** `127.0.0.1:port`, as the official clients want it; they need `protocol: 'http'` too. */
  readonly endpoint: string;
  /** In the order of their start. */
  readonly tasks: () => readonly RecordTask[];
  /** In the order of their creation. */
  readonly files: () => readonly RecordFile[];
  /** The last 10,000, in the order of arrival. */
  readonly requests: () => readonly LoggedRequest[];
  readonly countRequests: (filter: RequestFilter) => RequestCount;
  /** The last 10,000 tries to deliver a callback, in the order of their end. */
  readonly callbacks: () => readonly CallbackAttempt[];
  /** The last 10,000 messages that went to a queue, in the order they did. */
  readonly queueMessages: () => readonly QueueMessage[];
  /** Replaces the hook; `undefined` removes it. It is asked before the faults. */
  readonly onRequest: (hook: RequestHook | undefined) => void;
  /** Replaces all faults, as the admin route does. */
  readonly setFaults: (faults: Faults) => void;
  /** Changes what a TemplateId stands for that AddRecordTemplate has not made, running recordings included. */
  readonly setTemplate: (template: Partial<RecordTemplate>) => void;
  /** Tasks, files and templates for `restoreFrom`; JSON keeps it whole. Requests, nonces and callbacks on their way are not in it. */
  readonly snapshot: () => unknown;
  /** Stops recordings, callbacks and connections. */
  readonly close: () => Promise<void>;
}

const SnapshotSchema = v.object({
  version: v.literal(1),
  tasks: v.array(RecordTaskSchema),
  files: v.array(RecordFileSchema),
  templates: v.optional(v.array(StoredTemplateSchema), []),
});

/**
 * Starts the emulator on the loopback interface.
 *
 * @throws RangeError if `timeScale` or the template's `FileSplitInterval` is not above 0
 * @throws v.ValiError if `restoreFrom` is not a snapshot
 * @throws RecorderError `Misconfigured` if the port is taken
 */
export async function startRtcEmulator(options: RtcEmulatorOptions): Promise<RtcEmulator> {
  const { timeScale = 1, now = () => new Date(), onEvent = () => {}, onQueueMessage = () => {} } = options;
  if (!(timeScale > 0)) throw new RangeError('timeScale must be above 0.');
  const { tasks, files, templates: restoredTemplates } = readSnapshot(options.restoreFrom);
  const nowMs = () => now().getTime();
  const closing = new AbortController();
  // Every message that waits for its next try listens.
  setMaxListeners(0, closing.signal);
  const requests = new RequestLog();
  const callbacks: CallbackAttempt[] = [];
  const queueMessages: QueueMessage[] = [];
  const faults = new FaultPlan();
  let hook = options.onRequest;

  const templates = new RecordTemplates({
    nowMs,
    templateIds: options.templateIds ?? 'any',
    defaultTemplate: createTemplate(DEFAULT_RECORD_TEMPLATE, options.template),
    templates: restoredTemplates,
  });
  const announcer = new Announcer({
    retryDelaysMs: options.retryDelaysMs ?? DEFAULT_RETRY_DELAYS_MS,
    signal: closing.signal,
    takeFault: (message) => faults.takeCallbackFault(message),
    onAttempt: (callback) => {
      keepLast(callbacks, callback);
      onEvent({ type: callback.outcome === 'delivered' ? 'callbackDelivered' : 'callbackFailed', callback });
    },
    onQueueMessage: (message) => {
      keepLast(queueMessages, message);
      onEvent({ type: 'messageQueued', message });
      onQueueMessage(message);
    },
  });
  const recorder = new Recorder({
    timeScale,
    nowMs,
    findTemplate: (task) => templates.findFor(task),
    onFile: (file, task) => {
      onEvent({ type: 'fileCreated', file });
      announcer.announce(file, templates.findFor(task));
    },
    tasks,
    files,
  });
  const gateway = new Gateway({
    rtc: {
      recorder,
      templates,
      maxRunningTasks: options.maxRunningTasks ?? 100,
      readTaskIds: () => faults.get().taskIds ?? options.taskIds ?? 'uniqueWhileRunning',
    },
    createPolicy: createPolicyFactory(options.credentials),
    requests,
    findFault: async (request) => (await hook?.(request)) ?? faults.takeRequestFault(request),
    rateLimits: options.rateLimits ?? 'documented',
    onEvent,
    signal: closing.signal,
  });
  const admin: AdminSubject = {
    describeState: () => ({
      requestCounts: requests.countAll(),
      requests: requests.list().slice(-MAX_SHOWN),
      tasks: recorder.tasks().map((task) => ({
        ...task,
        recordsWith: completeParameters(task.parameters, task.MixMode, templates.findFor(task)),
      })),
      files: recorder.files(),
      templates: templates.all(),
      callbacks: callbacks.slice(-MAX_SHOWN),
      queueMessages: queueMessages.slice(-MAX_SHOWN),
      faults: faults.get(),
    }),
    getFaults: () => faults.get(),
    setFaults: (change) => {
      faults.set(change);
      announcer.releaseHeld();
    },
  };
  const server = createEmulatorServer({
    gateway,
    admin,
    oss: { credentials: options.credentials, files: () => recorder.files(), nowMs: Date.now },
  });
  const port = await listen(server, options.port ?? 0).catch((error: unknown) => {
    recorder.close();
    throw error;
  });

  return {
    port,
    endpoint: `${LOOPBACK}:${port}`,
    tasks: () => recorder.tasks(),
    files: () => recorder.files(),
    requests: () => requests.list(),
    countRequests: (filter) => requests.count(filter),
    callbacks: () => [...callbacks],
    queueMessages: () => [...queueMessages],
    onRequest: (newHook) => {
      hook = newHook;
    },
    setFaults: admin.setFaults,
    setTemplate: (change) => {
      templates.defaultTemplate = createTemplate(templates.defaultTemplate, change);
    },
    snapshot: () => ({ version: 1, tasks: recorder.tasks(), files: recorder.files(), templates: templates.all() }),
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort();
      recorder.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function keepLast<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > MAX_LOGGED_MESSAGES) list.shift();
}

function readSnapshot(snapshot: unknown): v.InferOutput<typeof SnapshotSchema> {
  if (snapshot === undefined) return { version: 1, tasks: [], files: [], templates: [] };
  return v.parse(SnapshotSchema, snapshot);
}

function createTemplate(base: RecordTemplate, change: Partial<RecordTemplate> = {}): RecordTemplate {
  const template = { ...base, ...change };
  if (!(template.FileSplitInterval > 0)) throw new RangeError('FileSplitInterval must be above 0.');
  return template;
}

function createPolicyFactory(credentials: readonly RtcCredential[]): () => RpcPolicy {
  const byId = new Map(credentials.map((credential) => [credential.accessKeyId, credential]));
  const nonces = new Nonces();
  return () => ({
    findAccessKeySecret: (accessKeyId) => byId.get(accessKeyId)?.accessKeySecret,
    findSecurityToken: (accessKeyId) => byId.get(accessKeyId)?.securityToken,
    rememberNonce: (use) => nonces.remember(use),
    nowMs: Date.now(),
    maxClockSkewSeconds: MAX_CLOCK_SKEW_SECONDS,
  });
}
