/**
 * Calls to the RTC emulator: signed by hand, where a test needs a say in every part, or made by the official client.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { flattenParameters, type ParameterValue } from '../../shared/record-task/rpc-names.ts';
import { signRpcV1 } from '../../shared/signing/rpc-v1.ts';

type OpenApi = typeof import('@alicloud/openapi-client', { with: { 'resolution-mode': 'require' }});

const openApi: OpenApi = createRequire(import.meta.url)('@alicloud/openapi-client');

export const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
export const STS_KEY = { accessKeyId: 'STS.testid', accessKeySecret: 'ststestsecret', securityToken: 'tok+123/==' };

/** The four required parameters. */
export const REQUIRED = {
  AppId: 'yourAppId',
  ChannelId: 'yourChannelId',
  TaskId: 'task-005',
  TemplateId: '76dasgb1234',
};

/** The example values of StartRecordTask's page, lists of more than nine items, and what encoders disagree on. */
export const RICH_PARAMETERS = {
  ...REQUIRED,
  TaskProfile: '4IN_1080P',
  MediaEncode: 20,
  MixMode: 1,
  SubSpecUsers: Array.from({ length: 12 }, (_, index) => `user-${index + 1}`),
  SubSpecAudioUsers: ['allStream'],
  UserPanes: [
    {
      PaneId: 0,
      UserId: 'TestId',
      SourceType: 'camera',
      Images: [
        {
          Url: 'https://www.test.com/image.jpg?a=1&b=(2)*',
          Display: 2,
          X: 0.7576,
          Y: 0.7576,
          Width: 0.2456,
          Height: 0.2456,
          ZOrder: 0,
        },
      ],
      Texts: [{ Text: "你好, it's 100%~ (a+b)*!", X: 0.7576, Y: 0, FontType: 0, FontSize: 1, FontColor: 1, ZOrder: 0 }],
    },
    { PaneId: 1, UserId: 'userB', SourceType: 'shareScreen' },
  ],
  LayoutIds: [2, 6],
  CropMode: 1,
};

export type Parameters = Readonly<Record<string, ParameterValue>>;

export interface RpcAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

export interface SignOptions {
  readonly method?: string;
  readonly accessKeySecret?: string;
  readonly signedAtMs?: number;
  /** Replace or add common parameters. */
  readonly common?: Readonly<Record<string, string>>;
}

/** The path of a request signed with V1 (HMAC-SHA1), everything in the query. */
export function signPath(Action: string, parameters: Parameters, options: SignOptions = {}): string {
  const pairs = Object.entries({
    Action,
    Version: '2018-01-11',
    Format: 'JSON',
    AccessKeyId: KEY.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: randomUUID(),
    Timestamp: new Date(options.signedAtMs ?? Date.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...Object.fromEntries(flattenParameters(parameters)),
    ...options.common,
  });
  const { method = 'GET', accessKeySecret = KEY.accessKeySecret } = options;
  const Signature = signRpcV1({ method, parameters: pairs }, accessKeySecret);
  return `/?${new URLSearchParams([...pairs, ['Signature', Signature]])}`;
}

/** Sends a GET request (or another method) without a body. */
export async function send(endpoint: string, path: string, method = 'GET'): Promise<RpcAnswer> {
  const response = await fetch(`http://${endpoint}${path}`, { method });
  return { status: response.status, contentType: response.headers.get('content-type'), text: await response.text() };
}

/** Signs, sends and parses a JSON answer. */
export async function call(endpoint: string, Action: string, parameters: Parameters, options?: SignOptions) {
  const { status, text } = await send(endpoint, signPath(Action, parameters, options), options?.method);
  const body: Record<string, unknown> = JSON.parse(text);
  return { status, body };
}

/** The request layouts of `@alicloud/openapi-client`. */
export const CLIENT_LAYOUTS = {
  'V3, query': { key: KEY, place: 'query' },
  'V3 with a security token, query': { key: STS_KEY, place: 'query' },
  'V3, form body': { key: KEY, place: 'body' },
  'V1, query': { key: KEY, place: 'query', signatureAlgorithm: 'v2' },
  'V1 with a security token, query': { key: STS_KEY, place: 'query', signatureAlgorithm: 'v2' },
  'V1, common parameters in the query, the others in a form body': {
    key: KEY,
    place: 'body',
    signatureAlgorithm: 'v2',
  },
} as const satisfies Record<string, ClientLayout>;

export interface ClientLayout {
  readonly key: { readonly accessKeyId: string; readonly accessKeySecret: string; readonly securityToken?: string };
  readonly place: 'query' | 'body';
  readonly signatureAlgorithm?: 'v2';
}

/** What the official client makes of an answer: it resolves with a body for 2xx and throws an error with `code` else. */
export async function callOfficialClient(
  endpoint: string,
  action: string,
  parameters: Parameters,
  { key, place, ...config }: ClientLayout,
): Promise<unknown> {
  const client = new openApi.default(new openApi.Config({ ...key, ...config, endpoint, protocol: 'http' }));
  const params = new openApi.Params({
    action,
    version: '2018-01-11',
    protocol: 'HTTP',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const request = new openApi.OpenApiRequest(
    place === 'query' ? { query: Object.fromEntries(flattenParameters(parameters)) } : { body: parameters },
  );
  return client.callApi(params, request, { toMap: () => ({}) });
}
