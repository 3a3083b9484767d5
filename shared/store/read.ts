/**
 * The statements that only look: one task, its files and its timeline, and lists of tasks.
 *
 * @module
 */
import type { Issue } from '../errors.ts';
import type { Database } from './database.ts';
import type { DeliveryAttempt } from './deliver.ts';
import type { TaskState } from './start.ts';

/** A task as stored. Times are `Date`s or null. */
export interface TaskRow {
  /** Position in lists, newest first; opaque outside. */
  readonly seq: string;
  readonly AppId: string;
  readonly ChannelId: string;
  readonly TaskId: string;
  readonly run: number;
  readonly state: TaskState;
  /** Null for external tasks. */
  readonly parameters: Record<string, unknown> | null;
  readonly request: Record<string, unknown> | null;
  readonly changes: Record<string, unknown> | null;
  readonly warnings: readonly Issue[];
  readonly startRequestId: string | null;
  readonly errorCode: string | null;
  readonly attempt: number;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly stopAt: Date | null;
  readonly stopRequestedAt: Date | null;
  readonly endedAt: Date | null;
  readonly lastFileAt: Date | null;
}

const TASK_COLUMNS = `seq::text, app_id as "AppId", channel_id as "ChannelId", task_id as "TaskId", run, state, parameters,
  request, changes, warnings, start_request_id as "startRequestId", error_code as "errorCode", attempt,
  requested_at as "requestedAt", started_at as "startedAt", stop_at as "stopAt",
  stop_requested_at as "stopRequestedAt", ended_at as "endedAt", last_file_at as "lastFileAt"`;

/** One task, or undefined. */
export async function readTask(database: Database, AppId: string, TaskId: string): Promise<TaskRow | undefined> {
  const rows = await database.query<TaskRow>(`select ${TASK_COLUMNS} from tasks where app_id = $1 and task_id = $2`, [
    AppId,
    TaskId,
  ]);
  return rows[0];
}

/** Filters and page of {@link listTasks}. */
export interface TaskFilter {
  readonly AppId: string | undefined;
  readonly State: TaskState | undefined;
  readonly ChannelId: string | undefined;
  /** `seq` of the last task of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** A task in a list. */
export interface ListedTaskRow extends TaskRow {
  /** Of all its runs. */
  readonly fileCount: number;
}

/** Tasks, newest first. */
export async function listTasks(database: Database, filter: TaskFilter): Promise<readonly ListedTaskRow[]> {
  return await database.query<ListedTaskRow>(
    `select ${TASK_COLUMNS},
  (select count(*)::int from files where files.app_id = tasks.app_id and files.task_id = tasks.task_id) as "fileCount"
from tasks
where ($1::text is null or app_id = $1) and ($2::text is null or state = $2) and ($3::text is null or channel_id = $3)
  and ($4::bigint is null or seq < $4::bigint)
order by tasks.seq desc limit $5::int`,
    [filter.AppId ?? null, filter.State ?? null, filter.ChannelId ?? null, filter.after ?? null, filter.limit],
  );
}

/** A recorded file as stored. */
export interface FileRow {
  readonly id: string;
  readonly ChannelId: string;
  readonly url: string;
  readonly msgId: string | null;
  readonly startTime: Date;
  readonly stopTime: Date;
  readonly durationSeconds: number | null;
  readonly source: 'callback' | 'reconciled';
  readonly receivedAt: Date;
}

/** The most files or events one answer holds. Ours. */
const MAX_ROWS = 1_000;

/** The files of a task, in the order they were recorded; at most {@link MAX_ROWS}. */
export async function readFiles(database: Database, AppId: string, TaskId: string): Promise<readonly FileRow[]> {
  return await database.query<FileRow>(
    `select id, channel_id as "ChannelId", url, msg_id as "msgId", start_time as "startTime", stop_time as "stopTime",
  duration_seconds as "durationSeconds", source, received_at as "receivedAt"
from files where app_id = $1 and task_id = $2 order by start_time, id limit ${MAX_ROWS}`,
    [AppId, TaskId],
  );
}

/** A line of a task's timeline. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly delivery: 'none' | 'pending' | 'delivered' | 'dead';
  readonly failures: number;
  readonly attempts: readonly DeliveryAttempt[];
  readonly deliveredAt: Date | null;
  /** The webhook's body. */
  readonly body: string;
}

const EVENT_COLUMNS = `id, type, occurred_at as "occurredAt", delivery, failures, attempts,
  delivered_at as "deliveredAt", body`;

/** The timeline of a task, oldest first; at most {@link MAX_ROWS}. */
export async function readEvents(database: Database, AppId: string, TaskId: string): Promise<readonly EventRow[]> {
  return await database.query<EventRow>(
    `select ${EVENT_COLUMNS} from events where app_id = $1 and task_id = $2 order by seq limit ${MAX_ROWS}`,
    [AppId, TaskId],
  );
}

/** A line of the log of all events, with what the app was told. */
export interface LoggedEventRow extends EventRow {
  /** Position in lists, newest first; opaque outside. */
  readonly seq: string;
  readonly AppId: string;
  /** Null for an event of the whole AppId. */
  readonly TaskId: string | null;
}

/** Filters and page of {@link listEvents}. */
export interface EventFilter {
  readonly AppId: string | undefined;
  readonly TaskId: string | undefined;
  readonly type: string | undefined;
  readonly delivery: EventRow['delivery'] | undefined;
  /** `seq` of the last event of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Events, newest first. */
export async function listEvents(database: Database, filter: EventFilter): Promise<readonly LoggedEventRow[]> {
  return await database.query<LoggedEventRow>(
    `select seq::text, app_id as "AppId", task_id as "TaskId", ${EVENT_COLUMNS} from events
where ($1::text is null or app_id = $1) and ($2::text is null or task_id = $2) and ($3::text is null or type = $3)
  and ($4::text is null or delivery = $4) and ($5::bigint is null or seq < $5::bigint)
order by events.seq desc limit $6::int`,
    [
      filter.AppId ?? null,
      filter.TaskId ?? null,
      filter.type ?? null,
      filter.delivery ?? null,
      filter.after ?? null,
      filter.limit,
    ],
  );
}
