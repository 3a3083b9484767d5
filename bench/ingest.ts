/**
 * Callbacks through the built bundle in the function host, on a real PostgreSQL that flushes each commit to the disk. No
 * webhook is configured, so that all do the same: store and answer.
 *
 * @module
 */
import { dirname, join, relative } from 'node:path';
import { type FunctionHost, startFunctionHost } from '../local/function-host.ts';
import { LOCAL_APP_ID, startLocalStack } from '../local/stack.ts';
import { openDatabase } from '../shared/store/database.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { bundlePeer } from './bundle.ts';
import type { BenchSize } from './main.ts';
import { PROJECT_FOLDER } from './peer.ts';
import { createPeerTables } from './peer-tables.ts';
import { createFileCreated } from './requests.ts';
import { startCountingProxy } from './round-trips.ts';
import { interleave, summarize } from './statistics.ts';
import type { Row } from './table.ts';

/** Requests of one contestant before it is the next one's turn. */
const TURN = 200;

/** Measures with one instance and with eight. */
export async function measureIngest({ requests }: BenchSize): Promise<readonly Row[]> {
  const postgres = await startPostgres({ maxConnections: 100, commits: 'flushed' });
  const distant = await startCountingProxy(postgres.port, 1);
  const database = openDatabase(postgres.url);
  try {
    await createPeerTables(database);
    const rows: Row[] = [];
    for (const instances of [1, 8])
      rows.push(...(await measureWith(instances, requests, { databaseUrl: postgres.url })));
    const databaseUrl = postgres.url.replace(`:${postgres.port}/`, `:${distant.port}/`);
    rows.push(...(await measureWith(1, requests, { databaseUrl, where: ', database 1 ms away' })));
    return rows;
  } finally {
    await distant.close();
    await database.close();
    await postgres.close();
  }
}

interface Place {
  readonly databaseUrl: string;
  readonly where?: string;
}

async function measureWith(
  instances: number,
  requests: number,
  { databaseUrl, where = '' }: Place,
): Promise<readonly Row[]> {
  const stack = await startLocalStack({
    projectFolder: PROJECT_FOLDER,
    ports: { start: 0, callback: 0, rtc: 0, webhook: 0, database: 0 },
    ...{ maxInstances: instances, timeScale: 1, databaseUrl },
    environment: { WEBHOOK_URL: '', WEBHOOK_SECRETS: '' },
  });
  const threeQueries = await startPeerHost('three-queries.mjs', instances, databaseUrl);
  const bareInsert = await startPeerHost('bare-insert.mjs', instances, databaseUrl);
  try {
    const latencies = new Map<string, number[]>();
    const contestant = (name: string, url: string) => async () => {
      const { perSecond, durationsMs } = await postMany(url, instances);
      latencies.set(name, [...(latencies.get(name) ?? []), ...durationsMs]);
      return perSecond;
    };
    const rates = await interleave(
      {
        ours: contestant('ours', stack.callbackUrl),
        three: contestant('three', threeQueries.url),
        bare: contestant('bare', bareInsert.url),
      },
      Math.max(2, Math.round(requests / TURN)),
    );
    const rate = (name: string) => summarize(rates.get(name) ?? []).p50;
    const latency = (name: string, share: 'p50' | 'p99') => summarize(latencies.get(name)?.slice(TURN) ?? [])[share];
    const what = `${instances === 1 ? 'one instance' : `${instances} instances`}${where}`;
    const labels = [
      ['three', 'three queries in a transaction'],
      ['bare', 'a bare insert'],
    ] as const;
    return [
      {
        section: 'ingest',
        what: `callbacks, ${what} (more is better)`,
        unit: '/s',
        ours: rate('ours'),
        peers: labels.map(([name, label]) => ({ label, value: rate(name) })),
        budget: { words: '>= 70 % of a bare insert', isMet: rate('ours') >= 0.7 * rate('bare') },
      },
      ...(['p50', 'p99'] as const).map((share) => ({
        section: 'ingest',
        what: `time of one, ${what}, ${share}`,
        unit: 'ms',
        ours: latency('ours', share),
        peers: labels.map(([name, label]) => ({ label, value: latency(name, share) })),
      })),
    ];
  } finally {
    await Promise.all([stack.close(), threeQueries.close(), bareInsert.close()]);
  }
}

async function startPeerHost(name: string, maxInstances: number, databaseUrl: string): Promise<FunctionHost> {
  const bundle = await bundlePeer(name);
  return await startFunctionHost({
    spec: {
      ...{ name, functionName: name.replace('.mjs', ''), region: 'cn-shanghai', handler: 'index.handler' },
      ...{ memoryMb: 512, timeoutSeconds: 30, maxAsyncRetryAttempts: 0 },
      codeFolder: relative(PROJECT_FOLDER, dirname(bundle)),
      environment: { DATABASE_URL: databaseUrl },
      triggers: [{ type: 'http', name: 'http', methods: ['POST'] }],
    },
    projectFolder: PROJECT_FOLDER,
    instanceModule: join(PROJECT_FOLDER, 'dist', 'local', 'instance.mjs'),
    ...{ port: 0, maxInstances, idleInstances: 'frozen', accountId: '1', asyncRetryDelayMs: 1_000 },
    credentials: { accessKeyId: 'x', accessKeySecret: 'x', securityToken: 'x' },
    onLog: () => undefined,
  });
}

/** Sends {@link TURN} new files, as many at once as there are instances. */
async function postMany(
  url: string,
  atOnce: number,
): Promise<{ readonly perSecond: number; readonly durationsMs: readonly number[] }> {
  const durationsMs: number[] = [];
  const startedAtMs = performance.now();
  let left = TURN;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const sentAtMs = performance.now();
      const response = await fetch(url, { method: 'POST', body: createFileCreated(LOCAL_APP_ID) });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`A callback was answered ${response.status}.`);
      durationsMs.push(performance.now() - sentAtMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { perSecond: (TURN * 1_000) / (performance.now() - startedAtMs), durationsMs };
}
