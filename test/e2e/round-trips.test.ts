import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CountingProxy, startCountingProxy } from '../../bench/round-trips.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

let postgres: Postgres;
let proxy: CountingProxy;

beforeAll(async () => {
  postgres = await startPostgres();
  proxy = await startCountingProxy(postgres.port);
});

afterAll(async () => {
  await proxy.close();
  await postgres.close();
});

test('startCountingProxy counts a statement with values once, whatever its size, and no connection', async () => {
  const client = new pg.Client({ connectionString: postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`) });
  await client.connect();
  expect(proxy.count()).toBe(0);
  await client.query('select $1::text as t', ['x']);
  expect(proxy.count()).toBe(1);
  await client.query('select length($1::text) as n', ['x'.repeat(300_000)]);
  await client.query('select $1::int as n', [1]);
  expect(proxy.count()).toBe(3);
  await client.end();
});
