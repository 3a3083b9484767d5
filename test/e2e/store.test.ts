import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFileId, type FileCreated } from '../../shared/record-file.ts';
import { type Database, openDatabase } from '../../shared/store/database.ts';
import { storeDeadLetter } from '../../shared/store/dead-letters.ts';
import { finishDelivery, readPendingEvent, requeueDelivery } from '../../shared/store/deliver.ts';
import type { NewEvent } from '../../shared/store/events.ts';
import { ingestFile } from '../../shared/store/ingest.ts';
import { claimJobs, finishJob, retryJob } from '../../shared/store/jobs.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { pruneLeftovers, pruneTasks } from '../../shared/store/prune.ts';
import { listTasks, readEvents, readFiles, readTask } from '../../shared/store/read.ts';
import { SCHEMA_VERSION, verifySchemaVersion } from '../../shared/store/schema-version.ts';
import { claimStart, finishStart, resumeStart, type StartClaim, type StartOutcome } from '../../shared/store/start.ts';
import { claimStop, finishStop } from '../../shared/store/stop.ts';
import { finishUpdate } from '../../shared/store/update.ts';
import { DATABASE_KINDS, DATABASES, type TestDatabase } from '../support/database.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const STOP_AT = new Date('2026-11-23T10:00:00Z');

describe.each(DATABASE_KINDS)('the store on the %s database', (kind) => {
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

  /** Lets time pass in the database: leases are by its clock. */
  async function passTime(seconds: number): Promise<void> {
    await database.query(
      `with moved as (update jobs set leased_until = leased_until - make_interval(secs => $1))
update tasks set leased_until = leased_until - make_interval(secs => $1),
  requested_at = requested_at - make_interval(secs => $1), ended_at = ended_at - make_interval(secs => $1)`,
      [seconds],
    );
  }

  const createClaim = (changes: Partial<StartClaim> = {}): StartClaim => ({
    AppId: 'app',
    TaskId: 'task',
    ChannelId: 'channel',
    parameters: { ChannelId: 'channel', MixMode: 1 },
    request: { AppId: 'app', TaskId: 'task', ChannelId: 'channel', TemplateId: 'template', MixMode: 1 },
    stopAt: STOP_AT,
    leaseId: randomUUID(),
    now: NOW,
    ...changes,
  });

  const createOutcome = (leaseId: string, changes: Partial<StartOutcome> = {}): StartOutcome => ({
    AppId: 'app',
    TaskId: 'task',
    leaseId,
    state: 'recording',
    requestId: 'R1',
    errorCode: undefined,
    mayHaveReached: true,
    warnings: [],
    event: createNewEvent('evt_started', 'record_task.started'),
    now: NOW,
    ...changes,
  });

  const createNewEvent = (id: string, type: string): NewEvent => ({
    id,
    type,
    body: `{"id":"${id}"}`,
    delivery: 'pending',
  });

  async function startTask(changes: Partial<StartClaim> = {}): Promise<void> {
    const claim = createClaim(changes);
    await claimStart(database, claim);
    await finishStart(database, createOutcome(claim.leaseId));
  }

  const listJobs = () =>
    database.query<{ kind: string; key: string; leased: boolean; dueAt: Date; attempts: number }>(
      `select kind, key, coalesce(leased_until > now(), false) as leased, due_at as "dueAt", attempts
from jobs where kind <> 'prune' order by kind, key`,
      [],
    );

  describe('migrateDatabase', () => {
    test('brings an empty database to the version the code asks for, once', async () => {
      await expect(verifySchemaVersion(database)).rejects.toMatchObject({ code: 'NotMigrated', status: 503 });
      const results = await Promise.all([migrateDatabase(server.url), migrateDatabase(server.url)]);
      expect(results.map((result) => result.applied).toSorted()).toEqual([[], [1]]);
      expect(results[0]?.version).toBe(SCHEMA_VERSION);
      await expect(verifySchemaVersion(database)).resolves.toBe(database);
    });

    test('accepts a database that a newer version has migrated', async () => {
      await database.query('insert into schema_migrations (version) values ($1)', [SCHEMA_VERSION + 1]);
      await expect(verifySchemaVersion(database)).resolves.toBe(database);
      await database.query('delete from schema_migrations where version = $1', [SCHEMA_VERSION + 1]);
    });
  });

  describe('with its schema', () => {
    beforeEach(async () => {
      await database.query('truncate tasks, files, events, dead_letters', []);
      await database.query("delete from jobs where kind <> 'prune'", []);
    });

    describe('claimStart', () => {
      test('gives a new task to its first claim and holds the job that follows it up', async () => {
        expect(await claimStart(database, createClaim())).toEqual({
          mine: true,
          same: true,
          state: 'starting',
          run: 1,
          attempt: 1,
          mayHaveReached: false,
          startRequestId: null,
        });
        expect(await listJobs()).toMatchObject([{ kind: 'resolve_start', key: 'app/task', leased: true, attempts: 1 }]);
      });

      test('gives exactly one of twenty parallel claims the task', async () => {
        const pools = Array.from({ length: 20 }, () => openDatabase(server.url));
        try {
          const claims = await Promise.all(pools.map((pool) => claimStart(pool, createClaim())));
          expect(claims.filter((claim) => claim.mine)).toHaveLength(1);
          expect(claims.every((claim) => claim.same && claim.attempt === 1)).toBe(true);
        } finally {
          await Promise.all(pools.map((pool) => pool.close()));
        }
      });

      test('says that the same request is in flight, and that other parameters are not the same', async () => {
        await claimStart(database, createClaim());
        expect(await claimStart(database, createClaim())).toMatchObject({ mine: false, same: true, state: 'starting' });
        const other = createClaim({ parameters: { ChannelId: 'channel', MixMode: 0 } });
        expect(await claimStart(database, other)).toMatchObject({ mine: false, same: false });
      });

      test('does not mind the order of keys', async () => {
        await claimStart(database, createClaim());
        const reordered = createClaim({ parameters: { MixMode: 1, ChannelId: 'channel' } });
        expect(await claimStart(database, reordered)).toMatchObject({ same: true });
      });

      test('can be repeated by its own caller, as after a lost answer', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        expect(await claimStart(database, claim)).toMatchObject({ mine: true, attempt: 1, mayHaveReached: false });
      });

      test('lets the same request take over when the lease has ended, as an attempt that may have reached RTC', async () => {
        await claimStart(database, createClaim());
        await passTime(44);
        expect(await claimStart(database, createClaim())).toMatchObject({ mine: false });
        await passTime(2);
        expect(await claimStart(database, createClaim({ parameters: {} }))).toMatchObject({ mine: false, same: false });
        expect(await claimStart(database, createClaim())).toMatchObject({
          mine: true,
          attempt: 2,
          mayHaveReached: true,
        });
      });

      test('lets the same request try at once after an attempt that is known not to have reached RTC', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        const unanswered = { state: 'starting', mayHaveReached: false, event: undefined } as const;
        await finishStart(database, createOutcome(claim.leaseId, unanswered));
        expect(await claimStart(database, createClaim())).toMatchObject({
          mine: true,
          attempt: 2,
          mayHaveReached: false,
        });
      });

      test('replays a running task, and one that ended less than ten minutes ago', async () => {
        await startTask();
        const replay = { mine: false, same: true, startRequestId: 'R1' };
        expect(await claimStart(database, createClaim())).toMatchObject({ ...replay, state: 'recording' });
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await finishStop(database, stopped());
        await passTime(599);
        expect(await claimStart(database, createClaim())).toMatchObject({ ...replay, state: 'stopped' });
        await passTime(2);
        expect(await claimStart(database, createClaim())).toMatchObject({ mine: true, run: 2, attempt: 1 });
      });

      test('begins a new run at once for other parameters after the end, and after a failure', async () => {
        await startTask();
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await finishStop(database, stopped());
        const claim = createClaim({ parameters: { ChannelId: 'other' } });
        expect(await claimStart(database, claim)).toMatchObject({ mine: true, same: true, run: 2 });
        await finishStart(database, createOutcome(claim.leaseId, { state: 'failed', errorCode: 'InvalidX' }));
        expect(await claimStart(database, createClaim())).toMatchObject({ mine: true, run: 3, attempt: 1 });
        expect(await readTask(database, 'app', 'task')).toMatchObject({ errorCode: null, endedAt: null });
      });

      test('applied once more after its outcome begins nothing', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        await finishStart(database, createOutcome(claim.leaseId, { state: 'failed', errorCode: 'InvalidX' }));
        await claimStart(database, claim);
        expect(await readTask(database, 'app', 'task')).toMatchObject({ state: 'failed', run: 1 });
      });

      test('does not take a start over that a stop was asked for', async () => {
        await claimStart(database, createClaim());
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await passTime(46);
        expect(await claimStart(database, createClaim())).toMatchObject({ mine: false, same: true, state: 'starting' });
        const resumed = await resumeStart(database, { AppId: 'app', TaskId: 'task', run: 1, leaseId: randomUUID() });
        expect(resumed).toMatchObject({ stopRequested: true });
      });

      test('lists a new run first', async () => {
        await startTask();
        await claimStart(database, createClaim({ TaskId: 'later' }));
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await finishStop(database, stopped());
        await claimStart(database, createClaim({ parameters: {} }));
        const filter = { AppId: 'app', State: undefined, ChannelId: undefined, after: undefined, limit: 1 };
        expect(await listTasks(database, filter)).toMatchObject([{ TaskId: 'task' }]);
      });

      test('is not blocked by a task first seen through a callback', async () => {
        await ingestFile(database, createFile());
        expect(await claimStart(database, createClaim())).toMatchObject({ mine: true, run: 2 });
      });
    });

    describe('finishStart', () => {
      test('stores outcome, event, its delivery and the later stop, and ends the follow-up', async () => {
        await startTask();
        expect(await readTask(database, 'app', 'task')).toMatchObject({
          state: 'recording',
          startRequestId: 'R1',
          startedAt: expect.any(Date),
          stopAt: STOP_AT,
        });
        expect(await readEvents(database, 'app', 'task')).toMatchObject([{ id: 'evt_started', delivery: 'pending' }]);
        expect(await listJobs()).toMatchObject([
          { kind: 'deliver', key: 'evt_started', leased: true, attempts: 1 },
          { kind: 'stop', key: 'app/task', leased: false, dueAt: STOP_AT },
        ]);
      });

      test('changes nothing once the lease belongs to somebody else', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        await passTime(46);
        await claimStart(database, createClaim());
        expect(await finishStart(database, createOutcome(claim.leaseId))).toBeUndefined();
        expect(await readTask(database, 'app', 'task')).toMatchObject({ state: 'starting', attempt: 2 });
        expect(await readEvents(database, 'app', 'task')).toEqual([]);
      });

      test('can be repeated by its own caller without a second event', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        await finishStart(database, createOutcome(claim.leaseId));
        expect(await finishStart(database, createOutcome(claim.leaseId))).toMatchObject({ state: 'recording' });
        expect(await readEvents(database, 'app', 'task')).toHaveLength(1);
      });

      test('can be repeated after it honoured a stop', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await finishStart(database, createOutcome(claim.leaseId));
        expect(await finishStart(database, createOutcome(claim.leaseId))).toMatchObject({ state: 'stopping' });
      });

      test('honours a stop asked for in the meantime', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        const stop = await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        expect(stop).toMatchObject({ state: 'starting' });
        expect(await finishStart(database, createOutcome(claim.leaseId))).toMatchObject({ state: 'stopping' });
        expect(await listJobs()).toContainEqual(expect.objectContaining({ kind: 'stop', dueAt: NOW, leased: false }));
      });

      test('frees the job for the next tick when there was no answer', async () => {
        const claim = createClaim();
        await claimStart(database, claim);
        await finishStart(database, createOutcome(claim.leaseId, { state: 'starting', event: undefined }));
        expect(await listJobs()).toMatchObject([{ kind: 'resolve_start', leased: false, dueAt: NOW }]);
      });
    });

    describe('resumeStart', () => {
      const task = { AppId: 'app', TaskId: 'task', run: 1 };

      test('takes over only what nobody holds, with the request that goes to RTC', async () => {
        await claimStart(database, createClaim());
        expect(await resumeStart(database, { ...task, leaseId: randomUUID() })).toBeUndefined();
        await passTime(50);
        const resumed = await resumeStart(database, { ...task, leaseId: randomUUID() });
        expect(resumed).toMatchObject({ ChannelId: 'channel', request: createClaim().request, mayHaveReached: true });
        expect(resumed?.ageSeconds).toBeGreaterThanOrEqual(50);
        expect(resumed?.ageSeconds).toBeLessThan(60);
      });

      test('leaves a task alone that has an outcome', async () => {
        await startTask();
        await passTime(50);
        expect(await resumeStart(database, { ...task, leaseId: randomUUID() })).toBeUndefined();
      });
    });

    const stopped = (changes = {}) => ({
      AppId: 'app',
      TaskId: 'task',
      run: 1,
      state: 'stopped' as const,
      errorCode: undefined,
      event: createNewEvent('evt_stopped', 'record_task.stopped'),
      now: NOW,
      retryAt: new Date(NOW.getTime() + 60_000),
      ...changes,
    });

    describe('claimStop and finishStop', () => {
      test('store the intent before the call and the end after it', async () => {
        await startTask();
        const claim = { AppId: 'app', TaskId: 'task', run: undefined, now: NOW };
        expect(await claimStop(database, claim)).toMatchObject({ state: 'stopping', run: 1, ChannelId: 'channel' });
        expect(await listJobs()).toContainEqual(expect.objectContaining({ kind: 'stop', leased: true, dueAt: NOW }));
        expect(await finishStop(database, stopped())).toBe(true);
        expect(await readTask(database, 'app', 'task')).toMatchObject({ state: 'stopped', endedAt: expect.any(Date) });
        expect((await listJobs()).map((job) => job.kind)).toEqual(['deliver', 'deliver']);
      });

      test('leave the job for later when RTC did not confirm', async () => {
        await startTask();
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await finishStop(database, stopped({ state: 'stopping', errorCode: 'ReadTimeout', event: undefined }));
        const retryAt = new Date(NOW.getTime() + 60_000);
        expect(await listJobs()).toContainEqual(
          expect.objectContaining({ kind: 'stop', leased: false, dueAt: retryAt }),
        );
        expect(await readTask(database, 'app', 'task')).toMatchObject({ state: 'stopping', errorCode: 'ReadTimeout' });
      });

      test('touch neither an external task nor another run', async () => {
        await ingestFile(database, createFile());
        const claim = { AppId: 'app', TaskId: 'task', run: undefined, now: NOW };
        expect(await claimStop(database, claim)).toMatchObject({ state: 'external' });
        expect(await claimStop(database, { ...claim, run: 7 })).toBeUndefined();
        expect(await claimStop(database, { ...claim, TaskId: 'unknown' })).toBeUndefined();
        expect(await listJobs()).toMatchObject([{ kind: 'deliver' }]);
      });
    });

    describe('finishUpdate', () => {
      test('adds up the changes', async () => {
        await startTask();
        const update = { AppId: 'app', TaskId: 'task', run: 1, now: NOW };
        const event = createNewEvent('evt_1', 'record_task.updated');
        expect(await finishUpdate(database, { ...update, changes: { CropMode: 1 }, event })).toBe(true);
        const next = { ...update, changes: { MediaEncode: 20 }, event: createNewEvent('evt_2', 'record_task.updated') };
        expect(await finishUpdate(database, next)).toBe(true);
        expect(await readTask(database, 'app', 'task')).toMatchObject({ changes: { CropMode: 1, MediaEncode: 20 } });
        expect(await finishUpdate(database, { ...next, run: 2 })).toBe(false);
      });
    });

    const FILE: FileCreated = {
      AppId: 'app',
      ChannelId: 'channel',
      TaskId: 'task',
      Event: 'FileCreated',
      MsgId: 'm1',
      StartTime: '2026-11-22T10:00:00Z',
      StopTime: '2026-11-22T10:30:00Z',
      Url: 'http://bucket.oss-cn-shanghai.aliyuncs.com/record/1.m3u8',
    };

    function createFile(changes: Partial<FileCreated> = {}) {
      const file = { ...FILE, ...changes };
      const id = createFileId(file);
      const body = Buffer.from([...Buffer.from(JSON.stringify(file)), 0, 255]);
      return {
        id,
        file,
        source: 'callback' as const,
        body,
        event: createNewEvent(id, 'record_file.created'),
        now: NOW,
      };
    }

    describe('ingestFile', () => {
      test('stores file, task, event and delivery of a new file', async () => {
        expect(await ingestFile(database, createFile())).toBe(true);
        const { id } = createFile();
        expect(await readFiles(database, 'app', 'task')).toMatchObject([
          { id, url: FILE.Url, msgId: 'm1', source: 'callback' },
        ]);
        expect(await readTask(database, 'app', 'task')).toMatchObject({
          state: 'external',
          lastFileAt: expect.any(Date),
        });
        expect(await readEvents(database, 'app', 'task')).toMatchObject([{ id, type: 'record_file.created' }]);
        expect(await listJobs()).toMatchObject([{ kind: 'deliver', key: id, leased: true }]);
      });

      test('keeps the raw bytes', async () => {
        await ingestFile(database, createFile());
        const rows = await database.query<{ body: Buffer }>('select body from files', []);
        expect(rows[0]?.body).toEqual(createFile().body);
      });

      test('makes one file, one event and one webhook of ten messages at once, with the same and with other MsgIds', async () => {
        const pools = Array.from({ length: 5 }, () => openDatabase(server.url));
        try {
          const messages = Array.from({ length: 10 }, (_, index) =>
            createFile({ MsgId: index % 2 === 0 ? 'm1' : `m${index}` }),
          );
          const results = await Promise.all(
            messages.map((message, index) => ingestFile(pools[index % pools.length] ?? database, message)),
          );
          expect(results.filter((isNew) => isNew)).toHaveLength(1);
        } finally {
          await Promise.all(pools.map((pool) => pool.close()));
        }
        expect(await readFiles(database, 'app', 'task')).toHaveLength(1);
        expect(await readEvents(database, 'app', 'task')).toHaveLength(1);
        expect(await listJobs()).toHaveLength(1);
      });

      test('merges what a later message adds', async () => {
        const { MsgId: _msgId, ...withoutMsgId } = FILE;
        await ingestFile(database, { ...createFile(), file: withoutMsgId, body: undefined, source: 'reconciled' });
        expect(await ingestFile(database, createFile({ Duration: 1799.95 }))).toBe(false);
        expect(await readFiles(database, 'app', 'task')).toMatchObject([{ msgId: 'm1', durationSeconds: 1799.95 }]);
      });

      test('leaves the state of a task of ours alone', async () => {
        await startTask();
        await ingestFile(database, createFile());
        expect(await readTask(database, 'app', 'task')).toMatchObject({
          state: 'recording',
          lastFileAt: expect.any(Date),
        });
      });
    });

    describe('storeDeadLetter', () => {
      test('keeps the bytes and counts repetitions', async () => {
        const letter = {
          AppId: 'app',
          source: 'http' as const,
          reason: 'MalformedBody',
          body: Buffer.from([0, 1, 255]),
        };
        await storeDeadLetter(database, letter);
        await storeDeadLetter(database, letter);
        const rows = await database.query('select app_id, reason, body, count from dead_letters', []);
        expect(rows).toEqual([{ app_id: 'app', reason: 'MalformedBody', body: letter.body, count: 2 }]);
      });
    });

    describe('claimJobs', () => {
      const insertJob = (key: string, dueAt: Date) =>
        database.query("insert into jobs (kind, key, due_at) values ('test', $1, $2)", [key, dueAt]);
      const claim = async (now: Date, limit = 100) =>
        (await claimJobs(database, { now, limit, probes: 1 })).filter((job) => job.kind === 'test');

      test('claims what is due at the given time, once within its lease', async () => {
        await insertJob('due', NOW);
        await insertJob('later', new Date(NOW.getTime() + 1));
        expect((await claim(NOW)).map((job) => job.key)).toEqual(['due']);
        expect(await claim(NOW)).toEqual([]);
        await passTime(46);
        expect(await claim(NOW)).toMatchObject([{ key: 'due', attempts: 2 }]);
      });

      test('gives no job to two of ten parallel ticks', async () => {
        for (let index = 0; index < 30; index++) await insertJob(`job${index}`, NOW);
        const pools = Array.from({ length: 10 }, () => openDatabase(server.url));
        try {
          const claimed = await Promise.all(pools.map((pool) => claimJobs(pool, { now: NOW, limit: 5, probes: 1 })));
          const keys = claimed.flat().map((job) => `${job.kind}/${job.key}`);
          expect(new Set(keys).size).toBe(keys.length);
          expect(claimed.every((jobs) => jobs.length <= 5)).toBe(true);
        } finally {
          await Promise.all(pools.map((pool) => pool.close()));
        }
      });

      test('refuses whoever lost the job to a later claim', async () => {
        await insertJob('job', NOW);
        const [first] = await claim(NOW);
        await passTime(46);
        const [second] = await claim(NOW);
        if (first === undefined || second === undefined) throw new Error('The job was not claimed twice.');
        await finishJob(database, first);
        await retryJob(database, first, new Date(0));
        expect(await listJobs()).toMatchObject([{ key: 'job', leased: true, dueAt: NOW }]);
        await retryJob(database, second, new Date(NOW.getTime() + 5));
        expect(await claim(NOW)).toEqual([]);
        const [third] = await claim(new Date(NOW.getTime() + 5));
        if (third === undefined) throw new Error('The job was not claimed again.');
        await finishJob(database, third);
        expect(await listJobs()).toEqual([]);
      });
    });

    describe('finishDelivery', () => {
      const ALL_DUE = { now: NOW, limit: 10, probes: 1 } as const;
      const attempt = (Status: number) => ({ At: '2026-11-22T10:00:00.000Z', Status, DurationMs: 5, Detail: null });

      test('keeps the last ten attempts and ends with the delivery', async () => {
        const { id } = createFile();
        await ingestFile(database, createFile());
        for (let failures = 1; failures <= 11; failures++) {
          const jobs = failures === 1 ? [{ attempts: 1 }] : await claimJobs(database, ALL_DUE);
          const outcome = {
            id,
            jobAttempts: jobs[0]?.attempts ?? 0,
            attempt: attempt(500),
            delivery: 'pending' as const,
            endpoint: 'unknown' as const,
          };
          await finishDelivery(database, { ...outcome, failures, retryAt: NOW });
        }
        const [pending] = await readEvents(database, 'app', 'task');
        expect(pending).toMatchObject({ delivery: 'pending', failures: 11 });
        expect(pending?.attempts).toHaveLength(10);
        const [job] = await claimJobs(database, ALL_DUE);
        const done = {
          id,
          jobAttempts: job?.attempts ?? 0,
          attempt: attempt(204),
          delivery: 'delivered' as const,
          endpoint: 'reached' as const,
        };
        await finishDelivery(database, { ...done, failures: 11, retryAt: undefined });
        const [delivered] = await readEvents(database, 'app', 'task');
        expect(delivered).toMatchObject({ delivery: 'delivered', deliveredAt: expect.any(Date) });
        expect(delivered?.attempts.at(-1)).toMatchObject({ Status: 204 });
        expect(await readPendingEvent(database, id)).toBeUndefined();
        expect((await listJobs()).filter((left) => left.kind === 'deliver')).toEqual([]);
      });

      test('changes nothing for whoever lost the job', async () => {
        const { id } = createFile();
        await ingestFile(database, createFile());
        const stale = {
          id,
          jobAttempts: 0,
          attempt: attempt(204),
          delivery: 'delivered' as const,
          endpoint: 'reached' as const,
          failures: 0,
        };
        await finishDelivery(database, { ...stale, retryAt: undefined });
        expect(await readPendingEvent(database, id)).toMatchObject({ id, failures: 0 });
      });
    });

    describe('requeueDelivery', () => {
      test('makes a dead event pending again, its job held by the caller', async () => {
        const { id } = createFile();
        await ingestFile(database, createFile());
        await database.query("delete from jobs where kind = 'deliver'", []);
        await database.query("update events set delivery = 'dead', failures = 10", []);
        const requeued = await requeueDelivery(database, id, NOW);
        expect(requeued).toEqual({ event: { id, body: createFile().event.body, failures: 0 }, jobAttempts: 1 });
        expect(await listJobs()).toMatchObject([{ kind: 'deliver', key: id, leased: true }]);
        expect(await requeueDelivery(database, id, NOW)).toMatchObject({ jobAttempts: 2 });
        expect(await requeueDelivery(database, 'nobody', NOW)).toBeUndefined();
      });
    });

    describe('claimJobs while the app is down', () => {
      const setFailures = (count: number) =>
        database.query('update webhook_endpoint set failures_in_a_row = $1', [count]);
      const claimKinds = async (probes: 0 | 1) =>
        (await claimJobs(database, { now: NOW, limit: 10, probes }))
          .map((job) => job.kind)
          .filter((kind) => kind !== 'prune');

      beforeEach(async () => {
        for (const key of ['a', 'b', 'c']) {
          await database.query("insert into jobs (kind, key, due_at) values ('deliver', $1, $2)", [key, NOW]);
        }
        await database.query("insert into jobs (kind, key, due_at) values ('stop', 'x', $1)", [NOW]);
      });

      afterAll(() => setFailures(0));

      test('takes one probe and everything else, or everything else alone', async () => {
        await setFailures(5);
        expect((await claimKinds(1)).toSorted()).toEqual(['deliver', 'stop']);
        expect(await claimKinds(0)).toEqual([]);
      });

      test('takes everything below five failures in a row', async () => {
        await setFailures(4);
        expect((await claimKinds(0)).toSorted()).toEqual(['deliver', 'deliver', 'deliver', 'stop']);
      });
    });

    describe('listTasks', () => {
      test('pages from the newest on and filters', async () => {
        for (let index = 1; index <= 5; index++) {
          await claimStart(
            database,
            createClaim({ TaskId: `t${index}`, ChannelId: index === 3 ? 'other' : 'channel' }),
          );
        }
        const filter = { AppId: 'app', State: undefined, ChannelId: undefined, after: undefined, limit: 2 };
        const page1 = await listTasks(database, filter);
        const page2 = await listTasks(database, { ...filter, after: page1.at(-1)?.seq });
        expect([...page1, ...page2].map((task) => task.TaskId)).toEqual(['t5', 't4', 't3', 't2']);
        expect(await listTasks(database, { ...filter, ChannelId: 'other' })).toMatchObject([{ TaskId: 't3' }]);
        expect(await listTasks(database, { ...filter, State: 'recording' })).toEqual([]);
        expect(await listTasks(database, { ...filter, AppId: 'nobody' })).toEqual([]);
      });

      test('counts the files of each task', async () => {
        await database.query(
          `insert into files (id, app_id, task_id, channel_id, url, start_time, stop_time, source)
select 'file_' || i, 'app', case when i < 3 then 't1' else 't2' end, 'c', 'http://h/' || i, now(), now(), 'callback'
from generate_series(1, 3) as i`,
          [],
        );
        for (const TaskId of ['t0', 't1', 't2']) await claimStart(database, createClaim({ TaskId }));
        const filter = { AppId: 'app', State: undefined, ChannelId: undefined, after: undefined, limit: 3 };
        const counts = (await listTasks(database, filter)).map(({ TaskId, fileCount }) => [TaskId, fileCount]);
        expect(counts).toEqual([
          ['t2', 1],
          ['t1', 2],
          ['t0', 0],
        ]);
      });
    });

    describe('pruneTasks', () => {
      test('forgets ended tasks with files and events, and nothing that is still under way', async () => {
        await startTask();
        await ingestFile(database, createFile());
        await claimStop(database, { AppId: 'app', TaskId: 'task', run: undefined, now: NOW });
        await finishStop(database, stopped());
        const later = new Date(Date.now() + 60_000);
        // Its webhooks are not delivered yet.
        expect(await pruneTasks(database, later)).toBe(0);
        await database.query("update events set delivery = 'delivered'", []);
        expect(await pruneTasks(database, new Date(0))).toBe(0);
        await startTask({ TaskId: 'running' });
        expect(await pruneTasks(database, later)).toBe(1);
        expect(await readTask(database, 'app', 'task')).toBeUndefined();
        expect(await readFiles(database, 'app', 'task')).toEqual([]);
        expect(await readEvents(database, 'app', 'task')).toEqual([]);
        expect(await readTask(database, 'app', 'running')).toBeDefined();
      });

      test('forgets external tasks, and afterwards dead letters and events without a task', async () => {
        const later = new Date(Date.now() + 60_000);
        await ingestFile(database, createFile());
        await storeDeadLetter(database, {
          AppId: 'app',
          source: 'mns',
          reason: 'MalformedBody',
          body: Buffer.from('x'),
        });
        await database.query("update events set delivery = 'delivered'", []);
        expect(await pruneTasks(database, new Date(0))).toBe(0);
        await database.query(
          "insert into events (id, type, app_id, task_id, body, delivery) values ('orphan', 't', 'app', 'nobody', '{}', 'none')",
          [],
        );
        expect(await pruneTasks(database, later)).toBe(1);
        expect(await readTask(database, 'app', 'task')).toBeUndefined();
        expect(await pruneLeftovers(database, new Date(0))).toBe(0);
        expect(await pruneLeftovers(database, later)).toBe(1);
        const left = await database.query('select id from events union all select id from dead_letters', []);
        expect(left).toEqual([]);
      });
    });
  });
});
