/**
 * Sends an event to the app as a signed Standard Webhook and stores how it went. Sending again after a failure is the
 * tick's work; this is one attempt.
 *
 * @module
 */
import type { WebhookConfig } from './config.ts';
import { RecorderError } from './errors.ts';
import { signWebhook } from './signing/standard-webhooks.ts';
import type { Database } from './store/database.ts';
import { type DeliveryAttempt, finishDelivery, type PendingEvent } from './store/deliver.ts';
import type { NewEvent } from './store/events.ts';

/** The first attempt is made while RTC or a caller waits for our answer. Ours. */
const FIRST_ATTEMPT_TIMEOUT_MS = 1_000;

/** Every later attempt, made by the tick. Ours. */
export const RETRY_ATTEMPT_TIMEOUT_MS = 10_000;

/**
 * Waits after the 1st, 2nd … failure, in seconds: 1 min, 5 min, 30 min, 2, 5, 10, 14, 20, 24 h. After the last the
 * event is dead: visible and redeliverable, not sent by itself. After Standard Webhooks 1.0, "Retries".
 */
export const RETRY_AFTER_SECONDS = [60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

/** Up to this share of a wait is added, so that a receiver that comes back is not met by everything at once. */
const JITTER = 0.1;

/** Bytes of a refusing answer that are kept with the attempt. */
const DETAIL_BYTES = 256;

/** What telling the app needs from outside. */
export interface Outbox {
  readonly database: Database;
  /** Undefined when no webhook is configured: events then only make the timeline. */
  readonly webhook: WebhookConfig | undefined;
  readonly fetch: typeof fetch;
  /** Business time, which a local stack may simulate. */
  readonly now: () => Date;
  /** The time on the clock, with which receivers compare that of a signature. */
  readonly wallNow: () => Date;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

/** An {@link Outbox} with somewhere to deliver to. */
export interface Deliverer extends Outbox {
  readonly webhook: WebhookConfig;
}

/** One attempt to make. */
export interface Delivery {
  readonly event: PendingEvent;
  /** Fencing token of the `deliver` job. */
  readonly jobAttempts: number;
  readonly timeoutMs: number;
  /** `ignore`: a time-out only moves the event to the next tick, as in the short first attempt. */
  readonly timeoutCounts: 'count' | 'ignore';
}

/** How it went: what the event's `delivery` is now. */
export type DeliveryState = 'delivered' | 'dead' | 'pending';

/**
 * Makes the first attempt for an event just stored, whose job this process holds. Never fails: what is not delivered,
 * or delivered and not noted, is the tick's to send again.
 */
export async function deliverFirst(outbox: Outbox, event: NewEvent): Promise<DeliveryState> {
  const { webhook } = outbox;
  if (webhook === undefined) return 'pending';
  try {
    return await deliverEvent(
      { ...outbox, webhook },
      {
        event: { ...event, failures: 0 },
        jobAttempts: 1,
        timeoutMs: FIRST_ATTEMPT_TIMEOUT_MS,
        timeoutCounts: 'ignore',
      },
    );
  } catch (error) {
    if (error instanceof RecorderError) return 'pending';
    throw error;
  }
}

/**
 * Makes one attempt and stores its outcome. 2xx is delivered; 410 ends this delivery; redirects are not followed and
 * count, like every other answer, as a failure.
 *
 * @throws RecorderError `ServiceUnavailable` when the outcome cannot be stored; the event is then sent again later.
 */
export async function deliverEvent(dependencies: Deliverer, delivery: Delivery): Promise<DeliveryState> {
  const { event } = delivery;
  const { attempt, timedOut } = await sendWebhook(dependencies, event, delivery.timeoutMs);
  const isDelivered = attempt.Status !== null && attempt.Status >= 200 && attempt.Status < 300;
  const counts = !isDelivered && !(timedOut && delivery.timeoutCounts === 'ignore');
  const failures = event.failures + (counts ? 1 : 0);
  const waitSeconds = failures === 0 ? 0 : RETRY_AFTER_SECONDS[failures - 1];
  const state = isDelivered ? 'delivered' : attempt.Status === 410 || waitSeconds === undefined ? 'dead' : 'pending';
  await finishDelivery(dependencies.database, {
    id: event.id,
    jobAttempts: delivery.jobAttempts,
    attempt,
    delivery: state,
    failures,
    retryAt:
      state === 'pending' && waitSeconds !== undefined
        ? new Date(dependencies.now().getTime() + waitSeconds * 1_000 * (1 + JITTER * dependencies.random()))
        : undefined,
    // 410 is a word about this event, spoken by an app that works.
    endpoint: isDelivered || attempt.Status === 410 ? 'reached' : counts ? 'failed' : 'unknown',
  });
  return state;
}

async function sendWebhook(
  { webhook, fetch, wallNow }: Deliverer,
  event: PendingEvent,
  timeoutMs: number,
): Promise<{ readonly attempt: DeliveryAttempt; readonly timedOut: boolean }> {
  const startedAt = wallNow();
  const finish = (Status: number | null, Detail: string | null): DeliveryAttempt => ({
    At: startedAt.toISOString(),
    Status,
    DurationMs: wallNow().getTime() - startedAt.getTime(),
    Detail,
  });
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      // Each attempt is signed with its own time; id and body never change.
      headers: {
        'content-type': 'application/json',
        ...signWebhook({
          id: event.id,
          timestampSeconds: Math.floor(startedAt.getTime() / 1_000),
          body: event.body,
          secrets: webhook.secrets,
        }),
      },
      body: event.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    // The status is the answer: a body that stalls or breaks does not take it back.
    const detail = response.ok ? null : await readFirstBytes(response).catch(() => null);
    await response.body?.cancel().catch(() => undefined);
    return { attempt: finish(response.status, detail), timedOut: false };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return { attempt: finish(null, timedOut ? `no answer within ${timeoutMs} ms` : 'connection failed'), timedOut };
  }
}

/** The beginning of an answer, without pulling in the rest: a receiver may send any amount. */
async function readFirstBytes(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const { value } = await reader.read();
  reader.releaseLock();
  const text = new TextDecoder().decode((value ?? new Uint8Array()).subarray(0, DETAIL_BYTES));
  // PostgreSQL text and jsonb hold no NUL.
  return text.replaceAll('\0', '');
}
