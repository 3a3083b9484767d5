/**
 * One schedule.
 *
 * @module
 */
import type { JSX } from 'preact';

/** One schedule. */
export function SchedulePage({ ScheduleId }: { readonly ScheduleId: string }): JSX.Element {
  return <h1>{ScheduleId}</h1>;
}
