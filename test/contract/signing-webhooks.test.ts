/**
 * Standard Webhooks against the reference library's own vector, and both ways against npm `standardwebhooks`.
 *
 * @module
 */
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from '../../shared/signing/standard-webhooks.ts';

/** libraries/javascript/src/webhook.test.ts of standard-webhooks/standard-webhooks, "sign function works". */
const REFERENCE = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: '{"test": 2432232314}',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

const OLD_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NEW_SECRET = `whsec_${Buffer.alloc(64, 2).toString('base64')}`;
const BODIES = ['{"type":"record_file.created","data":{"AppId":"a"}}', '{"Text":"你好, it\'s 100%~ 😀"}', '{}'];

describe('signWebhook', () => {
  it('makes the reference signature', () => {
    expect(signWebhook({ ...REFERENCE, secrets: [REFERENCE.secret] })).toEqual({
      'webhook-id': REFERENCE.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': REFERENCE.signature,
    });
  });

  it.each(BODIES)('is accepted by standardwebhooks with either secret of a rotation: %s', (body) => {
    const timestampSeconds = Math.floor(Date.now() / 1000);
    const headers = { ...signWebhook({ id: 'msg_1', timestampSeconds, body, secrets: [NEW_SECRET, OLD_SECRET] }) };

    expect(new Webhook(OLD_SECRET).verify(body, headers)).toEqual(JSON.parse(body));
    expect(new Webhook(NEW_SECRET).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('is refused by standardwebhooks with another secret', () => {
    const timestampSeconds = Math.floor(Date.now() / 1000);
    const headers = { ...signWebhook({ id: 'msg_1', timestampSeconds, body: '{}', secrets: [NEW_SECRET] }) };

    expect(() => new Webhook(OLD_SECRET).verify('{}', headers)).toThrow('No matching signature found');
  });
});

describe('verifyWebhook', () => {
  it('accepts the reference signature', () => {
    const headers = [
      ['webhook-id', REFERENCE.id],
      ['webhook-timestamp', '1614265330'],
      ['webhook-signature', REFERENCE.signature],
    ] as const;
    const verified = verifyWebhook({
      headers,
      body: REFERENCE.body,
      secrets: [REFERENCE.secret],
      nowMs: 1614265330_000,
      toleranceSeconds: 0,
    });

    expect(verified).toEqual({ id: REFERENCE.id, timestampSeconds: 1614265330, body: REFERENCE.body });
  });

  it.each(BODIES)('accepts what standardwebhooks signs: %s', (body) => {
    const signature = new Webhook(OLD_SECRET).sign('msg_1', new Date(1_700_000_000_000), body);
    const headers = new Headers({
      'Webhook-Id': 'msg_1',
      'Webhook-Timestamp': '1700000000',
      'Webhook-Signature': signature,
    });
    const received = { headers, secrets: [NEW_SECRET, OLD_SECRET], nowMs: 1_700_000_000_000, toleranceSeconds: 0 };

    expect(verifyWebhook({ ...received, body }).body).toBe(body);
    expect(verifyWebhook({ ...received, body: Buffer.from(body) }).id).toBe('msg_1');
  });
});
