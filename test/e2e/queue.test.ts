import { afterEach, describe, expect, test } from 'vitest';
import type { InvocationRecord } from '../../local/function-host.ts';
import type { LocalStackOptions } from '../../local/stack.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

/** One file, at the end. */
const ONE_FILE = { FileSplitInterval: 864_000, DelayStopTime: 0 };

let stack: TestStack;

afterEach(() => stack.close());

async function start(options: Partial<LocalStackOptions> = {}): Promise<void> {
  stack = await startTestStack({ fileCreatedBy: 'queue', timeScale: 1000, template: ONE_FILE, ...options });
}

async function recordOneFile(TaskId: string): Promise<void> {
  expect((await stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId, TemplateId: 't' })).status).toBe(201);
  expect((await stack.call('DELETE', `/record-tasks/${TaskId}`)).status).toBe(200);
}

const fileEvents = () => stack.app.events().filter(({ type }) => type === 'record_file.created');

describe('FileCreated through a queue', () => {
  test.each([
    { shape: 'list', body: 'plain' },
    { shape: 'list', body: 'base64' },
    { shape: 'single', body: 'base64' },
  ] as const)('reaches the app: $shape, $body', async (queueEvents) => {
    await start({ queueEvents });
    await recordOneFile('a');
    await waitFor(() => fileEvents()[0]);
    expect(fileEvents()).toMatchObject([{ data: { TaskId: 'a', Source: 'callback' } }]);
    expect(stack.rtc.queueMessages()).toMatchObject([{ MessageBody: { TaskId: 'a', Event: 'FileCreated' } }]);
    expect(stack.rtc.callbacks()).toEqual([]);
  });

  test('is repeated until the function can store it', async () => {
    const records: InvocationRecord[] = [];
    // One instance of the start function, which has seen the schema before it goes away.
    await start({ maxInstances: 1, onInvocation: (record) => records.push(record) });
    const outcomes = () => records.filter(({ trigger }) => trigger === 'event').map(({ outcome }) => outcome);
    expect((await stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId: 'a', TemplateId: 't' })).status).toBe(
      201,
    );
    const before = outcomes().length;
    await stack.database.query('alter table schema_migrations rename to schema_migrations_away', []);
    expect((await stack.call('DELETE', '/record-tasks/a')).status).toBe(200);
    await waitFor(() => outcomes()[before]);
    expect(outcomes().slice(before)).toEqual(['failed']);
    expect(fileEvents()).toEqual([]);
    await stack.database.query('alter table schema_migrations_away rename to schema_migrations', []);
    await waitFor(() => fileEvents()[0]);
    // The webhook arrives before the invocation has ended.
    await waitFor(() => outcomes()[before + 1]);
    expect(outcomes().slice(before)).toEqual(['failed', 'returned']);
    expect(stack.queue.deadLetters()).toEqual([]);
  });

  test('twice is stored once', async () => {
    await start();
    stack.rtc.setFaults({ callbacks: [{ count: 1, fault: { kind: 'duplicate', MsgId: 'new' } }] });
    await recordOneFile('a');
    await recordOneFile('b');
    await waitFor(() => (fileEvents().length === 2 ? true : undefined));
    expect(stack.rtc.queueMessages()).toHaveLength(3);
  });
});
