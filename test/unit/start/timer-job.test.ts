import { describe, expect, test } from 'vitest';
import { readTimerJob, type TimerFiring } from '../../../functions/start/timer-job.ts';

const Parameters = { ChannelId: 'standup', TemplateId: 'template' };
const PAYLOAD = { Action: 'StartRecordTask', Parameters, DurationSeconds: 1_800 };

const read = (changes: Partial<TimerFiring> = {}) =>
  readTimerJob(
    { triggerTime: '2026-11-22T02:00:00Z', triggerName: 'standup', payload: PAYLOAD, ...changes },
    { defaultAppId: 'app1' },
  );

describe('readTimerJob', () => {
  test('takes the slot from the time of the trigger', () => {
    expect(read()).toEqual({
      AppId: 'app1',
      TaskId: 'standup-20261122T0200Z',
      SlotAt: '2026-11-22T02:00:00.000Z',
      Parameters,
      DurationSeconds: 1_800,
      LateBySeconds: 300,
    });
    expect(read({ payload: { ...PAYLOAD, LateBySeconds: 60 } }).LateBySeconds).toBe(60);
    expect(read({ payload: { ...PAYLOAD, Parameters: { ...Parameters, AppId: 'app2' } } }).AppId).toBe('app2');
  });

  test.each([
    ['a'.repeat(40), /^a{40}-20261122T0200Z$/],
    ['a'.repeat(41), /^a{29}-[0-9a-f]{10}-20261122T0200Z$/],
    ['每天.standup', /^---standup-[0-9a-f]{10}-20261122T0200Z$/],
  ])('makes a TaskId of the trigger name %s', (triggerName, expected) => {
    const { TaskId } = read({ triggerName });
    expect(TaskId).toMatch(expected);
    expect(TaskId.length).toBeLessThanOrEqual(55);
  });

  test('never makes the same TaskId of two names', () => {
    const head = 'a'.repeat(60);
    expect(read({ triggerName: `${head}1` }).TaskId).not.toBe(read({ triggerName: `${head}2` }).TaskId);
  });

  test.each([
    ['no Parameters', { ...PAYLOAD, Parameters: undefined }, 'MissingParameters', ['Parameters']],
    ['Parameters as text', { ...PAYLOAD, Parameters: '{}' }, 'MissingParameters', ['Parameters']],
    ['no length', { ...PAYLOAD, DurationSeconds: undefined }, 'MissingDurationSeconds', ['DurationSeconds']],
    ['a length as text', { ...PAYLOAD, DurationSeconds: '1800' }, 'InvalidDurationSeconds', ['DurationSeconds']],
    ['an unknown member', { ...PAYLOAD, Cron: '0 10 * * *' }, 'UnknownParameter', ['Cron']],
  ])('refuses %s', (_name, payload, code, paths) => {
    expect(() => read({ payload })).toThrow(
      expect.objectContaining({ code, issues: paths.map((Path) => expect.objectContaining({ Path })) }),
    );
  });

  test('refuses a time that is none', () => {
    expect(() => read({ triggerTime: 'now' })).toThrow(expect.objectContaining({ code: 'MalformedRequest' }));
  });
});
