import { describe, expect, it } from 'vitest';
import { parseWebhookSecret, signWebhook, verifyWebhook } from '../../../shared/signing/standard-webhooks.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const TIMESTAMP_SECONDS = 1_700_000_000;
const MESSAGE = { id: 'msg_1', timestampSeconds: TIMESTAMP_SECONDS, body: '{"type":"record_task.started"}' };

const HEADERS = signWebhook({ ...MESSAGE, secrets: [SECRET] });
const FILLER = `v1,${Buffer.alloc(32).toString('base64')}`;

/** Receives the message with some headers replaced, a header being left out where its value is `undefined`. */
function receive(changed: Record<string, string | undefined>, options: { secrets?: string[]; nowMs?: number } = {}) {
  const headers = Object.entries<string | undefined>({ ...HEADERS, ...changed }).flatMap(
    ([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]),
  );
  const { secrets = [SECRET], nowMs = TIMESTAMP_SECONDS * 1000 } = options;
  return verifyWebhook({ headers, body: MESSAGE.body, secrets, nowMs, toleranceSeconds: 300 });
}

const refusal = (code: string) => expect.objectContaining({ name: 'RecorderError', code });

describe('parseWebhookSecret', () => {
  it.each([24, 25, 26, 32, 64])('gives a key of %i bytes', (length) => {
    const key = Buffer.alloc(length, 0xff);

    expect(Buffer.from(parseWebhookSecret(`whsec_${key.toString('base64')}`))).toEqual(key);
  });

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'whsec_'],
    ['base64 without the prefix', Buffer.alloc(32).toString('base64')],
    ['another prefix', `whsk_${Buffer.alloc(32).toString('base64')}`],
    ['23 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['65 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['missing padding', `whsec_${Buffer.alloc(32).toString('base64').replace('=', '')}`],
    ['base64url', `whsec_${Buffer.alloc(32, 0xff).toString('base64url')}=`],
    ['a line feed at the end', `${SECRET}\n`],
    ['a space before', ` ${SECRET}`],
  ])('refuses %s, without repeating it', (_, secret) => {
    expect(() => parseWebhookSecret(secret)).toThrow(
      expect.objectContaining({
        code: 'Misconfigured',
        message: 'A webhook secret must be whsec_ and base64 of 24 to 64 bytes.',
      }),
    );
  });
});

describe('signWebhook', () => {
  it('signs with every secret, in their order', () => {
    const both = signWebhook({ ...MESSAGE, secrets: [OTHER_SECRET, SECRET] })['webhook-signature'].split(' ');

    expect(both).toHaveLength(2);
    expect(both[0]).toBe(signWebhook({ ...MESSAGE, secrets: [OTHER_SECRET] })['webhook-signature']);
    expect(both[1]).toBe(HEADERS['webhook-signature']);
  });

  it('signs bytes and the same text alike', () => {
    expect(signWebhook({ ...MESSAGE, body: Buffer.from(MESSAGE.body), secrets: [SECRET] })).toEqual(HEADERS);
  });

  it.each([
    ['an id with a dot', { id: 'msg.1' }],
    ['an empty id', { id: '' }],
    ['an id that breaks the header', { id: 'a\r\nb' }],
    ['milliseconds', { timestampSeconds: 1_700_000_000.5 }],
    ['a time before 1970', { timestampSeconds: -1 }],
    ['no time', { timestampSeconds: Number.NaN }],
    ['no secret', { secrets: [] }],
  ])('throws a TypeError for %s', (_, change) => {
    expect(() => signWebhook({ ...MESSAGE, secrets: [SECRET], ...change })).toThrow(TypeError);
  });

  it('refuses an unusable secret', () => {
    expect(() => signWebhook({ ...MESSAGE, secrets: [SECRET, 'whsec_'] })).toThrow(refusal('Misconfigured'));
  });
});

describe('verifyWebhook', () => {
  it('gives id, time and body', () => {
    expect(receive({})).toEqual(MESSAGE);
  });

  it('accepts any of its secrets', () => {
    expect(receive({}, { secrets: [OTHER_SECRET, SECRET] }).id).toBe('msg_1');
  });

  it('passes over signatures that are unknown, old or empty', () => {
    const signatures = `v1a,${'A'.repeat(88)}  v2,x ${FILLER} ${HEADERS['webhook-signature']} v1,`;

    expect(receive({ 'webhook-signature': signatures }).id).toBe('msg_1');
  });

  it('examines the first 32 signatures', () => {
    const signedAfter = (count: number) => [...Array(count).fill(FILLER), HEADERS['webhook-signature']].join(' ');

    expect(receive({ 'webhook-signature': signedAfter(31) }).id).toBe('msg_1');
    expect(() => receive({ 'webhook-signature': signedAfter(32) })).toThrow(refusal('InvalidWebhookSignature'));
  });

  it('does not look at more than 4096 characters of signatures', () => {
    const padded = (length: number) => `${HEADERS['webhook-signature']} `.padEnd(length, 'x');

    expect(receive({ 'webhook-signature': padded(4096) }).id).toBe('msg_1');
    expect(() => receive({ 'webhook-signature': padded(4097) })).toThrow(refusal('InvalidWebhookSignature'));
  });

  it.each([-300_000, 300_000])('accepts an arrival %i ms after signing', (lateMs) => {
    expect(receive({}, { nowMs: TIMESTAMP_SECONDS * 1000 + lateMs }).id).toBe('msg_1');
  });

  it.each([-300_001, 300_001, Number.NaN])('refuses an arrival %d ms after signing', (lateMs) => {
    expect(() => receive({}, { nowMs: TIMESTAMP_SECONDS * 1000 + lateMs })).toThrow(
      refusal('InvalidWebhookTimestamp.Expired'),
    );
  });

  it.each([
    ['webhook-id', 'MissingWebhookId'],
    ['webhook-timestamp', 'MissingWebhookTimestamp'],
    ['webhook-signature', 'MissingWebhookSignature'],
  ])('refuses a webhook without %s', (name, code) => {
    expect(() => receive({ [name]: undefined })).toThrow(refusal(code));
    expect(() => receive({ [name]: '' })).toThrow(refusal(code));
  });

  it.each(['1700000000junk', '1700000000.0', '+1700000000', '01700000000', '1.7e9', '0x6553f100', '-1', 'hello'])(
    'refuses the timestamp %s',
    (timestamp) => {
      expect(() => receive({ 'webhook-timestamp': timestamp })).toThrow(refusal('InvalidWebhookTimestamp.Format'));
    },
  );

  it('refuses an id with a dot: it could shift what was signed', () => {
    expect(() => receive({ 'webhook-id': 'msg_1.1700000000' })).toThrow(refusal('InvalidWebhookId'));
  });

  it.each([
    ['another id', { 'webhook-id': 'msg_2' }],
    ['another time', { 'webhook-timestamp': '1700000001' }],
    ['another signature', { 'webhook-signature': FILLER }],
    ['a cut signature', { 'webhook-signature': HEADERS['webhook-signature'].slice(0, -1) }],
    ['a signature without version', { 'webhook-signature': HEADERS['webhook-signature'].slice(3) }],
    ['a signature of another version', { 'webhook-signature': HEADERS['webhook-signature'].replace('v1', 'v2') }],
  ])('refuses %s', (_, changed) => {
    expect(() => receive(changed)).toThrow(refusal('InvalidWebhookSignature'));
  });

  it.each([
    ['another secret', [OTHER_SECRET]],
    ['no secret', []],
  ])('refuses everything with %s', (_, secrets) => {
    expect(() => receive({}, { secrets })).toThrow(refusal('InvalidWebhookSignature'));
  });
});
