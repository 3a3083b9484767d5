import { describe, expect, it } from 'vitest';
import {
  findAccessKeySecret,
  requireValue,
  verifyNonce,
  verifyTimestamp,
} from '../../../shared/signing/verification-policy.ts';

const NOON = '2026-11-22T12:00:00Z';
const NOON_MS = Date.parse(NOON);

const policy = {
  findAccessKeySecret: (accessKeyId: string) => ({ known: 'secret', empty: '' })[accessKeyId],
  nowMs: NOON_MS,
  maxClockSkewSeconds: 900,
};

describe('verifyTimestamp', () => {
  it.each([-900_000, 0, 900_000])('accepts a request that is %i ms ahead', (aheadMs) => {
    expect(verifyTimestamp(NOON, { ...policy, nowMs: NOON_MS - aheadMs })).toBe(NOON_MS);
  });

  it.each([-900_001, 900_001])('refuses a request that is %i ms ahead', (aheadMs) => {
    expect(() => verifyTimestamp(NOON, { ...policy, nowMs: NOON_MS - aheadMs })).toThrow(
      expect.objectContaining({ code: 'InvalidTimeStamp.Expired' }),
    );
  });

  it('refuses every time where the policy is not a number', () => {
    expect(() => verifyTimestamp(NOON, { ...policy, maxClockSkewSeconds: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'InvalidTimeStamp.Expired' }),
    );
  });

  it('refuses another form', () => {
    expect(() => verifyTimestamp('Sun, 22 Nov 2026 12:00:00 GMT', policy)).toThrow(
      expect.objectContaining({ code: 'InvalidTimeStamp.Format' }),
    );
  });
});

describe('verifyNonce', () => {
  it.each(['3156853299f313e23d1673dc12e1703d', '~'.repeat(128)])('accepts %s', (nonce) => {
    expect(verifyNonce(nonce)).toBe(nonce);
  });

  it.each([
    ['nothing', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a NUL, which PostgreSQL cannot store', 'a\u0000'],
    ['a space', 'a b'],
    ['a line feed at the end', 'a\n'],
    ['a character beyond ASCII', 'é'],
  ])('refuses %s', (_, nonce) => {
    expect(() => verifyNonce(nonce)).toThrow(expect.objectContaining({ code: 'InvalidSignatureNonce' }));
  });
});

describe('findAccessKeySecret', () => {
  it('gives the secret of a known key', () => {
    expect(findAccessKeySecret('known', policy)).toBe('secret');
  });

  it.each(['unknown', 'empty'])('refuses a key whose secret is %s', (accessKeyId) => {
    expect(() => findAccessKeySecret(accessKeyId, policy)).toThrow(
      expect.objectContaining({ code: 'InvalidAccessKeyId.NotFound' }),
    );
  });
});

describe('requireValue', () => {
  it('gives the value', () => {
    expect(requireValue('x', 'Timestamp')).toBe('x');
  });

  it.each([undefined, ''])('refuses %j in the words of the RPC gateway', (value) => {
    expect(() => requireValue(value, 'Timestamp')).toThrow(
      expect.objectContaining({ code: 'MissingTimestamp', message: 'Timestamp is mandatory for this action.' }),
    );
  });
});
