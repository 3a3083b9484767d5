/**
 * Everything that happened to a task, in one order, and its files with the gaps between them.
 *
 * @module
 */
import * as v from 'valibot';
import type { Answer } from './api.ts';
import { explainCode } from './codes.ts';
import { getFileName } from './links.ts';
import { TEXTS } from './texts.ts';
import { formatDuration } from './times.ts';

type Task = Answer<'TaskDetail'>;

type TaskFile = Task['Files'][number];

/** An event of a task, with its deliveries. */
export type TaskEvent = Task['Events'][number];

/** A line of the timeline. */
export interface TimelineEntry {
  readonly key: string;
  readonly at: string;
  readonly title: string;
  readonly detail: string;
  readonly look: 'plain' | 'warn' | 'bad';
  /** Of what the app is told. */
  readonly event?: TaskEvent;
}

interface SpanTimes {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
}

/** A span of a task's recording: covered by a file, or by none. */
export type Span =
  | (SpanTimes & { readonly kind: 'file'; readonly file: TaskFile })
  | (SpanTimes & { readonly kind: 'gap'; readonly text: string });

/** Returns what happened, the earliest first; what happened at the same time in the order it is told of. */
export function createTimeline(task: Task): readonly TimelineEntry[] {
  const files = new Map(task.Files.map((file) => [file.FileId, file]));
  const told = new Set(task.Events.map(({ EventId }) => EventId));
  const entries = [
    createRequested(task),
    ...createStopRequested(task),
    ...task.Events.map((event) => createEventEntry(event, files)),
    // Events are forgotten before files where a task has very many.
    ...task.Files.filter(({ FileId }) => !told.has(FileId)).map(createFileEntry),
  ];
  return entries.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Returns files and gaps in the order they were recorded. */
export function listSpans(task: Task): readonly Span[] {
  const files = task.Files.map((file) => {
    const { FileId: key, StartTime: from, StopTime: to } = file;
    return { kind: 'file' as const, key, from, to, seconds: getSeconds(file), file };
  });
  const gaps = task.Events.flatMap(({ EventId: key, Data }) => {
    if (!v.is(Gap, Data)) return [];
    const { From: from, To: to, Seconds: seconds } = Data;
    return [{ kind: 'gap' as const, key, from, to, seconds, text: TEXTS.task.gapNote(Data.Format) }];
  });
  return [...files, ...gaps].toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

function createRequested({ State, RequestedAt, Run }: Task): TimelineEntry {
  const { timeline } = TEXTS;
  const plain = { key: 'requested', at: RequestedAt, look: 'plain' } as const;
  if (State === 'external') return { ...plain, title: timeline.heardOf, detail: timeline.heardOfDetail };
  return { ...plain, title: timeline.requested, detail: Run > 1 ? timeline.run(Run) : '' };
}

function createStopRequested({ StopRequestedAt }: Task): readonly TimelineEntry[] {
  if (StopRequestedAt === undefined) return [];
  const title = TEXTS.timeline.stopRequested;
  return [{ key: 'stopRequested', at: StopRequestedAt, title, detail: '', look: 'plain' }];
}

const Failed = v.object({ Code: v.string() });
const Updated = v.object({ Changes: v.record(v.string(), v.unknown()) });
const Located = v.object({ Url: v.string() });
const Gap = v.object({ Format: v.string(), From: v.string(), To: v.string(), Seconds: v.number() });

function createEventEntry(event: TaskEvent, files: ReadonlyMap<string, TaskFile>): TimelineEntry {
  const { EventId, Type, At } = event;
  return {
    key: EventId,
    at: At,
    title: describeEventType(Type),
    detail: describeEvent(event, files),
    look:
      Type === 'record_file.gap'
        ? 'warn'
        : Type === 'record_task.failed' || Type === 'schedule.missed'
          ? 'bad'
          : 'plain',
    event,
  };
}

function createFileEntry(file: TaskFile): TimelineEntry {
  const title = describeEventType('record_file.created');
  return { key: file.FileId, at: file.ReceivedAt, title, detail: describeFile(file), look: 'plain' };
}

const EVENT_TYPES = new Map<string, string>(Object.entries(TEXTS.eventTypes));

/** Returns a type of event in words. */
export function describeEventType(type: string): string {
  return EVENT_TYPES.get(type) ?? type;
}

function describeEvent({ EventId, Data }: TaskEvent, files: ReadonlyMap<string, TaskFile>): string {
  const file = files.get(EventId);
  return file === undefined ? describeData(Data) : describeFile(file);
}

/** Returns what the app is told, where that says more than the type does. */
export function describeData(data: Readonly<Record<string, unknown>>): string {
  if (v.is(Failed, data)) return explainCode(data.Code);
  if (v.is(Updated, data)) return Object.keys(data.Changes).join(', ');
  if (v.is(Gap, data)) return describeGap(data);
  return v.is(Located, data) ? getFileName(data.Url) : '';
}

function describeFile(file: TaskFile): string {
  const text = TEXTS.timeline.file(getFileName(file.Url), formatDuration(getSeconds(file)));
  return file.Source === 'reconciled' ? `${text} ${TEXTS.timeline.swept}` : text;
}

function getSeconds({ StartTime, StopTime }: TaskFile): number {
  return (Date.parse(StopTime) - Date.parse(StartTime)) / 1_000;
}

function describeGap({ Format, Seconds }: v.InferOutput<typeof Gap>): string {
  return TEXTS.timeline.gap(formatDuration(Seconds), Format);
}
