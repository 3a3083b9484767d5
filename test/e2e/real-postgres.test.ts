import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ maxConnections: 40 });
});

afterAll(() => postgres.close());

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('startPostgres', () => {
  it('runs the server it was asked for', async () => {
    expect(await query(postgres.url, 'show max_connections')).toEqual([{ max_connections: '40' }]);
  });

  it('createDatabase gives each caller an empty database', async () => {
    const [one, two] = [await postgres.createDatabase(), await postgres.createDatabase()];
    await query(one, 'create table only_here ()');
    const count = "select count(*)::int from pg_tables where tablename = 'only_here'";
    expect(await query(one, count)).toEqual([{ count: 1 }]);
    expect(await query(two, count)).toEqual([{ count: 0 }]);
  });

  it('stop makes the database unreachable, restart brings it back with its data', async () => {
    const url = await postgres.createDatabase();
    await query(url, 'create table kept as select 1 as value');
    await postgres.stop();
    await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await postgres.restart();
    expect(await query(url, 'select value from kept')).toEqual([{ value: 1 }]);
  });
});

describe('startTcpProxy', () => {
  /** A client whose connection goes through the proxy. */
  async function connectThrough(port: number): Promise<pg.Client> {
    const url = new URL(postgres.url);
    url.port = String(port);
    const client = new pg.Client({ connectionString: url.href, query_timeout: 300 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  it('blackhole leaves old connections open and mute while new ones work', async () => {
    const proxy = await startTcpProxy({ targetPort: postgres.port });
    const old = await connectThrough(proxy.port);
    expect((await old.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    proxy.blackhole();
    await expect(old.query('select 1')).rejects.toThrow('Query read timeout');
    const fresh = await connectThrough(proxy.port);
    expect((await fresh.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
    expect(proxy.connectionCount()).toBe(2);
    expect(proxy.acceptedCount()).toBe(2);
    await fresh.end();
    await proxy.close();
    expect(proxy.connectionCount()).toBe(0);
  });

  it('cut resets connections at once', async () => {
    const proxy = await startTcpProxy({ targetPort: postgres.port });
    const client = await connectThrough(proxy.port);
    const asleep = client.query('select pg_sleep(10)');
    proxy.cut();
    await expect(asleep).rejects.toThrow();
    await proxy.close();
  });
});
