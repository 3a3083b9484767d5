/**
 * Times and lengths of time in words.
 *
 * @module
 */
import { TEXTS } from './texts.ts';

const UNITS = [
  { name: 'day', seconds: 86_400, sign: 'd' },
  { name: 'hour', seconds: 3_600, sign: 'h' },
  { name: 'minute', seconds: 60, sign: 'min' },
  { name: 'second', seconds: 1, sign: 's' },
] as const;

const RELATIVE = new Intl.RelativeTimeFormat('en', { style: 'narrow' });

/** Below this, the clocks of the service and of the browser make the difference. */
const NOW_SECONDS = 5;

/** How far a time lies from now: `3m ago`, `in 2d`, `now`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1_000;
  const unit = UNITS.find((candidate) => Math.abs(seconds) >= candidate.seconds);
  if (unit === undefined || Math.abs(seconds) < NOW_SECONDS) return TEXTS.time.now;
  return RELATIVE.format(Math.trunc(seconds / unit.seconds), unit.name);
}

/** A length of time, to its two largest units: `1 h 30 min`, `45 s`. */
export function formatDuration(totalSeconds: number): string {
  const whole = Math.round(totalSeconds);
  const parts = UNITS.map(({ seconds, sign }, index) => {
    const within = UNITS[index - 1]?.seconds ?? Number.POSITIVE_INFINITY;
    return { count: Math.floor((whole % within) / seconds), sign };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0)
    .map(({ count, sign }) => `${count} ${sign}`)
    .join(' ');
}

/** A time in full, as the reader's browser writes times. */
export function formatTime(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The hours of a time, as the reader's browser writes them. */
export function formatHours(time: string): string {
  return new Date(time).toLocaleTimeString(undefined, { timeStyle: 'medium' });
}
