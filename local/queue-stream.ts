/**
 * From an MNS queue to a function, as EventBridge carries messages: CloudEvents, in order, a batch at a time, repeated
 * until the function takes them.
 *
 * @see https://github.com/aliyun/fc-runtime-go-sdk, events/mns-queue.go (the events)
 * @see EventBridge, event streams, retry policies and dead letters
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueMessage } from './emulator/announcer.ts';

/** CountBasedWindow of `s.options.yaml`. */
const MAX_BATCH_SIZE = 10;

/** EXPONENTIAL_DECAY_RETRY of EventBridge: pauses of 1, 2, 4 … s, 512 s at most, 176 tries in all. */
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 512_000;
const MAX_TRIES = 176;

/** What a function is invoked with. */
export interface QueueEventForm {
  /** `list` is what an event stream pushes, `single` an event by itself. */
  readonly shape: 'list' | 'single';
  /** `base64` unless the trigger has IsBase64Decode. */
  readonly body: 'plain' | 'base64';
}

export interface QueueStreamOptions extends QueueEventForm {
  /** Invokes the function once. */
  readonly invoke: (event: object) => Promise<'taken' | 'failed'>;
  readonly accountId: string;
  readonly region: string;
  /** Waits between two tries; ends early, however it likes, when the signal comes. Real time if nothing is said. */
  readonly pause?: (pauseMs: number, signal: AbortSignal) => Promise<void>;
}

export interface QueueStream {
  readonly send: (message: QueueMessage) => void;
  /** Messages that no try could deliver: with `errorsTolerance: ALL` the stream goes on without them. */
  readonly deadLetters: () => readonly QueueMessage[];
  /** Ends after the invocation in flight. */
  readonly close: () => Promise<void>;
}

/** Starts carrying messages. */
export function startQueueStream(options: QueueStreamOptions): QueueStream {
  const closing = new AbortController();
  const waiting: QueueMessage[] = [];
  const deadLetters: QueueMessage[] = [];
  let running = Promise.resolve();

  async function carry(): Promise<void> {
    const batch = waiting.splice(0, options.shape === 'list' ? MAX_BATCH_SIZE : 1);
    if (batch.length === 0) return;
    const events = batch.map((message) => createCloudEvent(message, options));
    const [single = {}] = events;
    if ((await push(options.shape === 'list' ? events : single)) === 'failed') deadLetters.push(...batch);
  }

  async function push(event: object): Promise<'taken' | 'failed' | 'closed'> {
    const { invoke, pause = pauseInRealTime } = options;
    for (let tries = 1; !closing.signal.aborted; tries += 1) {
      if ((await invoke(event)) === 'taken') return 'taken';
      if (tries >= MAX_TRIES) return 'failed';
      await pause(Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), MAX_RETRY_MS), closing.signal);
    }
    return 'closed';
  }

  return {
    send(message) {
      waiting.push(message);
      running = running.then(carry);
    },
    deadLetters: () => [...deadLetters],
    async close() {
      closing.abort();
      waiting.length = 0;
      await running;
    },
  };
}

async function pauseInRealTime(pauseMs: number, signal: AbortSignal): Promise<void> {
  await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
}

/** Returns the message as a CloudEvent of the source MNS. */
function createCloudEvent(
  { QueueName, MessageId, MessageBody }: QueueMessage,
  { accountId, region, body }: QueueStreamOptions,
): object {
  const time = new Date().toISOString();
  const text = JSON.stringify(MessageBody);
  return {
    id: randomUUID(),
    source: 'MNS-Function-mnstrigger',
    specversion: '1.0',
    type: 'mns:Queue:SendMessage',
    datacontenttype: 'application/json; charset=utf-8',
    subject: `acs:mns:${region}:${accountId}:queues/${QueueName}`,
    time,
    aliyunaccountid: accountId,
    aliyunpublishtime: time,
    aliyunoriginalaccountid: accountId,
    aliyuneventbusname: 'MNS-Function-mnstrigger',
    aliyunregionid: region,
    aliyunpublishaddr: '127.0.0.1',
    data: {
      requestId: MessageId,
      messageId: MessageId,
      messageBody: body === 'base64' ? Buffer.from(text).toString('base64') : text,
    },
  };
}
