import { describe, expect, test } from 'vitest';
import { readScheduleRequest, type ScheduleRequestContext } from '../../../functions/start/schedule-request.ts';
import { RecorderError } from '../../../shared/errors.ts';
import type { ScheduleRow } from '../../../shared/store/schedules.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const ID = '11111111-2222-4333-8444-555555555555';

function createContext(changes: Partial<ScheduleRequestContext> = {}): ScheduleRequestContext {
  return {
    config: { appIds: ['app1', 'app2'], templateId: undefined, maxDurationSeconds: 86_400 },
    createId: () => ID,
    now: NOW,
    before: undefined,
    ...changes,
  };
}

const Parameters = { ChannelId: 'standup', TemplateId: 'template' };
const DAILY = {
  ScheduleId: 'daily',
  Parameters,
  Cron: '0 10 * * *',
  TimeZone: 'Asia/Shanghai',
  DurationSeconds: 1_800,
};
const ONCE = { ScheduleId: 'once', Parameters, StartAt: '2026-11-23T06:00:00Z', DurationSeconds: 7_200 };

const STORED: ScheduleRow = {
  seq: '1',
  revision: 3,
  ScheduleId: 'daily',
  AppId: 'app2',
  parameters: Parameters,
  startAt: null,
  cron: '0 10 * * *',
  timeZone: 'Asia/Shanghai',
  durationSeconds: 1_800,
  until: new Date('2026-12-24T00:00:00Z'),
  lateBySeconds: 600,
  enabled: true,
  plannedFrom: new Date('2026-11-01T00:00:00Z'),
  nextSlotAt: new Date('2026-11-23T02:00:00Z'),
  createdAt: NOW,
  updatedAt: NOW,
};

const read = (body: unknown, changes: Partial<ScheduleRequestContext> = {}) =>
  readScheduleRequest(body, createContext(changes));
const change = (body: unknown, before: ScheduleRow = STORED) => read(body, { before });

function readFault(action: () => unknown): RecorderError {
  try {
    action();
  } catch (error) {
    if (error instanceof RecorderError) return error;
    throw error;
  }
  throw new Error('The schedule was accepted.');
}

const listFaults = (error: RecorderError) => error.issues.map(({ Path, Rule }) => `${Path} ${Rule}`);

describe('readScheduleRequest', () => {
  test('reads a recurring schedule and plans its first slot', () => {
    expect(read(DAILY)).toEqual({
      schedule: {
        ScheduleId: 'daily',
        AppId: 'app1',
        parameters: Parameters,
        startAt: null,
        cron: '0 10 * * *',
        timeZone: 'Asia/Shanghai',
        durationSeconds: 1_800,
        until: null,
        lateBySeconds: 300,
        enabled: true,
      },
      plan: { plannedFrom: NOW, nextSlotAt: new Date('2026-11-23T02:00:00Z') },
      warnings: [],
    });
  });

  test('reads a single slot, in UTC or by the clock of a time zone', () => {
    const startAt = new Date('2026-11-23T06:00:00Z');
    expect(read(ONCE)).toMatchObject({
      schedule: { startAt, cron: null, timeZone: 'UTC' },
      plan: { plannedFrom: startAt, nextSlotAt: startAt },
    });
    for (const StartAt of ['2026-11-23T14:00:00', '2026-11-23T14:00', '2026-11-23T14:00:00.000']) {
      expect(read({ ...ONCE, StartAt, TimeZone: 'Asia/Shanghai' }).schedule.startAt).toEqual(startAt);
    }
  });

  test('generates an id of at most 40 characters', () => {
    const { ScheduleId: _ScheduleId, ...body } = DAILY;
    const { ScheduleId } = read(body).schedule;
    expect(ScheduleId).toBe(`sch-${ID}`);
    expect(ScheduleId.length).toBeLessThanOrEqual(40);
  });

  test('takes AppId from the parameters and leaves the configured template out of them', () => {
    const { TemplateId: _TemplateId, ...rest } = Parameters;
    const config = { ...createContext().config, templateId: 'configured' };
    const { schedule } = read({ ...DAILY, Parameters: { ...rest, AppId: 'app2' } }, { config });
    expect(schedule).toMatchObject({ AppId: 'app2', parameters: rest });
    expect(schedule.parameters).not.toHaveProperty('TemplateId');
  });

  test('takes a start that is late by no more than it may be', () => {
    const StartAt = '2026-11-22T09:55:00Z';
    expect(read({ ...ONCE, StartAt }).plan?.nextSlotAt).toEqual(new Date(StartAt));
    const error = readFault(() => read({ ...ONCE, StartAt: '2026-11-22T09:54:59Z' }));
    expect([error.code, listFaults(error)]).toEqual(['InvalidStartAt', ['StartAt range']]);
    expect(read({ ...ONCE, StartAt: '2026-11-22T09:54:59Z', LateBySeconds: 301 }).plan).toBeDefined();
  });

  test('plans no slot of a schedule that is switched off', () => {
    const { schedule, plan } = read({ ...DAILY, Enabled: false });
    expect(schedule.enabled).toBe(false);
    expect(plan).toEqual({ plannedFrom: NOW, nextSlotAt: undefined });
  });

  test.each([
    ['2026-11-23T02:00:00Z', true],
    ['2026-11-23T10:00:00', true],
    ['2026-11-23T01:59:59Z', false],
  ])('takes Until %s: %s', (Until, isAccepted) => {
    const body = { ...DAILY, Until };
    if (isAccepted) expect(read(body).plan?.nextSlotAt).toEqual(new Date('2026-11-23T02:00:00Z'));
    else expect(listFaults(readFault(() => read(body)))).toEqual(['Until range']);
  });

  test('shows the faults of the parameters under their name, with the code they have in a start request', () => {
    const error = readFault(() =>
      read({
        ...DAILY,
        Parameters: { ChannelId: 'a b', MediaEncode: 21, UserPanes: [{ PaneId: 0, Texts: [{ FontSize: 0 }] }] },
        Cron: '0 10 * *',
      }),
    );
    expect(error.code).toBe('InvalidChannelId');
    expect(error.issues.map(({ Path, Parameter, Rule }) => `${Path} ${Parameter} ${Rule}`)).toEqual([
      'Parameters.ChannelId Parameters.ChannelId pattern',
      'Parameters.TemplateId Parameters.TemplateId required',
      'Parameters.MediaEncode Parameters.MediaEncode enum',
      'Parameters.UserPanes[0].Texts[0].FontSize Parameters.UserPanes.1.Texts.1.FontSize range',
      'Cron Cron format',
    ]);
  });

  test('shows the warnings of the parameters under their name', () => {
    // Without effect in single-stream mode.
    const { warnings } = read({ ...DAILY, Parameters: { ...Parameters, MixMode: 0, CropMode: 1 } });
    expect(warnings.map(({ Path }) => Path)).toEqual(['Parameters.CropMode']);
  });

  test.each([
    ['no object', [], 'MalformedRequest', [' type']],
    ['no Parameters', { ...DAILY, Parameters: undefined }, 'MissingParameters', ['Parameters required']],
    ['Parameters that are no object', { ...DAILY, Parameters: 'all' }, 'InvalidParameters', ['Parameters type']],
    [
      'a TaskId, and ends other than the own one',
      { ...DAILY, Parameters: { ...Parameters, TaskId: 't', StopAt: 'x', MaxDurationSeconds: 1 } },
      'UnknownParameter',
      ['Parameters.TaskId unknown', 'Parameters.StopAt unknown', 'Parameters.MaxDurationSeconds unknown'],
    ],
    [
      'another AppId',
      { ...DAILY, Parameters: { ...Parameters, AppId: 'x' } },
      'InvalidAppId',
      ['Parameters.AppId enum'],
    ],
    ['an id that is too long', { ...DAILY, ScheduleId: 's'.repeat(41) }, 'InvalidScheduleId', ['ScheduleId length']],
    ['an id with a slash', { ...DAILY, ScheduleId: 'a/b' }, 'InvalidScheduleId', ['ScheduleId pattern']],
    ['neither StartAt nor Cron', { ...ONCE, StartAt: undefined }, 'MissingStartAt', ['StartAt required']],
    ['StartAt and Cron', { ...DAILY, StartAt: ONCE.StartAt }, 'UnknownParameter', ['Cron unknown']],
    ['Cron without TimeZone', { ...DAILY, TimeZone: undefined }, 'MissingTimeZone', ['TimeZone required']],
    ['local time without TimeZone', { ...ONCE, StartAt: '2026-11-23T14:00' }, 'MissingTimeZone', ['TimeZone required']],
    ['a zone that is none', { ...DAILY, TimeZone: 'Asia/Peking' }, 'InvalidTimeZone', ['TimeZone format']],
    ['six fields', { ...DAILY, Cron: '0 0 10 * * *' }, 'InvalidCron', ['Cron format']],
    ['a cron expression of no day', { ...DAILY, Cron: '0 0 31 2 *' }, 'InvalidCron', ['Cron range']],
    ['a day that does not exist', { ...ONCE, StartAt: '2027-02-29T10:00:00Z' }, 'InvalidStartAt', ['StartAt format']],
    ['an offset', { ...ONCE, StartAt: '2026-11-23T14:00:00+08:00' }, 'InvalidStartAt', ['StartAt format']],
    ['no length', { ...DAILY, DurationSeconds: undefined }, 'MissingDurationSeconds', ['DurationSeconds required']],
    ['no time at all', { ...DAILY, DurationSeconds: 0 }, 'InvalidDurationSeconds', ['DurationSeconds range']],
    ['no tolerance', { ...DAILY, LateBySeconds: 59 }, 'InvalidLateBySeconds', ['LateBySeconds range']],
    ['a text for a switch', { ...DAILY, Enabled: 'yes' }, 'InvalidEnabled', ['Enabled type']],
    ['an unknown member', { ...DAILY, Crom: '' }, 'UnknownParameter', ['Crom unknown']],
  ])('refuses %s', (_name, body, code, faults) => {
    const error = readFault(() => read(body));
    expect([error.code, listFaults(error)]).toEqual([code, faults]);
  });

  describe('of a change', () => {
    test('keeps what is not named, and the plan if the times stay', () => {
      expect(change({ DurationSeconds: 60, Parameters: { ...Parameters, MixMode: 1 } })).toEqual({
        schedule: {
          ScheduleId: 'daily',
          AppId: 'app1',
          parameters: { ...Parameters, MixMode: 1 },
          startAt: null,
          cron: '0 10 * * *',
          timeZone: 'Asia/Shanghai',
          durationSeconds: 60,
          until: STORED.until,
          lateBySeconds: 600,
          enabled: true,
        },
        plan: undefined,
        warnings: [],
      });
      expect(change({ DurationSeconds: 60 }).schedule).toMatchObject({ AppId: 'app2', parameters: Parameters });
    });

    test('plans anew from now on when the times change', () => {
      expect(change({ Cron: '0 20 * * *' }).plan).toEqual({
        plannedFrom: NOW,
        nextSlotAt: new Date('2026-11-22T12:00:00Z'),
      });
      expect(change({ Enabled: false }).plan).toEqual({ plannedFrom: NOW, nextSlotAt: undefined });
      expect(change({ Enabled: true }, { ...STORED, enabled: false }).plan?.nextSlotAt).toEqual(STORED.nextSlotAt);
    });

    test('puts StartAt in the place of Cron and the other way round, and takes Until away', () => {
      const once = change({ StartAt: '2026-11-23T14:00' }).schedule;
      expect(once).toMatchObject({ startAt: new Date('2026-11-23T06:00:00Z'), cron: null });
      const before = { ...STORED, startAt: new Date('2026-11-01T00:00:00Z'), cron: null };
      expect(change({ Cron: '0 9 * * *' }, before).schedule).toMatchObject({ startAt: null, cron: '0 9 * * *' });
      expect(change({ Until: null }).schedule.until).toBeNull();
    });

    test('can always switch off, and never switch on what would not run', () => {
      const over = { ...STORED, startAt: new Date('2026-11-01T00:00:00Z'), cron: null, until: null };
      expect(change({ Enabled: false }, over).schedule.enabled).toBe(false);
      const error = readFault(() => change({ Enabled: true }, { ...over, enabled: false }));
      expect(listFaults(error)).toEqual(['StartAt range']);
    });

    test('refuses another id', () => {
      expect(listFaults(readFault(() => change({ ScheduleId: 'other' })))).toEqual(['ScheduleId enum']);
      expect(change({ ScheduleId: 'daily' }).schedule.ScheduleId).toBe('daily');
    });
  });
});
