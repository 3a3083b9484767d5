/**
 * What a check of the set-up finds, and how it is told.
 *
 * @module
 */

/** `notChecked` is never taken for `ok`: the text says why it could not be. */
type Outcome = 'ok' | 'warning' | 'failed' | 'notChecked';

/** One line of a check. */
export interface Finding {
  readonly outcome: Outcome;
  /** What was looked at: `callback`. */
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
}

const LABELS = { ok: 'ok', warning: 'warning', failed: 'FAILED', notChecked: 'not checked' } as const satisfies Record<
  Outcome,
  string
>;

/** One line, and one more for a remedy. */
export function formatFinding({ outcome, subject, text, remedy }: Finding): string {
  const line = `${LABELS[outcome].padEnd(12)} ${subject.padEnd(16)} ${text}`;
  return remedy === undefined ? line : `${line}\n${' '.repeat(13)}${'->'.padStart(16)} ${remedy}`;
}
