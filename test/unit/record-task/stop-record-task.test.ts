import { describe, expect, it } from 'vitest';
import { checkStopRecordTask } from '../../../shared/record-task/stop-record-task.ts';

function listPlaces(input: unknown) {
  const checked = checkStopRecordTask(input);
  return checked.ok ? [] : checked.issues.map(({ Path, Rule }) => `${Path} ${Rule}`);
}

describe('checkStopRecordTask', () => {
  it('accepts the ids of application and task', () => {
    const request = { AppId: 'app', TaskId: 'task-005' };
    expect(checkStopRecordTask(request)).toEqual({ ok: true, value: request });
  });

  it('requires both', () => {
    expect(listPlaces({})).toEqual(['AppId required', 'TaskId required']);
    expect(listPlaces({ AppId: 'app', TaskId: 'x'.repeat(56) })).toEqual(['TaskId length']);
  });

  it('knows nothing else', () => {
    expect(listPlaces({ AppId: 'app', TaskId: 'task', ChannelId: 'channel', TemplateId: 't' })).toEqual([
      'ChannelId unknown',
      'TemplateId unknown',
    ]);
  });
});
