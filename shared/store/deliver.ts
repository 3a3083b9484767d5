/**
 * The statements behind webhook deliveries: read what to send, store how it went.
 *
 * @module
 */
import type { Database } from './database.ts';

/** An event whose webhook is to be sent. */
export interface PendingEvent {
  /** The `webhook-id`. */
  readonly id: string;
  /** The exact bytes to sign and send, as text. */
  readonly body: string;
  /** Attempts that counted as failures so far. */
  readonly failures: number;
}

/** The event of a `deliver` job, or undefined when it was pruned or needs no delivery any more. */
export async function readPendingEvent(database: Database, id: string): Promise<PendingEvent | undefined> {
  const rows = await database.query<PendingEvent>(
    "select id, body, failures from events where id = $1 and delivery = 'pending'",
    [id],
  );
  return rows[0];
}

/** One attempt to deliver, as kept in the event's log. */
export interface DeliveryAttempt {
  /** ISO 8601, UTC. */
  readonly At: string;
  /** HTTP status, or null when no answer came. */
  readonly Status: number | null;
  readonly DurationMs: number;
  /** Why no answer came, or the first bytes of one that was not 2xx. */
  readonly Detail: string | null;
}

/** How an attempt went, for {@link finishDelivery}. */
export interface DeliveryOutcome {
  readonly id: string;
  /** The job's fencing token. */
  readonly jobAttempts: number;
  readonly attempt: DeliveryAttempt;
  /** `pending`: try again at `retryAt`. */
  readonly delivery: 'delivered' | 'dead' | 'pending';
  /** Failures counted so far, this attempt included if it counts. */
  readonly failures: number;
  /** Undefined unless `pending`. */
  readonly retryAt: Date | undefined;
}

/** The last attempts kept with an event. Ours. */
const ATTEMPTS_KEPT = 10;

/** Stores the outcome of an attempt, in the event and in its job, in one statement. */
export async function finishDelivery(database: Database, outcome: DeliveryOutcome): Promise<void> {
  await database.query(
    `with done as (
  delete from jobs where kind = 'deliver' and key = $1 and attempts = $2::int and $4::text <> 'pending' returning key
), again as (
  update jobs set due_at = $6::timestamptz, leased_until = null
  where kind = 'deliver' and key = $1 and attempts = $2::int and $4::text = 'pending' returning key
)
update events set
  delivery = $4::text,
  failures = $5::int,
  delivered_at = case when $4::text = 'delivered' then now() end,
  attempts = (
    select jsonb_agg(entry order by position) from (
      select entry, position from jsonb_array_elements(events.attempts || $3::text::jsonb)
        with ordinality as log (entry, position)
      order by position desc limit ${ATTEMPTS_KEPT}
    ) last
  )
where id = $1 and exists (select from done union all select from again)`,
    [
      outcome.id,
      outcome.jobAttempts,
      JSON.stringify([outcome.attempt]),
      outcome.delivery,
      outcome.failures,
      outcome.retryAt ?? null,
    ],
  );
}
