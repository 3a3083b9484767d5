/**
 * Facts by their names.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';

/** A fact: its name and what it is; left out where it is nothing. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** A list of facts. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
