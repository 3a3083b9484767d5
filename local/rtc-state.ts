/**
 * What the emulated RTC knows, kept in a file from one run of the local stack to the next.
 *
 * @module
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { RecorderError } from '../shared/errors.ts';

/** Writes come together: the emulator tells of several changes at once. */
const WRITE_DELAY_MS = 500;

/** Keeps the newest snapshot in a file. */
export interface RtcStateFile {
  /** Writes the snapshot soon. */
  keepSoon(): void;
  /** Writes it now; nothing is written later. */
  keepNow(): void;
}

/** Opens the file for writing; `takeSnapshot` gives undefined while there is nothing to keep. */
export function openRtcStateFile(file: string, takeSnapshot: () => unknown): RtcStateFile {
  let writing: NodeJS.Timeout | undefined;
  const keepNow = () => {
    clearTimeout(writing);
    writing = undefined;
    const snapshot = takeSnapshot();
    if (snapshot === undefined) return;
    // A process that dies while it writes must not take the old state along.
    writeFileSync(`${file}.new`, JSON.stringify(snapshot));
    renameSync(`${file}.new`, file);
  };
  return {
    keepNow,
    keepSoon() {
      writing ??= setTimeout(keepNow, WRITE_DELAY_MS);
    },
  };
}

/**
 * What the last run kept, or undefined if there was none.
 *
 * @throws RecorderError `Misconfigured` if the file cannot be read
 */
export function readRtcState(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new RecorderError('Misconfigured', { message: `${file} cannot be read: run with --fresh.`, cause: error });
  }
}
