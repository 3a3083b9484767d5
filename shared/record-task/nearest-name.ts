/**
 * What a misspelled name was probably meant to be.
 *
 * @module
 */

/** Longer names are not looked at: no parameter has more than 23 characters. */
const MAX_NAME_LENGTH = 64;

/** Slips between two names that still count as a misspelling. */
const MAX_SLIPS = 2;

/**
 * Returns the one of `known` that `name` is a misspelling of: the same but for upper and lower case, else the one with
 * the fewest slips (a letter missing, extra, wrong, or swapped with its neighbour), at most one for three letters and
 * two in all. The first letters must agree: UnsubSpecUsers is not taken for a misspelled SubSpecUsers, which means the
 * opposite. Undefined where none is near, and for names of more than 64 characters.
 */
export function findNearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let fewest = Math.min(MAX_SLIPS, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const slips = countSlips(wanted, candidate.toLowerCase(), fewest);
    if (slips < fewest) [nearest, fewest] = [candidate, slips];
  }
  return nearest;
}

/** Optimal string alignment distance of two texts, or `limit` if it is not less. */
function countSlips(a: string, b: string, limit: number): number {
  if (a[0] !== b[0] || Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          get(last, j) + 1,
          get(row, j - 1) + 1,
          get(last, j - 1) + (isSame ? 0 : 1),
          isSwapped ? get(beforeLast, j - 2) + 1 : limit,
        ),
      );
    }
    if (Math.min(...row) >= limit) return limit;
    [beforeLast, last] = [last, row];
  }
  return Math.min(get(last, b.length), limit);
}

function get(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
