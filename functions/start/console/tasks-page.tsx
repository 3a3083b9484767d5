/**
 * The list of tasks.
 *
 * @module
 */
import type { JSX } from 'preact';

/** The list of tasks. */
export function TasksPage(): JSX.Element {
  return <h1>Tasks</h1>;
}
