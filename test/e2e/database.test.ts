import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbeddedDatabase } from '../../local/database.ts';
import { LOOPBACK, listen } from '../../local/listen.ts';

const clients: pg.Client[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

describe('startEmbeddedDatabase in memory', () => {
  let database: EmbeddedDatabase;

  beforeAll(async () => {
    database = await startEmbeddedDatabase({ port: 0 });
  });

  afterAll(() => database.close());

  it('lets one of 20 racing inserts win', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => connect(database.url)));
    await all[0]?.query('create table claims (id text primary key, lease_id int)');
    const results = await Promise.all(
      all.map((client, index) =>
        client.query('insert into claims values ($1::text, $2::int) on conflict do nothing', ['task', index]),
      ),
    );
    expect(results.map(({ rowCount }) => rowCount).sort()).toEqual([...Array(19).fill(0), 1]);
  });

  it('keeps the unnamed statements of many connections apart', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => connect(database.url)));
    const answers = await Promise.all(
      all.map(async (client, index) => {
        const { rows } = await client.query(`select $1::int as sent, ${index} as written`, [index]);
        return rows[0];
      }),
    );
    expect(answers).toEqual(all.map((_, index) => ({ sent: index, written: index })));
  });

  it('rolls back the transaction of a client that was killed, and blocks nobody', async () => {
    const client = await connect(database.url);
    await client.query('create table marks (n int)');
    const victim = spawn(
      process.execPath,
      [
        '-e',
        `const { Client } = require('pg');
         const client = new Client({ connectionString: process.argv[1] });
         client.connect()
           .then(() => client.query('begin'))
           .then(() => client.query('insert into marks values (1)'))
           .then(() => console.log('inside'));`,
        database.url,
      ],
      { cwd: resolve(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(victim.stdout, 'data');
    const waiting = client.query('select count(*)::int as count from marks');
    victim.kill('SIGKILL');
    expect((await waiting).rows).toEqual([{ count: 0 }]);
  });

  it('goes on after a client sent a statement that fails', async () => {
    const [one, two] = [await connect(database.url), await connect(database.url)];
    const results = await Promise.allSettled([one.query('select 1 / $1::int', [0]), two.query('select 1 as one')]);
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: '22012' } },
      { status: 'fulfilled', value: { rows: [{ one: 1 }] } },
    ]);
  });
});

describe('startEmbeddedDatabase on a folder', () => {
  let folder: string;
  let dataFolder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-database-'));
    dataFolder = join(folder, '.local/database');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps its rows when it is opened again', async () => {
    const first = await startEmbeddedDatabase({ dataFolder, port: 0 });
    await (await connect(first.url)).query("create table kept as select 'row' as value");
    await first.close();
    const second = await startEmbeddedDatabase({ dataFolder, port: 0 });
    const { rows } = await (await connect(second.url)).query('select value from kept');
    await second.close();
    expect(rows).toEqual([{ value: 'row' }]);
    expect(existsSync(`${dataFolder}.lock`)).toBe(false);
  });

  it('is refused while another process holds the lock, naming that process, and leaves the lock alone', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    await once(holder, 'spawn');
    writeFileSync(`${dataFolder}.lock`, `${holder.pid}\n`);
    try {
      await expect(startEmbeddedDatabase({ dataFolder, port: 0 })).rejects.toMatchObject({
        code: 'Misconfigured',
        message: expect.stringContaining(`in use by process ${holder.pid}:`),
      });
      expect(readFileSync(`${dataFolder}.lock`, 'utf8')).toBe(`${holder.pid}\n`);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    // The holder is dead now: its lock is stale, and with a process id of nobody it is taken over.
    const database = await startEmbeddedDatabase({ dataFolder, port: 0 });
    expect(readFileSync(`${dataFolder}.lock`, 'utf8')).toBe(`${process.pid}\n`);
    await expect(startEmbeddedDatabase({ dataFolder, port: 0 })).rejects.toMatchObject({ code: 'Misconfigured' });
    await database.close();
  });

  it.each([
    ['no process id', ''],
    ['our own process id, left by an earlier process', `${process.pid}\n`],
  ])('takes over a lock file with %s', async (_, content) => {
    writeFileSync(`${dataFolder}.lock`, content);
    const database = await startEmbeddedDatabase({ dataFolder, port: 0 });
    await database.close();
    expect(existsSync(`${dataFolder}.lock`)).toBe(false);
  });

  it('names a port that is in use, and releases the folder', async () => {
    const server = createServer();
    const port = await listen(server, 0);
    await expect(startEmbeddedDatabase({ dataFolder, port })).rejects.toMatchObject({
      code: 'Misconfigured',
      message: expect.stringContaining(`Port ${port} on ${LOOPBACK} is in use`),
    });
    server.close();
    expect(existsSync(`${dataFolder}.lock`)).toBe(false);
  });
});
