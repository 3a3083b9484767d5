/**
 * The trace that a request belongs to, as W3C Trace Context writes it. It is repeated in the log lines of the request and
 * nowhere else: webhooks are sent by later invocations too, long after the trace has ended.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 * @module
 */

/** version-trace-parent-flags; a version above 00 may have more after another hyphen. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/s;

const KNOWN_FIELDS_LENGTH = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'.length;

/**
 * Returns the fields of a `traceparent` header that version 00 defines, 55 characters; undefined for a header that is
 * absent or invalid, which is to be ignored.
 *
 * @see https://www.w3.org/TR/trace-context/#versioning-of-traceparent
 * @example parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
 */
export function parseTraceparent(header: string | undefined): string | undefined {
  const match = TRACEPARENT.exec(header ?? '');
  if (match === null) return undefined;
  const [known, version, traceId = '', parentId = '', rest] = match;
  const isVersionValid = version !== 'ff' && (version !== '00' || rest === undefined);
  // All zeros are the forbidden values of both ids.
  if (!isVersionValid || !/[^0]/.test(traceId) || !/[^0]/.test(parentId)) return undefined;
  return known.slice(0, KNOWN_FIELDS_LENGTH);
}
