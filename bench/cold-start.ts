/**
 * Cold starts: from the birth of a process to the first answer, and to the first that was committed.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as v from 'valibot';
import { startRtcEmulator } from '../local/emulator/start-rtc-emulator.ts';
import { createCallbackToken } from '../shared/signing/callback-token.ts';
import { openDatabase } from '../shared/store/database.ts';
import { migrateDatabase } from '../shared/store/migrate.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { bundlePeer } from './bundle.ts';
import type { BenchSize } from './main.ts';
import { findPeer, PROJECT_FOLDER } from './peer.ts';
import { createPeerTables } from './peer-tables.ts';
import { createFileCreated, createStart } from './requests.ts';
import { interleave, type Summary, summarize } from './statistics.ts';
import type { Row } from './table.ts';

const APP_ID = 'yourAppId';
const SECRET = 's'.repeat(32);
const KEY = { accessKeyId: 'bench', accessKeySecret: SECRET, securityToken: 'token' };

const Told = v.object({ importMs: v.number(), status: v.number(), text: v.string() });

/** A program to be started, and what it is asked first. */
interface Contestant {
  readonly program: string;
  readonly first: Readonly<Record<string, unknown>>;
}

/** What one cold start took, milliseconds. */
interface ColdStart {
  readonly totalMs: number;
  readonly importMs: number;
}

/** Measures both functions. */
export async function measureColdStart(size: BenchSize): Promise<readonly Row[]> {
  const postgres = await startPostgres({ commits: 'flushed' });
  const rtc = await startRtcEmulator({
    port: 0,
    credentials: [KEY],
    timeScale: 1,
    rateLimits: 'none',
    maxRunningTasks: 100_000,
  });
  const database = openDatabase(postgres.url);
  try {
    await migrateDatabase(postgres.url);
    await createPeerTables(database);
    const environment = {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: postgres.url,
      API_KEYS: `bench:${SECRET}`,
      APP_IDS: APP_ID,
      CALLBACK_SECRETS: SECRET,
      ALLOW_HTTP: 'true',
      RTC_ENDPOINT: rtc.endpoint,
      RTC_PROTOCOL: 'http',
      BENCH_CREDENTIALS: JSON.stringify(KEY),
    };
    const bundled = await bundlePeer('express-app.mjs');
    return [...(await measureStart(size, environment, bundled)), ...(await measureCallback(size, environment))];
  } finally {
    await database.close();
    await rtc.close();
    await postgres.close();
  }
}

type Environment = Readonly<Record<string, string>>;

async function measureStart(size: BenchSize, environment: Environment, bundled: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [what, path] of [
    ['start: spawn, import, first answer', '/record-tasks?dryRun=true'],
    ['start: the same to the first recording, committed', '/record-tasks'],
  ] as const) {
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`bench:${SECRET}`).toString('base64')}`,
    };
    const create =
      (program: string, extra: object = {}): (() => Contestant) =>
      () => ({
        program,
        first: { ...extra, path, headers, body: JSON.stringify({ AppId: APP_ID, ...createStart() }) },
      });
    const ours = { bundle: join(PROJECT_FOLDER, 'dist', 'start', 'index.mjs') };
    const measured = await race(size, environment, {
      ours: create(findPeer('ours.mjs'), ours),
      bundled: create(bundled),
      unbundled: create(findPeer('express-app.mjs')),
      floor: create(findPeer('floor.mjs')),
    });
    const isFirstAnswer = path.endsWith('dryRun=true');
    const budget = { words: 'p50 <= 1/2 of the bundled peer', of: 'bundled', share: 0.5 };
    rows.push(...toRows(what, measured, isFirstAnswer ? budget : undefined));
    if (isFirstAnswer) rows.push(toImportRow('start: import of the bundle', measured, 80));
  }
  return rows;
}

async function measureCallback(size: BenchSize, environment: Environment): Promise<readonly Row[]> {
  const path = `/record-callbacks/${APP_ID}/${createCallbackToken(SECRET, APP_ID)}`;
  const bundle = join(PROJECT_FOLDER, 'dist', 'callback', 'index.mjs');
  const threeQueries = await bundlePeer('three-queries.mjs');
  const create = (file: string) => () => ({
    program: findPeer('ours.mjs'),
    first: { bundle: file, path, headers: { 'content-type': 'application/json' }, body: createFileCreated(APP_ID) },
  });
  const measured = await race(size, environment, { ours: create(bundle), bundled: create(threeQueries) });
  return [
    ...toRows('callback: spawn, import, first commit', measured, undefined),
    toImportRow('callback: import of the bundle', measured, 45),
  ];
}

async function race(
  { coldStarts }: BenchSize,
  environment: Environment,
  contestants: Readonly<Record<string, () => Contestant>>,
): Promise<ReadonlyMap<string, { readonly total: Summary; readonly load: Summary }>> {
  const loads = new Map<string, number[]>();
  const runs = Object.entries(contestants).map(([name, create]) => {
    const run = async () => {
      const { totalMs, importMs } = await startCold(create(), environment);
      loads.set(name, [...(loads.get(name) ?? []), importMs]);
      return totalMs;
    };
    return [name, run] as const;
  });
  const totals = await interleave(Object.fromEntries(runs), coldStarts);
  return new Map(
    [...totals].map(([name, values]) => [
      name,
      { total: summarize(values), load: summarize((loads.get(name) ?? []).slice(1)) },
    ]),
  );
}

async function startCold({ program, first }: Contestant, environment: Environment): Promise<ColdStart> {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [program, JSON.stringify(first)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.endsWith('\n')) resolve(output);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} ended without an answer.`)));
  });
  const totalMs = performance.now() - startedAtMs;
  const told = v.parse(Told, JSON.parse(text));
  if (told.status >= 300) throw new Error(`${program} answered ${told.status}: ${told.text}`);
  return { totalMs, importMs: told.importMs };
}

type Measured = Awaited<ReturnType<typeof race>>;

const LABELS: Readonly<Record<string, string>> = {
  bundled: 'peer, bundled',
  unbundled: 'peer, not bundled',
  floor: 'node with http, https and crypto',
};

interface Budget {
  readonly words: string;
  readonly of: string;
  readonly share: number;
}

function toRows(what: string, measured: Measured, budget: Budget | undefined): readonly Row[] {
  return (['p50', 'p90'] as const).map((share) => {
    const figure = (name: string) => measured.get(name)?.total[share] ?? Number.NaN;
    return {
      section: 'cold start',
      what: `${what}, ${share}`,
      unit: 'ms',
      ours: figure('ours'),
      peers: listPeers(measured, figure),
      ...(budget !== undefined &&
        share === 'p50' && {
          budget: { words: budget.words, isMet: figure('ours') <= budget.share * figure(budget.of) },
        }),
    };
  });
}

function toImportRow(what: string, measured: Measured, maximumMs: number): Row {
  const figure = (name: string) => measured.get(name)?.load.p50 ?? Number.NaN;
  return {
    section: 'cold start',
    what,
    unit: 'ms',
    ours: figure('ours'),
    peers: listPeers(measured, figure),
    budget: { words: `<= ${maximumMs} ms`, isMet: figure('ours') <= maximumMs },
  };
}

function listPeers(measured: Measured, figure: (name: string) => number): Row['peers'] {
  return [...measured.keys()]
    .filter((name) => name !== 'ours')
    .map((name) => ({ label: LABELS[name] ?? name, value: figure(name) }));
}
