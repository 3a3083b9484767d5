/**
 * What a page shows, kept up to date as long as somebody looks at it.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks';
import type * as v from 'valibot';
import { callApi, type Fault } from './api.ts';
import { getPollDelayMs } from './poll-delay.ts';

/** The last answer, and whether it still holds. */
export interface Live<T> {
  readonly answer: T | undefined;
  readonly answeredAtMs: number;
  /** Why the last question has no answer. */
  readonly fault: Fault | undefined;
  /** Asks at once. */
  readonly refresh: () => void;
}

/** Asks for `path` again and again, more seldom after failures, and not while nobody sees the page. */
export function useLive<TSchema extends v.GenericSchema>(path: string, schema: TSchema): Live<v.InferOutput<TSchema>> {
  const [answered, setAnswered] = useState<{ readonly answer: v.InferOutput<TSchema>; readonly atMs: number }>();
  const [fault, setFault] = useState<Fault>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const ask = async () => {
      const reply = await callApi({ method: 'GET', path, signal }, schema);
      if (reply.outcome === 'answered') setAnswered({ answer: reply.answer, atMs: Date.now() });
      setFault(reply.outcome === 'refused' ? reply.fault : undefined);
      return reply.outcome;
    };
    // Nothing but the end of the page's interest ends it.
    follow(ask, signal).catch(() => undefined);
    return () => abort.abort();
  }, [path, schema, round]);
  return {
    answer: answered?.answer,
    answeredAtMs: answered?.atMs ?? 0,
    fault,
    refresh: () => setRound((before) => before + 1),
  };
}

async function follow(ask: () => Promise<'answered' | 'refused'>, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    if (!document.hidden) failures = (await ask()) === 'answered' ? 0 : failures + 1;
    await waitForMoment(getPollDelayMs(failures), signal);
  }
}

/** Waits until the time is over, or the reader or the network has come back. */
async function waitForMoment(delayMs: number, signal: AbortSignal): Promise<void> {
  const end = new AbortController();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    const options = { signal: end.signal };
    document.addEventListener('visibilitychange', () => resolve(), options);
    addEventListener('online', () => resolve(), options);
    signal.addEventListener('abort', () => resolve(), options);
    end.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  end.abort();
}
