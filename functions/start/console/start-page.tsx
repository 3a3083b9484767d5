/**
 * Starting a recording.
 *
 * @module
 */
import type { JSX } from 'preact';

/** Starting a recording. */
export function StartPage(): JSX.Element {
  return <h1>Start</h1>;
}
