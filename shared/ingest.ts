/**
 * Takes in recorded files: a FileCreated message, stored before it is acknowledged, or the files that RTC lists. The app
 * is told from what is stored.
 *
 * @module
 */
import type { Outbox } from './deliver.ts';
import { type ErrorCode, RecorderError } from './errors.ts';
import { createEvent } from './events.ts';
import { createFileId, type FileCreated, parseFileCreated, parseRecordFile } from './record-file.ts';
import { type Database, isDataFailure } from './store/database.ts';
import { storeDeadLetter } from './store/dead-letters.ts';
import type { NewEvent } from './store/events.ts';
import { ingestFile, ingestListedFiles, type ListedFile } from './store/ingest.ts';

/** What taking in a message needs from outside. */
export interface IngestDependencies extends Pick<Outbox, 'database' | 'webhook' | 'now'> {
  /** Hosts a recorded file may lie on; empty means any. */
  readonly ossHosts: readonly string[];
}

/** A message whose sender is authenticated. */
export interface FileMessage {
  readonly body: Uint8Array;
  readonly source: 'http' | 'mns';
  /** The AppId the sender is authenticated for; undefined when the channel, not an AppId, is trusted. */
  readonly AppId: string | undefined;
}

/** What became of a message. All three mean it is stored and may be acknowledged. */
export type IngestResult =
  /** A new file, and its event, whose first delivery is the caller's to make. */
  | { readonly outcome: 'created'; readonly file: FileCreated; readonly event: NewEvent }
  | { readonly outcome: 'known'; readonly file: FileCreated }
  /** No usable FileCreated: kept as it came, `code` says why. */
  | { readonly outcome: 'deadLetter'; readonly code: ErrorCode };

/**
 * Stores a message: as a file, as part of a file already known, or as a dead letter when it is no usable FileCreated.
 *
 * @throws RecorderError `ServiceUnavailable` when nothing could be stored: the sender must send it again.
 */
export async function ingestMessage(dependencies: IngestDependencies, message: FileMessage): Promise<IngestResult> {
  const { database, now } = dependencies;
  let file: FileCreated;
  try {
    file = verifyFile(message, dependencies.ossHosts);
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error;
    return await keepDeadLetter(database, message, error.code);
  }
  const at = now();
  const { id, event } = createFileEvent(dependencies, { file, source: 'callback', at });
  try {
    const isNew = await ingestFile(database, { id, file, source: 'callback', body: message.body, event, now: at });
    return isNew ? { outcome: 'created', file, event } : { outcome: 'known', file };
  } catch (error) {
    // The database refused the values, not us: sending them again cannot help, and must not block what comes after.
    if (!isDataFailure(error)) throw error;
    return await keepDeadLetter(database, message, 'InvalidFileCreated');
  }
}

/** What became of the files of a DescribeRecordFiles answer. */
export interface ListedFilesResult {
  /** Files nobody had announced. Their events are stored and sent by the next tick. */
  readonly created: readonly FileCreated[];
  /** Items that are no usable file: kept as dead letters. */
  readonly unusableCount: number;
}

/**
 * Stores files that RTC lists (`source: reconciled`) unless they are known, and what is no usable file as a dead letter.
 * Taking the same answer in again changes nothing but the count of the dead letters.
 *
 * @param items `RecordFiles` of DescribeRecordFiles, as answered.
 * @throws RecorderError `ServiceUnavailable` when nothing could be stored.
 */
export async function ingestRecordFiles(
  dependencies: Omit<IngestDependencies, 'ossHosts'>,
  items: readonly unknown[],
): Promise<ListedFilesResult> {
  const at = dependencies.now();
  const files = new Map<string, ListedFile>();
  let unusableCount = 0;
  for (const item of items) {
    try {
      const file = parseRecordFile(item);
      const { id, event } = createFileEvent(dependencies, { file, source: 'reconciled', at });
      files.set(id, { id, file, event });
    } catch (error) {
      if (!(error instanceof RecorderError)) throw error;
      unusableCount++;
      const body = Buffer.from(JSON.stringify(item));
      await storeDeadLetter(dependencies.database, {
        AppId: undefined,
        source: 'reconciled',
        reason: error.code,
        body,
      });
    }
  }
  if (files.size === 0) return { created: [], unusableCount };
  const newIds = new Set(await ingestListedFiles(dependencies.database, [...files.values()], at));
  return {
    created: [...files.values()].filter(({ id }) => newIds.has(id)).map(({ file }) => file),
    unusableCount,
  };
}

interface FoundFile {
  readonly file: FileCreated;
  readonly source: 'callback' | 'reconciled';
  readonly at: Date;
}

function createFileEvent(
  { webhook }: Pick<Outbox, 'webhook'>,
  { file, source, at }: FoundFile,
): { readonly id: string; readonly event: NewEvent } {
  const id = createFileId(file);
  const event = createEvent({
    id,
    type: 'record_file.created',
    now: at,
    data: { FileId: id, ...file, Source: source },
    webhook,
  });
  return { id, event };
}

function verifyFile(message: FileMessage, ossHosts: readonly string[]): FileCreated {
  const file = parseFileCreated(message.body, { ossHosts });
  if (message.AppId !== undefined && message.AppId !== file.AppId) {
    throw new RecorderError('InvalidAppId', { message: 'AppId is not the one of the callback URL.' });
  }
  return file;
}

async function keepDeadLetter(database: Database, message: FileMessage, code: ErrorCode): Promise<IngestResult> {
  await storeDeadLetter(database, { AppId: message.AppId, source: message.source, reason: code, body: message.body });
  return { outcome: 'deadLetter', code };
}
