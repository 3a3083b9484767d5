import { describe, expect, test } from 'vitest';
import { formatTable } from '../../../bench/table.ts';

describe('formatTable', () => {
  test('sets ours beside each peer, as a ratio, and says whether a budget was met', () => {
    const common = { section: 's', unit: 'ms', peers: [{ label: 'peer', value: 8 }] };
    const table = formatTable([
      { ...common, what: 'a', ours: 2, budget: { words: '<= 4 ms', isMet: true } },
      { ...common, what: 'b', ours: 1_234.56, budget: { words: '<= 4 ms', isMet: false } },
      { ...common, what: 'c', ours: 0.0321, peers: [] },
    ]);
    expect(table.split('\n').slice(2)).toEqual([
      '| s | a | 2 ms | peer 8 ms (0.25 : 1) | <= 4 ms: met |',
      '| s | b | 1,235 ms | peer 8 ms (154.32 : 1) | <= 4 ms: **missed** |',
      '| s | c | 0.032 ms |  |  |',
    ]);
  });
});
