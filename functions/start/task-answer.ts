/**
 * A task as REST answers show it.
 *
 * @module
 */
import * as v from 'valibot';
import type { EventRow, FileRow, ListedTaskRow, TaskRow } from '../../shared/store/read.ts';

/** A task as in lists: without its files and timeline. */
export function toListedTaskAnswer(task: ListedTaskRow): Readonly<Record<string, unknown>> {
  return { ...toTaskAnswer(task), FileCount: task.fileCount };
}

function toTaskAnswer(task: TaskRow): Readonly<Record<string, unknown>> {
  return {
    AppId: task.AppId,
    ChannelId: task.ChannelId,
    TaskId: task.TaskId,
    State: task.state,
    Run: task.run,
    Attempt: task.attempt,
    RequestedAt: formatTime(task.requestedAt),
    StartedAt: formatTime(task.startedAt),
    StopAt: formatTime(task.stopAt),
    StopRequestedAt: formatTime(task.stopRequestedAt),
    EndedAt: formatTime(task.endedAt),
    LastFileAt: formatTime(task.lastFileAt),
    StartRequestId: task.startRequestId ?? undefined,
    ErrorCode: task.errorCode ?? undefined,
    Warnings: task.warnings,
  };
}

/** A task with everything known of it. */
export function toTaskDetail(
  task: TaskRow,
  files: readonly FileRow[],
  events: readonly EventRow[],
): Readonly<Record<string, unknown>> {
  return {
    ...toTaskAnswer(task),
    Parameters: task.request ?? undefined,
    Changes: task.changes ?? undefined,
    Files: files.map((file) => ({
      FileId: file.id,
      Url: file.url,
      StartTime: formatTime(file.startTime),
      StopTime: formatTime(file.stopTime),
      Duration: file.durationSeconds ?? undefined,
      MsgId: file.msgId ?? undefined,
      Source: file.source,
      ReceivedAt: formatTime(file.receivedAt),
    })),
    Events: events.map(toEventAnswer),
  };
}

const Told = v.object({ data: v.unknown() });

/** An event with its deliveries, as answers show it. */
export function toEventAnswer(event: EventRow): Readonly<Record<string, unknown>> {
  return {
    EventId: event.id,
    Type: event.type,
    At: formatTime(event.occurredAt),
    Delivery: event.delivery,
    DeliveredAt: formatTime(event.deliveredAt),
    Failures: event.failures,
    Attempts: event.attempts,
    Data: v.parse(Told, JSON.parse(event.body)).data,
  };
}

/** As the vendor writes times: UTC, without a fraction when there is none. Absent members stay absent. */
export function formatTime(time: Date | null): string | undefined {
  return time?.toISOString().replace('.000Z', 'Z');
}
