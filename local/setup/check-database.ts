/**
 * Can the functions work with their database, and no more than work with it?
 *
 * @module
 */
import pg from 'pg';
import type { StartConfig } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import { isRecord } from '../../shared/record-task/check.ts';
import { createConnectionConfig } from '../../shared/store/connection.ts';
import { type Database, openDatabase } from '../../shared/store/database.ts';
import { FUNCTION_TABLES } from '../../shared/store/migrate.ts';
import { readSchemaVersion, SCHEMA_VERSION } from '../../shared/store/schema-version.ts';
import type { Finding } from './finding.ts';

type Target = Pick<StartConfig, 'databaseUrl' | 'databaseCa'>;

const MIGRATE = 'npm run deploy, which invokes {"Action":"Migrate"} as the owner (MIGRATION_DATABASE_URL)';

/** Asks the database as the functions do. */
export async function checkDatabase(target: Target): Promise<readonly Finding[]> {
  const database = openDatabase(target.databaseUrl, { ca: target.databaseCa });
  try {
    return [await checkReach(database), checkEncryption(target), ...(await checkSchema(database))];
  } catch (error) {
    return [describeFailure(error)];
  } finally {
    await database.close();
  }
}

async function checkReach(database: Database): Promise<Finding> {
  const [found] = await database.query<{ role: string; version: string }>(
    `select current_user as role, current_setting('server_version') as version`,
    [],
  );
  return { outcome: 'ok', subject: 'database', text: `PostgreSQL ${found?.version} as ${found?.role}` };
}

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** By the settings: the driver refuses whatever does not meet them, a pooler between here and the server included. */
export function checkEncryption({ databaseUrl, databaseCa }: Target): Finding {
  const subject = 'database TLS';
  if (databaseCa !== undefined) return { outcome: 'ok', subject, text: 'verified by DATABASE_CA' };
  // What the driver makes of the URL, by the driver's own word.
  const { ssl }: { readonly ssl: unknown } = new pg.Client(createConnectionConfig(databaseUrl, databaseCa));
  const isVerified = ssl !== false && !(isRecord(ssl) && ssl.rejectUnauthorized === false);
  if (isVerified) return { outcome: 'ok', subject, text: 'verified by the authorities that Node knows' };
  if (LOOPBACK_HOSTS.has(new URL(databaseUrl).hostname)) {
    return { outcome: 'ok', subject, text: 'not needed on this machine' };
  }
  const text =
    ssl === false ? 'none: passwords and rows in clear text' : 'encrypted with whoever answers: nobody is verified';
  return { outcome: 'warning', subject, text, remedy: 'set DATABASE_CA to the certificate of the server’s authority' };
}

async function checkSchema(database: Database): Promise<readonly Finding[]> {
  const version = await readSchemaVersion(database);
  if (version < SCHEMA_VERSION) {
    const found =
      version === 0 ? 'there is no schema, or none that this role may see' : `the schema has version ${version}`;
    const text = `${found}; the code needs ${SCHEMA_VERSION}`;
    return [{ outcome: 'failed', subject: 'database schema', text, remedy: MIGRATE }];
  }
  return [
    { outcome: 'ok', subject: 'database schema', text: `version ${version}; the code needs ${SCHEMA_VERSION}` },
    await checkRights(database),
    await checkExcess(database),
  ];
}

async function checkRights(database: Database): Promise<Finding> {
  const subject = 'database rights';
  const lacking = await database.query<{ name: string }>(
    `select name from unnest($1::text[]) as name
where not has_table_privilege(name, 'select') or not has_table_privilege(name, 'insert')
  or not has_table_privilege(name, 'update') or not has_table_privilege(name, 'delete')`,
    [[...FUNCTION_TABLES]],
  );
  if (lacking.length === 0) return { outcome: 'ok', subject, text: `on all ${FUNCTION_TABLES.length} tables` };
  const text = `the role may not read and write ${lacking.map(({ name }) => name).join(', ')}`;
  return { outcome: 'failed', subject, text, remedy: MIGRATE };
}

/** What a role may that has to change no schema: whoever takes the functions over must not take the tables too. */
async function checkExcess(database: Database): Promise<Finding> {
  const subject = 'database role';
  const [found] = await database.query<{ schema: string; reasons: readonly string[] }>(
    `select current_schema() as schema, array_remove(array[
  case when (select rolsuper from pg_roles where rolname = current_user) then 'is a superuser' end,
  case when has_schema_privilege(current_schema(), 'create') then 'may create tables' end,
  case when exists (select from pg_class where oid = any ($1::text[]::regclass[]) and pg_has_role(relowner, 'usage'))
    then 'owns the tables' end], null) as reasons`,
    [[...FUNCTION_TABLES]],
  );
  const reasons = found?.reasons ?? [];
  if (reasons.length === 0) return { outcome: 'ok', subject, text: 'may change rows and not the schema' };
  return {
    outcome: 'warning',
    subject,
    text: `the functions’ role ${reasons.join(', ')}`,
    remedy: `give DATABASE_URL a role that owns nothing, and MIGRATION_DATABASE_URL the owner; before PostgreSQL 15 also: revoke create on schema ${found?.schema} from public`,
  };
}

/** By SQLSTATE or the code of the connection. */
const REMEDIES: readonly (readonly [code: RegExp, text: string, remedy: string])[] = [
  [/^28/, 'the role or its password is refused', 'user and password of DATABASE_URL'],
  [/^3D000$/, 'there is no such database', 'the name in DATABASE_URL'],
  [/^53/, 'the server has no connection left', 'a pooler in transaction mode, or a larger max_connections'],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'the server’s certificate is for another host name',
    'the host of DATABASE_URL as the certificate names it',
  ],
  [
    /CERT|SIGNATURE/,
    'the server’s certificate is issued by nobody who is trusted here, or has expired',
    'set DATABASE_CA to the certificate of its authority',
  ],
];

function describeFailure(error: unknown): Finding {
  const cause = error instanceof RecorderError ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const known = REMEDIES.find(([pattern]) => pattern.test(code));
  const base = { outcome: 'failed', subject: 'database' } as const;
  if (known !== undefined) return { ...base, text: `${known[1]} (${code})`, remedy: known[2] };
  if (cause instanceof Error && cause.message.includes('does not support SSL')) {
    return {
      ...base,
      text: 'the server offers no TLS',
      remedy: 'turn TLS on at the server, or unset DATABASE_CA and sslmode',
    };
  }
  return {
    ...base,
    text: `cannot be reached from here (${code || 'no answer'})`,
    remedy: 'host and port of DATABASE_URL, its allow-list; a database inside a VPC is checked from a machine in it',
  };
}
