import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import {
  createErrorResult,
  type HttpEvent,
  MAX_BODY_BYTES,
  parseFunctionEvent,
  readBody,
  readHeader,
  readJsonBody,
} from '../../shared/fc.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/fc-events/${name}.json`, import.meta.url));
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function createEvent(changes: Partial<HttpEvent>): HttpEvent {
  return {
    version: 'v1',
    rawPath: '/',
    body: '',
    isBase64Encoded: false,
    headers: {},
    queryParameters: {},
    requestContext: { domainName: 'd', requestId: 'r', http: { method: 'POST', path: '/' } },
    ...changes,
  };
}

const codeOf = (run: () => unknown) => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return error instanceof RecorderError ? error.code : String(error);
  }
};

describe('parseFunctionEvent', () => {
  test.each([
    ['http-get-empty', 'http'],
    ['http-post-json', 'http'],
    ['timer', 'timer'],
    ['mns-queue-eventstreaming', 'messages'],
    ['mns-queue-eventdriven', 'messages'],
  ])('tells the platform’s %s event apart', (name, kind) => {
    expect(parseFunctionEvent(fixture(name)).kind).toBe(kind);
  });

  test('takes a single CloudEvent as a batch of one, and a batch as it is', () => {
    expect(parseFunctionEvent(fixture('mns-queue-eventdriven'))).toMatchObject({ messages: [{ specversion: '1.0' }] });
    expect(parseFunctionEvent(fixture('mns-queue-eventstreaming'))).toMatchObject({ messages: [{}, {}] });
  });

  test('takes a direct invocation', () => {
    expect(parseFunctionEvent(encode({ Action: 'Migrate' }))).toEqual({ kind: 'action', event: { Action: 'Migrate' } });
  });

  test('reads an HTTP event whose optional members are missing or null', () => {
    const bytes = encode({
      version: 'v1',
      rawPath: '/x',
      queryParameters: null,
      requestContext: { http: { method: 'GET' } },
    });
    expect(parseFunctionEvent(bytes)).toMatchObject({ kind: 'http', event: { headers: {}, body: '' } });
  });

  test('does not take a timer event inside an HTTP body for a timer event', () => {
    const bytes = encode(createEvent({ body: fixture('timer').toString() }));
    expect(parseFunctionEvent(bytes).kind).toBe('http');
  });

  test.each([
    ['', ''],
    ['not json', 'not json'],
    ['{}', {}],
    ['{"version":"v2"}', { version: 'v2' }],
    ['null', null],
    ['"text"', 'text'],
  ])('takes %j for none of the known kinds', (text, event) => {
    expect(parseFunctionEvent(new TextEncoder().encode(text))).toEqual({ kind: 'other', event });
  });
});

describe('readHeader', () => {
  test('finds a header whatever the case of its name', () => {
    expect(readHeader(createEvent({ headers: { 'Content-Type': 'a' } }), 'content-type')).toBe('a');
    expect(readHeader(createEvent({ headers: { 'content-type': 'a' } }), 'Content-Type')).toBe('a');
    expect(readHeader(createEvent({ headers: {} }), 'content-type')).toBeUndefined();
  });
});

describe('readBody', () => {
  test('obeys isBase64Encoded whatever the content type says', () => {
    const headers = { 'Content-Type': 'application/json' };
    const body = Buffer.from([0, 255, 1]);
    expect(readBody(createEvent({ headers, body: body.toString('base64'), isBase64Encoded: true }))).toEqual(body);
    expect(readBody(createEvent({ body: 'é' }))).toEqual(Buffer.from([0xc3, 0xa9]));
  });

  test('takes a body of 1 MiB and refuses one byte more', () => {
    const fits = Buffer.alloc(MAX_BODY_BYTES, 97);
    const tooLong = Buffer.alloc(MAX_BODY_BYTES + 1, 97);
    expect(readBody(createEvent({ body: fits.toString() }))).toHaveLength(MAX_BODY_BYTES);
    expect(readBody(createEvent({ body: fits.toString('base64'), isBase64Encoded: true }))).toHaveLength(
      MAX_BODY_BYTES,
    );
    expect(codeOf(() => readBody(createEvent({ body: tooLong.toString() })))).toBe('BodyTooLarge');
    const base64 = createEvent({ body: tooLong.toString('base64'), isBase64Encoded: true });
    expect(codeOf(() => readBody(base64))).toBe('BodyTooLarge');
  });

  test('counts bytes, not characters', () => {
    expect(codeOf(() => readBody(createEvent({ body: 'é'.repeat(MAX_BODY_BYTES / 2 + 1) })))).toBe('BodyTooLarge');
  });
});

describe('readJsonBody', () => {
  test('returns the parsed body', () => {
    expect(readJsonBody(createEvent({ body: '{"a":[1]}' }))).toEqual({ a: [1] });
  });

  test.each(['', '{', '{"a":1,}', '\u0000'])('refuses %j without quoting it', (body) => {
    expect(codeOf(() => readJsonBody(createEvent({ body })))).toBe('MalformedBody');
  });

  test('refuses bytes that are not UTF-8', () => {
    const body = Buffer.from([0x22, 0xff, 0x22]).toString('base64');
    expect(codeOf(() => readJsonBody(createEvent({ body, isBase64Encoded: true })))).toBe('MalformedBody');
  });
});

describe('createErrorResult', () => {
  test('answers in Alibaba’s shape, byte for byte', () => {
    const issue = { Path: 'A[0]', Parameter: 'A.1', Rule: 'type', Message: 'A[0] must be a text.', Accepted: 'a text' };
    const error = new RecorderError('InvalidA', { message: 'A[0] must be a text.', issues: [issue] });
    expect(createErrorResult(error, 'r-1')).toEqual({
      statusCode: 400,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      body: '{"RequestId":"r-1","Code":"InvalidA","Message":"A[0] must be a text.","Issues":[{"Path":"A[0]","Parameter":"A.1","Rule":"type","Message":"A[0] must be a text.","Accepted":"a text"}]}',
      isBase64Encoded: false,
    });
  });

  test('asks for credentials on 401 and for patience on 503', () => {
    expect(createErrorResult(new RecorderError('Unauthorized'), 'r').headers).toHaveProperty('www-authenticate');
    expect(createErrorResult(new RecorderError('NotMigrated'), 'r').headers).toHaveProperty('retry-after', '5');
  });

  test('says which methods a path has', () => {
    const error = new RecorderError('MethodNotAllowed', { allowedMethods: ['GET', 'POST'] });
    expect(createErrorResult(error, 'r')).toMatchObject({ statusCode: 405, headers: { allow: 'GET, POST' } });
  });

  test('tells further details beside code and message', () => {
    const error = new RecorderError('StartUnanswered', { details: { Outcome: 'unanswered', State: 'starting' } });
    expect(JSON.parse(createErrorResult(error, 'r').body)).toEqual({
      RequestId: 'r',
      Code: 'StartUnanswered',
      Message: error.message,
      Outcome: 'unanswered',
      State: 'starting',
    });
  });

  test('keeps the names of faulty variables from the caller', () => {
    const error = new RecorderError('Misconfigured', { message: 'Missing: DATABASE_URL' });
    expect(createErrorResult(error, 'r').body).not.toContain('DATABASE_URL');
  });

  test('asks for a key only where a key would help', () => {
    expect(createErrorResult(new RecorderError('InvalidCallbackToken'), 'r').headers).not.toHaveProperty(
      'www-authenticate',
    );
  });

  test('says nothing of the cause', () => {
    const error = new RecorderError('InternalError', { cause: new Error('postgres://user:password@host') });
    expect(createErrorResult(error, 'r').body).not.toContain('password');
  });
});
