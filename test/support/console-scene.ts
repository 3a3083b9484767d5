/**
 * A morning's work on the local stack, for tests that look at it: recordings in every state, files with a gap, webhooks
 * that were refused.
 *
 * @module
 */
import type { TestStack } from './stack.ts';

const LESSON_SECONDS = 5_400;

/** Starts, records and breaks what the console is to show. */
export async function playScene(stack: TestStack): Promise<void> {
  const { rtc, app } = stack;
  // The first tick makes the sweep; what comes after is looked at for gaps.
  await stack.tick();
  await start(stack, 'standup-monday', { ChannelId: 'standup', TaskProfile: 'Mixed_Audio', MediaEncode: 0 });
  await stack.call('DELETE', '/record-tasks/standup-monday');
  rtc.onRequest(() => ({ kind: 'status', status: 400, body: REFUSAL }));
  await start(stack, 'lecture-7', { ChannelId: 'lecture' });
  rtc.onRequest(undefined);
  await start(stack, 'one-to-one', {
    ChannelId: 'tutoring',
    TaskProfile: '2IN_720P',
    MediaEncode: 20,
    LayoutIds: [13],
  });
  await start(stack, 'lesson-42', LESSON);
  // Files from before a run are none of its own.
  await setAge(stack, 'lesson-42', LESSON_SECONDS);
  await announce(stack, { TaskId: 'lesson-42', ChannelId: 'class-7', from: 0, to: 1_800 });
  await announce(stack, { TaskId: 'lesson-42', ChannelId: 'class-7', from: 2_093, to: 3_893 });
  await announce(stack, { TaskId: 'imported-3', ChannelId: 'archive', from: 0, to: 600 });
  await stack.passTime(700);
  // The gap is found by one tick, and told by the next at the latest.
  await stack.tick();
  await stack.tick();
  app.respondWith(503);
  await stack.call('PATCH', '/record-tasks/lesson-42', { SubSpecUsers: ['teacher', 'pupil-1'] });
  app.respondWith(410);
  await announce(stack, { TaskId: 'lesson-42', ChannelId: 'class-7', from: 3_893, to: 5_380 });
  app.respondWith(204);
  await setAge(stack, 'standup-monday', 86_400);
  await setAge(stack, 'lecture-7', 7_300);
  await setAge(stack, 'one-to-one', 65);
  await setAge(stack, 'lesson-42', LESSON_SECONDS);
  await setFileTimes(stack);
}

const REFUSAL = JSON.stringify({
  RequestId: 'R',
  Code: 'InvalidLayoutID.Malformed',
  Message: 'The specified layout ID is malformed',
});

const LESSON = {
  ChannelId: 'class-7',
  TaskProfile: '4IN_1080P',
  MediaEncode: 20,
  LayoutIds: [1, 6],
  UserPanes: [
    {
      PaneId: 0,
      UserId: 'teacher',
      Texts: [{ Text: 'Lesson 42', X: 0.05, Y: 0.8, FontSize: 24, FontColor: 16_777_215 }],
    },
  ],
  MaxDurationSeconds: 14_400,
};

async function start(stack: TestStack, TaskId: string, parameters: object): Promise<void> {
  await stack.call('POST', '/record-tasks', { TaskId, TemplateId: '76dasgb****', ...parameters });
}

/** Makes a task so old, as if it had begun then. */
async function setAge({ database }: TestStack, TaskId: string, seconds: number): Promise<void> {
  await database.query(
    `with task as (
  update tasks set requested_at = now() - make_interval(secs => $2),
    started_at = now() - make_interval(secs => $2 - 0.3),
    stop_requested_at = case when stop_requested_at is not null then now() - make_interval(secs => $2 - 900) end,
    ended_at = case when ended_at is not null then now() - make_interval(secs => $2 - 900.4) end
  where task_id = $1
  returning *
)
update events set occurred_at = case type when 'record_task.started' then started_at
  when 'record_task.stopped' then ended_at when 'record_task.failed' then ended_at else occurred_at end
from task where events.task_id = task.task_id`,
    [TaskId, seconds],
  );
}

/** Lets each file have come a moment after its end. */
async function setFileTimes({ database }: TestStack): Promise<void> {
  await database.query(
    `with file as (
  update files set received_at = stop_time + interval '9 s' returning *
), event as (
  update events set occurred_at = received_at from file where file.id = events.id
)
update tasks set last_file_at = (select max(received_at) from file where file.task_id = tasks.task_id)`,
    [],
  );
}

/** A file as RTC would announce it. */
export interface AnnouncedFile {
  readonly TaskId: string;
  readonly ChannelId: string;
  /** Seconds since {@link LESSON_SECONDS} ago. */
  readonly from: number;
  readonly to: number;
}

/** Announces a file to the callback function. */
export async function announce(stack: TestStack, { TaskId, ChannelId, from, to }: AnnouncedFile): Promise<void> {
  const beginMs = Date.now() - LESSON_SECONDS * 1_000;
  const formatTime = (seconds: number) => new Date(beginMs + seconds * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const [StartTime, StopTime] = [formatTime(from), formatTime(to)];
  const name = `${StartTime}_${StopTime}`.replace(/[:T]/g, '-').replaceAll('Z', '');
  const body = JSON.stringify({
    ...{ AppId: 'yourAppId', ChannelId, TaskId, Event: 'FileCreated', StartTime, StopTime, Duration: to - from },
    MsgId: `${TaskId}-${from}`,
    Url: `http://rtc-record.oss-cn-shanghai.aliyuncs.com/record/yourAppId/${ChannelId}_${TaskId}/${name}.m3u8`,
  });
  const { status } = await fetch(stack.callbackUrl, { method: 'POST', body });
  if (status !== 200) throw new Error(`The callback was answered ${status}.`);
}
