import { describe, expect, it } from 'vitest';
import { nextTimerRun, parseTimerSchedule, toTimerEvent } from '../../../local/function-timer.ts';
import timerEvent from '../../fixtures/fc-events/timer.json' with { type: 'json' };

function trigger(cronExpression: string) {
  return { type: 'timer', name: 'timer-trigger', cronExpression, payload: 'awesome-fc', enabled: true } as const;
}

function nextRuns(cronExpression: string, startedAt: string, now: string): string {
  return nextTimerRun(parseTimerSchedule(trigger(cronExpression)), new Date(startedAt), new Date(now)).toISOString();
}

describe('nextTimerRun', () => {
  it.each([
    ['0 * * * * *', '2026-01-01T00:00:30.000Z', '2026-01-01T00:00:30.001Z', '2026-01-01T00:01:00.000Z'],
    ['0 * * * * *', '2026-01-01T00:00:30.000Z', '2026-01-01T00:01:00.000Z', '2026-01-01T00:02:00.000Z'],
    ['30 */5 9-17 * * *', '2026-01-01T00:00:00.000Z', '2026-01-01T17:55:30.000Z', '2026-01-02T09:00:30.000Z'],
    [
      'CRON_TZ=Asia/Shanghai 0 0 10 * * 1-5',
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T02:00:00.000Z',
      '2026-01-05T02:00:00.000Z',
    ],
    ['@every 4m', '2026-01-01T00:00:30.000Z', '2026-01-01T00:00:30.000Z', '2026-01-01T00:04:30.000Z'],
    ['@every 1h', '2026-01-01T00:00:30.000Z', '2026-01-01T03:10:00.000Z', '2026-01-01T04:00:30.000Z'],
  ])('of %s started at %s is, at %s, %s', (expression, startedAt, now, expected) => {
    expect(nextRuns(expression, startedAt, now)).toBe(expected);
  });
});

describe('parseTimerSchedule', () => {
  it.each([
    '* * * * *',
    '0 0 0 31 2 *',
    '0 60 * * * *',
    'CRON_TZ=Mars/Olympus 0 * * * * *',
    '2026-01-01T00:00:00Z',
    '@hourly',
    '@every 0m',
    '@every 10s',
    '',
  ])('refuses %j', (expression) => {
    expect(() => parseTimerSchedule(trigger(expression))).toThrow(/see trigger timer-trigger/u);
  });
});

describe('toTimerEvent', () => {
  it('builds the documented event', () => {
    expect(toTimerEvent(trigger('@every 4m'), new Date('2023-12-26T07:49:00.987Z'))).toEqual(timerEvent);
  });
});
