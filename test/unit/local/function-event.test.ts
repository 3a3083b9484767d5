import { describe, expect, it } from 'vitest';
import {
  MAX_HEADER_BYTES,
  MAX_TARGET_BYTES,
  refuseRequestHead,
  toHttpEvent,
  toHttpResponse,
} from '../../../local/function-event.ts';
import errorShape from '../../fixtures/fc-events/error-shape.json' with { type: 'json' };
import getEmpty from '../../fixtures/fc-events/http-get-empty.json' with { type: 'json' };
import postJson from '../../fixtures/fc-events/http-post-json.json' with { type: 'json' };

const request = {
  method: 'POST',
  target: '/callback/a%20b?token=t1',
  rawHeaders: [
    'Host',
    'rtc-callback-dev-abcdefghij.cn-hangzhou.fcapp.run',
    'accept',
    '*/*',
    'content-length',
    '17',
    'content-type',
    'application/json',
    'USER-AGENT',
    'curl/7.81.0',
  ],
  body: Buffer.from('{"EventType":"x"}'),
  sourceIp: '1.2.3.4',
  accountId: '1234567890123456',
  requestId: '1-672c7498-15abcd-0123456789ab',
  receivedAt: new Date(1730965976961),
};

function eventOf(overrides: Partial<typeof request>): Record<string, unknown> {
  return { ...toHttpEvent({ ...request, ...overrides }) };
}

describe('toHttpEvent', () => {
  it('builds the documented event of a POST with JSON, but says that the caller came over http', () => {
    expect(toHttpEvent(request)).toEqual({
      ...postJson,
      headers: { ...postJson.headers, 'X-Forwarded-Proto': 'http' },
    });
  });

  it('builds the captured event of a GET without a body', () => {
    const event = toHttpEvent({
      ...request,
      method: 'GET',
      target: '/my/path?parameter2=value',
      rawHeaders: ['Host', 'x.us-east-1.fcapp.run', 'User-Agent', 'curl/7.81.0', 'Accept', '*/*'],
      body: Buffer.alloc(0),
      requestId: getEmpty.requestContext.requestId,
    });
    expect(event).toEqual({ ...getEmpty, headers: { ...getEmpty.headers, 'X-Forwarded-Proto': 'http' } });
  });

  it('joins several values of one header, however it was written', () => {
    const rawHeaders = ['x-trace-ID', '1', 'X-Trace-Id', '2,3'];
    expect(eventOf({ rawHeaders })).toMatchObject({ headers: { 'X-Trace-Id': '1,2,3' } });
  });

  it('joins several values of one query parameter, decoded', () => {
    const event = eventOf({ target: '/?a=1&b=%E5%BD%95+x&a=2%2C3&c' });
    expect(event.queryParameters).toEqual({ a: '1,2,3', b: '录 x', c: '' });
  });

  it('keeps rawPath encoded and decodes path', () => {
    const event = eventOf({ target: '/%E5%BD%95%2F1?x' });
    expect(event).toMatchObject({ rawPath: '/%E5%BD%95%2F1', requestContext: { http: { path: '/录/1' } } });
  });

  it('drops what a caller may not set and replaces X-Forwarded-Proto', () => {
    const rawHeaders = ['x-fc-request-id', '1', 'connection', 'close', 'keep-alive', '1', 'x-forwarded-proto', 'https'];
    expect(eventOf({ rawHeaders }).headers).toEqual({ 'X-Forwarded-Proto': 'http' });
  });

  it.each([
    ['application/json; charset=utf-8', Buffer.from('{"录":1}'), false],
    ['text/plain', Buffer.from('x'), false],
    ['application/x-www-form-urlencoded', Buffer.from('a=1'), false],
    ['application/cloudevents+json', Buffer.from('{}'), false],
    ['application/octet-stream', Buffer.from('x'), true],
    ['application/jsonp', Buffer.from('x'), true],
    ['text/plain', Buffer.from([0xff, 0xfe]), true],
  ])('sends a body of type %s (%o) with isBase64Encoded %s', (type, body, isBase64Encoded) => {
    const event = eventOf({ rawHeaders: ['Content-Type', type], body });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(String(event.body), isBase64Encoded ? 'base64' : 'utf8')).toEqual(body);
  });
});

describe('refuseRequestHead', () => {
  const accepted = { method: 'POST', target: '/', rawHeaders: ['A', 'b'] };
  const codeOf = (head: Partial<typeof accepted>) => {
    const refusal = refuseRequestHead({ ...accepted, ...head }, ['POST']);
    const body: unknown = refusal && JSON.parse(refusal.body.toString());
    return refusal && { status: refusal.status, type: refusal.headers['X-Fc-Error-Type'], body };
  };

  it('accepts headers, path and query of exactly the limits', () => {
    const rawHeaders = ['A', 'b'.repeat(MAX_HEADER_BYTES - 5)];
    expect(codeOf({ rawHeaders, target: `/${'a'.repeat(MAX_TARGET_BYTES - 1)}` })).toBeUndefined();
  });

  it.each([
    ['headers of one byte more', { rawHeaders: ['A', 'b'.repeat(MAX_HEADER_BYTES - 4)] }],
    ['path and query of one byte more', { target: `/?${'a'.repeat(MAX_TARGET_BYTES - 1)}` }],
    ['a target that is no path', { target: 'http://elsewhere/' }],
    ['a path that cannot be decoded', { target: '/%E5%BD' }],
  ])('refuses %s', (_, head) => {
    expect(codeOf(head)).toMatchObject({ status: 400, type: 'FcCommonError', body: { errorCode: 'InvalidArgument' } });
  });

  it('refuses a method the trigger does not list', () => {
    expect(codeOf({ method: 'GET' })).toMatchObject({ status: 403, body: { errorCode: 'AccessDenied' } });
  });
});

describe('toHttpResponse', () => {
  const returned = (value: unknown) =>
    toHttpResponse({ outcome: 'returned', payload: Buffer.from(JSON.stringify(value)) });

  it('takes status, headers and text', () => {
    const response = returned({ statusCode: 201, headers: { 'content-type': 'text/plain' }, body: '录' });
    expect(response).toEqual({ status: 201, headers: { 'content-type': 'text/plain' }, body: Buffer.from('录') });
  });

  it('decodes base64 when the flag says so', () => {
    expect(returned({ statusCode: 200, body: '/w==', isBase64Encoded: true }).body).toEqual(Buffer.from([0xff]));
  });

  it('drops headers that only Function Compute sets', () => {
    const headers = {
      'X-Fc-Status': '1',
      Connection: 'x',
      'content-length': '9',
      Date: 'x',
      Server: 'x',
      'x-own': '1',
    };
    expect(returned({ statusCode: 200, headers }).headers).toEqual({ 'x-own': '1' });
  });

  it.each([
    ['a plain text', 'hello'],
    ['an object without statusCode', { body: 'x' }],
    ['a status of two digits', { statusCode: 99 }],
    ['a header of several values', { statusCode: 200, headers: { a: ['1', '2'] } }],
    ['a header value with a line break', { statusCode: 200, headers: { a: '1\r\nb: 2' } }],
    ['a body that is no text', { statusCode: 200, body: {} }],
  ])('answers 502 for %s', (_, value) => {
    const response = returned(value);
    expect(response.status).toBe(502);
    expect(response.headers['X-Fc-Error-Type']).toBe('UnhandledInvocationError');
  });

  it('answers 502 with the error, its type and its stack for a failed invocation', () => {
    const response = toHttpResponse({ outcome: 'failed', error: errorShape });
    expect(response.status).toBe(502);
    expect(response.headers['X-Fc-Error-Type']).toBe('UnhandledInvocationError');
    expect(JSON.parse(response.body.toString())).toEqual(errorShape);
  });
});
