import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../shared/store/database.ts';
import { pruneNonces, rememberNonce } from '../../shared/store/nonces.ts';
import { DATABASE_KINDS, useMigratedDatabase } from '../support/database.ts';

const MINUTE_MS = 60_000;

describe.each(DATABASE_KINDS)('the nonces on the %s database', (kind) => {
  const database = useMigratedDatabase(kind);

  beforeEach(() => database.query('delete from nonces', []));

  const use = (nonce: string, accessKeyId = 'key', expiresAtMs = Date.now()) =>
    rememberNonce(database, { accessKeyId, nonce, expiresAtMs });

  test('are new once for each key', async () => {
    expect([await use('n'), await use('n'), await use('m'), await use('n', 'other')]).toEqual([
      'new',
      'seen',
      'new',
      'new',
    ]);
  });

  test('are new for exactly one of many at once, from several instances', async () => {
    const others = Array.from({ length: 4 }, () => openDatabase(database.url));
    try {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          rememberNonce(others[index % others.length] ?? database, {
            accessKeyId: 'key',
            nonce: 'n',
            expiresAtMs: Date.now(),
          }),
        ),
      );
      expect(outcomes.toSorted()).toEqual(['new', ...Array.from({ length: 19 }, () => 'seen')]);
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });

  test('are forgotten a quarter of an hour after they expired, not before', async () => {
    await use('old', 'key', Date.now() - 16 * MINUTE_MS);
    await use('young', 'key', Date.now() - 14 * MINUTE_MS);
    expect(await pruneNonces(database)).toBe(1);
    expect([await use('old'), await use('young')]).toEqual(['new', 'seen']);
  });
});
