import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/store/database.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { startTestStack } from '../support/stack.ts';

const readPem = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/tls', name), 'utf8');

const AUTHORITY = readPem('authority.pem');
const OTHER_AUTHORITY = readPem('other-authority.pem');

/** The settings of a URL that say no, or yes without verifying: the authority decides over all of them. */
const SSL_MODES = ['', '?sslmode=disable', '?sslmode=no-verify', '?ssl=0', '?uselibpqcompat=true&sslmode=require'];

describe('a database with TLS', () => {
  let withTls: Postgres;
  let withoutTls: Postgres;

  beforeAll(async () => {
    [withTls, withoutTls] = await Promise.all([startPostgres({ tls: 'certified' }), startPostgres()]);
  });

  afterAll(() => Promise.all([withTls.close(), withoutTls.close()]));

  async function readTls(url: string, ca: string | undefined): Promise<boolean | undefined> {
    const database = openDatabase(url, { ca });
    try {
      const rows = await database.query<{ ssl: boolean }>(
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
        [],
      );
      return rows[0]?.ssl;
    } finally {
      await database.close();
    }
  }

  const withMode = (url: string, mode: string) => url.replace('?sslmode=disable', mode);

  test.each(SSL_MODES)('is encrypted and verified with its authority, whatever the URL says: "%s"', async (mode) => {
    expect(await readTls(withMode(withTls.url, mode), AUTHORITY)).toBe(true);
  });

  test('takes one of several authorities', async () => {
    expect(await readTls(withTls.url, `${OTHER_AUTHORITY}${AUTHORITY}`)).toBe(true);
  });

  test.each(SSL_MODES)('is refused with the authority of somebody else: "%s"', async (mode) => {
    await expect(readTls(withMode(withTls.url, mode), OTHER_AUTHORITY)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
  });

  test('is refused under a name that is not in its certificate', async () => {
    const url = withTls.url.replace('127.0.0.1', 'localhost');
    await expect(readTls(url, AUTHORITY)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  test('is refused where the server has no TLS', async () => {
    await expect(readTls(withoutTls.url, AUTHORITY)).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      cause: { message: 'The server does not support SSL connections' },
    });
  });

  test('is what its URL says where there is no authority', async () => {
    expect(await readTls(withTls.url, undefined)).toBe(false);
    expect(await readTls(withMode(withTls.url, '?sslmode=no-verify'), undefined)).toBe(true);
    // In pg 8 these verify, by the authorities that Node knows.
    for (const mode of ['verify-full', 'require']) {
      await expect(readTls(withMode(withTls.url, `?sslmode=${mode}`), undefined)).rejects.toMatchObject({
        cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      });
    }
  });

  test('is migrated by the same rules', async () => {
    await expect(migrateDatabase(withTls.url, { ca: OTHER_AUTHORITY })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    await expect(migrateDatabase(withoutTls.url, { ca: AUTHORITY })).rejects.toThrow('does not support SSL');
  });

  test('serves both functions by DATABASE_CA, written in one line', async () => {
    const stack = await startTestStack({
      databaseUrl: withTls.url,
      environment: { DATABASE_CA: AUTHORITY.replaceAll('\n', '\\n') },
    });
    try {
      const { status } = await stack.call('POST', '/record-tasks', { ChannelId: 'class', TemplateId: 'template' });
      expect(status).toBe(201);
      const callback = await fetch(stack.callbackUrl, { method: 'POST', body: '{}' });
      expect(callback.status).toBe(200);
    } finally {
      await stack.close();
    }
  });

  test('stops both functions when DATABASE_CA is another', async () => {
    const started = startTestStack({
      databaseUrl: withTls.url,
      environment: { DATABASE_CA: OTHER_AUTHORITY.replaceAll('\n', '\\n') },
    });
    await expect(started).rejects.toMatchObject({
      code: 'Misconfigured',
      message: expect.stringContaining('unable to verify the first certificate'),
    });
  });
});
