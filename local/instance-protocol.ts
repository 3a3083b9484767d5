/**
 * What the function host and an instance's process say to each other over the IPC channel (structured clone, so that
 * bytes stay bytes).
 *
 * @module
 */

/**
 * Function Compute's context without its logger, which is added inside the instance.
 * Source: https://help.aliyun.com/zh/functioncompute/user-guide/context (fields), the rest as captured on nodejs.
 */
export interface InvocationContext {
  readonly callbackWaitsForEmptyEventLoop: false;
  readonly requestId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
  readonly function: {
    readonly name: string;
    readonly handler: string;
    /** MB. */
    readonly memory: number;
    /** Seconds. */
    readonly timeout: number;
  };
  readonly service: { readonly logProject: string; readonly logStore: string; readonly qualifier: string };
  readonly region: string;
  readonly accountId: string;
  /** 0, or the number of the retry of an asynchronous invocation. Undocumented, captured. */
  readonly retryCount: number;
  readonly tracing: { readonly openTracingSpanBaggages: Readonly<Record<string, string>> };
}

/** Host to instance. */
export interface InvokeMessage {
  readonly kind: 'invoke';
  readonly event: Uint8Array;
  readonly context: InvocationContext;
}

/** How Function Compute shows a failed invocation to its caller. */
export interface FunctionError {
  readonly errorMessage: string;
  readonly errorType?: string | undefined;
  readonly stackTrace?: readonly string[] | undefined;
}

/** Instance to host: `ready` or `unloadable` once, then one answer per {@link InvokeMessage}. */
export type InstanceMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unloadable'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly payload: Uint8Array }
  | { readonly kind: 'failed'; readonly error: FunctionError };
