/**
 * The clock of the local platform: what HTTP and timer events say the time is. A simulated one lets the service live
 * through weeks in minutes; signatures and leases go by the real time all the same.
 *
 * @module
 */

/** What time it is, and how long to wait for another time. */
export interface Clock {
  /** `simulated`: every firing of a timer is waited for, so that none is left out, however fast the clock runs. */
  readonly kind: 'real' | 'simulated';
  now(): Date;
  /** Milliseconds of real time until the clock shows `time`; 0 if it has. */
  realMsUntil(time: Date): number;
}

/** The clock of this machine. */
export const REAL_CLOCK: Clock = {
  kind: 'real',
  now: () => new Date(),
  realMsUntil: (time) => Math.max(time.getTime() - Date.now(), 0),
};

/** A clock that starts at `from` and runs `speed` times as fast as the real one. */
export function startSimulatedClock({ from, speed }: { readonly from: Date; readonly speed: number }): Clock {
  const startedAtMs = performance.now();
  const nowMs = () => from.getTime() + (performance.now() - startedAtMs) * speed;
  return {
    kind: 'simulated',
    now: () => new Date(nowMs()),
    realMsUntil: (time) => Math.max((time.getTime() - nowMs()) / speed, 0),
  };
}
