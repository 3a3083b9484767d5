/**
 * The nonces of signed requests, kept where every instance sees them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { NonceUse } from '../rpc-wire/verify-rpc-request.ts';
import type { Database } from './database.ts';

/** Nonces forgotten by one call: rows of this size go quickly, and a busy hour has many. Ours. */
export const NONCE_PRUNE_BATCH = 10_000;

/**
 * Stores a nonce and tells in the same statement whether its key had used it before. Of any number of uses at once
 * exactly one is `new`.
 *
 * @throws RecorderError `ServiceUnavailable`.
 */
export async function rememberNonce(database: Database, use: NonceUse): Promise<'new' | 'seen'> {
  // The id of this use makes the statement repeatable: `do nothing` would take our own first try for somebody else's.
  const rows = await database.query<{ mine: boolean }>(
    `insert into nonces as n (access_key_id, nonce, use_id, expires_at) values ($1, $2, $3::uuid, $4::timestamptz)
on conflict (access_key_id, nonce) do update set use_id = n.use_id
returning use_id = $3::uuid as mine`,
    [use.accessKeyId, use.nonce, randomUUID(), new Date(use.expiresAtMs)],
  );
  return rows[0]?.mine === true ? 'new' : 'seen';
}

/** Clocks of function and database may differ by this, and no nonce is forgotten before its request is refused. Ours. */
const GRACE_MINUTES = 15;

/**
 * Forgets up to {@link NONCE_PRUNE_BATCH} nonces that expired {@link GRACE_MINUTES} minutes ago, and returns how many. By
 * the database's clock: a simulated week must not make requests repeatable.
 */
export async function pruneNonces(database: Database): Promise<number> {
  const rows = await database.query<{ pruned: number }>(
    `with expired as materialized (
  select access_key_id, nonce from nonces where expires_at < now() - interval '${GRACE_MINUTES} minutes'
  order by expires_at limit ${NONCE_PRUNE_BATCH}
  for update skip locked
), pruned as (
  delete from nonces n using expired e where n.access_key_id = e.access_key_id and n.nonce = e.nonce returning 1
)
select count(*)::int as pruned from pruned`,
    [],
  );
  return rows[0]?.pruned ?? 0;
}
