import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { checkDatabase } from '../../local/setup/check-database.ts';
import { checkWebhook } from '../../local/setup/check-webhook.ts';
import { type Finding, formatFinding } from '../../local/setup/finding.ts';
import { createRtcCaller, readRtcTarget } from '../../local/setup/rtc-api.ts';
import { runChecks } from '../../local/setup/run-checks.ts';
import { setUpTemplate } from '../../local/setup/set-up-template.ts';
import { readTemplateSettings } from '../../local/setup/settings.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../local/webhook-receiver.ts';
import { migrateDatabase } from '../../shared/store/migrate.ts';
import { SCHEMA_VERSION } from '../../shared/store/schema-version.ts';
import { DATABASES } from '../support/database.ts';
import { createOwnedDatabase, OWNER_PASSWORD, type OwnedDatabase } from '../support/database-roles.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { KEY } from '../support/rtc-emulator.ts';

const AUTHORITY = readFileSync(join(import.meta.dirname, '../fixtures/tls/authority.pem'), 'utf8');
const OTHER_AUTHORITY = readFileSync(join(import.meta.dirname, '../fixtures/tls/other-authority.pem'), 'utf8');
const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const CALLBACK_SECRET = 'the-secret-that-makes-callback-urls';
const API_SECRET = 'the-secret-of-the-only-api-key-here';

/** OSS as it answers for a private bucket of the region; everything else is really asked. */
const fetchWithoutOss: typeof fetch = async (input, init) =>
  String(input).includes('.aliyuncs.com/')
    ? new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 })
    : await fetch(input, init);

let postgres: Postgres;
let owned: OwnedDatabase;

beforeAll(async () => {
  postgres = await startPostgres({ tls: 'certified' });
  owned = await createOwnedDatabase(postgres);
  await migrateDatabase(owned.ownerUrl, { functionsRole: decodeURIComponent(new URL(owned.functionsUrl).username) });
});

afterAll(() => postgres.close());

describe('checkDatabase', () => {
  const check = async (databaseUrl: string, databaseCa?: string) => {
    const findings = await checkDatabase({ databaseUrl, databaseCa });
    return Object.fromEntries(findings.map((finding) => [finding.subject, finding]));
  };

  test('accepts a role that may change rows and nothing else, by a verified connection', async () => {
    expect(await check(owned.functionsUrl, AUTHORITY)).toMatchObject({
      database: { outcome: 'ok' },
      'database TLS': { outcome: 'ok', text: 'verified by DATABASE_CA' },
      'database schema': { outcome: 'ok' },
      'database rights': { outcome: 'ok' },
      'database role': { outcome: 'ok' },
    });
  });

  test.each(['embedded', 'postgres'] as const)(
    'warns of a role that may change the schema of the %s database',
    async (kind) => {
      const server = await DATABASES[kind]();
      try {
        expect(await check(server.url)).toMatchObject({
          'database schema': {
            outcome: 'failed',
            text: expect.stringContaining('there is no schema'),
            remedy: expect.anything(),
          },
        });
        await migrateDatabase(server.url);
        expect(await check(server.url)).toMatchObject({
          'database schema': { outcome: 'ok' },
          'database rights': { outcome: 'ok' },
          'database role': {
            outcome: 'warning',
            text: expect.stringMatching(/superuser.*create tables.*owns the tables/),
          },
        });
      } finally {
        await server.close();
      }
    },
  );

  test('warns of the owner, who is no superuser', async () => {
    const { 'database role': role } = await check(owned.ownerUrl);
    expect(role).toMatchObject({ outcome: 'warning', text: 'the functions’ role may create tables, owns the tables' });
  });

  test('rejects a role that has not been granted its rights, all or some of them', async () => {
    const url = await owned.createRole();
    const role = pg.escapeIdentifier(decodeURIComponent(new URL(url).username));
    expect(await check(url)).toMatchObject({ 'database schema': { outcome: 'failed' } });
    await owned.runAsOwner(`grant select on schema_migrations, tasks to ${role}`);
    expect(await check(url)).toMatchObject({
      'database rights': {
        outcome: 'failed',
        text: expect.stringContaining('tasks, files'),
        remedy: expect.anything(),
      },
    });
  });

  test('rejects a schema that is too old', async () => {
    await owned.runAsOwner('update schema_migrations set version = version - 1');
    const { 'database schema': schema } = await check(owned.functionsUrl);
    await owned.runAsOwner('update schema_migrations set version = version + 1');
    expect(schema).toMatchObject({ outcome: 'failed', text: expect.stringContaining(`needs ${SCHEMA_VERSION}`) });
  });

  test('rejects what it cannot reach or verify, each with its remedy', async () => {
    const change = (changes: Partial<Pick<URL, 'port' | 'hostname' | 'pathname' | 'username' | 'search'>>) =>
      Object.assign(new URL(owned.functionsUrl), changes).href;
    const cases = [
      [change({ port: '1' }), undefined, 'ECONNREFUSED'],
      [change({ username: 'nobody' }), undefined, 'refused (28000)'],
      [change({ pathname: '/nothing' }), undefined, 'no such database'],
      [change({ hostname: 'localhost' }), AUTHORITY, 'another host name'],
      [change({}), OTHER_AUTHORITY, 'nobody who is trusted'],
      [change({ search: '?sslmode=verify-full' }), undefined, 'nobody who is trusted'],
    ] as const;
    for (const [url, ca, text] of cases) {
      const findings = await check(url, ca);
      expect(findings).toEqual({
        database: {
          outcome: 'failed',
          subject: 'database',
          text: expect.stringContaining(text),
          remedy: expect.anything(),
        },
      });
      expect(JSON.stringify(findings)).not.toContain(new URL(url).password);
    }
    const plain = await startPostgres();
    try {
      expect(await check(plain.url, AUTHORITY)).toMatchObject({
        database: { outcome: 'failed', text: 'the server offers no TLS' },
      });
    } finally {
      await plain.close();
    }
  });
});

describe('checkWebhook', () => {
  let app: WebhookReceiver;

  beforeAll(async () => {
    app = await startWebhookReceiver({ port: 0, secret: WEBHOOK_SECRET });
  });

  afterEach(() => app.respondWith(204));
  afterAll(() => app.close());

  const configure = (secret = WEBHOOK_SECRET) => ({ url: app.url, secrets: [secret] });

  test('tells the app nothing unless asked to', async () => {
    expect(await checkWebhook(configure(), 'none', fetch)).toMatchObject({ outcome: 'ok' });
    expect(app.events()).toEqual([]);
  });

  test('sends a signed event when asked to', async () => {
    expect(await checkWebhook(configure(), 'send', fetch)).toMatchObject({
      outcome: 'ok',
      text: expect.stringContaining('signed'),
    });
    expect(app.events()).toMatchObject([{ type: 'setup.test', attempts: 1 }]);
  });

  test('rejects an app that does not take it, and one that is not there', async () => {
    app.respondWith(500);
    expect(await checkWebhook(configure(), 'send', fetch)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('500'),
    });
    const foreign = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    expect(await checkWebhook(configure(foreign), 'send', fetch)).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('401'),
      remedy: expect.stringContaining('WEBHOOK_SECRETS'),
    });
    const nowhere = { ...configure(), url: 'http://127.0.0.1:1/' };
    expect(await checkWebhook(nowhere, 'none', fetch)).toMatchObject({ outcome: 'failed', remedy: expect.anything() });
  });

  test('finds no fault where there is no webhook', async () => {
    expect(await checkWebhook(undefined, 'send', fetch)).toMatchObject({ outcome: 'ok' });
  });
});

describe('runChecks', () => {
  let rtc: RtcEmulator;
  let app: WebhookReceiver;
  let environment: Record<string, string>;

  beforeAll(async () => {
    rtc = await startRtcEmulator({ credentials: [KEY] });
    app = await startWebhookReceiver({ port: 0, secret: WEBHOOK_SECRET });
    environment = {
      RTC_ENDPOINT: rtc.endpoint,
      RTC_PROTOCOL: 'http',
      ALIBABA_CLOUD_ACCESS_KEY_ID: KEY.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEY.accessKeySecret,
      APP_IDS: 'yourAppId',
      API_KEYS: `app:${API_SECRET}`,
      CALLBACK_SECRETS: CALLBACK_SECRET,
      CALLBACK_HOST: 'callback.example.com',
      OSS_BUCKET: 'rtc-record',
      DATABASE_URL: owned.functionsUrl,
      DATABASE_CA: AUTHORITY.replaceAll('\n', '\\n'),
      WEBHOOK_URL: app.url,
      WEBHOOK_SECRETS: WEBHOOK_SECRET,
    };
  });

  afterEach(() => rtc.setFaults({}));

  afterAll(async () => {
    await app.close();
    await rtc.close();
  });

  async function check(changes: Readonly<Record<string, string>> = {}, ask = fetchWithoutOss) {
    const findings: Finding[] = [];
    const verdict = await runChecks({
      environment: { ...environment, ...changes },
      testWebhook: 'none',
      fetch: ask,
      tell: (finding) => findings.push(finding),
    });
    const shown = findings.map(formatFinding).join('\n');
    for (const secret of [WEBHOOK_SECRET, CALLBACK_SECRET, API_SECRET, KEY.accessKeySecret, OWNER_PASSWORD]) {
      expect(shown).not.toContain(secret);
    }
    const failed = findings.filter(({ outcome }) => outcome === 'failed').map(({ subject }) => subject);
    const outcomes = new Map(findings.map(({ subject, outcome }) => [subject, outcome]));
    return { verdict, failed, outcomes, shown };
  }

  async function setUp(changes: Readonly<Record<string, string>> = {}) {
    const settings = readTemplateSettings({ ...environment, ...changes });
    const callRtc = createRtcCaller(readRtcTarget(environment));
    const lines: string[] = [];
    await setUpTemplate({ callRtc, settings, mode: 'apply', tell: (line) => lines.push(line) });
    return /TEMPLATE_ID=(\S+)/.exec(lines.join('\n'))?.[1] ?? '';
  }

  test('finds no template before setup, and nothing amiss after it', async () => {
    expect(await check()).toMatchObject({
      verdict: 'unfit',
      failed: ['template'],
      shown: expect.stringContaining('-> npm run setup'),
    });
    const TEMPLATE_ID = await setUp();
    const { verdict, outcomes, shown } = await check({ TEMPLATE_ID });
    expect(verdict, shown).toBe('fit');
    expect([...outcomes]).toEqual(
      [
        ['settings', 'region', 'credentials', 'template', 'announcements', 'split interval', 'formats', 'bucket'],
        ['database', 'database TLS', 'database schema', 'database rights', 'database role', 'webhook'],
      ]
        .flat()
        .map((subject) => [subject, 'ok']),
    );
    expect(await check()).toMatchObject({ verdict: 'fit' });
  });

  test('finds a template that was changed by somebody else', async () => {
    await setUp({ FILE_SPLIT_INTERVAL_SECONDS: '10800', CALLBACK_HOST: 'elsewhere.example.com' });
    expect(await check()).toMatchObject({ verdict: 'unfit', failed: ['announcements', 'split interval'] });
    await setUp();
    expect(await check()).toMatchObject({ verdict: 'fit' });
  });

  test.each([
    [{ TEMPLATE_ID: 'unknown' }, 'template'],
    [{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'unknown' }, 'credentials'],
    [{ ALIBABA_CLOUD_ACCESS_KEY_SECRET: '' }, 'credentials'],
    [{ ALIBABA_CLOUD_SECURITY_TOKEN: 'stale' }, 'credentials'],
    [{ RTC_ENDPOINT: '127.0.0.1:1' }, 'credentials'],
    [{ MNS_QUEUE: 'files' }, 'announcements'],
    [{ DATABASE_CA: OTHER_AUTHORITY }, 'database'],
    [{ WEBHOOK_URL: 'http://127.0.0.1:1/' }, 'webhook'],
  ])('fails for %j', async (changes, subject) => {
    expect(await check(changes)).toMatchObject({ verdict: 'unfit', failed: [subject] });
  });

  test('does not call checked what could not be', async () => {
    const offline: typeof fetch = async (input, init) => {
      if (String(input).includes('.aliyuncs.com/')) throw new TypeError('fetch failed');
      return await fetch(input, init);
    };
    const { verdict, outcomes } = await check({}, offline);
    expect(outcomes.get('bucket')).toBe('notChecked');
    expect(verdict).toBe('fit');
    const refused = await check({ ALIBABA_CLOUD_ACCESS_KEY_ID: 'unknown' });
    expect(refused.outcomes.get('template')).toBe('notChecked');
  });

  test('stops at settings that the functions could not read', async () => {
    const { verdict, failed, shown } = await check({ API_KEYS: 'short', DATABASE_CA: 'none' });
    expect([verdict, failed]).toEqual(['unfit', ['settings']]);
    expect(shown).toContain('DATABASE_CA, API_KEYS');
  });

  test('a refusal comes with its remedy', async () => {
    rtc.setFaults({
      requests: [{ Action: 'DescribeRecordTemplates', fault: { kind: 'error', Code: 'Forbidden.RAM' } }],
    });
    const { failed, shown } = await check();
    expect(failed).toEqual(['credentials']);
    expect(shown).toContain('Forbidden.RAM: the key may not do this: grant it');
  });
});

describe('npm run setup:check', () => {
  test('prints what it finds and ends with 1 when something failed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-setup-check-'));
    const command = resolve(import.meta.dirname, '../../dist/local/setup-check.mjs');
    const { status, stdout } = spawnSync(process.execPath, [command], { cwd: folder, env: {}, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^FAILED +settings +Missing or unusable environment variables: DATABASE_URL, API_KEYS, APP_IDS\./,
    );
    expect(stdout).toMatch(/\nnot checked +everything else/);
  });
});
