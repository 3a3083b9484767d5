import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import { createFileId, parseFileCreated } from '../../shared/record-file.ts';

const SAMPLE_BYTES = readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url));
const SAMPLE = JSON.parse(SAMPLE_BYTES.toString());
const ANY_HOST = { ossHosts: [] };

function parse(message: unknown, ossHosts: readonly string[] = []) {
  return parseFileCreated(Buffer.from(JSON.stringify(message)), { ossHosts });
}

function catchError(run: () => unknown): RecorderError {
  try {
    run();
  } catch (error) {
    if (error instanceof RecorderError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('parseFileCreated', () => {
  it("accepts the sample of the vendor's page", () => {
    expect(parseFileCreated(SAMPLE_BYTES, ANY_HOST)).toStrictEqual(SAMPLE);
  });

  it('takes a byte order mark off', () => {
    const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), SAMPLE_BYTES]);
    expect(parseFileCreated(body, ANY_HOST)).toStrictEqual(SAMPLE);
  });

  it('drops keys it does not know, whatever is in them', () => {
    const deep = JSON.parse(`${'['.repeat(1000)}${']'.repeat(1000)}`);
    const message = { ...SAMPLE, FileSize: 1, Deep: deep, Many: Array.from({ length: 10_000 }, () => 1) };
    expect(parse(message)).toStrictEqual(SAMPLE);
    const poisoned = Buffer.from(JSON.stringify(SAMPLE).replace('{', '{"__proto__":{"MsgId":7},'));
    expect(parseFileCreated(poisoned, ANY_HOST)).toStrictEqual(SAMPLE);
  });

  it('does without MsgId and Duration', () => {
    const { MsgId: _msgId, Duration: _duration, ...rest } = SAMPLE;
    expect(parse(rest)).toStrictEqual(rest);
  });

  it.each([
    [0, 0],
    [1792.257, 1792.257],
    ['1792.257', 1792.257],
    ['0', 0],
  ])('takes %j for a Duration', (Duration, seconds) => {
    expect(parse({ ...SAMPLE, Duration }).Duration).toBe(seconds);
  });

  it.each([[-1], ['-1'], ['1e3'], ['1 s'], [''], ['NaN'], [null], [true], [[1]]])(
    'refuses %j for a Duration',
    (Duration) => {
      expect(catchError(() => parse({ ...SAMPLE, Duration }))).toMatchObject({
        code: 'InvalidDuration',
        issues: [{ Path: 'Duration', Parameter: 'Duration', Accepted: 'a number of seconds, 0 or more' }],
      });
    },
  );

  it('refuses a Duration that is beyond all numbers', () => {
    const body = Buffer.from(JSON.stringify(SAMPLE).replace('1792.257', '1e999'));
    expect(catchError(() => parseFileCreated(body, ANY_HOST)).code).toBe('InvalidDuration');
  });

  it.each([
    ['nothing', ''],
    ['text', 'FileCreated'],
    ['half an object', '{"AppId":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a string', '"{}"'],
    ['two objects', '{}{}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['a form', 'AppId=a&TaskId=b'],
  ])('refuses %s as a body', (_, body) => {
    const error = catchError(() => parseFileCreated(Buffer.from(body), ANY_HOST));
    expect(error).toMatchObject({ code: 'MalformedBody', status: 400, issues: [], cause: undefined });
  });

  it.each(['AppId', 'ChannelId', 'TaskId', 'Event', 'StartTime', 'StopTime', 'Url'])('requires %s', (name) => {
    const { [name]: _dropped, ...rest } = SAMPLE;
    expect(catchError(() => parse(rest))).toMatchObject({
      code: `Missing${name}`,
      issues: [{ Path: name, Rule: 'required' }],
    });
  });

  it.each(['AppId', 'ChannelId', 'TaskId', 'MsgId'])('bounds %s', (name) => {
    const longest = { ...SAMPLE, [name]: 'ü'.repeat(255) };
    expect(parse(longest)).toStrictEqual(longest);
    for (const [value, Rule] of [
      ['', 'length'],
      ['x'.repeat(256), 'length'],
      ['a\0b', 'pattern'],
      ['a\ud800', 'pattern'],
      ['a\r\nb', 'pattern'],
      ['a\u001b[31mb', 'pattern'],
      ['a\u007fb', 'pattern'],
      ['a\u009b31mb', 'pattern'],
      [7, 'type'],
      [null, 'type'],
      [['a'], 'type'],
    ]) {
      const error = catchError(() => parse({ ...SAMPLE, [name]: value }));
      expect(error).toMatchObject({ code: `Invalid${name}`, issues: [{ Path: name, Rule }] });
    }
  });

  it.each(['filecreated', 'RecordStopped', '', 1])('refuses the event %j', (Event) => {
    expect(catchError(() => parse({ ...SAMPLE, Event }))).toMatchObject({
      code: 'InvalidEvent',
      message: 'Event must be FileCreated.',
    });
  });

  it.each(['2020-09-02T10:23:54Z', '2020-09-02T10:23:54.5Z', '2020-02-29T23:59:59.123456789Z'])(
    'keeps the time %s',
    (time) => {
      expect(parse({ ...SAMPLE, StartTime: time, StopTime: time })).toMatchObject({ StartTime: time, StopTime: time });
    },
  );

  it.each([
    ['2020-09-02T10:23:54', 'pattern'],
    ['2020-09-02T10:23:54+08:00', 'pattern'],
    ['2020-09-02 10:23:54Z', 'pattern'],
    ['2020-09-02T10:23Z', 'pattern'],
    ['0000-01-01T00:00:00Z', 'pattern'],
    ['2020-09-02T10:23:54Z\n', 'pattern'],
    ['2020-02-30T00:00:00Z', 'format'],
    ['2021-02-29T00:00:00Z', 'format'],
    ['2020-13-01T00:00:00Z', 'format'],
    ['2020-09-02T24:00:00Z', 'format'],
    ['2020-09-02T10:23:60Z', 'format'],
    [1599042234, 'type'],
  ])('refuses the time %j', (time, Rule) => {
    for (const name of ['StartTime', 'StopTime']) {
      const error = catchError(() => parse({ ...SAMPLE, [name]: time }));
      expect(error).toMatchObject({ code: `Invalid${name}`, issues: [{ Path: name, Rule }] });
    }
  });

  it.each([
    ['ftp://a.b/c', 'pattern'],
    ['javascript:alert(1)', 'pattern'],
    ['//a.b/c', 'pattern'],
    ['http://a b/c', 'pattern'],
    ['http://a.b/c\n', 'pattern'],
    ['http://a.b/\0', 'pattern'],
    ['http://a.b/\ud800', 'pattern'],
    ['http://[', 'format'],
    [`http://a.b/${'x'.repeat(4086)}`, 'length'],
    [7, 'type'],
  ])('refuses the Url %j', (Url, Rule) => {
    expect(catchError(() => parse({ ...SAMPLE, Url }))).toMatchObject({
      code: 'InvalidUrl',
      issues: [{ Path: 'Url', Rule }],
    });
  });

  const HOST = 'rtc-record.oss-cn-shanghai.aliyuncs.com';
  it.each([[`http://${HOST}/a.m3u8`], [`HTTPS://${HOST.toUpperCase()}/a.mp4`], [`https://${HOST}:443/录制.mp4`]])(
    'takes %s of the configured host',
    (Url) => {
      expect(parse({ ...SAMPLE, Url }, ['other.example', HOST]).Url).toBe(Url);
    },
  );

  it.each([
    ['http://evil.example/a.m3u8'],
    [`http://${HOST}.evil.example/a.m3u8`],
    [`http://${HOST}@evil.example/a.m3u8`],
    [`http://${HOST}:8080/a.m3u8`],
    [`http://evil.example/?${HOST}`],
    [`http://evil.example#@${HOST}/`],
    [`http://evil.example\\@${HOST}/a.m3u8`],
    // Of the configured host for some who read it, of another for others.
    [`http://${HOST}\\@evil.example/a.m3u8`],
    [`http://evil.example@${HOST}/a.m3u8`],
    [`http://:@${HOST}/a.m3u8`],
    [`http://${HOST}%2f@evil.example/a.m3u8`],
    [`http://${HOST.replace('r', '%72')}/a.m3u8`],
    [`http:////${HOST}/a.m3u8`],
    [`http://${HOST}./a.m3u8`],
    [`http://${HOST.replace('r', 'ｒ')}/a.m3u8`],
    [`http://${HOST.replace('.', '。')}/a.m3u8`],
    [`http://${HOST.replace('a', 'а')}/a.m3u8`],
    ['http://xn--fsq.example/a.m3u8'],
    ['http://[::1]/a.m3u8'],
    ['http://0x7f000001/a.m3u8'],
    ['http://2130706433/a.m3u8'],
  ])('refuses %s, which is of another host', (Url) => {
    expect(catchError(() => parse({ ...SAMPLE, Url }, [HOST]))).toMatchObject({
      code: 'InvalidUrl',
      message: 'Url must be an address at one of the configured OSS hosts.',
      issues: [{ Path: 'Url', Rule: 'enum' }],
    });
  });

  it('names every fault at once and quotes none', () => {
    const error = catchError(() => parse({ Event: 's3cret', Url: 's3cret', StartTime: 's3cret', AppId: '\0s3cret' }));
    expect(error.issues.map(({ Path, Rule }) => `${Path} ${Rule}`)).toEqual([
      ...['AppId pattern', 'ChannelId required', 'TaskId required', 'Event enum', 'StartTime pattern'],
      ...['StopTime required', 'Url pattern'],
    ]);
    expect(JSON.stringify([error.message, error.issues])).not.toContain('s3cret');
  });
});

describe('createFileId', () => {
  const file = { AppId: 'app', TaskId: 'task', Url: 'http://a/b' };

  it('is the SHA-256 of application, task and address', () => {
    const digest = createHash('sha256').update('["app","task","http://a/b"]').digest('base64url');
    expect(createFileId(file)).toBe(`file_${digest}`);
    expect(createFileId(file)).toMatch(/^file_[A-Za-z0-9_-]{43}$/);
  });

  it('is the same for the same file, whatever else the message says', () => {
    expect(createFileId({ ...SAMPLE, MsgId: 'other', Duration: 1 })).toBe(createFileId(SAMPLE));
  });

  it('differs when any of the three does, or when a character moves from one to the next', () => {
    const others = [
      { ...file, AppId: 'ap', TaskId: 'ptask' },
      { ...file, AppId: 'app","task', TaskId: '' },
      { ...file, AppId: 'other' },
      { ...file, TaskId: 'other' },
      { ...file, Url: 'https://a/b' },
    ];
    expect(new Set([file, ...others].map(createFileId)).size).toBe(6);
  });
});
