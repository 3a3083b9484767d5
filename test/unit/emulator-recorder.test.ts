import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecordFile, type RecordFile } from '../../local/emulator/record-file.ts';
import { DEFAULT_RECORD_TEMPLATE, type RecordTemplate } from '../../local/emulator/record-template.ts';
import { Recorder, type RecorderOptions } from '../../local/emulator/recorder.ts';
import { REQUIRED } from '../support/rtc-emulator.ts';

const STARTED_AT = '2020-11-17T03:40:28.000Z';
const HOUR_MS = 3_600_000;

let recorder: Recorder;
let told: RecordFile[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(STARTED_AT), toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  told = [];
});

afterEach(() => {
  recorder.close();
  vi.useRealTimers();
});

function createRecorder(template: Partial<RecordTemplate> = {}, options: Partial<RecorderOptions> = {}): Recorder {
  recorder = new Recorder({
    timeScale: 1,
    nowMs: Date.now,
    findTemplate: () => ({ ...DEFAULT_RECORD_TEMPLATE, ...template }),
    onFile: (file) => told.push(file),
    tasks: [],
    files: [],
    ...options,
  });
  return recorder;
}

function start(): void {
  recorder.start({ ...REQUIRED, MixMode: 1, parameters: REQUIRED });
}

function stop(): void {
  for (const task of recorder.findRunning(REQUIRED)) recorder.stop(task);
}

/** From when to when each file goes, and when it was created. */
function times(): string[] {
  return recorder
    .files()
    .map(({ StartTime, StopTime, CreateTime }) =>
      [StartTime, StopTime, CreateTime].map((time) => time.slice(11, 19)).join(' '),
    );
}

describe('Recorder', () => {
  it('writes a file of each format each split interval', () => {
    createRecorder({ Formats: ['m3u8', 'mp4'] });
    start();
    vi.advanceTimersByTime(1799_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told.map(({ Url }) => Url.replace(/.*\./, ''))).toEqual(['m3u8', 'mp4']);
    vi.advanceTimersByTime(1800_000);
    expect(recorder.files()).toEqual(told);
    expect(times()).toEqual([
      '03:40:28 04:10:28 04:10:28',
      '03:40:28 04:10:28 04:10:28',
      '04:10:28 04:40:28 04:40:28',
      '04:10:28 04:40:28 04:40:28',
    ]);
  });

  it('writes the last file DelayStopTime after the end, up to the end', () => {
    createRecorder();
    start();
    vi.advanceTimersByTime(1800_000 + 1482_290);
    stop();
    vi.advanceTimersByTime(179_999);
    expect(told).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(times()).toEqual(['03:40:28 04:10:28 04:10:28', '04:10:28 04:35:10 04:38:10']);
    expect(told[1]?.Duration).toBe(1482.29);
    expect(recorder.tasks()).toMatchObject([{ state: 'ended' }]);
    vi.advanceTimersByTime(HOUR_MS);
    expect(told).toHaveLength(2);
  });

  it('writes no empty file when a task is stopped at a split', () => {
    createRecorder();
    start();
    vi.advanceTimersByTime(1800_000);
    stop();
    vi.advanceTimersByTime(HOUR_MS);
    expect(told).toHaveLength(1);
    expect(recorder.tasks()).toMatchObject([{ state: 'ended' }]);
  });

  it('runs as many times faster as timeScale says, from the start of each task', () => {
    createRecorder({}, { timeScale: 60 });
    start();
    vi.advanceTimersByTime(30_000);
    expect(times()).toEqual(['03:40:28 04:10:28 04:10:28']);
    stop();
    vi.advanceTimersByTime(3000);
    start();
    vi.advanceTimersByTime(30_000);
    expect(times().at(-1)).toBe('03:41:01 04:11:01 04:11:01');
  });

  it('waits for intervals longer than a timer can', () => {
    createRecorder({ FileSplitInterval: 40 * 86_400 });
    start();
    vi.advanceTimersByTime(40 * 24 * HOUR_MS - 1);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toHaveLength(1);
  });

  it('continues restored tasks where they were, however long it was down', () => {
    createRecorder();
    start();
    vi.advanceTimersByTime(1800_000 + 600_000);
    start();
    vi.advanceTimersByTime(600_000);
    recorder.close();
    const { tasks, files } = JSON.parse(JSON.stringify({ tasks: recorder.tasks(), files: recorder.files() }));
    vi.advanceTimersByTime(24 * HOUR_MS);

    createRecorder({}, { tasks, files });
    expect(recorder.countRunning()).toBe(2);
    vi.advanceTimersByTime(599_999);
    expect(times()).toEqual(['03:40:28 04:10:28 04:10:28']);
    vi.advanceTimersByTime(600_001);
    expect(times()).toEqual(['03:40:28 04:10:28 04:10:28', '04:10:28 04:40:28 04:40:28', '04:20:28 04:50:28 04:50:28']);
  });

  it('restores a task whose last file was still to come, and ended ones as they were', () => {
    createRecorder();
    start();
    vi.advanceTimersByTime(600_000);
    stop();
    vi.advanceTimersByTime(100_000);
    const ending = recorder.tasks();
    vi.advanceTimersByTime(80_000);
    const ended = recorder.tasks();
    recorder.close();

    createRecorder({}, { tasks: [...ending, ...ended] });
    vi.advanceTimersByTime(HOUR_MS);
    expect(times()).toEqual(['03:40:28 03:50:28 03:53:28']);
  });

  it('leaves no timer behind', () => {
    createRecorder();
    start();
    start();
    stop();
    expect(vi.getTimerCount()).toBe(2);
    recorder.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('createRecordFile', () => {
  it('names a file as the sample of FileCreated does', () => {
    const owner = { AppId: '9q****', ChannelId: 'record-004', TaskId: 'task-005' };
    const startMs = Date.parse('2020-09-02T10:23:56Z');
    const stopMs = Date.parse('2020-09-02T10:53:56Z');
    const template = {
      ...DEFAULT_RECORD_TEMPLATE,
      OssFilePrefix: DEFAULT_RECORD_TEMPLATE.OssFilePrefix.replace('record/', 'record/0902-1/'),
    };
    expect(createRecordFile(owner, { startMs, stopMs, createdMs: stopMs }, template, 'm3u8').Url).toBe(
      'http://rtc-record.oss-cn-shanghai.aliyuncs.com/record/0902-1/9q****/record-004_task-005/2020-09-02-18-23-56_2020-09-02-18-53-56.m3u8',
    );
  });
});
