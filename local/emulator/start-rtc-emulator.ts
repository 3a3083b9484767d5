/**
 * RTC's recording API on this machine, for clients that cannot tell it from the real one: signatures are verified, limits
 * and errors are the documented ones, recordings run on a scaled clock and announce their files. Nothing is recorded.
 * Where the vendor's behaviour is not known, the code says which assumption it makes.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as v from 'valibot';
import type { RpcPolicy } from '../../shared/rpc-wire/verify-rpc-request.ts';
import { LOOPBACK, listen } from '../listen.ts';
import { type CallbackAttempt, DEFAULT_RETRY_DELAYS_MS, emitFileCreated } from './emit-file-created.ts';
import type { RequestHook } from './fault.ts';
import { Gateway, type GatewayEvent, type GatewayReply } from './gateway.ts';
import { Nonces } from './nonces.ts';
import { type RecordFile, RecordFileSchema } from './record-file.ts';
import { type RecordTask, RecordTaskSchema } from './record-task.ts';
import { DEFAULT_RECORD_TEMPLATE, type RecordTemplate } from './record-template.ts';
import { Recorder } from './recorder.ts';
import { type LoggedRequest, type RequestCount, type RequestFilter, RequestLog } from './request-log.ts';

/** RPC gateway: 15 minutes between request and arrival, https://help.aliyun.com/document_detail/48054.html. */
const MAX_CLOCK_SKEW_SECONDS = 900;
/** Official clients put the largest StartRecordTask into the path; the limit of the real gateway is not documented. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
const MAX_LOGGED_CALLBACKS = 10_000;

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
  | { readonly type: 'callbackDelivered' | 'callbackFailed'; readonly callback: CallbackAttempt };

export interface RtcEmulatorOptions {
  readonly credentials: readonly RtcCredential[];
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Emulated seconds of recording per second, above 0. Default 1. */
  readonly timeScale?: number;
  /** What time it is where tasks start; the real time if nothing is said. Signatures go by the real time. */
  readonly now?: () => Date;
  /** What every TemplateId stands for. */
  readonly template?: Partial<RecordTemplate>;
  /** Default 100, the documented limit of record tasks at the same time. */
  readonly maxRunningTasks?: number;
  /** Default `uniqueWhileRunning`; `repeatable` never answers TaskExisted. */
  readonly taskIds?: 'uniqueWhileRunning' | 'repeatable';
  /** Pauses before each repetition of a callback that was not answered with 2xx, milliseconds of real time. */
  readonly retryDelaysMs?: readonly number[];
  readonly onRequest?: RequestHook;
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
  /** Replaces the hook; `undefined` removes it. */
  readonly onRequest: (hook: RequestHook | undefined) => void;
  /** Changes what every TemplateId stands for, running recordings included. */
  readonly setTemplate: (template: Partial<RecordTemplate>) => void;
  /** Tasks and files for `restoreFrom`; JSON keeps it whole. Requests, nonces and callbacks on their way are not in it. */
  readonly snapshot: () => unknown;
  /** Stops recordings, callbacks and connections. */
  readonly close: () => Promise<void>;
}

const SnapshotSchema = v.object({
  version: v.literal(1),
  tasks: v.array(RecordTaskSchema),
  files: v.array(RecordFileSchema),
});

/**
 * Starts the emulator on the loopback interface.
 *
 * @throws RangeError if `timeScale` or the template's `FileSplitInterval` is not above 0
 * @throws v.ValiError if `restoreFrom` is not a snapshot
 * @throws RecorderError `Misconfigured` if the port is taken
 */
export async function startRtcEmulator(options: RtcEmulatorOptions): Promise<RtcEmulator> {
  const {
    timeScale = 1,
    now = () => new Date(),
    onEvent = () => {},
    retryDelaysMs = DEFAULT_RETRY_DELAYS_MS,
  } = options;
  if (!(timeScale > 0)) throw new RangeError('timeScale must be above 0.');
  const restored =
    options.restoreFrom === undefined ? { tasks: [], files: [] } : v.parse(SnapshotSchema, options.restoreFrom);
  const closing = new AbortController();
  const requests = new RequestLog();
  const callbacks: CallbackAttempt[] = [];
  let template = createTemplate(DEFAULT_RECORD_TEMPLATE, options.template);
  let hook = options.onRequest;

  function onAttempt(callback: CallbackAttempt): void {
    callbacks.push(callback);
    if (callbacks.length > MAX_LOGGED_CALLBACKS) callbacks.shift();
    onEvent({ type: callback.outcome === 'delivered' ? 'callbackDelivered' : 'callbackFailed', callback });
  }

  function onFile(file: RecordFile): void {
    onEvent({ type: 'fileCreated', file });
    const { HttpCallbackUrl } = template;
    if (HttpCallbackUrl === undefined) return;
    void emitFileCreated(file, { HttpCallbackUrl, retryDelaysMs, signal: closing.signal, onAttempt });
  }

  const recorder = new Recorder({
    timeScale,
    nowMs: () => now().getTime(),
    findTemplate: () => template,
    onFile,
    ...restored,
  });
  const gateway = new Gateway({
    rtc: {
      recorder,
      maxRunningTasks: options.maxRunningTasks ?? 100,
      taskIds: options.taskIds ?? 'uniqueWhileRunning',
    },
    createPolicy: createPolicyFactory(options.credentials),
    requests,
    findHook: () => hook,
    onEvent,
    signal: closing.signal,
  });
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    void serve(gateway, request, response);
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
    onRequest: (newHook) => {
      hook = newHook;
    },
    setTemplate: (change) => {
      template = createTemplate(template, change);
    },
    snapshot: () => ({ version: 1, tasks: recorder.tasks(), files: recorder.files() }),
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

async function serve(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === 'aborted') return;
  if (body === 'tooLarge') {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const { method = '', url = '/', rawHeaders } = request;
  send(await gateway.handle({ method, path: url, headers: toPairs(rawHeaders), body }), response);
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'tooLarge' | 'aborted'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return 'tooLarge';
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks);
}

function toPairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
}

function send(reply: GatewayReply, response: ServerResponse): void {
  if (reply.kind === 'answer') {
    response.statusCode = reply.status;
    response.setHeader('content-type', reply.contentType).end(reply.body);
  } else if (reply.kind === 'reset') {
    response.socket?.resetAndDestroy();
  }
}
