import { beforeEach, describe, expect, test } from 'vitest';
import { ingestMessage, ingestRecordFiles } from '../../shared/ingest.ts';
import { readEvents, readFiles, readTask } from '../../shared/store/read.ts';
import { claimStart } from '../../shared/store/start.ts';
import { DATABASE_KINDS, useMigratedDatabase } from '../support/database.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

/** As in the sample of DescribeRecordFiles. */
const createItem = (changes: object = {}) => ({
  AppId: 'app',
  ChannelId: 'channel',
  TaskId: 'task',
  CreateTime: '2026-11-22T09:30:06Z',
  StartTime: '2026-11-22T09:00:00Z',
  StopTime: '2026-11-22T09:30:00Z',
  Duration: 1799.95,
  Url: 'http://bucket.oss-cn-shanghai.aliyuncs.com/a.mp4',
  ...changes,
});

describe.each(DATABASE_KINDS)('ingestRecordFiles on the %s database', (kind) => {
  const database = useMigratedDatabase(kind);
  const dependencies = { database, webhook: { url: 'http://app/', secrets: [] }, now: () => NOW, ossHosts: [] };

  beforeEach(async () => {
    for (const table of ['files', 'events', 'tasks']) await database.query(`delete from ${table}`, []);
    await database.query(`delete from jobs where kind <> 'prune'`, []);
  });

  const countDeliveries = async () => {
    const rows = await database.query<{ count: number }>(
      `select count(*)::int as count from jobs where kind = 'deliver' and leased_until is null and due_at <= $1`,
      [NOW],
    );
    return rows[0]?.count;
  };

  test('adopts the files of a task never seen, each with an event that is due', async () => {
    const items = [createItem(), createItem({ Url: 'http://bucket.oss-cn-shanghai.aliyuncs.com/b.mp4' })];
    const { created, unusableCount } = await ingestRecordFiles(dependencies, items);
    expect(created.map(({ Url }) => Url)).toEqual(items.map(({ Url }) => Url));
    expect(unusableCount).toBe(0);
    expect(await readTask(database, 'app', 'task')).toMatchObject({ state: 'external', ChannelId: 'channel' });
    expect(await readFiles(database, 'app', 'task')).toMatchObject([
      { source: 'reconciled', durationSeconds: 1799.95, msgId: null },
      { source: 'reconciled' },
    ]);
    expect(await readEvents(database, 'app', 'task')).toMatchObject([
      { type: 'record_file.created', delivery: 'pending' },
      { type: 'record_file.created' },
    ]);
    expect(await countDeliveries()).toBe(2);
  });

  test('changes nothing the second time, nor for a file listed twice', async () => {
    await ingestRecordFiles(dependencies, [createItem(), createItem()]);
    const { created } = await ingestRecordFiles(dependencies, [createItem()]);
    expect(created).toEqual([]);
    expect(await readFiles(database, 'app', 'task')).toHaveLength(1);
    expect(await readEvents(database, 'app', 'task')).toHaveLength(1);
  });

  test('leaves a file that was announced as it is, and adds the duration it lacked', async () => {
    const { CreateTime: _created, Duration: _duration, ...announced } = createItem();
    const body = Buffer.from(JSON.stringify({ ...announced, Event: 'FileCreated', MsgId: 'm' }));
    await ingestMessage(dependencies, { body, source: 'http', AppId: 'app' });
    expect((await ingestRecordFiles(dependencies, [createItem()])).created).toEqual([]);
    expect(await readFiles(database, 'app', 'task')).toMatchObject([
      { source: 'callback', msgId: 'm', durationSeconds: 1799.95 },
    ]);
    expect(await readEvents(database, 'app', 'task')).toHaveLength(1);
  });

  test('merges the announcement that comes after all', async () => {
    await ingestRecordFiles(dependencies, [createItem()]);
    const { CreateTime: _created, ...announced } = createItem();
    const body = Buffer.from(JSON.stringify({ ...announced, Event: 'FileCreated', MsgId: 'late' }));
    expect(await ingestMessage(dependencies, { body, source: 'http', AppId: 'app' })).toMatchObject({
      outcome: 'known',
    });
    expect(await readFiles(database, 'app', 'task')).toMatchObject([{ source: 'reconciled', msgId: 'late' }]);
    expect(await readEvents(database, 'app', 'task')).toHaveLength(1);
  });

  test('keeps the state of a task of ours', async () => {
    await claimStart(database, {
      AppId: 'app',
      TaskId: 'task',
      ChannelId: 'channel',
      parameters: {},
      request: {},
      stopAt: undefined,
      leaseId: '11111111-2222-4333-8444-555555555555',
      now: NOW,
    });
    await ingestRecordFiles(dependencies, [createItem()]);
    expect(await readTask(database, 'app', 'task')).toMatchObject({ state: 'starting', lastFileAt: expect.any(Date) });
  });

  test('counts what is no usable file and takes the others in', async () => {
    const items = [null, 'x', createItem({ Url: 'ftp://x/' }), createItem({ StartTime: 'noon' }), createItem()];
    expect(await ingestRecordFiles(dependencies, items)).toMatchObject({
      created: [{ TaskId: 'task' }],
      unusableCount: 4,
    });
    expect(await ingestRecordFiles(dependencies, [])).toEqual({ created: [], unusableCount: 0 });
  });

  test('only makes the timeline where no webhook is configured', async () => {
    await ingestRecordFiles({ ...dependencies, webhook: undefined }, [createItem()]);
    expect(await readEvents(database, 'app', 'task')).toMatchObject([{ delivery: 'none' }]);
    expect(await countDeliveries()).toBe(0);
  });
});
