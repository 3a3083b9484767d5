import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createComponents, listOperations } from '../../functions/start/operations.ts';
import { LAYOUT_PREVIEWS } from '../support/layout-previews.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const COMPONENTS = createComponents();
const OPERATIONS = listOperations();

const TASK = '/record-tasks/documented';
const SCHEDULE = '/schedules/documented';

describe('the OpenAPI document', () => {
  let stack: TestStack;
  const seen = new Set<string>();

  beforeAll(async () => {
    // A file of half an hour is there after a second.
    stack = await startTestStack({ timeScale: 1_800 });
  });

  afterAll(() => stack.close());

  /** Calls a route and holds its answer to the document: the status, every member, and no member besides. */
  async function call(operationId: string, path: string, body?: object, headers?: Readonly<Record<string, string>>) {
    const operation = OPERATIONS.find((candidate) => candidate.operationId === operationId);
    if (operation === undefined) throw new Error(`${operationId} is not described.`);
    const answer = await stack.call(operation.method.toUpperCase(), path, body, headers);
    const names = operation.answers[answer.status]?.json ?? (answer.status >= 400 ? ['ErrorAnswer' as const] : []);
    const readings = names.map((name) => v.safeParse(COMPONENTS[name], answer.body));
    // What a schema does not know, it leaves out of what it returns.
    const described = readings.filter(({ success }) => success).map(({ output }) => output);
    expect([operationId, answer.status, described]).toEqual([
      operationId,
      answer.status,
      expect.arrayContaining([answer.body]),
    ]);
    seen.add(operationId);
    return answer;
  }

  test('describes the answers about tasks', async () => {
    const request = { ChannelId: 'channel', TaskId: 'documented', TemplateId: '76dasgb****' };
    const full = {
      ...request,
      MediaEncode: 20,
      LayoutIds: [1, 2, 6],
      UserPanes: [{ Texts: [{ Text: 't', FontColor: 9 }] }],
    };
    expect((await call('startRecordTask', '/record-tasks?dryRun=true', full)).status).toBe(200);
    expect((await call('startRecordTask', '/record-tasks?dryRun=true', { MediaEncode: 21 })).status).toBe(400);
    expect((await call('startRecordTask', '/record-tasks', { MediaEncode: 21 })).status).toBe(400);
    expect((await call('startRecordTask', '/record-tasks', full)).status).toBe(201);
    expect((await call('startRecordTask', '/record-tasks', full)).status).toBe(200);
    expect((await call('startRecordTask', '/record-tasks', { ...full, ChannelId: 'other' })).status).toBe(409);
    expect((await call('updateRecordTask', TASK, { SubSpecUsers: ['u'] })).status).toBe(200);
    await waitFor(async () => {
      const { body } = await call('getRecordTask', TASK);
      return Array.isArray(body.Files) && body.Files.length > 0 ? body : undefined;
    });
    const json = { accept: 'application/json' };
    expect((await call('getFileLink', `${TASK}/files/1`, undefined, json)).status).toBe(200);
    expect((await call('getFileLink', `${TASK}/files/0`, undefined, json)).status).toBe(404);
    expect((await call('stopRecordTask', TASK)).status).toBe(200);
    expect((await call('getRecordTask', '/record-tasks/unknown')).status).toBe(404);
    expect((await call('listRecordTasks', '/record-tasks?Limit=1')).status).toBe(200);
    expect((await call('listRecordTasks', '/record-tasks?Limit=0')).status).toBe(400);
  });

  test('describes the answers about events', async () => {
    const { body } = await call('listEvents', '/events');
    const [event] = v.parse(v.object({ Events: v.array(v.object({ EventId: v.string() })) }), body).Events;
    expect((await call('redeliverEvent', `/events/${event?.EventId}/redeliver`, {})).status).toBe(200);
    expect((await call('redeliverEvent', '/events/unknown/redeliver', {})).status).toBe(404);
  });

  test('describes the answers about dead letters', async () => {
    expect((await fetch(stack.callbackUrl, { method: 'POST', body: 'not JSON' })).status).toBe(200);
    const { body } = await call('listDeadLetters', '/dead-letters');
    const Letters = v.object({ DeadLetters: v.array(v.object({ DeadLetterId: v.string() })) });
    const [letter] = v.parse(Letters, body).DeadLetters;
    expect((await call('getDeadLetter', `/dead-letters/${letter?.DeadLetterId}`)).status).toBe(200);
    expect((await call('getDeadLetter', '/dead-letters/unknown')).status).toBe(404);
  });

  test('describes the answers about schedules', async () => {
    const request = {
      ...{ ScheduleId: 'documented', Cron: '0 9 * * 1-5', TimeZone: 'Asia/Shanghai', DurationSeconds: 2_700 },
      Parameters: { ChannelId: 'channel', TemplateId: '76dasgb****' },
    };
    expect((await call('createSchedule', '/schedules', request)).status).toBe(201);
    expect((await call('createSchedule', '/schedules', request)).status).toBe(200);
    expect((await call('createSchedule', '/schedules', { ...request, Cron: 'x' })).status).toBe(400);
    expect((await call('updateSchedule', SCHEDULE, { Until: '2099-01-01T00:00:00Z' })).status).toBe(200);
    expect((await call('getSchedule', SCHEDULE)).status).toBe(200);
    expect((await call('listSchedules', '/schedules')).status).toBe(200);
    expect((await call('deleteSchedule', SCHEDULE)).status).toBe(200);
    expect((await call('deleteSchedule', SCHEDULE)).status).toBe(404);
  });

  test.each(Object.entries(LAYOUT_PREVIEWS))('describes the geometry of %s', async (_, request) => {
    const { status } = await call('previewLayout', '/layout-previews', request, { accept: 'application/json' });
    expect(status).toBe(200);
  });

  test('describes liveness', async () => {
    expect((await call('getHealth', '/healthz')).status).toBe(200);
  });

  test('has been held against every route but its own and those of the console', () => {
    expect([...seen, 'getOpenApi', 'getConsole', 'getConsoleFile'].toSorted()).toEqual(
      OPERATIONS.map(({ operationId }) => operationId).toSorted(),
    );
  });
});
