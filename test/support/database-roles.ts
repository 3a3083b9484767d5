/**
 * A database as an operator prepares it: one role owns the tables, the functions' role owns nothing.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Postgres } from './postgres.ts';

/** Obvious, so that it can be looked for in whatever is logged. */
export const OWNER_PASSWORD = 'the-password-of-the-owner';

export interface OwnedDatabase {
  readonly ownerUrl: string;
  /** Of a role without any right of its own. */
  readonly functionsUrl: string;
  /** Another role without rights. @returns its connection string */
  createRole(): Promise<string>;
  /** Runs a statement as the owner. */
  runAsOwner(text: string): Promise<void>;
  /** Runs statements in this database as the operator of the server. */
  runAsSuperuser(text: string): Promise<void>;
}

/** Creates a database that belongs to a role of its own. */
export async function createOwnedDatabase(postgres: Postgres): Promise<OwnedDatabase> {
  const ownerName = `owner-${randomBytes(4).toString('hex')}`;
  await run(postgres.url, `create role "${ownerName}" login createrole password '${OWNER_PASSWORD}'`);
  const name = ownerName.replace('-', '_');
  await run(postgres.url, `create database ${name} owner "${ownerName}"`);
  const urlOf = (user: string, password: string) => {
    const url = new URL(postgres.url);
    url.username = encodeURIComponent(user);
    url.password = password;
    url.pathname = `/${name}`;
    return url.href;
  };
  const ownerUrl = urlOf(ownerName, OWNER_PASSWORD);
  const createRole = async () => {
    // With what an identifier must be quoted and a URL must be encoded for.
    const role = `functions of "${randomBytes(4).toString('hex')}"`;
    await run(postgres.url, `create role ${pg.escapeIdentifier(role)} login`);
    return urlOf(role, 'a-password-of-the-functions');
  };
  return {
    ownerUrl,
    functionsUrl: await createRole(),
    createRole,
    runAsOwner: (text) => run(ownerUrl, text),
    runAsSuperuser: (text) => run(urlOf('postgres', ''), text),
  };
}

async function run(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
