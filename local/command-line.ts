/**
 * What the commands of this folder share: reading options, and ending with a message instead of a stack trace when the
 * fault is in what was typed.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../shared/config.ts';
import { RecorderError } from '../shared/errors.ts';

/** Runs a command. What it throws is printed, as a message if it is a fault of the user's, and makes the exit code 1. */
export function runCommand(main: () => void | Promise<void>): void {
  Promise.resolve()
    .then(main)
    .catch((error: unknown) => {
      // The TypeErrors are those of parseArgs.
      const isExpected = error instanceof RecorderError || (error instanceof TypeError && 'code' in error);
      console.error(isExpected && error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
}

/** The settings of a deployment: `.env` in the working directory, and over it the environment. */
export function readSettings(): Environment {
  return { ...(existsSync('.env') && parseEnv(readFileSync('.env', 'utf8'))), ...process.env };
}

/** A number from `minimum` to `maximum`. */
export function readNumberOption(option: string, text: string, minimum: number, maximum: number): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= minimum && number <= maximum) return number;
  throw createOptionError(option, `a number from ${minimum} to ${maximum}`);
}

/** A whole number from `minimum` to `maximum`. */
export function readIntegerOption(option: string, text: string, minimum: number, maximum: number): number {
  const number = readNumberOption(option, text, minimum, maximum);
  if (Number.isInteger(number)) return number;
  throw createOptionError(option, 'a whole number');
}

/** A time. */
export function readTimeOption(option: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw createOptionError(option, 'a time such as 2027-03-27T00:00:00Z');
}

/** What an option takes, said to somebody who gave something else. */
export function createOptionError(option: string, accepted: string): RecorderError {
  return new RecorderError('Misconfigured', { message: `${option} must be ${accepted}.` });
}
