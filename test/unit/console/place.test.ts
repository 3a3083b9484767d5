import { describe, expect, it } from 'vitest';
import {
  formatFilter,
  formatPlace,
  narrowList,
  type Place,
  parsePlace,
} from '../../../functions/start/console/place.ts';

const PLACES: readonly (readonly [string, Place])[] = [
  ['#/tasks', { page: 'tasks' }],
  ['#/tasks?ChannelId=a%26b&State=recording', { page: 'tasks', filter: { ChannelId: 'a&b', State: 'recording' } }],
  ['#/tasks/app/a%2Fb%3Fc', { page: 'task', AppId: 'app', TaskId: 'a/b?c' }],
  ['#/start', { page: 'start' }],
  ['#/schedules?After=7', { page: 'schedules', filter: { After: '7' } }],
  ['#/schedules/new-schedule', { page: 'schedule', ScheduleId: 'new-schedule' }],
  ['#/new-schedule', { page: 'newSchedule' }],
  ['#/events?Delivery=dead', { page: 'events', filter: { Delivery: 'dead' } }],
];

describe('parsePlace', () => {
  it.each(PLACES)('reads %s', (hash, place) => {
    expect(parsePlace(hash)).toEqual(place);
  });

  it.each(['', '#', '#/', '#/nowhere', '#/tasks/app', '#/tasks?Nonsense=1&State='])(
    'takes %s for the tasks',
    (hash) => {
      expect(parsePlace(hash)).toEqual({ page: 'tasks' });
    },
  );

  it('takes what is no percent-encoding as it is', () => {
    expect(parsePlace('#/schedules/100%')).toEqual({ page: 'schedule', ScheduleId: '100%' });
  });
});

describe('formatPlace', () => {
  it.each(PLACES)('writes %s', (hash, place) => {
    expect(formatPlace(place)).toBe(hash);
  });
});

describe('formatFilter', () => {
  it('writes a query, or nothing', () => {
    expect(formatFilter({ State: 'failed' })).toBe('?State=failed');
    expect(formatFilter({})).toBe('');
    expect(formatFilter(undefined)).toBe('');
  });
});

describe('narrowList', () => {
  const place = { page: 'tasks', filter: { State: 'failed', After: '9' } } as const;

  it('goes to the first page of the narrower list', () => {
    expect(narrowList(place, 'ChannelId', 'c')).toEqual({ page: 'tasks', filter: { ChannelId: 'c', State: 'failed' } });
  });

  it('widens a list by what is emptied', () => {
    expect(narrowList(place, 'State', '')).toEqual({ page: 'tasks' });
    expect(narrowList(place, 'After', '')).toEqual({ page: 'tasks', filter: { State: 'failed' } });
  });
});
