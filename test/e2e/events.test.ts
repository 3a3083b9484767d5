import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWebhookReceiver } from '../../local/webhook-receiver.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);

describe('events', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());
  beforeEach(async () => {
    stack.app.respondWith(204);
    await stack.database.query('update webhook_endpoint set failures_in_a_row = 0', []);
    await stack.database.query("delete from jobs where kind = 'deliver'", []);
  });

  const postFile = async (TaskId: string, Url = `http://rtc-record.oss-cn-shanghai.aliyuncs.com/${TaskId}.m3u8`) => {
    const body = JSON.stringify({ ...SAMPLE, AppId: 'yourAppId', TaskId, Url });
    const response = await fetch(stack.callbackUrl, { method: 'POST', body });
    expect(response.status).toBe(200);
  };
  const listEvents = async (query: string) => {
    const { status, body } = await stack.call('GET', `/events?${query}`);
    expect(status).toBe(200);
    return body;
  };
  const redeliver = (id: unknown) => stack.call('POST', `/events/${id}/redeliver`, {});
  const readFailures = async () => {
    const rows = await stack.database.query<{ count: number }>(
      'select failures_in_a_row as count from webhook_endpoint',
      [],
    );
    return rows[0]?.count;
  };

  test('are listed newest first, page by page, with what the app was told', async () => {
    for (const index of [1, 2, 3])
      await postFile('paged', `http://rtc-record.oss-cn-shanghai.aliyuncs.com/${index}.m3u8`);
    const page1 = await listEvents('TaskId=paged&Limit=2');
    const page2 = await listEvents(`TaskId=paged&Limit=2&After=${page1.Next}`);
    expect([page1.Events, page2.Events].flat()).toMatchObject(
      [3, 2, 1].map((index) => ({
        Type: 'record_file.created',
        TaskId: 'paged',
        Delivery: 'delivered',
        Attempts: [{ Status: 204 }],
        Data: { TaskId: 'paged', Url: `http://rtc-record.oss-cn-shanghai.aliyuncs.com/${index}.m3u8` },
      })),
    );
    expect(page2.Next).toBeUndefined();
  });

  test('are filtered by type, delivery and AppId', async () => {
    stack.app.respondWith(410);
    await postFile('filtered');
    expect(await listEvents('TaskId=filtered&Delivery=dead')).toMatchObject({ Events: [{ TaskId: 'filtered' }] });
    expect(await listEvents('TaskId=filtered&Delivery=delivered')).toMatchObject({ Events: [] });
    expect(await listEvents('TaskId=filtered&Type=record_task.started')).toMatchObject({ Events: [] });
    expect(await listEvents('TaskId=filtered&AppId=nobody')).toMatchObject({ Events: [] });
    expect(await stack.call('GET', '/events?Delivery=lost&Limit=1000')).toMatchObject({
      status: 400,
      body: { Issues: [{ Path: 'Delivery' }, { Path: 'Limit' }] },
    });
  });

  test('that are dead are delivered again by hand, with the same id', async () => {
    stack.app.respondWith(410);
    await postFile('dead');
    const [event] = [(await listEvents('TaskId=dead')).Events].flat();
    expect(event).toMatchObject({ Delivery: 'dead' });
    stack.app.respondWith(204);
    const { EventId } = Object(event);
    expect(await redeliver(EventId)).toMatchObject({ status: 200, body: { EventId, Outcome: 'delivered' } });
    expect(stack.app.events().find((received) => received.id === EventId)).toMatchObject({ attempts: 2 });
    expect(await listEvents('TaskId=dead')).toMatchObject({
      Events: [{ Delivery: 'delivered', Attempts: [{ Status: 410 }, { Status: 204 }] }],
    });
  });

  test('that were delivered can be told again, and a failing one goes back to the schedule', async () => {
    await postFile('again');
    const [event] = [(await listEvents('TaskId=again')).Events].flat();
    const { EventId } = Object(event);
    stack.app.respondWith(500);
    expect(await redeliver(EventId)).toMatchObject({ status: 200, body: { Outcome: 'pending' } });
    stack.app.respondWith(204);
    await stack.passTime(70);
    await stack.tick();
    expect(await listEvents('TaskId=again')).toMatchObject({ Events: [{ Delivery: 'delivered', Failures: 1 }] });
  });

  test('that nobody knows are not delivered, and only JSON may ask for it', async () => {
    expect(await redeliver('nobody')).toMatchObject({ status: 404 });
    const plain = await stack.call('POST', '/events/x/redeliver', 'x', { 'content-type': 'text/plain' });
    expect(plain).toMatchObject({ status: 415 });
  });

  test('wait while the app is down: a tick probes once, and goes on when the probe comes through', async () => {
    stack.app.respondWith(503);
    for (let index = 0; index < 8; index++) await postFile(`down-${index}`);
    expect(await readFailures()).toBe(8);
    await stack.passTime(70);
    await stack.tick();
    expect(await readFailures()).toBe(9);
    const pending = [(await listEvents('Delivery=pending')).Events].flat();
    const failures = pending.map((event) => Number(Object(event).Failures));
    // One lost an attempt to the probe, the others none.
    expect(failures.toSorted()).toEqual([1, 1, 1, 1, 1, 1, 1, 2]);
    stack.app.respondWith(204);
    await stack.tick();
    expect(await readFailures()).toBe(0);
    await stack.passTime(400);
    await stack.tick();
    expect(await listEvents('Delivery=pending')).toMatchObject({ Events: [] });
    expect(stack.app.events().filter((event) => JSON.stringify(event.data).includes('"down-'))).toHaveLength(8);
  });

  test.each([301, 302, 404, 429, 500])(
    'that the app answers with %i are sent again, and no redirect is followed',
    async (status) => {
      stack.app.respondWith(status);
      await postFile(`status-${status}`);
      expect(await listEvents(`TaskId=status-${status}`)).toMatchObject({
        Events: [{ Delivery: 'pending', Failures: 1, Attempts: [{ Status: status }] }],
      });
    },
  );
});

describe('rotation of the webhook secret', () => {
  const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

  test('signs with both while both are listed, then with the new one alone', async () => {
    const withOld = await startWebhookReceiver({ port: 0, secret: OLD });
    const withNew = await startWebhookReceiver({ port: 0, secret: NEW });
    try {
      const outcomes: Record<string, string[]> = {};
      for (const [receiver, name] of [
        [withOld, 'old'],
        [withNew, 'new'],
      ] as const) {
        for (const secrets of [`${NEW},${OLD}`, NEW]) {
          const environment = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRETS: secrets };
          const stack = await startTestStack({ environment });
          try {
            await stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId: 't', TemplateId: 'x' });
            const { body } = await stack.call('GET', '/events');
            const [event] = [body.Events].flat();
            outcomes[name] = [...(outcomes[name] ?? []), String(Object(event).Delivery)];
          } finally {
            await stack.close();
          }
        }
      }
      expect(outcomes).toEqual({ old: ['delivered', 'pending'], new: ['delivered', 'delivered'] });
      expect(withOld.rejectedCount()).toBe(1);
    } finally {
      await withOld.close();
      await withNew.close();
    }
  });
});
