import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { REAL_CLOCK, startSimulatedClock } from '../../../local/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-22T10:00:00Z') });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('startSimulatedClock', () => {
  test('starts where it is told and runs as fast as it is told', () => {
    const clock = startSimulatedClock({ from: new Date('2027-03-28T00:00:00Z'), speed: 60 });
    expect(clock.now()).toEqual(new Date('2027-03-28T00:00:00Z'));
    vi.advanceTimersByTime(30_000);
    expect(clock.now()).toEqual(new Date('2027-03-28T00:30:00Z'));
    expect(clock.realMsUntil(new Date('2027-03-28T01:00:00Z'))).toBe(30_000);
    expect(clock.realMsUntil(new Date('2027-03-28T00:29:00Z'))).toBe(0);
  });
});

describe('REAL_CLOCK', () => {
  test('is the clock of the machine', () => {
    expect(REAL_CLOCK.now()).toEqual(new Date('2026-11-22T10:00:00Z'));
    expect(REAL_CLOCK.realMsUntil(new Date('2026-11-22T10:00:30Z'))).toBe(30_000);
    expect(REAL_CLOCK.realMsUntil(new Date('2026-11-22T09:00:00Z'))).toBe(0);
  });
});
