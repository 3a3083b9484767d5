import { describe, expect, it } from 'vitest';
import { reviewForm } from '../../../functions/start/console/findings.ts';
import { applyTemplate, START_TEMPLATES } from '../../../functions/start/console/start-templates.ts';
import { explainStartRecordTask } from '../../../shared/record-task/explain.ts';

const { empty: _empty, ...FILLED } = START_TEMPLATES;

describe('START_TEMPLATES', () => {
  it.each(Object.entries(FILLED))('%s has no fault and no warning', (_name, values) => {
    expect(reviewForm('start', values).findings).toEqual([]);
  });

  it.each(Object.entries(FILLED))('%s pays for no more than it needs', (name, values) => {
    const { sound } = reviewForm('start', values);
    const { TaskProfile, CheapestSufficient } = explainStartRecordTask({ value: undefined, sound }).Billing;
    expect(CheapestSufficient).toBe(TaskProfile);
    expect(TaskProfile === null).toBe(name === 'sample');
  });

  it("has the vendor's sample: StartRecordTask, request example", () => {
    expect(START_TEMPLATES.sample).toEqual({
      ...{ AppId: 'yourAppId', ChannelId: 'yourChannelId', TaskId: 'yourTaskId', TemplateId: '76dasgb****' },
    });
  });
});

describe('applyTemplate', () => {
  const before = { AppId: 'mine', TaskId: 't-1', TemplateId: 'tpl', ChannelId: 'c', MixMode: 0 };

  it('keeps the ids that the template does not have, and nothing else', () => {
    expect(applyTemplate('sound', before)).toEqual({
      AppId: 'mine',
      TaskId: 't-1',
      TemplateId: 'tpl',
      ...START_TEMPLATES.sound,
    });
    expect(applyTemplate('sample', before)).toEqual(START_TEMPLATES.sample);
  });

  it('empties the form', () => {
    expect(applyTemplate('empty', before)).toEqual({});
  });
});
