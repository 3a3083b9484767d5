/**
 * Starts to the emulated RTC, through the built bundle in the function host, and how often each waits for the database.
 *
 * @module
 */
import { LOCAL_API_KEY, LOCAL_APP_ID, type LocalStack, startLocalStack } from '../local/stack.ts';
import { reviewStartRecordTask } from '../shared/record-task/review.ts';
import { flattenParameters } from '../shared/record-task/rpc-names.ts';
import { OFFICIAL_CLIENTS } from '../test/support/official-clients.ts';
import { startPostgres } from '../test/support/postgres.ts';
import type { BenchSize } from './main.ts';
import { PROJECT_FOLDER } from './peer.ts';
import { createFileCreated, createStart } from './requests.ts';
import { startCountingProxy } from './round-trips.ts';
import { summarize } from './statistics.ts';
import type { Row } from './table.ts';

const INSTANCES = 8;
const COUNTED = 20;

/** Measures outcomes a second and round trips. */
export async function measureStarts({ requests }: BenchSize): Promise<readonly Row[]> {
  const postgres = await startPostgres({ maxConnections: 100, commits: 'flushed' });
  const proxy = await startCountingProxy(postgres.port);
  const options = {
    projectFolder: PROJECT_FOLDER,
    ports: { start: 0, callback: 0, rtc: 0, webhook: 0, database: 0 },
    timeScale: 1,
    rateLimits: 'none',
    maxRunningTasks: 1_000_000,
    environment: { WEBHOOK_URL: '', WEBHOOK_SECRETS: '' },
  } as const;
  try {
    const direct = await startLocalStack({ ...options, maxInstances: INSTANCES, databaseUrl: postgres.url });
    const throughput = await measureThroughput(direct, requests).finally(() => direct.close());
    const databaseUrl = postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    const counted = await startLocalStack({ ...options, maxInstances: 1, databaseUrl });
    const trips = await countTrips(counted, proxy.count).finally(() => counted.close());
    return [...throughput, ...trips];
  } finally {
    await proxy.close();
    await postgres.close();
  }
}

async function measureThroughput(stack: LocalStack, requests: number): Promise<readonly Row[]> {
  for (let index = 0; index < INSTANCES * 4; index++) await start(stack);
  const durationsMs: number[] = [];
  let left = requests;
  const startedAtMs = performance.now();
  const work = async () => {
    while (left > 0) {
      left -= 1;
      const sentAtMs = performance.now();
      await start(stack);
      durationsMs.push(performance.now() - sentAtMs);
    }
  };
  await Promise.all(Array.from({ length: INSTANCES }, work));
  const { p50, p99 } = summarize(durationsMs);
  const checkMs = timeCheck();
  const perSecond = (requests * 1_000) / (performance.now() - startedAtMs);
  const common = { section: 'starts', peers: [] };
  return [
    { ...common, what: `recordings started, ${INSTANCES} instances (more is better)`, unit: '/s', ours: perSecond },
    { ...common, what: 'time of one start, p50', unit: 'ms', ours: p50 },
    { ...common, what: 'time of one start, p99', unit: 'ms', ours: p99 },
    { ...common, what: 'share of check and flatten in it, p50', unit: '%', ours: (100 * checkMs) / p50 },
  ];
}

/** Milliseconds that a start spends on check and flatten. */
function timeCheck(): number {
  const durationsMs = Array.from({ length: 1_000 }, () => {
    const startedAtMs = performance.now();
    const { value } = reviewStartRecordTask({ AppId: LOCAL_APP_ID, ...createStart() });
    if (value === undefined) throw new Error('The request of the bench is refused.');
    flattenParameters(value);
    return performance.now() - startedAtMs;
  });
  return summarize(durationsMs).p50;
}

async function countTrips(stack: LocalStack, count: () => number): Promise<readonly Row[]> {
  const [id = '', secret = ''] = LOCAL_API_KEY.split(':');
  const [client] = OFFICIAL_CLIENTS;
  if (client === undefined) throw new Error('There is no official client.');
  const rpc = async () => {
    const outcome = await client.call({
      endpoint: stack.start.url.replace('http://', ''),
      key: { accessKeyId: id, accessKeySecret: secret },
      action: 'StartRecordTask',
      parameters: { AppId: LOCAL_APP_ID, ...createStart() },
    });
    if (outcome.verdict !== 'success') throw new Error('The drop-in refused a start.');
  };
  const callback = async () => {
    const response = await fetch(stack.callbackUrl, {
      method: 'POST',
      body: createFileCreated(LOCAL_APP_ID),
    });
    if (response.status !== 200) throw new Error(`A callback was answered ${response.status}.`);
  };
  const rows: Row[] = [];
  for (const [what, budget, work] of [
    ['a start by REST', 2, () => start(stack)],
    ['a start by the drop-in', 3, rpc],
    ['a callback', 1, callback],
  ] as const) {
    // The first opens the connection and looks at the schema's version.
    await work();
    const before = count();
    for (let index = 0; index < COUNTED; index++) await work();
    const ours = (count() - before) / COUNTED;
    rows.push({
      ...{ section: 'starts', what: `round trips to the database, ${what}`, unit: '', ours, peers: [] },
      budget: { words: `${budget}`, isMet: ours === budget },
    });
  }
  return rows;
}

async function start(stack: LocalStack): Promise<void> {
  const response = await fetch(`${stack.start.url}/record-tasks`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(LOCAL_API_KEY).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(createStart()),
  });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`A start was answered ${response.status}.`);
}
