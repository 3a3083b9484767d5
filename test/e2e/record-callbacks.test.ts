import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../support/postgres.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);

/** The vendor's sample with ids of ours. */
const createMessage = (changes: object = {}): Record<string, unknown> => ({
  ...SAMPLE,
  AppId: 'yourAppId',
  ...changes,
});

const Answer = v.looseObject({ RequestId: v.optional(v.string()), Outcome: v.optional(v.string()) });

async function post(url: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, body: v.parse(Answer, await response.json()) };
}

describe('the callback function', () => {
  let stack: TestStack;

  beforeAll(async () => {
    // One request at a time per instance: ten messages at once need ten.
    stack = await startTestStack({ maxInstances: 10 });
  });

  afterAll(() => stack.close());

  const postMessage = (message: object, headers?: Record<string, string>) =>
    post(stack.callbackUrl, JSON.stringify(message), headers);
  const readTask = (TaskId: string) => stack.call('GET', `/record-tasks/${TaskId}`);
  const webhooksOf = (TaskId: string) =>
    stack.app.events().filter((event) => JSON.stringify(event.data).includes(`"TaskId":"${TaskId}"`));
  const deadLetters = () =>
    stack.database.query<{ reason: string; body: Buffer; count: number }>(
      'select reason, body, count from dead_letters order by first_received_at, id',
      [],
    );

  test('stores the vendor’s sample and tells the app before it answers', async () => {
    const message = createMessage();
    expect(await postMessage(message)).toMatchObject({ status: 200, body: { Outcome: 'created' } });
    const [webhook] = webhooksOf('task-005');
    const { Event, ...fields } = message;
    expect(Event).toBe('FileCreated');
    expect(webhook).toMatchObject({ type: 'record_file.created', data: { ...fields, Source: 'callback' } });
    const { body } = await readTask('task-005');
    expect(body).toMatchObject({
      State: 'external',
      Files: [
        {
          FileId: webhook?.id,
          Url: SAMPLE.Url,
          StartTime: '2020-09-02T10:23:54Z',
          StopTime: '2020-09-02T10:53:46Z',
          Duration: 1792.257,
          Source: 'callback',
        },
      ],
      Events: [{ EventId: webhook?.id, Delivery: 'delivered', Attempts: [{ Status: 204 }] }],
    });
  });

  test('never controls a task that was started elsewhere', async () => {
    await postMessage(createMessage({ TaskId: 'theirs' }));
    expect(await stack.call('DELETE', '/record-tasks/theirs')).toMatchObject({
      status: 409,
      body: { Code: 'TaskExternal' },
    });
    expect(await stack.call('PATCH', '/record-tasks/theirs', { TemplateId: 't' })).toMatchObject({
      status: 409,
      body: { Code: 'TaskExternal' },
    });
    const start = await stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId: 'theirs', TemplateId: 't' });
    expect(start).toMatchObject({ status: 201, body: { Outcome: 'started' } });
  });

  test('makes one file and one webhook of ten messages, with the same and with new MsgIds', async () => {
    const messages = Array.from({ length: 10 }, (_, index) =>
      createMessage({ TaskId: 'tenfold', MsgId: index < 5 ? 'the-same' : `msg-${index}` }),
    );
    const answers = await Promise.all(messages.map((message) => postMessage(message)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(200));
    expect(answers.filter((answer) => answer.body.Outcome === 'created')).toHaveLength(1);
    await stack.passTime(60);
    await stack.tick();
    expect(webhooksOf('tenfold')).toMatchObject([{ attempts: 1 }]);
    expect((await readTask('tenfold')).body.Files).toHaveLength(1);
  });

  test('keeps two files of one task apart', async () => {
    await postMessage(createMessage({ TaskId: 'two', Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/1.m3u8' }));
    await postMessage(createMessage({ TaskId: 'two', Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/1.mp4' }));
    expect((await readTask('two')).body.Files).toHaveLength(2);
    expect(webhooksOf('two')).toHaveLength(2);
  });

  test('reads JSON whatever the content type', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await postMessage(createMessage({ TaskId: 'form' }), headers)).toMatchObject({
      status: 200,
      body: { Outcome: 'created' },
    });
  });

  test('takes a callback that comes before the answer to its start', async () => {
    stack.rtc.onRequest(async (logged) => {
      await postMessage(createMessage({ TaskId: String(logged.TaskId), ChannelId: 'c' }));
      return undefined;
    });
    const start = await stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId: 'early', TemplateId: 't' });
    stack.rtc.onRequest(undefined);
    expect(start).toMatchObject({ status: 201, body: { State: 'recording' } });
    expect((await readTask('early')).body).toMatchObject({ State: 'recording', Files: [{}] });
  });

  describe('refuses', () => {
    test.each([
      ['a wrong token', (url: string) => url.replace(/[^/]+$/, 'A'.repeat(43))],
      ['another AppId with this token', (url: string) => url.replace('yourAppId', 'otherApp')],
      ['an empty token', (url: string) => url.replace(/[^/]+$/, '')],
    ])('%s, whatever the body', async (_name, change) => {
      const oversized = ' '.repeat(1_048_577);
      const answer = await post(change(stack.callbackUrl), oversized);
      // 401 and not 413: the body was not looked at.
      expect(answer).toMatchObject({ status: 401, body: { Code: 'InvalidCallbackToken' } });
    });

    test('a body beyond 1 MiB', async () => {
      expect(await post(stack.callbackUrl, ' '.repeat(1_048_577))).toMatchObject({
        status: 413,
        body: { Code: 'BodyTooLarge' },
      });
    });

    test('another path', async () => {
      expect(await post(`${stack.callback.url}/record-callbacks`, '{}')).toMatchObject({ status: 404 });
      expect(await post(`${stack.callbackUrl}/more`, '{}')).toMatchObject({ status: 404 });
    });
  });

  test.each([
    ['no JSON', Buffer.from('{"AppId":'), 'MalformedBody'],
    ['no text', Buffer.from([0xff, 0x00, 0xfe]), 'MalformedBody'],
    ['another event', Buffer.from(JSON.stringify(createMessage({ Event: 'TaskEnded' }))), 'InvalidEvent'],
    ['a missing field', Buffer.from(JSON.stringify(createMessage({ Url: undefined }))), 'MissingUrl'],
    ['a NUL', Buffer.from(JSON.stringify(createMessage({ TaskId: 'a\u0000b' }))), 'InvalidTaskId'],
    ['another AppId than the URL', Buffer.from(JSON.stringify(createMessage({ AppId: 'otherApp' }))), 'InvalidAppId'],
    [
      'an address that is no http',
      Buffer.from(JSON.stringify(createMessage({ Url: 'file:///etc/passwd' }))),
      'InvalidUrl',
    ],
  ])('keeps %s as a dead letter and answers 200', async (_name, body, reason) => {
    expect(await post(stack.callbackUrl, body)).toMatchObject({ status: 200, body: { Outcome: 'deadLetter' } });
    const letters = await deadLetters();
    const letter = letters.find((candidate) => candidate.body.equals(body));
    expect(letter).toMatchObject({ reason, count: 1 });
  });

  test('takes a batch of queue messages, whatever one of them holds', async () => {
    const element = (messageBody: string) => ({
      specversion: '1.0',
      type: 'mns:Queue:SendMessage',
      data: { messageBody },
    });
    const text = JSON.stringify(
      createMessage({ TaskId: 'queue', Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/q1' }),
    );
    const other = JSON.stringify(
      createMessage({ TaskId: 'queue', Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/q2' }),
    );
    const result = await stack.callback.invoke([
      element(text),
      element('poison'),
      element(Buffer.from(other).toString('base64')),
    ]);
    expect(result.outcome).toBe('returned');
    expect((await readTask('queue')).body.Files).toHaveLength(2);
    expect(webhooksOf('queue')).toHaveLength(2);
    expect((await deadLetters()).some((letter) => letter.body.toString() === 'poison')).toBe(true);
  });

  test.each([
    ['the object', (text: string) => text],
    ['the text', (text: string) => JSON.stringify(text)],
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
  ])('takes a queue message that is nothing but %s', async (name, encode) => {
    const TaskId = `raw-${name.replaceAll(' ', '-')}`;
    const result = await stack.callback.invoke(Buffer.from(encode(JSON.stringify(createMessage({ TaskId })))));
    expect(result.outcome).toBe('returned');
    expect((await readTask(TaskId)).body.Files).toHaveLength(1);
  });

  test('takes a batch of a thousand', async () => {
    const batch = Array.from({ length: 1_000 }, (_, index) =>
      JSON.stringify(
        createMessage({ TaskId: 'batch', Url: `http://rtc-record.oss-cn-shanghai.aliyuncs.com/b${index}` }),
      ),
    );
    expect(await stack.callback.invoke(batch)).toMatchObject({ outcome: 'returned' });
    const stored = await stack.database.query("select id from files where task_id = 'batch'", []);
    expect(stored).toHaveLength(1_000);
  });

  test('fails loudly on an event it does not know', async () => {
    const timer = { triggerTime: '2026-11-22T10:00:00Z', triggerName: 'tick', payload: '{"Action":"Tick"}' };
    expect(await stack.callback.invoke(timer)).toMatchObject({ outcome: 'failed' });
  });

  test('writes no token, address or secret to its log', () => {
    const token = stack.callbackUrl.split('/').at(-1) ?? '';
    const log = stack.log.join('\n');
    expect(token).toHaveLength(43);
    expect(log).not.toContain(token);
    expect(log).not.toMatch(/whsec_|postgres:\/\/|oss-cn-shanghai/);
    expect(log).toContain('"event":"callback.stored"');
  });
});

describe('the webhook of a file', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());

  test.each([
    ['an app that is down for a while', 503, 60],
    ['an app that hangs, without counting it', 'hang', 0],
  ] as const)('reaches %s with the next tick after its wait', async (TaskId, answer, waitSeconds) => {
    stack.app.respondWith(answer);
    await post(stack.callbackUrl, JSON.stringify(createMessage({ TaskId: TaskId.replaceAll(/\W+/g, '-') })));
    stack.app.respondWith(204);
    const failures = answer === 'hang' ? 0 : 1;
    const read = () => stack.call('GET', `/record-tasks/${TaskId.replaceAll(/\W+/g, '-')}`);
    expect((await read()).body.Events).toMatchObject([{ Delivery: 'pending', Failures: failures }]);
    await stack.passTime(Math.max(waitSeconds - 10, 0));
    await stack.tick();
    if (waitSeconds > 0) {
      expect((await read()).body.Events).toMatchObject([{ Delivery: 'pending' }]);
      // Jitter adds up to a tenth.
      await stack.passTime(10 + waitSeconds / 10);
      await stack.tick();
    }
    expect((await read()).body.Events).toMatchObject([{ Delivery: 'delivered', Failures: failures }]);
  });

  test('is given up by 410', async () => {
    stack.app.respondWith(410);
    await post(stack.callbackUrl, JSON.stringify(createMessage({ TaskId: 'gone' })));
    stack.app.respondWith(204);
    const { body } = await stack.call('GET', '/record-tasks/gone');
    expect(body.Events).toMatchObject([{ Delivery: 'dead', Attempts: [{ Status: 410 }] }]);
  });
});

describe('the callback function without its database', () => {
  test('answers 503 and takes the same message when it is sent again', async () => {
    const postgres = await startPostgres();
    const stack = await startTestStack({ databaseUrl: postgres.url });
    try {
      const message = JSON.stringify(createMessage({ TaskId: 'later' }));
      await post(stack.callbackUrl, JSON.stringify(createMessage({ TaskId: 'before' })));
      await postgres.stop();
      expect(await post(stack.callbackUrl, message)).toMatchObject({
        status: 503,
        body: { Code: 'ServiceUnavailable' },
      });
      expect(await stack.callback.invoke([JSON.parse(message)])).toMatchObject({ outcome: 'failed' });
      await postgres.restart();
      expect(await post(stack.callbackUrl, message)).toMatchObject({ status: 200, body: { Outcome: 'created' } });
      expect(stack.app.events().map((event) => event.data)).toMatchObject([{ TaskId: 'before' }, { TaskId: 'later' }]);
    } finally {
      await stack.close();
      await postgres.close();
    }
  });

  test('answers 503 while the schema is missing', async () => {
    const postgres = await startPostgres();
    const stack = await startTestStack({ databaseUrl: postgres.url });
    try {
      await stack.database.query('delete from schema_migrations', []);
      const answer = await waitFor(async () => await post(stack.callbackUrl, JSON.stringify(createMessage())));
      expect(answer).toMatchObject({ status: 503, body: { Code: 'NotMigrated' } });
    } finally {
      await stack.close();
      await postgres.close();
    }
  });
});
