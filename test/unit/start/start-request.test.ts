import { describe, expect, test } from 'vitest';
import {
  createIdempotentTaskId,
  draftStartRequest,
  readStartRequest,
  type StartRequestContext,
} from '../../../functions/start/start-request.ts';
import { RecorderError } from '../../../shared/errors.ts';

const NOW = new Date('2026-11-22T10:00:00Z');

function createContext(changes: Partial<StartRequestContext> = {}): StartRequestContext {
  return {
    config: { appIds: ['app1', 'app2'], templateId: 'template1', maxDurationSeconds: 86_400 },
    idempotencyKey: undefined,
    createId: () => '11111111-2222-4333-8444-555555555555',
    now: NOW,
    ...changes,
  };
}

function readFault(body: unknown, context = createContext()): RecorderError {
  try {
    readStartRequest(body, context);
  } catch (error) {
    if (error instanceof RecorderError) return error;
    throw error;
  }
  throw new Error('The request was accepted.');
}

describe('readStartRequest', () => {
  test('fills in AppId, TaskId and TemplateId for RTC, not for the comparison', () => {
    const { request, parameters } = readStartRequest({ ChannelId: 'c' }, createContext());
    expect(request).toEqual({
      AppId: 'app1',
      ChannelId: 'c',
      TaskId: 'task-11111111-2222-4333-8444-555555555555',
      TemplateId: 'template1',
    });
    expect(parameters).toEqual({ ChannelId: 'c' });
  });

  test('keeps what the caller sent', () => {
    const body = { AppId: 'app2', ChannelId: 'c', TaskId: 't', TemplateId: '76dasgb****', MixMode: 1 };
    const { request, parameters } = readStartRequest(body, createContext());
    expect(request).toEqual(body);
    expect(parameters).toEqual({ ChannelId: 'c', TemplateId: '76dasgb****', MixMode: 1 });
  });

  test('derives the TaskId from the idempotency key and the AppId', () => {
    const first = readStartRequest({ ChannelId: 'c' }, createContext({ idempotencyKey: 'key' }));
    const again = readStartRequest(
      { ChannelId: 'c' },
      createContext({ idempotencyKey: 'key', createId: () => 'other' }),
    );
    const otherApp = readStartRequest({ AppId: 'app2', ChannelId: 'c' }, createContext({ idempotencyKey: 'key' }));
    expect(first.request.TaskId).toMatch(/^idem-[A-Za-z0-9_-]{43}$/);
    expect(again.request.TaskId).toBe(first.request.TaskId);
    expect(otherApp.request.TaskId).not.toBe(first.request.TaskId);
  });

  test('ends after the configured duration unless the request says otherwise', () => {
    const end = (body: object) => readStartRequest({ ChannelId: 'c', ...body }, createContext()).stopAt.toISOString();
    expect(end({})).toBe('2026-11-23T10:00:00.000Z');
    expect(end({ MaxDurationSeconds: 1800 })).toBe('2026-11-22T10:30:00.000Z');
    expect(end({ StopAt: '2026-11-22T12:00:00Z' })).toBe('2026-11-22T12:00:00.000Z');
  });

  test.each([
    [{ StopAt: '2026-11-22T09:59:59Z' }, 'StopAt', 'range'],
    [{ StopAt: '2028-11-22T09:59:59Z' }, 'StopAt', 'range'],
    [{ StopAt: '2026-11-22 12:00' }, 'StopAt', 'format'],
    [{ StopAt: '2026-13-22T12:00:00Z' }, 'StopAt', 'format'],
    [{ StopAt: 1 }, 'StopAt', 'format'],
    [{ MaxDurationSeconds: 0 }, 'MaxDurationSeconds', 'range'],
    [{ MaxDurationSeconds: 1.5 }, 'MaxDurationSeconds', 'range'],
    [{ MaxDurationSeconds: '60' }, 'MaxDurationSeconds', 'type'],
    [{ MaxDurationSeconds: 60, StopAt: '2026-11-22T12:00:00Z' }, 'StopAt', 'format'],
    [{ StopAt: '2027-02-30T00:00:00Z' }, 'StopAt', 'format'],
    [{ AppId: 'app3' }, 'AppId', 'enum'],
  ])('refuses %j', (body, Path, Rule) => {
    const error = readFault({ ChannelId: 'c', ...body });
    expect(error.status).toBe(400);
    expect(error.issues).toHaveLength(1);
    expect(error.issues[0]).toMatchObject({ Path, Rule });
  });

  test('names every fault at once, its own and the model’s', () => {
    const error = readFault({ AppId: 'app3', TaskId: 'a b', MediaEncode: 21, StopAt: 'soon', Nonsense: 1 });
    expect(error.issues.map((issue) => issue.Path).toSorted()).toEqual(
      ['AppId', 'ChannelId', 'MediaEncode', 'Nonsense', 'StopAt', 'TaskId'].toSorted(),
    );
    expect(error.code).toBe('InvalidAppId');
  });

  test('demands a TemplateId where none is configured', () => {
    const config = { ...createContext().config, templateId: undefined };
    const error = readFault({ ChannelId: 'c' }, createContext({ config }));
    expect(error.code).toBe('MissingTemplateId');
  });

  test('names broken rules along with faulty values', () => {
    const error = readFault({ TaskId: 'a b', ChannelId: 'c', LayoutIds: [2, 3], UserPane: [] });
    expect(error.issues.map(({ Path, Rule }) => `${Path} ${Rule}`)).toEqual([
      ...['TaskId pattern', 'LayoutIds[1] SamePaneCount', 'UserPane unknown'],
    ]);
    expect(readFault({ ChannelId: 'c', LayoutIds: [2, 3] }).code).toBe('InvalidLayoutID.Malformed');
  });

  test('comes with warnings, or is refused for them', () => {
    const body = { ChannelId: 'c', StreamType: 0 };
    expect(readStartRequest(body, createContext()).warnings).toMatchObject([{ Rule: 'NoEffectInMixedMode' }]);
    const error = readFault(body, createContext({ onWarning: 'refuse' }));
    expect(error).toMatchObject({ code: 'InvalidStreamType', status: 400, issues: [{ Rule: 'NoEffectInMixedMode' }] });
    expect(readStartRequest({ ChannelId: 'c' }, createContext({ onWarning: 'refuse' })).warnings).toEqual([]);
  });

  test.each([null, [], 'text', 1, true])('refuses a body that is no object: %j', (body) => {
    expect(readFault(body)).toMatchObject({ code: 'MalformedRequest', status: 400 });
  });
});

describe('draftStartRequest', () => {
  const listDefaults = (body: object, changes: Partial<StartRequestContext> = {}) =>
    draftStartRequest(body, createContext(changes)).defaults.map(({ Path, From }) => `${Path} ${From}`);

  test('says what it fills in, and from where', () => {
    expect(listDefaults({})).toEqual([
      ...['AppId APP_IDS', 'TaskId generated', 'TemplateId TEMPLATE_ID', 'MaxDurationSeconds MAX_DURATION_SECONDS'],
    ]);
    expect(listDefaults({ AppId: 'app1', TemplateId: 't', StopAt: 'x' }, { idempotencyKey: 'key' })).toEqual([
      'TaskId Idempotency-Key',
    ]);
    expect(listDefaults({ AppId: 'app1', TemplateId: 't', TaskId: 'x', MaxDurationSeconds: 1 })).toEqual([]);
  });

  test('returns every fault instead of throwing', () => {
    const draft = draftStartRequest({ ChannelId: 'c d', StopAt: 'soon', LayoutIds: [2, 3] }, createContext());
    expect(draft.issues.map(({ Path }) => Path)).toEqual(['ChannelId', 'LayoutIds[1]', 'StopAt']);
    expect(draftStartRequest(null, createContext())).toMatchObject({ issues: [{ Rule: 'type' }], warnings: [] });
  });
});

describe('createIdempotentTaskId', () => {
  test('tells AppId and key apart', () => {
    expect(createIdempotentTaskId('ab', 'c')).not.toBe(createIdempotentTaskId('a', 'bc'));
  });

  test('fits the vendor’s 55 characters for any key', () => {
    expect(createIdempotentTaskId('app', 'k'.repeat(255))).toHaveLength(48);
  });
});
