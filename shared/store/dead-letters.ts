/**
 * The statements of dead letters: messages that came by a valid way and cannot be used. They are kept byte for byte.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/** An authenticated message that is no usable FileCreated, or an item of RTC's list that is no usable file. */
export interface DeadLetter {
  readonly AppId: string | undefined;
  readonly source: 'http' | 'mns' | 'reconciled';
  /** Code of the fault; never a value of the message. */
  readonly reason: string;
  readonly body: Uint8Array;
}

/** Keeps a message that cannot be used, byte for byte. The same bytes again only raise its count. */
export async function storeDeadLetter(database: Database, letter: DeadLetter): Promise<void> {
  await database.query(
    `insert into dead_letters as d (id, app_id, source, reason, body) values ($1, $2, $3, $4, $5::bytea)
on conflict (id) do update set count = d.count + 1, last_received_at = now()`,
    [
      createHash('sha256').update(letter.body).digest('hex'),
      letter.AppId ?? null,
      letter.source,
      letter.reason,
      Buffer.from(letter.body),
    ],
  );
}

/** A dead letter as stored, without its bytes. */
export interface DeadLetterRow {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly id: string;
  /** Position in lists, newest first; opaque outside. */
  readonly seq: string;
  /** Null if the message did not tell. */
  readonly AppId: string | null;
  readonly source: DeadLetter['source'];
  readonly reason: string;
  /** How often the same bytes came. */
  readonly count: number;
  readonly firstReceivedAt: Date;
  readonly lastReceivedAt: Date;
  readonly bytes: number;
}

const COLUMNS = `id, seq::text, app_id as "AppId", source, reason, count, first_received_at as "firstReceivedAt",
  last_received_at as "lastReceivedAt", octet_length(body) as bytes`;

/** Filters and page of {@link listDeadLetters}. */
export interface DeadLetterFilter {
  readonly AppId: string | undefined;
  /** `seq` of the last one of the page before. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Dead letters, newest first. */
export async function listDeadLetters(
  database: Database,
  { AppId, after, limit }: DeadLetterFilter,
): Promise<readonly DeadLetterRow[]> {
  return await database.query<DeadLetterRow>(
    `select ${COLUMNS} from dead_letters
where ($1::text is null or app_id = $1) and ($2::bigint is null or seq < $2::bigint)
order by dead_letters.seq desc limit $3::int`,
    [AppId ?? null, after ?? null, limit],
  );
}

/** One dead letter with its bytes, or undefined. */
export async function readDeadLetter(
  database: Database,
  id: string,
): Promise<(DeadLetterRow & { readonly body: Buffer }) | undefined> {
  const rows = await database.query<DeadLetterRow & { readonly body: Buffer }>(
    `select ${COLUMNS}, body from dead_letters where id = $1`,
    [id],
  );
  return rows[0];
}
