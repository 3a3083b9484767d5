/**
 * The query parameters of lists.
 *
 * @module
 */
import * as v from 'valibot';
import { createIssue, createParameterError } from '../../shared/record-task/check.ts';

/** A text to look for: PostgreSQL holds no NUL, and no id or name has control characters. */
export const FILTER = v.optional(v.pipe(v.string(), v.regex(/^[ -~\u00a0-\uffff]{1,255}$/)));

/** The page of a list: how many, and after which `Next`. */
export const PAGE_ENTRIES = {
  Limit: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)),
    '20',
  ),
  After: v.optional(v.pipe(v.string(), v.regex(/^\d{1,18}$/))),
};

/** What {@link PAGE_ENTRIES} accept, in words. */
export const PAGE_ACCEPTED = { Limit: 'an integer from 1 to 100', After: 'the Next of an earlier page' } as const;

/**
 * Reads query parameters by a schema of texts.
 *
 * @param accepted - for each parameter that can be wrong, what it takes.
 * @throws RecorderError naming every parameter at fault.
 */
export function readQuery<const Schema extends v.GenericSchema & { readonly entries: object }>(
  schema: Schema,
  query: Readonly<Record<string, string>>,
  accepted: Readonly<Record<string, string>>,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, query);
  if (parsed.success) return parsed.output;
  const names = new Set(parsed.issues.map((issue) => String(issue.path?.[0]?.key)));
  const known = new Set(Object.keys(schema.entries));
  throw createParameterError(
    [...names].map((name) =>
      known.has(name)
        ? createIssue([name], 'format', accepted[name] ?? '1 to 255 characters without control characters')
        : createIssue([name], 'unknown', `one of ${[...known].join(', ')}`),
    ),
  );
}
