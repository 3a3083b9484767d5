import { afterEach, describe, expect, test, vi } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import { describeError, describeReason, openLog } from '../../shared/log.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('openLog', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const collectLines = (): unknown[] => {
    const lines: unknown[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
    return lines;
  };

  test('writes one line of JSON for each event, with what identifies the invocation in front', () => {
    const lines = collectLines();
    openLog({ requestId: 'r-1', traceparent: TRACEPARENT })('warn', 'start', { TaskId: 'a\nb', attempt: 1 });
    openLog({ requestId: 'r-2' })('info', 'tick');
    expect(lines).toEqual([
      `{"level":"warn","event":"start","requestId":"r-1","traceparent":"${TRACEPARENT}","TaskId":"a\\nb","attempt":1}`,
      '{"level":"info","event":"tick","requestId":"r-2"}',
    ]);
  });
});

describe('describeError', () => {
  test('names class, code, place and cause, and no message', () => {
    const cause = Object.assign(new TypeError('https://rtc.example/?Signature=abc'), { code: 'ECONNRESET' });
    const text = describeError(new Error('postgres://user:password@host', { cause }));
    expect(text).toMatch(/^Error at .* <- TypeError ECONNRESET at /);
    expect(text).not.toMatch(/password|Signature|\n/);
  });

  test('says of anything else what it is', () => {
    expect(describeError('a text with a secret')).toBe('string');
  });
});

describe('describeReason', () => {
  test('gives the names of variables to the operator, and of anything else what is behind it', () => {
    expect(describeReason(new RecorderError('Misconfigured', { message: 'Missing: API_KEYS' }))).toContain('API_KEYS');
    expect(describeReason(new RecorderError('InternalError', { cause: 'x' }))).toBe('string');
    expect(describeReason(new RecorderError('NotFound', { message: 'never seen' }))).toBeUndefined();
  });
});
