/**
 * How often a page asks for what it shows.
 *
 * @module
 */

const POLL_MS = 4_000;

/** A service in trouble is left alone, and a laptop on a train finds back within this. */
const MAX_POLL_MS = 60_000;

/** How long to wait before asking again, after so many answers in a row that were none. */
export function getPollDelayMs(failuresInARow: number): number {
  return Math.min(POLL_MS * 2 ** failuresInARow, MAX_POLL_MS);
}
