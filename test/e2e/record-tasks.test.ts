import { readFileSync } from 'node:fs';
import openApi from '@alicloud/openapi-client';
import teaUtil from '@alicloud/tea-util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const EVERY_EXAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/every-example.json', import.meta.url), 'utf8'),
);

describe('the start function', () => {
  let stack: TestStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());
  afterEach(() => {
    stack.rtc.onRequest(undefined);
  });

  const createRequest = (changes: object = {}) => {
    serial += 1;
    return { ChannelId: 'channel', TaskId: `task-${serial}`, TemplateId: '76dasgb****', ...changes };
  };
  const start = (request: object, headers?: Record<string, string>) =>
    stack.call('POST', '/record-tasks', request, headers);
  const countStarts = (TaskId: string) => stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId });
  const countAll = () => stack.rtc.requests().length;

  describe('POST /record-tasks', () => {
    test('sends every example value of the vendor’s page on, deep-equal', async () => {
      const request = { ...EVERY_EXAMPLE, TaskId: 'every-example' };
      const { status, body } = await start(request);
      expect(status).toBe(201);
      expect(body).toMatchObject({ Outcome: 'started', State: 'recording', TaskId: 'every-example' });
      // The column of examples fills in every parameter, whether it has an effect in this mode or not.
      expect(body.Warnings?.map((warning) => warning.Rule)).toEqual([
        ...['ProfileLargerThanNeeded', 'NoEffectInMixedMode', 'NoEffectInMixedMode'],
        ...['SubscribedAndUnsubscribed', 'SubscribedAndUnsubscribed', 'SubscribedAndUnsubscribed'],
        'PaneUserNotSubscribed',
      ]);
      const received = stack.rtc.requests().find((logged) => logged.TaskId === 'every-example');
      expect(received?.parameters).toEqual(request);
    });

    test('starts once and replays the same request', async () => {
      const request = createRequest({ MixMode: 1, UserPanes: [{ PaneId: 0, UserId: 'u' }] });
      const first = await start(request);
      const second = await start({ ...request, UserPanes: [{ UserId: 'u', PaneId: 0 }] });
      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.body).toMatchObject({ Outcome: 'replayed', State: 'recording' });
      expect(second.body.StartRequestId).toBe(first.body.StartRequestId);
      expect(countStarts(request.TaskId)).toMatchObject({ received: 1 });
    });

    test('answers the same TaskId with other parameters with 409', async () => {
      const request = createRequest();
      await start(request);
      const other = await start({ ...request, MixMode: 0 });
      expect(other).toMatchObject({ status: 409, body: { Code: 'TaskExisted' } });
      expect(countStarts(request.TaskId)).toMatchObject({ received: 1 });
    });

    test('answers a task of somebody else with 409, although RTC says 200', async () => {
      const request = createRequest();
      await startElsewhere(request.TaskId);
      expect(await start(request)).toMatchObject({ status: 409, body: { Code: 'TaskExisted' } });
      expect(countStarts(request.TaskId)).toMatchObject({ received: 2 });
    });

    /** With a key of its own: it stands for another program of the same account. */
    async function startElsewhere(TaskId: string): Promise<void> {
      const [credentials] = stack.rtcCredentials;
      if (credentials === undefined) throw new Error('The emulator knows no key.');
      const client = new openApi.default(
        new openApi.Config({ ...credentials, endpoint: stack.rtc.endpoint, protocol: 'http' }),
      );
      const params = new openApi.Params({
        action: 'StartRecordTask',
        version: '2018-01-11',
        protocol: 'http',
        pathname: '/',
        method: 'POST',
        authType: 'AK',
        style: 'RPC',
        reqBodyType: 'formData',
        bodyType: 'json',
      });
      const query = { AppId: 'yourAppId', ChannelId: 'theirs', TaskId, TemplateId: 'theirs' };
      await client.callApi(params, new openApi.OpenApiRequest({ query }), new teaUtil.RuntimeOptions({}));
    }

    test('makes one task of an idempotency key', async () => {
      const request = { ChannelId: 'channel', TemplateId: 'template' };
      const first = await start(request, { 'Idempotency-Key': 'order-66' });
      const second = await start(request, { 'Idempotency-Key': 'order-66' });
      expect(first).toMatchObject({ status: 201, body: { TaskId: expect.stringMatching(/^idem-[\w-]{43}$/) } });
      expect(second).toMatchObject({ status: 200, body: { Outcome: 'replayed', TaskId: first.body.TaskId } });
    });

    test('sends a request beyond 4 KB as a form', async () => {
      const Texts = Array.from({ length: 16 }, (_, index) => ({
        Text: `第${index}行 (it's 100%~*!)`.repeat(8),
        X: 0.5,
        Y: 0.5,
      }));
      const request = { AppId: 'yourAppId', ...createRequest({ UserPanes: [{ PaneId: 0, Texts }] }) };
      expect(await start(request)).toMatchObject({ status: 201 });
      const received = stack.rtc.requests().find((logged) => logged.TaskId === request.TaskId);
      expect(received?.parameters).toEqual(request);
    });

    test('lists every fault of a request at once and calls nobody', async () => {
      const before = countAll();
      const { status, body } = await start({
        ChannelId: 'channel',
        TaskId: 'a b',
        TaskProfile: '3IN_1080P',
        MediaEncode: 21,
        MixMode: '1',
        UserPanes: [
          { PaneId: 16, Texts: [{ FontSize: 0, FontColor: 16_777_216 }, { FontSize: 73 }] },
          ...Array.from({ length: 16 }, (_, PaneId) => ({ PaneId })),
        ],
        Nonsense: true,
      });
      expect(status).toBe(400);
      expect(body.Code).toBe('InvalidTaskId');
      expect(body.Issues?.map((issue) => `${issue.Path} ${issue.Parameter} ${issue.Rule}`)).toEqual([
        'TaskId TaskId pattern',
        'TemplateId TemplateId required',
        'TaskProfile TaskProfile enum',
        'MediaEncode MediaEncode enum',
        'MixMode MixMode type',
        'UserPanes UserPanes length',
        'UserPanes[0].PaneId UserPanes.1.PaneId range',
        'UserPanes[0].Texts[0].FontSize UserPanes.1.Texts.1.FontSize range',
        'UserPanes[0].Texts[0].FontColor UserPanes.1.Texts.1.FontColor range',
        'UserPanes[0].Texts[1].FontSize UserPanes.1.Texts.2.FontSize range',
        'Nonsense Nonsense unknown',
      ]);
      expect(body.Issues?.every((issue) => typeof issue.Accepted === 'string' && issue.Accepted !== '')).toBe(true);
      expect(countAll()).toBe(before);
    });

    test.each([
      [{ TaskId: 'x'.repeat(56) }, 'InvalidTaskId'],
      [{ TemplateId: undefined }, 'MissingTemplateId'],
      [{ MediaEncode: 21 }, 'InvalidMediaEncode.Malformed'],
      [{ LayoutIds: ['1'] }, 'InvalidLayoutID.Malformed'],
      [{ BackgroundColor: -1 }, 'InvalidBackgroundColor.Malformed'],
      [{ AppId: 'notYours' }, 'InvalidAppId'],
    ])('refuses %j with %s', async (changes, Code) => {
      expect(await start(createRequest(changes))).toMatchObject({ status: 400, body: { Code } });
    });

    test('refuses what is no JSON, and what is not said to be', async () => {
      expect(await stack.call('POST', '/record-tasks', '{"ChannelId":')).toMatchObject({
        status: 400,
        body: { Code: 'MalformedBody' },
      });
      const form = await stack.call('POST', '/record-tasks', '{}', { 'content-type': 'text/plain' });
      expect(form).toMatchObject({ status: 415, body: { Code: 'UnsupportedMediaType' } });
      expect(await stack.call('POST', '/record-tasks', ' '.repeat(1_048_577))).toMatchObject({ status: 413 });
    });

    test('keeps a start that RTC refuses as failed and frees its TaskId', async () => {
      const request = createRequest();
      stack.rtc.onRequest(() => ({
        kind: 'status',
        status: 400,
        body: JSON.stringify({
          RequestId: 'R',
          Code: 'InvalidLayoutID.Malformed',
          Message: 'The specified layout ID is malformed',
        }),
      }));
      expect(await start(request)).toMatchObject({
        status: 400,
        body: { Code: 'InvalidLayoutID.Malformed', Message: 'The specified layout ID is malformed' },
      });
      const failed = await stack.call('GET', `/record-tasks/${request.TaskId}`);
      expect(failed.body).toMatchObject({ State: 'failed', ErrorCode: 'InvalidLayoutID.Malformed' });
      stack.rtc.onRequest(undefined);
      expect(await start(request)).toMatchObject({ status: 201 });
    });

    test('does not blame the caller for a refusal of our own credentials', async () => {
      const body = JSON.stringify({
        RequestId: 'R',
        Code: 'InvalidAccessKeyId.NotFound',
        Message: 'Specified access key is not found.',
      });
      stack.rtc.onRequest(() => ({ kind: 'status', status: 404, body }));
      expect(await start(createRequest())).toMatchObject({ status: 502, body: { Code: 'UpstreamRejected' } });
    });

    test.each([
      ['an HTML page with 502', { kind: 'status', status: 502, body: '<html>', contentType: 'text/html' }],
      [
        'throttling',
        { kind: 'status', status: 400, body: '{"RequestId":"R","Code":"Throttling.User","Message":"no"}' },
      ],
      ['a reset connection', { kind: 'reset' }],
      ['an empty body', { kind: 'status', status: 200, body: '' }],
    ] as const)('tries again after %s', async (_name, fault) => {
      const request = createRequest();
      let requests = 0;
      stack.rtc.onRequest(() => (requests++ === 0 ? fault : undefined));
      expect(await start(request)).toMatchObject({ status: 201, body: { Warnings: [] } });
      expect(countStarts(request.TaskId)).toMatchObject({ received: 2, accepted: 1 });
    });

    test.each(['acceptThenReset', 'acceptThenHang'] as const)(
      'takes TaskExisted for its own after %s, and says that it is inferred',
      async (kind) => {
        const request = createRequest();
        let requests = 0;
        stack.rtc.onRequest(() => (requests++ === 0 ? { kind } : undefined));
        const { status, body } = await start(request);
        expect(status).toBe(201);
        expect(body.Warnings).toMatchObject([{ Rule: 'OutcomeInferred' }]);
        expect(countStarts(request.TaskId)).toMatchObject({ accepted: 1 });
      },
    );

    test('answers 202 while the same request is in flight', async () => {
      const request = createRequest();
      stack.rtc.onRequest(() => ({ kind: 'delay', delayMs: 500 }));
      const first = start(request);
      await waitFor(() => (countStarts(request.TaskId).received > 0 ? true : undefined));
      const second = await start(request);
      expect(second).toMatchObject({ status: 202, body: { Outcome: 'pending', State: 'starting' } });
      expect(second.headers.get('retry-after')).toBe('5');
      expect(await first).toMatchObject({ status: 201 });
    });

    test('answers 503 with the state when RTC says nothing, and settles it with the next tick', async () => {
      const request = createRequest();
      stack.rtc.onRequest(() => ({ kind: 'acceptThenReset' }));
      // Answered TaskExisted without our seeing the first answer would settle it: nothing at all may come through.
      const answer = await start(request);
      expect(answer).toMatchObject({ status: 503, body: { Code: 'StartUnanswered', State: 'starting' } });
      stack.rtc.onRequest(undefined);
      await stack.tick();
      const { body } = await stack.call('GET', `/record-tasks/${request.TaskId}`);
      expect(body).toMatchObject({ State: 'recording', Warnings: [{ Rule: 'OutcomeInferred' }] });
      expect(countStarts(request.TaskId)).toMatchObject({ accepted: 1 });
    });
  });

  describe('GET /record-tasks', () => {
    test('pages through the tasks, newest first', async () => {
      const ids = [
        createRequest({ ChannelId: 'paged' }),
        createRequest({ ChannelId: 'paged' }),
        createRequest({ ChannelId: 'paged' }),
      ];
      for (const request of ids) await start(request);
      const page1 = await stack.call('GET', '/record-tasks?ChannelId=paged&Limit=2');
      const page2 = await stack.call('GET', `/record-tasks?ChannelId=paged&Limit=2&After=${page1.body.Next}`);
      const listed = [page1, page2].flatMap(({ body }) => body.Tasks);
      expect(listed).toMatchObject(ids.toReversed().map(({ TaskId }) => ({ TaskId, State: 'recording' })));
      expect(page2.body.Next).toBeUndefined();
    });

    test('refuses a filter it does not understand', async () => {
      const answer = await stack.call('GET', '/record-tasks?State=running&Limit=0');
      expect(answer).toMatchObject({ status: 400, body: { Issues: [{ Path: 'State' }, { Path: 'Limit' }] } });
    });

    test.each(['a%00b', 'a%0ab', encodeURIComponent('x'.repeat(256))])(
      'answers the impossible TaskId %s with 404',
      async (id) => {
        expect(await stack.call('GET', `/record-tasks/${id}`)).toMatchObject({ status: 404 });
        expect(await stack.call('DELETE', `/record-tasks/${id}`)).toMatchObject({ status: 404 });
      },
    );

    test('refuses filters that nothing can have, and names it does not know', async () => {
      const answer = await stack.call('GET', '/record-tasks?ChannelId=%00&Stat=recording');
      expect(answer).toMatchObject({
        status: 400,
        body: {
          Issues: [
            { Path: 'ChannelId', Rule: 'format' },
            { Path: 'Stat', Rule: 'unknown' },
          ],
        },
      });
      expect(await stack.call('GET', '/record-tasks/x?AppId=%00')).toMatchObject({ status: 400 });
    });

    test('answers an unknown task with 404', async () => {
      const answer = await stack.call('GET', '/record-tasks/nobody');
      expect(answer).toMatchObject({ status: 404, body: { Code: 'InvalidTask.NotFound' } });
    });
  });

  describe('PATCH /record-tasks/{TaskId}', () => {
    test('sends the changes with the task’s own ids', async () => {
      const request = createRequest();
      await start(request);
      const answer = await stack.call('PATCH', `/record-tasks/${request.TaskId}`, {
        SubSpecUsers: ['u1'],
        CropMode: 1,
      });
      expect(answer).toMatchObject({ status: 200, body: { Outcome: 'updated' } });
      const received = stack.rtc.requests().find((logged) => logged.Action === 'UpdateRecordTask');
      expect(received?.parameters).toEqual({ AppId: 'yourAppId', ...request, SubSpecUsers: ['u1'], CropMode: 1 });
      const { body } = await stack.call('GET', `/record-tasks/${request.TaskId}`);
      expect(body.Changes).toMatchObject({ SubSpecUsers: ['u1'], CropMode: 1 });
      expect(body.Events).toMatchObject([{ Type: 'record_task.started' }, { Type: 'record_task.updated' }]);
    });

    test('refuses a task of MixMode 0, one that has ended, an unknown one, and faults', async () => {
      const single = createRequest({ MixMode: 0 });
      await start(single);
      expect(await stack.call('PATCH', `/record-tasks/${single.TaskId}`, {})).toMatchObject({
        status: 409,
        body: { Code: 'TaskNotUpdatable' },
      });
      const ended = createRequest();
      await start(ended);
      await stack.call('DELETE', `/record-tasks/${ended.TaskId}`);
      expect(await stack.call('PATCH', `/record-tasks/${ended.TaskId}`, {})).toMatchObject({
        status: 409,
        body: { Code: 'TaskNotRunning' },
      });
      expect(await stack.call('PATCH', '/record-tasks/nobody', {})).toMatchObject({ status: 404 });
      const faults = { MixMode: 1, ChannelId: 'another', MediaEncode: 21 };
      const answer = await stack.call('PATCH', `/record-tasks/${ended.TaskId}`, faults);
      expect(answer.status).toBe(400);
      expect(answer.body.Issues?.map((issue) => issue.Path)).toEqual(['ChannelId', 'MediaEncode', 'MixMode']);
    });
  });

  describe('DELETE /record-tasks/{TaskId}', () => {
    test('stops once, however often it is asked', async () => {
      const request = createRequest();
      await start(request);
      const path = `/record-tasks/${request.TaskId}`;
      for (let times = 0; times < 3; times++) {
        expect(await stack.call('DELETE', path)).toMatchObject({ status: 200, body: { State: 'stopped' } });
      }
      expect(stack.rtc.countRequests({ Action: 'StopRecordTask', TaskId: request.TaskId })).toMatchObject({
        received: 1,
      });
      const { body } = await stack.call('GET', path);
      expect(body.Events).toMatchObject([{ Type: 'record_task.started' }, { Type: 'record_task.stopped' }]);
      expect(await start(request)).toMatchObject({ status: 200, body: { Outcome: 'replayed', State: 'stopped' } });
    });

    test('takes a task that RTC no longer knows for stopped', async () => {
      const request = createRequest();
      await start(request);
      const body = JSON.stringify({ RequestId: 'R', Code: 'InvalidTask.NotFound', Message: 'no such task' });
      stack.rtc.onRequest(() => ({ kind: 'status', status: 404, body }));
      expect(await stack.call('DELETE', `/record-tasks/${request.TaskId}`)).toMatchObject({ status: 200 });
    });

    test('stores a stop during the start and carries it out with the next tick', async () => {
      const request = createRequest();
      stack.rtc.onRequest((logged) =>
        logged.Action === 'StartRecordTask' ? { kind: 'delay', delayMs: 500 } : undefined,
      );
      const started = start(request);
      await waitFor(() => (countStarts(request.TaskId).received > 0 ? true : undefined));
      const stop = await stack.call('DELETE', `/record-tasks/${request.TaskId}`);
      expect(stop).toMatchObject({ status: 202, body: { State: 'starting' } });
      expect(await started).toMatchObject({ status: 201, body: { State: 'stopping' } });
      await stack.tick();
      const { body } = await stack.call('GET', `/record-tasks/${request.TaskId}`);
      expect(body.State).toBe('stopped');
      expect(stack.rtc.tasks().find((task) => task.TaskId === request.TaskId)).toMatchObject({ state: 'ending' });
    });

    test('ends a recording at its end without being asked', async () => {
      const request = createRequest({ MaxDurationSeconds: 600 });
      await start(request);
      await stack.tick();
      expect((await stack.call('GET', `/record-tasks/${request.TaskId}`)).body.State).toBe('recording');
      await stack.passTime(601);
      await stack.tick();
      expect((await stack.call('GET', `/record-tasks/${request.TaskId}`)).body.State).toBe('stopped');
    });

    test('answers an unknown task with 404', async () => {
      expect(await stack.call('DELETE', '/record-tasks/nobody')).toMatchObject({ status: 404 });
    });
  });

  describe('its door', () => {
    test.each([
      ['POST', '/record-tasks'],
      ['GET', '/record-tasks'],
      ['GET', '/record-tasks/x'],
      ['PATCH', '/record-tasks/x'],
      ['DELETE', '/record-tasks/x'],
      ['GET', '/nowhere'],
    ])('is closed to %s %s without a key', async (method, path) => {
      const answer = await stack.call(method, path, undefined, { authorization: 'Basic bm9ib2R5Om5vdGhpbmc=' });
      expect(answer).toMatchObject({ status: 401, body: { Code: 'Unauthorized' } });
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
    });

    test('lets anybody ask for its health', async () => {
      const answer = await stack.call('GET', '/healthz', undefined, { authorization: '' });
      expect(answer).toMatchObject({ status: 200, body: { Status: 'ok' } });
    });

    test('answers an unknown path with 404', async () => {
      expect(await stack.call('GET', '/nowhere')).toMatchObject({ status: 404, body: { Code: 'NotFound' } });
    });
  });

  test('fails loudly on a timer payload it does not know', async () => {
    const event = { triggerTime: '2026-11-22T10:00:00Z', triggerName: 'tick', payload: '{"Action":"Dance"}' };
    expect(await stack.start.invoke(event)).toMatchObject({ outcome: 'failed' });
  });

  test('writes no value of a caller and no secret to its log', async () => {
    const secret = 'a-value-only-this-caller-knows';
    await start({ ...createRequest(), ChannelId: secret, UserPanes: [{ PaneId: 0, Texts: [{ Text: secret }] }] });
    await start({ ...createRequest(), TaskId: `${secret} with a fault` });
    await stack.call('GET', '/record-tasks', undefined, { authorization: `Basic ${secret}` });
    const log = stack.log.join('\n');
    expect(log).not.toContain(secret);
    expect(log).not.toMatch(/only-for-the-stack|whsec_|postgres:\/\/|Signature=|securityToken/);
    expect(log).toContain('"event":"request"');
  });
});
