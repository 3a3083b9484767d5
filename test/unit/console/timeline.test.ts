import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../functions/start/console/api.ts';
import {
  createTimeline,
  describeData,
  describeEventType,
  listSpans,
} from '../../../functions/start/console/timeline.ts';

type Task = Answer<'TaskDetail'>;

const createFile = (FileId: string, changes: Partial<Task['Files'][number]> = {}): Task['Files'][number] => ({
  FileId,
  Url: `http://b.oss-cn-shanghai.aliyuncs.com/${FileId}.m3u8`,
  StartTime: '2026-11-22T10:00:00Z',
  StopTime: '2026-11-22T10:30:00Z',
  Source: 'callback',
  ReceivedAt: '2026-11-22T10:30:05Z',
  ...changes,
});

const createEvent = (
  Type: string,
  At: string,
  changes: Partial<Task['Events'][number]> = {},
): Task['Events'][number] => ({
  EventId: `${Type} ${At}`,
  Type,
  At,
  Delivery: 'delivered',
  Failures: 0,
  Attempts: [],
  Data: {},
  ...changes,
});

const createTask = (changes: Partial<Task> = {}): Task => ({
  RequestId: 'R',
  AppId: 'app',
  TaskId: 'task',
  ChannelId: 'channel',
  State: 'recording',
  Run: 1,
  Attempt: 1,
  RequestedAt: '2026-11-22T09:59:59Z',
  Warnings: [],
  Files: [],
  Events: [],
  ...changes,
});

const GAP = createEvent('record_file.gap', '2026-11-22T12:00:00Z', {
  Data: { Format: 'm3u8', From: '2026-11-22T10:30:00Z', To: '2026-11-22T10:35:00Z', Seconds: 300 },
});

const tell = (task: Task) => createTimeline(task).map(({ title, detail }) => [title, detail].join(': '));

describe('createTimeline', () => {
  it('puts everything that happened into the order it happened in', () => {
    const file = createFile('file_1');
    const task = createTask({
      StopRequestedAt: '2026-11-22T13:00:00.100Z',
      Files: [file],
      Events: [
        createEvent('record_task.started', '2026-11-22T10:00:00.050Z'),
        GAP,
        createEvent('record_task.stopped', '2026-11-22T13:00:00.200Z'),
        createEvent('record_file.created', file.ReceivedAt, { EventId: 'file_1' }),
        createEvent('record_task.updated', '2026-11-22T11:00:00Z', {
          Data: { Changes: { LayoutIds: [1], CropMode: 1 } },
        }),
      ],
    });
    expect(tell(task)).toEqual([
      'Requested: ',
      'Started: ',
      'File: file_1.m3u8, 30 min.',
      'Changed: LayoutIds, CropMode',
      'Gap: 5 min without a file (m3u8): a pause or a loss.',
      'Stop asked for: ',
      'Stopped: ',
    ]);
  });

  it('keeps the event, with its deliveries, at its line', () => {
    const event = createEvent('record_task.started', '2026-11-22T10:00:00Z', { Delivery: 'dead', Failures: 10 });
    expect(createTimeline(createTask({ Events: [event] })).map((entry) => entry.event)).toEqual([undefined, event]);
  });

  it('shows a file without an event, and says of one that the sweep found it', () => {
    const task = createTask({ Files: [createFile('file_1', { Source: 'reconciled' })] });
    expect(tell(task)).toEqual([
      'Requested: ',
      "File: file_1.m3u8, 30 min. Nobody announced it: the sweep found it in RTC's list.",
    ]);
  });

  it('says why a task has failed', () => {
    const events = ['StartUnresolved', 'InvalidLayoutID.Malformed'].map((Code) =>
      createEvent('record_task.failed', '2026-11-22T10:02:00Z', { EventId: Code, Data: { Code } }),
    );
    const entries = createTimeline(createTask({ State: 'failed', Events: events })).slice(1);
    expect(entries.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/two minutes.*\(StartUnresolved\)$/),
      'Refused: InvalidLayoutID.Malformed.',
    ]);
    expect(entries.map(({ look }) => look)).toEqual(['bad', 'bad']);
  });

  it('does not say that a task of somebody else was requested here', () => {
    expect(tell(createTask({ State: 'external' }))).toEqual(['First heard of: Somebody else started it.']);
  });

  it('names the run of a TaskId that was used before', () => {
    expect(tell(createTask({ Run: 2 }))).toEqual(['Requested: Run 2 of this TaskId.']);
  });
});

describe('listSpans', () => {
  it('puts each gap between the files that it lies between', () => {
    const files = [
      createFile('file_1'),
      createFile('file_2', { StartTime: '2026-11-22T10:35:00Z', StopTime: '2026-11-22T11:00:00Z' }),
    ];
    const spans = listSpans(createTask({ Files: files, Events: [GAP] }));
    expect(spans).toMatchObject([
      { kind: 'file', key: 'file_1', seconds: 1_800 },
      {
        kind: 'gap',
        from: '2026-11-22T10:30:00Z',
        to: '2026-11-22T10:35:00Z',
        seconds: 300,
        text: 'a pause or a loss (m3u8)',
      },
      { kind: 'file', key: 'file_2', from: '2026-11-22T10:35:00Z', seconds: 1_500 },
    ]);
  });

  it('has none without files', () => {
    expect(listSpans(createTask({ Events: [createEvent('record_task.started', '2026-11-22T10:00:00Z')] }))).toEqual([]);
  });
});

describe('describeData', () => {
  it.each([
    [{ Url: 'http://h/a/b.mp4' }, 'b.mp4'],
    [{ Code: 'SlotTooLate' }, 'The timer came too late for this slot. (SlotTooLate)'],
    [{ TaskId: 'task' }, ''],
  ])('of %j is "%s"', (data, words) => {
    expect(describeData(data)).toBe(words);
  });
});

describe('describeEventType', () => {
  it('has words for every type, and leaves an unknown one as it is', () => {
    expect(describeEventType('schedule.missed')).toBe('Slot missed');
    expect(describeEventType('constructor')).toBe('constructor');
  });
});
