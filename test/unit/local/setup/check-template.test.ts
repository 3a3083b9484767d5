import { describe, expect, test } from 'vitest';
import { createCallbackUrl } from '../../../../local/setup/callback-address.ts';
import { checkTemplate } from '../../../../local/setup/check-template.ts';
import { listTemplates } from '../../../../local/setup/record-template.ts';

const SECRETS = ['n'.repeat(32), 'o'.repeat(32)];
const [NEW = '', OLD = ''] = SECRETS;
const HOST = 'callback.example.com';
const ADDRESS = { host: HOST, AppId: 'app' };

const EXPECTED = {
  AppId: 'app',
  callbackSecrets: SECRETS,
  callbackHost: HOST,
  queue: undefined,
  maxSplitIntervalSeconds: 7_200,
};

const TEMPLATE = {
  TemplateId: 'id',
  Formats: ['m3u8', 'mp4'],
  FileSplitInterval: 1800,
  HttpCallbackUrl: createCallbackUrl(ADDRESS, NEW),
};

async function check(template: object, expected: object = {}) {
  const [found] = await listTemplates(async () => ({ Templates: [{ ...TEMPLATE, ...template }] }), 'app');
  if (found === undefined) throw new Error('nothing was read');
  const [announcements, split, formats] = checkTemplate(found, { ...EXPECTED, ...expected });
  return { announcements, split, formats };
}

describe('checkTemplate', () => {
  test('accepts what npm run setup makes', async () => {
    expect(await check({})).toMatchObject({
      announcements: { outcome: 'ok', text: `files go to ${HOST}, with a good token` },
      split: { outcome: 'ok' },
      formats: { outcome: 'ok', text: 'm3u8, mp4' },
    });
  });

  test('accepts the queue of the deployment', async () => {
    const template = { HttpCallbackUrl: '', MnsQueue: 'files' };
    expect(await check(template, { queue: 'files' })).toMatchObject({ announcements: { outcome: 'ok' } });
  });

  test.each([
    ['an older secret', { HttpCallbackUrl: createCallbackUrl(ADDRESS, OLD) }, {}, 'warning', 'older secret'],
    ['a host that is not known', {}, { callbackHost: undefined }, 'notChecked', 'CALLBACK_HOST'],
    ['another host', {}, { callbackHost: 'other.example.com' }, 'failed', 'not to CALLBACK_HOST'],
    ['a secret of nobody', { HttpCallbackUrl: createCallbackUrl(ADDRESS, 'x'.repeat(32)) }, {}, 'failed', 'no secret'],
    [
      'another AppId',
      { HttpCallbackUrl: createCallbackUrl({ ...ADDRESS, AppId: 'b' }, NEW) },
      {},
      'failed',
      'no secret',
    ],
    ['plain http', { HttpCallbackUrl: TEMPLATE.HttpCallbackUrl.replace('https', 'http') }, {}, 'failed', 'not https'],
    ['a URL where a queue is meant', {}, { queue: 'files' }, 'failed', 'MNS_QUEUE is set'],
    ['another queue', { HttpCallbackUrl: '', MnsQueue: 'a' }, { queue: 'b' }, 'failed', 'another queue'],
    ['a queue where a URL is meant', { HttpCallbackUrl: '', MnsQueue: 'a' }, {}, 'failed', 'MNS_QUEUE is not set'],
    ['nobody to tell', { HttpCallbackUrl: '' }, {}, 'failed', 'to nobody'],
  ])('finds %s, with a remedy', async (_, template, expected, outcome, text) => {
    const { announcements } = await check(template, expected);
    expect(announcements).toMatchObject({ outcome, text: expect.stringContaining(text) });
    if (outcome !== 'notChecked') expect(announcements?.remedy).toContain('npm run setup');
    expect(JSON.stringify(announcements)).not.toContain(TEMPLATE.HttpCallbackUrl.slice(-43));
  });

  test.each([
    [7_200, 'ok'],
    [7_201, 'failed'],
    [undefined, 'notChecked'],
    ['often', 'notChecked'],
  ])('finds a FileSplitInterval of %s %s', async (FileSplitInterval, outcome) => {
    expect((await check({ FileSplitInterval })).split).toMatchObject({ outcome });
  });

  test.each([
    [['FLV'], 'ok'],
    [['m3u8', 'avi'], 'failed'],
    [[], 'failed'],
  ])('finds formats %j %s', async (Formats, outcome) => {
    expect((await check({ Formats })).formats).toMatchObject({ outcome });
  });
});
