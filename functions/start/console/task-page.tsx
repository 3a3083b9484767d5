/**
 * One task.
 *
 * @module
 */
import type { JSX } from 'preact';

/** One task. */
export function TaskPage({ AppId, TaskId }: { readonly AppId: string; readonly TaskId: string }): JSX.Element {
  return (
    <h1>
      {AppId} {TaskId}
    </h1>
  );
}
