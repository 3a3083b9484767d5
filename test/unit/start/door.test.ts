import { describe, expect, test } from 'vitest';
import { verifyCaller } from '../../../functions/start/door.ts';
import { RecorderError } from '../../../shared/errors.ts';
import type { HttpEvent } from '../../../shared/fc.ts';

const OLD_KEY = { id: 'old', secret: 'an-old-secret-of-thirty-two-chars!' };
const NEW_KEY = { id: 'new', secret: 'a-new-secret-with:colon-32-chars-x' };
const CONFIG = { apiKeys: [NEW_KEY, OLD_KEY], plainHttp: 'refuse', publicHosts: ['record.example.org'] } as const;

function createEvent(headers: Record<string, string>): HttpEvent {
  return {
    version: 'v1',
    rawPath: '/record-tasks',
    body: '',
    isBase64Encoded: false,
    headers: { 'X-Forwarded-Proto': 'https', Host: 'recorder.example.com', ...headers },
    queryParameters: {},
    requestContext: {
      domainName: 'recorder.example.com',
      requestId: 'r',
      http: { method: 'GET', path: '/record-tasks' },
    },
  };
}

const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const valid = basic(`${NEW_KEY.id}:${NEW_KEY.secret}`);

function readCode(headers: Record<string, string>): string {
  try {
    verifyCaller(createEvent(headers), CONFIG);
    return 'accepted';
  } catch (error) {
    return error instanceof RecorderError ? error.code : String(error);
  }
}

describe('verifyCaller', () => {
  test('returns the key, any of the list', () => {
    expect(verifyCaller(createEvent(valid), CONFIG)).toBe(NEW_KEY);
    expect(verifyCaller(createEvent(basic(`${OLD_KEY.id}:${OLD_KEY.secret}`)), CONFIG)).toBe(OLD_KEY);
  });

  test.each([
    ['no header', {}],
    ['another scheme', { Authorization: 'Bearer abc' }],
    ['an unknown id', basic(`nobody:${NEW_KEY.secret}`)],
    ['a wrong secret', basic(`${NEW_KEY.id}:wrong`)],
    ['another key’s secret', basic(`${OLD_KEY.id}:${NEW_KEY.secret}`)],
    ['a longer secret', basic(`${NEW_KEY.id}:${NEW_KEY.secret}x`)],
    ['an empty credential', { Authorization: 'Basic ' }],
    ['an endless header', { Authorization: `Basic ${'A'.repeat(5_000)}` }],
  ])('refuses %s', (_name, headers) => {
    expect(readCode(headers)).toBe('Unauthorized');
  });

  test('refuses plain http unless it is allowed', () => {
    expect(readCode({ ...valid, 'X-Forwarded-Proto': 'http' })).toBe('InvalidProtocol.NeedSsl');
    const event = createEvent({ ...valid, 'X-Forwarded-Proto': 'http' });
    expect(verifyCaller(event, { ...CONFIG, plainHttp: 'allow' })).toBe(NEW_KEY);
  });

  test.each([
    [{ 'Sec-Fetch-Site': 'cross-site' }, 'CrossSiteRequest'],
    [{ 'Sec-Fetch-Site': 'same-site' }, 'CrossSiteRequest'],
    [{ 'Sec-Fetch-Site': 'same-origin' }, 'accepted'],
    [{ 'Sec-Fetch-Site': 'none' }, 'accepted'],
    [{ Origin: 'https://evil.example.com' }, 'CrossSiteRequest'],
    [{ Origin: 'null' }, 'CrossSiteRequest'],
    [{ Origin: 'https://recorder.example.com' }, 'accepted'],
    [{ Origin: 'https://record.example.org' }, 'accepted'],
    [{ Origin: 'https://record.example.org:8443' }, 'CrossSiteRequest'],
    [{ Origin: 'https://recorder.example.com.evil.example' }, 'CrossSiteRequest'],
    [{ Origin: 'https://recorder.example.com@evil.example' }, 'CrossSiteRequest'],
    [{ Origin: 'no address' }, 'CrossSiteRequest'],
    [{ 'Sec-Fetch-Site': 'same-origin,cross-site' }, 'CrossSiteRequest'],
  ])('answers %j with %s', (headers, outcome) => {
    expect(readCode({ ...valid, ...headers })).toBe(outcome);
  });
});
