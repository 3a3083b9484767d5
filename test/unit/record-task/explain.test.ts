import { describe, expect, it } from 'vitest';
import { explainStartRecordTask } from '../../../shared/record-task/explain.ts';
import { reviewStartRecordTask } from '../../../shared/record-task/review.ts';
import { SYSTEM_LAYOUTS } from '../../../shared/record-task/system-layouts.ts';

const IDS = { AppId: 'app', ChannelId: 'channel', TaskId: 'task', TemplateId: '76dasgb****' };

function explain(parameters: object, context: Parameters<typeof explainStartRecordTask>[1] = {}) {
  return explainStartRecordTask(reviewStartRecordTask({ ...IDS, ...parameters }), context);
}

describe('explainStartRecordTask', () => {
  it('gives the parameters in the page’s order', () => {
    const { Parameters } = explain({ CropMode: 1, MediaEncode: 20, TaskProfile: '4IN_720P' });
    expect(Object.entries(Parameters)).toEqual([
      ...Object.entries(IDS),
      ['TaskProfile', '4IN_720P'],
      ['MediaEncode', 20],
      ['CropMode', 1],
    ]);
  });

  it('gives the RPC parameters in order, and their size as the official clients send them', () => {
    const { Call } = explain({ UserPanes: [{ PaneId: 0, Texts: [{ Text: '第1课 (a)*' }] }] });
    expect(Call).toEqual({
      Action: 'StartRecordTask',
      Parameters: [
        { Name: 'AppId', Value: 'app' },
        { Name: 'ChannelId', Value: 'channel' },
        { Name: 'TaskId', Value: 'task' },
        { Name: 'TemplateId', Value: '76dasgb****' },
        { Name: 'UserPanes.1.PaneId', Value: '0' },
        { Name: 'UserPanes.1.Texts.1.Text', Value: '第1课 (a)*' },
      ],
      QueryBytes:
        'AppId=app&ChannelId=channel&TaskId=task&TemplateId=76dasgb****&UserPanes.1.PaneId=0&UserPanes.1.Texts.1.Text=%E7%AC%AC1%E8%AF%BE%20(a)*'
          .length,
      MaxQueryBytes: 4096,
      SentAs: 'query',
    });
  });

  it.each([
    [4096, 'query'],
    [4097, 'form'],
  ])('says that %i bytes travel as a %s', (QueryBytes, SentAs) => {
    const names = ['1', '2', '3', '4', '5'].map((index) => `&UserPanes.1.Texts.${index}.Text=`);
    const taken = `AppId=app&ChannelId=channel&TaskId=task&TemplateId=76dasgb****${names.join('')}`.length;
    const lengths = [1024, 1024, 1024, 500];
    const last = QueryBytes - taken - lengths.reduce((sum, length) => sum + length, 0);
    const Texts = [...lengths, last].map((length) => ({ Text: 'a'.repeat(length) }));
    expect(explain({ UserPanes: [{ Texts }] }).Call).toMatchObject({ QueryBytes, SentAs });
  });

  it('has no call while a value is faulty, and explains what is left', () => {
    const { Call, Parameters, Output } = explain({ TaskId: 'a b', MediaEncode: 20 });
    expect(Call).toBeNull();
    expect(Parameters).toEqual({ AppId: 'app', ChannelId: 'channel', TemplateId: '76dasgb****', MediaEncode: 20 });
    expect(Output).toMatchObject({ Width: 1280, Height: 720 });
  });

  it('has a call although a rule is broken', () => {
    expect(explain({ LayoutIds: [2, 3] }).Call).not.toBeNull();
  });

  it.each([
    [{}, ['MixMode 1', 'CropMode 2']],
    [{ MixMode: 1, CropMode: 1 }, []],
    [{ MixMode: 0 }, ['SourceType camera', 'StreamType 0']],
    [
      { MixMode: 1, CropMode: 1, UserPanes: [{ PaneId: 0 }, { SourceType: 'camera', Texts: [{ Text: 'a' }] }] },
      ['UserPanes[0].SourceType camera', 'UserPanes[1].Texts[0].FontType 0'],
    ],
  ])('lists what RTC assumes for %j', (parameters, defaults) => {
    const { Defaults } = explain(parameters);
    expect(Defaults.map(({ Path, Value }) => `${Path} ${Value}`)).toEqual(defaults);
    expect(Defaults.every(({ From }) => From === 'RTC')).toBe(true);
  });

  it('makes colours readable', () => {
    const Texts = [{ Text: 'a', FontColor: 255 }, { Text: 'b' }];
    expect(explain({ BackgroundColor: 16_711_680, UserPanes: [{ Texts }] }).Colors).toEqual([
      {
        ...{ Path: 'UserPanes[0].Texts[0].FontColor', Parameter: 'UserPanes.1.Texts.1.FontColor' },
        Color: '#ff0000',
      },
      { Path: 'BackgroundColor', Parameter: 'BackgroundColor', Color: '#0000ff' },
    ]);
  });

  it.each([
    [{ TaskProfile: '4IN_1080P', MediaEncode: 30 }, [1920, 1080, 2048, 30, 921_600, 4]],
    [{ TaskProfile: 'Mixed_Audio', MediaEncode: 0 }, [0, 0, 64, 0, 28_800, null]],
    [{ TaskProfile: '16IN_360P' }, [null, null, null, null, null, 16]],
    [{ TaskProfile: '16IN_360P', MediaEncode: 1, MixMode: 0 }, [null, null, null, null, null, null]],
  ])('knows what comes out of %j', (parameters, values) => {
    expect(Object.values(explain(parameters).Output)).toEqual(values);
  });

  it('says which layout applies at 1, 2 … participants, and what it assumes', () => {
    const { Layouts } = explain({ TaskProfile: '4IN_720P', LayoutIds: [6, 1] });
    expect(Layouts).toEqual([
      { Participants: 1, LayoutId: 1, Panes: 1 },
      { Participants: 2, LayoutId: 6, Panes: 4, Assumption: expect.stringContaining('next larger') },
      { Participants: 3, LayoutId: 6, Panes: 4, Assumption: expect.stringContaining('next larger') },
      { Participants: 4, LayoutId: 6, Panes: 4 },
      { Participants: 5, LayoutId: 6, Panes: 4, Assumption: expect.stringContaining('not everyone is shown') },
    ]);
  });

  it('says nothing of layouts where there is none, and of custom ones only what is known', () => {
    expect(explain({}).Layouts).toEqual([]);
    expect(explain({ LayoutIds: [1], MixMode: 0 }).Layouts).toEqual([]);
    expect(explain({ TaskProfile: '16IN_720P', LayoutIds: [1] }).Layouts).toHaveLength(16);
    const { Layouts } = explain({ LayoutIds: [2, 20_001] });
    expect(Layouts).toHaveLength(16);
    expect(Layouts.slice(0, 2)).toEqual([
      { Participants: 1, LayoutId: null, Panes: null, Assumption: expect.stringContaining('custom layout') },
      { Participants: 2, LayoutId: 2, Panes: 2 },
    ]);
  });

  it('knows the custom layouts it is given', () => {
    const panes = [0, 1, 2].map((PaneId) => ({ PaneId, X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 }));
    const layouts = [...SYSTEM_LAYOUTS, { id: 20_001, name: 'custom', panes }];
    const parameters = { TaskProfile: '4IN_360P', MediaEncode: 1, LayoutIds: [20_001] };
    expect(explain(parameters, { layouts }).Layouts[2]).toEqual({ Participants: 3, LayoutId: 20_001, Panes: 3 });
  });

  it('names what is billed: TaskProfile by begun minutes, and the cheapest that would do', () => {
    const parameters = { TaskProfile: '16IN_1080P', MediaEncode: 20, LayoutIds: [6] };
    expect(explain(parameters, { durationSeconds: 2101 }).Billing).toEqual({
      ...{ TaskProfile: '16IN_1080P', CheapestSufficient: '4IN_720P', MaxMinutes: 36 },
    });
    expect(explain({ MediaEncode: 20, LayoutIds: [6] }, { durationSeconds: 2100 }).Billing).toEqual({
      ...{ TaskProfile: null, CheapestSufficient: '4IN_720P', MaxMinutes: 35 },
    });
    expect(explain({ ...parameters, MixMode: 0 }).Billing).toEqual({
      ...{ TaskProfile: null, CheapestSufficient: null, MaxMinutes: null },
    });
    expect(explain({}).Billing.CheapestSufficient).toBeNull();
  });

  it('says in its notes why something is not known, and what is assumed', () => {
    expect(explain({}).Notes).toEqual([
      ...['Output', 'Billing', 'Billing', 'Layouts'].map((name) => expect.stringMatching(`^${name}: `)),
      'That values of a task override those of its template is an assumption.',
    ]);
    expect(explain({ MediaEncode: 20 }).Notes.join()).toContain('Kbps × 3600 / 8');
    expect(explain({ TaskProfile: 'Mixed_Audio' }).Notes.join()).toContain('does not limit the inputs');
    expect(explain({ MixMode: 0 }).Notes).toEqual([
      ...['Output', 'Billing'].map((name) => expect.stringMatching(`^${name}: .*MixMode 0`)),
    ]);
  });
});
