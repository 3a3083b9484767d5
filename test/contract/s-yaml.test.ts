import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFunctions } from '../../local/s-yaml.ts';

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
const mnsText = readFileSync(join(project, 's.mns.yaml'), 'utf8');

let home: string;

/** The real CLI, offline, as in an empty home and away from the repository, so that neither a `.env` nor a login takes part. */
async function s(
  yaml: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  file: 's.yaml' | 's.mns.yaml' = 's.yaml',
): Promise<{ readonly code: number; readonly output: string }> {
  const folder = mkdtempSync(join(home, 'project-'));
  writeFileSync(join(folder, 's.yaml'), yaml);
  writeFileSync(join(folder, 's.mns.yaml'), mnsText);
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [join(project, 'node_modules/@serverless-devs/s/bin/s'), ...args, '-t', file],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: home, serverless_devs_config_home: home, ...environment },
      },
      (_, stdout, stderr) => done({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}

/** The JSON among the CLI's other lines. */
function readPreview(output: string): unknown {
  return JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('}') + 1));
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'rtc-recorder-s-'));
  // A component that knows nothing but its schema is all that `s verify` needs of fc3. The fresh date in the lock file
  // keeps the CLI from asking the network for a newer one.
  const component = join(home, '.s/components/devsapp.cn/v3/fc3');
  mkdirSync(component, { recursive: true });
  writeFileSync(
    join(component, 'index.js'),
    `const fs = require('fs');
     module.exports = class { async getSchema() { return fs.readFileSync(process.env.FC3_SCHEMA, 'utf8'); } };`,
  );
  // Whatever package.json may lie above the temporary folder.
  writeFileSync(join(component, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(component, '.s.lock'), JSON.stringify({ version: '0.1.22', lastUpdateCheck: Date.now() }));
  for (const schema of ['fc3-schema.json', 'fc3-schema-strict.json']) {
    copyFileSync(join(project, 'test/fixtures', schema), join(home, schema));
  }
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('s.yaml', () => {
  it('reads as the CLI reads it, by readFunctions', async () => {
    const { code, output } = await s(text, ['preview', '-o', 'json'], ENVIRONMENT);
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
      const { code, output } = await s(text, ['preview', '-o', 'json'], { ...ENVIRONMENT, [name]: '' });
      expect(code).not.toBe(0);
      expect(output).toContain(`env('${name}') not found`);
    },
  );

  it.each(['fc3-schema.json', 'fc3-schema-strict.json'])('passes `s verify` with %s', async (schema) => {
    const { code, output } = await s(text, ['verify'], { ...ENVIRONMENT, FC3_SCHEMA: join(home, schema) });
    expect(output).toContain('passed');
    expect(code).toBe(0);
  });

  it.each(['fc3-schema.json', 'fc3-schema-strict.json'])(
    'fails `s verify` with %s once memorySize is no multiple of 64',
    async (schema) => {
      const faulty = text.replace('memorySize: 512', 'memorySize: 500');
      const { code, output } = await s(faulty, ['verify'], { ...ENVIRONMENT, FC3_SCHEMA: join(home, schema) });
      expect(output).toContain('start/props/memorySize must be multiple of 64');
      expect(code).toBe(1);
    },
  );

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

describe('s.mns.yaml', () => {
  const environment = {
    ...ENVIRONMENT,
    MNS_QUEUE: 'rtc-files',
    MNS_DEAD_LETTER_QUEUE: 'rtc-files-dead',
    ALIYUN_ACCOUNT_ID: '123456789012',
  };

  it('adds the queue to s.yaml, so that no message is dropped and none blocks the others', async () => {
    const { code, output } = await s(text, ['preview', '-o', 'json'], environment, 's.mns.yaml');
    expect(code, output).toBe(0);
    const plain = await s(text, ['preview', '-o', 'json'], environment);
    const { triggers: _triggers, ...props } = readCallback(plain.output);
    expect(readCallback(output)).toMatchObject({
      ...props,
      triggers: [
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
      ],
    });
  });

  it.each(['fc3-schema.json', 'fc3-schema-strict.json'])('passes `s verify` with %s', async (schema) => {
    const { output } = await s(text, ['verify'], { ...environment, FC3_SCHEMA: join(home, schema) }, 's.mns.yaml');
    expect(output).toContain('passed');
  });

  const Preview = v.object({
    resources: v.object({ callback: v.object({ props: v.record(v.string(), v.unknown()) }) }),
  });

  function readCallback(output: string): Readonly<Record<string, unknown>> {
    return v.parse(Preview, readPreview(output)).resources.callback.props;
  }
});
