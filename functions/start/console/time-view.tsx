/**
 * Times: how far away, with the whole time at hand.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatHours, formatRelative, formatTime } from './times.ts';

interface TimeProps {
  readonly at: string;
}

/** `3m ago`, as time goes by. */
export function RelativeTime({ at }: TimeProps): JSX.Element {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatRelative(Date.parse(at), nowMs)}
    </time>
  );
}

/** The whole time, and how far away it is. */
export function FullTime({ at }: TimeProps): JSX.Element {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={at}>
      {formatTime(at)} <span class="muted">({formatRelative(Date.parse(at), nowMs)})</span>
    </time>
  );
}

/** The hours of a time. */
export function Hours({ at }: TimeProps): JSX.Element {
  return (
    <time dateTime={at} title={formatTime(at)}>
      {formatHours(at)}
    </time>
  );
}

const TICK_MS = 1_000;

/** The time of the browser, each second anew. */
function useNowMs(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
