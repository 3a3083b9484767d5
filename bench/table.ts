/**
 * The table that is printed and kept: a row for each thing measured, ours beside what a user would take instead and beside
 * the least it could cost.
 *
 * @module
 */

/** A figure with its name, `p50 61.2 ms`. */
interface Cell {
  readonly label: string;
  readonly value: number;
}

/** A row of the table. */
export interface Row {
  readonly section: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly peers: readonly Cell[];
  /** Of the design: what `ours`, or its ratio to the first peer, has to be; undefined where none is set. */
  readonly budget?: { readonly words: string; readonly isMet: boolean };
}

/** The table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(({ section, what, unit, ours, peers, budget }) => [
    section,
    what,
    formatFigure(ours, unit),
    peers.map(({ label, value }) => `${label} ${formatFigure(value, unit)} (${formatRatio(ours, value)})`).join('<br>'),
    budget === undefined ? '' : `${budget.words}: ${budget.isMet ? 'met' : '**missed**'}`,
  ]);
  const header = ['section', 'what', 'ours', 'beside (ours : it)', 'budget'];
  return [header, header.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function formatFigure(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}

function formatRatio(ours: number, other: number): string {
  return `${(ours / other).toFixed(2)} : 1`;
}
