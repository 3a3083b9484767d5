import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ReceivedEvent, startWebhookReceiver, type WebhookReceiver } from '../../../local/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('dummy webhook secret, 32 bytes..').toString('base64')}`;

let receiver: WebhookReceiver;
let seen: ReceivedEvent[];

beforeEach(async () => {
  seen = [];
  receiver = await startWebhookReceiver({ port: 0, secret: SECRET, onEvent: (event) => seen.push(event) });
});

afterEach(() => receiver.close());

const BODY = JSON.stringify({ type: 'record_file.created', timestamp: '2026-11-20T08:00:00Z', data: { TaskId: '录' } });

function deliver(
  id: string,
  { body = BODY, at = new Date(), secret = SECRET, signal = null as AbortSignal | null } = {},
) {
  return fetch(receiver.url, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, BODY),
    },
    body,
    signal,
  });
}

describe('startWebhookReceiver', () => {
  it('keeps a verified event and answers 204', async () => {
    expect((await deliver('msg_1')).status).toBe(204);
    expect(receiver.events()).toEqual([
      { id: 'msg_1', type: 'record_file.created', data: { TaskId: '录' }, verifiedAt: expect.any(Date), attempts: 1 },
    ]);
    expect(seen).toEqual(receiver.events());
  });

  it('counts the deliveries of one id', async () => {
    for (const id of ['msg_1', 'msg_2', 'msg_1']) await deliver(id);
    expect(receiver.events().map(({ id, attempts }) => [id, attempts])).toEqual([
      ['msg_1', 2],
      ['msg_2', 1],
    ]);
    expect(seen).toHaveLength(3);
  });

  it.each([
    ['another body than was signed', { body: BODY.replace('created', 'deleted') }],
    ['another secret', { secret: `whsec_${Buffer.from('another secret').toString('base64')}` }],
    ['a time six minutes ago', { at: new Date(Date.now() - 360_000) }],
  ])('answers 401 to %s', async (_, fault) => {
    expect((await deliver('msg_1', fault)).status).toBe(401);
    expect(receiver.events()).toEqual([]);
    expect(receiver.rejectedCount()).toBe(1);
  });

  it('answers 401 without headers', async () => {
    expect((await fetch(receiver.url, { method: 'POST', body: BODY })).status).toBe(401);
  });

  it('answers as it is told, and keeps the event all the same', async () => {
    receiver.respondWith(500);
    expect((await deliver('msg_1')).status).toBe(500);
    receiver.respondWith('hang');
    await expect(deliver('msg_1', { signal: AbortSignal.timeout(200) })).rejects.toThrow(/aborted/u);
    receiver.respondWith(204);
    expect((await deliver('msg_1')).status).toBe(204);
    expect(receiver.events()).toMatchObject([{ id: 'msg_1', attempts: 3 }]);
  });
});
