/**
 * JSON to be read.
 *
 * @module
 */
import type { JSX } from 'preact';

/** A value as JSON, line by line. */
export function JsonText({ value }: { readonly value: object }): JSX.Element {
  return <pre class="json-text">{JSON.stringify(value, undefined, 2)}</pre>;
}
