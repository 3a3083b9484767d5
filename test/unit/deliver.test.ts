import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { type Delivery, deliverEvent, deliverFirst, type Outbox, RETRY_AFTER_SECONDS } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';

const SECRETS = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`);
const NOW = new Date('2026-11-22T10:00:00.400Z');
const EVENT = { id: 'file_1', body: '{"type":"record_file.created","data":{"Text":"你好"}}', failures: 0 };

type Answer = (init: RequestInit) => Response | Promise<Response>;

/** An app that answers as told, and a database that keeps the values of the one statement behind a delivery. */
function createScene(answer: Answer) {
  const requests: { url: string; init: RequestInit }[] = [];
  const outcomes: { state: unknown; failures: unknown; retryAt: unknown; attempt: unknown; endpoint: unknown }[] = [];
  const outbox = {
    database: {
      async query(_text: string, values: readonly unknown[]) {
        const [, , attempt, state, failures, retryAt, endpoint] = values;
        outcomes.push({ state, failures, retryAt, endpoint, attempt: JSON.parse(String(attempt))[0] });
        return [];
      },
      async close() {},
    },
    webhook: { url: 'https://app.example.com/hook', secrets: SECRETS },
    fetch: async (url: unknown, init: RequestInit = {}) => {
      requests.push({ url: String(url), init });
      return await answer(init);
    },
    now: () => NOW,
    wallNow: () => NOW,
    random: () => 0,
  };
  const deliver = (changes: Partial<Delivery> = {}) =>
    deliverEvent(outbox, { event: EVENT, jobAttempts: 1, timeoutMs: 10_000, timeoutCounts: 'count', ...changes });
  return { requests, outcomes, outbox, deliver };
}

const status =
  (code: number, body: string | null = null) =>
  () =>
    new Response(body, { status: code });
const timeOut = () => Promise.reject(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

describe('deliverEvent', () => {
  test('sends the exact body, signed by every secret for its own time', async () => {
    const scene = createScene(status(204));
    expect(await scene.deliver()).toBe('delivered');
    const [request] = scene.requests;
    expect(request).toMatchObject({
      url: 'https://app.example.com/hook',
      init: { method: 'POST', body: EVENT.body, redirect: 'manual' },
    });
    const headers = Object.fromEntries(new Headers(request?.init.headers));
    expect(headers).toMatchObject({ 'webhook-id': 'file_1', 'webhook-timestamp': '1795341600' });
    for (const secret of SECRETS) {
      // The library judges by the real clock: it is given a signature's time by signing anew with its own.
      const webhook = new Webhook(secret);
      expect(headers['webhook-signature']?.split(' ')).toContain(webhook.sign('file_1', NOW, EVENT.body));
    }
    expect(scene.outcomes).toMatchObject([
      { state: 'delivered', failures: 0, retryAt: null, attempt: { Status: 204 } },
    ]);
  });

  test.each([301, 400, 401, 404, 429, 500, 503])('counts %i as a failure and waits a minute', async (code) => {
    const scene = createScene(status(code, 'no'));
    expect(await scene.deliver()).toBe('pending');
    expect(scene.outcomes).toMatchObject([
      { state: 'pending', failures: 1, retryAt: inSeconds(60), attempt: { Status: code, Detail: 'no' } },
    ]);
  });

  test('ends this delivery on 410', async () => {
    const scene = createScene(status(410));
    expect(await scene.deliver()).toBe('dead');
    expect(scene.outcomes).toMatchObject([{ state: 'dead', retryAt: null }]);
  });

  test('waits longer after each failure and is dead after the last', async () => {
    const scene = createScene(status(500));
    for (const failures of [...RETRY_AFTER_SECONDS.keys(), RETRY_AFTER_SECONDS.length]) {
      await scene.deliver({ event: { ...EVENT, failures } });
    }
    const waits = scene.outcomes.map((outcome) => outcome.retryAt);
    expect(waits).toEqual([...RETRY_AFTER_SECONDS.map(inSeconds), null]);
    expect(scene.outcomes.at(-1)).toMatchObject({ state: 'dead', failures: 10 });
  });

  test.each([
    [status(204), 'reached'],
    [status(410), 'reached'],
    [status(500), 'failed'],
    [timeOut, 'unknown'],
  ])('says of the app what the attempt shows', async (answer, endpoint) => {
    const scene = createScene(answer);
    await scene.deliver({ timeoutCounts: 'ignore' });
    expect(scene.outcomes).toMatchObject([{ endpoint }]);
  });

  test('adds up to a tenth to each wait', async () => {
    const scene = createScene(status(500));
    await deliverEvent(
      { ...scene.outbox, random: () => 1 },
      {
        event: EVENT,
        jobAttempts: 1,
        timeoutMs: 1,
        timeoutCounts: 'count',
      },
    );
    expect(scene.outcomes).toMatchObject([{ retryAt: inSeconds(66) }]);
  });

  test('counts a time-out, except in the first attempt', async () => {
    const scene = createScene(timeOut);
    await scene.deliver();
    await scene.deliver({ timeoutCounts: 'ignore' });
    expect(scene.outcomes).toMatchObject([
      { state: 'pending', failures: 1, attempt: { Status: null, Detail: 'no answer within 10000 ms' } },
      { state: 'pending', failures: 0, retryAt: NOW },
    ]);
  });

  test('counts a refused connection', async () => {
    const scene = createScene(() => Promise.reject(new TypeError('fetch failed')));
    await scene.deliver({ timeoutCounts: 'ignore' });
    expect(scene.outcomes).toMatchObject([{ failures: 1, attempt: { Status: null, Detail: 'connection failed' } }]);
  });

  test('keeps only the first bytes of an answer, without NUL', async () => {
    const scene = createScene(status(500, `a\0b${'x'.repeat(5_000)}`));
    await scene.deliver();
    const [outcome] = scene.outcomes;
    expect(outcome?.attempt).toMatchObject({ Detail: `ab${'x'.repeat(253)}` });
  });
});

describe('deliverFirst', () => {
  const event = { ...EVENT, type: 'record_file.created', delivery: 'pending' as const };

  test('sends nothing where no webhook is configured', async () => {
    const scene = createScene(status(204));
    expect(await deliverFirst({ ...scene.outbox, webhook: undefined }, event)).toBe('pending');
    expect(scene.requests).toEqual([]);
  });

  test('does not fail when the outcome cannot be stored', async () => {
    const scene = createScene(status(204));
    const outbox: Outbox = {
      ...scene.outbox,
      database: {
        query: async () => {
          throw new RecorderError('ServiceUnavailable');
        },
        close: async () => {},
      },
    };
    expect(await deliverFirst(outbox, event)).toBe('pending');
  });
});
