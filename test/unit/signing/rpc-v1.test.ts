import { describe, expect, it } from 'vitest';
import type { ParameterPairs } from '../../../shared/signing/canonical-query.ts';
import { createStringToSign, signRpcV1, verifyRpcV1 } from '../../../shared/signing/rpc-v1.ts';
import { findById, readCapture, readSigningTimeMs, v1Captures } from '../../support/signing-vectors.ts';

const CAPTURE = findById(v1Captures, 'rpc-client-1.3.2.v1-split-chunked');
const RECEIVED = readCapture(CAPTURE.captureFile ?? '');
const SIGNED = { method: RECEIVED.method, parameters: [...RECEIVED.query, ...RECEIVED.form] };

const policy = {
  findAccessKeySecret: (accessKeyId: string) => (accessKeyId === 'testid' ? 'testsecret' : undefined),
  nowMs: readSigningTimeMs(RECEIVED),
  maxClockSkewSeconds: 900,
};

const refusal = (code: string) => expect.objectContaining({ name: 'RecorderError', code });

/** The parameters with one replaced in its place, or left out where the value is `undefined`. */
function setParameter(parameters: ParameterPairs, name: string, value: string | undefined): ParameterPairs {
  return parameters.flatMap(([other, otherValue]): [string, string][] => {
    if (other !== name) return [[other, otherValue]];
    return value === undefined ? [] : [[other, value]];
  });
}

/** The captured request with one parameter replaced, signed anew. */
function signChanged(name: string, value: string) {
  const parameters = setParameter(SIGNED.parameters, name, value);
  const signature = signRpcV1({ method: SIGNED.method, parameters }, 'testsecret');
  return { method: SIGNED.method, parameters: setParameter(parameters, 'Signature', signature) };
}

describe('createStringToSign', () => {
  it('leaves Signature out, and no other parameter', () => {
    const parameters: ParameterPairs = [
      ['Signature', 'x'],
      ['SignatureNonce', 'n'],
      ['signature', 'y'],
    ];

    expect(createStringToSign({ method: 'GET', parameters })).toBe('GET&%2F&SignatureNonce%3Dn%26signature%3Dy');
  });

  it('encodes values twice: in the query, then as a whole', () => {
    expect(createStringToSign({ method: 'POST', parameters: [['Text', "a b('*')~"]] })).toBe(
      'POST&%2F&Text%3Da%2520b%2528%2527%252A%2527%2529~',
    );
  });
});

describe('signRpcV1', () => {
  it('refuses a parameter that is not well-formed Unicode', () => {
    expect(() => signRpcV1({ method: 'POST', parameters: [['\udc00', '']] }, 'testsecret')).toThrow(
      refusal('MalformedRequest'),
    );
  });
});

describe('verifyRpcV1', () => {
  it('gives key, nonce and time', () => {
    expect(verifyRpcV1(SIGNED, policy)).toEqual({
      accessKeyId: 'testid',
      nonce: '54f345888f250e84b4ef27a1366999c9',
      timestampMs: policy.nowMs,
      securityToken: undefined,
    });
  });

  it('does not mind the order of the parameters', () => {
    const parameters = SIGNED.parameters.toReversed();

    expect(verifyRpcV1({ method: SIGNED.method, parameters }, policy).accessKeyId).toBe('testid');
  });

  it.each([-900, 900])('accepts a request signed %i s before its arrival', (ageSeconds) => {
    expect(verifyRpcV1(SIGNED, { ...policy, nowMs: policy.nowMs + ageSeconds * 1000 }).accessKeyId).toBe('testid');
  });

  it.each([-901, 901])('refuses a request signed %i s before its arrival', (ageSeconds) => {
    expect(() => verifyRpcV1(SIGNED, { ...policy, nowMs: policy.nowMs + ageSeconds * 1000 })).toThrow(
      refusal('InvalidTimeStamp.Expired'),
    );
  });

  it.each(['Signature', 'SignatureMethod', 'SignatureVersion', 'AccessKeyId', 'Timestamp', 'SignatureNonce'])(
    'refuses a request without %s',
    (name) => {
      const without = setParameter(SIGNED.parameters, name, undefined);
      const empty = setParameter(SIGNED.parameters, name, '');

      expect(() => verifyRpcV1({ ...SIGNED, parameters: without }, policy)).toThrow(refusal(`Missing${name}`));
      expect(() => verifyRpcV1({ ...SIGNED, parameters: empty }, policy)).toThrow(refusal(`Missing${name}`));
    },
  );

  it.each([
    ['SignatureMethod', 'HMAC-SHA256', 'InvalidSignatureMethod'],
    ['SignatureMethod', 'hmac-sha1', 'InvalidSignatureMethod'],
    ['SignatureVersion', '2.0', 'InvalidSignatureVersion'],
    ['Timestamp', '2026-13-22T11:39:31Z', 'InvalidTimeStamp.Format'],
    ['Timestamp', '2026-11-22T11:39:31', 'InvalidTimeStamp.Format'],
    ['SignatureNonce', 'x'.repeat(129), 'InvalidSignatureNonce'],
    ['SignatureNonce', 'a\u0000', 'InvalidSignatureNonce'],
    ['AccessKeyId', 'testid2', 'InvalidAccessKeyId.NotFound'],
  ])('refuses a well-signed %s of %j', (name, value, code) => {
    expect(() => verifyRpcV1(signChanged(name, value), policy)).toThrow(refusal(code));
  });

  it('refuses another secret', () => {
    expect(() => verifyRpcV1(SIGNED, { ...policy, findAccessKeySecret: () => 'testsecreT' })).toThrow(
      refusal('SignatureDoesNotMatch'),
    );
  });

  it.each([
    ['Action', 'StopRecordTask'],
    ['Version', '2018-01-12'],
    ['Timestamp', '2026-11-22T11:39:32Z'],
    ['SignatureNonce', '54f345888f250e84b4ef27a1366999c8'],
    ['AppId', 'yourAppIe'],
    ['UserPanes.1.Texts.1.Text', "你好, it's 100%"],
    ['Signature', 'WlbtyaFVEWSDtwn+NFim0paPuaV='],
    ['Signature', 'WlbtyaFVEWSDtwn+NFim0paPuaU'],
    ['Signature', 'WlbtyaFVEWSDtwn NFim0paPuaU='],
  ])('refuses a changed %s: %s', (name, value) => {
    const parameters = setParameter(SIGNED.parameters, name, value);

    expect(() => verifyRpcV1({ ...SIGNED, parameters }, policy)).toThrow(refusal('SignatureDoesNotMatch'));
  });

  it.each([
    ['method', { method: 'GET' }],
    ['number of parameters: one more', { parameters: [...SIGNED.parameters, ['CallBack', '']] }],
    ['number of parameters: one less', { parameters: setParameter(SIGNED.parameters, 'AppId', undefined) }],
  ] satisfies [string, { method?: string; parameters?: ParameterPairs }][])('refuses a changed %s', (_, change) => {
    expect(() => verifyRpcV1({ ...SIGNED, ...change }, policy)).toThrow(refusal('SignatureDoesNotMatch'));
  });

  it.each(['AppId', 'Signature', 'AccessKeyId'])('refuses %s given twice, even if well signed', (name) => {
    const parameters = [...SIGNED.parameters, [name, 'other']] satisfies ParameterPairs;
    const signature = signRpcV1({ method: SIGNED.method, parameters }, 'testsecret');
    const signed = setParameter(parameters, 'Signature', signature);

    expect(() => verifyRpcV1({ ...SIGNED, parameters: signed }, policy)).toThrow(refusal('MalformedRequest'));
  });

  it('does not say what it would have signed', () => {
    expect(() => verifyRpcV1({ ...SIGNED, method: 'GET' }, policy)).toThrow(
      expect.objectContaining({ message: 'Specified signature is not matched with our calculation.', issues: [] }),
    );
  });
});
