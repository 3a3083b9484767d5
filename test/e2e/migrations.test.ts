import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_APP_ID } from '../../local/stack.ts';
import { type Database, openDatabase } from '../../shared/store/database.ts';
import { MIGRATIONS, migrateDatabase } from '../../shared/store/migrate.ts';
import { SCHEMA_VERSION, verifySchemaVersion } from '../../shared/store/schema-version.ts';
import { DATABASE_KINDS, DATABASES, type TestDatabase } from '../support/database.ts';
import { findBreakingStatements } from '../support/migration-rules.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);

/** What a next release might bring: columns, an index and a table that this one knows nothing of. */
const NEXT = `alter table tasks add column note text, add column priority integer not null default 0;
alter table files add column size_bytes bigint;
alter table events add column tenant text not null default 'all';
alter table jobs add column priority integer not null default 0;
create index tasks_by_priority on tasks (priority);
create table notes (id bigint generated always as identity primary key, note text not null);`;

const WITH_NEXT = [...MIGRATIONS, NEXT];

describe.each(DATABASE_KINDS)('migrateDatabase on the %s database', (kind) => {
  let server: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    server = await DATABASES[kind]();
    database = openDatabase(server.url);
  });

  afterAll(async () => {
    await database.close();
    await server.close();
  });

  beforeEach(async () => {
    await database.query('drop schema public cascade', []);
    await database.query('create schema public', []);
  });

  const listTables = async () => {
    const rows = await database.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = current_schema() order by 1',
      [],
    );
    return rows.map(({ name }) => name);
  };

  test('tells each migration, and goes on from where it was', async () => {
    const told: number[] = [];
    const onApplied = (version: number) => told.push(version);
    expect(await migrateDatabase(server.url, { onApplied })).toMatchObject({ applied: [1], version: 1 });
    expect(await migrateDatabase(server.url, { onApplied, migrations: WITH_NEXT })).toMatchObject({
      applied: [2],
      version: 2,
    });
    expect(await migrateDatabase(server.url, { onApplied, migrations: WITH_NEXT })).toMatchObject({ applied: [] });
    expect(told).toEqual([1, 2]);
  });

  test('leaves a newer schema alone when an older release migrates', async () => {
    await migrateDatabase(server.url, { migrations: WITH_NEXT });
    expect(await migrateDatabase(server.url)).toMatchObject({ applied: [], version: 2 });
  });

  test('applies all or nothing', async () => {
    const faulty = `create table half_done (); select 1 / 0;`;
    await expect(migrateDatabase(server.url, { migrations: [...MIGRATIONS, faulty] })).rejects.toMatchObject({
      code: '22012',
    });
    expect(await listTables()).toEqual([]);
    expect(await migrateDatabase(server.url)).toMatchObject({ applied: [1] });
  });

  test('lets one of several deployments at once do it', async () => {
    const slow = [...MIGRATIONS, `select pg_sleep(0.2); ${NEXT}`];
    const results = await Promise.all([1, 2, 3].map(() => migrateDatabase(server.url, { migrations: slow })));
    expect(results.map(({ applied }) => applied).toSorted()).toEqual([[], [], [1, 2]]);
    expect(results.map(({ version }) => version)).toEqual([2, 2, 2]);
  });

  test('grants a role what it lists, which is every table there is', async () => {
    await database.query(`create role "the functions"`, []);
    const { grantedTo } = await migrateDatabase(server.url, { functionsRole: 'the functions' });
    expect(grantedTo).toBe('the functions');
    const rows = await database.query<{ name: string; rights: string }>(
      `select table_name as name, string_agg(privilege_type, ' ' order by privilege_type) as rights
from information_schema.role_table_grants where grantee = 'the functions' group by 1 order by 1`,
      [],
    );
    expect(rows).toEqual(
      (await listTables()).map((name) => ({
        name,
        rights: name === 'schema_migrations' ? 'SELECT' : 'DELETE INSERT SELECT UPDATE',
      })),
    );
    await expect(migrateDatabase(server.url, { functionsRole: 'nobody' })).rejects.toMatchObject({ code: '42704' });
  });

  test('is asked for by code that needs more than there is', async () => {
    await migrateDatabase(server.url);
    await expect(verifySchemaVersion(database, SCHEMA_VERSION)).resolves.toBe(database);
    await expect(verifySchemaVersion(database, SCHEMA_VERSION + 1)).rejects.toMatchObject({ code: 'NotMigrated' });
  });
});

describe('migrateDatabase on a busy server', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(() => postgres.close());

  async function connect(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  test('leaves nothing behind when it is killed in the middle', async () => {
    const url = await postgres.createDatabase();
    const client = await connect(url);
    const killed = migrateDatabase(url, { migrations: [...MIGRATIONS, `${NEXT} select pg_sleep(20)`] });
    const outcome = expect(killed).rejects.toMatchObject({ code: '57P01' });
    await waitFor(async () => {
      const { rows } = await client.query(
        "select pid, pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
      );
      return rows[0];
    });
    await outcome;
    const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public'");
    expect(rows).toEqual([]);
    expect(await migrateDatabase(url)).toMatchObject({ applied: [1] });
    await client.end();
  });

  test('gives way to whoever holds a table, rather than keep everybody waiting', async () => {
    const url = await postgres.createDatabase();
    await migrateDatabase(url);
    const reader = await connect(url);
    await reader.query('begin');
    await reader.query('select * from tasks');
    await expect(migrateDatabase(url, { migrations: WITH_NEXT })).rejects.toMatchObject({ code: '55P03' });
    await reader.query('commit');
    expect(await migrateDatabase(url, { migrations: WITH_NEXT })).toMatchObject({ applied: [2] });
    await reader.end();
  });
});

describe('two releases on one schema', () => {
  let postgres: Postgres;
  let stack: TestStack;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterEach(() => stack.close());
  afterAll(() => postgres.close());

  const start = (TaskId: string) => stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId, TemplateId: 't' });
  const createMessage = (TaskId: string) => ({ ...SAMPLE, AppId: LOCAL_APP_ID, TaskId });
  const post = async (TaskId: string) => {
    const { status } = await fetch(stack.callbackUrl, { method: 'POST', body: JSON.stringify(createMessage(TaskId)) });
    return status;
  };

  test('the older code goes on working on the schema of the next release', async () => {
    expect(findBreakingStatements(NEXT)).toEqual([]);
    const databaseUrl = await postgres.createDatabase();
    stack = await startTestStack({ databaseUrl, timeScale: 3_600 });
    expect(await start('before')).toMatchObject({ status: 201 });
    await migrateDatabase(databaseUrl, { migrations: WITH_NEXT });

    expect(await start('after')).toMatchObject({ status: 201 });
    expect(await stack.call('PATCH', '/record-tasks/before', { TemplateId: 't', SubSpecUsers: ['u'] })).toMatchObject({
      status: 200,
    });
    expect(await post('theirs')).toBe(200);
    for (const TaskId of ['before', 'after']) {
      expect(await stack.call('DELETE', `/record-tasks/${TaskId}`)).toMatchObject({ status: 200 });
    }
    await stack.passTime(301);
    await stack.tick();
    expect(stack.log.filter((line) => line.includes('job.failed'))).toEqual([]);
    // An instance that starts only now compares versions first.
    const late = await startTestStack({ databaseUrl });
    expect(await late.call('GET', '/record-tasks/after')).toMatchObject({ status: 200, body: { State: 'stopped' } });
    await late.close();
  });

  test('the newer code takes nothing until its schema is there, and then everything', async () => {
    stack = await startTestStack({ databaseUrl: await postgres.createDatabase() });
    // To code that needs one version more, a schema looks as one with a version less looks to this code.
    await stack.database.query('update schema_migrations set version = version - 1', []);

    expect(await start('early')).toMatchObject({ status: 503, body: { Code: 'NotMigrated' } });
    expect(await post('early')).toBe(503);
    const queued = Buffer.from(JSON.stringify([{ data: { messageBody: createMessage('queued') } }]));
    expect(await stack.callback.invoke(queued)).toMatchObject({ outcome: 'failed' });
    expect(await stack.start.fireTimer('tick')).toMatchObject({ outcome: 'failed' });
    expect(stack.rtc.requests()).toEqual([]);
    expect(await stack.database.query('select 1 from tasks union all select 1 from dead_letters', [])).toEqual([]);

    await stack.database.query('update schema_migrations set version = version + 1', []);
    expect(await start('early')).toMatchObject({ status: 201 });
    expect(await post('early')).toBe(200);
    expect(await stack.callback.invoke(queued)).toMatchObject({ outcome: 'returned' });
    await stack.tick();
    const rows = await stack.database.query('select task_id from files order by 1', []);
    expect(rows).toEqual([{ task_id: 'early' }, { task_id: 'queued' }]);
  });
});
