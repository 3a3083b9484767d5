/**
 * FileCreated, and telling it to an address.
 *
 * @see StartRecordTask, callback FileCreated
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileCreated } from '../../shared/record-file.ts';
import type { RecordFile } from './record-file.ts';

/** Assumption: the vendor documents neither how long it waits, nor whether and how often it tries again. */
const CALLBACK_TIMEOUT_MS = 5000;
export const DEFAULT_RETRY_DELAYS_MS: readonly number[] = [1000, 5000, 15_000];

/** The body of the callback, with every field of the page's sample. */
export type FileCreatedMessage = Required<FileCreated>;

/** One try to deliver a message. It does not name the address, which may hold a secret. */
export interface CallbackAttempt {
  readonly message: FileCreatedMessage;
  /** From 1. */
  readonly attempt: number;
  /** The receiver's status, or undefined if it gave no answer. */
  readonly status: number | undefined;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: 'delivered' | 'failed';
}

export interface PostOptions {
  /** A try more for each delay, milliseconds of real time. */
  readonly retryDelaysMs: readonly number[];
  /** Ends the delivery, whatever its state. */
  readonly signal: AbortSignal;
  readonly onAttempt: (attempt: CallbackAttempt) => void;
}

/** Returns the message about a file, with a MsgId of its own. */
export function createFileCreated(file: RecordFile): FileCreatedMessage {
  const { CreateTime: _, ...told } = file;
  return { ...told, Event: 'FileCreated', MsgId: randomUUID() };
}

/**
 * Posts a message until it is answered with 2xx or the tries are spent. Every try carries the same MsgId (assumption: the
 * vendor does not say what identifies a repeated message).
 */
export async function postFileCreated(
  message: FileCreatedMessage,
  HttpCallbackUrl: string,
  { retryDelaysMs, signal, onAttempt }: PostOptions,
): Promise<void> {
  for (const [index, delayMs] of [0, ...retryDelaysMs].entries()) {
    if (delayMs > 0) await sleep(delayMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    const startedAtMs = Date.now();
    const status = await post(HttpCallbackUrl, JSON.stringify(message), signal);
    const outcome = status !== undefined && status >= 200 && status < 300 ? 'delivered' : 'failed';
    onAttempt({ message, attempt: index + 1, status, startedAtMs, durationMs: Date.now() - startedAtMs, outcome });
    if (outcome === 'delivered') return;
  }
}

async function post(url: string, body: string, signal: AbortSignal): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALLBACK_TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}
