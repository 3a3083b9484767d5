import { describe, expect, it } from 'vitest';
import { formatFileLink, getFileName, toWebAddress } from '../../../functions/start/console/links.ts';

describe('toWebAddress', () => {
  it.each(['https://b.oss-cn-shanghai.aliyuncs.com/a.mp4', 'http://b.oss-cn-shanghai.aliyuncs.com/a%20b.m3u8'])(
    'takes %s',
    (address) => {
      expect(toWebAddress(address)).toBe(address);
    },
  );

  it.each([
    'javascript:alert(1)//http://x',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'ftp://x/a',
    '//elsewhere.example.com/a',
    'a.mp4',
    '',
  ])('refuses %j', (address) => {
    expect(toWebAddress(address)).toBeUndefined();
  });
});

describe('getFileName', () => {
  it.each([
    ['http://h/record/a/b.m3u8', 'b.m3u8'],
    ['http://h/record/b.m3u8?x=/y#/z', 'b.m3u8'],
    ['http://h/record/', 'http://h/record/'],
    ['plain', 'plain'],
  ])('of %s is %s', (address, name) => {
    expect(getFileName(address)).toBe(name);
  });
});

describe('formatFileLink', () => {
  it('leads to the route of the file, whatever the ids hold', () => {
    expect(formatFileLink({ AppId: 'a&b', TaskId: '../x' }, 'file_1/2')).toBe(
      '/record-tasks/..%2Fx/files/file_1%2F2?AppId=a%26b',
    );
  });
});
