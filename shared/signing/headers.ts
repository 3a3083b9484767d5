/**
 * Header fields as the signatures see them.
 *
 * @module
 */

/** Header fields: an array of pairs, a `Map`, `Object.entries(…)` or a web `Headers`. Names in any case. */
export type HeaderPairs = Iterable<readonly [name: string, value: string]>;

/**
 * Returns the fields by lower-case name, values trimmed. Fields of one name are joined by `, ` in their order, as
 * `Headers` does, so that every kind of input is read alike.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.3
 */
export function readHeaders(headers: HeaderPairs): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [rawName, rawValue] of headers) {
    const name = rawName.toLowerCase();
    const value = rawValue.trim();
    const earlier = fields.get(name);
    fields.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return fields;
}
