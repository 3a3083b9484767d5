import { describe, expect, test } from 'vitest';
import { compareTemplates, findByName, listTemplates } from '../../../../local/setup/record-template.ts';
import type { CallRtc } from '../../../../local/setup/rtc-api.ts';

const WANTED = {
  AppId: 'app',
  Name: 'lessons',
  OssBucket: 'rtc-record',
  OssFilePrefix: 'record/{AppId}',
  Formats: ['m3u8' as const, 'mp4' as const],
  FileSplitInterval: 1800,
  TaskProfile: '4IN_720P' as const,
  MediaEncode: 20 as const,
  LayoutIds: [1, 6],
  HttpCallbackUrl: 'https://host.example.com/record-callbacks/app/THE-TOKEN',
};

/** As the vendor's samples show a template: texts for numbers, upper case, and an empty text for nothing. */
const DESCRIBED = {
  ...WANTED,
  TemplateId: 'id-1',
  CreateTime: '2020-11-17T03:40:28Z',
  Formats: ['MP4', 'M3U8'],
  LayoutIds: ['6', '1'],
  MediaEncode: '20',
  MnsQueue: '',
  DelayStopTime: 180,
  BackgroundColor: 0,
  Backgrounds: [],
};

async function describeBy(...templates: readonly object[]) {
  const callRtc: CallRtc = async () => ({ TotalPage: 1, Templates: templates });
  return await listTemplates(callRtc, 'app');
}

async function compare(changes: object) {
  const [found] = await describeBy({ ...DESCRIBED, ...changes });
  if (found === undefined) throw new Error('nothing was read');
  return compareTemplates(WANTED, found);
}

describe('listTemplates', () => {
  test('reads every page, and not more than there are', async () => {
    const asked: unknown[] = [];
    const callRtc: CallRtc = async (_, { PageNum }) => {
      asked.push(PageNum);
      return { TotalPage: 3, Templates: [{ ...DESCRIBED, TemplateId: `id-${String(PageNum)}` }] };
    };
    expect((await listTemplates(callRtc, 'app')).map(({ TemplateId }) => TemplateId)).toEqual(['id-1', 'id-2', 'id-3']);
    expect(asked).toEqual([1, 2, 3]);
  });

  test('ends where RTC does not', async () => {
    let calls = 0;
    const callRtc: CallRtc = async () => ({ TotalPage: 10 ** ++calls, Templates: [] });
    await listTemplates(callRtc, 'app');
    expect(calls).toBe(100);
  });
});

describe('compareTemplates', () => {
  test('takes the vendor’s spellings for what they mean', async () => {
    expect(await compare({})).toEqual([]);
  });

  test.each([
    [{ FileSplitInterval: 3600 }, { parameter: 'FileSplitInterval', from: '3600', to: '1800' }],
    [{ Formats: ['m3u8'] }, { parameter: 'Formats', from: 'm3u8', to: 'm3u8, mp4' }],
    [{ LayoutIds: [] }, { parameter: 'LayoutIds', from: 'nothing', to: '1, 6' }],
    [{ OssBucket: 'other' }, { parameter: 'OssBucket', from: 'other', to: 'rtc-record' }],
    [{ TaskProfile: null }, { parameter: 'TaskProfile', from: 'nothing', to: '4IN_720P' }],
    [{ MnsQueue: 'queue' }, { parameter: 'MnsQueue', from: 'queue', to: 'nothing' }],
  ])('finds %j', async (changes, difference) => {
    expect(await compare(changes)).toEqual([difference]);
  });

  test('shows no token', async () => {
    const differences = await compare({
      HttpCallbackUrl: 'https://host.example.com/record-callbacks/app/ANOTHER-TOKEN',
    });
    expect(differences).toMatchObject([{ parameter: 'HttpCallbackUrl' }]);
    expect(JSON.stringify(differences)).not.toContain('TOKEN');
  });

  test('compares DelayStopTime only where it is set', async () => {
    const [found] = await describeBy(DESCRIBED);
    if (found === undefined) throw new Error('nothing was read');
    expect(compareTemplates({ ...WANTED, DelayStopTime: 180 }, found)).toEqual([]);
    expect(compareTemplates({ ...WANTED, DelayStopTime: 60 }, found)).toEqual([
      { parameter: 'DelayStopTime', from: '180', to: '60' },
    ]);
  });
});

describe('findByName', () => {
  const settings = { wanted: WANTED, TemplateId: undefined };

  test('finds the one of that name, or none', async () => {
    const found = await describeBy({ ...DESCRIBED, Name: 'other', TemplateId: 'id-0' }, DESCRIBED);
    expect(findByName(found, settings)).toMatchObject({ TemplateId: 'id-1' });
    expect(findByName(found.slice(0, 1), settings)).toBeUndefined();
  });

  test('takes of several the one that is configured, and never any', async () => {
    const found = await describeBy(DESCRIBED, { ...DESCRIBED, TemplateId: 'id-2' });
    expect(findByName(found, { ...settings, TemplateId: 'id-2' })).toMatchObject({ TemplateId: 'id-2' });
    expect(() => findByName(found, { ...settings, TemplateId: 'id-3' })).toThrow('2 templates have the name lessons');
  });
});
