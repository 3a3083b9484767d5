/**
 * One JSON line per event, on standard output, where Function Compute's log service picks it up.
 *
 * @module
 */

import type { RecorderError } from './errors.ts';

/** What every line of an invocation carries. */
interface LogContext {
  readonly requestId: string;
  /** As `parseTraceparent` returns it. */
  readonly traceparent?: string | undefined;
}

/** The fields a line may have, and no others: nothing a caller or a secret store supplied but ids. */
interface LogFields {
  readonly AppId?: string | undefined;
  readonly TaskId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly jobKind?: string | undefined;
  readonly method?: string | undefined;
  /** The path of a route as the OpenAPI document has it, never the path that was asked for: `/record-tasks/{TaskId}`. */
  readonly route?: string | undefined;
  /** Of an RPC call, if it is one of ours. */
  readonly Action?: string | undefined;
  readonly status?: number | undefined;
  readonly outcome?: string | undefined;
  readonly code?: string | undefined;
  readonly attempt?: number | undefined;
  readonly count?: number | undefined;
  readonly durationMs?: number | undefined;
  /** How much of it was spent waiting for RTC, and for the database. */
  readonly rtcDurationMs?: number | undefined;
  readonly databaseDurationMs?: number | undefined;
  /** Of the database schema. */
  readonly version?: number | undefined;
  /** What a tick did: jobs. */
  readonly done?: number | undefined;
  readonly failed?: number | undefined;
  /** What a tick found, see `readBacklog`. */
  readonly dueJobs?: Readonly<Record<string, number>> | undefined;
  readonly lagSeconds?: number | undefined;
  readonly oldestUndeliveredSeconds?: number | undefined;
  readonly runningTasks?: number | undefined;
  readonly maxRunningTasks?: number | undefined;
  /** Class and place of an unexpected error: name, SQLSTATE, first stack frame. Never its message. */
  readonly error?: string | undefined;
}

/** Writes `{ level, event, requestId, traceparent?, …fields }` as one line. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, fields?: LogFields) => void;

/** Returns the log of one invocation of the deployed functions. */
export function openLog({ requestId, traceparent }: LogContext): Log {
  return (level, event, fields = {}) => {
    console.log(JSON.stringify({ level, event, requestId, traceparent, ...fields }));
  };
}

/**
 * What a log line says of an error besides its code: the variables at fault when the configuration is unusable, else
 * what is behind it.
 */
export function describeReason(error: RecorderError): string | undefined {
  // Names of variables, no values; they are for the operator and not for whoever happened to call.
  if (error.code === 'Misconfigured') return error.message;
  return error.cause === undefined ? undefined : describeError(error.cause);
}

/**
 * What may be said of an unexpected error: its class, its code and where it was thrown. Messages of drivers and clients
 * are left out: they quote statements, addresses and, from the RPC client, whole signed URLs.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code.slice(0, 60)}` : '';
  const frame = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  const cause = error.cause === undefined ? '' : ` <- ${describeError(error.cause)}`;
  return `${error.name}${code}${frame === undefined ? '' : frame.replace(/^ {4}/, ' ')}${cause}`;
}
