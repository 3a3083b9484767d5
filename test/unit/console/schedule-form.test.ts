import { describe, expect, it } from 'vitest';
import {
  createScheduleRequest,
  listParameterFindings,
  listScheduleFields,
} from '../../../functions/start/console/schedule-form.ts';

const FIELDS = {
  ScheduleId: ' standup ',
  StartAt: '2026-11-24T14:00',
  Cron: '0 10 * * 1-5',
  TimeZone: 'Asia/Shanghai',
  DurationSeconds: '1800',
  Until: '',
  LateBySeconds: 'soon',
};

describe('createScheduleRequest', () => {
  it('sends what a recurring schedule has, numbers as numbers', () => {
    expect(createScheduleRequest('recurring', FIELDS, { ChannelId: 'c' })).toEqual({
      ScheduleId: 'standup',
      Cron: '0 10 * * 1-5',
      TimeZone: 'Asia/Shanghai',
      DurationSeconds: 1_800,
      LateBySeconds: 'soon',
      Parameters: { ChannelId: 'c' },
    });
  });

  it('sends what a single one has', () => {
    const body = createScheduleRequest('once', { ...FIELDS, TimeZone: '', LateBySeconds: '60' }, {});
    expect(body).toEqual({
      ScheduleId: 'standup',
      StartAt: '2026-11-24T14:00',
      DurationSeconds: 1_800,
      LateBySeconds: 60,
      Parameters: {},
    });
  });
});

describe('listScheduleFields', () => {
  it('has either StartAt or Cron', () => {
    expect(listScheduleFields('once')).toContain('StartAt');
    expect(listScheduleFields('once')).not.toContain('Cron');
    expect(listScheduleFields('recurring')).toContain('Cron');
    expect(listScheduleFields('recurring')).not.toContain('StartAt');
  });
});

describe('listParameterFindings', () => {
  it('has the paths of the form of the parameters', () => {
    const finding = { Parameter: '', Rule: 'range', Message: 'm', Accepted: 'a', severity: 'error' } as const;
    const findings = listParameterFindings([
      { ...finding, Path: 'Cron' },
      { ...finding, Path: 'Parameters.UserPanes[0].PaneId' },
      { ...finding, Path: 'Parameters' },
    ]);
    expect(findings.map(({ Path }) => Path)).toEqual(['UserPanes[0].PaneId']);
  });
});
