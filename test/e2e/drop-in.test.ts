import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_API_KEY, LOCAL_APP_ID } from '../../local/stack.ts';
import { signAcs3 } from '../../shared/signing/acs3.ts';
import { type Parameters, type SignOptions, send, signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const [accessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');
const PUBLIC_HOST = 'recorder.example.com';
const WARNINGS = 'x-rtc-recorder-warnings';

describe('the drop-in', () => {
  let stack: TestStack;
  /** Another deployment of the same functions on the same database; it knows no template of its own. */
  let other: TestStack;
  let serial = 0;

  beforeAll(async () => {
    stack = await startTestStack({ timeScale: 600, environment: { PUBLIC_HOSTS: PUBLIC_HOST } });
    other = await startTestStack({
      databaseUrl: stack.databaseUrl,
      environment: { PUBLIC_HOSTS: PUBLIC_HOST, TEMPLATE_ID: 'configured' },
    });
  });

  afterAll(async () => {
    await other.close();
    await stack.close();
  });

  afterEach(() => {
    stack.rtc.onRequest(undefined);
    stack.app.respondWith(204);
  });

  const createRequest = (changes: Parameters = {}) => {
    serial += 1;
    const ids = { AppId: LOCAL_APP_ID, ChannelId: 'channel', TaskId: `rpc-${serial}`, TemplateId: '76dasgb****' };
    return { ...ids, ...changes };
  };
  const without = (name: string, request: Parameters): Parameters =>
    Object.fromEntries(Object.entries(request).filter(([key]) => key !== name));
  const signOwn = (Action: string, parameters: Parameters, { common, ...options }: SignOptions = {}) =>
    signPath(Action, parameters, { accessKeySecret, ...options, common: { AccessKeyId: accessKeyId, ...common } });

  /** Signed with V1 and everything in the query; the answer is JSON. */
  async function call(Action: string, parameters: Parameters, options?: SignOptions, target = stack) {
    const response = await fetch(`${target.start.url}${signOwn(Action, parameters, options)}`);
    const body: Record<string, unknown> = JSON.parse(await response.text());
    return { status: response.status, body, warnings: response.headers.get(WARNINGS) };
  }

  const start = (parameters: Parameters) => call('StartRecordTask', parameters);
  const countStarts = (TaskId: string) => stack.rtc.countRequests({ Action: 'StartRecordTask', TaskId });
  const readTask = async (TaskId: string) => (await stack.call('GET', `/record-tasks/${TaskId}`)).body;

  describe('StartRecordTask', () => {
    test('starts and answers with RTC’s RequestId', async () => {
      const request = createRequest({ UserPanes: [{ PaneId: 0, UserId: 'u' }] });
      const { status, body, warnings } = await start(request);
      const received = stack.rtc.requests().find((logged) => logged.TaskId === request.TaskId);
      expect({ status, body, warnings }).toEqual({
        status: 200,
        body: { RequestId: received?.RequestId },
        warnings: null,
      });
      expect(received?.parameters).toEqual(request);
      expect(await readTask(request.TaskId)).toMatchObject({ State: 'recording', StartRequestId: body.RequestId });
      const told = await waitFor(() =>
        stack.app.events().find(({ data }) => JSON.stringify(data).includes(`"${request.TaskId}"`)),
      );
      expect(told.type).toBe('record_task.started');
    });

    test('answers the same request again with the original RequestId, whichever door it came by', async () => {
      const request = createRequest({ MixMode: 1 });
      const first = await start(request);
      const again = await start(request);
      const byRest = await stack.call('POST', '/record-tasks', request);
      expect(again).toEqual(first);
      expect(byRest).toMatchObject({ status: 200, body: { StartRequestId: first.body.RequestId } });
      expect(countStarts(request.TaskId)).toMatchObject({ received: 1 });
    });

    test('answers a TaskId in use as RTC does: TaskExisted with status 200', async () => {
      const request = createRequest();
      await start(request);
      expect(await start({ ...request, MixMode: 0 })).toMatchObject({
        status: 200,
        body: { Code: 'TaskExisted', Message: 'task is already existed', HostId: new URL(stack.start.url).host },
      });
      expect(countStarts(request.TaskId)).toMatchObject({ received: 1 });
    });

    test.each([
      ['AppId', 'MissingAppId'],
      ['ChannelId', 'MissingChannelId'],
      ['TaskId', 'MissingTaskId'],
      ['TemplateId', 'MissingTemplateId'],
    ])('refuses a request without %s in the gateway’s words', async (name, Code) => {
      expect(await start(without(name, createRequest()))).toMatchObject({
        status: 400,
        body: { Code, Message: `${name} is mandatory for this action.` },
      });
    });

    test('names every fault at once and calls nobody', async () => {
      const before = stack.rtc.requests().length;
      const { status, body } = await start({
        ...createRequest({ TaskId: 'a b', MediaEncode: 21 }),
        UserPanes: [{ PaneId: 16 }],
      });
      expect({ status, Code: body.Code }).toEqual({ status: 400, Code: 'InvalidTaskId' });
      expect(body.Message).toMatch(
        /^Specified parameter TaskId is not valid: .* Specified parameter MediaEncode is .* Specified parameter UserPanes\.1\.PaneId is /,
      );
      expect(stack.rtc.requests()).toHaveLength(before);
    });

    test('names a gap among indexes', async () => {
      const { body } = await start({ ...createRequest(), 'SubSpecUsers.1': 'u1', 'SubSpecUsers.3': 'u3' });
      expect(body).toMatchObject({
        Code: 'InvalidSubSpecUsers',
        Message: expect.stringContaining('SubSpecUsers.2 is missing'),
      });
    });

    test('refuses an AppId that this deployment does not serve', async () => {
      expect(await start(createRequest({ AppId: 'notYours' }))).toMatchObject({
        status: 400,
        body: { Code: 'InvalidAppId' },
      });
    });

    test('takes the configured template for a request that names none', async () => {
      const request = createRequest();
      const answer = await call('StartRecordTask', without('TemplateId', request), {}, other);
      expect(answer.status).toBe(200);
      const received = other.rtc.requests().find((logged) => logged.TaskId === request.TaskId);
      expect(received?.parameters).toEqual({ ...request, TemplateId: 'configured' });
    });

    test('takes our own MaxDurationSeconds and StopAt, which RTC never sees', async () => {
      const [long, until] = [createRequest(), createRequest()];
      const StopAt = new Date(Date.now() + 7_200_000).toISOString().replace(/\.\d+Z$/, 'Z');
      await start({ ...long, MaxDurationSeconds: 90 });
      await start({ ...until, StopAt });
      const { RequestedAt, StopAt: end } = await readTask(long.TaskId);
      expect((Date.parse(String(end)) - Date.parse(String(RequestedAt))) / 1000).toBeCloseTo(90, 0);
      expect(await readTask(until.TaskId)).toMatchObject({ StopAt });
      const received = stack.rtc.requests().filter(({ TaskId }) => TaskId === long.TaskId || TaskId === until.TaskId);
      expect(received.map(({ parameters }) => parameters)).toEqual([long, until]);
    });

    test('names the rules of warnings in a header', async () => {
      const request = createRequest();
      let requests = 0;
      stack.rtc.onRequest(() => (requests++ === 0 ? { kind: 'acceptThenReset' } : undefined));
      expect(await start(request)).toMatchObject({ status: 200, warnings: expect.stringContaining('OutcomeInferred') });
      expect(countStarts(request.TaskId)).toMatchObject({ accepted: 1 });
    });

    test('answers before the caller hangs up when RTC does not, and settles it with the same request again', async () => {
      const request = createRequest();
      stack.rtc.onRequest(() => ({ kind: 'acceptThenHang' }));
      const startedAtMs = performance.now();
      expect(await start(request)).toMatchObject({ status: 503, body: { Code: 'ServiceUnavailable' } });
      expect(performance.now() - startedAtMs).toBeLessThan(3_000);
      expect(countStarts(request.TaskId)).toMatchObject({ received: 1 });
      stack.rtc.onRequest(undefined);
      expect(await start(request)).toMatchObject({ status: 200, warnings: expect.stringContaining('OutcomeInferred') });
    });

    test('does not wait for a webhook beyond the caller’s patience', async () => {
      stack.app.respondWith('hang');
      stack.rtc.onRequest(() => ({ kind: 'delay', delayMs: 1_900 }));
      const startedAtMs = performance.now();
      expect(await start(createRequest())).toMatchObject({ status: 200 });
      // Without a limit of its own the first attempt would wait for 1 s: 2.9 s in all.
      expect(performance.now() - startedAtMs).toBeLessThan(2_800);
    });

    test('answers 503 while the same request is in flight', async () => {
      const request = createRequest();
      stack.rtc.onRequest(() => ({ kind: 'delay', delayMs: 500 }));
      const first = start(request);
      await waitFor(() => (countStarts(request.TaskId).received > 0 ? true : undefined));
      expect(await start(request)).toMatchObject({ status: 503, body: { Code: 'ServiceUnavailable' } });
      expect(await first).toMatchObject({ status: 200 });
    });

    test('passes a refusal of RTC on', async () => {
      const Message = 'The specified layout ID is malformed';
      const body = JSON.stringify({ RequestId: 'R', Code: 'InvalidLayoutID.Malformed', Message });
      stack.rtc.onRequest(() => ({ kind: 'status', status: 400, body }));
      expect(await start(createRequest())).toMatchObject({
        status: 400,
        body: { Code: 'InvalidLayoutID.Malformed', Message },
      });
    });
  });

  describe('UpdateRecordTask', () => {
    test('changes a recording and answers with RTC’s RequestId', async () => {
      const request = createRequest();
      await start(request);
      const { status, body } = await call('UpdateRecordTask', { ...request, SubSpecUsers: ['u1', 'u2'] });
      const received = stack.rtc.requests().find(({ RequestId }) => RequestId === body.RequestId);
      expect({ status, received: received?.parameters }).toEqual({
        status: 200,
        received: { ...request, SubSpecUsers: ['u1', 'u2'] },
      });
      expect(await readTask(request.TaskId)).toMatchObject({ Changes: { SubSpecUsers: ['u1', 'u2'] } });
    });

    test('refuses what cannot be updated, in codes of the gateway', async () => {
      const single = createRequest({ MixMode: 0 });
      await start(single);
      const update = (parameters: Parameters) => call('UpdateRecordTask', parameters);
      expect(await update(without('MixMode', single))).toMatchObject({
        status: 400,
        body: { Code: 'UnsupportedOperation' },
      });
      expect(await update(createRequest())).toMatchObject({ status: 404, body: { Code: 'InvalidTask.NotFound' } });
      expect(await update(without('TaskId', single))).toMatchObject({ status: 400, body: { Code: 'MissingTaskId' } });
      expect(await update({ ...without('MixMode', single), 'UserPanes.2.PaneId': 0 })).toMatchObject({
        status: 400,
        body: { Code: 'InvalidUserPanes' },
      });
    });
  });

  describe('StopRecordTask', () => {
    test('stops once, however often it is asked', async () => {
      const { AppId, TaskId, ...rest } = createRequest();
      await start({ AppId, TaskId, ...rest });
      const { status, body } = await call('StopRecordTask', { AppId, TaskId });
      const received = stack.rtc.requests().find((logged) => logged.Action === 'StopRecordTask');
      expect({ status, body }).toEqual({ status: 200, body: { RequestId: received?.RequestId } });
      expect(await call('StopRecordTask', { AppId, TaskId })).toMatchObject({ status: 200 });
      expect(stack.rtc.countRequests({ Action: 'StopRecordTask', TaskId })).toMatchObject({ received: 1 });
      expect(await readTask(TaskId)).toMatchObject({ State: 'stopped' });
    });

    test('answers 503 for a stop that RTC has not confirmed, and 404 for a task unknown here', async () => {
      const request = createRequest();
      const { AppId, TaskId } = request;
      await start(request);
      stack.rtc.onRequest(() => ({ kind: 'hang' }));
      expect(await call('StopRecordTask', { AppId, TaskId })).toMatchObject({
        status: 503,
        body: { Code: 'ServiceUnavailable' },
      });
      stack.rtc.onRequest(undefined);
      expect(await call('StopRecordTask', { AppId, TaskId })).toMatchObject({ status: 200 });
      expect(await call('StopRecordTask', { AppId, TaskId: 'nobody' })).toMatchObject({
        status: 404,
        body: { Code: 'InvalidTask.NotFound' },
      });
    });

    test('refuses ChannelId, which it does not take', async () => {
      expect(await call('StopRecordTask', without('TemplateId', createRequest()))).toMatchObject({ status: 400 });
    });
  });

  describe('DescribeRecordFiles', () => {
    test('passes RTC’s answer on and takes in files that nobody announced', async () => {
      const request = createRequest();
      const { AppId, TaskId } = request;
      // Nobody listens there.
      stack.rtc.setTemplate({ HttpCallbackUrl: 'http://127.0.0.1:1/' });
      await start(request);
      await call('StopRecordTask', { AppId, TaskId });
      await waitFor(() => stack.rtc.files().find((file) => file.TaskId === TaskId));
      stack.rtc.setTemplate({ HttpCallbackUrl: stack.callbackUrl });
      expect(await readTask(TaskId)).toMatchObject({ Files: [] });

      const { status, body } = await call('DescribeRecordFiles', { AppId, TaskIds: [TaskId], PageSize: 100 });
      const files = stack.rtc.files().filter((file) => file.TaskId === TaskId);
      expect(status).toBe(200);
      expect(body).toEqual({
        RequestId: expect.any(String),
        TotalNum: files.length,
        TotalPage: 1,
        RecordFiles: files.toReversed(),
      });
      expect(await readTask(TaskId)).toMatchObject({ Files: [{ Url: files[0]?.Url, Source: 'reconciled' }] });
      await stack.tick();
      const told = stack.app.events().find(({ data }) => JSON.stringify(data).includes(String(files[0]?.Url)));
      expect(told).toMatchObject({ type: 'record_file.created', data: { TaskId, Source: 'reconciled' }, attempts: 1 });
    });

    test('answers in XML too', async () => {
      const path = signOwn(
        'DescribeRecordFiles',
        { AppId: LOCAL_APP_ID, ChannelId: 'empty' },
        { common: { Format: '' } },
      );
      const { contentType, text } = await send(new URL(stack.start.url).host, path);
      expect(contentType).toBe('text/xml;charset=utf-8');
      expect(text).toMatch(
        /^<\?xml version="1\.0" encoding="UTF-8"\?><DescribeRecordFilesResponse><RequestId>[^<]+<\/RequestId><TotalNum>0<\/TotalNum><TotalPage>0<\/TotalPage><\/DescribeRecordFilesResponse>$/,
      );
    });

    test('refuses another AppId, and passes RTC’s own refusals on', async () => {
      const describeFiles = (parameters: Parameters) => call('DescribeRecordFiles', parameters);
      expect(await describeFiles({ AppId: 'notYours' })).toMatchObject({ status: 400, body: { Code: 'InvalidAppId' } });
      expect(await describeFiles({})).toMatchObject({ status: 400, body: { Code: 'MissingAppId' } });
      expect(await describeFiles({ AppId: LOCAL_APP_ID, PageSize: 101 })).toMatchObject({
        status: 400,
        body: { Code: 'InvalidPageSize' },
      });
    });
  });

  describe('the gateway', () => {
    test('does not know other actions, nor another version', async () => {
      expect(await call('AddRecordTemplate', createRequest())).toMatchObject({
        status: 404,
        body: {
          Code: 'InvalidAction.NotFound',
          Message: 'Specified api is not found, please check your url and method.',
          RequestId: expect.any(String),
          HostId: new URL(stack.start.url).host,
        },
      });
      expect(await call('constructor', createRequest())).toMatchObject({ status: 404 });
      expect(await call('StartRecordTask', createRequest(), { common: { Version: '2020-01-01' } })).toMatchObject({
        status: 400,
        body: { Code: 'InvalidVersion', Message: 'Specified parameter Version is not valid.' },
      });
    });

    test('refuses unsigned requests for unknown actions like any other', async () => {
      const response = await fetch(`${stack.start.url}/?Action=AddRecordTemplate&Version=2018-01-11&Format=JSON`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ Code: 'MissingSignature' });
    });

    test('answers errors in XML unless JSON is asked for', async () => {
      const path = signOwn('StartRecordTask', {}, { common: { Format: '' } });
      const { status, contentType, text } = await send(new URL(stack.start.url).host, path);
      expect([status, contentType]).toEqual([400, 'text/xml;charset=utf-8']);
      expect(text).toMatch(
        /^<\?xml version="1\.0" encoding="UTF-8"\?><Error><RequestId>[^<]+<\/RequestId><HostId>[^<]+<\/HostId><Code>MissingAppId<\/Code>/,
      );
    });

    test('never says what it would have signed', async () => {
      const request = createRequest({ ChannelId: 'a-value-to-look-for' });
      const { status, body } = await call('StartRecordTask', request, { accessKeySecret: 'wrong' });
      expect({ status, body }).toEqual({
        status: 400,
        body: {
          RequestId: expect.any(String),
          HostId: new URL(stack.start.url).host,
          Code: 'SignatureDoesNotMatch',
          Message: 'Specified signature is not matched with our calculation.',
        },
      });
    });

    test('refuses an unknown key, a stale time and a security token', async () => {
      const request = createRequest();
      const refuse = async (options: SignOptions) => (await call('StartRecordTask', request, options)).body.Code;
      expect(await refuse({ common: { AccessKeyId: 'unknown' } })).toBe('InvalidAccessKeyId.NotFound');
      expect(await refuse({ signedAtMs: Date.now() - 901_000 })).toBe('InvalidTimeStamp.Expired');
      expect(await refuse({ signedAtMs: Date.now() + 905_000 })).toBe('InvalidTimeStamp.Expired');
      expect(await refuse({ common: { SecurityToken: 'x' } })).toBe('InvalidSecurityToken.MismatchWithAccessKey');
    });

    test('takes a signed request once, also where another instance or deployment saw it first', async () => {
      const path = signOwn('StartRecordTask', createRequest());
      const statuses = await Promise.all(
        Array.from({ length: 3 }, async () => (await send(new URL(stack.start.url).host, path)).status),
      );
      expect(statuses.toSorted()).toEqual([200, 400, 400]);
      const elsewhere = await send(new URL(other.start.url).host, path);
      expect(JSON.parse(elsewhere.text)).toMatchObject({ Code: 'SignatureNonceUsed' });
      expect(other.rtc.requests().filter(({ Action }) => Action === 'StartRecordTask')).toHaveLength(1);
    });

    test('forgets a nonce with the tick once its request would be refused anyway', async () => {
      const { database } = stack;
      await call('DescribeRecordFiles', { AppId: LOCAL_APP_ID }, { common: { SignatureNonce: 'kept' } });
      await database.query(
        `insert into nonces (access_key_id, nonce, use_id, expires_at) values ('local', 'gone', $1, now() - interval '1 hour')`,
        [randomUUID()],
      );
      await database.query(`update jobs set due_at = now() - interval '1 s' where kind = 'prune'`, []);
      await stack.tick();
      const left = await database.query(`select nonce from nonces where nonce in ('kept', 'gone')`, []);
      expect(left).toEqual([{ nonce: 'kept' }]);
    });

    test('writes one line per request that names the action and no value', async () => {
      const request = createRequest({ ChannelId: 'never-in-a-log' });
      await start(request);
      await call('never-in-a-log', request);
      const lines = await waitFor(() => {
        const found = stack.log.filter((line) => line.includes('"event":"request"'));
        return found.some((line) => line.includes('"code":"InvalidAction.NotFound"')) ? found : undefined;
      });
      expect(lines.some((line) => line.includes('"Action":"StartRecordTask","status":200'))).toBe(true);
      expect(stack.log.join('\n')).not.toContain('never-in-a-log');
    });
  });

  describe('the two doors', () => {
    /** A V3 request for `host`, wherever it is sent. */
    async function sendV3(target: TestStack, host: string, path = '/', nonce = randomUUID()) {
      const request = createRequest();
      const common = {
        'x-acs-action': 'StartRecordTask',
        'x-acs-version': '2018-01-11',
        'x-acs-date': new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
        'x-acs-signature-nonce': nonce,
      };
      const signature = signAcs3(
        {
          method: 'POST',
          path,
          query: Object.entries(request),
          headers: Object.entries({ ...common, host }),
          body: new Uint8Array(),
        },
        { accessKeyId, accessKeySecret },
      );
      const response = await fetch(`${target.start.url}${path}?${new URLSearchParams(request)}`, {
        method: 'POST',
        headers: { ...common, ...signature },
      });
      const body: Record<string, unknown> = JSON.parse(await response.text());
      return { status: response.status, Code: body.Code };
    }

    test('a signature for the host that was called is accepted', async () => {
      expect(await sendV3(stack, new URL(stack.start.url).host)).toMatchObject({ status: 200, Code: undefined });
    });

    test('a signature for another host is refused, but for a public one', async () => {
      expect(await sendV3(stack, 'rtc.aliyuncs.com')).toEqual({ status: 400, Code: 'SignatureDoesNotMatch' });
      expect(await sendV3(stack, new URL(other.start.url).host)).toMatchObject({ Code: 'SignatureDoesNotMatch' });
      expect(await sendV3(stack, PUBLIC_HOST)).toMatchObject({ status: 200 });
    });

    test('a nonce is used up for both schemes and everywhere', async () => {
      const nonce = randomUUID();
      expect(await sendV3(stack, PUBLIC_HOST, '/', nonce)).toMatchObject({ status: 200 });
      expect(await sendV3(other, PUBLIC_HOST, '/', nonce)).toMatchObject({ Code: 'SignatureNonceUsed' });
      const { body } = await call('StartRecordTask', createRequest(), { common: { SignatureNonce: nonce } });
      expect(body.Code).toBe('SignatureNonceUsed');
    });

    test('a signature opens nothing at REST', async () => {
      expect(await sendV3(stack, PUBLIC_HOST, '/record-tasks')).toEqual({ status: 401, Code: 'Unauthorized' });
      const path = signOwn('StartRecordTask', createRequest()).replace('/?', '/record-tasks?');
      expect(await send(new URL(stack.start.url).host, path)).toMatchObject({ status: 401 });
    });

    test('HTTP Basic opens nothing at the drop-in', async () => {
      const { authorization } = stack;
      const query = new URLSearchParams({ Action: 'StartRecordTask', Version: '2018-01-11', Format: 'JSON' });
      for (const method of ['GET', 'POST']) {
        const response = await fetch(`${stack.start.url}/?${query}`, { method, headers: { authorization } });
        expect(await response.json()).toMatchObject({ Code: 'MissingSignature' });
      }
      const form = await fetch(stack.start.url, { method: 'POST', headers: { authorization }, body: query });
      expect(await form.json()).toMatchObject({ Code: 'MissingSignature' });
    });

    test('plain http is refused where it is not allowed', async () => {
      const strict = await startTestStack({ environment: { ALLOW_HTTP: 'false' } });
      try {
        expect(await call('StartRecordTask', createRequest(), {}, strict)).toMatchObject({
          status: 404,
          body: { Code: 'InvalidProtocol.NeedSsl', Message: 'Your request is denied as lack of ssl protect.' },
        });
      } finally {
        await strict.close();
      }
    });

    test('path and query beyond 4 KB are refused by the platform, a form body is not', async () => {
      const request = createRequest({ UserPanes: [{ PaneId: 0, Texts: [{ Text: '长'.repeat(600) }] }] });
      const path = signOwn('StartRecordTask', request, { method: 'POST' });
      expect(await send(new URL(stack.start.url).host, path, 'POST')).toMatchObject({
        status: 400,
        text: expect.stringContaining('InvalidArgument'),
      });
      const body = new URLSearchParams(path.slice(2));
      const response = await fetch(stack.start.url, { method: 'POST', body });
      expect(response.status).toBe(200);
      const received = stack.rtc.requests().find(({ TaskId }) => TaskId === request.TaskId);
      expect(received?.parameters).toEqual(request);
    });
  });
});
