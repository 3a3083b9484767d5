import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interleave, summarize } from '../../../bench/statistics.ts';

describe('summarize', () => {
  test('takes the nearest rank, whatever the order', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summarize(values)).toEqual({ p50: 50, p90: 90, p99: 99, count: 100 });
    expect(summarize([7])).toEqual({ p50: 7, p90: 7, p99: 7, count: 1 });
  });

  test('gives values that were measured, in ascending order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1 }), (values) => {
        const { p50, p90, p99 } = summarize(values);
        for (const value of [p50, p90, p99]) expect(values).toContain(value);
        expect(p50 <= p90 && p90 <= p99).toBe(true);
      }),
    );
  });
});

describe('interleave', () => {
  test('takes turns, and forgets the first round', async () => {
    const turns: string[] = [];
    const contestant = (name: string) => () => {
      turns.push(name);
      return turns.length;
    };
    const measured = await interleave({ ours: contestant('ours'), peer: contestant('peer') }, 2);
    expect(turns).toEqual(['ours', 'peer', 'ours', 'peer', 'ours', 'peer']);
    expect(Object.fromEntries(measured)).toEqual({ ours: [3, 5], peer: [4, 6] });
  });

  test('ends with what a contestant throws', async () => {
    const fail = () => Promise.reject(new Error('broken'));
    await expect(interleave({ ours: fail }, 1)).rejects.toThrow('broken');
  });
});
