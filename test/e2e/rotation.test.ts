import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/start/index.ts';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { toHttpEvent } from '../../local/function-event.ts';
import { createRtcCaller } from '../../local/setup/rtc-api.ts';
import { setUpTemplate } from '../../local/setup/set-up-template.ts';
import { readTemplateSettings } from '../../local/setup/settings.ts';
import { LOCAL_APP_ID } from '../../local/stack.ts';
import { startWebhookReceiver } from '../../local/webhook-receiver.ts';
import { createOwnedDatabase } from '../support/database-roles.ts';
import { type Postgres, startPostgres } from '../support/postgres.ts';
import { KEY, signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const SAMPLE: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/file-created.json', import.meta.url), 'utf8'),
);

let postgres: Postgres;
const stacks: TestStack[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});

afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.close()));
});

afterAll(() => postgres.close());

/** One release of the same deployment after the other: `npm run deploy` with other settings. The older one may go on. */
async function deploy(databaseUrl: string, environment: Readonly<Record<string, string>>, ownerDatabaseUrl?: string) {
  const stack = await startTestStack({
    databaseUrl,
    environment,
    ...(ownerDatabaseUrl !== undefined && { ownerDatabaseUrl }),
  });
  stacks.push(stack);
  return stack;
}

describe('rotating API_KEYS', () => {
  const OLD = { id: 'old', secret: 'the-old-secret-of-the-application-x' };
  const NEW = { id: 'new', secret: 'the-new-secret-of-the-application-x' };
  const format = (...keys: readonly (typeof OLD)[]) => keys.map(({ id, secret }) => `${id}:${secret}`).join(',');
  let serial = 0;

  /** Statuses of a REST and of an RPC call. */
  async function call(stack: TestStack, { id, secret }: typeof OLD): Promise<readonly number[]> {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const rest = await fetch(`${stack.start.url}/record-tasks`, { headers: { authorization } });
    serial += 1;
    const parameters = { AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: `rotated-${serial}`, TemplateId: 't' };
    const options = { accessKeySecret: secret, common: { AccessKeyId: id } };
    const rpc = await fetch(`${stack.start.url}${signPath('StartRecordTask', parameters, options)}`);
    return [rest.status, rpc.status];
  }

  test('old, then both, then new: no caller is refused who changes in between', async () => {
    const databaseUrl = await postgres.createDatabase();
    const before = await deploy(databaseUrl, { API_KEYS: format(OLD) });
    expect([await call(before, OLD), await call(before, NEW)]).toEqual([
      [200, 200],
      [401, 404],
    ]);
    const between = await deploy(databaseUrl, { API_KEYS: format(NEW, OLD) });
    expect([await call(between, OLD), await call(between, NEW)]).toEqual([
      [200, 200],
      [200, 200],
    ]);
    const after = await deploy(databaseUrl, { API_KEYS: format(NEW) });
    expect([await call(after, OLD), await call(after, NEW)]).toEqual([
      [401, 404],
      [200, 200],
    ]);
  });
});

describe('rotating CALLBACK_SECRETS', () => {
  const OLD = 'the-old-secret-of-the-callback-urls';
  const NEW = 'the-new-secret-of-the-callback-urls';
  let rtc: RtcEmulator;
  let serial = 0;

  beforeAll(async () => {
    rtc = await startRtcEmulator({ credentials: [KEY] });
  });

  afterAll(() => rtc.close());

  /** `npm run setup` with these secrets. @returns the path of the callback URL that RTC has now */
  async function setUp(secrets: string): Promise<string> {
    const environment = {
      APP_IDS: LOCAL_APP_ID,
      CALLBACK_SECRETS: secrets,
      CALLBACK_HOST: 'callback.example.com',
      OSS_BUCKET: 'rtc-record',
    };
    const target = { endpoint: rtc.endpoint, protocol: 'http', ...KEY, securityToken: undefined } as const;
    const callRtc = createRtcCaller(target);
    const settings = readTemplateSettings(environment);
    await setUpTemplate({ callRtc, settings, mode: 'apply', tell: () => undefined });
    const { Templates } = await callRtc('DescribeRecordTemplates', { AppId: LOCAL_APP_ID });
    const [template] = v.parse(v.array(v.object({ HttpCallbackUrl: v.string() })), Templates);
    return new URL(template?.HttpCallbackUrl ?? '').pathname;
  }

  /** A callback as RTC sends it to the path that it was told. */
  async function callBack(stack: TestStack, path: string): Promise<number> {
    serial += 1;
    const body = JSON.stringify({ ...SAMPLE, AppId: LOCAL_APP_ID, TaskId: `told-${serial}` });
    return (await fetch(new URL(path, stack.callback.url), { method: 'POST', body })).status;
  }

  test('new first, then setup, then without the old: no callback is refused in between', async () => {
    const databaseUrl = await postgres.createDatabase();
    const before = await deploy(databaseUrl, { CALLBACK_SECRETS: OLD });
    const oldPath = await setUp(OLD);
    expect(await callBack(before, oldPath)).toBe(200);

    const between = await deploy(databaseUrl, { CALLBACK_SECRETS: `${NEW},${OLD}` });
    expect(await callBack(between, oldPath)).toBe(200);
    const newPath = await setUp(`${NEW},${OLD}`);
    expect(newPath).not.toBe(oldPath);
    // RTC may take some time to follow, and messages may be on their way.
    expect([await callBack(between, newPath), await callBack(between, oldPath)]).toEqual([200, 200]);

    const after = await deploy(databaseUrl, { CALLBACK_SECRETS: NEW });
    expect(await setUp(NEW)).toBe(newPath);
    expect([await callBack(after, newPath), await callBack(after, oldPath)]).toEqual([200, 401]);
    const stored = await after.database.query('select 1 from files', []);
    expect(stored).toHaveLength(serial - 1);
  });
});

describe('rotating WEBHOOK_SECRETS', () => {
  const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;

  test('old, then both, then new: the app may change at any time in between', async () => {
    const databaseUrl = await postgres.createDatabase();
    const receivers = await Promise.all([OLD, NEW].map((secret) => startWebhookReceiver({ port: 0, secret })));
    const accepted: number[][] = [];
    for (const secrets of [OLD, `${NEW},${OLD}`, NEW]) {
      for (const { url } of receivers) {
        const stack = await deploy(databaseUrl, { WEBHOOK_URL: url, WEBHOOK_SECRETS: secrets });
        await stack.call('POST', '/record-tasks', { ChannelId: 'c', TemplateId: 't' });
      }
      accepted.push(receivers.map((receiver) => receiver.events().length));
    }
    await Promise.all(receivers.map((receiver) => receiver.close()));
    expect(accepted).toEqual([
      [1, 0],
      [2, 1],
      [2, 2],
    ]);
  });
});

describe('rotating the database password', () => {
  test('by a second role: both work until the first is gone', async () => {
    const owned = await createOwnedDatabase(postgres);
    const before = await deploy(owned.functionsUrl, {}, owned.ownerUrl);
    expect(await before.call('GET', '/record-tasks')).toMatchObject({ status: 200 });

    const nextUrl = await owned.createRole();
    const role = (url: string) => `"${decodeURIComponent(new URL(url).username).replaceAll('"', '""')}"`;
    // The new code may run before the migration that grants its role the rights: it has those of the old one.
    await owned.runAsSuperuser(`grant ${role(owned.functionsUrl)} to ${role(nextUrl)}`);
    const after = await deploy(nextUrl, {}, owned.ownerUrl);
    for (const stack of [before, after]) {
      expect(await stack.call('POST', '/record-tasks', { ChannelId: 'c', TemplateId: 't' })).toMatchObject({
        status: 201,
      });
    }

    await before.close();
    stacks.splice(stacks.indexOf(before), 1);
    await owned.runAsSuperuser(`drop owned by ${role(owned.functionsUrl)}; drop role ${role(owned.functionsUrl)}`);
    expect(await after.call('POST', '/record-tasks', { ChannelId: 'c', TemplateId: 't' })).toMatchObject({
      status: 201,
    });
    await after.tick();
    expect(after.log.filter((line) => line.includes('job.failed'))).toEqual([]);
  });
});

describe('STS credentials that change in a living instance', () => {
  const FIRST = { accessKeyId: 'STS.first', accessKeySecret: 'first-secret', securityToken: 'first-token' };
  const SECOND = { accessKeyId: 'STS.second', accessKeySecret: 'second-secret', securityToken: 'second-token' };
  const RENEWED = { ...SECOND, securityToken: 'second-token-renewed' };

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test('each call is signed with those of its own invocation', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const callers: string[] = [];
    const rtc = await startRtcEmulator({
      credentials: [FIRST, SECOND],
      onEvent: (event) => {
        if (event.type === 'requestVerified') callers.push(event.accessKeyId);
      },
    });
    vi.stubEnv('DATABASE_URL', await postgres.createDatabase());
    vi.stubEnv('API_KEYS', 'id:a-secret-of-thirty-two-characters-or-more');
    vi.stubEnv('APP_IDS', LOCAL_APP_ID);
    vi.stubEnv('ALLOW_HTTP', 'true');
    vi.stubEnv('RTC_ENDPOINT', rtc.endpoint);
    vi.stubEnv('RTC_PROTOCOL', 'http');
    // One process is one instance: this one.
    await handler(Buffer.from('{"Action":"Migrate"}'), { requestId: 'migrate' });

    const start = async (credentials: typeof FIRST) => {
      const event = toHttpEvent({
        method: 'POST',
        target: '/record-tasks',
        rawHeaders: [
          ...['Content-Type', 'application/json', 'Host', 'localhost'],
          ...[
            'Authorization',
            `Basic ${Buffer.from('id:a-secret-of-thirty-two-characters-or-more').toString('base64')}`,
          ],
        ],
        body: Buffer.from(JSON.stringify({ ChannelId: 'c', TemplateId: 't' })),
        sourceIp: '127.0.0.1',
        accountId: '123456789012',
        requestId: 'request',
        receivedAt: new Date(),
      });
      return v.parse(
        v.object({ statusCode: v.number(), body: v.string() }),
        await handler(Buffer.from(JSON.stringify(event)), { requestId: 'request', credentials }),
      );
    };
    expect(await start(FIRST)).toMatchObject({ statusCode: 201 });
    expect(await start(SECOND)).toMatchObject({ statusCode: 201 });
    expect(callers).toEqual([FIRST.accessKeyId, SECOND.accessKeyId]);
    // A token that RTC does not know is sent all the same: that of the invocation, not the one that worked before.
    const renewed = await start(RENEWED);
    expect(renewed.statusCode).toBe(502);
    expect(renewed.body).toContain('InvalidSecurityToken');
    expect(await start(FIRST)).toMatchObject({ statusCode: 201 });
    await rtc.close();
  });
});
