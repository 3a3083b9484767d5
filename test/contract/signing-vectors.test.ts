/**
 * The Alibaba Cloud signatures against the vendor's published examples and against requests captured from the official
 * clients, stage by stage: canonical form, string to sign, signature.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import {
  createStringToSign as createAcs3StringToSign,
  createCanonicalRequest,
  signAcs3,
  verifyAcs3,
} from '../../shared/signing/acs3.ts';
import { createCanonicalQuery } from '../../shared/signing/canonical-query.ts';
import { createStringToSign as createRpcStringToSign, signRpcV1, verifyRpcV1 } from '../../shared/signing/rpc-v1.ts';
import {
  decodeRequest,
  readCapture,
  readSigningTimeMs,
  v1Captures,
  v1KnownAnswers,
  v3Captures,
  v3KnownAnswers,
} from '../support/signing-vectors.ts';

const hasCaptureFile = (capture: { captureFile: string | null }) => capture.captureFile !== null;

it('has every vector', () => {
  const counts = [v1KnownAnswers, v3KnownAnswers, v1Captures, v3Captures].map((vectors) => vectors.length);

  expect(counts).toEqual([4, 1, 11, 7]);
  expect([...v1Captures, ...v3Captures].filter(hasCaptureFile)).toHaveLength(13);
});

describe.each(v1KnownAnswers)('RPC HMAC-SHA1, published example $id', (answer) => {
  const request = { method: answer.method, parameters: Object.entries(answer.parameters) };

  it('has the canonical query', () => {
    expect(createCanonicalQuery(request.parameters)).toBe(answer.canonicalizedQueryString);
  });

  it('has the string to sign', () => {
    expect(createRpcStringToSign(request)).toBe(answer.stringToSign);
  });

  it('has the signature', () => {
    expect(signRpcV1(request, answer.accessKeySecret)).toBe(answer.signature);
  });
});

describe.each(v3KnownAnswers)('ACS3-HMAC-SHA256, published example $id', (answer) => {
  const request = {
    method: answer.method,
    path: answer.path,
    query: Object.entries(answer.query),
    headers: Object.entries(answer.headers),
    body: Buffer.from(answer.body),
  };

  it('has the canonical request', () => {
    expect(createCanonicalRequest(request, answer.signedHeaders.split(';'))).toBe(answer.canonicalRequest);
  });

  it('has the string to sign', () => {
    expect(createAcs3StringToSign(answer.canonicalRequest)).toBe(answer.stringToSign);
  });

  it('has the Authorization header', () => {
    expect(signAcs3(request, answer).Authorization).toBe(answer.authorization);
  });
});

describe.each(v1Captures)('RPC HMAC-SHA1, captured request $id', (capture) => {
  const { method, path, headers, body } = capture.request;
  const request = decodeRequest(method, path, headers, Buffer.from(body));
  const parameters = [...request.query, ...request.form];

  it('decodes to the recorded parameters', () => {
    expect(parameters).toEqual([...capture.decodedParameters.query, ...capture.decodedParameters.body]);
  });

  it('has the canonical query', () => {
    const unsigned = parameters.filter(([name]) => name !== 'Signature');
    expect(createCanonicalQuery(unsigned)).toBe(capture.canonicalizedQueryString);
  });

  it('has the string to sign', () => {
    expect(createRpcStringToSign({ method, parameters })).toBe(capture.stringToSign);
  });

  it('has the signature', () => {
    expect(signRpcV1({ method, parameters }, capture.accessKeySecret)).toBe(capture.expectedSignature);
  });
});

describe.each(v3Captures)('ACS3-HMAC-SHA256, captured request $id', (capture) => {
  const { method, path, headers, body } = capture.request;
  const request = decodeRequest(method, path, headers, Buffer.from(body));

  it('decodes to the recorded parameters', () => {
    expect(request.query).toEqual(capture.decodedParameters.query);
  });

  it('has the canonical request', () => {
    expect(createCanonicalRequest(request, capture.signedHeaders.split(';'))).toBe(capture.canonicalRequest);
  });

  it('has the string to sign', () => {
    expect(createAcs3StringToSign(capture.canonicalRequest)).toBe(capture.stringToSign);
  });

  it('has the signature', () => {
    expect(signAcs3(request, capture).Authorization).toBe(
      `ACS3-HMAC-SHA256 Credential=${capture.accessKeyId},SignedHeaders=${capture.signedHeaders},` +
        `Signature=${capture.expectedSignature}`,
    );
  });
});

describe.each(v1Captures.filter(hasCaptureFile))('verifyRpcV1, bytes of $captureFile', (capture) => {
  const request = readCapture(capture.captureFile ?? '');
  const { method } = request;
  const parameters = [...request.query, ...request.form];
  const nowMs = readSigningTimeMs(request);

  it('accepts the request at its own time', () => {
    const policy = { findAccessKeySecret: () => capture.accessKeySecret, nowMs, maxClockSkewSeconds: 0 };

    expect(verifyRpcV1({ method, parameters }, policy)).toMatchObject({
      accessKeyId: capture.accessKeyId,
      timestampMs: nowMs,
    });
  });

  it('refuses it with another secret', () => {
    const policy = { findAccessKeySecret: () => 'other', nowMs, maxClockSkewSeconds: 0 };

    expect(() => verifyRpcV1({ method, parameters }, policy)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });
});

describe.each(v3Captures.filter(hasCaptureFile))('verifyAcs3, bytes of $captureFile', (capture) => {
  const request = readCapture(capture.captureFile ?? '');
  const nowMs = readSigningTimeMs(request);

  it('accepts the request at its own time', () => {
    const policy = { findAccessKeySecret: () => capture.accessKeySecret, nowMs, maxClockSkewSeconds: 0 };

    expect(verifyAcs3(request, policy)).toMatchObject({
      accessKeyId: capture.accessKeyId,
      timestampMs: nowMs,
      securityToken: capture.id.endsWith('-sts') ? 'tok123' : undefined,
      signedHeaders: capture.signedHeaders.split(';'),
    });
  });

  it('refuses it with another secret', () => {
    const policy = { findAccessKeySecret: () => 'other', nowMs, maxClockSkewSeconds: 0 };

    expect(() => verifyAcs3(request, policy)).toThrow(expect.objectContaining({ code: 'SignatureDoesNotMatch' }));
  });
});
