import { describe, expect, test } from 'vitest';
import { planSweep } from '../../../functions/start/sweep.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const CONFIG = { maxSplitIntervalSeconds: 7_200, retentionDays: 30 };

const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

describe('planSweep', () => {
  test('begins twice the largest split interval and an hour before the watermark', () => {
    const watermark = new Date('2026-11-22T09:55:00.000Z');
    expect(planSweep({ watermark, window: undefined }, NOW, CONFIG)).toEqual({
      window: { start: new Date('2026-11-22T04:55:00.000Z'), end: NOW, nextPage: 1 },
      watermark,
      givenUp: undefined,
    });
    const short = planSweep({ watermark, window: undefined }, NOW, { ...CONFIG, maxSplitIntervalSeconds: 1_800 });
    expect(short.window.start).toEqual(new Date('2026-11-22T07:55:00.000Z'));
  });

  test('goes on with an interrupted sweep as it is', () => {
    const window = { start: daysAgo(9), end: daysAgo(8), nextPage: 7 };
    expect(planSweep({ watermark: daysAgo(8), window }, NOW, CONFIG)).toEqual({
      window,
      watermark: daysAgo(8),
      givenUp: undefined,
    });
  });

  test('reaches back seven days and gives up nothing as long as the watermark is within them', () => {
    const plan = planSweep({ watermark: daysAgo(7), window: undefined }, NOW, CONFIG);
    expect(plan).toMatchObject({ window: { start: daysAgo(7) }, watermark: daysAgo(7), givenUp: undefined });
  });

  test('gives up what is older, and goes on from there', () => {
    const plan = planSweep({ watermark: daysAgo(9), window: undefined }, NOW, CONFIG);
    expect(plan).toMatchObject({
      window: { start: daysAgo(7), end: NOW },
      watermark: daysAgo(7),
      givenUp: { from: daysAgo(9), to: daysAgo(7) },
    });
    expect(planSweep(plan, NOW, CONFIG).givenUp).toBeUndefined();
  });

  test('never reaches into what retention has forgotten', () => {
    const twoDays = { ...CONFIG, retentionDays: 2 };
    const late = planSweep({ watermark: daysAgo(1.9), window: undefined }, NOW, twoDays);
    expect(late).toMatchObject({ window: { start: daysAgo(2) }, givenUp: undefined });
    const lost = planSweep({ watermark: daysAgo(3), window: undefined }, NOW, twoDays);
    expect(lost).toMatchObject({ window: { start: daysAgo(2) }, givenUp: { from: daysAgo(3), to: daysAgo(2) } });
  });
});
