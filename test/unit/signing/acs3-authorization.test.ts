import { describe, expect, it } from 'vitest';
import { formatAuthorization, parseAuthorization } from '../../../shared/signing/acs3-authorization.ts';

const SIGNATURE = '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0';
const AUTHORIZATION = `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-date,Signature=${SIGNATURE}`;

describe('parseAuthorization', () => {
  it('gives the parts', () => {
    expect(parseAuthorization(AUTHORIZATION)).toEqual({
      accessKeyId: 'testid',
      signedHeaders: ['host', 'x-acs-date'],
      signature: SIGNATURE,
    });
  });

  it('takes the id of a temporary key', () => {
    const authorization = AUTHORIZATION.replace('testid', 'STS.NUgYrLnoC37mZZCNnAbez');

    expect(parseAuthorization(authorization).accessKeyId).toBe('STS.NUgYrLnoC37mZZCNnAbez');
  });

  it.each([undefined, ''])('refuses %j as missing', (header) => {
    expect(() => parseAuthorization(header)).toThrow(expect.objectContaining({ code: 'MissingAuthorization' }));
  });

  it.each(['ACS3-HMAC-SM3 Credential=a', 'Basic dGVzdDp0ZXN0', 'acs3-hmac-sha256 x', 'ACS3-HMAC-SHA256'])(
    'refuses another algorithm: %s',
    (header) => {
      expect(() => parseAuthorization(header)).toThrow(expect.objectContaining({ code: 'InvalidSignatureMethod' }));
    },
  );

  it.each([
    ['nothing after the algorithm', 'ACS3-HMAC-SHA256 '],
    ['a space after a comma', AUTHORIZATION.replace(',Signature', ', Signature')],
    ['other order', `ACS3-HMAC-SHA256 SignedHeaders=host,Credential=testid,Signature=${SIGNATURE}`],
    ['an empty credential', AUTHORIZATION.replace('testid', '')],
    ['a credential of 129 characters', AUTHORIZATION.replace('testid', 'x'.repeat(129))],
    ['a second credential', AUTHORIZATION.replace('testid', 'testid,Credential=other')],
    ['no signed headers', AUTHORIZATION.replace('host;x-acs-date', '')],
    ['an empty header name', AUTHORIZATION.replace('host;', 'host;;')],
    ['upper-case header names', AUTHORIZATION.replace('host', 'Host')],
    ['header names out of order', AUTHORIZATION.replace('host;x-acs-date', 'x-acs-date;host')],
    ['a header name twice', AUTHORIZATION.replace('host;', 'host;host;')],
    ['a short signature', AUTHORIZATION.slice(0, -1)],
    ['a long signature', `${AUTHORIZATION}0`],
    ['an upper-case signature', AUTHORIZATION.replace(SIGNATURE, SIGNATURE.toUpperCase())],
    ['a base64 signature', AUTHORIZATION.replace(SIGNATURE, 'OLeaidS1JvxuMvnyHOwuJ+uX5qY=')],
    ['a trailing line feed', `${AUTHORIZATION}\n`],
    ['more than 4096 characters', AUTHORIZATION.replace('x-acs-date', `x-acs-${'d'.repeat(4096)}`)],
  ])('refuses %s', (_, header) => {
    expect(() => parseAuthorization(header)).toThrow(expect.objectContaining({ code: 'InvalidAuthorization' }));
  });
});

describe('formatAuthorization', () => {
  it('is the inverse of parseAuthorization', () => {
    expect(formatAuthorization(parseAuthorization(AUTHORIZATION))).toBe(AUTHORIZATION);
  });
});
