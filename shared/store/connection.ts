/**
 * How a connection string becomes a connection, for the functions and the migration alike.
 *
 * @module
 */
import type { ClientConfig } from 'pg';

/** Everything in a connection string by which `pg` decides about TLS: each of them would replace what is given here. */
const TLS_PARAMETERS = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'uselibpqcompat'];

/**
 * Returns what `pg` is given. With `ca` (PEM) the server's certificate must be issued by it and be for the host of the
 * URL; a server without TLS is refused. The URL's own word on TLS counts only where there is no `ca`.
 *
 * In `pg` 8 `sslmode=prefer`, `require` and `verify-ca` all mean `verify-full` against the authorities Node trusts, where
 * libpq's `require` verifies nothing. `no-verify` encrypts and verifies nothing; `disable`, or no sslmode, is plain text.
 *
 * @see https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string#tcp-connections
 */
export function createConnectionConfig(
  url: string,
  ca: string | undefined,
): Pick<ClientConfig, 'connectionString' | 'ssl'> {
  if (ca === undefined) return { connectionString: url };
  const bare = new URL(url);
  for (const name of TLS_PARAMETERS) bare.searchParams.delete(name);
  return { connectionString: bare.href, ssl: { ca, rejectUnauthorized: true } };
}
