/**
 * The recordings: tasks in time, and the files they leave.
 *
 * Each task has a clock of its own, which starts at `nowMs` and runs `timeScale` times as fast. It stands still
 * while the emulator is down, so that a restored task continues where it was and does not catch up.
 *
 * @module
 */
import { createRecordFile, type RecordFile } from './record-file.ts';
import type { RecordTask } from './record-task.ts';
import type { RecordTemplate } from './record-template.ts';

/** The longest that a timer of Node.js can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface RecorderOptions {
  /** Emulated seconds per second. */
  readonly timeScale: number;
  /** What time it is where tasks start, in epoch milliseconds. */
  readonly nowMs: () => number;
  readonly findTemplate: (task: RecordTask) => RecordTemplate;
  readonly onFile: (file: RecordFile, task: RecordTask) => void;
  /** What an earlier emulator left. */
  readonly tasks: readonly RecordTask[];
  readonly files: readonly RecordFile[];
}

/** What is known of a task when it starts. */
export type NewRecordTask = Pick<
  RecordTask,
  'AppId' | 'ChannelId' | 'TaskId' | 'TemplateId' | 'MixMode' | 'parameters'
>;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #tasks: RecordTask[] = [];
  readonly #files: RecordFile[];
  /** Of each task, when its clock showed `recordedMs`. */
  readonly #resumedAtMs = new Map<RecordTask, number>();
  readonly #timers = new Map<RecordTask, NodeJS.Timeout>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#files = [...options.files];
    for (const task of options.tasks) this.#resume({ ...task });
  }

  start(task: NewRecordTask): void {
    const startedAtMs = this.#options.nowMs();
    this.#resume({ ...task, state: 'recording', startedAtMs, recordedMs: 0, segmentStartMs: 0 });
  }

  update(task: RecordTask, change: Pick<RecordTask, 'TemplateId' | 'parameters'>): void {
    Object.assign(task, change);
    this.#advance(task);
  }

  /** Ends the recording now; the last file comes DelayStopTime later. */
  stop(task: RecordTask): void {
    this.#advance(task);
    task.state = 'ending';
    task.stoppedMs = this.#readClock(task);
    this.#advance(task);
  }

  /** Tasks being recorded, the latest first. */
  findRunning({ AppId, TaskId }: Pick<RecordTask, 'AppId' | 'TaskId'>): readonly RecordTask[] {
    return this.#tasks
      .filter((task) => task.state === 'recording' && task.AppId === AppId && task.TaskId === TaskId)
      .toReversed();
  }

  countRunning(): number {
    return this.#tasks.filter(({ state }) => state === 'recording').length;
  }

  /** Copies of all tasks, in the order of their start. */
  tasks(): readonly RecordTask[] {
    return this.#tasks.map((task) => ({ ...task, recordedMs: this.#readClock(task) }));
  }

  /** All files, in the order of their creation. */
  files(): readonly RecordFile[] {
    return [...this.#files];
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #resume(task: RecordTask): void {
    this.#tasks.push(task);
    this.#resumedAtMs.set(task, performance.now());
    this.#advance(task);
  }

  #readClock(task: RecordTask): number {
    const resumedAtMs = this.#resumedAtMs.get(task);
    if (task.state === 'ended' || resumedAtMs === undefined) return task.recordedMs;
    return task.recordedMs + (performance.now() - resumedAtMs) * this.#options.timeScale;
  }

  /** Writes the files that are due and waits for the next. */
  #advance(task: RecordTask): void {
    clearTimeout(this.#timers.get(task));
    const clockMs = this.#readClock(task);
    let dueMs = this.#findDueMs(task);
    while (dueMs !== undefined && dueMs <= clockMs) {
      this.#writeFiles(task, clockMs);
      dueMs = this.#findDueMs(task);
    }
    if (dueMs === undefined) {
      this.#timers.delete(task);
      return;
    }
    const waitMs = Math.min((dueMs - clockMs) / this.#options.timeScale, MAX_TIMER_MS);
    this.#timers.set(task, setTimeout(() => this.#advance(task), waitMs).unref());
  }

  /** When the file being written is complete, on the task's clock. */
  #findDueMs(task: RecordTask): number | undefined {
    const { FileSplitInterval, DelayStopTime } = this.#options.findTemplate(task);
    switch (task.state) {
      case 'recording':
        return task.segmentStartMs + FileSplitInterval * 1000;
      case 'ending':
        // Assumption: the wait follows every end, StopRecordTask too. In the sample of DescribeRecordFiles the last
        // file was created 181 s after its end, the others 6 and 9 s.
        return (task.stoppedMs ?? 0) + DelayStopTime * 1000;
      case 'ended':
        return undefined;
    }
  }

  #writeFiles(task: RecordTask, clockMs: number): void {
    const template = this.#options.findTemplate(task);
    const isLast = task.state === 'ending';
    const endMs = isLast ? (task.stoppedMs ?? 0) : task.segmentStartMs + template.FileSplitInterval * 1000;
    const span = {
      startMs: task.startedAtMs + task.segmentStartMs,
      stopMs: task.startedAtMs + endMs,
      createdMs: task.startedAtMs + clockMs,
    };
    const files =
      endMs > task.segmentStartMs
        ? template.Formats.map((format) => createRecordFile(task, span, template, format))
        : [];
    task.segmentStartMs = endMs;
    if (isLast) {
      task.recordedMs = clockMs;
      task.state = 'ended';
    }
    this.#files.push(...files);
    for (const file of files) this.#options.onFile(file, task);
  }
}
