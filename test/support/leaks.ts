/**
 * The search for secrets in everything a stack lets out: what its functions wrote, what they answered, what they stored.
 *
 * @module
 */
import { LOCAL_API_KEY } from '../../local/stack.ts';
import type { TestStack } from './stack.ts';

/** What no secret of a stack needs to be known for: a signature, credentials, the address of a database. */
const TELLTALES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a webhook secret', /whsec_/],
  ['the signature of a webhook', /\bv1a?,[A-Za-z0-9+/]{43}=/],
  ['an ACS3 authorization', /ACS3-HMAC-SHA256\s+Credential/i],
  ['a signature', /\bSignature(=|%3D)/i],
  ['Basic credentials', /\bBasic\s+[A-Za-z0-9+/]{16}/i],
  ['the address of a database', /\bpostgres(ql)?:\/\//i],
];

/**
 * Returns every place where a secret of the stack can be read, as `where: which secret: the text around it`. Each secret
 * is looked for as it is and in the encodings that texts travel in.
 */
export async function findLeaks(stack: TestStack): Promise<readonly string[]> {
  const needles = listSecrets(stack).flatMap(([name, secret]) => encode(secret).map((text) => [name, text] as const));
  const found: string[] = [];
  const search = (place: string, texts: readonly string[]): void => {
    for (const text of texts) {
      for (const [name, needle] of needles) if (text.includes(needle)) found.push(`${place}: ${name}: ${text}`);
      for (const [name, pattern] of TELLTALES) if (pattern.test(text)) found.push(`${place}: ${name}: ${text}`);
    }
  };
  search('log', stack.log);
  search(
    'answer',
    stack.answers.map(({ status, headers, body }) => `${status} ${JSON.stringify(headers)} ${body}`),
  );
  for (const [table, rows] of await readTables(stack)) search(`table ${table}`, rows);
  return found;
}

function listSecrets(stack: TestStack): readonly (readonly [name: string, secret: string])[] {
  const { webhookSecret, callbackSecret, callbackUrl, databaseUrl, rtcCredentials } = stack;
  const [, apiSecret = ''] = LOCAL_API_KEY.split(':');
  const webhookKey = Buffer.from(webhookSecret.replace('whsec_', ''), 'base64');
  const secrets: readonly (readonly [string, string])[] = [
    ['the API key', LOCAL_API_KEY],
    ['the API secret', apiSecret],
    ['the callback secret', callbackSecret],
    ['the callback token', callbackUrl.slice(callbackUrl.lastIndexOf('/') + 1)],
    ['the webhook secret', webhookKey.toString('base64')],
    ['the webhook secret, raw', webhookKey.toString('latin1')],
    ['the webhook secret, hex', webhookKey.toString('hex')],
    ['the database password', new URL(databaseUrl).password],
    ...rtcCredentials.flatMap(({ accessKeySecret, securityToken = '' }) => [
      ['the secret of the role', accessKeySecret] as const,
      ['the token of the role', securityToken] as const,
    ]),
  ];
  // The embedded database has no password.
  return secrets.filter(([, secret]) => secret !== '');
}

function encode(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [...new Set([secret, base64, bytes.toString('base64url'), bytes.toString('hex'), encodeURIComponent(secret)])];
}

/** Every row of every table, as text. */
async function readTables({ database }: TestStack): Promise<readonly (readonly [table: string, rows: string[]])[]> {
  const tables = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = current_schema()`,
    [],
  );
  return await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await database.query<{ row: string }>(`select to_jsonb(t)::text as row from "${name}" t`, []);
      return [name, rows.map(({ row }) => row)] as const;
    }),
  );
}
