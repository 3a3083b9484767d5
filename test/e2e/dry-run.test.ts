import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FunctionHost, startFunctionHost } from '../../local/function-host.ts';
import { listen } from '../../local/listen.ts';
import { readFunctions } from '../../local/s-yaml.ts';
import { LOCAL_API_KEY } from '../../local/stack.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const PROJECT_FOLDER = join(import.meta.dirname, '..', '..');

const EVERY_EXAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/every-example.json', import.meta.url), 'utf8'),
);

const LESSON = {
  ...{ ChannelId: 'class-7', TaskId: 'lesson-42', TemplateId: '76dasgb****' },
  ...{ TaskProfile: '4IN_720P', MediaEncode: 20, LayoutIds: [1, 6], MaxDurationSeconds: 3601 },
};

/** How the official client writes it. */
const QUERY =
  'AppId=yourAppId&ChannelId=class-7&TaskId=lesson-42&TemplateId=76dasgb****&TaskProfile=4IN_720P&MediaEncode=20&LayoutIds.1=1&LayoutIds.2=6';

describe('POST /record-tasks?dryRun=true', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());

  const explain = (request: unknown, query = '', headers?: Record<string, string>) =>
    stack.call('POST', `/record-tasks?dryRun=true${query}`, request, headers);
  const countTasks = async () => (await stack.database.query('select 1 from tasks', [])).length;

  test('explains an acceptable request, calls nobody and stores nothing', async () => {
    const { status, body } = await explain(LESSON);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ Outcome: 'acceptable', Issues: [], Warnings: [], Unchecked: [] },
      Parameters: { AppId: 'yourAppId', ChannelId: 'class-7', LayoutIds: [1, 6] },
      Defaults: [
        { Path: 'AppId', Parameter: 'AppId', Value: 'yourAppId', From: 'APP_IDS' },
        { Path: 'MixMode', Parameter: 'MixMode', Value: 1, From: 'RTC' },
        { Path: 'CropMode', Parameter: 'CropMode', Value: 2, From: 'RTC' },
      ],
      Call: { Action: 'StartRecordTask', QueryBytes: QUERY.length, MaxQueryBytes: 4096, SentAs: 'query' },
      Output: { Width: 1280, Height: 720, Kbps: 1024, Fps: 25, KilobytesPerHour: 460_800, MaxInputs: 4 },
      Billing: { TaskProfile: '4IN_720P', CheapestSufficient: '4IN_720P', MaxMinutes: 61 },
    });
    expect(body.Code).toBeUndefined();
    expect(stack.rtc.requests()).toEqual([]);
    expect(await countTasks()).toBe(0);
  });

  test('tells exactly what a start then sends', async () => {
    const request = { ...EVERY_EXAMPLE, TaskId: 'as-explained' };
    const { body: explained } = await explain(request);
    const { status, body: started } = await stack.call('POST', '/record-tasks', request);
    expect(status).toBe(201);
    expect(started.Warnings).toEqual(explained.Warnings);
    const sent = stack.rtc.requests().find(({ TaskId }) => TaskId === 'as-explained');
    expect(sent?.parameters).toEqual(explained.Parameters);
  });

  test('answers a refused request with 400 and the same body', async () => {
    const { status, body } = await explain({ ...LESSON, TaskProfile: '4IN_360P', StreamType: 0, UserPane: [] });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      ...{ Outcome: 'refused', Code: 'InvalidMediaEncode.Malformed' },
      Message: expect.stringContaining('(and 1 more)'),
      Issues: [
        { Path: 'MediaEncode', Rule: 'ResolutionBeyondProfile' },
        { Path: 'UserPane', Rule: 'unknown', Accepted: 'UserPanes' },
      ],
      Warnings: [{ Path: 'StreamType', Rule: 'NoEffectInMixedMode' }],
      Call: null,
      Output: { Width: 1280, MaxInputs: 4 },
    });
    const { body: acceptable } = await explain(LESSON);
    expect(Object.keys(body).filter((key) => key !== 'Code' && key !== 'Message')).toEqual(Object.keys(acceptable));
  });

  test('makes errors of warnings when it is strict', async () => {
    const request = { ...LESSON, StreamType: 0 };
    expect(await explain(request)).toMatchObject({
      status: 200,
      body: { Warnings: [{ Rule: 'NoEffectInMixedMode' }] },
    });
    expect(await explain(request, '&strict=true')).toMatchObject({
      status: 400,
      body: {
        ...{ Outcome: 'refused', Code: 'InvalidStreamType', Warnings: [] },
        Issues: [{ Rule: 'NoEffectInMixedMode' }],
      },
    });
    expect(await explain(LESSON, '&strict=true')).toMatchObject({ status: 200 });
  });

  test('says what it cannot check, and where its values come from', async () => {
    const { body } = await explain({ ChannelId: 'c', TemplateId: 't' }, '', { 'idempotency-key': 'order-66' });
    expect(body).toMatchObject({
      Unchecked: expect.arrayContaining([
        { Rule: 'PanesBeyondInputs', Reason: expect.stringContaining('LayoutIds comes from the template.') },
      ]),
      Defaults: expect.arrayContaining([
        expect.objectContaining({ Path: 'TaskId', From: 'Idempotency-Key' }),
        expect.objectContaining({ Path: 'MaxDurationSeconds', Value: 86_400, From: 'MAX_DURATION_SECONDS' }),
      ]),
    });
  });

  test.each([
    ['?dryRun=1', 'dryRun'],
    ['?dryRun=', 'dryRun'],
    ['?dryRun=true&strict=yes', 'strict'],
    ['?strict=TRUE', 'strict'],
  ])('refuses %s', async (query, Path) => {
    const answer = await stack.call('POST', `/record-tasks${query}`, { ...LESSON, TaskId: 'never' });
    expect(answer).toMatchObject({ status: 400, body: { Issues: [{ Path, Accepted: 'true or false' }] } });
  });

  test('is closed without a key', async () => {
    expect(await explain(LESSON, '', { authorization: '' })).toMatchObject({ status: 401 });
  });

  describe('beside the real thing', () => {
    const start = (request: object, query = '') => stack.call('POST', `/record-tasks${query}`, request);

    test('a start refuses a broken rule and calls nobody', async () => {
      const answer = await start({ ...LESSON, TaskId: 'broken', LayoutIds: [2, 3] });
      expect(answer).toMatchObject({
        status: 400,
        body: { Code: 'InvalidLayoutID.Malformed', Issues: [{ Rule: 'SamePaneCount', Path: 'LayoutIds[1]' }] },
      });
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: 'broken' })).toMatchObject({ received: 0 });
    });

    test('a start comes with its warnings, keeps them and repeats them', async () => {
      const request = { ...LESSON, TaskId: 'warned', StreamType: 0 };
      const Warnings = [{ Rule: 'NoEffectInMixedMode', Path: 'StreamType' }];
      expect(await start(request)).toMatchObject({ status: 201, body: { Outcome: 'started', Warnings } });
      expect(await start(request)).toMatchObject({ status: 200, body: { Outcome: 'replayed', Warnings } });
      expect(await stack.call('GET', '/record-tasks/warned')).toMatchObject({ body: { Warnings } });
    });

    test('a strict start is refused for its warnings', async () => {
      const request = { ...LESSON, TaskId: 'strict', StreamType: 0 };
      expect(await start(request, '?strict=true')).toMatchObject({ status: 400, body: { Code: 'InvalidStreamType' } });
      expect(stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId: 'strict' })).toMatchObject({ received: 0 });
      expect(await start(request, '?dryRun=false&strict=false')).toMatchObject({ status: 201 });
    });

    test('an update is held to the rules, strictly if wanted, and has no dry run', async () => {
      await start({ ...LESSON, TaskId: 'updated' });
      const update = (body: object, query = '') => stack.call('PATCH', `/record-tasks/updated${query}`, body);
      expect(await update({ UserPanes: [{ PaneId: 1 }, { PaneId: 1 }] })).toMatchObject({
        status: 400,
        body: { Code: 'InvalidUserPanes', Issues: [{ Rule: 'DuplicatePaneId' }] },
      });
      const panes = { UserPanes: [{ PaneId: 1 }] };
      expect(await update(panes, '?strict=true')).toMatchObject({
        status: 400,
        body: { Issues: [{ Rule: 'PaneWithoutUser' }] },
      });
      expect(await update(panes, '?dryRun=true')).toMatchObject({
        status: 400,
        body: { Issues: [{ Path: 'dryRun' }] },
      });
      expect(stack.rtc.countRequests({ Action: 'UpdateRecordTask' })).toMatchObject({ received: 0 });
      expect(await update(panes)).toMatchObject({ status: 200, body: { Warnings: [{ Rule: 'PaneWithoutUser' }] } });
    });
  });
});

describe('POST /record-tasks?dryRun=true without a database', () => {
  let host: FunctionHost;

  beforeAll(async () => {
    // A port that was free a moment ago: nobody listens there.
    const server = createServer();
    const port = await listen(server, 0);
    await new Promise((resolve) => server.close(resolve));
    const functions = readFunctions(readFileSync(join(PROJECT_FOLDER, 's.yaml'), 'utf8'), {
      FC_ROLE_ARN: 'acs:ram::123456789012:role/local',
      DATABASE_URL: `postgres://nobody:nothing@127.0.0.1:${port}/none`,
      API_KEYS: LOCAL_API_KEY,
      APP_IDS: 'yourAppId',
      CALLBACK_SECRETS: 'not-used-by-the-start-function-at-all',
      RTC_ENDPOINT: `127.0.0.1:${port}`,
      RTC_PROTOCOL: 'http',
      ALLOW_HTTP: 'true',
    });
    const spec = functions.find(({ name }) => name === 'start');
    if (spec === undefined) throw new Error('s.yaml has no function start.');
    host = await startFunctionHost({
      ...{ spec, projectFolder: PROJECT_FOLDER, port: 0, maxInstances: 1, idleInstances: 'running' },
      instanceModule: join(PROJECT_FOLDER, 'dist', 'local', 'instance.mjs'),
      credentials: { accessKeyId: 'STS.local', accessKeySecret: 'dummy', securityToken: 'dummy' },
      ...{ accountId: '123456789012', asyncRetryDelayMs: 1_000, onLog: () => undefined },
    });
  });

  afterAll(() => host.close());

  const post = (query: string) =>
    fetch(`${host.url}/record-tasks${query}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(LOCAL_API_KEY).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(LESSON),
    });

  test('explains as ever, while a start is answered with 503', async () => {
    const answer = await post('?dryRun=true');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ Outcome: 'acceptable', Warnings: [] });
    expect((await post('')).status).toBe(503);
  });
});
