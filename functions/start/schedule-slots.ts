/**
 * When a schedule has its slots. A slot of a cron expression is a reading of the wall clock in a time zone, and each
 * reading is one instant, also where the clock is put forward or back (ours):
 *
 * - a reading that is skipped runs at the end of the gap, together with any other that ends up there;
 * - a reading that comes twice runs once, at its first occurrence.
 *
 * So nothing set for 02:30 is lost or done twice, and what is set for every half hour pauses while the clock repeats
 * itself. The cron expression is only ever matched against readings, as if they were UTC.
 *
 * @module
 */
import { Cron } from 'croner';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Longest cron expression. Ours. */
const MAX_CRON_LENGTH = 100;

/** Longest name of a time zone: the longest IANA name has 32 characters. Ours. */
const MAX_TIME_ZONE_LENGTH = 64;

/** When slots are: at `startAt`, or as `cron` says; never after `until`. */
export interface SlotRule {
  readonly startAt: Date | undefined;
  /** Five fields. */
  readonly cron: string | undefined;
  /** IANA name. */
  readonly timeZone: string;
  /** The last moment that can be a slot. */
  readonly until: Date | undefined;
}

/** Whether `text` is a cron expression of five fields: minute, hour, day of month, month, day of week. */
export function isCron(text: string): boolean {
  // Croner also takes dates, nicknames such as @daily, and six or seven fields.
  if (text.length > MAX_CRON_LENGTH || text.trim().split(/\s+/).length !== 5) return false;
  try {
    parseCron(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether `name` is a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  // Intl may also take offsets such as +08:00, which are no zones.
  if (name.length > MAX_TIME_ZONE_LENGTH || !/^[A-Za-z]/.test(name)) return false;
  try {
    createFormat(name);
    return true;
  } catch {
    return false;
  }
}

/** Without end for most cron expressions. */
function* iterateSlots(rule: SlotRule, from: Date): Generator<Date, void> {
  const { startAt, cron, until } = rule;
  if (cron === undefined) {
    if (startAt !== undefined && startAt >= from && (until === undefined || startAt <= until)) yield startAt;
    return;
  }
  const format = createFormat(rule.timeZone);
  const pattern = parseCron(cron);
  let latestMs = Number.NEGATIVE_INFINITY;
  // One millisecond back, so that at the end of a gap the readings within it are still ahead.
  let reading = pattern.nextRun(new Date(readWallClock(format, from.getTime() - 1)));
  for (; reading !== null; reading = pattern.nextRun(reading)) {
    const slotMs = findInstant(format, reading.getTime());
    if (until !== undefined && slotMs > until.getTime()) return;
    if (slotMs < from.getTime() || slotMs === latestMs) continue;
    latestMs = slotMs;
    yield new Date(slotMs);
  }
}

/**
 * The first `count` slots of a rule from a time on, that time included, in order; fewer if there are no more.
 *
 * @throws RangeError or TypeError for a rule that {@link isCron} or {@link isTimeZone} refuses.
 */
export function listSlots(rule: SlotRule, from: Date, count: number): readonly Date[] {
  const slots: Date[] = [];
  for (const slot of iterateSlots(rule, from)) {
    slots.push(slot);
    if (slots.length === count) break;
  }
  return slots;
}

/** The first slot of {@link listSlots}, if there is one. */
export function findSlot(rule: SlotRule, from: Date): Date | undefined {
  return listSlots(rule, from, 1)[0];
}

/** The instant of a reading of the wall clock, given as if it were UTC; skipped and repeated ones as slots have them. */
export function toInstant(timeZone: string, reading: Date): Date {
  return new Date(findInstant(createFormat(timeZone), reading.getTime()));
}

/** A time as the wall clock shows it, with its offset: `2026-11-22T10:00:00+08:00`. */
export function formatLocalTime(timeZone: string, instant: Date): string {
  const format = createFormat(timeZone);
  const offsetMinutes = Math.trunc(readOffset(format, instant.getTime()) / MINUTE_MS);
  const [hours, minutes] = [Math.trunc(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const offset = [hours, minutes].map((part) => String(part).padStart(2, '0')).join(':');
  const reading = new Date(readWallClock(format, instant.getTime()));
  return `${reading.toISOString().slice(0, 19)}${offsetMinutes < 0 ? '-' : '+'}${offset}`;
}

/** The TaskId of a slot: `standup-20261122T0200Z`, UTC and to the minute. With `name` of up to 40 characters at most 55. */
export function createSlotTaskId(name: string, slotAt: Date): string {
  return `${name}-${slotAt.toISOString().slice(0, 16).replace(/[-:]/g, '')}Z`;
}

function parseCron(text: string): Cron {
  return new Cron(text, { mode: '5-part', timezone: 'UTC', paused: true });
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** What the wall clock shows, as if that were UTC, to the second. */
function readWallClock(format: Intl.DateTimeFormat, instantMs: number): number {
  const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

function readOffset(format: Intl.DateTimeFormat, instantMs: number): number {
  return readWallClock(format, instantMs) - Math.floor(instantMs / SECOND_MS) * SECOND_MS;
}

function findInstant(format: Intl.DateTimeFormat, readingMs: number): number {
  // No offset is as large as a day, and no zone has changed its clock twice within two.
  const offsets = [readOffset(format, readingMs - DAY_MS), readOffset(format, readingMs + DAY_MS)];
  const candidates = offsets.map((offset) => readingMs - offset).toSorted((a, b) => a - b);
  const first = candidates.find((instantMs) => readWallClock(format, instantMs) === readingMs);
  if (first !== undefined) return first;
  const [beforeMs = readingMs, afterMs = readingMs] = candidates;
  return findChange(format, beforeMs, afterMs);
}

/** The first instant, to the second, with the offset of `afterMs`, which is another one than that of `beforeMs`. */
function findChange(format: Intl.DateTimeFormat, beforeMs: number, afterMs: number): number {
  const offset = readOffset(format, afterMs);
  let [before, after] = [beforeMs, afterMs];
  while (after - before > SECOND_MS) {
    const middle = Math.floor((before + after) / 2 / SECOND_MS) * SECOND_MS;
    if (readOffset(format, middle) === offset) after = middle;
    else before = middle;
  }
  return after;
}
