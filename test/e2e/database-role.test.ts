import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCAL_API_KEY, LOCAL_APP_ID } from '../../local/stack.ts';
import { SCHEMA_VERSION } from '../../shared/store/schema-version.ts';
import { createOwnedDatabase, OWNER_PASSWORD, type OwnedDatabase } from '../support/database-roles.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);

describe('the functions’ role', () => {
  let postgres: Postgres;
  let owned: OwnedDatabase;
  let stack: TestStack;

  beforeAll(async () => {
    postgres = await startPostgres();
    owned = await createOwnedDatabase(postgres);
    stack = await startTestStack({
      databaseUrl: owned.functionsUrl,
      ownerDatabaseUrl: owned.ownerUrl,
      timeScale: 3_600,
    });
  });

  afterAll(async () => {
    await stack.close();
    await postgres.close();
  });

  const migrate = (event: object) => stack.start.invoke({ Action: 'Migrate', ...event });
  const start = (body: object) => stack.call('POST', '/record-tasks', { ChannelId: 'c', TemplateId: 't', ...body });

  test('is all that recording needs, from the start to being forgotten', async () => {
    expect(await start({ TaskId: 'whole' })).toMatchObject({ status: 201 });
    expect(await stack.call('PATCH', '/record-tasks/whole', { TemplateId: 't', SubSpecUsers: ['u'] })).toMatchObject({
      status: 200,
    });
    await waitFor(async () =>
      JSON.stringify((await stack.call('GET', '/record-tasks/whole')).body).includes('FileId') ? true : undefined,
    );
    expect(await stack.call('DELETE', '/record-tasks/whole')).toMatchObject({ status: 200 });
    expect(await stack.database.query("select 1 from tasks where state = 'stopped'", [])).toHaveLength(1);

    const schedule = { ScheduleId: 'daily', Parameters: { ChannelId: 'c', TemplateId: 't' }, DurationSeconds: 60 };
    const times = { Cron: '* * * * *', TimeZone: 'UTC' };
    expect(await stack.call('POST', '/schedules', { ...schedule, ...times })).toMatchObject({ status: 201 });
    await stack.passTime(120);
    await stack.tick();
    expect(await stack.call('DELETE', '/schedules/daily')).toMatchObject({ status: 200 });

    const [AccessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');
    const parameters = { AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 'by-rpc', TemplateId: 't' };
    const path = signPath('StartRecordTask', parameters, { accessKeySecret, common: { AccessKeyId } });
    expect((await fetch(`${stack.start.url}${path}`)).status).toBe(200);

    const post = (body: string) => fetch(stack.callbackUrl, { method: 'POST', body });
    expect((await post(JSON.stringify({ ...SAMPLE, AppId: LOCAL_APP_ID, TaskId: 'theirs' }))).status).toBe(200);
    expect((await post('{}')).status).toBe(200);
    expect(await stack.call('GET', '/dead-letters')).toMatchObject({ status: 200 });

    // Sweeps and deliveries are due at once; once all is quiet, so is what retention forgets.
    for (const days of [1, 40, 40]) {
      await stack.passTime(days * 86_400);
      await stack.tick();
    }
    const kept = await stack.database.query("select 1 from tasks where state = 'stopped'", []);
    expect(kept).toEqual([]);
    expect(stack.log.filter((line) => /job\.failed|42501/.test(line))).toEqual([]);
  });

  test.each([
    'create table intruders ()',
    'create schema intruders',
    'drop table tasks',
    'truncate tasks',
    'alter table tasks add column intruder text',
    'create index intruder on tasks (state)',
    'insert into schema_migrations (version) values (99)',
    'delete from schema_migrations',
  ])('may not %s', async (statement) => {
    await expect(stack.database.query(statement, [])).rejects.toMatchObject({ code: '42501' });
  });

  test('migrates nothing that is up to date, and needs no owner for that', async () => {
    const again = await readMigration(migrate({ DatabaseUrl: owned.ownerUrl }));
    expect(again).toEqual({ applied: [], version: SCHEMA_VERSION, grantedTo: expect.stringMatching(/^functions of/) });
    expect(await readMigration(migrate({}))).toEqual({ applied: [], version: SCHEMA_VERSION });
  });

  test('is told whom it takes to migrate', async () => {
    const bare = await createOwnedDatabase(postgres);
    const refused = startTestStack({ databaseUrl: bare.functionsUrl });
    await expect(refused).rejects.toMatchObject({
      code: 'Misconfigured',
      message: expect.stringContaining('takes the DatabaseUrl of its owner'),
    });
  });

  test('finds 503 NotMigrated until it has been granted its rights', async () => {
    const databaseUrl = await owned.createRole();
    const other = await startTestStack({ databaseUrl, ownerDatabaseUrl: owned.ownerUrl });
    try {
      await owned.runAsOwner(`revoke all on schema_migrations from ${quoteRole(databaseUrl)}`);
      const answer = await other.call('GET', '/record-tasks');
      expect(answer).toMatchObject({ status: 503, body: { Code: 'NotMigrated' } });
      await readMigration(other.start.invoke({ Action: 'Migrate', DatabaseUrl: owned.ownerUrl }));
      expect(await other.call('GET', '/record-tasks')).toMatchObject({ status: 200 });
    } finally {
      await other.close();
    }
  });

  test.each([{ DatabaseUrl: 'mysql://u:the-password-of-the-owner@h/x' }, { DatabaseUrl: 7 }, { DatabaseUrl: '' }])(
    'Migrate refuses %j without repeating it',
    async (event) => {
      const result = await migrate(event);
      expect(result).toMatchObject({
        outcome: 'failed',
        error: { errorMessage: expect.stringContaining('DatabaseUrl') },
      });
      expect(JSON.stringify(result)).not.toContain(OWNER_PASSWORD);
    },
  );

  test('the owner’s address is in no log and in no error', async () => {
    const gone = new URL(owned.ownerUrl);
    gone.port = '1';
    const unknown = new URL(owned.ownerUrl);
    unknown.username = 'nobody-of-that-name';
    for (const { href } of [gone, unknown]) {
      const result = await migrate({ DatabaseUrl: href });
      expect(result.outcome).toBe('failed');
      expect(JSON.stringify(result)).not.toContain(OWNER_PASSWORD);
    }
    expect(stack.log.join('\n')).not.toContain(OWNER_PASSWORD);
    expect(stack.log.join('\n')).toContain('"event":"migrated"');
  });
});

const quoteRole = (url: string) => `"${decodeURIComponent(new URL(url).username).replaceAll('"', '""')}"`;

async function readMigration(invocation: ReturnType<TestStack['start']['invoke']>): Promise<unknown> {
  const result = await invocation;
  if (result.outcome !== 'returned') throw new Error(JSON.stringify(result));
  return JSON.parse(Buffer.from(result.payload).toString());
}
