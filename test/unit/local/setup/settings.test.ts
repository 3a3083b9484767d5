import { describe, expect, test } from 'vitest';
import { readTemplateSettings } from '../../../../local/setup/settings.ts';
import type { Environment } from '../../../../shared/config.ts';
import { RecorderError } from '../../../../shared/errors.ts';
import { createCallbackToken } from '../../../../shared/signing/callback-token.ts';

const SECRET = 's'.repeat(32);
const HOST = 'rtc-recorder-callback-dev-abc.cn-shanghai.fcapp.run';

const SETTINGS: Environment = {
  APP_IDS: 'app1, app2',
  CALLBACK_SECRETS: `${SECRET},${'o'.repeat(32)}`,
  CALLBACK_HOST: HOST,
  OSS_BUCKET: 'rtc-record',
};

function readMessage(environment: Environment): string {
  try {
    readTemplateSettings(environment);
  } catch (error) {
    if (error instanceof RecorderError && error.code === 'Misconfigured') return error.message;
    throw error;
  }
  throw new Error('The settings were accepted.');
}

describe('readTemplateSettings', () => {
  test('fills in the defaults, and makes the callback URL of the first AppId and the first secret', () => {
    expect(readTemplateSettings(SETTINGS)).toEqual({
      wanted: {
        AppId: 'app1',
        Name: 'rtc-recorder-dev',
        OssBucket: 'rtc-record',
        OssFilePrefix: 'record/{AppId}/{ChannelId_TaskId}/{EscapedStartTime}_{EscapedEndTime}',
        Formats: ['m3u8'],
        FileSplitInterval: 1800,
        TaskProfile: '4IN_720P',
        MediaEncode: 20,
        LayoutIds: [1, 2, 5, 6],
        HttpCallbackUrl: `https://${HOST}/record-callbacks/app1/${createCallbackToken(SECRET, 'app1')}`,
      },
      TemplateId: undefined,
    });
  });

  test('takes every setting, and another application', () => {
    const environment = {
      ...SETTINGS,
      CALLBACK_HOST: '',
      CALLBACK_SECRETS: '',
      MNS_QUEUE: 'rtc-files',
      TEMPLATE_NAME: 'lessons',
      OSS_FILE_PREFIX: 'x/{AppId}',
      RECORD_FORMATS: 'mp4, flv',
      FILE_SPLIT_INTERVAL_SECONDS: '3600',
      DELAY_STOP_SECONDS: '60',
      TASK_PROFILE: '1IN_1080P',
      MEDIA_ENCODE: '30',
      LAYOUT_IDS: '1',
      TEMPLATE_ID: 'template',
    };
    expect(readTemplateSettings(environment, 'app2')).toEqual({
      wanted: {
        AppId: 'app2',
        Name: 'lessons',
        OssBucket: 'rtc-record',
        OssFilePrefix: 'x/{AppId}',
        Formats: ['mp4', 'flv'],
        FileSplitInterval: 3600,
        DelayStopTime: 60,
        TaskProfile: '1IN_1080P',
        MediaEncode: 30,
        LayoutIds: [1],
        MnsQueue: 'rtc-files',
      },
      TemplateId: 'template',
    });
  });

  test('names the template after the stage', () => {
    expect(readTemplateSettings({ ...SETTINGS, STAGE: 'prod' }).wanted.Name).toBe('rtc-recorder-prod');
  });

  test.each([
    [{ APP_IDS: '' }, 'APP_IDS'],
    [{ OSS_BUCKET: '' }, 'OSS_BUCKET'],
    [{ OSS_BUCKET: 'Rtc_Record' }, 'OSS_BUCKET'],
    [{ RECORD_FORMATS: 'avi' }, 'RECORD_FORMATS'],
    [{ RECORD_FORMATS: ' , ' }, 'RECORD_FORMATS'],
    [{ FILE_SPLIT_INTERVAL_SECONDS: '1799' }, 'FILE_SPLIT_INTERVAL_SECONDS'],
    [{ FILE_SPLIT_INTERVAL_SECONDS: 'often' }, 'FILE_SPLIT_INTERVAL_SECONDS'],
    [{ DELAY_STOP_SECONDS: '4' }, 'DELAY_STOP_SECONDS'],
    [{ TASK_PROFILE: '3IN_720P' }, 'TASK_PROFILE'],
    [{ TASK_PROFILE: '1IN_720P' }, 'LAYOUT_IDS'],
    [{ MEDIA_ENCODE: '30' }, 'MEDIA_ENCODE'],
    [{ MEDIA_ENCODE: '21' }, 'MEDIA_ENCODE'],
    [{ LAYOUT_IDS: '2,3' }, 'LAYOUT_IDS'],
    [{ LAYOUT_IDS: 'grid' }, 'LAYOUT_IDS'],
    [{ MNS_QUEUE: 'a queue', CALLBACK_HOST: '' }, 'MNS_QUEUE'],
    [{ MNS_QUEUE: 'queue' }, 'CALLBACK_HOST'],
    [{ CALLBACK_HOST: '' }, 'CALLBACK_HOST'],
    [{ CALLBACK_HOST: 'https://x.example.com/' }, 'CALLBACK_HOST'],
    [{ CALLBACK_HOST: 'user@x.example.com' }, 'CALLBACK_HOST'],
    [{ CALLBACK_SECRETS: 'short' }, 'CALLBACK_SECRETS'],
  ])('refuses %j, naming %s and no value', (changes: Environment, name) => {
    const message = readMessage({ ...SETTINGS, ...changes });
    const [, ...faults] = message.split('\n');
    expect(faults.map((fault) => fault.trim().split(':')[0])).toEqual([name]);
    expect(message).not.toContain(SECRET);
    for (const value of ['Rtc_Record', 'a queue', 'often', '3IN_720P', 'user@']) expect(message).not.toContain(value);
  });

  test('says everything that is missing at once', () => {
    const message = readMessage({});
    for (const name of ['APP_IDS', 'OSS_BUCKET', 'CALLBACK_HOST', 'CALLBACK_SECRETS']) expect(message).toContain(name);
  });
});
