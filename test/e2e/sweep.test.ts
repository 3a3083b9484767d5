import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRtcSender, type RpcPairs, type RtcAction } from '../../functions/start/rtc-client.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const APP = 'yourAppId';
const DAY = 86_400;

const File = v.looseObject({ Url: v.string(), Source: v.string(), MsgId: v.optional(v.string()) });
const Detail = v.looseObject({
  State: v.string(),
  Files: v.array(File),
  Events: v.array(v.looseObject({ Type: v.string() })),
});

describe('the sweep', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack({ template: { FileSplitInterval: 1, DelayStopTime: 0, Formats: ['m3u8', 'mp4'] } });
    stack.rtc.setTemplate({ HttpCallbackUrl: undefined });
  });

  afterAll(() => stack.close());
  afterEach(() => stack.rtc.onRequest(undefined));

  const start = (TaskId: string) => stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId, TemplateId: 't' });
  const readTask = async (TaskId: string) => v.parse(Detail, (await stack.call('GET', `/record-tasks/${TaskId}`)).body);
  const webhooks = (type: string, TaskId?: string) =>
    stack.app.events().filter((event) => {
      const data = Object(event.data);
      return event.type === type && (TaskId === undefined || data.TaskId === TaskId);
    });
  const filesAtRtc = (TaskId: string) => stack.rtc.files().filter((file) => file.TaskId === TaskId);
  const waitForFiles = (TaskId: string, count: number) =>
    waitFor(() => (filesAtRtc(TaskId).length >= count ? true : undefined));
  const waitForEnd = (TaskId: string) =>
    waitFor(() => (stack.rtc.tasks().find((task) => task.TaskId === TaskId)?.state === 'ended' ? true : undefined));

  /** RTC as another program of the same account calls it. */
  async function callRtc(action: RtcAction, pairs: RpcPairs): Promise<void> {
    const [credentials = {}] = stack.rtcCredentials;
    const send = createRtcSender({ endpoint: stack.rtc.endpoint, protocol: 'http', credentials });
    expect(await send(action, pairs, 3_000)).toMatchObject({ status: 200 });
  }

  /** What RTC lists is read by one tick, and told by the next at the latest. */
  async function tickTwice(): Promise<void> {
    await stack.tick();
    await stack.tick();
  }

  test('adopts every file that was never announced, also of tasks started elsewhere, and tells each once', async () => {
    await start('ours');
    const theirs: RpcPairs = [
      ['AppId', APP],
      ['TaskId', 'theirs'],
    ];
    await callRtc('StartRecordTask', [...theirs, ['ChannelId', 'c'], ['TemplateId', 't']]);
    await Promise.all([waitForFiles('ours', 4), waitForFiles('theirs', 4)]);
    await stack.call('DELETE', '/record-tasks/ours');
    await callRtc('StopRecordTask', theirs);
    await Promise.all([waitForEnd('ours'), waitForEnd('theirs')]);
    await stack.passTime(301);
    await tickTwice();
    for (const [TaskId, State] of [
      ['ours', 'stopped'],
      ['theirs', 'external'],
    ] as const) {
      const urls = filesAtRtc(TaskId).map(({ Url }) => Url);
      const task = await readTask(TaskId);
      expect(task.State).toBe(State);
      expect(task.Files.map(({ Url }) => Url).toSorted()).toEqual(urls.toSorted());
      expect(task.Files.every(({ Source }) => Source === 'reconciled')).toBe(true);
      expect(webhooks('record_file.created', TaskId)).toHaveLength(urls.length);
    }
    await stack.passTime(301);
    await tickTwice();
    expect(webhooks('record_file.created').every(({ attempts }) => attempts === 1)).toBe(true);
    expect(webhooks('record_file.created')).toHaveLength(stack.rtc.files().length);
  });

  test('merges the callback that comes after all', async () => {
    const [file] = filesAtRtc('ours');
    const body = JSON.stringify({ ...file, Event: 'FileCreated', MsgId: 'late' });
    const response = await fetch(stack.callbackUrl, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ Outcome: 'known' });
    const { Files } = await readTask('ours');
    expect(Files).toHaveLength(filesAtRtc('ours').length);
    expect(Files.find(({ Url }) => Url === file?.Url)).toMatchObject({ Source: 'reconciled', MsgId: 'late' });
    await tickTwice();
    expect(webhooks('record_file.created')).toHaveLength(stack.rtc.files().length);
  });

  test('tells of a gap, once', async () => {
    await start('torn');
    for (const [from, to] of [
      [1, 100],
      [160, 200],
    ] as const) {
      const time = (seconds: number) => `${new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19)}Z`;
      const file = { AppId: APP, ChannelId: 'c', TaskId: 'torn', Event: 'FileCreated', MsgId: `${from}` };
      const body = { ...file, StartTime: time(from), StopTime: time(to), Url: `http://h/torn/${from}.mp4` };
      expect(await fetch(stack.callbackUrl, { method: 'POST', body: JSON.stringify(body) })).toMatchObject({
        status: 200,
      });
    }
    await stack.passTime(301);
    await tickTwice();
    // Not yet: another file may be on its way.
    expect(webhooks('record_file.gap')).toEqual([]);
    for (let round = 0; round < 3; round++) {
      await stack.passTime(301);
      await tickTwice();
    }
    expect(webhooks('record_file.gap', 'torn')).toMatchObject([
      { attempts: 1, data: { AppId: APP, ChannelId: 'c', Format: 'mp4', Message: expect.stringContaining('a pause') } },
    ]);
    const { Events } = await readTask('torn');
    expect(Events.filter(({ Type }) => Type === 'record_file.gap')).toHaveLength(1);
    await stack.call('DELETE', '/record-tasks/torn');
  });

  test('backs off while RTC refuses, and catches up when it no longer does', async () => {
    const countSweeps = () => stack.rtc.countRequests({ Action: 'DescribeRecordFiles' }).received;
    await start('refused');
    await waitForFiles('refused', 2);
    await stack.call('DELETE', '/record-tasks/refused');
    await waitForEnd('refused');
    stack.rtc.onRequest(refuse);
    await stack.passTime(301);
    await stack.tick();
    const before = countSweeps();
    await stack.passTime(61);
    await stack.tick();
    await stack.passTime(61);
    await stack.tick();
    expect(countSweeps()).toBe(before + 1);
    await stack.passTime(61);
    await stack.tick();
    expect(countSweeps()).toBe(before + 2);
    stack.rtc.onRequest(undefined);
    await stack.passTime(241);
    await tickTwice();
    expect(webhooks('record_file.created', 'refused')).toHaveLength(filesAtRtc('refused').length);
    expect((await readTask('refused')).Files).toHaveLength(filesAtRtc('refused').length);
  });

  test('gives up visibly what could not be read for seven days, and goes on', async () => {
    stack.rtc.onRequest(refuse);
    await stack.passTime(301);
    await stack.tick();
    expect(webhooks('sweep.gave_up')).toEqual([]);
    await stack.passTime(8 * DAY);
    await tickTwice();
    expect(webhooks('sweep.gave_up')).toMatchObject([{ data: { AppId: APP, Code: 'Forbidden.RAM' } }]);
    const { body } = await stack.call('GET', '/events?Type=sweep.gave_up');
    const [event] = [body.Events].flat();
    expect(event).toMatchObject({ AppId: APP, Delivery: 'delivered', Data: { Code: 'Forbidden.RAM' } });
    expect(event).not.toHaveProperty('TaskId');
    expect(stack.log.map((line) => JSON.parse(line))).toContainEqual({
      ...{ level: 'error', event: 'sweep.gave_up', requestId: expect.any(String) },
      ...{ AppId: APP, code: 'Forbidden.RAM' },
    });
    stack.rtc.onRequest(undefined);
    await stack.passTime(3_601);
    await start('afterwards');
    await waitForFiles('afterwards', 2);
    await stack.call('DELETE', '/record-tasks/afterwards');
    await waitForEnd('afterwards');
    await tickTwice();
    expect(webhooks('record_file.created', 'afterwards')).toHaveLength(filesAtRtc('afterwards').length);
  });
});

function refuse({ Action }: { readonly Action: string | undefined }) {
  if (Action !== 'DescribeRecordFiles') return undefined;
  const body = JSON.stringify({ RequestId: 'R', Code: 'Forbidden.RAM', Message: 'User not authorized.' });
  return { kind: 'status', status: 403, body } as const;
}
