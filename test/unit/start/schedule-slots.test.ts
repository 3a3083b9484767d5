import { describe, expect, test } from 'vitest';
import {
  createSlotTaskId,
  findSlot,
  formatLocalTime,
  isCron,
  isTimeZone,
  listSlots,
  type SlotRule,
  toInstant,
} from '../../../functions/start/schedule-slots.ts';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';
const SHANGHAI = 'Asia/Shanghai';

const createRule = (cron: string, timeZone: string, until?: string): SlotRule => ({
  startAt: undefined,
  cron,
  timeZone,
  until: until === undefined ? undefined : new Date(until),
});

/** Slots as UTC and as the clock on the wall shows them. */
function show(rule: SlotRule, from: string, count: number): readonly string[] {
  return listSlots(rule, new Date(from), count).map(
    (slot) => `${slot.toISOString().slice(0, 16)}Z = ${formatLocalTime(rule.timeZone, slot)}`,
  );
}

describe('listSlots', () => {
  test('follows the weekdays of the zone, not those of UTC', () => {
    // 2026-11-20 is a Friday; Monday 07:30 in Shanghai is still Sunday in UTC.
    expect(show(createRule('30 7 * * 1-5', SHANGHAI), '2026-11-19T23:30:00Z', 3)).toEqual([
      '2026-11-19T23:30Z = 2026-11-20T07:30:00+08:00',
      '2026-11-22T23:30Z = 2026-11-23T07:30:00+08:00',
      '2026-11-23T23:30Z = 2026-11-24T07:30:00+08:00',
    ]);
  });

  test.each([
    [
      'Europe/Berlin, where 02:00 becomes 03:00 on 2027-03-28',
      createRule('30 2 * * *', BERLIN),
      '2027-03-27T00:00:00Z',
      [
        '2027-03-27T01:30Z = 2027-03-27T02:30:00+01:00',
        '2027-03-28T01:00Z = 2027-03-28T03:00:00+02:00',
        '2027-03-29T00:30Z = 2027-03-29T02:30:00+02:00',
      ],
    ],
    [
      'America/New_York, where 02:00 becomes 03:00 on 2027-03-14',
      createRule('30 2 * * *', NEW_YORK),
      '2027-03-13T00:00:00Z',
      [
        '2027-03-13T07:30Z = 2027-03-13T02:30:00-05:00',
        '2027-03-14T07:00Z = 2027-03-14T03:00:00-04:00',
        '2027-03-15T06:30Z = 2027-03-15T02:30:00-04:00',
      ],
    ],
    [
      'Asia/Shanghai, where nothing happens',
      createRule('30 2 * * *', SHANGHAI),
      '2027-03-27T00:00:00Z',
      [
        '2027-03-27T18:30Z = 2027-03-28T02:30:00+08:00',
        '2027-03-28T18:30Z = 2027-03-29T02:30:00+08:00',
        '2027-03-29T18:30Z = 2027-03-30T02:30:00+08:00',
      ],
    ],
    [
      'Asia/Beirut, where midnight becomes 01:00 on 2027-03-28',
      createRule('15 0 * * *', 'Asia/Beirut'),
      '2027-03-27T00:00:00Z',
      [
        '2027-03-27T22:00Z = 2027-03-28T01:00:00+03:00',
        '2027-03-28T21:15Z = 2027-03-29T00:15:00+03:00',
        '2027-03-29T21:15Z = 2027-03-30T00:15:00+03:00',
      ],
    ],
    [
      'Australia/Lord_Howe, where 02:00 becomes 02:30 on 2027-10-03',
      createRule('15 2 * * *', 'Australia/Lord_Howe'),
      '2027-10-02T00:00:00Z',
      [
        '2027-10-02T15:30Z = 2027-10-03T02:30:00+11:00',
        '2027-10-03T15:15Z = 2027-10-04T02:15:00+11:00',
        '2027-10-04T15:15Z = 2027-10-05T02:15:00+11:00',
      ],
    ],
    [
      'Pacific/Apia, which had no 2011-12-30',
      createRule('30 10 * * *', 'Pacific/Apia'),
      '2011-12-29T12:00:00Z',
      [
        '2011-12-29T20:30Z = 2011-12-29T10:30:00-10:00',
        '2011-12-30T10:00Z = 2011-12-31T00:00:00+14:00',
        '2011-12-30T20:30Z = 2011-12-31T10:30:00+14:00',
      ],
    ],
  ])('runs a reading in the gap at its end: %s', (_name, rule, from, slots) => {
    expect(show(rule, from, 3)).toEqual(slots);
  });

  test.each([
    [
      'Europe/Berlin, where 03:00 becomes 02:00 on 2027-10-31',
      createRule('30 2 * * *', BERLIN),
      '2027-10-30T12:00:00Z',
      ['2027-10-31T00:30Z = 2027-10-31T02:30:00+02:00', '2027-11-01T01:30Z = 2027-11-01T02:30:00+01:00'],
    ],
    [
      'America/New_York, where 02:00 becomes 01:00 on 2027-11-07',
      createRule('30 1 * * *', NEW_YORK),
      '2027-11-06T12:00:00Z',
      ['2027-11-07T05:30Z = 2027-11-07T01:30:00-04:00', '2027-11-08T06:30Z = 2027-11-08T01:30:00-05:00'],
    ],
    [
      'Europe/Berlin, the very beginning of the hour that comes twice',
      createRule('0 2 * * *', BERLIN),
      '2027-10-30T12:00:00Z',
      ['2027-10-31T00:00Z = 2027-10-31T02:00:00+02:00', '2027-11-01T01:00Z = 2027-11-01T02:00:00+01:00'],
    ],
    [
      'Europe/Berlin, its end, which comes once',
      createRule('0 3 * * *', BERLIN),
      '2027-10-30T12:00:00Z',
      ['2027-10-31T02:00Z = 2027-10-31T03:00:00+01:00', '2027-11-01T02:00Z = 2027-11-01T03:00:00+01:00'],
    ],
  ])('runs a reading in the overlap once, at its first occurrence: %s', (_name, rule, from, slots) => {
    expect(show(rule, from, 2)).toEqual(slots);
  });

  test('makes one slot of all that ends up at the end of the gap', () => {
    expect(show(createRule('*/20 * * * *', BERLIN), '2027-03-28T00:40:00Z', 3)).toEqual([
      '2027-03-28T00:40Z = 2027-03-28T01:40:00+01:00',
      '2027-03-28T01:00Z = 2027-03-28T03:00:00+02:00',
      '2027-03-28T01:20Z = 2027-03-28T03:20:00+02:00',
    ]);
  });

  test('pauses while the clock repeats itself, also when asked in the middle of it', () => {
    const rule = createRule('*/30 * * * *', BERLIN);
    const after = '2027-10-31T02:00Z = 2027-10-31T03:00:00+01:00';
    expect(show(rule, '2027-10-31T00:30:00Z', 2)).toEqual(['2027-10-31T00:30Z = 2027-10-31T02:30:00+02:00', after]);
    expect(show(rule, '2027-10-31T01:00:00Z', 1)).toEqual([after]);
    expect(show(rule, '2027-10-31T01:29:59.999Z', 1)).toEqual([after]);
  });

  test('begins with the time itself, to the millisecond', () => {
    const rule = createRule('0 10 * * *', SHANGHAI);
    const first = (from: string) => findSlot(rule, new Date(from))?.toISOString();
    expect(first('2026-11-22T02:00:00.000Z')).toBe('2026-11-22T02:00:00.000Z');
    expect(first('2026-11-22T02:00:00.001Z')).toBe('2026-11-23T02:00:00.000Z');
    expect(first('2026-11-22T01:59:59.999Z')).toBe('2026-11-22T02:00:00.000Z');
  });

  test('begins with a slot that the gap has put off to the time itself', () => {
    expect(show(createRule('30 2 * * *', BERLIN), '2027-03-28T01:00:00Z', 1)).toEqual([
      '2027-03-28T01:00Z = 2027-03-28T03:00:00+02:00',
    ]);
  });

  test('ends with until, that time included', () => {
    const rule = createRule('0 10 * * *', SHANGHAI, '2026-11-23T02:00:00Z');
    expect(listSlots(rule, new Date('2026-11-22T00:00:00Z'), 5)).toHaveLength(2);
    expect(findSlot(rule, new Date('2026-11-23T02:00:01Z'))).toBeUndefined();
  });

  test('knows one slot of a rule without cron', () => {
    const startAt = new Date('2026-11-22T10:00:30Z');
    const rule = { startAt, cron: undefined, timeZone: 'UTC', until: undefined };
    expect(listSlots(rule, startAt, 5)).toEqual([startAt]);
    expect(listSlots(rule, new Date('2026-11-22T10:00:30.001Z'), 5)).toEqual([]);
    expect(listSlots({ ...rule, until: new Date('2026-11-22T10:00:29Z') }, startAt, 5)).toEqual([]);
  });

  test('finds none for a day that never comes', () => {
    expect(findSlot(createRule('0 0 31 2 *', SHANGHAI), new Date('2026-11-22T00:00:00Z'))).toBeUndefined();
  });
});

describe('toInstant', () => {
  test.each([
    [SHANGHAI, '2026-11-23T14:00:00Z', '2026-11-23T06:00:00.000Z'],
    [BERLIN, '2027-03-28T02:30:00Z', '2027-03-28T01:00:00.000Z'],
    [BERLIN, '2027-10-31T02:30:00Z', '2027-10-31T00:30:00.000Z'],
    ['UTC', '2026-11-23T14:00:00Z', '2026-11-23T14:00:00.000Z'],
  ])('in %s makes of %s the instant %s', (zone, reading, instant) => {
    expect(toInstant(zone, new Date(reading)).toISOString()).toBe(instant);
  });
});

describe('formatLocalTime', () => {
  test.each([
    ['Asia/Kolkata', '2026-11-22T05:30:00+05:30'],
    ['America/St_Johns', '2026-11-21T20:30:00-03:30'],
    ['UTC', '2026-11-22T00:00:00+00:00'],
  ])('in %s shows midnight UTC as %s', (zone, local) => {
    expect(formatLocalTime(zone, new Date('2026-11-22T00:00:00Z'))).toBe(local);
  });
});

describe('isCron', () => {
  test.each(['0 10 * * 1-5', '*/15 9-17 * * MON-FRI', '0,30 8 1 JAN *', '0 10 L * *', '0 10 * * 1#2'])(
    'takes %s',
    (text) => {
      expect(isCron(text)).toBe(true);
    },
  );

  test.each([
    '0 0 10 * * *',
    '0 0 10 * * * 2027',
    '0 10 * *',
    '@daily',
    '@every 5m',
    '2027-01-01T00:00:00Z',
    '60 10 * * *',
    '0 24 * * *',
    '0 10 32 * *',
    '0 10 * 13 *',
    '0 10 * * 8',
    '*/0 * * * *',
    'a b c d e',
    '',
    `${'0,'.repeat(50)}0 10 * * *`,
  ])('refuses %j', (text) => {
    expect(isCron(text)).toBe(false);
  });
});

describe('isTimeZone', () => {
  test.each(['Asia/Shanghai', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC', 'Etc/GMT+8'])(
    'takes %s',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    },
  );

  test.each(['Asia/Peking', 'CST+8', '+08:00', '8', '', 'Local', `A${'/a'.repeat(40)}`])('refuses %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

describe('createSlotTaskId', () => {
  test('names the minute in UTC, within 55 characters', () => {
    expect(createSlotTaskId('standup', new Date('2026-11-22T02:00:30Z'))).toBe('standup-20261122T0200Z');
    expect(createSlotTaskId('s'.repeat(40), new Date('2026-11-22T02:00:00Z'))).toHaveLength(55);
  });
});
