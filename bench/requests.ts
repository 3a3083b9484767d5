/**
 * What the sections send: each request is a task, or a file, that was never seen before.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';

/** A start, as JSON of the REST interface has it. */
export function createStart() {
  return { ChannelId: 'channel', TaskId: randomUUID(), TemplateId: '76dasgb****', MixMode: 1 };
}

/** A FileCreated of half an hour, as its sender posts it. */
export function createFileCreated(AppId: string): string {
  const TaskId = randomUUID();
  return JSON.stringify({
    ...{ AppId, ChannelId: 'channel', TaskId, Event: 'FileCreated', MsgId: randomUUID(), Duration: 1800 },
    ...{ StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z' },
    Url: `http://bucket.oss-cn-shanghai.aliyuncs.com/${TaskId}.m3u8`,
  });
}
