/**
 * Who gets in: every route of the start function, every action of its drop-in and every way to the callback function,
 * each against everything that must not open it. Routes and actions are those the code has: a new one is in the table
 * of its own accord.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { app } from '../../functions/start/routes.ts';
import { RPC_ACTIONS } from '../../functions/start/rpc-actions.ts';
import { LOCAL_API_KEY, LOCAL_APP_ID } from '../../local/stack.ts';
import { signAcs3 } from '../../shared/signing/acs3.ts';
import { createCallbackToken } from '../../shared/signing/callback-token.ts';
import { signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const [accessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');
const OTHER_KEY = 'other:the-secret-of-another-deployment-of-this';
const [otherId = '', otherSecret = ''] = OTHER_KEY.split(':');

type Headers = Readonly<Record<string, string>>;

const basic = (credentials: string): Headers => ({
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
});
const RIGHT = basic(LOCAL_API_KEY);

interface Route {
  readonly method: string;
  readonly path: string;
}

/** All that there is, with some id where a path needs one; each GET as HEAD too. */
const ROUTES: readonly Route[] = app.routes
  .filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => ({ method, path: path.replaceAll(/:\w+/g, 'some-id') }))
  .flatMap((route) => (route.method === 'GET' ? [route, { ...route, method: 'HEAD' }] : [route]));
const OPEN_PATH = '/healthz';
const CLOSED = ROUTES.filter(({ path }) => path !== OPEN_PATH);

/** The moment of a signature, as the vendor writes it. */
const formatTime = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

interface Call {
  readonly Action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly key: readonly [id: string, secret: string];
  readonly signedAtMs: number;
  readonly nonce: string;
  /** The host that is signed for, V3 only. */
  readonly host: string;
  readonly securityToken?: string;
}

/** A request as it goes to the wire. */
interface Wire {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Headers;
  readonly body?: string;
}

function signV1({ Action, parameters, key: [id, secret], signedAtMs, nonce, securityToken }: Call): string {
  const common = { AccessKeyId: id, SignatureNonce: nonce, ...(securityToken && { SecurityToken: securityToken }) };
  return signPath(Action, parameters, { method: 'POST', accessKeySecret: secret, signedAtMs, common });
}

function signV3(call: Call, query: Call['parameters'], form: Call['parameters']): Wire {
  const body = new URLSearchParams(form).toString();
  const headers = {
    'x-acs-action': call.Action,
    'x-acs-version': '2018-01-11',
    'x-acs-date': formatTime(call.signedAtMs),
    'x-acs-signature-nonce': call.nonce,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(call.securityToken && { 'x-acs-security-token': call.securityToken }),
  };
  const signature = signAcs3(
    {
      ...{ method: 'POST', path: '/', query: Object.entries(query), body: Buffer.from(body) },
      headers: Object.entries({ ...headers, host: call.host }),
    },
    { accessKeyId: call.key[0], accessKeySecret: call.key[1] },
  );
  const { Authorization, ...rest } = signature;
  return {
    ...{ method: 'POST', path: `/?${new URLSearchParams(query)}`, body },
    headers: { ...headers, ...rest, authorization: Authorization },
  };
}

/** The layouts in which official clients send a call; both signatures, each with its parameters in query or body. */
const LAYOUTS: Readonly<Record<'V1 query' | 'V1 form' | 'V3 query' | 'V3 form', (call: Call) => Wire>> = {
  'V1 query': (call) => ({ method: 'POST', path: signV1(call), headers: {} }),
  'V1 form': (call) => ({
    ...{ method: 'POST', path: '/', body: signV1(call).slice('/?'.length) },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }),
  'V3 query': (call) => signV3(call, call.parameters, {}),
  'V3 form': (call) => signV3(call, {}, call.parameters),
};

const mapQueryOrBody = (wire: Wire, change: (text: string) => string): Wire => ({
  ...wire,
  path: change(wire.path),
  ...(wire.body !== undefined && { body: change(wire.body) }),
});

const withoutSignature = (wire: Wire): Wire => {
  const { authorization: _, ...headers } = wire.headers;
  return mapQueryOrBody({ ...wire, headers }, (text) => text.replace(/&Signature=[^&]*/, ''));
};

interface Fault {
  readonly call?: Partial<Call>;
  readonly change?: (wire: Wire) => Wire;
  readonly V1: string | undefined;
  readonly V3: string;
}

const same = (Code: string) => ({ V1: Code, V3: Code });
const MINUTE_MS = 60_000;

/** Everything that must not open the drop-in, and what it is answered; undefined where the signature has no such thing. */
const RPC_FAULTS: Readonly<Record<string, Fault>> = {
  'no signature': { change: withoutSignature, V1: 'MissingSignature', V3: 'MissingAction' },
  'Basic with the right key instead of a signature': {
    change: (wire) => ({ ...withoutSignature(wire), headers: { ...withoutSignature(wire).headers, ...RIGHT } }),
    ...{ V1: 'MissingSignature', V3: 'MissingAction' },
  },
  'a wrong secret': { call: { key: [accessKeyId, `${accessKeySecret}x`] }, ...same('SignatureDoesNotMatch') },
  'an empty secret': { call: { key: [accessKeyId, ''] }, ...same('SignatureDoesNotMatch') },
  'an unknown key': { call: { key: ['nobody', accessKeySecret] }, ...same('InvalidAccessKeyId.NotFound') },
  'a key that is a name of every object': {
    ...{ call: { key: ['constructor', accessKeySecret] }, ...same('InvalidAccessKeyId.NotFound') },
  },
  'the key of another deployment': {
    ...{ call: { key: [otherId, otherSecret] }, ...same('InvalidAccessKeyId.NotFound') },
  },
  'a signature of sixteen minutes ago': {
    ...{ call: { signedAtMs: Date.now() - 16 * MINUTE_MS }, ...same('InvalidTimeStamp.Expired') },
  },
  'a signature of in seventeen minutes': {
    ...{ call: { signedAtMs: Date.now() + 17 * MINUTE_MS }, ...same('InvalidTimeStamp.Expired') },
  },
  'a signature for another host': { call: { host: 'rtc.aliyuncs.com' }, V1: undefined, V3: 'SignatureDoesNotMatch' },
  'a security token, which API keys have not': {
    ...{ call: { securityToken: 'token' }, ...same('InvalidSecurityToken.MismatchWithAccessKey') },
  },
  'another parameter than was signed': {
    change: (wire) => mapQueryOrBody(wire, (text) => text.replace('TaskId=signed', 'TaskId=forged')),
    ...same('SignatureDoesNotMatch'),
  },
  'one more parameter than was signed': {
    change: (wire) => mapQueryOrBody(wire, (text) => `${text}${text.includes('TaskId=') ? '&MixMode=0' : ''}`),
    ...same('SignatureDoesNotMatch'),
  },
  'an overlong nonce': { call: { nonce: 'n'.repeat(129) }, ...same('InvalidSignatureNonce') },
};

describe('the doors', () => {
  let stack: TestStack;
  /** Another deployment, which takes no plain http and has a key of its own. */
  let other: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
    other = await startTestStack({ environment: { API_KEYS: OTHER_KEY, ALLOW_HTTP: 'false' } });
  });

  afterAll(async () => {
    await other.close();
    await stack.close();
  });

  async function send(target: TestStack, { method, path }: Route, headers: Headers, body?: string) {
    const response = await fetch(`${target.start.url}${path}`, {
      ...{ method, headers, redirect: 'manual' },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, Code: /(?:"Code":"|<Code>)([\w.]+)/.exec(text)?.[1] };
  }

  async function countRows({ database }: TestStack): Promise<unknown> {
    const rows = await database.query(
      `select (select count(*) from tasks) + (select count(*) from files) + (select count(*) from events)
  + (select count(*) from schedules) + (select count(*) from dead_letters) + (select count(*) from nonces) as count`,
      [],
    );
    return rows;
  }

  /** How many rows there were when the test began. */
  const rowsBefore = new Map<TestStack, unknown>();

  beforeEach(async () => {
    for (const target of [stack, other]) rowsBefore.set(target, await countRows(target));
  });

  /** A refusal leaves nothing behind: no call to RTC, no row. */
  async function expectNothing(target: TestStack): Promise<void> {
    expect(target.rtc.requests()).toEqual([]);
    expect(await countRows(target)).toEqual(rowsBefore.get(target));
  }

  const sendWire = (wire: Wire) => send(stack, wire, wire.headers, wire.body);

  const createCall = (Action: string, changes: Partial<Call> = {}): Call => ({
    ...{ Action, key: [accessKeyId, accessKeySecret], signedAtMs: Date.now(), nonce: randomUUID() },
    parameters: { AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 'signed', TemplateId: 't' },
    host: new URL(stack.start.url).host,
    ...changes,
  });

  describe('to REST', () => {
    test('are before every route but one', () => {
      expect(CLOSED.length).toBeGreaterThan(20);
      expect(ROUTES.filter(({ path }) => path === OPEN_PATH).map(({ method }) => method)).toEqual(['GET', 'HEAD']);
    });

    const [id, secret] = [accessKeyId, accessKeySecret];
    const encoded = Buffer.from(LOCAL_API_KEY).toString('base64');
    const acs3 = `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=host,Signature=${'0'.repeat(64)}`;

    test.each<[name: string, headers: Headers, status: number]>([
      ['no credentials', {}, 401],
      ['a wrong secret', basic(`${id}:${secret}x`), 401],
      ['a secret cut short', basic(`${id}:${secret.slice(0, -1)}`), 401],
      ['no secret', basic(`${id}:`), 401],
      ['a wrong id', basic(`nobody:${secret}`), 401],
      ['an id in other letters', basic(`${id.toUpperCase()}:${secret}`), 401],
      ['no id', basic(`:${secret}`), 401],
      ['no colon', basic(`${id}${secret}`), 401],
      ['the key of another deployment', basic(OTHER_KEY), 401],
      ['the scheme alone', { authorization: 'Basic' }, 401],
      ['no base64', { authorization: `Basic ${LOCAL_API_KEY}` }, 401],
      ['another scheme', { authorization: `Bearer ${encoded}` }, 401],
      ['the right key twice', { authorization: `Basic ${encoded},Basic ${encoded}` }, 401],
      ['the right key with something behind it', { authorization: `Basic ${encoded} x` }, 401],
      ['an overlong header', { authorization: `Basic ${encoded}${'A'.repeat(1_024)}` }, 401],
      ['the right key in another header', { 'proxy-authorization': `Basic ${encoded}` }, 401],
      ['an ACS3 signature', { authorization: acs3 }, 401],
      ['the right key from another origin', { ...RIGHT, origin: 'https://evil.example' }, 403],
      ['the right key from nowhere', { ...RIGHT, origin: 'null' }, 403],
      ['the right key from another site', { ...RIGHT, 'sec-fetch-site': 'cross-site' }, 403],
      ['the right key from a sister site', { ...RIGHT, 'sec-fetch-site': 'same-site' }, 403],
      [
        'the right key by a link from another site',
        { ...RIGHT, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
        403,
      ],
    ])('stay shut for %s', async (_name, headers, status) => {
      const code = status === 401 ? 'Unauthorized' : 'CrossSiteRequest';
      for (const route of CLOSED) {
        const answer = await send(stack, route, { 'content-type': 'application/json', ...headers });
        expect({ ...route, ...answer }).toEqual({
          ...{ ...route, status },
          Code: route.method === 'HEAD' ? undefined : code,
        });
      }
      await expectNothing(stack);
    });

    test('stay shut for a V1 signature in the query', async () => {
      // With it `/` is the other door.
      for (const route of CLOSED.filter(({ path }) => path !== '/')) {
        const path = `${route.path}?${signV1(createCall('StartRecordTask')).slice('/?'.length)}`;
        expect({ ...route, ...(await send(stack, { ...route, path }, {})) }).toMatchObject({ ...route, status: 401 });
      }
      await expectNothing(stack);
    });

    test('stay shut for plain http', async () => {
      for (const route of CLOSED) {
        const headers = { ...basic(OTHER_KEY), 'x-forwarded-proto': 'https' };
        expect({ ...route, ...(await send(other, route, headers)) }).toMatchObject({ ...route, status: 404 });
      }
      const log = other.log.filter((line) => line.includes('"code":"InvalidProtocol.NeedSsl"'));
      expect(log).toHaveLength(CLOSED.length);
      await expectNothing(other);
    });

    test('stay shut for paths that only look like the open one', async () => {
      const paths = ['//healthz', '/healthz/x', '/HEALTHZ', '/healthz%2f', '/healthz/..%2frecord-tasks'];
      for (const path of [...paths, '/healthz;/record-tasks', '/record-tasks?/healthz', '/record-tasks#/healthz']) {
        expect([path, (await send(stack, { method: 'GET', path }, {})).status]).toEqual([path, 401]);
      }
    });

    test('tell nobody without a key which paths and methods there are', async () => {
      for (const path of ['/record-tasks', '/nothing', '/record-tasks/x/y']) {
        for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
          expect(await send(stack, { method, path }, {})).toEqual({ status: 401, Code: 'Unauthorized' });
        }
      }
    });

    test('open for the right key', async () => {
      for (const route of CLOSED) {
        const answer = await send(stack, route, RIGHT);
        expect({ ...route, ...answer }).not.toMatchObject({ status: 401 });
        expect({ ...route, ...answer }).not.toMatchObject({ status: 403 });
        expect(answer.status).toBeLessThan(500);
      }
    });

    test('leave liveness to everybody', async () => {
      expect(await send(other, { method: 'GET', path: OPEN_PATH }, {})).toMatchObject({ status: 200 });
    });
  });

  describe('to the drop-in', () => {
    const ACTIONS = [...RPC_ACTIONS.keys()];

    test.each(Object.entries(RPC_FAULTS))('stay shut for %s', async (_name, { call, change, V1, V3 }) => {
      for (const Action of ACTIONS) {
        for (const [layout, sign] of Object.entries(LAYOUTS)) {
          const code = layout.startsWith('V1') ? V1 : V3;
          if (code === undefined) continue;
          const signed = sign(createCall(Action, call));
          const answer = await sendWire(change?.(signed) ?? signed);
          expect({ Action, layout, Code: answer.Code }).toEqual({ Action, layout, Code: code });
          expect(answer.status).toBeGreaterThanOrEqual(400);
        }
      }
      await expectNothing(stack);
    });

    test('stay shut for plain http', async () => {
      for (const sign of Object.values(LAYOUTS)) {
        const { path, headers, body } = sign(createCall('StartRecordTask', { key: [otherId, otherSecret] }));
        const answer = await send(other, { method: 'POST', path }, { ...headers, 'x-forwarded-proto': 'https' }, body);
        expect(answer).toEqual({ status: 404, Code: 'InvalidProtocol.NeedSsl' });
      }
      await expectNothing(other);
    });

    test('stay shut for a signature of one layout in another', async () => {
      const wire = LAYOUTS['V1 query'](createCall('StartRecordTask'));
      const asGet = await send(stack, { method: 'GET', path: wire.path }, {});
      expect(asGet).toEqual({ status: 400, Code: 'SignatureDoesNotMatch' });
      const v3 = LAYOUTS['V3 form'](createCall('StartRecordTask'));
      const inQuery = await send(stack, { method: 'POST', path: `/?${v3.body}` }, v3.headers, '');
      expect(inQuery.status).toBe(400);
      const elsewhere = { ...v3.headers, 'x-acs-action': 'StopRecordTask' };
      expect(await send(stack, v3, elsewhere, v3.body)).toEqual({ status: 400, Code: 'SignatureDoesNotMatch' });
      await expectNothing(stack);
    });

    test('open once for each signature', async () => {
      for (const Action of ACTIONS) {
        for (const [layout, sign] of Object.entries(LAYOUTS)) {
          const wire = sign(createCall(Action, { parameters: { AppId: 'notYours', TaskId: 'signed' } }));
          const first = await sendWire(wire);
          const again = await sendWire(wire);
          expect({ Action, layout, first: first.Code, again: again.Code }).toEqual({
            ...{ Action, layout, again: 'SignatureNonceUsed' },
            first: expect.stringMatching(/^(InvalidAppId|MissingChannelId|MissingTemplateId|InvalidTask\.NotFound)$/),
          });
        }
      }
      expect(stack.rtc.requests()).toEqual([]);
    });
  });

  describe('to the callback function', () => {
    const readToken = () => stack.callbackUrl.slice(stack.callbackUrl.lastIndexOf('/') + 1);
    const path = (token: string, AppId = LOCAL_APP_ID) => `/record-callbacks/${AppId}/${token}`;
    const BODY = JSON.stringify({
      ...{ AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 't', Event: 'FileCreated', MsgId: 'm' },
      ...{ StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z' },
      Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/1.m3u8',
    });

    async function post(callbackPath: string, method = 'POST', headers: Headers = {}) {
      const init = method === 'GET' || method === 'HEAD' ? {} : { body: BODY };
      const response = await fetch(`${stack.callback.url}${callbackPath}`, { method, headers, ...init });
      await response.arrayBuffer();
      return response.status;
    }

    test('stay shut for every token but the right one', async () => {
      const token = readToken();
      const forged = [
        ...['', 'x', token.slice(0, -1), `${token}A`, `A${token}`, token.toLowerCase(), `${token}%00`, `%20${token}`],
        ...[
          encodeURIComponent(accessKeySecret),
          createCallbackToken('another-secret-of-thirty-two-chars', LOCAL_APP_ID),
        ],
        ...[createCallbackToken(stack.callbackSecret, 'otherApp'), 'A'.repeat(43), 'A'.repeat(2_000), '__proto__'],
      ];
      for (const candidate of forged) expect([candidate, await post(path(candidate))]).toEqual([candidate, 401]);
      const appIds = ['otherApp', LOCAL_APP_ID.toLowerCase(), `${LOCAL_APP_ID}%20`, '', '__proto__'];
      for (const AppId of appIds) expect([AppId, await post(path(token, AppId))]).toEqual([AppId, 401]);
      await expectNothing(stack);
    });

    test('stay shut for other paths and methods', async () => {
      const token = readToken();
      const paths = ['/', '/healthz', `/${token}`, `/record-callbacks/${token}`, `${path(token)}/`, `/${path(token)}`];
      for (const other of [
        ...paths,
        `/record-callbacks/x/..%2f${LOCAL_APP_ID}/${token}`,
        `${path('x')}?token=${token}`,
      ]) {
        expect([other, await post(other)]).toEqual([
          other,
          expect.toSatisfy((status) => status === 404 || status === 401),
        ]);
      }
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
        expect([method, await post(path(token), method)]).toEqual([
          method,
          expect.toSatisfy((status) => status >= 400),
        ]);
      }
      expect(await post('/record-callbacks', 'POST', RIGHT)).toBe(404);
      expect(await post(path('x'), 'POST', RIGHT)).toBe(401);
      await expectNothing(stack);
    });

    test('open for the right token', async () => {
      expect(await post(path(readToken()))).toBe(200);
    });
  });
});
