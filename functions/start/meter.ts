/**
 * How long a piece of work has waited for others: what its log line says of where the time went.
 *
 * @module
 */
import type { StartService } from './service.ts';

/** Milliseconds, whole. Waits that overlap count each. */
interface Waits {
  readonly rtcDurationMs: number;
  /** From asking for a connection to the rows. */
  readonly databaseDurationMs: number;
}

/** A service that measures itself. */
export interface MeteredService extends StartService {
  /** The waits so far. */
  readonly readWaits: () => Waits;
}

/** Returns a service that does what `service` does and measures it from now on. */
export function meterService(service: StartService): MeteredService {
  const waitedMs = { rtc: 0, database: 0 };
  const measure = async <T>(whom: keyof typeof waitedMs, work: () => Promise<T>): Promise<T> => {
    const startedAtMs = performance.now();
    try {
      return await work();
    } finally {
      waitedMs[whom] += performance.now() - startedAtMs;
    }
  };
  const { database, callRtc } = service;
  return {
    ...service,
    callRtc: (...call) => measure('rtc', () => callRtc(...call)),
    database: {
      query: <Row extends object>(text: string, values: readonly unknown[]) =>
        measure('database', () => database.query<Row>(text, values)),
      close: () => database.close(),
    },
    readWaits: () => ({
      rtcDurationMs: Math.round(waitedMs.rtc),
      databaseDurationMs: Math.round(waitedMs.database),
    }),
  };
}
