/**
 * The official client, in a file of its own: the build puts it into a chunk that is loaded with the first call. It is more
 * than a third of the function's code, and many instances call nobody.
 *
 * @module
 */
import openApi from '@alicloud/openapi-client';
import teaUtil from '@alicloud/tea-util';
import type { FunctionCredentials } from '../../shared/fc.ts';

/** Where and as whom to call. */
export interface RtcConnection {
  readonly endpoint: string;
  readonly protocol: 'http' | 'https';
  /** From the function's context, fresh with each invocation: STS tokens expire. */
  readonly credentials: FunctionCredentials;
}

/** Creates a client, and returns it with the classes its calls are made of. */
export function openOfficialClient({ endpoint, protocol, credentials }: RtcConnection) {
  const config = new openApi.Config({
    accessKeyId: credentials.accessKeyId ?? '',
    accessKeySecret: credentials.accessKeySecret ?? '',
    ...(credentials.securityToken !== undefined && { securityToken: credentials.securityToken }),
    endpoint,
    protocol,
  });
  return {
    client: new openApi.default(config),
    OpenApiRequest: openApi.OpenApiRequest,
    Params: openApi.Params,
    RuntimeOptions: teaUtil.RuntimeOptions,
  };
}
