import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Acs3Request,
  createCanonicalHeaders,
  createCanonicalRequest,
  createHashedPayload,
  createStringToSign,
  signAcs3,
  verifyAcs3,
} from '../../../shared/signing/acs3.ts';
import { findById, readCapture, readSigningTimeMs, v3Captures } from '../../support/signing-vectors.ts';

const CAPTURE = findById(v3Captures, 'openapi-client-0.4.15.v3-sts');
const SIGNED: Acs3Request = readCapture(CAPTURE.captureFile ?? '');
const SIGNED_HEADERS = CAPTURE.signedHeaders.split(';');
const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const FORM_BODY = Buffer.from('AppId=a&TaskId=t');

const policy = {
  findAccessKeySecret: (accessKeyId: string) => (accessKeyId === 'testid' ? 'testsecret' : undefined),
  nowMs: readSigningTimeMs(readCapture(CAPTURE.captureFile ?? '')),
  maxClockSkewSeconds: 900,
};

const refusal = (code: string) => expect.objectContaining({ name: 'RecorderError', code });

/** The request with one header replaced, or left out where the value is `undefined`. */
function setHeader(request: Acs3Request, name: string, value: string | undefined): Acs3Request {
  const others = [...request.headers].filter(([other]) => other.toLowerCase() !== name);
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] };
}

/** The request signed anew, its own signature replaced. */
function sign(request: Acs3Request): Acs3Request {
  const { Authorization, 'x-acs-content-sha256': contentSha256 } = signAcs3(request, KEY);
  return setHeader(setHeader(request, 'x-acs-content-sha256', contentSha256), 'authorization', Authorization);
}

/** The request with a correct signature over exactly these headers, which `signAcs3` would not make. */
function signHeaders(request: Acs3Request, signedHeaders: readonly string[]): Acs3Request {
  const stringToSign = createStringToSign(createCanonicalRequest(request, signedHeaders));
  const signature = createHmac('sha256', KEY.accessKeySecret).update(stringToSign).digest('hex');
  const names = signedHeaders.join(';');
  return setHeader(
    request,
    'authorization',
    `ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=${names},Signature=${signature}`,
  );
}

describe('createHashedPayload', () => {
  it('is the SHA-256 of the body in hex', () => {
    expect(createHashedPayload(Buffer.from('abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', // FIPS 180-4, example of SHA-256
    );
  });
});

describe('createCanonicalHeaders', () => {
  it('has a line per signed header, trimmed, whatever the case and order of the fields', () => {
    const headers: [string, string][] = [
      ['X-Acs-Date', ' 2026-11-22T11:33:24Z '],
      ['accept', '*/*'],
      ['Host', 'h'],
    ];

    expect(createCanonicalHeaders(headers, ['host', 'x-acs-date'])).toBe('host:h\nx-acs-date:2026-11-22T11:33:24Z\n');
  });

  it('has an empty line for a signed header that is absent', () => {
    expect(createCanonicalHeaders([], ['host'])).toBe('host:\n');
  });
});

describe('signAcs3', () => {
  it('covers content-type and replaces a hash that came along', () => {
    const request = setHeader({ ...SIGNED, body: FORM_BODY }, 'content-type', 'application/x-www-form-urlencoded');
    const headers = signAcs3(request, KEY);

    expect(headers.Authorization).toContain('SignedHeaders=content-type;host;x-acs-accesskey-id;');
    expect(headers['x-acs-content-sha256']).toBe(createHashedPayload(FORM_BODY));
  });

  it.each(['host', 'x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-signature-nonce'])(
    'throws a TypeError without %s',
    (name) => {
      expect(() => signAcs3(setHeader(SIGNED, name, undefined), KEY)).toThrow(TypeError);
    },
  );

  it('refuses a query that is not well-formed Unicode', () => {
    expect(() => signAcs3({ ...SIGNED, query: [['AppId', '\ud800']] }, KEY)).toThrow(refusal('MalformedRequest'));
  });
});

describe('verifyAcs3', () => {
  it('gives key, nonce, time, token and signed headers', () => {
    expect(verifyAcs3(SIGNED, policy)).toEqual({
      accessKeyId: 'testid',
      nonce: 'c400fd6b1571d3fdc05cf2205bb1d4b2',
      timestampMs: policy.nowMs,
      securityToken: 'tok123',
      signedHeaders: SIGNED_HEADERS,
    });
  });

  it('accepts a web Headers object', () => {
    const headers = new Headers([...SIGNED.headers].map(([name, value]): [string, string] => [name, value]));

    expect(verifyAcs3({ ...SIGNED, headers }, policy).accessKeyId).toBe('testid');
  });

  it('accepts signed headers that it does not ask for', () => {
    expect(verifyAcs3(signHeaders(SIGNED, ['accept', ...SIGNED_HEADERS]), policy).signedHeaders).toContain('accept');
  });

  it('accepts an unsigned content-type where there is no body', () => {
    expect(verifyAcs3(setHeader(SIGNED, 'content-type', 'text/plain'), policy).accessKeyId).toBe('testid');
  });

  it.each([-900, 900])('accepts a request signed %i s before its arrival', (ageSeconds) => {
    expect(verifyAcs3(SIGNED, { ...policy, nowMs: policy.nowMs + ageSeconds * 1000 }).accessKeyId).toBe('testid');
  });

  it.each([-901, 901])('refuses a request signed %i s before its arrival', (ageSeconds) => {
    expect(() => verifyAcs3(SIGNED, { ...policy, nowMs: policy.nowMs + ageSeconds * 1000 })).toThrow(
      refusal('InvalidTimeStamp.Expired'),
    );
  });

  it.each([
    ['authorization', 'MissingAuthorization'],
    ['host', 'MissingHost'],
    ['x-acs-action', 'MissingAction'],
    ['x-acs-version', 'MissingVersion'],
    ['x-acs-date', 'MissingTimestamp'],
    ['x-acs-signature-nonce', 'MissingSignatureNonce'],
    ['x-acs-content-sha256', 'MissingContentSha256'],
  ])('refuses a request without %s', (name, code) => {
    expect(() => verifyAcs3(setHeader(SIGNED, name, undefined), policy)).toThrow(refusal(code));
    expect(() => verifyAcs3(setHeader(SIGNED, name, ''), policy)).toThrow(refusal(code));
  });

  it.each([
    ['x-acs-date', '2026-11-31T11:33:24Z', 'InvalidTimeStamp.Format'],
    ['x-acs-date', 'Sun, 22 Nov 2026 11:33:24 GMT', 'InvalidTimeStamp.Format'],
    ['x-acs-signature-nonce', 'x'.repeat(129), 'InvalidSignatureNonce'],
  ])('refuses a well-signed %s of %s', (name, value, code) => {
    expect(() => verifyAcs3(sign(setHeader(SIGNED, name, value)), policy)).toThrow(refusal(code));
  });

  it('refuses an unknown key', () => {
    expect(() => verifyAcs3(SIGNED, { ...policy, findAccessKeySecret: () => undefined })).toThrow(
      refusal('InvalidAccessKeyId.NotFound'),
    );
  });

  it('refuses another secret', () => {
    expect(() => verifyAcs3(SIGNED, { ...policy, findAccessKeySecret: () => 'testsecreT' })).toThrow(
      refusal('SignatureDoesNotMatch'),
    );
  });

  it.each(['Basic dGVzdGlkOnRlc3RzZWNyZXQ=', 'ACS3-HMAC-SM3 Credential=testid'])(
    'refuses another algorithm: %s',
    (authorization) => {
      expect(() => verifyAcs3(setHeader(SIGNED, 'authorization', authorization), policy)).toThrow(
        refusal('InvalidSignatureMethod'),
      );
    },
  );

  it.each(SIGNED_HEADERS)('refuses a correct signature that leaves out %s', (unsigned) => {
    const signedHeaders = SIGNED_HEADERS.filter((name) => name !== unsigned);

    expect(() => verifyAcs3(signHeaders(SIGNED, signedHeaders), policy)).toThrow(
      expect.objectContaining({
        code: 'SignatureDoesNotMatch',
        message: 'The signature must cover host, content-type and every x-acs-* header.',
      }),
    );
  });

  it('refuses an x-acs-* header that was added on the way', () => {
    expect(() => verifyAcs3(setHeader(SIGNED, 'x-acs-region-id', 'cn-shanghai'), policy)).toThrow(
      refusal('SignatureDoesNotMatch'),
    );
  });

  it('refuses a content-type that was added to a body on the way', () => {
    const signed = sign({ ...SIGNED, body: FORM_BODY });

    expect(verifyAcs3(signed, policy).accessKeyId).toBe('testid');
    expect(() => verifyAcs3(setHeader(signed, 'content-type', 'application/json'), policy)).toThrow(
      refusal('SignatureDoesNotMatch'),
    );
  });

  it('refuses a signed header that is absent, even if it is signed as empty', () => {
    expect(() => verifyAcs3(signHeaders(SIGNED, [...SIGNED_HEADERS, 'x-more']), policy)).toThrow(
      expect.objectContaining({
        code: 'SignatureDoesNotMatch',
        message: 'A header named in SignedHeaders is absent.',
      }),
    );
  });

  it.each([
    ['x-acs-action', 'StopRecordTask'],
    ['x-acs-version', '2018-01-12'],
    ['x-acs-security-token', 'tok124'],
    ['x-acs-signature-nonce', 'c400fd6b1571d3fdc05cf2205bb1d4b3'],
    ['x-acs-date', '2026-11-22T11:33:25Z'],
    ['host', '127.0.0.1:18753'],
  ])('refuses a changed %s', (name, value) => {
    expect(() => verifyAcs3(setHeader(SIGNED, name, value), policy)).toThrow(refusal('SignatureDoesNotMatch'));
  });

  it.each([
    ['method', { method: 'GET' }],
    ['path', { path: '/other' }],
    ['query value', { query: SIGNED.query.with(0, ['AppId', 'yourAppIe']) }],
    ['query name', { query: SIGNED.query.with(0, ['AppIe', 'yourAppId']) }],
    ['query with a parameter more', { query: [...SIGNED.query, ['CallBack', '']] }],
    ['query with a parameter twice', { query: [...SIGNED.query, ['AppId', 'yourAppId']] }],
    ['query with a parameter less', { query: SIGNED.query.slice(1) }],
    ['body', { body: Buffer.from('{}') }],
  ] satisfies [string, Partial<Acs3Request>][])('refuses a changed %s', (_, change) => {
    expect(() => verifyAcs3({ ...SIGNED, ...change }, policy)).toThrow(refusal('SignatureDoesNotMatch'));
  });

  it('refuses repeated parameters in another order', () => {
    const signed = sign({
      ...SIGNED,
      query: [
        ['AppId', '1'],
        ['AppId', '2'],
      ],
    });

    expect(() =>
      verifyAcs3(
        {
          ...signed,
          query: [
            ['AppId', '2'],
            ['AppId', '1'],
          ],
        },
        policy,
      ),
    ).toThrow(refusal('SignatureDoesNotMatch'));
  });

  it('refuses a well-signed hash of another body', () => {
    const lying = setHeader({ ...SIGNED, body: FORM_BODY }, 'x-acs-content-sha256', createHashedPayload(Buffer.of()));

    expect(() => verifyAcs3(signHeaders(lying, SIGNED_HEADERS), policy)).toThrow(refusal('SignatureDoesNotMatch'));
  });

  it('does not say what it would have signed', () => {
    expect(() => verifyAcs3({ ...SIGNED, method: 'GET' }, policy)).toThrow(
      expect.objectContaining({ message: 'Specified signature is not matched with our calculation.', issues: [] }),
    );
  });
});
