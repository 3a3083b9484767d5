import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SETUP_DEFAULTS } from '../../local/setup/settings.ts';
import { type Environment, loadCallbackConfig, loadStartConfig } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';

const SECRET = 's'.repeat(32);
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const AUTHORITY = readFileSync(new URL('../fixtures/tls/authority.pem', import.meta.url), 'utf8');

const START: Environment = { DATABASE_URL: 'postgres://db/x', API_KEYS: `id:${SECRET}`, APP_IDS: 'app1, app2' };
const CALLBACK: Environment = { DATABASE_URL: 'postgres://db/x', CALLBACK_SECRETS: SECRET };

function readMessage(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RecorderError && error.code === 'Misconfigured') return error.message;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

describe('loadStartConfig', () => {
  test('fills in the defaults', () => {
    expect(loadStartConfig(START)).toEqual({
      databaseUrl: 'postgres://db/x',
      databaseCa: undefined,
      apiKeys: [{ id: 'id', secret: SECRET }],
      appIds: ['app1', 'app2'],
      templateId: undefined,
      maxDurationSeconds: 86_400,
      rtcEndpoint: 'rtc.aliyuncs.com',
      rtcProtocol: 'https',
      webhook: undefined,
      retentionDays: 30,
      maxSplitIntervalSeconds: 7_200,
      plainHttp: 'refuse',
      publicHosts: [],
      ossHosts: [],
      ossEndpoint: undefined,
      businessClock: 'process',
    });
  });

  test('takes an empty variable for an absent one', () => {
    const empty = { TEMPLATE_ID: '', WEBHOOK_URL: '', WEBHOOK_SECRETS: '', RETENTION_DAYS: '', RTC_ENDPOINT: '' };
    expect(loadStartConfig({ ...START, ...empty })).toEqual(loadStartConfig(START));
  });

  test('reads lists of keys for rotation, with colons in secrets', () => {
    const { apiKeys } = loadStartConfig({ ...START, API_KEYS: `new:${SECRET}:x, old:${SECRET}` });
    expect(apiKeys).toEqual([
      { id: 'new', secret: `${SECRET}:x` },
      { id: 'old', secret: SECRET },
    ]);
  });

  test('reads the hosts that a signature may be for', () => {
    const { publicHosts } = loadStartConfig({ ...START, PUBLIC_HOSTS: 'recorder.example.com, 10.0.0.1:8443' });
    expect(publicHosts).toEqual(['recorder.example.com', '10.0.0.1:8443']);
  });

  test('reads the hosts of files, and an emulated OSS on this machine', () => {
    const environment = {
      ...START,
      OSS_HOSTS: 'Rtc-Record.oss-cn-shanghai.aliyuncs.com',
      OSS_ENDPOINT: '127.0.0.1:81',
    };
    expect(loadStartConfig(environment)).toMatchObject({
      ossHosts: ['rtc-record.oss-cn-shanghai.aliyuncs.com'],
      ossEndpoint: '127.0.0.1:81',
    });
  });

  test('reads the authority of the database, in lines or in one', () => {
    for (const text of [AUTHORITY, AUTHORITY.replaceAll('\n', '\\n'), `${AUTHORITY}${AUTHORITY}`]) {
      const { databaseCa } = loadStartConfig({ ...START, DATABASE_CA: text });
      expect(databaseCa).toBe(text === AUTHORITY.replaceAll('\n', '\\n') ? AUTHORITY : text);
    }
  });

  test('reads a webhook with its secrets', () => {
    const environment = { ...START, WEBHOOK_URL: 'https://app.example.com/hook', WEBHOOK_SECRETS: WEBHOOK_SECRET };
    expect(loadStartConfig(environment).webhook).toEqual({
      url: 'https://app.example.com/hook',
      secrets: [WEBHOOK_SECRET],
    });
  });

  test.each([
    [{ API_KEYS: `id:${'s'.repeat(31)}` }, 'API_KEYS'],
    [{ API_KEYS: SECRET }, 'API_KEYS'],
    [{ API_KEYS: `id:${SECRET},x:short` }, 'API_KEYS'],
    [{ API_KEYS: `id:${SECRET},id:${SECRET}x` }, 'API_KEYS'],
    [{ APP_IDS: ' , ' }, 'APP_IDS'],
    [{ DATABASE_URL: '' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'not-a-url' }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'postgres://u:a/b@h:99999/x' }, 'DATABASE_URL'],
    [{ DATABASE_CA: '/etc/ssl/ca.pem' }, 'DATABASE_CA'],
    [{ DATABASE_CA: AUTHORITY.replaceAll('CERTIFICATE', 'PUBLIC KEY') }, 'DATABASE_CA'],
    [{ DATABASE_CA: `${AUTHORITY}${AUTHORITY.replace('MII', 'AAA')}` }, 'DATABASE_CA'],
    [{ RTC_ENDPOINT: 'http://x/y z' }, 'RTC_ENDPOINT'],
    [{ WEBHOOK_URL: 'https://u:p@x/', WEBHOOK_SECRETS: WEBHOOK_SECRET }, 'WEBHOOK_URL'],
    [{ MAX_DURATION_SECONDS: 'soon' }, 'MAX_DURATION_SECONDS'],
    [{ MAX_DURATION_SECONDS: '59' }, 'MAX_DURATION_SECONDS'],
    [{ RETENTION_DAYS: '0' }, 'RETENTION_DAYS'],
    [{ MAX_SPLIT_INTERVAL_SECONDS: '1799' }, 'MAX_SPLIT_INTERVAL_SECONDS'],
    [{ MAX_SPLIT_INTERVAL_SECONDS: '86401' }, 'MAX_SPLIT_INTERVAL_SECONDS'],
    [{ MAX_SPLIT_INTERVAL_SECONDS: '41400', RETENTION_DAYS: '1' }, 'MAX_SPLIT_INTERVAL_SECONDS, RETENTION_DAYS'],
    [{ RTC_PROTOCOL: 'ftp' }, 'RTC_PROTOCOL'],
    [{ OSS_ENDPOINT: 'oss.example.com' }, 'OSS_ENDPOINT'],
    [{ OSS_ENDPOINT: 'localhost.example.com:80' }, 'OSS_ENDPOINT'],
    [{ ALLOW_HTTP: 'yes' }, 'ALLOW_HTTP'],
    [{ BUSINESS_CLOCK: 'trigger' }, 'BUSINESS_CLOCK'],
    [{ WEBHOOK_URL: 'ftp://x/', WEBHOOK_SECRETS: WEBHOOK_SECRET }, 'WEBHOOK_URL'],
    [{ WEBHOOK_URL: 'https://x/' }, 'WEBHOOK_SECRETS'],
    [{ WEBHOOK_URL: 'https://x/', WEBHOOK_SECRETS: 'whsec_short' }, 'WEBHOOK_SECRETS'],
  ])('refuses %j, naming %s and no value', (changes, name) => {
    const message = readMessage(() => loadStartConfig({ ...START, ...changes }));
    expect(message).toBe(`Missing or unusable environment variables: ${name}. See .env.example for what each accepts.`);
  });

  test('names everything that is missing at once', () => {
    expect(readMessage(() => loadStartConfig({}))).toContain('DATABASE_URL, API_KEYS, APP_IDS');
  });
});

describe('loadCallbackConfig', () => {
  test('reads secrets and hosts', () => {
    const config = loadCallbackConfig({ ...CALLBACK, OSS_HOSTS: 'Rtc-Record.oss-cn-shanghai.aliyuncs.com' });
    expect(config).toEqual({
      databaseUrl: 'postgres://db/x',
      databaseCa: undefined,
      callbackSecrets: [SECRET],
      ossHosts: ['rtc-record.oss-cn-shanghai.aliyuncs.com'],
      webhook: undefined,
    });
  });

  test.each([{ CALLBACK_SECRETS: '' }, { CALLBACK_SECRETS: 'short' }, { CALLBACK_SECRETS: `${SECRET},short` }])(
    'refuses %j',
    (changes) => {
      expect(readMessage(() => loadCallbackConfig({ ...CALLBACK, ...changes }))).toContain('CALLBACK_SECRETS');
    },
  );
});

describe('.env.example', () => {
  test('names every variable of the deployment and of its record template, and no other', () => {
    const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    const documented = [...read('.env.example').matchAll(/^#? ?([A-Z_]+)=/gm)].map((match) => match[1]);
    const deployed = [...`${read('s.yaml')}${read('s.options.yaml')}`.matchAll(/env\('([A-Z_]+)'/g)];
    const used = [...deployed.map((match) => match[1]), ...Object.keys(SETUP_DEFAULTS), 'MIGRATION_DATABASE_URL'];
    expect(new Set(documented)).toEqual(new Set(used));
  });

  test('shows the defaults of the record template', () => {
    const examples = parseEnv(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'));
    const shown = Object.entries(SETUP_DEFAULTS).filter(
      ([name]) => !['APP_IDS', 'CALLBACK_SECRETS', 'STAGE'].includes(name),
    );
    expect(shown.map(([name]) => [name, examples[name]])).toEqual(shown);
  });
});
