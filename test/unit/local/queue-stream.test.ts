import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readQueueMessage } from '../../../functions/callback/queue-message.ts';
import type { QueueMessage } from '../../../local/emulator/announcer.ts';
import { type QueueStream, type QueueStreamOptions, startQueueStream } from '../../../local/queue-stream.ts';
import { parseFunctionEvent } from '../../../shared/fc.ts';

const readFixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/fc-events/${name}.json`, import.meta.url), 'utf8'));

function createMessage(TaskId: string): QueueMessage {
  return {
    QueueName: 'zeus',
    MessageId: 'C6DB60D1574661357FA227277445',
    MessageBody: {
      AppId: 'yourAppId',
      ChannelId: 'c',
      TaskId,
      Event: 'FileCreated',
      MsgId: 'm',
      Duration: 1800,
      StartTime: '2020-09-02T10:23:54Z',
      StopTime: '2020-09-02T10:53:54Z',
      Url: 'http://rtc-record.oss-cn-shanghai.aliyuncs.com/x.m3u8',
    },
  };
}

let events: object[] = [];
/** What the next invocations come to; then they succeed. */
let outcomes: ('taken' | 'failed')[] = [];
/** Pauses between tries, milliseconds; they take no time here. */
let pauses: number[] = [];
let stream: QueueStream;

function start(options: Partial<QueueStreamOptions> = {}): void {
  [events, pauses] = [[], []];
  stream = startQueueStream({
    shape: 'list',
    body: 'plain',
    accountId: '164901546557****',
    region: 'cn-hangzhou',
    invoke: async (event) => {
      events.push(event);
      return outcomes.shift() ?? 'taken';
    },
    pause: async (pauseMs) => {
      pauses.push(pauseMs);
    },
    ...options,
  });
}

beforeEach(() => {
  outcomes = [];
});

afterEach(() => stream.close());

/** The TaskIds of each invocation, as the callback function reads its event. */
function readTaskIds(): string[][] {
  return events.map((event) => {
    const parsed = parseFunctionEvent(Buffer.from(JSON.stringify(event)));
    if (parsed.kind !== 'messages') throw new Error(`The function takes it for ${parsed.kind}.`);
    return parsed.messages.map((message) => JSON.parse(Buffer.from(readQueueMessage(message)).toString()).TaskId);
  });
}

async function waitForEvents(count: number): Promise<void> {
  await vi.waitFor(() => expect(events).toHaveLength(count));
}

describe('startQueueStream', () => {
  it.each(['plain', 'base64'] as const)('pushes lists of %s messages, shaped as the sample', async (body) => {
    start({ body });
    stream.send(createMessage('a'));
    await waitForEvents(1);
    const [sample] = readFixture('mns-queue-eventstreaming');
    const [[event]] = JSON.parse(JSON.stringify(events));
    expect(Object.keys(event)).toEqual(Object.keys(sample));
    expect(Object.keys(event.data)).toEqual(Object.keys(sample.data));
    expect(event).toMatchObject({ type: sample.type, subject: sample.subject, source: sample.source });
    expect(event.data.messageBody.startsWith('{')).toBe(body === 'plain');
    expect(readTaskIds()).toEqual([['a']]);
  });

  it('pushes single messages, shaped as the sample', async () => {
    start({ shape: 'single' });
    stream.send(createMessage('a'));
    stream.send(createMessage('b'));
    await waitForEvents(2);
    expect(Object.keys(events[0] ?? {})).toEqual(Object.keys(readFixture('mns-queue-eventdriven')));
    expect(readTaskIds()).toEqual([['a'], ['b']]);
  });

  it('pushes up to ten together, in order, one batch after the other', async () => {
    start();
    const TaskIds = Array.from({ length: 12 }, (_, index) => `t${index}`);
    for (const TaskId of TaskIds) stream.send(createMessage(TaskId));
    await waitForEvents(2);
    expect(readTaskIds()).toEqual([TaskIds.slice(0, 10), TaskIds.slice(10)]);
  });

  it('repeats a batch after 1, 2, 4 … s, and holds the others back', async () => {
    outcomes = ['failed', 'failed', 'failed'];
    start({
      pause: async (pauseMs) => {
        if (pauses.length === 0) stream.send(createMessage('b'));
        pauses.push(pauseMs);
      },
    });
    stream.send(createMessage('a'));
    await waitForEvents(5);
    expect(readTaskIds()).toEqual([['a'], ['a'], ['a'], ['a'], ['b']]);
    expect(pauses).toEqual([1000, 2000, 4000]);
  });

  it('pauses 512 s at most, and gives a batch up after 176 tries to go on', async () => {
    outcomes = Array.from({ length: 176 }, () => 'failed');
    start({ shape: 'single' });
    stream.send(createMessage('a'));
    stream.send(createMessage('b'));
    await waitForEvents(177);
    expect(stream.deadLetters()).toEqual([createMessage('a')]);
    expect(readTaskIds().at(-1)).toEqual(['b']);
    expect(pauses).toHaveLength(175);
    expect(Math.max(...pauses)).toBe(512_000);
  });

  it('ends between two tries, without a dead letter', async () => {
    outcomes = ['failed', 'failed'];
    let paused = () => {};
    const pausing = new Promise<void>((resolve) => {
      paused = resolve;
    });
    start({
      pause: async (_, signal) => {
        paused();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    stream.send(createMessage('a'));
    await pausing;
    await stream.close();
    expect(events).toHaveLength(1);
    expect(stream.deadLetters()).toEqual([]);
  });

  it('really waits where nothing else is said', async () => {
    outcomes = ['failed'];
    start();
    const startedAtMs = performance.now();
    const real = startQueueStream({
      shape: 'list',
      body: 'plain',
      accountId: '1',
      region: 'cn-hangzhou',
      invoke: async (event) => {
        events.push(event);
        return outcomes.shift() ?? 'taken';
      },
    });
    real.send(createMessage('a'));
    await vi.waitFor(() => expect(events).toHaveLength(2), { timeout: 5000 });
    expect(performance.now() - startedAtMs).toBeGreaterThan(990);
    await real.close();
  });
});
