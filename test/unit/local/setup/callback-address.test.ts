import { describe, expect, test } from 'vitest';
import { createCallbackUrl, findCallbackSecret, hideToken } from '../../../../local/setup/callback-address.ts';

const SECRETS = ['n'.repeat(32), 'o'.repeat(32)];
const [NEW = '', OLD = ''] = SECRETS;
const ADDRESS = { host: 'callback.example.com', AppId: 'app' };

describe('findCallbackSecret', () => {
  test('tells which secret has made a URL', () => {
    expect(findCallbackSecret(createCallbackUrl(ADDRESS, NEW), 'app', SECRETS)).toBe(0);
    expect(findCallbackSecret(createCallbackUrl(ADDRESS, OLD), 'app', SECRETS)).toBe(1);
  });

  test.each([
    ['of another secret', createCallbackUrl(ADDRESS, 'x'.repeat(32))],
    ['of another AppId', createCallbackUrl({ ...ADDRESS, AppId: 'other' }, NEW)],
    ['with a longer path', `${createCallbackUrl(ADDRESS, NEW)}/more`],
    ['in another folder', createCallbackUrl(ADDRESS, NEW).replace('record-callbacks', 'callbacks')],
    ['without a token', 'https://callback.example.com/record-callbacks/app'],
    ['that is none', 'callback'],
  ])('knows no URL %s', (_, url) => {
    expect(findCallbackSecret(url, 'app', SECRETS)).toBeUndefined();
  });
});

describe('hideToken', () => {
  test('shows the origin alone', () => {
    expect(hideToken(createCallbackUrl(ADDRESS, NEW))).toBe('https://callback.example.com/… (a secret, not shown)');
    expect(hideToken('nothing')).toBe('no address');
  });
});
