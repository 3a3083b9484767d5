/**
 * Alibaba Cloud's own clients in every layout they send, called alike: what a face of the RPC gateway has to serve.
 *
 * Each takes its time and its nonce from the caller if told to, which is how a stale or a replayed request is made.
 *
 * @module
 */
import openApi from '@alicloud/openapi-client';
import PopCore from '@alicloud/pop-core';
import rpcClient from '@alicloud/rpc-client';
import teaUtil from '@alicloud/tea-util';
import * as v from 'valibot';
import { flattenParameters } from '../../shared/record-task/rpc-names.ts';
import type { Parameters } from './rtc-emulator.ts';

const VERSION = '2018-01-11';

export interface ClientKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export interface ClientCall {
  /** `127.0.0.1:port` */
  readonly endpoint: string;
  readonly key: ClientKey;
  readonly action: string;
  readonly parameters: Parameters;
  /** Instead of the present time, `yyyy-MM-ddTHH:mm:ssZ`. */
  readonly Timestamp?: string;
  /** Instead of a fresh one. */
  readonly SignatureNonce?: string;
}

/** What a client made of an answer. */
interface ClientOutcome {
  /** Whether it returned or threw. */
  readonly verdict: 'success' | 'error';
  /** The `Code` of the body, or of the error without the `Error` that rpc-client appends. */
  readonly Code: string | undefined;
  /** Of the body, or of the error with what the client adds. */
  readonly Message: string | undefined;
  readonly RequestId: string | undefined;
  /** The error as the client threw it. */
  readonly thrown: ThrownError | undefined;
}

interface ThrownError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** An error of the gateway. */
interface GatewayError {
  readonly status: number;
  readonly Code: string;
  readonly Message: string;
  readonly RequestId: string | undefined;
}

export interface OfficialClient {
  readonly name: string;
  /** What it takes an error with HTTP status 200 for. */
  readonly verdictOnTaskExisted: ClientOutcome['verdict'];
  /** What it makes of an error with another status; the message may go on. */
  readonly describeThrown: (error: GatewayError) => ThrownError;
  readonly call: (call: ClientCall) => Promise<ClientOutcome>;
}

export const OFFICIAL_CLIENTS: readonly OfficialClient[] = [
  createOpenApiClient('V3, query', 'ACS3-HMAC-SHA256', 'query'),
  createOpenApiClient('V3, formData', 'ACS3-HMAC-SHA256', 'body'),
  createOpenApiClient('V1, query', 'v2', 'query'),
  createOpenApiClient('V1, formData', 'v2', 'body'),
  createPopCoreClient('GET'),
  createPopCoreClient('POST'),
  // In lower case: a POST with everything in the query.
  createPopCoreClient('post'),
  {
    name: '@alicloud/rpc-client',
    verdictOnTaskExisted: 'success',
    describeThrown: ({ status, Code, Message, RequestId }) => ({
      name: 'Error',
      code: `${Code}Error`,
      message: `${Code}Error: code: ${status}, ${Message} requestid: ${RequestId}`,
    }),
    call: async ({ endpoint, key, action, parameters, ...common }) => {
      const client = new rpcClient.default(new rpcClient.Config({ ...key, endpoint, protocol: 'http' }));
      const runtime = new teaUtil.RuntimeOptions({});
      return await judge(client.doRequest(action, 'http', 'POST', VERSION, 'AK', common, parameters, runtime));
    },
  },
];

function createOpenApiClient(
  layout: string,
  signatureAlgorithm: 'ACS3-HMAC-SHA256' | 'v2',
  place: 'query' | 'body',
): OfficialClient {
  return {
    name: `@alicloud/openapi-client, ${layout}`,
    verdictOnTaskExisted: 'success',
    describeThrown: ({ status, Code, Message, RequestId }) => ({
      name: 'Error',
      code: Code,
      message: `${Code}: code: ${status}, ${Message} request id: ${RequestId}`,
    }),
    call: async ({ endpoint, key, action, parameters, Timestamp, SignatureNonce }) => {
      const client = new openApi.default(
        new openApi.Config({ ...key, signatureAlgorithm, endpoint, protocol: 'http' }),
      );
      const params = new openApi.Params({
        action,
        version: VERSION,
        protocol: 'HTTP',
        pathname: '/',
        method: 'POST',
        authType: 'AK',
        style: 'RPC',
        reqBodyType: 'formData',
        bodyType: 'json',
      });
      const isV1 = signatureAlgorithm === 'v2';
      const common = { ...(Timestamp && { Timestamp }), ...(SignatureNonce && { SignatureNonce }) };
      const query = place === 'query' ? Object.fromEntries(flattenParameters(parameters)) : {};
      const request = new openApi.OpenApiRequest({
        query: isV1 ? { ...query, ...common } : query,
        headers: {
          ...(!isV1 && Timestamp && { 'x-acs-date': Timestamp }),
          ...(!isV1 && SignatureNonce && { 'x-acs-signature-nonce': SignatureNonce }),
        },
        ...(place === 'body' && { body: parameters }),
      });
      return await judge(client.callApi(params, request, new teaUtil.RuntimeOptions({})));
    },
  };
}

function createPopCoreClient(method: 'GET' | 'POST' | 'post'): OfficialClient {
  return {
    name: `@alicloud/pop-core, ${method}`,
    verdictOnTaskExisted: 'error',
    describeThrown: ({ Code, Message }) => ({ name: `${Code}Error`, code: Code, message: `${Message}, URL: http://` }),
    call: async ({ endpoint, key, action, parameters, ...common }) => {
      const client = new PopCore({ ...key, endpoint: `http://${endpoint}`, apiVersion: VERSION });
      return await judge(client.request(action, { ...parameters, ...common }, { method }));
    },
  };
}

const Body = v.object({
  RequestId: v.optional(v.string()),
  Code: v.optional(v.string()),
  Message: v.optional(v.string()),
});

/** openapi-client returns the body with status and headers around it, the others the body itself. */
const Returned = v.union([
  v.pipe(
    v.object({ statusCode: v.number(), body: Body }),
    v.transform(({ body }) => body),
  ),
  Body,
]);

const Thrown = v.object({ name: v.string(), code: v.string(), message: v.string(), data: v.optional(Body, {}) });

async function judge(answer: Promise<unknown>): Promise<ClientOutcome> {
  try {
    const { RequestId, Code, Message } = v.parse(Returned, await answer);
    return { verdict: 'success', Code, Message, RequestId, thrown: undefined };
  } catch (error) {
    const { data, ...thrown } = v.parse(Thrown, error);
    const { code, message } = thrown;
    return { verdict: 'error', Code: code.replace(/Error$/, ''), Message: message, RequestId: data.RequestId, thrown };
  }
}
