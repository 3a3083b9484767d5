/**
 * The timer trigger: its event, and the two forms of schedule that this project's `s.yaml` uses.
 *
 * @see https://help.aliyun.com/document_detail/2513615.html
 * @module
 */
import { RecorderError } from '../shared/errors.ts';
import { toSeconds } from './function-event.ts';
import type { TimerTrigger } from './s-yaml.ts';

const MINUTE_MS = 60_000;

/** How far apart two runs are, and whether they fall on whole minutes or count from the start. */
export interface TimerSchedule {
  readonly intervalMs: number;
  readonly aligned: 'to-minute' | 'to-start';
}

/**
 * Reads a timer's `cronExpression`: `0 * * * * *` (each minute) or `@every <n>m|h`.
 *
 * @throws {RecorderError} `Misconfigured` for every other expression Function Compute would accept
 */
export function parseTimerSchedule(trigger: TimerTrigger): TimerSchedule {
  if (trigger.cronExpression === '0 * * * * *') return { intervalMs: MINUTE_MS, aligned: 'to-minute' };
  const every = /^@every ([1-9]\d{0,3})(m|h)$/u.exec(trigger.cronExpression);
  if (every === null) {
    throw new RecorderError('Misconfigured', {
      message: `The local stack runs timers of "0 * * * * *" and "@every <n>m" only: see trigger ${trigger.name}.`,
    });
  }
  return { intervalMs: Number(every[1]) * (every[2] === 'h' ? 60 : 1) * MINUTE_MS, aligned: 'to-start' };
}

/** The first run after `now`. */
export function nextTimerRun(schedule: TimerSchedule, startedAt: Date, now: Date): Date {
  const origin = schedule.aligned === 'to-minute' ? 0 : startedAt.getTime();
  const passed = Math.floor((now.getTime() - origin) / schedule.intervalMs);
  return new Date(origin + (passed + 1) * schedule.intervalMs);
}

/** The event of one run; `payload` is the text of `s.yaml`, unchanged. */
export function toTimerEvent(trigger: TimerTrigger, triggerTime: Date): object {
  return { triggerTime: toSeconds(triggerTime), triggerName: trigger.name, payload: trigger.payload };
}
