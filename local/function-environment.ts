/**
 * What a function finds around it: the environment of its process, the context of an invocation, and how the platform
 * writes its lines.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import type { InvocationContext } from './instance-protocol.ts';
import type { FunctionSpec } from './s-yaml.ts';

/** The STS triple of the function's role; it reaches the function in its context, as in the cloud. */
interface FunctionCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string;
}

/** One line a function wrote. */
export interface FunctionLogLine {
  readonly functionName: string;
  /** Absent for what was written outside `console`, or outside any invocation. */
  readonly requestId?: string;
  readonly text: string;
}

/** Which function of whose account it is, and what it may do. */
export interface FunctionIdentity {
  readonly spec: FunctionSpec;
  readonly credentials: FunctionCredentials;
  readonly accountId: string;
}

/** The environment of a process, besides the function's own: what Function Compute documents, and a time zone. */
export function describeSystem(
  identity: FunctionIdentity,
  codeFolder: string,
  instanceId: string,
): Record<string, string> {
  const { accountId, credentials, spec } = identity;
  return {
    FC_FUNC_CODE_PATH: codeFolder,
    FC_ACCOUNT_ID: accountId,
    FC_FUNCTION_HANDLER: spec.handler,
    FC_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    FC_FUNCTION_NAME: spec.functionName,
    FC_REGION: spec.region,
    FC_CUSTOM_LISTEN_PORT: '9000',
    FC_INSTANCE_ID: instanceId,
    FC_VER_ID: 'LATEST',
    ALIBABA_CLOUD_ACCESS_KEY_ID: credentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: credentials.securityToken,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: 'UTC',
  };
}

/** What an invocation is told of itself. */
export function describeContext(identity: FunctionIdentity, requestId: string, retryCount: number): InvocationContext {
  const { accountId, credentials, spec } = identity;
  return {
    callbackWaitsForEmptyEventLoop: false,
    requestId,
    credentials,
    function: { name: spec.functionName, handler: spec.handler, memory: spec.memoryMb, timeout: spec.timeoutSeconds },
    service: { logProject: `serverless-${spec.region}-local`, logStore: 'default-logs', qualifier: 'LATEST' },
    region: spec.region,
    accountId,
    retryCount,
    tracing: { openTracingSpanBaggages: {} },
  };
}

/** As Function Compute writes them: `1-<seconds, hex>-<6 hex>-<12 hex>`. */
export function createRequestId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000).toString(16);
  return `1-${seconds}-${randomBytes(3).toString('hex')}-${randomBytes(6).toString('hex')}`;
}

/** Undoes what the instance's `console` puts around a message. */
export function readLogLine(functionName: string, line: string): FunctionLogLine {
  const prefixed = /^\S+Z (1-[\da-f-]+) \[\w+\] (.*)$/su.exec(line);
  if (prefixed === null) return { functionName, text: line };
  const [, requestId = '', text = ''] = prefixed;
  return { functionName, requestId, text: text.replaceAll('\r', '\n') };
}
