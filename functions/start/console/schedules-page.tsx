/**
 * The list of schedules.
 *
 * @module
 */
import type { JSX } from 'preact';

/** The list of schedules. */
export function SchedulesPage(): JSX.Element {
  return <h1>Schedules</h1>;
}
