/**
 * Requests as the official clients sent them: each is read and accepted, at its own time and with its own key.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import { unflattenParameters } from '../../shared/record-task/rpc-names.ts';
import { StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { type DecodedRpcRequest, decodeRpcRequest } from '../../shared/rpc-wire/decode-rpc-request.ts';
import { type NonceUse, type RpcPolicy, verifyRpcRequest } from '../../shared/rpc-wire/verify-rpc-request.ts';
import { findById, readCapture, readSigningTimeMs, v1Captures, v3Captures } from '../support/signing-vectors.ts';

const captures = [...v1Captures, ...v3Captures];
const startCaptures = captures.filter(({ id }) => !id.includes('edge'));
const files = captures.flatMap(({ captureFile, ...capture }) =>
  captureFile === null ? [] : [{ ...capture, captureFile }],
);

const { requestParameters } = v.parse(
  v.object({ requestParameters: v.record(v.string(), v.unknown()) }),
  JSON.parse(readFileSync(new URL('../fixtures/signing/signing-vectors.json', import.meta.url), 'utf8')),
);

/** The typed SDK's capture was made with a simpler address and text. */
function findSentParameters(id: string): unknown {
  if (!id.startsWith('rtc20180111')) return requestParameters;
  const simpler = JSON.stringify(requestParameters)
    .replace('image.jpg?a=1&b=(2)*', 'image.jpg')
    .replace("你好, it's 100%~", '你好');
  return JSON.parse(simpler);
}

type CapturedRequest = (typeof captures)[number]['request'];

function decodeCaptured({ method, path, headers, body }: CapturedRequest): DecodedRpcRequest {
  return decodeRpcRequest({ method, path, headers, body: Buffer.from(body) });
}

function createPolicy(request: DecodedRpcRequest, change: Partial<RpcPolicy> = {}): RpcPolicy {
  return {
    findAccessKeySecret: (accessKeyId) => (accessKeyId === 'testid' ? 'testsecret' : undefined),
    rememberNonce: () => 'new',
    nowMs: readSigningTimeMs({ ...request, headers: [...request.headers] }),
    maxClockSkewSeconds: 900,
    ...change,
  };
}

/** The one capture with a token. */
const STS_TOKEN = 'tok123';
const findToken = (id: string) => (id.includes('sts') ? { findSecurityToken: () => STS_TOKEN } : {});

async function catchCode(promise: Promise<unknown>): Promise<string> {
  const outcome = await promise.catch((error: unknown) => error);
  return outcome instanceof RecorderError ? outcome.code : 'nothing';
}

describe('decodeRpcRequest', () => {
  it('is tested with captures of every layout', () => {
    expect(startCaptures.length).toBe(14);
    expect(files.length).toBe(13);
  });

  it.each(startCaptures)('reads the nested parameters of $id', (capture) => {
    const request = decodeCaptured(capture.request);
    const { parameters, issues } = unflattenParameters(request.parameters, StartRecordTaskSchema);
    expect(request).toMatchObject({ Action: 'StartRecordTask', Version: '2018-01-11', Format: 'JSON' });
    expect(issues).toEqual([]);
    expect(parameters).toEqual(findSentParameters(capture.id));
  });

  it.each(captures)('reads the pairs of $id in the order of the wire', (capture) => {
    const { query, form, scheme } = decodeCaptured(capture.request);
    expect({ query, body: form }).toEqual(capture.decodedParameters);
    expect(scheme).toBe(capture.scheme === 'V3' ? 'ACS3' : 'V1');
  });

  it.each(files)('reads the same from the bytes of $captureFile', ({ captureFile, decodedParameters, request }) => {
    const { method, headers, body } = readCapture(captureFile);
    const { query, form } = decodeRpcRequest({ method, path: request.path, headers, body });
    expect({ query, body: form }).toEqual(decodedParameters);
  });
});

describe('verifyRpcRequest', () => {
  it.each(captures)('accepts $id at its own time', async (capture) => {
    const request = decodeCaptured(capture.request);
    const uses: NonceUse[] = [];
    const caller = await verifyRpcRequest(
      request,
      createPolicy(request, {
        ...findToken(capture.id),
        rememberNonce: async (use) => {
          uses.push(use);
          return 'new' as const;
        },
      }),
    );
    expect(caller.accessKeyId).toBe('testid');
    expect(uses).toEqual([{ accessKeyId: 'testid', nonce: caller.nonce, expiresAtMs: caller.timestampMs + 900_001 }]);
  });

  it.each(captures)('refuses $id with another secret, without remembering its nonce', async (capture) => {
    const request = decodeCaptured(capture.request);
    let remembered = 0;
    const policy = createPolicy(request, {
      findAccessKeySecret: () => 'othersecret',
      rememberNonce: () => {
        remembered += 1;
        return 'new' as const;
      },
    });
    expect(await catchCode(verifyRpcRequest(request, policy))).toBe('SignatureDoesNotMatch');
    expect(remembered).toBe(0);
  });

  it.each(captures)('refuses $id with a nonce seen before', async (capture) => {
    const request = decodeCaptured(capture.request);
    const policy = createPolicy(request, { ...findToken(capture.id), rememberNonce: async () => 'seen' as const });
    expect(await catchCode(verifyRpcRequest(request, policy))).toBe('SignatureNonceUsed');
  });

  it.each(captures)('refuses $id 15 minutes and a second later', async (capture) => {
    const request = decodeCaptured(capture.request);
    const { nowMs } = createPolicy(request);
    const policy = createPolicy(request, { nowMs: nowMs + 901_000 });
    expect(await catchCode(verifyRpcRequest(request, policy))).toBe('InvalidTimeStamp.Expired');
  });

  it('accepts a request signed and encoded with + for spaces', async () => {
    const capture = findById(captures, 'openapi-client-0.4.15.v3');
    const path = capture.request.path.replace('user%20B', 'user+B');
    expect(path).not.toBe(capture.request.path);
    const request = decodeCaptured({ ...capture.request, path });
    expect((await verifyRpcRequest(request, createPolicy(request))).accessKeyId).toBe('testid');
  });

  it.each(['openapi-client-0.4.15.v3', 'pop-core-1.8.0.v1-form-post', 'rpc-client-1.3.2.v1-split-chunked'])(
    'refuses %s once a parameter is changed, wherever it is',
    async (id) => {
      const { request } = findById(captures, id);
      const tamper = (text: string) => text.replace('TaskId=task-005', 'TaskId=task-006');
      const tampered = decodeCaptured({ ...request, path: tamper(request.path), body: tamper(request.body) });
      expect(tampered.parameters).toContainEqual(['TaskId', 'task-006']);
      expect(await catchCode(verifyRpcRequest(tampered, createPolicy(tampered)))).toBe('SignatureDoesNotMatch');
    },
  );

  it.each([
    ['the right token', STS_TOKEN, 'nothing'],
    ['another token', 'tok124', 'InvalidSecurityToken.MismatchWithAccessKey'],
    ['no token', undefined, 'InvalidSecurityToken.MismatchWithAccessKey'],
  ])('judges a request with a token whose key has %s', async (_, expected, code) => {
    const request = decodeCaptured(findById(captures, 'openapi-client-0.4.15.v3-sts').request);
    const policy = createPolicy(request, { findSecurityToken: () => expected });
    expect(await catchCode(verifyRpcRequest(request, policy))).toBe(code);
  });

  it('refuses a request without the token that its key needs', async () => {
    const request = decodeCaptured(findById(captures, 'openapi-client-0.4.15.v3').request);
    const policy = createPolicy(request, { findSecurityToken: () => STS_TOKEN });
    expect(await catchCode(verifyRpcRequest(request, policy))).toBe('MissingSecurityToken');
  });

  it('refuses other methods than GET and POST', async () => {
    const request = decodeCaptured(findById(captures, 'pop-core-1.8.0.v1-query-get').request);
    const policy = createPolicy(request);
    expect(await catchCode(verifyRpcRequest({ ...request, method: 'PUT' }, policy))).toBe('UnsupportedHTTPMethod');
  });

  it.each([
    ['Action', 'MissingAction'],
    ['Version', 'MissingVersion'],
  ])('refuses V1 without %s', async (name, code) => {
    const { request } = findById(captures, 'pop-core-1.8.0.v1-query-get');
    const path = request.path.replace(new RegExp(`(?<=[?&])${name}=[^&]*&`), '');
    const decoded = decodeCaptured({ ...request, path });
    expect(await catchCode(verifyRpcRequest(decoded, createPolicy(decoded)))).toBe(code);
  });
});
