import { describe, expect, test } from 'vitest';
import { decodeRpcEvent, isRpcRequest, type RpcDoor, verifyRpcCaller } from '../../../functions/start/rpc-request.ts';
import { RecorderError } from '../../../shared/errors.ts';
import type { HttpEvent } from '../../../shared/fc.ts';
import { signAcs3 } from '../../../shared/signing/acs3.ts';
import { signRpcV1 } from '../../../shared/signing/rpc-v1.ts';

const NOW_MS = Date.parse('2026-11-22T10:00:00Z');
const KEY = { id: 'testid', secret: 'testsecret' };
const FORM = 'application/x-www-form-urlencoded';

interface EventParts {
  readonly method?: string;
  readonly rawPath?: string;
  readonly headers?: Record<string, string>;
  readonly queryParameters?: Record<string, string>;
  readonly body?: string;
}

function createEvent({
  method = 'POST',
  rawPath = '/',
  headers = {},
  queryParameters = {},
  body = '',
}: EventParts): HttpEvent {
  return {
    version: 'v1',
    rawPath,
    body,
    isBase64Encoded: false,
    headers: { 'X-Forwarded-Proto': 'https', ...headers },
    queryParameters,
    requestContext: {
      domainName: 'recorder.example.com',
      requestId: 'r',
      timeEpoch: '0',
      http: { method, path: rawPath },
    },
  };
}

function createDoor(changes: Partial<RpcDoor['config']> = {}): RpcDoor {
  const used = new Set<string>();
  return {
    config: { apiKeys: [KEY], plainHttp: 'refuse', publicHosts: [], ...changes },
    nowMs: NOW_MS,
    rememberNonce: ({ nonce }) => {
      if (used.has(nonce)) return 'seen';
      used.add(nonce);
      return 'new';
    },
  };
}

/** The code an event is refused with, or who sent it. */
async function verify(event: HttpEvent, door = createDoor()): Promise<string> {
  try {
    return (await verifyRpcCaller(event, decodeRpcEvent(event), door)).accessKeyId;
  } catch (error) {
    return error instanceof RecorderError ? error.code : String(error);
  }
}

const V1_COMMON = {
  AccessKeyId: KEY.id,
  Action: 'StopRecordTask',
  SignatureMethod: 'HMAC-SHA1',
  SignatureNonce: 'nonce-1',
  SignatureVersion: '1.0',
  Timestamp: '2026-11-22T10:00:00Z',
  Version: '2018-01-11',
};

/** Signs `pairs` as a client does, and hands them over as the platform does: names given twice joined by a comma. */
function createV1Query(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const signed = [...Object.entries(V1_COMMON), ...pairs];
  const Signature = signRpcV1({ method: 'POST', parameters: signed }, KEY.secret);
  const joined = new Map<string, string>();
  for (const [name, value] of [...signed, ['Signature', Signature] as const]) {
    joined.set(name, joined.has(name) ? `${joined.get(name)},${value}` : value);
  }
  return Object.fromEntries(joined);
}

function createV3Event(host: string, query: Record<string, string> = { TaskId: 'a' }): HttpEvent {
  const headers = {
    'x-acs-action': 'StopRecordTask',
    'x-acs-version': '2018-01-11',
    'x-acs-date': '2026-11-22T10:00:00Z',
    'x-acs-signature-nonce': 'nonce-1',
  };
  const request = {
    method: 'POST',
    path: '/',
    query: Object.entries(query),
    headers: Object.entries({ ...headers, host }),
    body: Buffer.alloc(0),
  };
  const signature = signAcs3(request, { accessKeyId: KEY.id, accessKeySecret: KEY.secret });
  const sent = Object.entries({ ...headers, ...signature }).map(([name, value]) => [capitalize(name), value]);
  return createEvent({ headers: Object.fromEntries(sent), queryParameters: query });
}

/** As the platform writes header names. */
function capitalize(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

describe('isRpcRequest', () => {
  test.each<[string, EventParts]>([
    ['a query with Action', { method: 'GET', queryParameters: { Action: 'StopRecordTask' } }],
    ['a query with Signature', { method: 'GET', queryParameters: { Signature: 'x' } }],
    ['a header x-acs-action in any case', { headers: { 'X-Acs-Action': 'StopRecordTask' } }],
    ['a form body', { headers: { 'Content-Type': `${FORM}; charset=utf-8` } }],
  ])('takes %s for RPC', (_name, parts) => {
    expect(isRpcRequest(createEvent(parts))).toBe(true);
  });

  test.each<[string, EventParts]>([
    ['the console', { method: 'GET' }],
    ['another path', { rawPath: '/record-tasks', queryParameters: { Action: 'StartRecordTask', Signature: 'x' } }],
    ['another method', { method: 'DELETE', queryParameters: { Action: 'StopRecordTask' } }],
    ['a JSON body without a mark', { headers: { 'Content-Type': 'application/json' } }],
    ['a form body of a GET request', { method: 'GET', headers: { 'Content-Type': FORM } }],
  ])('leaves %s to REST', (_name, parts) => {
    expect(isRpcRequest(createEvent(parts))).toBe(false);
  });
});

describe('decodeRpcEvent', () => {
  test('keeps decoded values as they are: plus, percent, comma, ampersand', () => {
    const values = { Action: 'StartRecordTask', A: '1+1 = 2', B: '100%25', C: 'a,b', D: 'x&y=z', E: '你好', F: '' };
    const { query } = decodeRpcEvent(createEvent({ queryParameters: values }));
    expect(query).toEqual(Object.entries(values));
  });

  test('reads + as a space in a form body, where nothing was decoded yet', () => {
    const event = createEvent({ headers: { 'Content-Type': FORM }, body: 'Action=StartRecordTask&Text=a+b%2Bc' });
    expect(decodeRpcEvent(event).form).toEqual([
      ['Action', 'StartRecordTask'],
      ['Text', 'a b+c'],
    ]);
  });

  test('reads a form body that arrives as base64', () => {
    const body = Buffer.from('Action=StopRecordTask&TaskId=%E4%BD%A0').toString('base64');
    const event = { ...createEvent({ headers: { 'content-type': FORM }, body }), isBase64Encoded: true };
    expect(decodeRpcEvent(event).parameters).toEqual([['TaskId', '你']]);
  });

  test('finds headers whatever their case', () => {
    const headers = { Authorization: 'ACS3-HMAC-SHA256 x', 'X-ACS-Action': 'StopRecordTask', 'x-acs-version': 'v' };
    expect(decodeRpcEvent(createEvent({ headers }))).toMatchObject({
      scheme: 'ACS3',
      Action: 'StopRecordTask',
      Version: 'v',
    });
  });

  test('refuses a body of more than 1 MiB', () => {
    const event = createEvent({ headers: { 'Content-Type': FORM }, body: 'x'.repeat(1_048_577) });
    expect(() => decodeRpcEvent(event)).toThrow(expect.objectContaining({ code: 'BodyTooLarge' }));
  });
});

describe('verifyRpcCaller', () => {
  test('accepts V1 in the query, commas and plus signs included', async () => {
    const queryParameters = createV1Query([
      ['TaskId', 'a,b'],
      ['Text', '1+1 = 2*(~)'],
    ]);
    expect(await verify(createEvent({ queryParameters }))).toBe('testid');
  });

  test('refuses a name that was signed twice and arrives joined', async () => {
    const queryParameters = createV1Query([
      ['TaskId', 'a'],
      ['TaskId', 'b'],
    ]);
    expect(queryParameters.TaskId).toBe('a,b');
    expect(await verify(createEvent({ queryParameters }))).toBe('SignatureDoesNotMatch');
  });

  test('accepts V3 for the trigger’s domain name, with header names in the platform’s case', async () => {
    expect(await verify(createV3Event('recorder.example.com'))).toBe('testid');
  });

  test('accepts V3 for a public host, and for no other', async () => {
    const door = createDoor({ publicHosts: ['rtc.example.com', 'other.example.com:8443'] });
    expect(await verify(createV3Event('other.example.com:8443'), door)).toBe('testid');
    expect(await verify(createV3Event('rtc.aliyuncs.com'), door)).toBe('SignatureDoesNotMatch');
    expect(await verify(createV3Event('rtc.example.com'))).toBe('SignatureDoesNotMatch');
  });

  test('pays no heed to a Host header', async () => {
    const event = createV3Event('rtc.aliyuncs.com');
    const withHost = { ...event, headers: { ...event.headers, Host: 'rtc.aliyuncs.com' } };
    expect(await verify(withHost)).toBe('SignatureDoesNotMatch');
  });

  test('takes a nonce once', async () => {
    const door = createDoor();
    const event = createV3Event('recorder.example.com');
    expect([await verify(event, door), await verify(event, door)]).toEqual(['testid', 'SignatureNonceUsed']);
  });

  test('remembers no nonce of a request that it refuses', async () => {
    const door = createDoor();
    await verify(createV3Event('rtc.aliyuncs.com'), door);
    expect(await verify(createV3Event('recorder.example.com'), door)).toBe('testid');
  });

  test('refuses plain http before anything else, unless it is allowed', async () => {
    const event = createEvent({ queryParameters: {}, headers: { 'X-Forwarded-Proto': 'http' } });
    expect(await verify(event)).toBe('InvalidProtocol.NeedSsl');
    expect(await verify(event, createDoor({ plainHttp: 'allow' }))).toBe('MissingAction');
  });

  test.each([
    ['2026-11-22T09:45:00Z', 'testid'],
    ['2026-11-22T09:44:59Z', 'InvalidTimeStamp.Expired'],
    ['2026-11-22T10:15:01Z', 'InvalidTimeStamp.Expired'],
  ])('answers a request of %s with %s', async (Timestamp, outcome) => {
    const parameters = Object.entries({ ...V1_COMMON, Timestamp });
    const Signature = signRpcV1({ method: 'POST', parameters }, KEY.secret);
    const queryParameters = Object.fromEntries([...parameters, ['Signature', Signature]]);
    expect(await verify(createEvent({ queryParameters }))).toBe(outcome);
  });

  test('refuses a security token: API keys have none', async () => {
    const queryParameters = createV1Query([['SecurityToken', 'token']]);
    expect(await verify(createEvent({ queryParameters }))).toBe('InvalidSecurityToken.MismatchWithAccessKey');
  });

  test('refuses HTTP Basic with a valid pair', async () => {
    const Authorization = `Basic ${Buffer.from(`${KEY.id}:${KEY.secret}`).toString('base64')}`;
    const event = createEvent({
      headers: { Authorization },
      queryParameters: { Action: 'StopRecordTask', Version: '2018-01-11' },
    });
    expect(await verify(event)).toBe('MissingSignature');
  });
});
