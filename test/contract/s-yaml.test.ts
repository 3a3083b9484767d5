import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findReferences } from '../../local/deploy-rules.ts';
import { readFunctions } from '../../local/s-yaml.ts';
import { createOfflineHome, runCli } from '../../local/serverless-devs.ts';
import { OPTIONS_SETTINGS } from '../support/options-settings.ts';

/** Every variable of s.yaml, each with a value of its own; obvious dummies. */
const ENVIRONMENT = {
  FC_ROLE_ARN: 'acs:ram::123456789012:role/rtc-recorder',
  DATABASE_URL: 'postgres://recorder:dummy@127.0.0.1:5432/recorder?sslmode=disable',
  API_KEYS: 'app-one:dummy-secret-of-thirty-two-characters',
  APP_IDS: 'yourAppId',
  CALLBACK_SECRETS: 'dummy-callback-secret-of-forty-characters',
  WEBHOOK_URL: 'http://127.0.0.1:9999/',
  STAGE: 'contract',
};

const project = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(project, 's.yaml'), 'utf8');
const optionsText = readFileSync(join(project, 's.options.yaml'), 'utf8');

type Schema = 'the vendor’s schema' | 'the strict schema';
const SCHEMAS: readonly Schema[] = ['the vendor’s schema', 'the strict schema'];

let root: string;
let homes: Readonly<Record<Schema, Readonly<Record<string, string>>>>;

interface Run {
  readonly yaml?: string;
  readonly file?: 's.yaml' | 's.options.yaml';
  readonly schema?: Schema;
}

/** The real CLI, offline, as in an empty home and away from the repository, so that neither a `.env` nor a login takes part. */
async function s(command: 'preview' | 'verify', environment: Readonly<Record<string, string>>, run: Run = {}) {
  const { yaml = text, file = 's.yaml', schema = 'the strict schema' } = run;
  const folder = mkdtempSync(join(root, 'project-'));
  writeFileSync(join(folder, 's.yaml'), yaml);
  writeFileSync(join(folder, 's.options.yaml'), optionsText);
  return await runCli([command, ...(command === 'preview' ? ['-o', 'json'] : []), '-t', file], {
    folder,
    environment: { PATH: process.env.PATH, ...homes[schema], ...environment },
    output: 'collect',
  });
}

/** The JSON among the CLI's other lines. */
function readPreview(output: string): unknown {
  return JSON.parse(/^\{$[\s\S]*?^\}$/mu.exec(output)?.[0] ?? 'null');
}

function createHome(name: string) {
  const home = join(root, name);
  return { home, environment: createOfflineHome(home) };
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rtc-recorder-s-'));
  const vendor = createHome('vendor');
  copyFileSync(
    join(project, 'test/fixtures/fc3-schema.json'),
    join(vendor.home, '.s/components/devsapp.cn/v3/fc3/schema.json'),
  );
  homes = { 'the vendor’s schema': vendor.environment, 'the strict schema': createHome('strict').environment };
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('s.yaml', () => {
  it('reads as the CLI reads it, by readFunctions', async () => {
    const { code, output } = await s('preview', ENVIRONMENT);
    expect(code, output).toBe(0);
    const functions = readFunctions(text, ENVIRONMENT);
    expect(functions.map(({ name }) => name)).toEqual(['start', 'callback']);
    expect(readPreview(output)).toMatchObject({
      resources: Object.fromEntries(
        functions.map((spec) => [
          spec.name,
          {
            props: {
              functionName: spec.functionName,
              region: spec.region,
              code: spec.codeFolder,
              handler: spec.handler,
              memorySize: spec.memoryMb,
              timeout: spec.timeoutSeconds,
              environmentVariables: spec.environment,
              triggers: spec.triggers.map((trigger) =>
                trigger.type === 'http'
                  ? { triggerName: trigger.name, triggerType: 'http', triggerConfig: { methods: trigger.methods } }
                  : {
                      triggerName: trigger.name,
                      triggerType: 'timer',
                      triggerConfig: {
                        cronExpression: trigger.cronExpression,
                        enable: trigger.enabled,
                        payload: trigger.payload,
                      },
                    },
              ),
            },
          },
        ]),
      ),
    });
  });

  it.each(['FC_ROLE_ARN', 'DATABASE_URL', 'API_KEYS', 'APP_IDS', 'CALLBACK_SECRETS'])(
    'cannot be deployed without %s',
    async (name) => {
      const { code, output } = await s('preview', { ...ENVIRONMENT, [name]: '' });
      expect(code).not.toBe(0);
      expect(output).toContain(`env('${name}') not found`);
    },
  );

  it.each(SCHEMAS)('passes `s verify` with %s', async (schema) => {
    const { code, output } = await s('verify', ENVIRONMENT, { schema });
    expect(output).toContain('passed');
    expect(code).toBe(0);
  });

  it.each(SCHEMAS)('fails `s verify` with %s once memorySize is no multiple of 64', async (schema) => {
    const yaml = text.replace('memorySize: 512', 'memorySize: 500');
    const { code, output } = await s('verify', ENVIRONMENT, { yaml, schema });
    expect(output).toContain('start/props/memorySize must be multiple of 64');
    expect(code).toBe(1);
  });

  it('gives only the start function asynchronous work, and no retries of it', () => {
    const [start, callback] = readFunctions(text, ENVIRONMENT);
    expect(start).toMatchObject({ maxAsyncRetryAttempts: 0, timeoutSeconds: 30 });
    expect(start?.triggers.filter(({ type }) => type === 'timer')).toEqual([
      { type: 'timer', name: 'tick', cronExpression: '0 * * * * *', payload: '{"Action":"Tick"}', enabled: true },
    ]);
    expect(callback?.triggers).toEqual([{ type: 'http', name: 'http', methods: ['POST'] }]);
  });

  it('asks for one request at a time per instance, as built-in runtimes serve them', () => {
    expect(text).not.toMatch(/^\s*instanceConcurrency:/mu);
  });
});

describe('.env.example', () => {
  const examples = parseEnv(readFileSync(join(project, '.env.example'), 'utf8'));

  it('gives an example of every variable that s.yaml needs', () => {
    const needed = findReferences(parse(text)).filter(({ isNeeded }) => isNeeded);
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.filter(({ name }) => !examples[name])).toEqual([]);
  });
});

describe('s.options.yaml', () => {
  const environment = { ...ENVIRONMENT, ...OPTIONS_SETTINGS };

  const Preview = v.object({
    resources: v.record(v.string(), v.object({ props: v.record(v.string(), v.unknown()) })),
  });

  async function readProps(name: 'start' | 'callback', file: 's.yaml' | 's.options.yaml') {
    const { code, output } = await s('preview', environment, { file });
    expect(code, output).toBe(0);
    return v.parse(Preview, readPreview(output)).resources[name]?.props ?? {};
  }

  const vpcConfig = { vpcId: 'vpc-1', vSwitchIds: ['vsw-1'], securityGroupId: 'sg-1' };
  const domain = (path: string) => ({
    domainName: 'recorder.example.com',
    protocol: 'HTTPS',
    route: { path },
    certConfig: { certName: 'rtc-recorder', certificate: 'certificate.pem', privateKey: 'key.pem' },
  });

  it('adds VPC, domain and failure destination to the start function, and changes nothing else', async () => {
    const plain = await readProps('start', 's.yaml');
    expect(await readProps('start', 's.options.yaml')).toEqual({
      ...plain,
      vpcConfig,
      customDomain: domain('/*'),
      asyncInvokeConfig: {
        maxAsyncRetryAttempts: 0,
        destinationConfig: {
          onFailure: { destination: 'acs:mns:cn-shanghai::/queues/rtc-failed-runs/messages' },
        },
      },
    });
  });

  it('adds VPC, domain and queue to the callback function, so that no message is dropped and none blocks the others', async () => {
    const { triggers: _triggers, ...plain } = await readProps('callback', 's.yaml');
    const { triggers, ...props } = await readProps('callback', 's.options.yaml');
    expect(props).toEqual({ ...plain, vpcConfig, customDomain: domain('/record-callbacks/*') });
    expect(triggers).toMatchObject([
      { triggerType: 'http', triggerConfig: { authType: 'anonymous', methods: ['POST'] } },
      {
        triggerType: 'eventbridge',
        triggerConfig: {
          eventSourceConfig: {
            eventSourceParameters: { sourceMNSParameters: { QueueName: 'rtc-files', RegionId: 'cn-shanghai' } },
          },
          runOptions: {
            errorsTolerance: 'ALL',
            retryStrategy: { PushRetryStrategy: 'EXPONENTIAL_DECAY_RETRY' },
            deadLetterQueue: { Arn: 'acs:mns:cn-shanghai:123456789012:/queues/rtc-files-dead/messages' },
          },
        },
      },
    ]);
  });

  it.each(SCHEMAS)('passes `s verify` with %s', async (schema) => {
    const { output } = await s('verify', environment, { file: 's.options.yaml', schema });
    expect(output).toContain('passed');
  });
});
