/**
 * Figures of repeated runs, and the order that makes them comparable.
 *
 * @module
 */

/** What is left of many measurements. */
export interface Summary {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly count: number;
}

/** Summarises measurements, in the unit they came in. */
export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99), count: sorted.length };
}

/** The value below which a share of the sorted ones lies; nearest rank. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Runs the contestants one after the other, round after round, so that whatever slows the machine slows all of them, and
 * returns each one's measurements. The first round only warms up.
 */
export async function interleave<Name extends string>(
  contestants: Readonly<Record<Name, () => number | Promise<number>>>,
  rounds: number,
  onRound: (round: number) => void = () => undefined,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const entries = Object.entries<() => number | Promise<number>>(contestants);
  const measured = new Map<string, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    for (const [name, run] of entries) {
      const value = await run();
      if (round > 0) measured.get(name)?.push(value);
    }
  }
  return measured;
}
