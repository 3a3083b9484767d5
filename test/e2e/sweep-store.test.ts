import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RtcAnswer } from '../../functions/start/rtc-client.ts';
import { type SweepDependencies, sweepRecordFiles } from '../../functions/start/sweep.ts';
import { loadStartConfig } from '../../shared/config.ts';
import { ingestMessage } from '../../shared/ingest.ts';
import { type Database, openDatabase } from '../../shared/store/database.ts';
import { claimJobs } from '../../shared/store/jobs.ts';
import { listEvents, readFiles, readTask } from '../../shared/store/read.ts';
import { claimStart, finishStart } from '../../shared/store/start.ts';
import { ensureSweeps, findGaps, readSweep, saveSweep } from '../../shared/store/sweep.ts';
import { DATABASE_KINDS, useMigratedDatabase } from '../support/database.ts';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const APP = 'app';

const inSeconds = (seconds: number, time = NOW) => new Date(time.getTime() + seconds * 1_000);
const format = (time: Date) => time.toISOString().replace('.000Z', 'Z');

interface ListedItem {
  readonly StartTime: string;
}

/** As in the sample of DescribeRecordFiles: half an hour of recording, ended `endedSecondsAgo`. */
function createItem(name: string, endedSecondsAgo = 60, changes: object = {}): ListedItem {
  const StartTime = format(inSeconds(-1_800 - endedSecondsAgo));
  const item = {
    AppId: APP,
    ChannelId: 'channel',
    TaskId: 'task',
    CreateTime: format(inSeconds(6 - endedSecondsAgo)),
    StartTime,
    StopTime: format(inSeconds(-endedSecondsAgo)),
    Duration: 1799.95,
    Url: `http://bucket.oss-cn-shanghai.aliyuncs.com/${name}.mp4`,
    ...changes,
  };
  return item;
}

const createItems = (count: number) =>
  Array.from({ length: count }, (_, index) => createItem(`file${index}`, 60 + index));

const REFUSED: RtcAnswer = {
  kind: 'refused',
  Code: 'Forbidden.RAM',
  Message: 'User not authorized to operate on the specified resource.',
  status: 403,
  RequestId: 'R',
  mayHaveReached: false,
};

/** RTC as DescribeRecordFiles shows it, newest file first, and clocks that only move when told. */
class Scene {
  items: readonly ListedItem[] = [];
  now = NOW;
  clockMs = 0;
  /** How long RTC takes to answer. */
  callMs = 10;
  /** What RTC answers instead of the list. */
  answer: RtcAnswer | undefined;
  onCall = (_PageNum: number): void => {};
  readonly calls: { readonly atMs: number; readonly pairs: Readonly<Record<string, string>> }[] = [];
  /** What was logged: level, event and fields. */
  readonly lines: Parameters<SweepDependencies['log']>[] = [];
  readonly dependencies: SweepDependencies;

  constructor(database: Database, APP_IDS = APP) {
    this.dependencies = {
      database,
      webhook: { url: 'http://app/', secrets: [] },
      config: loadStartConfig({ DATABASE_URL: 'postgres://db/x', API_KEYS: `id:${'s'.repeat(32)}`, APP_IDS }),
      now: () => this.now,
      log: (...line) => this.lines.push(line),
      nowMs: () => this.clockMs,
      sleep: async (waitMs) => {
        this.clockMs += waitMs;
      },
      callRtc: async (action, pairs) => {
        expect(action).toBe('DescribeRecordFiles');
        return this.#describe(Object.fromEntries(pairs));
      },
    };
  }

  /** Runs the sweep, which has to be due. */
  async sweep(): Promise<void> {
    const { database } = this.dependencies;
    const jobs = await claimJobs(database, { now: this.now, limit: 10, deliveries: 0, probes: 0 });
    const job = jobs.find(({ kind, key }) => kind === 'sweep' && key === APP);
    if (job === undefined) throw new Error('No sweep is due.');
    await sweepRecordFiles(this.dependencies, job);
  }

  #describe(pairs: Readonly<Record<string, string>>): RtcAnswer {
    this.calls.push({ atMs: this.clockMs, pairs });
    this.clockMs += this.callMs;
    this.onCall(Number(pairs.PageNum));
    if (this.answer !== undefined) return this.answer;
    const { StartTime = '', EndTime = '' } = pairs;
    const found = this.items.filter((item) => item.StartTime >= StartTime && item.StartTime <= EndTime);
    const size = Number(pairs.PageSize);
    const first = (Number(pairs.PageNum) - 1) * size;
    const RecordFiles = found.slice(first, first + size);
    return accept({ TotalNum: found.length, TotalPage: Math.ceil(found.length / size), RecordFiles });
  }
}

const accept = (body: Readonly<Record<string, unknown>>): RtcAnswer => ({ kind: 'accepted', RequestId: 'R', body });

describe.each(DATABASE_KINDS)('the sweep on the %s database', (kind) => {
  const database = useMigratedDatabase(kind);

  beforeEach(async () => {
    for (const table of ['files', 'events', 'tasks', 'sweeps', 'dead_letters']) {
      await database.query(`delete from ${table}`, []);
    }
    await database.query("delete from jobs where kind <> 'prune'", []);
    await database.query('update webhook_endpoint set failures_in_a_row = 0', []);
  });

  const readJob = async () => {
    const rows = await database.query<{ dueAt: Date; leased: boolean }>(
      `select due_at as "dueAt", leased_until is not null as leased from jobs where kind = 'sweep' and key = $1`,
      [APP],
    );
    return rows[0];
  };
  const readEvents = async (type: string) => {
    const filter = { AppId: undefined, TaskId: undefined, delivery: undefined, after: undefined, limit: 100 };
    const rows = await listEvents(database, { ...filter, type });
    return rows.map((row) => ({ TaskId: row.TaskId, ...Object(JSON.parse(row.body)) })).toReversed();
  };
  const countFiles = async () => {
    const rows = await database.query<{ count: number }>('select count(*)::int as count from files', []);
    return rows[0]?.count;
  };
  /** Deliveries that the next tick makes. */
  const countDueDeliveries = async (now: Date) =>
    (await claimJobs(database, { now, limit: 0, deliveries: 1_000, probes: 0 })).length;

  describe('ensureSweeps', () => {
    test('makes one sweep for each AppId, due at once, and none anew', async () => {
      const pools = Array.from({ length: 5 }, () => openDatabase(database.url));
      try {
        await Promise.all(pools.map((pool) => ensureSweeps(pool, ['one', APP, APP], NOW)));
      } finally {
        await Promise.all(pools.map((pool) => pool.close()));
      }
      const claim = { now: NOW, limit: 10, deliveries: 0, probes: 0 } as const;
      const claimed = (await claimJobs(database, claim)).filter((job) => job.kind === 'sweep');
      expect(claimed.map((job) => job.key).toSorted()).toEqual([APP, 'one']);
      await ensureSweeps(database, ['one', APP], inSeconds(3_600));
      // Held by whoever claimed them, and where they were.
      expect((await claimJobs(database, claim)).filter((job) => job.kind === 'sweep')).toEqual([]);
      expect(await readSweep(database, APP)).toMatchObject({ watermark: NOW, window: undefined, failure: undefined });
    });
  });

  describe('sweepRecordFiles', () => {
    test('adopts what was never announced, also of tasks started elsewhere, and tells the app', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.items = [createItem('a'), createItem('b', 1_800), createItem('c', 90, { TaskId: 'elsewhere' })];
      await scene.sweep();
      expect(scene.calls.map(({ pairs }) => pairs)).toEqual([
        {
          AppId: APP,
          StartTime: '2026-11-22T05:00:00Z',
          EndTime: '2026-11-22T10:00:00Z',
          PageNum: '1',
          PageSize: '100',
        },
      ]);
      expect(await readFiles(database, APP, 'task')).toMatchObject([
        { source: 'reconciled' },
        { source: 'reconciled' },
      ]);
      expect(await readTask(database, APP, 'elsewhere')).toMatchObject({ state: 'external', ChannelId: 'channel' });
      expect(await readEvents('record_file.created')).toMatchObject(
        Array(3).fill({ data: { AppId: APP, Source: 'reconciled', Duration: 1799.95 } }),
      );
      expect(await countDueDeliveries(NOW)).toBe(3);
      expect(await readJob()).toEqual({ dueAt: inSeconds(300), leased: false });
      expect(await readSweep(database, APP)).toMatchObject({ watermark: NOW, window: undefined, failure: undefined });
    });

    test('changes nothing when it sees the same again', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.items = createItems(3);
      await scene.sweep();
      scene.now = inSeconds(300);
      await scene.sweep();
      expect(scene.calls.at(-1)?.pairs).toMatchObject({ StartTime: '2026-11-22T05:00:00Z' });
      expect(await countFiles()).toBe(3);
      expect(await readEvents('record_file.created')).toHaveLength(3);
    });

    test('and a callback make one file, whichever comes first', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.items = createItems(2);
      const [first, second] = scene.items;
      const announce = (item: object | undefined) =>
        ingestMessage(
          { ...scene.dependencies, ossHosts: [] },
          {
            body: Buffer.from(JSON.stringify({ ...item, Event: 'FileCreated', MsgId: 'm' })),
            source: 'http',
            AppId: APP,
          },
        );
      expect(await announce(first)).toMatchObject({ outcome: 'created' });
      await scene.sweep();
      expect(await announce(second)).toMatchObject({ outcome: 'known' });
      expect(await readFiles(database, APP, 'task')).toMatchObject([
        { source: 'reconciled', msgId: 'm' },
        { source: 'callback', msgId: 'm' },
      ]);
      expect(await readEvents('record_file.created')).toHaveLength(2);
    });

    test.each([
      ['one AppId', APP, 125],
      ['two AppIds', `${APP},other`, 250],
    ])(
      'reads page after page, for %s at the pace that is its share of eight calls a second',
      async (_, APP_IDS, paceMs) => {
        const scene = new Scene(database, APP_IDS);
        await ensureSweeps(database, [APP], NOW);
        scene.items = createItems(250);
        await scene.sweep();
        expect(scene.calls.map(({ atMs, pairs }) => [atMs, pairs.PageNum])).toEqual([
          [0, '1'],
          [paceMs, '2'],
          [2 * paceMs, '3'],
        ]);
        expect(await countFiles()).toBe(250);
      },
    );

    test('passes over nothing when new files push others to later pages', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.items = createItems(150);
      scene.onCall = (PageNum) => {
        if (PageNum === 2) scene.items = [createItem('late', 30), ...scene.items];
      };
      await scene.sweep();
      expect(await countFiles()).toBe(150);
      scene.onCall = () => {};
      scene.now = inSeconds(300);
      await scene.sweep();
      expect(await countFiles()).toBe(151);
    });

    test('goes on with the page reached when its time has run out, in the same window', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.items = createItems(450);
      scene.callMs = 2_000;
      await scene.sweep();
      expect(scene.calls.map(({ pairs }) => pairs.PageNum)).toEqual(['1', '2', '3']);
      expect(await readSweep(database, APP)).toMatchObject({
        watermark: NOW,
        window: { start: inSeconds(-5 * 3_600), end: NOW, nextPage: 4 },
      });
      expect(await readJob()).toEqual({ dueAt: NOW, leased: false });
      scene.now = inSeconds(60);
      await scene.sweep();
      expect(scene.calls.slice(3).map(({ pairs }) => [pairs.PageNum, pairs.EndTime])).toEqual([
        ['4', format(NOW)],
        ['5', format(NOW)],
      ]);
      expect(await countFiles()).toBe(450);
      expect(await readSweep(database, APP)).toMatchObject({ watermark: NOW, window: undefined });
    });

    test('keeps what is no usable file as a dead letter, once, and takes in its neighbours', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.items = [createItem('a'), createItem('b', 60, { StopTime: 'noon' }), createItem('c')];
      await scene.sweep();
      scene.now = inSeconds(300);
      await scene.sweep();
      expect(await countFiles()).toBe(2);
      const letters = await database.query<{ body: Buffer }>(
        'select source, reason, count, body from dead_letters',
        [],
      );
      expect(letters).toMatchObject([{ source: 'reconciled', reason: 'InvalidStopTime', count: 2 }]);
      expect(JSON.parse(String(letters[0]?.body))).toEqual(scene.items[1]);
    });

    test('is never longer away than a period while RTC refuses, says since when and why, and then catches up', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.answer = REFUSED;
      const waits: number[] = [];
      for (let index = 0; index < 8; index++) {
        await scene.sweep();
        const dueAt = (await readJob())?.dueAt ?? NOW;
        waits.push((dueAt.getTime() - scene.now.getTime()) / 60_000);
        scene.now = dueAt;
      }
      expect(waits).toEqual([1, 2, 4, 5, 5, 5, 5, 5]);
      const failure = { since: NOW, count: 8, Code: 'Forbidden.RAM' };
      expect(await readSweep(database, APP)).toMatchObject({ watermark: NOW, window: undefined, failure });
      scene.answer = undefined;
      scene.items = createItems(2);
      await scene.sweep();
      expect(scene.calls.at(-1)?.pairs).toMatchObject({ StartTime: '2026-11-22T05:00:00Z', PageNum: '1' });
      expect(await countFiles()).toBe(2);
      expect(await readSweep(database, APP)).toMatchObject({ watermark: scene.now, failure: undefined });
      expect(await readJob()).toEqual({ dueAt: inSeconds(300, scene.now), leased: false });
    });

    test.each([
      ['silence', { kind: 'unanswered', Code: 'ReadTimeout', mayHaveReached: true } as const, 'ReadTimeout'],
      ['a list without its items', accept({ TotalNum: 3, TotalPage: 1 }), 'UnreadableAnswer'],
      ['an answer without a list', accept({}), 'UnreadableAnswer'],
      ['a list of another form', accept({ TotalNum: 1, RecordFiles: { RecordFile: [] } }), 'UnreadableAnswer'],
    ])('takes %s for a failure', async (_, answer, Code) => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.answer = answer;
      await scene.sweep();
      expect(await readSweep(database, APP)).toMatchObject({ watermark: NOW, failure: { count: 1, Code } });
    });

    test.each([
      ['an empty list', accept({ TotalNum: 0, TotalPage: 0, RecordFiles: [] })],
      ['an empty list left out', accept({ TotalNum: 0 })],
      ['a short page without totals', accept({ RecordFiles: [createItem('a')] })],
    ])('takes %s for the whole', async (_, answer) => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.answer = answer;
      await scene.sweep();
      expect(scene.calls).toHaveLength(1);
      expect(await readSweep(database, APP)).toMatchObject({ failure: undefined, window: undefined });
    });

    test('gives up what could not be read for seven days, tells it, and goes on', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.answer = REFUSED;
      await scene.sweep();
      const day = 86_400;
      scene.now = inSeconds(7 * day);
      await scene.sweep();
      expect(await readEvents('sweep.gave_up')).toEqual([]);
      scene.now = inSeconds(8 * day);
      await scene.sweep();
      const told = {
        TaskId: null,
        type: 'sweep.gave_up',
        timestamp: scene.now.toISOString(),
        data: { AppId: APP, From: '2026-11-22T10:00:00Z', To: '2026-11-23T10:00:00Z', Code: 'Forbidden.RAM' },
      };
      expect(await readEvents('sweep.gave_up')).toEqual([told]);
      expect(await countDueDeliveries(scene.now)).toBe(1);
      expect(scene.lines).toContainEqual(['error', 'sweep.gave_up', { AppId: APP, code: 'Forbidden.RAM' }]);
      // RTC is back a little later: nothing more is given up than the time between.
      scene.answer = undefined;
      scene.now = inSeconds(8 * day + 3_600);
      await scene.sweep();
      expect(await readEvents('sweep.gave_up')).toMatchObject([
        told,
        { data: { From: '2026-11-23T10:00:00Z', To: '2026-11-23T11:00:00Z' } },
      ]);
      expect(scene.calls.at(-1)?.pairs.StartTime).toBe('2026-11-23T11:00:00Z');
      expect(await readSweep(database, APP)).toMatchObject({ watermark: scene.now, failure: undefined });
    });

    test('tells once what it gives up, also when its process dies over it', async () => {
      const scene = new Scene(database);
      await ensureSweeps(database, [APP], NOW);
      scene.now = inSeconds(8 * 86_400);
      scene.onCall = () => {
        throw new Error('killed');
      };
      await expect(scene.sweep()).rejects.toThrow('killed');
      await database.query("update jobs set leased_until = now() where kind = 'sweep'", []);
      scene.onCall = () => {};
      scene.now = inSeconds(8 * 86_400 + 60);
      await scene.sweep();
      // No sweep had failed: the timer was silent.
      expect(await readEvents('sweep.gave_up')).toMatchObject([{ data: { To: '2026-11-23T10:00:00Z' } }]);
    });

    test('rests for an AppId that is not served here', async () => {
      const scene = new Scene(database, 'other');
      await ensureSweeps(database, [APP], NOW);
      await scene.sweep();
      expect(scene.calls).toEqual([]);
      expect(await readJob()).toEqual({ dueAt: inSeconds(300), leased: false });
    });
  });

  describe('saveSweep', () => {
    test('changes nothing for whoever lost the job to a later claim', async () => {
      await ensureSweeps(database, [APP], NOW);
      const [job] = (await claimJobs(database, { now: NOW, limit: 10, deliveries: 0, probes: 0 })).filter(
        (claimed) => claimed.kind === 'sweep',
      );
      if (job === undefined) throw new Error('No sweep is due.');
      const progress = { watermark: inSeconds(60), window: undefined, failure: undefined };
      await saveSweep(database, { ...job, attempts: job.attempts - 1 }, progress, inSeconds(300));
      expect(await readSweep(database, APP)).toMatchObject({ watermark: NOW });
      expect(await readJob()).toEqual({ dueAt: NOW, leased: true });
      await saveSweep(database, job, progress, inSeconds(300));
      expect(await readSweep(database, APP)).toMatchObject({ watermark: inSeconds(60) });
    });
  });

  describe('findGaps', () => {
    const LONG_AGO = '-infinity';

    async function startTask(TaskId = 'task', request: object = {}) {
      const leaseId = randomUUID();
      const parameters = { ChannelId: 'channel' };
      await claimStart(database, {
        AppId: APP,
        TaskId,
        ...parameters,
        parameters,
        request,
        stopAt: undefined,
        leaseId,
        now: NOW,
      });
      await finishStart(database, {
        AppId: APP,
        TaskId,
        leaseId,
        state: 'recording',
        requestId: 'R',
        errorCode: undefined,
        mayHaveReached: true,
        warnings: [],
        event: undefined,
        now: NOW,
      });
      // The recordings of these tests are of NOW.
      await database.query('update tasks set requested_at = $1', [inSeconds(0.7)]);
    }

    interface Span {
      /** Seconds after NOW. */
      readonly from: number;
      readonly to: number;
      readonly name?: string;
      readonly TaskId?: string;
    }

    async function listFiles(...spans: readonly Span[]) {
      const scene = new Scene(database);
      scene.items = spans.map(({ from, to, name = `${from}.mp4`, TaskId = 'task' }) => ({
        ...createItem('x', 0, { TaskId, StopTime: format(inSeconds(to)), Url: `http://h/${TaskId}/${name}` }),
        StartTime: format(inSeconds(from)),
      }));
      scene.now = inSeconds(7_200);
      await ensureSweeps(database, [APP], scene.now);
      await database.query("update jobs set due_at = $1 where kind = 'sweep'", [scene.now]);
      await scene.sweep();
    }

    /** Lets time pass in the database. */
    const settle = (seconds = 601) =>
      database.query(
        `with moved as (update sweeps set gaps_until = gaps_until - make_interval(secs => $1))
update tasks set last_file_at = last_file_at - make_interval(secs => $1)`,
        [seconds],
      );

    async function find(...spans: readonly Span[]) {
      await listFiles(...spans);
      await settle();
      const { gaps } = await findGaps(database, APP, LONG_AGO);
      return gaps.map(({ Format, From, To, seconds }) => {
        expect(To.getTime() - From.getTime()).toBe(seconds * 1_000);
        const toSeconds = (time: Date) => (time.getTime() - NOW.getTime()) / 1_000;
        return [Format, toSeconds(From), toSeconds(To)];
      });
    }

    test.each<[string, Span[], (string | number)[][]]>([
      [
        'no gap between neighbours',
        [
          { from: 0, to: 1_800 },
          { from: 1_800, to: 3_600 },
        ],
        [],
      ],
      [
        'no gap where files overlap by a second',
        [
          { from: 0, to: 1_800 },
          { from: 1_799, to: 3_600 },
        ],
        [],
      ],
      [
        'no gap of two seconds',
        [
          { from: 0, to: 1_800 },
          { from: 1_802, to: 3_600 },
        ],
        [],
      ],
      [
        'a gap of three',
        [
          { from: 0, to: 1_800 },
          { from: 1_803, to: 3_600 },
        ],
        [['mp4', 1_800, 1_803]],
      ],
      [
        'every gap there is, whatever the order of the files',
        [
          { from: 600, to: 700 },
          { from: 0, to: 100 },
          { from: 300, to: 400 },
        ],
        [
          ['mp4', 100, 300],
          ['mp4', 400, 600],
        ],
      ],
      [
        'no gap that a longer file before it covers',
        [
          { from: 0, to: 1_000 },
          { from: 100, to: 200 },
          { from: 900, to: 1_200 },
        ],
        [],
      ],
      [
        'the gaps of each format by itself',
        [
          { from: 0, to: 100, name: '1.MP4' },
          { from: 100, to: 200, name: '2.flv?x=1.5' },
          { from: 200, to: 300, name: '3.mp4' },
          { from: 300, to: 400, name: '4.flv' },
          { from: 400, to: 500, name: 'none' },
        ],
        [
          ['mp4', 100, 200],
          ['flv', 200, 300],
        ],
      ],
      ['nothing before the first file', [{ from: 900, to: 1_000 }], []],
      [
        'nothing of an earlier run',
        [
          { from: -1_000, to: -900 },
          { from: 0, to: 100 },
          { from: 200, to: 300 },
        ],
        [['mp4', 100, 200]],
      ],
    ])('finds %s', async (_, spans, gaps) => {
      await startTask();
      expect(await find(...spans)).toEqual(gaps);
    });

    const TORN: Span[] = [
      { from: 0, to: 100 },
      { from: 200, to: 300 },
    ];

    test('looks at nothing that records single streams, that is not ours, or that failed', async () => {
      expect(await find(...TORN)).toEqual([]);
      await startTask('task', { MixMode: 0 });
      expect(await find()).toEqual([]);
      await database.query("update tasks set state = 'failed', request = '{}'", []);
      expect(await find()).toEqual([]);
      await database.query("update tasks set state = 'stopped'", []);
      expect(await find()).toEqual([['mp4', 100, 200]]);
    });

    test('waits until the last file of the task is ten minutes old', async () => {
      await startTask();
      await listFiles(...TORN);
      await settle(590);
      expect((await findGaps(database, APP, LONG_AGO)).gaps).toEqual([]);
      await settle(11);
      expect((await findGaps(database, APP, LONG_AGO)).gaps).toHaveLength(1);
    });

    test('looks at a task once for each of its last files', async () => {
      await startTask();
      await listFiles(...TORN);
      const before = await findGaps(database, APP, LONG_AGO);
      expect(before.gaps).toEqual([]);
      await database.query("update tasks set last_file_at = $1::timestamptz + interval '1 microsecond'", [
        before.gapsUntil,
      ]);
      const found = await findGaps(database, APP, before.gapsUntil);
      expect(found.gaps).toHaveLength(1);
      expect((await findGaps(database, APP, found.gapsUntil)).gaps).toEqual([]);
    });

    test('passes over no task when one list brought more of them than it looks at in one go', async () => {
      const TaskIds = Array.from({ length: 230 }, (_, index) => `task${index}`);
      for (const TaskId of TaskIds) await startTask(TaskId);
      await listFiles(...TaskIds.flatMap((TaskId) => TORN.map((span) => ({ ...span, TaskId }))));
      await database.query("update tasks set last_file_at = now() - interval '1 hour'", []);
      await database.query("update tasks set last_file_at = now() - interval '30 minutes' where task_id = 'task7'", []);
      const first = await findGaps(database, APP, LONG_AGO);
      const second = await findGaps(database, APP, first.gapsUntil);
      const found = [...first.gaps, ...second.gaps].map(({ TaskId }) => TaskId);
      expect(first.gaps).toHaveLength(229);
      expect(found.toSorted()).toEqual(TaskIds.toSorted());
    });

    test('tells of a gap once, and takes nothing back when a file fills it', async () => {
      await startTask();
      await listFiles(...TORN);
      await settle();
      await listFiles();
      const told = {
        type: 'record_file.gap',
        TaskId: 'task',
        data: {
          AppId: APP,
          ChannelId: 'channel',
          TaskId: 'task',
          Format: 'mp4',
          From: '2026-11-22T10:01:40Z',
          To: '2026-11-22T10:03:20Z',
          Seconds: 100,
          Message: 'no file covers this span: a pause or a loss',
        },
      };
      expect(await readEvents('record_file.gap')).toMatchObject([told]);
      for (const span of [
        { from: 300, to: 400 },
        { from: 100, to: 200 },
      ]) {
        await listFiles(span);
        await settle();
        await listFiles();
      }
      expect(await countFiles()).toBe(4);
      expect(await readEvents('record_file.gap')).toMatchObject([told]);
    });
  });
});
