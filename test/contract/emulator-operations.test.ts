/**
 * What the emulated operations do to tasks and files.
 *
 * @module
 */
import { afterEach, describe, expect, it } from 'vitest';
import {
  type RtcEmulator,
  type RtcEmulatorOptions,
  startRtcEmulator,
} from '../../local/emulator/start-rtc-emulator.ts';
import { call, KEY, type Parameters, REQUIRED, send, signPath } from '../support/rtc-emulator.ts';

const TASK = { AppId: 'yourAppId', TaskId: 'task-005' };

const emulators: RtcEmulator[] = [];

afterEach(() => Promise.all(emulators.splice(0).map((emulator) => emulator.close())));

async function start(options: Partial<RtcEmulatorOptions> = {}) {
  const emulator = await startRtcEmulator({ credentials: [KEY], ...options });
  emulators.push(emulator);
  return {
    emulator,
    /** Calls, and returns the error's code, or the status of a success. */
    code: async (Action: string, parameters: Parameters) => {
      const { status, body } = await call(emulator.endpoint, Action, parameters);
      return body.Code === undefined ? status : `${status} ${body.Code}`;
    },
  };
}

/** Files of one task, a day apart, oldest first. */
function createFiles(count: number, change = {}) {
  return Array.from({ length: count }, (_, index) => {
    const day = String(index + 1).padStart(2, '0');
    return {
      AppId: 'yourAppId',
      ChannelId: 'record-002',
      TaskId: '11-17-online',
      CreateTime: `2020-11-${day}T05:08:12Z`,
      StartTime: `2020-11-${day}T04:40:28Z`,
      StopTime: `2020-11-${day}T05:05:11Z`,
      Duration: 1482.29,
      Url: `http://rtc-demo.oss-cn-shanghai.aliyuncs.com/record/${day}.m3u8`,
      ...change,
    };
  });
}

describe('StartRecordTask', () => {
  it('takes a TaskId once while the task runs, in each application', async () => {
    const { code } = await start();
    expect(await code('StartRecordTask', REQUIRED)).toBe(200);
    expect(await code('StartRecordTask', { ...REQUIRED, ChannelId: 'other' })).toBe('200 TaskExisted');
    expect(await code('StartRecordTask', { ...REQUIRED, AppId: 'other' })).toBe(200);
    expect(await code('StopRecordTask', TASK)).toBe(200);
    expect(await code('StartRecordTask', REQUIRED)).toBe(200);
  });

  it('takes a TaskId again where they are repeatable, and stops both', async () => {
    const { emulator, code } = await start({ taskIds: 'repeatable' });
    expect(await code('StartRecordTask', REQUIRED)).toBe(200);
    expect(await code('StartRecordTask', REQUIRED)).toBe(200);
    expect(await code('StopRecordTask', TASK)).toBe(200);
    expect(emulator.tasks().map(({ state }) => state)).toEqual(['ending', 'ending']);
  });

  it('refuses more running tasks than the limit', async () => {
    const { code } = await start({ maxRunningTasks: 2 });
    expect(await code('StartRecordTask', { ...REQUIRED, TaskId: 'a' })).toBe(200);
    expect(await code('StartRecordTask', { ...REQUIRED, TaskId: 'b' })).toBe(200);
    expect(await code('StartRecordTask', { ...REQUIRED, TaskId: 'c' })).toBe('400 InvalidAppID.AliveTaskExceedLimit');
    expect(await code('StopRecordTask', { ...TASK, TaskId: 'a' })).toBe(200);
    expect(await code('StartRecordTask', { ...REQUIRED, TaskId: 'c' })).toBe(200);
  });

  it('refuses the 101st running task by default', async () => {
    const { code } = await start();
    for (let index = 0; index < 100; index += 1) {
      expect(await code('StartRecordTask', { ...REQUIRED, TaskId: `t${index}` })).toBe(200);
    }
    expect(await code('StartRecordTask', REQUIRED)).toBe('400 InvalidAppID.AliveTaskExceedLimit');
  });

  it.each([
    [{ MediaEncode: 21 }, '400 InvalidMediaEncode.Malformed'],
    [{ LayoutIds: [0] }, '400 InvalidLayoutID.Malformed'],
    [{ BackgroundColor: 16_777_216 }, '400 InvalidBackgroundColor.Malformed'],
    [{ TaskProfile: '3IN_1080P' }, '400 InvalidTaskProfile'],
    [{ TaskId: 'task 005' }, '400 InvalidTaskId'],
    [{ MixMode: 'one' }, '400 InvalidMixMode'],
    [{ UserPanes: [{ PaneId: 16 }] }, '400 InvalidUserPanes'],
    [{ TaskProfile: '4IN_360P', MediaEncode: 20 }, '400 InvalidMediaEncode.Malformed'],
    [{ LayoutIds: [2, 3] }, '400 InvalidLayoutID.Malformed'],
    [{ UserPanes: [{ PaneId: 1 }, { PaneId: 1 }] }, '400 InvalidUserPanes'],
    [{ Nonsense: '1' }, '400 InvalidNonsense'],
    [{ 'SubSpecUsers.2': 'afterAGap' }, '400 InvalidSubSpecUsers'],
  ])('refuses %j', async (change, expected) => {
    const { emulator, code } = await start();
    expect(await code('StartRecordTask', { ...REQUIRED, ...change })).toBe(expected);
    expect(emulator.tasks()).toEqual([]);
  });

  it('says what the page says of a malformed MediaEncode, and which parameter is wrong else', async () => {
    const { emulator } = await start();
    const answers = [{ MediaEncode: 21 }, { UserPanes: [{ PaneId: 0 }, { PaneId: 16 }] }].map((change) =>
      call(emulator.endpoint, 'StartRecordTask', { ...REQUIRED, ...change }),
    );
    expect((await Promise.all(answers)).map(({ body }) => body.Message)).toEqual([
      'The specifed MediaEncode is malformed',
      'Specified parameter UserPanes.2.PaneId is not valid.',
    ]);
  });
});

describe('UpdateRecordTask', () => {
  it('refuses what the page forbids across parameters', async () => {
    const { emulator, code } = await start();
    await code('StartRecordTask', REQUIRED);
    expect(await code('UpdateRecordTask', { ...REQUIRED, LayoutIds: [2, 3] })).toBe('400 InvalidLayoutID.Malformed');
    expect(emulator.tasks()).toMatchObject([{ parameters: REQUIRED }]);
  });

  it('changes the parameters of a running task', async () => {
    const { emulator, code } = await start();
    await code('StartRecordTask', { ...REQUIRED, MediaEncode: 20 });
    const update = { ...REQUIRED, TemplateId: 'other', SubSpecUsers: ['userA'] };
    expect(await code('UpdateRecordTask', update)).toBe(200);
    expect(emulator.tasks()).toMatchObject([{ TemplateId: 'other', parameters: update, state: 'recording' }]);
  });

  it('refuses single-stream, unknown and stopped tasks and other channels', async () => {
    const { code } = await start();
    expect(await code('UpdateRecordTask', REQUIRED)).toBe('404 InvalidTask.NotFound');
    await code('StartRecordTask', { ...REQUIRED, MixMode: 0 });
    expect(await code('UpdateRecordTask', REQUIRED)).toBe('400 UnsupportedOperation');
    expect(await code('UpdateRecordTask', { ...REQUIRED, ChannelId: 'other' })).toBe('404 InvalidTask.NotFound');
    await code('StopRecordTask', TASK);
    expect(await code('UpdateRecordTask', REQUIRED)).toBe('404 InvalidTask.NotFound');
  });

  it('refuses the parameters that only StartRecordTask has', async () => {
    const { code } = await start();
    await code('StartRecordTask', REQUIRED);
    expect(await code('UpdateRecordTask', { ...REQUIRED, MixMode: 1 })).toBe('400 InvalidMixMode');
  });
});

describe('StopRecordTask', () => {
  it('refuses an unknown task and one that was stopped', async () => {
    const { code } = await start();
    expect(await code('StopRecordTask', TASK)).toBe('404 InvalidTask.NotFound');
    await code('StartRecordTask', REQUIRED);
    expect(await code('StopRecordTask', TASK)).toBe(200);
    expect(await code('StopRecordTask', TASK)).toBe('404 InvalidTask.NotFound');
  });
});

describe('DescribeRecordFiles', () => {
  const files = [
    ...createFiles(12),
    ...createFiles(1, { TaskId: 'other', ChannelId: 'record-003' }),
    ...createFiles(1, { AppId: 'otherApp' }),
  ];

  async function describeFiles(parameters: Parameters) {
    const { emulator } = await start({ restoreFrom: { version: 1, tasks: [], files } });
    return (await call(emulator.endpoint, 'DescribeRecordFiles', { AppId: 'yourAppId', ...parameters })).body;
  }

  it('answers the ten newest files of the application, newest first', async () => {
    const page = await describeFiles({ TaskIds: ['11-17-online'] });
    expect(page).toEqual({
      RequestId: expect.any(String),
      TotalNum: 12,
      TotalPage: 2,
      RecordFiles: createFiles(12).toReversed().slice(0, 10),
    });
  });

  it('answers further pages, and none beyond the last', async () => {
    const filter = { TaskIds: ['11-17-online'], PageSize: 5 };
    expect(await describeFiles({ ...filter, PageNum: 3 })).toMatchObject({
      TotalPage: 3,
      RecordFiles: createFiles(2).toReversed(),
    });
    expect(await describeFiles({ ...filter, PageNum: 4 })).toMatchObject({ TotalNum: 12, RecordFiles: [] });
  });

  it.each([
    [{}, 13],
    [{ ChannelId: 'record-003' }, 1],
    [{ TaskIds: ['other', '11-17-online'] }, 13],
    [{ TaskIds: ['unknown'] }, 0],
    [{ StartTime: '2020-11-03T04:40:28Z' }, 10],
    [{ StartTime: '2020-11-03T04:40:29Z', EndTime: '2020-11-05T04:40:28Z' }, 2],
    [{ EndTime: '2020-11-01T04:40:27Z' }, 0],
  ])('finds with %j %i file(s)', async (filter, TotalNum) => {
    expect(await describeFiles(filter)).toMatchObject({ TotalNum });
  });

  it.each([
    [{ PageSize: 101 }, 'InvalidPageSize'],
    [{ PageSize: 0 }, 'InvalidPageSize'],
    [{ PageNum: 0 }, 'InvalidPageNum'],
    [{ StartTime: '2020-11-03' }, 'InvalidStartTime'],
    [{ TaskIds: Array.from({ length: 11 }, (_, index) => `t${index}`) }, 'InvalidTaskIds'],
    [{ AppId: '' }, 'InvalidAppId'],
  ])('refuses %j', async (change, Code) => {
    expect(await describeFiles(change)).toMatchObject({ Code });
  });

  it('repeats RecordFiles for each file in XML', async () => {
    const { emulator } = await start({ restoreFrom: { version: 1, tasks: [], files: createFiles(2) } });
    const path = signPath('DescribeRecordFiles', { AppId: 'yourAppId' }, { common: { Format: 'XML' } });
    const { text } = await send(emulator.endpoint, path);
    expect(text).toContain('<TotalNum>2</TotalNum><TotalPage>1</TotalPage><RecordFiles><AppId>yourAppId</AppId>');
    expect(text.match(/<RecordFiles>/g)).toHaveLength(2);
  });
});
