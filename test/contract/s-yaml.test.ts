import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

let home: string;

/** The real CLI, offline, as in an empty home and away from the repository, so that neither a `.env` nor a login takes part. */
async function s(
  yaml: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  const folder = mkdtempSync(join(home, 'project-'));
  writeFileSync(join(folder, 's.yaml'), yaml);
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [join(project, 'node_modules/@serverless-devs/s/bin/s'), ...args, '-t', 's.yaml'],
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
