/**
 * The table of routes, for the OpenAPI document: a new route is a row here, and a component if it has a body of its own.
 * All of it is made when it is asked for: an instance that is never asked for the document does not pay for it.
 *
 * @module
 */
import * as v from 'valibot';
import type { ErrorCode } from '../../shared/errors.ts';
import { LayoutPreviewSchema } from '../../shared/record-task/layout-preview.ts';
import { TaskParametersSchema } from '../../shared/record-task/rule.ts';
import { StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { TASK_ID } from '../../shared/record-task/task-parameters.ts';
import { UpdateRecordTaskSchema } from '../../shared/record-task/update-record-task.ts';
import { USER_PANES } from '../../shared/record-task/user-panes.ts';
import { createId } from '../../shared/record-task/value-schemas.ts';
import { createAnswerSchemas } from './answer-schemas.ts';
import { DeadLetterQuery } from './dead-letter-routes.ts';
import { EventQuery } from './event-routes.ts';
import { FileLinkQuery } from './file-link-routes.ts';
import { MAX_IDEMPOTENCY_KEY_LENGTH, StartQuery, TaskPathQuery, TaskQuery, UpdateQuery } from './record-task-routes.ts';
import { END_ENTRIES } from './recording-end.ts';
import { MAX_SCHEDULE_ID_LENGTH, ScheduleSchema } from './schedule-request.ts';
import { ScheduleQuery } from './schedule-routes.ts';

/** Bodies and answers by the name the document gives them. */
export function createComponents() {
  return {
    UserPanes: USER_PANES,
    LayoutPreviewRequest: LayoutPreviewSchema,
    ...createTaskRequests(),
    ...createScheduleRequests(),
    RedeliverRequest: v.pipe(v.object({}), v.description('Nothing is read from it; it has to be JSON all the same.')),
    ...createAnswerSchemas(),
  } satisfies Readonly<Record<string, v.GenericSchema>>;
}

/** The name of a body or an answer. */
export type Component = keyof ReturnType<typeof createComponents>;

function createTaskRequests() {
  const { AppId, ChannelId, TaskId, TemplateId, ...changes } = UpdateRecordTaskSchema.entries;
  const ids = {
    AppId: v.exactOptional(AppId),
    TaskId: v.exactOptional(TaskId),
    TemplateId: v.exactOptional(TemplateId),
  };
  return {
    StartRequest: v.strictObject({
      ...StartRecordTaskSchema.entries,
      ...ids,
      ...END_ENTRIES,
    }),
    UpdateRequest: v.strictObject({ ...ids, ChannelId: v.exactOptional(ChannelId), ...changes }),
  };
}

function createScheduleRequests() {
  const { ScheduleId, StartAt, Cron, TimeZone, Until, DurationSeconds, LateBySeconds } = ScheduleSchema.entries;
  const { TaskId: _taskId, ...parameters } = TaskParametersSchema.entries;
  const described = {
    ScheduleId: describe(ScheduleId, 'Id of the schedule; generated if absent. The TaskIds begin with it.'),
    StartAt: describe(StartAt, 'The one slot. Not together with Cron.'),
    Cron: describe(Cron, 'When the slots are: minute, hour, day of month, month, day of week.'),
    TimeZone: describe(TimeZone, 'IANA time zone of Cron and of times without a Z; UTC if absent.'),
    LateBySeconds: describe(LateBySeconds, 'How long after its slot a recording may still start; 300 if absent.'),
    Enabled: v.exactOptional(v.pipe(v.boolean(), v.description('Whether there are slots; true if absent.'))),
  };
  const until = v.pipe(Until.wrapped, v.description('The last moment that can be a slot.'));
  const duration = v.pipe(DurationSeconds, v.description('How long each recording lasts.'));
  const task = v.pipe(
    v.strictObject(parameters),
    v.description('Parameters of StartRecordTask for each slot; the TaskId is made of ScheduleId and slot.'),
  );
  return {
    ScheduleRequest: v.strictObject({
      ...described,
      Parameters: task,
      DurationSeconds: duration,
      Until: v.exactOptional(until),
    }),
    ScheduleChange: v.strictObject({
      ...described,
      Parameters: v.exactOptional(task),
      DurationSeconds: v.exactOptional(duration),
      Until: v.exactOptional(v.nullable(until)),
    }),
  };
}

function describe(schema: v.ExactOptionalSchema<v.GenericSchema, undefined>, description: string) {
  return v.exactOptional(v.pipe(schema.wrapped, v.description(description)));
}

/** An answer that is no error. */
interface Answer {
  readonly description: string;
  /** Any of these; if there are none, an object, or what `or` names alone. */
  readonly json: readonly Component[];
  /** Another media type, which is answered unless JSON is asked for. */
  readonly or?: 'image/svg+xml' | 'text/html' | 'text/javascript';
  /** What the header Location holds: then there is no body. */
  readonly location?: string;
}

/** A parameter of a path, of a query or in a header. */
export interface OperationParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: v.GenericSchema;
}

/** A route, described. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** `/record-tasks/{TaskId}` */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** `key` if absent; `open` asks for no API key. */
  readonly access?: 'key' | 'open';
  /** `database` if absent. */
  readonly needs?: 'database' | 'nothing';
  readonly parameters?: readonly OperationParameter[];
  readonly body?: Component;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes besides those that the door, a body of any kind and the use of the database can give. */
  readonly errors?: readonly ErrorCode[];
}

/** Returns every route. A test holds the table against the router. */
export function listOperations(): readonly Operation[] {
  return [
    ...listTaskOperations(),
    ...listFileOperations(),
    ...listScheduleOperations(),
    ...listEventOperations(),
    {
      ...{ method: 'post', path: '/layout-previews', operationId: 'previewLayout', needs: 'nothing' },
      summary: 'Draw what a recording will look like.',
      body: 'LayoutPreviewRequest',
      answers: {
        200: {
          description: 'The picture; with `Accept: application/json` its geometry and what the rules find.',
          ...{ json: ['LayoutPreviewAnswer'], or: 'image/svg+xml' },
        },
      },
    },
    {
      ...{ method: 'get', path: '/healthz', operationId: 'getHealth', access: 'open', needs: 'nothing' },
      summary: 'Liveness; no database is asked.',
      answers: { 200: { description: 'Alive.', json: ['HealthAnswer'] } },
    },
    {
      ...{ method: 'get', path: '/openapi.json', operationId: 'getOpenApi', needs: 'nothing' },
      summary: 'This document.',
      answers: { 200: { description: 'The document.', json: [] } },
    },
    {
      ...{ method: 'get', path: '/', operationId: 'getConsole', needs: 'nothing' },
      summary: 'The console, a page for browsers.',
      answers: { 200: { description: 'The page.', json: [], or: 'text/html' } },
    },
    {
      ...{ method: 'get', path: '/console/{File}', operationId: 'getConsoleFile', needs: 'nothing' },
      summary: 'A file that the console loads.',
      parameters: [describePathId('File', v.string())],
      answers: { 200: { description: 'The file.', json: [], or: 'text/javascript' } },
      errors: ['NotFound'],
    },
  ];
}

const STRICT = 'true makes every warning an error.';
const APP_ID_DEFAULT = 'The application; the first of the deployment if absent.';

const PAGE_NOTES = {
  Limit: 'Most items of the page: an integer from 1 to 100.',
  After: 'The Next of the page before.',
};

function listTaskOperations(): readonly Operation[] {
  const id = describePathId('TaskId', TASK_ID);
  const AppId = 'The application; the first of the deployment if absent.';
  const one = [id, ...describeQuery(TaskPathQuery, { AppId })];
  return [
    {
      ...{ method: 'post', path: '/record-tasks', operationId: 'startRecordTask' },
      summary: 'Start a recording, exactly once however often the request is sent.',
      parameters: [
        ...describeQuery(StartQuery, {
          dryRun: 'true explains what the request would do; nothing is sent or stored.',
          strict: STRICT,
        }),
        {
          ...{ name: 'Idempotency-Key', in: 'header', description: 'Names the task where TaskId is left out.' },
          schema: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_IDEMPOTENCY_KEY_LENGTH)),
        },
      ],
      body: 'StartRequest',
      answers: {
        200: {
          description: 'Started before by the same request; or, of a dry run, that the request is acceptable.',
          json: ['StartAnswer', 'DryRunAnswer'],
        },
        201: { description: 'Started.', json: ['StartAnswer'] },
        202: { description: 'The same request is in flight: ask again after Retry-After.', json: ['StartAnswer'] },
        400: { description: 'Faults; of a dry run, with the explanation.', json: ['ErrorAnswer', 'DryRunAnswer'] },
        503: {
          description: 'StartUnanswered: RTC has not answered yet. ServiceUnavailable, NotMigrated.',
          json: ['StartAnswer', 'ErrorAnswer'],
        },
      },
      errors: ['TaskExisted', 'UpstreamRejected'],
    },
    {
      ...{ method: 'get', path: '/record-tasks', operationId: 'listRecordTasks' },
      summary: 'List tasks, newest first.',
      parameters: describeQuery(TaskQuery, {
        AppId: 'Tasks of this application only.',
        ChannelId: 'Tasks of this channel only.',
        State: 'Tasks in this state only.',
        ...PAGE_NOTES,
      }),
      answers: { 200: { description: 'A page of tasks.', json: ['TaskList'] } },
    },
    {
      ...{ method: 'get', path: '/record-tasks/{TaskId}', operationId: 'getRecordTask' },
      summary: 'One task with its files and its timeline.',
      parameters: one,
      answers: { 200: { description: 'The task.', json: ['TaskDetail'] } },
      errors: ['InvalidTask.NotFound'],
    },
    {
      ...{ method: 'patch', path: '/record-tasks/{TaskId}', operationId: 'updateRecordTask' },
      summary: 'Change a recording while it runs.',
      parameters: [
        describePathId('TaskId', TASK_ID),
        ...describeQuery(UpdateQuery, { AppId: APP_ID_DEFAULT, dryRun: 'Only a start has a dry run.', strict: STRICT }),
      ],
      body: 'UpdateRequest',
      answers: { 200: { description: 'Changed.', json: ['UpdateAnswer'] } },
      errors: ['InvalidTask.NotFound', 'TaskExternal', 'TaskNotUpdatable', 'TaskNotRunning', 'UpstreamRejected'],
    },
    {
      ...{ method: 'delete', path: '/record-tasks/{TaskId}', operationId: 'stopRecordTask' },
      summary: 'Stop a recording, as often as you like.',
      parameters: one,
      answers: {
        200: { description: 'It has ended.', json: ['StopAnswer'] },
        202: { description: 'It will be stopped; look again after Retry-After.', json: ['StopAnswer'] },
      },
      errors: ['InvalidTask.NotFound', 'TaskExternal'],
    },
  ];
}

function listFileOperations(): readonly Operation[] {
  return [
    {
      ...{ method: 'get', path: '/record-tasks/{TaskId}/files/{File}', operationId: 'getFileLink' },
      summary: 'A time-limited link to a recorded file, also in a private bucket.',
      parameters: [
        describePathId('TaskId', TASK_ID),
        {
          ...{ name: 'File', in: 'path', description: "A FileId, or the place among the task's Files, from 1." },
          schema: v.string(),
        },
        ...describeQuery(FileLinkQuery, {
          AppId: APP_ID_DEFAULT,
          ExpiresInSeconds: 'How long the link works: an integer from 1 to 43200; 3600 if absent.',
        }),
      ],
      answers: {
        200: { description: 'The link, where `Accept` names JSON first.', json: ['FileLink'] },
        302: { description: 'The way to the file.', json: [], location: 'The link.' },
      },
      errors: ['InvalidTask.NotFound', 'InvalidFile.NotFound', 'FileNotLinkable'],
    },
  ];
}

function listScheduleOperations(): readonly Operation[] {
  const one = [describePathId('ScheduleId', createId(MAX_SCHEDULE_ID_LENGTH))];
  return [
    {
      ...{ method: 'post', path: '/schedules', operationId: 'createSchedule' },
      summary: 'Schedule recordings, one or recurring.',
      body: 'ScheduleRequest',
      answers: {
        200: { description: 'There is the same schedule already.', json: ['ScheduleAnswer'] },
        201: { description: 'Created.', json: ['ScheduleAnswer'] },
      },
      errors: ['ScheduleExisted'],
    },
    {
      ...{ method: 'get', path: '/schedules', operationId: 'listSchedules' },
      summary: 'List schedules, newest first.',
      parameters: describeQuery(ScheduleQuery, { AppId: 'Schedules of this application only.', ...PAGE_NOTES }),
      answers: { 200: { description: 'A page of schedules.', json: ['ScheduleList'] } },
    },
    {
      ...{ method: 'get', path: '/schedules/{ScheduleId}', operationId: 'getSchedule' },
      summary: 'One schedule with its next slots and what became of the last.',
      parameters: one,
      answers: { 200: { description: 'The schedule.', json: ['ScheduleDetail'] } },
      errors: ['InvalidSchedule.NotFound'],
    },
    {
      ...{ method: 'patch', path: '/schedules/{ScheduleId}', operationId: 'updateSchedule' },
      summary: 'Change a schedule; what runs already is not changed.',
      parameters: one,
      body: 'ScheduleChange',
      answers: { 200: { description: 'Changed.', json: ['ScheduleAnswer'] } },
      errors: ['InvalidSchedule.NotFound'],
    },
    {
      ...{ method: 'delete', path: '/schedules/{ScheduleId}', operationId: 'deleteSchedule' },
      summary: 'Delete a schedule; what runs already goes on.',
      parameters: one,
      answers: { 200: { description: 'Deleted.', json: ['ScheduleDeleted'] } },
      errors: ['InvalidSchedule.NotFound'],
    },
  ];
}

function listEventOperations(): readonly Operation[] {
  return [
    {
      ...{ method: 'get', path: '/events', operationId: 'listEvents' },
      summary: 'The log of events with their deliveries, newest first.',
      parameters: describeQuery(EventQuery, {
        AppId: 'Events of this application only; with a TaskId, the first of the deployment if absent.',
        TaskId: 'Events of this task only.',
        Type: 'Events of this type only.',
        Delivery: 'Events whose delivery stands so only.',
        ...PAGE_NOTES,
      }),
      answers: { 200: { description: 'A page of events.', json: ['EventList'] } },
    },
    {
      ...{ method: 'post', path: '/events/{EventId}/redeliver', operationId: 'redeliverEvent' },
      summary: 'Tell the app of an event again.',
      parameters: [describePathId('EventId', v.string())],
      body: 'RedeliverRequest',
      answers: { 200: { description: 'What became of the attempt.', json: ['RedeliverAnswer'] } },
      errors: ['NotFound', 'WebhookNotConfigured'],
    },
    {
      ...{ method: 'get', path: '/dead-letters', operationId: 'listDeadLetters' },
      summary: 'Messages that came with a valid callback URL or queue and are no usable FileCreated, newest first.',
      parameters: describeQuery(DeadLetterQuery, { AppId: 'Messages for this application only.', ...PAGE_NOTES }),
      answers: { 200: { description: 'A page of dead letters, without their bytes.', json: ['DeadLetterList'] } },
    },
    {
      ...{ method: 'get', path: '/dead-letters/{DeadLetterId}', operationId: 'getDeadLetter' },
      summary: 'One dead letter with its bytes.',
      parameters: [describePathId('DeadLetterId', v.string())],
      answers: { 200: { description: 'The dead letter.', json: ['DeadLetterDetail'] } },
      errors: ['NotFound'],
    },
  ];
}

function describePathId(name: string, schema: v.GenericSchema): OperationParameter {
  return { name, in: 'path', description: `The ${name} of what is meant.`, schema };
}

function describeQuery<const TEntries extends v.ObjectEntries>(
  { entries }: { readonly entries: TEntries },
  notes: Readonly<Record<keyof TEntries, string>>,
): readonly OperationParameter[] {
  const descriptions = new Map<string, string>(Object.entries(notes));
  return Object.entries(entries).map(([name, schema]) => {
    return { name, in: 'query', description: descriptions.get(name) ?? '', schema };
  });
}
