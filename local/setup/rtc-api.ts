/**
 * Calls to RTC with the operator's key, through the official client, with a remedy for each refusal.
 *
 * @module
 */
import * as v from 'valibot';
import type { Environment } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import { openOfficialClient } from '../../shared/official-client.ts';
import { flattenParameters, type ParameterValue } from '../../shared/record-task/rpc-names.ts';

/** The operations a set-up takes. */
type TemplateAction = 'AddRecordTemplate' | 'DescribeRecordTemplates' | 'UpdateRecordTemplate';

/** Calls RTC and returns the body of its answer. @throws RecorderError `UpstreamRejected` with reason and remedy */
export type CallRtc = (
  action: TemplateAction,
  parameters: Readonly<Record<string, ParameterValue>>,
) => Promise<Readonly<Record<string, unknown>>>;

/** Where RTC is, and as whom to call it. */
export interface RtcTarget {
  readonly endpoint: string;
  readonly protocol: 'http' | 'https';
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | undefined;
}

const KEY_VARIABLES = ['ALIBABA_CLOUD_ACCESS_KEY_ID', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET'] as const;

const TargetEnvironment = v.object({
  RTC_ENDPOINT: v.optional(v.string(), ''),
  RTC_PROTOCOL: v.optional(v.picklist(['http', 'https', '']), ''),
  ALIBABA_CLOUD_ACCESS_KEY_ID: v.pipe(v.string(), v.nonEmpty()),
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: v.pipe(v.string(), v.nonEmpty()),
  ALIBABA_CLOUD_SECURITY_TOKEN: v.optional(v.string(), ''),
});

/** Reads where RTC is and the operator's key. @throws RecorderError `Misconfigured`, naming variables and no value */
export function readRtcTarget(environment: Environment): RtcTarget {
  const read = v.safeParse(TargetEnvironment, environment);
  if (!read.success) {
    throw new RecorderError('Misconfigured', {
      message: `RTC is called with your own key: set ${KEY_VARIABLES.join(' and ')} in the environment, and ALIBABA_CLOUD_SECURITY_TOKEN if it is temporary. RTC_PROTOCOL is http or https.`,
    });
  }
  const found = read.output;
  return {
    endpoint: found.RTC_ENDPOINT || 'rtc.aliyuncs.com',
    protocol: found.RTC_PROTOCOL || 'https',
    accessKeyId: found.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: found.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    securityToken: found.ALIBABA_CLOUD_SECURITY_TOKEN || undefined,
  };
}

const TIMEOUT_MS = 10_000;

/** Returns a caller that tries once. */
export function createRtcCaller(target: RtcTarget): CallRtc {
  const { endpoint, protocol, securityToken, ...key } = target;
  const credentials = { ...key, ...(securityToken !== undefined && { securityToken }) };
  const send = openOfficialClient({ endpoint, protocol, credentials });
  return async (action, parameters) => {
    const pairs = flattenParameters(parameters);
    const call = { action, pairs, readTimeoutMs: TIMEOUT_MS, connectTimeoutMs: TIMEOUT_MS };
    const body = await send(call).then(readAnswer, (error: unknown) => {
      throw createRefusal(error, target);
    });
    // The client takes each 2xx for a success, whatever its body says.
    if (typeof body.Code === 'string') throw createRefusal({ data: body }, target);
    return body;
  };
}

const ClientAnswer = v.object({ body: v.record(v.string(), v.unknown()) });

function readAnswer(answer: unknown): Readonly<Record<string, unknown>> {
  const read = v.safeParse(ClientAnswer, answer);
  if (read.success) return read.output.body;
  throw new RecorderError('UpstreamRejected', { message: 'What answers at RTC_ENDPOINT is not RTC.' });
}

/** The client's error for 4xx and 5xx, and the body of a refusal with 200. */
const ClientRefusal = v.object({ data: v.object({ Code: v.string(), Message: v.optional(v.string(), '') }) });

/** From the client's error only the vendor's code and, scrubbed, its message: the error's own holds the signed URL. */
function createRefusal(error: unknown, { endpoint }: RtcTarget): RecorderError {
  if (error instanceof RecorderError) return error;
  const refusal = v.safeParse(ClientRefusal, error);
  if (!refusal.success) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'no answer';
    return new RecorderError('UpstreamRejected', {
      message: `RTC cannot be reached at ${endpoint} (${/^[A-Z_]{3,40}$/.test(code) ? code : 'no answer'}): RTC_ENDPOINT, RTC_PROTOCOL, the network.`,
    });
  }
  const { Code, Message } = refusal.output.data;
  return new RecorderError('UpstreamRejected', { message: `RTC refuses with ${describeRefusal(Code, Message)}` });
}

/** What to do, by code or its beginning; the first that fits. Codes of the RPC gateway, and of AddRecordTemplate. */
const REMEDIES: readonly (readonly [code: string, remedy: string])[] = [
  [
    'InvalidAccessKeyId.NotFound',
    'ALIBABA_CLOUD_ACCESS_KEY_ID names no key: it is misspelt or deleted, or belongs to the other site (China, international).',
  ],
  ['InvalidAccessKeyId', 'the key of ALIBABA_CLOUD_ACCESS_KEY_ID is disabled: enable it in RAM, or use another.'],
  ['SignatureDoesNotMatch', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET does not belong to ALIBABA_CLOUD_ACCESS_KEY_ID.'],
  ['IncompleteSignature', 'ALIBABA_CLOUD_ACCESS_KEY_SECRET does not belong to ALIBABA_CLOUD_ACCESS_KEY_ID.'],
  [
    'InvalidSecurityToken',
    'ALIBABA_CLOUD_SECURITY_TOKEN has expired or belongs to another key. A key whose id begins with STS. needs one, another must have none.',
  ],
  [
    'MissingSecurityToken',
    'the key is temporary: set ALIBABA_CLOUD_SECURITY_TOKEN to the token that was issued with it.',
  ],
  ['InvalidTimeStamp', 'the clock of this machine is wrong by more than 15 minutes: set it.'],
  // The names of the actions are formed after those that the vendor documents; these are not documented themselves.
  [
    'Forbidden',
    'the key may not do this: grant it rtc:AddRecordTemplate, rtc:UpdateRecordTemplate and rtc:DescribeRecordTemplates in RAM.',
  ],
  [
    'SLR.NoPermission',
    'RTC writes to the bucket through a role that does not exist yet: grant the key ram:CreateServiceLinkedRole for rtc.aliyuncs.com.',
  ],
  ['Throttling', 'too many calls at once: try again in a minute.'],
  ['ServiceUnavailable', 'RTC has a failure of its own: try again.'],
  ['InternalError', 'RTC has a failure of its own: try again.'],
];

function describeRefusal(Code: string, Message: string): string {
  const [, remedy] = REMEDIES.find(([code]) => Code.startsWith(code)) ?? [];
  // A message may quote what was sent, the callback's address included.
  return `${Code}: ${remedy ?? Message.replace(/\bhttps?:\S+/gi, '[address]').slice(0, 300)}`;
}
