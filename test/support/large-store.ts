/**
 * A service on a database that has been in use for a while: to see what its size does to the operations, which are called
 * as the routes, the tick and a callback call them.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { answerRest } from '../../functions/start/routes.ts';
import type { RtcAnswer } from '../../functions/start/rtc-client.ts';
import type { StartService } from '../../functions/start/service.ts';
import { loadStartConfig } from '../../shared/config.ts';
import type { Database } from '../../shared/store/database.ts';

const SECRET = 's'.repeat(32);
const AUTHORIZATION = `Basic ${Buffer.from(`id:${SECRET}`).toString('base64')}`;
const ACCEPTED: RtcAnswer = { kind: 'accepted', RequestId: 'R', body: { TotalNum: 0, RecordFiles: [] } };

/**
 * Fills an empty database: a month of recordings of the AppId `app`, with three files each. Most have ended, some failed,
 * what is due lies ahead.
 */
export async function fillDatabase(url: string, tasks: number): Promise<void> {
  // On a connection without the time limit of the service's own.
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of listStatements(tasks)) await client.query(statement);
  } finally {
    await client.end();
  }
}

function listStatements(tasks: number): readonly string[] {
  const secondsBetween = (27 * 100_000) / tasks;
  return [
    `insert into tasks (app_id, task_id, channel_id, state, parameters, request, requested_at, ended_at, last_file_at)
select 'app', 't' || n, 'c' || n % 500, state, '{}', '{}', at, case when state <> 'recording' then at end, at
from generate_series(1, ${tasks}) n,
  lateral (select now() - make_interval(secs => ${secondsBetween} * (${tasks} - n)) as at,
    case when n % 50 = 0 then 'failed' when n % 2 = 0 and n > ${tasks} - 100 then 'recording' else 'stopped' end as state) t`,
    `insert into files (id, app_id, task_id, channel_id, url, start_time, stop_time, source, received_at)
select 'f' || n || '-' || i, 'app', 't' || n, 'c', 'http://b/' || n || '-' || i || '.mp4', now(), now(), 'callback', now()
from generate_series(1, ${tasks}) n, generate_series(1, 3) i`,
    `insert into events (id, type, app_id, task_id, body, delivery, occurred_at)
select 'e' || n || '-' || i, case when i = 1 then 'record_task.started' else 'record_file.created' end, 'app', 't' || n,
  '{"data":{}}', case when n % 200 = 0 then 'dead' else 'delivered' end, now() - make_interval(secs => ${secondsBetween} * (${tasks} - n))
from generate_series(1, ${tasks}) n, generate_series(1, 4) i`,
    `insert into jobs (kind, key, payload, due_at)
select kind, 'app/' || n, '{}', now() + make_interval(mins => 60 + n)
from generate_series(1, ${Math.min(tasks, 10_000)}) n, unnest(array['stop', 'deliver']) kind`,
    `insert into nonces (access_key_id, nonce, use_id, expires_at)
select 'id', n::text, gen_random_uuid(), now() + make_interval(secs => n % 900 + 60) from generate_series(1, ${tasks}) n`,
    `insert into schedules (id, app_id, parameters, cron, time_zone, duration_seconds, late_by_seconds, enabled, planned_from)
select 's' || n, 'app', '{}', '0 9 * * *', 'UTC', 600, 300, true, now() from generate_series(1, 5000) n`,
    `insert into schedule_slots (schedule_id, slot_at, task_id, state, settled_at)
select 's' || n, now() - make_interval(days => i), 's' || n || '-' || i, 'started', now()
from generate_series(1, 5000) n, generate_series(1, 4) i`,
    `insert into dead_letters (id, app_id, source, reason, body)
select md5(n::text) || md5(n::text), 'app', 'http', 'MalformedBody', 'x' from generate_series(1, 5000) n`,
    'analyze',
  ];
}

/** A service on `database` whose RTC accepts everything and whose app takes every webhook. */
export function createServiceOn(database: Database): StartService {
  return {
    config: loadStartConfig({ DATABASE_URL: 'postgres://unused/x', API_KEYS: `id:${SECRET}`, APP_IDS: 'app' }),
    database,
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
}

/** A request of the REST interface. */
export type RouteCall = readonly [
  method: string,
  path: string,
  body?: unknown,
  query?: Readonly<Record<string, string>>,
];

/** Answers a request with a service, and returns the status. */
export async function callRoute(service: StartService, [method, path, body, query = {}]: RouteCall): Promise<number> {
  const { statusCode } = await answerRest({
    event: {
      ...{ version: 'v1', rawPath: path, isBase64Encoded: false, queryParameters: { ...query } },
      body: body === undefined ? '' : JSON.stringify(body),
      headers: { authorization: AUTHORIZATION, 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
      requestContext: { domainName: 'd', requestId: 'r', timeEpoch: '0', http: { method, path } },
    },
    ...{ requestId: 'r', now: new Date(), createId: randomUUID, config: service.config },
    openService: async () => service,
  });
  return statusCode;
}
