import { describe, expect, it } from 'vitest';
import { getPollDelayMs } from '../../../functions/start/console/poll-delay.ts';
import { formatDuration, formatRelative } from '../../../functions/start/console/times.ts';

describe('formatRelative', () => {
  it.each([
    [0, 'now'],
    [-4.9, 'now'],
    [4.9, 'now'],
    [-5, '5s ago'],
    [-59.9, '59s ago'],
    [-60, '1m ago'],
    [-3_599, '59m ago'],
    [-3_600, '1h ago'],
    [-90_000, '1d ago'],
    [61, 'in 1m'],
    [172_800, 'in 2d'],
  ])('says of %d s: %s', (seconds, words) => {
    expect(formatRelative(1_800_000_000_000 + seconds * 1_000, 1_800_000_000_000)).toBe(words);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [0.4, '0 s'],
    [59.6, '1 min'],
    [45, '45 s'],
    [1_792.257, '29 min 52 s'],
    [3_600, '1 h'],
    [3_601, '1 h'],
    [5_400, '1 h 30 min'],
    [90_061, '1 d 1 h'],
    [31_536_000, '365 d'],
  ])('says of %d s: %s', (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });
});

describe('getPollDelayMs', () => {
  it('doubles with each failure, to a minute', () => {
    expect([0, 1, 2, 3, 4, 5, 2_000].map(getPollDelayMs)).toEqual([
      4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
    ]);
  });
});
