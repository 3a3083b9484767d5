/**
 * Requests signed live by the official client, `@alicloud/openapi-client`, with values that the captures lack: lists of
 * more than nine items and every character that encoders disagree on.
 *
 * @module
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signAcs3, verifyAcs3 } from '../../shared/signing/acs3.ts';
import { signRpcV1, verifyRpcV1 } from '../../shared/signing/rpc-v1.ts';
import { type DecodedRequest, decodeRequest, readSigningTimeMs } from '../support/signing-vectors.ts';

type OpenApi = typeof import('@alicloud/openapi-client', { with: { 'resolution-mode': 'require' }});

const openApi: OpenApi = createRequire(import.meta.url)('@alicloud/openapi-client');

const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };

/** Each value alone shows one rule; names of a list sort as `X.1`, `X.10`, `X.11`, `X.2`. */
const PARAMETERS: Record<string, Record<string, string>> = {
  'a list of eleven items': Object.fromEntries(
    Array.from({ length: 11 }, (_, index) => [`SubSpecUsers.${index + 1}`, `user${index + 1}`]),
  ),
  'a list of twelve panes': Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      [`UserPanes.${index + 1}.PaneId`, String(index)],
      [`UserPanes.${index + 1}.Texts.1.Text`, `pane ${index}`],
    ]).flat(),
  ),
  'characters that only RFC 3986 encodes': { Text: "()*!'" },
  'unreserved characters': { Text: '-_.~' },
  'percent signs and plus signs': { Text: '100% + %20 %2B' },
  'spaces at both ends': { Text: ' two  spaces ' },
  'query delimiters': { Url: 'https://www.test.com/image.jpg?a=1&b=2#c;d' },
  'Chinese and an emoji': { Text: '你好,世界 😀' },
  'an empty value': { Text: '', ChannelId: 'c' },
  'names that differ in case': { b: '1', B: '2', a: '3', A: '4' },
};

const received: DecodedRequest[] = [];

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = '', url = '', headers } = request;
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  received.push(decodeRequest(method, url, fields, Buffer.concat(chunks)));
  response.setHeader('content-type', 'application/json').end('{"RequestId":"1"}');
});

let endpoint = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'string' || address === null) throw new Error('The server has no port.');
  endpoint = `127.0.0.1:${address.port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

interface Call {
  readonly config?: { readonly signatureAlgorithm?: string; readonly securityToken?: string };
  readonly reqBodyType?: 'json' | 'formData';
  readonly query?: Record<string, string>;
  readonly body?: Record<string, string>;
}

/** Lets the official client make one call, and returns what arrived. */
async function callOfficialClient({ config, reqBodyType = 'formData', query, body }: Call): Promise<DecodedRequest> {
  const client = new openApi.default(new openApi.Config({ ...KEY, ...config, endpoint, protocol: 'http' }));
  const params = new openApi.Params({
    action: 'StartRecordTask',
    version: '2018-01-11',
    protocol: 'HTTP',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType,
    bodyType: 'json',
  });
  const request = new openApi.OpenApiRequest({ query, body });
  await client.callApi(params, request, { toMap: () => ({}) });
  const last = received.at(-1);
  if (!last) throw new Error('Nothing arrived.');
  return last;
}

function createPolicy(request: DecodedRequest) {
  return { findAccessKeySecret: () => KEY.accessKeySecret, nowMs: readSigningTimeMs(request), maxClockSkewSeconds: 0 };
}

/** The same request as somebody would sign it who has not seen the official signature. */
function withoutSignature(request: DecodedRequest): DecodedRequest {
  const added = ['authorization', 'x-acs-content-sha256'];
  return { ...request, headers: request.headers.filter(([name]) => !added.includes(name)) };
}

describe.each(Object.entries(PARAMETERS))('with %s', (_, parameters) => {
  it('signAcs3 makes the signature of the official client, parameters in the query', async () => {
    const request = await callOfficialClient({ query: parameters });

    expect(Object.fromEntries(request.query)).toEqual(parameters);
    expect(Object.values(signAcs3(withoutSignature(request), KEY))).toEqual([
      new Map(request.headers).get('authorization'),
      new Map(request.headers).get('x-acs-content-sha256'),
    ]);
  });

  it.each(['formData', 'json'] as const)('signAcs3 makes the same signature, a %s body', async (reqBodyType) => {
    const request = await callOfficialClient({ reqBodyType, body: parameters });

    expect(request.body.length).toBeGreaterThan(0);
    expect(Object.values(signAcs3(withoutSignature(request), KEY))).toEqual([
      new Map(request.headers).get('authorization'),
      new Map(request.headers).get('x-acs-content-sha256'),
    ]);
  });

  it('signRpcV1 makes the same signature, parameters in the query', async () => {
    const request = await callOfficialClient({ config: { signatureAlgorithm: 'v2' }, query: parameters });

    expect(Object.fromEntries(request.query)).toMatchObject(parameters);
    expect(signRpcV1({ method: request.method, parameters: request.query }, KEY.accessKeySecret)).toBe(
      new Map(request.query).get('Signature'),
    );
  });

  it('signRpcV1 makes the same signature, parameters in query and form body', async () => {
    const request = await callOfficialClient({
      config: { signatureAlgorithm: 'v2' },
      query: { AppId: 'a' },
      body: parameters,
    });

    expect(request.form.length).toBeGreaterThan(0);
    expect(
      signRpcV1({ method: request.method, parameters: [...request.query, ...request.form] }, KEY.accessKeySecret),
    ).toBe(new Map(request.query).get('Signature'));
  });
});

describe('verifyAcs3', () => {
  it('accepts a call of the official client', async () => {
    const request = await callOfficialClient({ query: { AppId: 'a' } });

    expect(verifyAcs3(request, createPolicy(request))).toMatchObject({
      accessKeyId: 'testid',
      nonce: new Map(request.headers).get('x-acs-signature-nonce'),
      securityToken: undefined,
    });
  });

  it('accepts a call with a body and a security token', async () => {
    const request = await callOfficialClient({ config: { securityToken: 'token' }, body: { AppId: 'a' } });
    const caller = verifyAcs3(request, createPolicy(request));

    expect(caller).toMatchObject({ securityToken: 'token' });
    expect(caller.signedHeaders).toContain('content-type');
  });
});

describe('verifyRpcV1', () => {
  it('accepts a call of the official client with a security token', async () => {
    const request = await callOfficialClient({
      config: { signatureAlgorithm: 'v2', securityToken: 'token' },
      query: { AppId: 'a' },
      body: { TaskId: 't' },
    });
    const parameters = [...request.query, ...request.form];

    expect(verifyRpcV1({ method: request.method, parameters }, createPolicy(request))).toEqual({
      accessKeyId: 'testid',
      nonce: new Map(request.query).get('SignatureNonce'),
      timestampMs: readSigningTimeMs(request),
      securityToken: 'token',
    });
  });
});
