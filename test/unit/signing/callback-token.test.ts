import { describe, expect, it } from 'vitest';
import { createCallbackToken, verifyCallbackToken } from '../../../shared/signing/callback-token.ts';

const OLD_SECRET = 'callback-secret-of-32-characters';
const NEW_SECRET = 'another-callback-secret-of-32-ch';
const AppId = 'yourAppId';

/** printf 'rtc-recorder/callback/v1\nyourAppId' | openssl dgst -sha256 -hmac "$OLD_SECRET" -binary | basenc --base64url */
const TOKEN = 'DSq3EdEVFz-7VPse0fMrqw6akkmpkuOcPbjJpDiUzbc';

const refusal = expect.objectContaining({ name: 'RecorderError', code: 'InvalidCallbackToken', status: 401 });

describe('createCallbackToken', () => {
  it('is the unpadded base64url HMAC-SHA256 of context and AppId', () => {
    expect(createCallbackToken(OLD_SECRET, AppId)).toBe(TOKEN);
  });
});

describe('verifyCallbackToken', () => {
  it.each([
    ['the only secret', [OLD_SECRET]],
    ['the older of two secrets', [NEW_SECRET, OLD_SECRET]],
    ['the newer of two secrets', [OLD_SECRET, NEW_SECRET]],
  ])('accepts a token made with %s', (_, secrets) => {
    expect(verifyCallbackToken({ token: TOKEN, AppId, secrets })).toBe(AppId);
  });

  it.each([
    ['another AppId', { AppId: 'otherAppId' }],
    ['an AppId in other case', { AppId: 'yourappid' }],
    ['a secret that was retired', { secrets: [NEW_SECRET] }],
    ['no secrets at all', { secrets: [] }],
    ['a changed token', { token: `${TOKEN.slice(0, -1)}-` }],
    ['a padded token', { token: `${TOKEN}=` }],
    ['an empty token', { token: '' }],
    ['the AppId for a token', { token: AppId }],
  ])('refuses %s', (_, change) => {
    expect(() => verifyCallbackToken({ token: TOKEN, AppId, secrets: [OLD_SECRET], ...change })).toThrow(refusal);
  });
});
