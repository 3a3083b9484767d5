/**
 * The timer trigger: its event, and when it fires.
 *
 * @see https://help.aliyun.com/document_detail/2513615.html
 * @module
 */
import { Cron } from 'croner';
import { RecorderError } from '../shared/errors.ts';
import { toSeconds } from './function-event.ts';
import type { TimerTrigger } from './s-yaml.ts';

const MINUTE_MS = 60_000;

/** When a timer fires: by the wall clock of a time zone, or at even distances from the start. */
export type TimerSchedule =
  | { readonly kind: 'cron'; readonly cron: Cron }
  | { readonly kind: 'interval'; readonly intervalMs: number };

/**
 * Reads a timer's `cronExpression`: six fields, seconds first, in UTC unless `CRON_TZ=<zone>` stands before them, or
 * `@every <n>m|h`. Where a clock is put forward or back the two may differ from what Function Compute does, which is not
 * documented.
 *
 * @throws RecorderError `Misconfigured` for anything else
 */
export function parseTimerSchedule(trigger: TimerTrigger): TimerSchedule {
  const { cronExpression } = trigger;
  const every = /^@every ([1-9]\d{0,3})(m|h)$/u.exec(cronExpression);
  if (every !== null) {
    return { kind: 'interval', intervalMs: Number(every[1]) * (every[2] === 'h' ? 60 : 1) * MINUTE_MS };
  }
  const [, timezone = 'UTC', fields = ''] = /^(?:CRON_TZ=(\S+) +)?(.*)$/u.exec(cronExpression) ?? [];
  try {
    const cron = new Cron(fields, { mode: '6-part', timezone, paused: true });
    if (fields.trim().split(/ +/u).length === 6 && cron.nextRun() !== null) return { kind: 'cron', cron };
  } catch {
    // Said below.
  }
  throw new RecorderError('Misconfigured', {
    message: `A timer wants six fields, seconds first, or "@every <n>m": see trigger ${trigger.name}.`,
  });
}

/** The first run after `now`. */
export function nextTimerRun(schedule: TimerSchedule, startedAt: Date, now: Date): Date {
  if (schedule.kind === 'cron') {
    const next = schedule.cron.nextRun(now);
    if (next === null) throw new RangeError('The timer never fires again.');
    return next;
  }
  const passed = Math.floor((now.getTime() - startedAt.getTime()) / schedule.intervalMs);
  return new Date(startedAt.getTime() + (passed + 1) * schedule.intervalMs);
}

/** The event of one run; `payload` is the text of `s.yaml`, unchanged. */
export function toTimerEvent(trigger: TimerTrigger, triggerTime: Date): object {
  return { triggerTime: toSeconds(triggerTime), triggerName: trigger.name, payload: trigger.payload };
}
