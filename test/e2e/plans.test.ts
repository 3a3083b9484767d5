/**
 * Every statement the functions run, on tables with rows enough to matter: none reads a table that grows from beginning
 * to end. The statements are those of the operations themselves, called as the routes, the tick and a callback call them.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StartService } from '../../functions/start/service.ts';
import { runTick } from '../../functions/start/tick.ts';
import { ingestMessage } from '../../shared/ingest.ts';
import { openDatabase } from '../../shared/store/database.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { rememberNonce } from '../../shared/store/nonces.ts';
import { explainStatements, type StatementPlan } from '../support/explain.ts';
import { callRoute, createServiceOn, fillDatabase, type RouteCall } from '../support/large-store.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

const TASK = { ChannelId: 'channel', TemplateId: 'template' };
const TASKS = 100_000;

/** One row each, or one for each AppId: to read them whole is right. */
const SMALL_TABLES = ['sweeps', 'webhook_endpoint', 'schema_migrations'];

const FILE_CREATED = v.parse(
  v.record(v.string(), v.unknown()),
  JSON.parse(readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8')),
);

describe('every statement', () => {
  let postgres: Postgres;
  let service: StartService;
  const plans: StatementPlan[] = [];

  const call = (request: RouteCall) => callRoute(service, request);
  const run = async (work: () => Promise<unknown>): Promise<readonly StatementPlan[]> => {
    plans.length = 0;
    await work();
    return [...plans];
  };
  const findScans = (found: readonly StatementPlan[]) =>
    found.flatMap(({ text, scanned }) =>
      scanned.filter((table) => !SMALL_TABLES.includes(table)).map((table) => `${table}: ${text}`),
    );

  beforeAll(async () => {
    postgres = await startPostgres();
    await migrateDatabase(postgres.url);
    await fillDatabase(postgres.url, TASKS);
    service = createServiceOn(explainStatements(openDatabase(postgres.url), (plan) => plans.push(plan)));
  });

  afterAll(async () => {
    await service.database.close();
    await postgres.close();
  });

  test('of a table read whole is told here', async () => {
    const found = await run(() => service.database.query("select count(*) from files where url = 'x'", []));
    expect(findScans(found)).toHaveLength(1);
  });

  test.each<readonly [string, readonly RouteCall[]]>([
    [
      'a recording, from start to stop',
      [
        ['POST', '/record-tasks', { ...TASK, TaskId: 'new' }],
        ['POST', '/record-tasks', { ...TASK, TaskId: 'new' }],
        ['PATCH', '/record-tasks/new', { SubSpecUsers: ['a'] }],
        ['GET', '/record-tasks/new'],
        ['DELETE', '/record-tasks/new'],
      ],
    ],
    [
      'lists of tasks',
      [
        ['GET', '/record-tasks'],
        ['GET', '/record-tasks', undefined, { Limit: '100', After: '15000' }],
        ['GET', '/record-tasks', undefined, { State: 'recording', AppId: 'app' }],
        ['GET', '/record-tasks', undefined, { ChannelId: 'c7', State: 'stopped' }],
      ],
    ],
    [
      'lists of events',
      [
        ['GET', '/events'],
        ['GET', '/events', undefined, { After: '40000', AppId: 'app' }],
        ['GET', '/events', undefined, { TaskId: 't77' }],
        ['GET', '/events', undefined, { Type: 'record_file.gap' }],
        ['GET', '/events', undefined, { Type: 'record_file.created' }],
        ['GET', '/events', undefined, { Delivery: 'dead' }],
        ['GET', '/events', undefined, { Delivery: 'pending' }],
        ['POST', '/events/e77-1/redeliver', {}],
      ],
    ],
    [
      'a schedule',
      [
        [
          'POST',
          '/schedules',
          { ScheduleId: 'daily', Parameters: TASK, Cron: '0 9 * * *', TimeZone: 'UTC', DurationSeconds: 600 },
        ],
        ['GET', '/schedules'],
        ['GET', '/schedules/daily'],
        ['PATCH', '/schedules/daily', { Enabled: false }],
        ['DELETE', '/schedules/daily'],
      ],
    ],
    [
      'dead letters',
      [
        ['GET', '/dead-letters', undefined, { AppId: 'app', After: '2000' }],
        ['GET', `/dead-letters/${'0'.repeat(64)}`],
      ],
    ],
  ])('of %s finds its rows by an index', async (_, calls) => {
    const found = await run(async () => {
      for (const request of calls) expect([request, await call(request)]).toEqual([request, expect.any(Number)]);
    }).catch((error: unknown) => {
      // What is not there is answered by an error, after its statement.
      if (error instanceof Error && 'status' in error && error.status === 404) return [...plans];
      throw error;
    });
    expect(found.length).toBeGreaterThanOrEqual(calls.length);
    expect(findScans(found)).toEqual([]);
  });

  test('of a callback finds its rows by an index', async () => {
    const found = await run(async () => {
      const inbox = { ...service, ossHosts: [] };
      const message = { ...FILE_CREATED, AppId: 'app', TaskId: 't77' };
      const body = Buffer.from(JSON.stringify(message));
      for (let time = 0; time < 2; time++) await ingestMessage(inbox, { AppId: 'app', source: 'http', body });
      await ingestMessage(inbox, { AppId: 'app', source: 'http', body: Buffer.from('not JSON') });
    });
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(findScans(found)).toEqual([]);
  });

  test('of a tick with something of everything to do finds its rows by an index', async () => {
    await service.database.query(
      `update jobs set due_at = now() - interval '1 minute' where key in ('app/1', 'app/2') or kind = 'prune'`,
      [],
    );
    const found = await run(() => runTick(service, Date.now() + 30_000));
    const kinds = ['pruned', 'sweeps', 'webhook_endpoint', 'resolve_start', 'nonces', 'schedule_slots'];
    for (const kind of kinds) expect(found.some(({ text }) => text.includes(kind))).toBe(true);
    expect(findScans(found)).toEqual([]);
  });

  test('of a nonce finds its row by an index', async () => {
    const expiresAtMs = Date.now() + 900_000;
    const found = await run(() => rememberNonce(service.database, { accessKeyId: 'id', nonce: 'n', expiresAtMs }));
    expect(findScans(found)).toEqual([]);
  });
});
