/**
 * The log of events.
 *
 * @module
 */
import type { JSX } from 'preact';

/** The log of events. */
export function EventsPage(): JSX.Element {
  return <h1>Events</h1>;
}
