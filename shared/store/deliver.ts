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
  /** What the attempt says of the app as a whole: it works, it does not, or nothing (a time-out that does not count). */
  readonly endpoint: 'reached' | 'failed' | 'unknown';
}

/** The last attempts kept with an event. Ours. */
const ATTEMPTS_KEPT = 10;

/** Stores the outcome of an attempt, in the event and in its job, in one statement. */
export async function finishDelivery(database: Database, outcome: DeliveryOutcome): Promise<void> {
  await database.query(
    `with done as (
  delete from jobs where kind = 'deliver' and key = $1 and attempts = $2::int and $4::text <> 'pending' returning key
), again as (
  update jobs set due_at = $6::timestamptz, leased_until = null, attempts = attempts + 1
  where kind = 'deliver' and key = $1 and attempts = $2::int and $4::text = 'pending' returning key
), endpoint as (
  update webhook_endpoint set failures_in_a_row = case when $7::text = 'reached' then 0 else failures_in_a_row + 1 end
  where ($7::text = 'reached' and failures_in_a_row > 0) or $7::text = 'failed'
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
      outcome.endpoint,
    ],
  );
}

/** An event to be delivered again, with the fencing token of its job. */
export interface RequeuedDelivery {
  readonly event: PendingEvent;
  readonly jobAttempts: number;
}

/** How long a redelivery asked for by hand is kept from the ticks: longer than its one attempt may take. Ours. */
const REDELIVERY_LEASE_SECONDS = 20;

/**
 * Makes an event, whatever became of it, pending once more with a clean count of failures, its job held by the caller;
 * undefined when there is no such event.
 */
export async function requeueDelivery(
  database: Database,
  id: string,
  now: Date,
): Promise<RequeuedDelivery | undefined> {
  const rows = await database.query<PendingEvent & { readonly jobAttempts: number }>(
    `with event as (
  update events set delivery = 'pending', failures = 0, delivered_at = null where id = $1 returning id, body, failures
), job as (
  insert into jobs (kind, key, due_at, leased_until, attempts)
  select 'deliver', id, $2::timestamptz, now() + interval '${REDELIVERY_LEASE_SECONDS} s', 1 from event
  on conflict (kind, key) do update set due_at = excluded.due_at, leased_until = excluded.leased_until,
    attempts = jobs.attempts + 1
  returning attempts
)
select id, body, failures, attempts as "jobAttempts" from event, job`,
    [id, now],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { jobAttempts, ...event } = row;
  return { event, jobAttempts };
}

/** Takes an event off the list of what the app is to be told, with its job. */
export async function dropDelivery(database: Database, id: string): Promise<void> {
  await database.query(
    `with job as (delete from jobs where kind = 'deliver' and key = $1)
update events set delivery = 'none' where id = $1 and delivery = 'pending'`,
    [id],
  );
}
