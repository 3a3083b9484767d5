/**
 * A list without anything in it.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import type { ListPlace } from './place.ts';

interface EmptyViewProps {
  readonly place: ListPlace;
  /** Of a list that is narrowed. */
  readonly narrowed: string;
  /** Of one that is not: what to do next. */
  readonly children: ComponentChildren;
}

/** Says that there is nothing, and what can be done about it. */
export function EmptyView({ place, narrowed, children }: EmptyViewProps): JSX.Element {
  return <div class="empty">{place.filter === undefined ? children : <p>{narrowed}</p>}</div>;
}
