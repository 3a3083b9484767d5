/**
 * Every statement the functions run, on tables with rows enough to matter: none reads a table that grows from beginning
 * to end. The statements are those of the operations themselves, called as the routes, the tick and a callback call them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerRest } from '../../functions/start/routes.ts';
import type { RtcAnswer } from '../../functions/start/rtc-client.ts';
import type { StartService } from '../../functions/start/service.ts';
import { runTick } from '../../functions/start/tick.ts';
import { loadStartConfig } from '../../shared/config.ts';
import { ingestMessage } from '../../shared/ingest.ts';
import { openDatabase } from '../../shared/store/database.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { rememberNonce } from '../../shared/store/nonces.ts';
import { explainStatements, type StatementPlan } from '../support/explain.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';

const SECRET = 's'.repeat(32);
const AUTHORIZATION = `Basic ${Buffer.from(`id:${SECRET}`).toString('base64')}`;
const TASK = { ChannelId: 'channel', TemplateId: 'template' };
const TASKS = 100_000;

/** One row each, or one for each AppId: to read them whole is right. */
const SMALL_TABLES = ['sweeps', 'webhook_endpoint', 'schema_migrations'];

/** A month and a day of recordings, with three files each: most have ended, some failed, what is due lies ahead. */
const FILL = [
  `insert into tasks (app_id, task_id, channel_id, state, parameters, request, requested_at, ended_at, last_file_at)
select 'app', 't' || n, 'c' || n % 500, case when n % 100 = 0 then 'failed' when n % 50 = 0 then 'recording' else 'stopped' end,
  '{}', '{}', at, case when n % 50 = 0 and n % 100 > 0 then null else at end, at
from generate_series(1, ${TASKS}) n, lateral (select now() - make_interval(secs => 27 * (${TASKS} - n)) as at) t`,
  `insert into files (id, app_id, task_id, channel_id, url, start_time, stop_time, source, received_at)
select 'f' || n || '-' || i, 'app', 't' || n, 'c', 'http://b/' || n || '-' || i || '.mp4', now(), now(), 'callback', now()
from generate_series(1, ${TASKS}) n, generate_series(1, 3) i`,
  `insert into events (id, type, app_id, task_id, body, delivery, occurred_at)
select 'e' || n || '-' || i, case when i = 1 then 'record_task.started' else 'record_file.created' end, 'app', 't' || n,
  '{"data":{}}', case when n % 200 = 0 then 'dead' else 'delivered' end, now() - make_interval(secs => 27 * (${TASKS} - n))
from generate_series(1, ${TASKS}) n, generate_series(1, 4) i`,
  `insert into jobs (kind, key, payload, due_at)
select kind, 'app/' || n, '{}', now() + make_interval(mins => 60 + n)
from generate_series(1, 10000) n, unnest(array['stop', 'deliver']) kind`,
  `insert into nonces (access_key_id, nonce, use_id, expires_at)
select 'id', n::text, gen_random_uuid(), now() + make_interval(secs => n % 900 + 60) from generate_series(1, ${TASKS}) n`,
  `insert into schedules (id, app_id, parameters, cron, time_zone, duration_seconds, late_by_seconds, enabled, planned_from)
select 's' || n, 'app', '{}', '0 9 * * *', 'UTC', 600, 300, true, now() from generate_series(1, 5000) n`,
  `insert into schedule_slots (schedule_id, slot_at, task_id, state, settled_at)
select 's' || n, now() - make_interval(days => i), 's' || n || '-' || i, 'started', now()
from generate_series(1, 5000) n, generate_series(1, 4) i`,
  `insert into dead_letters (id, app_id, source, reason, body)
select md5(n::text) || md5(n::text), 'app', 'http', 'MalformedBody', 'x' from generate_series(1, 5000) n`,
  'analyze',
];

const ACCEPTED: RtcAnswer = { kind: 'accepted', RequestId: 'R', body: { TotalNum: 0, RecordFiles: [] } };

const FILE_CREATED = v.parse(
  v.record(v.string(), v.unknown()),
  JSON.parse(readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8')),
);

/** On a connection without the time limit of the service's own. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of FILL) await client.query(statement);
  await client.end();
}

describe('every statement', () => {
  let postgres: Postgres;
  let service: StartService;
  const plans: StatementPlan[] = [];

  const call = async (method: string, path: string, body?: unknown, query: Record<string, string> = {}) => {
    const { statusCode } = await answerRest({
      event: {
        ...{ version: 'v1', rawPath: path, isBase64Encoded: false, queryParameters: query },
        body: body === undefined ? '' : JSON.stringify(body),
        headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
        requestContext: { domainName: 'd', requestId: 'r', timeEpoch: '0', http: { method, path } },
      },
      ...{ requestId: 'r', now: new Date(), createId: randomUUID, config: service.config },
      openService: async () => service,
    });
    return statusCode;
  };
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
    await fill(postgres.url);
    const database = openDatabase(postgres.url);
    service = {
      config: loadStartConfig({ DATABASE_URL: postgres.url, API_KEYS: `id:${SECRET}`, APP_IDS: 'app' }),
      database: explainStatements(database, (plan) => plans.push(plan)),
      webhook: { url: 'http://app.test/', secrets: [] },
      fetch: async () => new Response(null, { status: 204 }),
      now: () => new Date(),
      wallNow: () => new Date(),
      random: () => 0,
      createId: randomUUID,
      callRtc: async () => ACCEPTED,
      log: () => undefined,
      credentials: {},
    };
  });

  afterAll(async () => {
    await service.database.close();
    await postgres.close();
  });

  test('of a table read whole is told here', async () => {
    const found = await run(() => service.database.query("select count(*) from files where url = 'x'", []));
    expect(findScans(found)).toHaveLength(1);
  });

  test.each<readonly [string, readonly Parameters<typeof call>[]]>([
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
      for (const request of calls) expect([request, await call(...request)]).toEqual([request, expect.any(Number)]);
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
