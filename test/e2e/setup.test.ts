import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { createCallbackToken } from '../../shared/signing/callback-token.ts';
import { call, KEY, type Parameters, STS_KEY } from '../support/rtc-emulator.ts';

const COMMAND = resolve(import.meta.dirname, '../../dist/local/setup.mjs');
const SECRET = 'the-secret-that-makes-callback-urls';
const TOKEN = createCallbackToken(SECRET, 'yourAppId');
const HOST = 'callback.example.com';

describe('npm run setup', () => {
  let folder: string;
  let rtc: RtcEmulator;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-setup-'));
    writeFileSync(
      join(folder, '.env'),
      `APP_IDS=yourAppId\nCALLBACK_SECRETS=${SECRET}\nCALLBACK_HOST=${HOST}\nOSS_BUCKET=rtc-record\n`,
    );
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    rtc = await startRtcEmulator({ credentials: [KEY, STS_KEY] });
  });

  afterEach(() => rtc.close());

  const KEY_ENVIRONMENT = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: KEY.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEY.accessKeySecret,
  };

  /** The built command in a folder with nothing but `.env`. */
  function run(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: folder,
      env: { RTC_ENDPOINT: rtc.endpoint, RTC_PROTOCOL: 'http', ...KEY_ENVIRONMENT, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    return new Promise<{ readonly code: number | null; readonly output: string }>((done, fail) => {
      child.once('error', fail).once('close', (code) => done({ code, output }));
    });
  }

  async function listTemplates(AppId = 'yourAppId'): Promise<readonly Record<string, unknown>[]> {
    const { body } = await call(rtc.endpoint, 'DescribeRecordTemplates', { AppId });
    return Array.isArray(body.Templates) ? body.Templates : [];
  }

  const add = async (parameters: Parameters) => (await call(rtc.endpoint, 'AddRecordTemplate', parameters)).body;
  const countChanges = () =>
    ['AddRecordTemplate', 'UpdateRecordTemplate'].map((Action) => rtc.countRequests({ Action }).received);

  test('makes the template, and says the line for .env', async () => {
    const { code, output } = await run();
    expect(code, output).toBe(0);
    const [template, ...others] = await listTemplates();
    expect(others).toEqual([]);
    expect(template).toMatchObject({
      Name: 'rtc-recorder-dev',
      OssBucket: 'rtc-record',
      Formats: ['m3u8'],
      FileSplitInterval: 1800,
      TaskProfile: '4IN_720P',
      MediaEncode: 20,
      LayoutIds: [1, 2, 5, 6],
      HttpCallbackUrl: `https://${HOST}/record-callbacks/yourAppId/${TOKEN}`,
    });
    expect(output).toContain(`\nTEMPLATE_ID=${String(template?.TemplateId)}\n`);
    expect(output).not.toContain(TOKEN);
  });

  test('does nothing the second time', async () => {
    await run();
    const before = await listTemplates();
    const { code, output } = await run([], { TEMPLATE_ID: String(before[0]?.TemplateId) });
    expect(code).toBe(0);
    expect(output).toContain('is as it should be');
    expect(output).not.toContain('TEMPLATE_ID');
    expect(await listTemplates()).toEqual(before);
    expect(countChanges()).toEqual([1, 0]);
  });

  test('changes what differs, and keeps what no setting is about', async () => {
    const kept = {
      BackgroundColor: 255,
      DelayStopTime: 60,
      EnableM3u8DateTime: true,
      Watermarks: [{ Url: 'https://www.test.com/image.jpg', Alpha: 0.5, Display: 1 }],
    };
    await run();
    const [made] = await listTemplates();
    const { TemplateId, CreateTime: _, ClockWidgets: __, Backgrounds: ___, ...parameters } = Object(made);
    await call(rtc.endpoint, 'UpdateRecordTemplate', { AppId: 'yourAppId', TemplateId, ...parameters, ...kept });

    const { code, output } = await run([], { RECORD_FORMATS: 'mp4,m3u8', FILE_SPLIT_INTERVAL_SECONDS: '3600' });
    expect(code, output).toBe(0);
    expect(output).toMatch(/ {2}Formats +m3u8 -> m3u8, mp4\n {2}FileSplitInterval +1800 -> 3600\nchanged\n/);
    expect(await listTemplates()).toMatchObject([
      { TemplateId, ...kept, Formats: ['mp4', 'm3u8'], FileSplitInterval: 3600 },
    ]);
  });

  test('says that a secret differs, and shows neither', async () => {
    await run();
    const other = 'another-secret-that-makes-callback-urls';
    const { output } = await run([], { CALLBACK_SECRETS: `${other},${SECRET}` });
    expect(output).toMatch(/HttpCallbackUrl +differs, a secret is not shown/);
    for (const secret of [SECRET, TOKEN, other, createCallbackToken(other, 'yourAppId')]) {
      expect(output).not.toContain(secret);
    }
    expect(await listTemplates()).toMatchObject([
      { HttpCallbackUrl: expect.stringContaining(createCallbackToken(other, 'yourAppId')) },
    ]);
  });

  test('changes from the callback function to a queue, of another application', async () => {
    await run(['--app-id', 'otherApp']);
    const { code, output } = await run(['--app-id', 'otherApp'], { MNS_QUEUE: 'rtc-files', CALLBACK_HOST: '' });
    // An empty variable of the environment stands over that of .env.
    expect(code, output).toBe(0);
    const [template] = await listTemplates('otherApp');
    expect(template).toMatchObject({ MnsQueue: 'rtc-files' });
    expect(template).not.toHaveProperty('HttpCallbackUrl');
    expect(await listTemplates()).toEqual([]);
  });

  test('--dry-run changes nothing, there or not', async () => {
    const first = await run(['--dry-run']);
    expect(first.output).toContain('template rtc-recorder-dev is not there; it would be made with');
    expect(first.output).toContain('nothing was changed');
    expect(await listTemplates()).toEqual([]);
    await run();
    const second = await run(['--dry-run'], { FILE_SPLIT_INTERVAL_SECONDS: '3600' });
    expect(second.output).toContain('1800 -> 3600');
    expect(second.output).not.toContain(TOKEN);
    expect(await listTemplates()).toMatchObject([{ FileSplitInterval: 1800 }]);
    expect([first.code, second.code]).toEqual([0, 0]);
  });

  test('finds its template on a later page', async () => {
    await run();
    const [made] = await listTemplates();
    const { TemplateId, CreateTime: _, ...parameters } = Object(made);
    for (let index = 0; index < 12; index++) await add({ ...parameters, AppId: 'yourAppId', Name: `other-${index}` });
    const { output } = await run();
    expect(output).toContain(`(${TemplateId}) is as it should be`);
  });

  test('asks which, where several have the name', async () => {
    await run();
    const [made] = await listTemplates();
    const { TemplateId, CreateTime: _, ...parameters } = Object(made);
    const twin = await add({ ...parameters, AppId: 'yourAppId' });
    const asked = await run();
    expect(asked).toMatchObject({ code: 1, output: expect.stringContaining('2 templates have the name') });
    for (const id of [TemplateId, String(twin.TemplateId)]) expect(asked.output).toContain(id);
    expect(await run([], { TEMPLATE_ID: TemplateId })).toMatchObject({ code: 0 });
  });

  test('takes a temporary key with its token', async () => {
    const key = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: STS_KEY.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: STS_KEY.accessKeySecret,
    };
    expect(await run([], key)).toMatchObject({ code: 1, output: expect.stringContaining('SECURITY_TOKEN') });
    expect(await run([], { ...key, ALIBABA_CLOUD_SECURITY_TOKEN: STS_KEY.securityToken })).toMatchObject({ code: 0 });
  });

  test.each([
    [{ ALIBABA_CLOUD_ACCESS_KEY_ID: '' }, 'set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET'],
    [
      { ALIBABA_CLOUD_ACCESS_KEY_ID: 'unknown' },
      'InvalidAccessKeyId.NotFound: ALIBABA_CLOUD_ACCESS_KEY_ID names no key',
    ],
    [
      { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong-secret' },
      'SignatureDoesNotMatch: ALIBABA_CLOUD_ACCESS_KEY_SECRET does not',
    ],
    [{ RTC_ENDPOINT: '127.0.0.1:1' }, 'RTC cannot be reached at 127.0.0.1:1 (ECONNREFUSED)'],
    [{ OSS_BUCKET: '' }, 'OSS_BUCKET: the name of an OSS bucket'],
  ])('fails with %j and says what to do', async (environment, message) => {
    const { code, output } = await run([], environment);
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toContain('    at ');
    for (const secret of [SECRET, TOKEN, 'wrong-secret', KEY.accessKeySecret]) expect(output).not.toContain(secret);
  });

  test.each([
    ['InvalidAccessKeyId.Inactive', 'is disabled'],
    ['Forbidden.RAM', 'grant it rtc:AddRecordTemplate'],
    ['SLR.NoPermission', 'ram:CreateServiceLinkedRole'],
    ['Throttling.User', 'try again in a minute'],
    ['InternalError', 'a failure of its own'],
  ] as const)('says what to do about %s', async (Code, remedy) => {
    rtc.setFaults({ requests: [{ Action: 'AddRecordTemplate', fault: { kind: 'error', Code } }] });
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toContain(`${Code}: `);
    expect(output).toContain(remedy);
  });

  test('says what to do about a clock that is wrong', async () => {
    const body = JSON.stringify({ RequestId: 'R', Code: 'InvalidTimeStamp.Expired', Message: 'expired' });
    const fault = { kind: 'status', status: 400, body, contentType: 'application/json' } as const;
    rtc.setFaults({ requests: [{ fault }] });
    expect(await run()).toMatchObject({
      code: 1,
      output: expect.stringContaining('the clock of this machine is wrong'),
    });
  });

  test('repeats nothing that a refusal quotes', async () => {
    const Message = `HttpCallbackUrl https://${HOST}/record-callbacks/yourAppId/${TOKEN} is not valid.`;
    const body = JSON.stringify({ RequestId: 'R', Code: 'InvalidHttpCallbackUrl', Message });
    const fault = { kind: 'status', status: 400, body, contentType: 'application/json' } as const;
    rtc.setFaults({ requests: [{ Action: 'AddRecordTemplate', fault }] });
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toContain('InvalidHttpCallbackUrl: HttpCallbackUrl [address] is not valid.');
    expect(output).not.toContain(TOKEN);
  });

  test('takes a refusal with 200 for what it is', async () => {
    const body = JSON.stringify({ RequestId: 'R', Code: 'App.Stop', Message: 'stopped' });
    const fault = { kind: 'status', status: 200, body, contentType: 'application/json' } as const;
    rtc.setFaults({ requests: [{ Action: 'AddRecordTemplate', fault }] });
    expect(await run()).toMatchObject({
      code: 1,
      output: expect.stringContaining('RTC refuses with App.Stop: stopped'),
    });
  });
});
