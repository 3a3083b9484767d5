import { describe, expect, test } from 'vitest';
import { checkBucket, checkRegion } from '../../../../local/setup/check-bucket.ts';

/** As OSS answers: https://developer.aliyun.com/ask/2657 for the form. */
const formatError = (Code: string, more = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>${Code}</Code>\n  <Message>…</Message>\n  ${more}\n</Error>`;

async function check(status: number, body: string) {
  const asked: string[] = [];
  const finding = await checkBucket('rtc-record', async (url) => {
    asked.push(String(url));
    return new Response(body, { status });
  });
  expect(asked).toEqual(['https://rtc-record.oss-cn-shanghai.aliyuncs.com/?max-keys=1']);
  return finding;
}

describe('checkBucket', () => {
  test('accepts a private bucket of the region', async () => {
    expect(await check(403, formatError('AccessDenied'))).toMatchObject({ outcome: 'ok' });
  });

  test('warns of one that anybody may list', async () => {
    expect(await check(200, '<ListBucketResult/>')).toMatchObject({ outcome: 'warning', remedy: expect.anything() });
  });

  test.each([
    [403, 'AccessDenied'],
    [301, 'PermanentRedirect'],
  ])('rejects a bucket of another region, answered with %i %s', async (status, Code) => {
    const body = formatError(Code, '<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>');
    expect(await check(status, body)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('oss-cn-beijing.aliyuncs.com'),
      remedy: expect.stringContaining('cn-shanghai'),
    });
  });

  test('rejects a bucket that is not there', async () => {
    expect(await check(404, formatError('NoSuchBucket'))).toMatchObject({
      outcome: 'failed',
      remedy: expect.anything(),
    });
  });

  test.each([
    [503, formatError('ServiceUnavailable')],
    [403, '<html>a proxy</html>'],
    [404, 'Not Found'],
  ])('does not call it checked when OSS says %i %s', async (status, body) => {
    expect(await check(status, body)).toMatchObject({ outcome: 'notChecked' });
  });

  test('does not call it checked when OSS cannot be reached', async () => {
    const finding = await checkBucket('rtc-record', async () => {
      throw new TypeError('fetch failed');
    });
    expect(finding).toMatchObject({ outcome: 'notChecked', text: expect.stringContaining('cannot be reached') });
  });
});

describe('checkRegion', () => {
  test('accepts that of RTC, and warns of another', () => {
    expect(checkRegion('cn-shanghai')).toMatchObject({ outcome: 'ok' });
    expect(checkRegion('cn-hangzhou')).toMatchObject({ outcome: 'warning', remedy: expect.anything() });
  });
});
