/**
 * The official client, set up for RTC. In a file of its own, which the build of the start function puts into a chunk that is
 * loaded with the first call: it is more than a third of that function's code, and many instances call nobody.
 *
 * @module
 */
import openApi from '@alicloud/openapi-client';
import teaUtil from '@alicloud/tea-util';
import type { FunctionCredentials } from './fc.ts';
import { MAX_QUERY_BYTES, measureQueryBytes } from './record-task/rpc-names.ts';

/** Product `rtc`, https://api.aliyun.com/product/rtc */
const RTC_VERSION = '2018-01-11';

/** Where and as whom to call. */
export interface RtcConnection {
  readonly endpoint: string;
  readonly protocol: 'http' | 'https';
  /** Of a function fresh with each invocation: STS tokens expire. */
  readonly credentials: FunctionCredentials;
}

/** One call. */
export interface OfficialCall {
  /** `StartRecordTask` */
  readonly action: string;
  /** Parameters by RPC name (`UserPanes.1.PaneId`), in order. */
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly readTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

/**
 * Returns what sends a call once, and resolves with the client's `{ statusCode, headers, body }` for every 2xx, whatever its
 * body says. Parameters go into the query up to {@link MAX_QUERY_BYTES}, else into a form. What it rejects with is the
 * client's own: its messages hold the signed URL. Source: `@alicloud/openapi-client`; the limit of the query: ours.
 */
export function openOfficialClient({ endpoint, protocol, credentials }: RtcConnection) {
  const client = new openApi.default(
    new openApi.Config({
      accessKeyId: credentials.accessKeyId ?? '',
      accessKeySecret: credentials.accessKeySecret ?? '',
      ...(credentials.securityToken !== undefined && { securityToken: credentials.securityToken }),
      endpoint,
      protocol,
    }),
  );
  return async ({ action, pairs, readTimeoutMs, connectTimeoutMs }: OfficialCall): Promise<unknown> => {
    const params = new openApi.Params({
      action,
      version: RTC_VERSION,
      protocol,
      pathname: '/',
      method: 'POST',
      authType: 'AK',
      style: 'RPC',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    const parameters = Object.fromEntries(pairs);
    const isLong = measureQueryBytes(pairs) > MAX_QUERY_BYTES;
    const request = new openApi.OpenApiRequest({
      // A frozen instance wakes up with dead sockets, and on a kept one the client's read time-out does not work.
      headers: { connection: 'close' },
      ...(isLong ? { body: parameters } : { query: parameters }),
    });
    const runtime = new teaUtil.RuntimeOptions({
      autoretry: false,
      readTimeout: readTimeoutMs,
      connectTimeout: connectTimeoutMs,
    });
    return await client.callApi(params, request, runtime);
  };
}
