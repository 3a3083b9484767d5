/**
 * Telling the owner of a template that a file exists: by HTTP, or as a message in a queue.
 *
 * @see AddRecordTemplate, HttpCallbackUrl, MnsQueue
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallbackFault } from './fault.ts';
import { createFileCreated, type FileCreatedMessage, type PostOptions, postFileCreated } from './post-file-created.ts';
import type { RecordFile } from './record-file.ts';
import type { RecordTemplate } from './record-template.ts';

/** A message as it lies in an MNS queue. What carries it from there is not RTC's part. */
export interface QueueMessage {
  readonly QueueName: string;
  readonly MessageId: string;
  readonly MessageBody: FileCreatedMessage;
}

export interface AnnouncerOptions extends PostOptions {
  readonly onQueueMessage: (message: QueueMessage) => void;
  readonly takeFault: (message: FileCreatedMessage) => CallbackFault | undefined;
}

/** Where a message goes. */
type Target = Pick<RecordTemplate, 'HttpCallbackUrl' | 'MnsQueue'>;

export class Announcer {
  readonly #options: AnnouncerOptions;
  /** Messages that wait for another to overtake them. */
  readonly #held: (readonly [FileCreatedMessage, Target])[] = [];

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  announce(file: RecordFile, target: Target): void {
    if (target.HttpCallbackUrl === undefined && target.MnsQueue === undefined) return;
    void this.#send(createFileCreated(file), target);
  }

  /** Sends what waits to be overtaken. */
  releaseHeld(): void {
    for (const [message, target] of this.#held.splice(0)) void this.#deliver(message, target);
  }

  async #send(message: FileCreatedMessage, target: Target): Promise<void> {
    const { takeFault, signal } = this.#options;
    const fault = takeFault(message);
    switch (fault?.kind) {
      case 'drop':
        return;
      case 'reorder':
        this.#held.push([message, target]);
        return;
      case 'duplicate':
        await this.#deliver(message, target);
        await this.#deliver(fault.MsgId === 'new' ? { ...message, MsgId: randomUUID() } : message, target);
        break;
      case 'delay':
        await sleep(fault.delayMs, undefined, { signal, ref: false }).catch(() => {});
        await this.#deliver(message, target);
        break;
      case undefined:
        await this.#deliver(message, target);
    }
    this.releaseHeld();
  }

  async #deliver(message: FileCreatedMessage, { HttpCallbackUrl, MnsQueue }: Target): Promise<void> {
    if (this.#options.signal.aborted) return;
    if (HttpCallbackUrl !== undefined) await postFileCreated(message, HttpCallbackUrl, this.#options);
    else if (MnsQueue !== undefined) {
      this.#options.onQueueMessage({ QueueName: MnsQueue, MessageId: createMessageId(), MessageBody: message });
    }
  }
}

/** 32 upper-case hexadecimal digits, as in the samples of MNS. */
function createMessageId(): string {
  return randomUUID().replaceAll('-', '').toUpperCase();
}
