import { describe, expect, test } from 'vitest';
import { createFileLink, type FileLinkContext } from '../../../functions/start/file-link.ts';

const URL_OF_SAMPLE =
  'http://rtc-record.oss-cn-shanghai.aliyuncs.com/record/0902-1/app/record-004_task-005/2020-09-02-18-23-56_2020-09-02-18-53-56.m3u8';
const CREDENTIALS = { accessKeyId: 'STS.id', accessKeySecret: 'secret', securityToken: 'token' };

function link(url: string, changes: Partial<FileLinkContext> = {}) {
  return createFileLink(url, {
    config: { ossHosts: [], ossEndpoint: undefined },
    credentials: CREDENTIALS,
    now: new Date('2026-11-22T10:00:00.900Z'),
    expiresInSeconds: 3_600,
    ...changes,
  });
}

const refused = (code: string) => expect.objectContaining({ name: 'RecorderError', code });

describe('createFileLink', () => {
  test('leads to the public address of the object over https, until its time is over', () => {
    const { Url, expiresAt } = link(URL_OF_SAMPLE);
    const { origin, pathname, searchParams } = new URL(Url);
    expect(origin + pathname).toBe(URL_OF_SAMPLE.replace('http:', 'https:'));
    expect(Object.fromEntries(searchParams)).toEqual({
      'x-oss-process': 'hls/sign',
      'x-oss-credential': 'STS.id/20261122/cn-shanghai/oss/aliyun_v4_request',
      'x-oss-date': '20261122T100000Z',
      'x-oss-expires': '3600',
      'x-oss-signature-version': 'OSS4-HMAC-SHA256',
      'x-oss-security-token': 'token',
      'x-oss-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(expiresAt).toEqual(new Date('2026-11-22T11:00:00Z'));
  });

  test('asks for signed segments only of a playlist', () => {
    expect(link('https://rtc-record.oss-cn-shanghai.aliyuncs.com/a.mp4').Url).not.toContain('x-oss-process');
    expect(link('https://rtc-record.oss-cn-shanghai.aliyuncs.com/a.M3U8').Url).toContain('x-oss-process=hls%2Fsign');
  });

  test.each([
    [
      'https://rtc-record.oss-cn-shanghai-internal.aliyuncs.com/a',
      'https://rtc-record.oss-cn-shanghai.aliyuncs.com/a?',
    ],
    ['HTTP://RTC-Record.OSS-cn-hangzhou.aliyuncs.com/A', 'https://rtc-record.oss-cn-hangzhou.aliyuncs.com/A?'],
    ['http://b-1.oss-ap-southeast-1.aliyuncs.com/a%20b/c', 'https://b-1.oss-ap-southeast-1.aliyuncs.com/a%20b/c?'],
    [
      'http://b-1.oss-us-west-1.aliyuncs.com/房间.mp4',
      'https://b-1.oss-us-west-1.aliyuncs.com/%E6%88%BF%E9%97%B4.mp4?',
    ],
    ['http://b-1.oss-us-west-1.aliyuncs.com/a?x-oss-process=x#y', undefined],
  ])('reads %s', (url, address) => {
    if (address === undefined) expect(() => link(url)).toThrow(refused('FileNotLinkable'));
    else expect(link(url).Url).toMatch(new RegExp(`^${address.replaceAll('.', '\\.').replace('?', '\\?')}`));
  });

  test.each([
    'https://recordings.example.com/a.mp4',
    'https://rtc-record.oss-cn-shanghai.aliyuncs.com.example.com/a.mp4',
    'https://example.com/rtc-record.oss-cn-shanghai.aliyuncs.com/a.mp4',
    'https://rtc-record.oss-cn-shanghai.aliyuncs.com@example.com/a.mp4',
    'https://user@rtc-record.oss-cn-shanghai.aliyuncs.com/a.mp4',
    'https://rtc-record.oss-cn-shanghai.aliyuncs.com:8443/a.mp4',
    'https://a.rtc-record.oss-cn-shanghai.aliyuncs.com/a.mp4',
    'https://rtc-record.oss-accelerate.aliyuncs.com/a.mp4',
    'https://rtc-record.oss-accelerate-overseas.aliyuncs.com/a.mp4',
    'https://oss-cn-shanghai.aliyuncs.com/rtc-record/a.mp4',
    'https://rtc-record.oss-cn-shanghai.aliyuncs.com/',
    'https://rtc-record.oss-cn-shanghai.aliyuncs.com/%ff',
    'ftp://rtc-record.oss-cn-shanghai.aliyuncs.com/a.mp4',
  ])('makes no link to %s', (url) => {
    expect(() => link(url)).toThrow(refused('FileNotLinkable'));
  });

  test('makes links to allowed hosts only, where hosts are named', () => {
    const only = (host: string) => ({ config: { ossHosts: [host], ossEndpoint: undefined } });
    expect(link(URL_OF_SAMPLE, only('rtc-record.oss-cn-shanghai.aliyuncs.com')).Url).toContain('x-oss-signature=');
    expect(() => link(URL_OF_SAMPLE, only('other.oss-cn-shanghai.aliyuncs.com'))).toThrow(refused('FileNotLinkable'));
  });

  test('signs without a token where the credentials have none', () => {
    const { securityToken: _, ...lasting } = CREDENTIALS;
    for (const credentials of [lasting, { ...lasting, securityToken: '' }]) {
      expect(link(URL_OF_SAMPLE, { credentials }).Url).not.toContain('security-token');
    }
  });

  test.each([{}, { accessKeyId: '', accessKeySecret: '' }])('says that the function has no role: %j', (credentials) => {
    expect(() => link(URL_OF_SAMPLE, { credentials })).toThrow(refused('Misconfigured'));
  });

  test('leads to the emulated OSS of a local stack', () => {
    const config = { ossHosts: [], ossEndpoint: '127.0.0.1:8081' };
    expect(link('http://rtc-record.oss-cn-shanghai.aliyuncs.com/a/b c.mp4', { config }).Url).toMatch(
      /^http:\/\/127\.0\.0\.1:8081\/rtc-record\/a\/b%20c\.mp4\?x-oss-credential=/,
    );
  });
});
