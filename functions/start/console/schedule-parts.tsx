/**
 * What lists and pages of schedules have in common.
 *
 * @module
 */
import type { JSX } from 'preact';
import { Badge } from './badge.tsx';
import type { Schedule } from './schedule-actions.tsx';
import { TEXTS } from './texts.ts';
import { formatTime } from './times.ts';

/** Whether there are slots to come. */
export function ScheduleBadge({ schedule }: { readonly schedule: Schedule }): JSX.Element {
  const { schedules } = TEXTS;
  if (!schedule.Enabled) return <Badge tone="warn" text={schedules.paused} />;
  if (schedule.NextSlots.length === 0) return <Badge tone="quiet" text={schedules.over} />;
  return <Badge tone="good" text={schedules.on} />;
}

/** When the slots are, as it was said. */
export function WhenView({ schedule: { Cron, TimeZone, StartAt } }: { readonly schedule: Schedule }): JSX.Element {
  if (Cron !== undefined) {
    return (
      <>
        <code>{Cron}</code> <span class="muted">{TimeZone}</span>
      </>
    );
  }
  return (
    <>
      {TEXTS.schedules.once} {StartAt !== undefined && <span class="muted">{formatTime(StartAt)}</span>}
    </>
  );
}

/** A parameter of a schedule, or nothing. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A reading of the wall clock, `2026-11-22T10:00:00+08:00`, for people. */
export function formatWallClock(localTime: string): string {
  return `${localTime.slice(0, 10)} ${localTime.slice(11, 16)} ${localTime.slice(19)}`;
}
