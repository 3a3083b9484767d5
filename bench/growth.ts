/**
 * What the operations cost when the tables are small, and when they are large.
 *
 * @module
 */
import * as v from 'valibot';
import type { StartService } from '../functions/start/service.ts';
import { runTick } from '../functions/start/tick.ts';
import { ingestMessage } from '../shared/ingest.ts';
import { createFileId, type FileCreated } from '../shared/record-file.ts';
import { type Database, openDatabase } from '../shared/store/database.ts';
import { ingestListedFiles, type ListedFile } from '../shared/store/ingest.ts';
import { migrateDatabase } from '../shared/store/migrate.ts';
import { callRoute, createServiceOn, fillDatabase, type RouteCall } from '../test/support/large-store.ts';
import { startPostgres } from '../test/support/postgres.ts';
import type { BenchSize } from './main.ts';
import { createFileCreated, createStart } from './requests.ts';
import { summarize } from './statistics.ts';
import type { Row } from './table.ts';

const RUNS = 200;

/** Flat is: not more than this dearer on the largest tables than on the smallest. */
const TOLERANCE = 1.2;

/** Measures every size, from the smallest. */
export async function measureGrowth({ tasks }: BenchSize): Promise<readonly Row[]> {
  const measured: (readonly [size: number, ReadonlyMap<string, number>])[] = [];
  const rows: Row[] = [];
  for (const size of tasks) {
    console.error(`  ${size.toLocaleString('en')} tasks …`);
    const postgres = await startPostgres();
    await migrateDatabase(postgres.url);
    await fillDatabase(postgres.url, size);
    const database = openDatabase(postgres.url);
    try {
      measured.push([size, await measureOperations(createServiceOn(database), size)]);
      if (size === tasks.at(-1)) rows.push(...(await describeSizes(database, size)));
    } finally {
      await database.close();
      await postgres.close();
    }
  }
  const [smallest, ...larger] = measured.toReversed().toSorted(([a], [b]) => a - b);
  const largest = larger.at(-1);
  if (smallest === undefined || largest === undefined) return rows;
  const [, least] = smallest;
  const [count, most] = largest;
  return [
    ...[...most].map(([what, ours]) => ({
      section: 'growth',
      what: `${what}, ${count.toLocaleString('en')} tasks`,
      unit: 'ms',
      ours,
      peers: measured
        .filter(([size]) => size !== count)
        .map(([size, figures]) => ({
          label: `${size.toLocaleString('en')} tasks`,
          value: figures.get(what) ?? Number.NaN,
        })),
      budget: { words: 'flat within 20 %', isMet: ours <= TOLERANCE * (least.get(what) ?? Number.NaN) },
    })),
    ...rows,
  ];
}

async function measureOperations(service: StartService, tasks: number): Promise<ReadonlyMap<string, number>> {
  const inbox = { ...service, ossHosts: [] };
  const route = (call: RouteCall) => async () => {
    const status = await callRoute(service, call);
    if (status >= 300) throw new Error(`${call[1]} was answered ${status}.`);
  };
  const known = Array.from({ length: 100 }, (_, n) => createListed(`http://b/${tasks - n}-1.mp4`, `t${tasks - n}`));
  // What is old is forgotten first, as it is each hour: the ticks that are measured find nothing of it.
  await runTick(service, Date.now() + 60_000);
  const operations: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'a callback with a new file',
      () => ingestMessage(inbox, { AppId: 'app', source: 'http', body: Buffer.from(createFileCreated('app')) }),
    ],
    ['a start by REST without the call', () => route(['POST', '/record-tasks', createStart()])()],
    ['a list of 20 tasks', route(['GET', '/record-tasks'])],
    [
      'a list of 20 tasks from the middle',
      route(['GET', '/record-tasks', undefined, { After: String(Math.round(tasks / 2)) }]),
    ],
    ['a list of tasks in one state', route(['GET', '/record-tasks', undefined, { State: 'recording' }])],
    ['a task with its files and events', route(['GET', `/record-tasks/t${tasks}`])],
    ['a list of 20 events', route(['GET', '/events'])],
    ['a list of dead deliveries', route(['GET', '/events', undefined, { Delivery: 'dead' }])],
    ['a tick with nothing due', () => runTick(service, Date.now() + 60_000)],
    ['a page of 100 files that the sweep knows', () => ingestListedFiles(service.database, known, new Date())],
  ];
  const figures = new Map<string, number>();
  for (const [what, work] of operations) {
    for (let run = 0; run < RUNS / 4; run++) await work();
    const durationsMs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const startedAtMs = performance.now();
      await work();
      durationsMs.push(performance.now() - startedAtMs);
    }
    figures.set(what, summarize(durationsMs).p50);
  }
  return figures;
}

function createListed(Url: string, TaskId: string): ListedFile {
  const file: FileCreated = {
    ...{ AppId: 'app', ChannelId: 'c', TaskId, Url, Event: 'FileCreated' },
    ...{ StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z' },
  };
  const id = createFileId(file);
  return { id, file, event: { id, type: 'record_file.created', body: '{"data":{}}', delivery: 'none' } };
}

const Sizes = v.array(v.object({ name: v.string(), bytes: v.number(), indexes: v.number() }));

async function describeSizes(database: Database, tasks: number): Promise<readonly Row[]> {
  const sizes = await database.query(
    `select relname as name, pg_table_size(oid)::float8 as bytes, pg_indexes_size(oid)::float8 as indexes from pg_class
where relname in ('tasks', 'files', 'events', 'jobs') and relkind = 'r' order by relname`,
    [],
  );
  return v.parse(Sizes, sizes).map(({ name, bytes, indexes }) => ({
    section: 'growth',
    what: `size of ${name} at ${tasks.toLocaleString('en')} tasks`,
    unit: 'MB',
    ours: bytes / 1e6,
    peers: [{ label: 'its indexes', value: indexes / 1e6 }],
  }));
}
