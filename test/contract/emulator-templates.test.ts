/**
 * Record templates: kept, listed, and what tasks record with them.
 *
 * @module
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type RtcEmulator,
  type RtcEmulatorOptions,
  startRtcEmulator,
} from '../../local/emulator/start-rtc-emulator.ts';
import { OFFICIAL_CLIENTS } from '../support/official-clients.ts';
import { call, KEY, type Parameters, REQUIRED, send, signPath } from '../support/rtc-emulator.ts';

/** The page's sample request, with what it leaves out of what it requires, and the formats in lower case. */
const TEMPLATE = {
  AppId: 'yourAppId',
  FileSplitInterval: 1800,
  Formats: ['mp4'],
  LayoutIds: [2],
  MediaEncode: 20,
  Name: '录制模板',
  OssBucket: 'rtc-record-oss',
  OssFilePrefix: 'record/{AppId}/{ChannelId_TaskId}/{EscapedStartTime}_{EscapedEndTime}',
  TaskProfile: '4IN_1080P',
  MnsQueue: 'record-callback-queue',
};

const FULL_TEMPLATE = {
  ...TEMPLATE,
  Formats: ['m3u8', 'mp4', 'flv'],
  LayoutIds: [2, 6],
  BackgroundColor: 255,
  DelayStopTime: 5,
  Backgrounds: [
    { Url: 'https://www.test.com/image.jpg', Display: 1, X: 0, Y: 0.5, Width: 0.2456, Height: 1, ZOrder: 0 },
  ],
  Watermarks: [{ Url: 'https://www.test.com/image.jpg', Alpha: 0.5, Display: 0 }],
  ClockWidgets: [{ X: 0.7576, Y: 0.7576, FontType: 5, FontSize: 72, FontColor: 16_777_215, ZOrder: 1 }],
  EnableM3u8DateTime: true,
};

const emulators: RtcEmulator[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
});

async function start(options: Partial<RtcEmulatorOptions> = {}) {
  const emulator = await startRtcEmulator({ credentials: [KEY], ...options });
  emulators.push(emulator);
  const ask = async (Action: string, parameters: Parameters) => await call(emulator.endpoint, Action, parameters);
  return {
    emulator,
    ask,
    /** Returns the error's status and code, or the status of a success. */
    code: async (Action: string, parameters: Parameters) => {
      const { status, body } = await ask(Action, parameters);
      return body.Code === undefined ? status : `${status} ${body.Code}`;
    },
    add: async (parameters: Parameters) => {
      const { body } = await ask('AddRecordTemplate', parameters);
      return String(body.TemplateId);
    },
    list: async (parameters: Parameters = {}) =>
      (await ask('DescribeRecordTemplates', { AppId: TEMPLATE.AppId, ...parameters })).body,
  };
}

describe('AddRecordTemplate', () => {
  it('answers the id of a template that DescribeRecordTemplates lists with all that was given', async () => {
    const { ask, list } = await start({ now: () => new Date('2020-11-17T03:40:28.999Z') });
    const { status, body } = await ask('AddRecordTemplate', FULL_TEMPLATE);
    expect(status).toBe(200);
    expect(body).toEqual({ RequestId: expect.any(String), TemplateId: expect.stringMatching(/^[0-9a-f]{32}$/) });

    const { AppId: _, ...listed } = FULL_TEMPLATE;
    expect(await list()).toEqual({
      RequestId: expect.any(String),
      TotalNum: 1,
      TotalPage: 1,
      Templates: [{ ...listed, TemplateId: body.TemplateId, CreateTime: '2020-11-17T03:40:28Z' }],
    });
  });

  it.each(OFFICIAL_CLIENTS)('receives from $name what was given', async (client) => {
    const { emulator } = await start();
    const { endpoint } = emulator;
    await client.call({ endpoint, key: KEY, action: 'AddRecordTemplate', parameters: FULL_TEMPLATE });
    expect(emulator.requests()).toMatchObject([{ outcome: 'accepted', parameters: FULL_TEMPLATE }]);
  });

  it('takes either a queue or an address', async () => {
    const { code } = await start();
    const { MnsQueue: _, ...template } = TEMPLATE;
    const HttpCallbackUrl = 'http://demo.com/callback';
    expect(await code('AddRecordTemplate', { ...template, HttpCallbackUrl })).toBe(200);
    expect(await code('AddRecordTemplate', template)).toBe('400 MissingHttpCallbackUrl');
    expect(await code('AddRecordTemplate', { ...TEMPLATE, HttpCallbackUrl })).toBe('400 InvalidMnsQueue');
  });

  it.each([
    [{ FileSplitInterval: 1800, DelayStopTime: 86_400, EnableM3u8DateTime: false }],
    [{ Formats: ['flv', 'm3u8'], MediaEncode: 0, BackgroundColor: 0 }],
  ])('accepts %j', async (change) => {
    const { code } = await start();
    expect(await code('AddRecordTemplate', { ...TEMPLATE, ...change })).toBe(200);
  });

  it.each([
    [{ FileSplitInterval: 1799 }, 'InvalidFileSplitInterval'],
    [{ FileSplitInterval: 'often' }, 'InvalidFileSplitInterval'],
    [{ Formats: ['MP4'] }, 'InvalidFormats'],
    [{ Formats: ['mp4', 'flv', 'm3u8', 'mp4'] }, 'InvalidFormats'],
    [{ LayoutIds: [2, 3] }, 'InvalidLayoutID.Malformed'],
    [{ LayoutIds: [0] }, 'InvalidLayoutID.Malformed'],
    [{ MediaEncode: 21 }, 'InvalidMediaEncode.Malformed'],
    [{ TaskProfile: '4IN_360P' }, 'InvalidMediaEncode.Malformed'],
    [{ TaskProfile: '3IN_1080P' }, 'InvalidTaskProfile'],
    [{ BackgroundColor: 16_777_216 }, 'InvalidBackgroundColor.Malformed'],
    [{ DelayStopTime: 4 }, 'InvalidDelayStopTime'],
    [{ DelayStopTime: 86_401 }, 'InvalidDelayStopTime'],
    [{ OssBucket: 'Rtc_Record' }, 'InvalidOssBucket'],
    [{ MnsQueue: 'a queue' }, 'InvalidMnsQueue'],
    [{ EnableM3u8DateTime: 'yes' }, 'InvalidEnableM3u8DateTime'],
    [{ Backgrounds: [{ Display: 1 }, { Display: 1 }] }, 'InvalidBackgrounds'],
    [{ Backgrounds: [{ Alpha: 1 }] }, 'InvalidBackgrounds'],
    [{ Watermarks: [{ Alpha: 1 }, { Alpha: 1 }] }, 'InvalidWatermarks'],
    [{ Watermarks: [{ Display: 2 }] }, 'InvalidWatermarks'],
    [{ ClockWidgets: [{ X: 0 }, { X: 0 }] }, 'InvalidClockWidgets'],
    [{ ClockWidgets: [{ FontSize: 73 }] }, 'InvalidClockWidgets'],
    [{ ClockWidgets: [{ Text: 'now' }] }, 'InvalidClockWidgets'],
    [{ 'Formats.3': 'flv' }, 'InvalidFormats'],
  ])('refuses %j', async (change, Code) => {
    const { code } = await start();
    expect(await code('AddRecordTemplate', { ...TEMPLATE, ...change })).toBe(`400 ${Code}`);
  });

  it.each(['AppId', 'FileSplitInterval', 'Formats', 'LayoutIds', 'MediaEncode', 'Name', 'OssBucket', 'OssFilePrefix'])(
    'misses %s',
    async (name) => {
      const { code } = await start();
      const rest = Object.fromEntries(Object.entries(TEMPLATE).filter(([key]) => key !== name));
      expect(await code('AddRecordTemplate', rest)).toBe(`400 Missing${name}`);
    },
  );
});

describe('UpdateRecordTemplate', () => {
  it('replaces all of a template but its id and age', async () => {
    const { add, code, list } = await start();
    const TemplateId = await add(FULL_TEMPLATE);
    const before = await list();
    expect(await code('UpdateRecordTemplate', { ...TEMPLATE, TemplateId, Name: 'other' })).toBe(200);
    const { AppId: _, ...listed } = TEMPLATE;
    expect(await list()).toMatchObject({
      Templates: [
        {
          ...listed,
          TemplateId,
          Name: 'other',
          CreateTime: Array.isArray(before.Templates) ? before.Templates[0].CreateTime : undefined,
          BackgroundColor: 0,
          DelayStopTime: 180,
          EnableM3u8DateTime: false,
          Backgrounds: [],
          Watermarks: [],
          ClockWidgets: [],
        },
      ],
    });
  });

  it('refuses what AddRecordTemplate refuses, and templates it does not know', async () => {
    const { add, code } = await start();
    const TemplateId = await add(TEMPLATE);
    expect(await code('UpdateRecordTemplate', { ...TEMPLATE, TemplateId, DelayStopTime: 4 })).toBe(
      '400 InvalidDelayStopTime',
    );
    expect(await code('UpdateRecordTemplate', { ...TEMPLATE, TemplateId, HttpCallbackUrl: 'http://a.b/' })).toBe(
      '400 InvalidMnsQueue',
    );
    expect(await code('UpdateRecordTemplate', TEMPLATE)).toBe('400 MissingTemplateId');
    expect(await code('UpdateRecordTemplate', { ...TEMPLATE, TemplateId: 'unknown' })).toBe(
      '404 InvalidTemplate.NotFound',
    );
    expect(await code('UpdateRecordTemplate', { ...TEMPLATE, AppId: 'otherApp', TemplateId })).toBe(
      '404 InvalidTemplate.NotFound',
    );
  });
});

describe('DeleteRecordTemplate', () => {
  it('deletes once', async () => {
    const { add, code, list } = await start();
    const TemplateId = await add(TEMPLATE);
    const key = { AppId: TEMPLATE.AppId, TemplateId };
    expect(await code('DeleteRecordTemplate', { ...key, AppId: 'otherApp' })).toBe('404 InvalidTemplate.NotFound');
    expect(await code('DeleteRecordTemplate', key)).toBe(200);
    expect(await code('DeleteRecordTemplate', key)).toBe('404 InvalidTemplate.NotFound');
    expect(await list()).toMatchObject({ TotalNum: 0, TotalPage: 0, Templates: [] });
    expect(await code('StartRecordTask', { ...REQUIRED, TemplateId })).toBe('404 InvalidTemplate.NotFound');
  });
});

describe('DescribeRecordTemplates', () => {
  it('lists the templates of an application, newest first, ten a page', async () => {
    const { add, list } = await start();
    await add({ ...TEMPLATE, AppId: 'otherApp' });
    const ids: string[] = [];
    for (let index = 0; index < 12; index += 1) ids.unshift(await add({ ...TEMPLATE, Name: `n${index}` }));
    const listIds = async (parameters: Parameters) => {
      const { TotalNum, TotalPage, Templates } = await list(parameters);
      const items: readonly { TemplateId: string }[] = Array.isArray(Templates) ? Templates : [];
      return { TotalNum, TotalPage, ids: items.map(({ TemplateId }) => TemplateId) };
    };
    expect(await listIds({})).toEqual({ TotalNum: 12, TotalPage: 2, ids: ids.slice(0, 10) });
    expect(await listIds({ PageNum: 2 })).toEqual({ TotalNum: 12, TotalPage: 2, ids: ids.slice(10) });
    expect(await listIds({ PageNum: 3, PageSize: 5 })).toEqual({ TotalNum: 12, TotalPage: 3, ids: ids.slice(10) });
    const [first = '', second = ''] = ids;
    expect(await listIds({ TemplateIds: [second, first, 'unknown'] })).toMatchObject({ ids: [first, second] });
  });

  it('refuses pages that cannot be', async () => {
    const { code } = await start();
    const AppId = TEMPLATE.AppId;
    expect(await code('DescribeRecordTemplates', { AppId, PageSize: 101 })).toBe('400 InvalidPageSize');
    expect(await code('DescribeRecordTemplates', { AppId, PageNum: 0 })).toBe('400 InvalidPageNum');
    expect(await code('DescribeRecordTemplates', {})).toBe('400 MissingAppId');
  });

  it('repeats every list in XML', async () => {
    const { emulator, add } = await start();
    await add(FULL_TEMPLATE);
    const path = signPath('DescribeRecordTemplates', { AppId: TEMPLATE.AppId }, { common: { Format: 'XML' } });
    const { text } = await send(emulator.endpoint, path);
    expect(text).toContain('<Formats>m3u8</Formats><Formats>mp4</Formats><Formats>flv</Formats>');
    expect(text).toContain('<LayoutIds>2</LayoutIds><LayoutIds>6</LayoutIds>');
    expect(text).toContain('<EnableM3u8DateTime>true</EnableM3u8DateTime>');
  });
});

describe('a task of a template', () => {
  const TASK = { AppId: REQUIRED.AppId, TaskId: REQUIRED.TaskId };

  it('is split, written and kept waiting as the template says, and told to its queue', async () => {
    const { emulator, add, code } = await start({ timeScale: 36_000 });
    const TemplateId = await add({ ...FULL_TEMPLATE, FileSplitInterval: 3600, OssFilePrefix: 'x/{AppId}' });
    expect(await code('StartRecordTask', { ...REQUIRED, TemplateId })).toBe(200);
    await vi.waitFor(() => expect(emulator.files().length).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
    expect(await code('StopRecordTask', TASK)).toBe(200);
    await vi.waitFor(() => expect(emulator.tasks()).toMatchObject([{ state: 'ended' }]), { timeout: 10_000 });
    expect(
      emulator
        .files()
        .slice(0, 3)
        .map(({ Url, Duration }) => [Url, Duration]),
    ).toEqual([
      ['http://rtc-record-oss.oss-cn-shanghai.aliyuncs.com/x/yourAppId.m3u8', 3600],
      ['http://rtc-record-oss.oss-cn-shanghai.aliyuncs.com/x/yourAppId.mp4', 3600],
      ['http://rtc-record-oss.oss-cn-shanghai.aliyuncs.com/x/yourAppId.flv', 3600],
    ]);
    expect(emulator.queueMessages().map(({ QueueName, MessageBody }) => [QueueName, MessageBody.Url])).toEqual(
      emulator.files().map(({ Url }) => ['record-callback-queue', Url]),
    );
    expect(emulator.callbacks()).toEqual([]);
  });

  it('is judged together with the template, and its own values win', async () => {
    const { add, code } = await start();
    const TemplateId = await add(TEMPLATE);
    const task = { ...REQUIRED, TemplateId };
    expect(await code('StartRecordTask', { ...task, TaskProfile: '4IN_360P' })).toBe(
      '400 InvalidMediaEncode.Malformed',
    );
    expect(await code('StartRecordTask', { ...task, TaskId: 'single', MixMode: 0, TaskProfile: '4IN_360P' })).toBe(200);
    expect(await code('StartRecordTask', { ...task, TaskProfile: '4IN_360P', MediaEncode: 1 })).toBe(200);
    expect(await code('UpdateRecordTask', { ...task, TaskProfile: '4IN_360P' })).toBe(
      '400 InvalidMediaEncode.Malformed',
    );
    expect(await code('UpdateRecordTask', { ...task, SubSpecUsers: ['userA'] })).toBe(200);
  });

  it('goes on when the template is deleted', async () => {
    const { emulator, add, code } = await start({ timeScale: 36_000 });
    const TemplateId = await add({ ...TEMPLATE, Formats: ['flv'] });
    await code('StartRecordTask', { ...REQUIRED, TemplateId });
    await code('DeleteRecordTemplate', { AppId: TEMPLATE.AppId, TemplateId });
    await vi.waitFor(() => expect(emulator.files().length).toBeGreaterThan(0), { timeout: 10_000 });
    expect(emulator.files()[0]?.Url).toMatch(/\.flv$/);
    expect(await code('UpdateRecordTask', { ...REQUIRED, TemplateId })).toBe('404 InvalidTemplate.NotFound');
  });

  it('may name a template nobody added, unless those are refused', async () => {
    const any = await start();
    expect(await any.code('StartRecordTask', REQUIRED)).toBe(200);
    const known = await start({ templateIds: 'known' });
    expect(await known.code('StartRecordTask', REQUIRED)).toBe('404 InvalidTemplate.NotFound');
    const TemplateId = await known.add(TEMPLATE);
    expect(await known.code('StartRecordTask', { ...REQUIRED, AppId: 'otherApp', TemplateId })).toBe(
      '404 InvalidTemplate.NotFound',
    );
    expect(await known.code('StartRecordTask', { ...REQUIRED, TemplateId })).toBe(200);
  });

  it('finds its template again after a restart', async () => {
    const first = await start();
    const TemplateId = await first.add(FULL_TEMPLATE);
    const listed = await first.list();
    const restoreFrom: unknown = JSON.parse(JSON.stringify(first.emulator.snapshot()));
    const second = await start({ restoreFrom, templateIds: 'known' });
    expect((await second.list()).Templates).toEqual(listed.Templates);
    expect(await second.code('StartRecordTask', { ...REQUIRED, TemplateId })).toBe(200);
  });
});
