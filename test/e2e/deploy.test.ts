import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OPTIONS_SETTINGS } from '../support/options-settings.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const SETTINGS = {
  FC_ROLE_ARN: 'acs:ram::123456789012:role/recorder',
  DATABASE_URL: 'postgres://rtc_recorder:dummy@db.internal:5432/rtc_recorder',
  API_KEYS: 'app-one:dummy-secret-of-thirty-two-characters',
  APP_IDS: 'myAppId',
  CALLBACK_SECRETS: 'dummy-callback-secret-of-forty-characters',
};

const OWNER_PASSWORD = 'dummy-owner-password';
const OWNER_URL = `postgres://owner:${OWNER_PASSWORD}@db.internal:5432/rtc_recorder`;

let root: string;
/** A clone with its settings, and the home of whoever deploys it. */
let folder: string;
let home: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rtc-recorder-deploy-test-'));
  folder = join(root, 'clone');
  home = join(root, 'home');
  mkdirSync(folder);
  mkdirSync(join(root, 'tmp'));
  for (const file of ['s.yaml', 's.options.yaml', '.env.example']) copyFileSync(join(ROOT, file), join(folder, file));
  symlinkSync(join(ROOT, 'dist'), join(folder, 'dist'));
  // The build that `s deploy` starts has happened.
  writeFileSync(join(folder, 'package.json'), '{"scripts":{"build:functions":"node --version"}}');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeSettings(settings: Readonly<Record<string, string>>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
}

/** Changes s.yaml; each change must find its place. */
function breakYaml(...changes: readonly (readonly [from: string, to: string])[]): void {
  const path = join(folder, 's.yaml');
  const text = changes.reduce(
    (yaml, [from, to]) => {
      expect(yaml).toContain(from);
      return yaml.replace(from, to);
    },
    readFileSync(path, 'utf8'),
  );
  writeFileSync(path, text);
}

interface Run {
  readonly code: number | null;
  readonly output: string;
}

function run(script: 'deploy' | 'deploy-check', ...args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'dist/local', `${script}.mjs`), ...args], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        TMPDIR: join(root, 'tmp'),
        AccountID: '123456789012',
        AccessKeyID: 'dummy-access-key-id',
        AccessKeySecret: 'dummy-access-key-secret',
        serverless_devs_daemon_enable: 'false',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: stripVTControlCharacters(chunks.join('')) }));
  });
}

describe('npm run deploy:check', () => {
  test('says yes to s.yaml with settings of the user’s own', async () => {
    writeSettings({ ...SETTINGS, MIGRATION_DATABASE_URL: OWNER_URL });
    expect(await run('deploy-check')).toEqual({ code: 0, output: 's.yaml can be deployed.\n' });
  });

  test('says yes to everything of s.options.yaml', async () => {
    writeSettings({ ...SETTINGS, ...OPTIONS_SETTINGS });
    expect(await run('deploy-check', '-t', 's.options.yaml')).toEqual({
      code: 0,
      output: 's.options.yaml can be deployed.\n',
    });
  });

  test('credentials in .env do not get in the way', async () => {
    writeSettings({ ...SETTINGS, AccountID: '123456789012', AccessKeyID: 'start', AccessKeySecret: 'acs' });
    expect(await run('deploy-check')).toMatchObject({ code: 0 });
  });

  test('names every setting that is missing, at once', async () => {
    const { code, output } = await run('deploy-check');
    expect(code).toBe(1);
    expect(output).toContain('s.yaml cannot be deployed: 5 faults\n');
    for (const name of Object.keys(SETTINGS)) expect(output).toContain(`  ${name} is not set\n    -> `);
  });

  test('names settings that are still the example', async () => {
    copyFileSync(join(folder, '.env.example'), join(folder, '.env'));
    const { code, output } = await run('deploy-check');
    expect(code).toBe(1);
    expect(output).toContain('s.yaml cannot be deployed: 5 faults\n');
    for (const name of Object.keys(SETTINGS)) expect(output).toContain(`  ${name} is still the example\n`);
  });

  test('finds faults of the schema, of our rules, of the code and of the settings together', async () => {
    writeSettings({ ...SETTINGS, API_KEYS: 'app-one:dummy$X', CALLBACK_SECRETS: 'too-short-dummy' });
    breakYaml(
      ['access: default', 'access: "${' + "env('X', 'y')" + '}"'],
      ['cpu: 0.5', 'cpu: 0.33'],
      ['timeout: 30', 'timeout: 300'],
      ['cronExpression: "0 * * * * *"', 'cronExpression: "* * * * *"'],
      ['code: ./dist/callback', 'code: ./dist/elsewhere\n      memorysize: 512'],
      ['methods: [POST]', 'methods: [POSTS]'],
    );
    const { code, output } = await run('deploy-check');
    expect(code).toBe(1);
    const places = [
      'API_KEYS holds a $',
      'access is an expression',
      'callback.props.triggers.0.triggerConfig.methods.0 must be equal to one of the allowed values',
      'callback.props must NOT have additional properties',
      'start.props.cpu is no multiple of 0.05',
      'start.props.timeout is not 15 to 44 seconds',
      'start.props.triggers.tick.cronExpression never fires',
      'start.props.environmentVariables Missing or unusable environment variables: API_KEYS',
      'callback.props.environmentVariables Missing or unusable environment variables: CALLBACK_SECRETS',
      'callback.props.code names no folder',
    ];
    for (const place of places) expect(output).toContain(`  ${place}`);
    expect(output).not.toMatch(/dummy/);
  });

  test.each([
    ['no export', 'export const main = 1;', 'does not export the handler index.handler'],
    ['a fault in itself', 'throw new Error("dummy")', 'cannot be loaded'],
  ])('finds code with %s', async (_, source, problem) => {
    writeSettings(SETTINGS);
    mkdirSync(join(folder, 'code'));
    writeFileSync(join(folder, 'code', 'index.mjs'), source);
    breakYaml(['code: ./dist/start', 'code: ./code']);
    const { code, output } = await run('deploy-check');
    expect(code).toBe(1);
    expect(output).toContain(`start.props.code ${problem}`);
  });

  test.each([
    ['not there', 's.none.yaml', undefined, 'There is no file s.none.yaml.'],
    ['no YAML', 's.bad.yaml', 'a: [dummy', 's.bad.yaml is not YAML with members'],
    ['beyond the CLI', 's.bad.yaml', `edition: 3.0.0\nname: x\nvars:\n  a: \${dummy('x')}\n`, 'cannot read s.bad.yaml'],
  ])('refuses a file that is %s', async (_, file, text, message) => {
    writeSettings(SETTINGS);
    if (text !== undefined) writeFileSync(join(folder, file), text);
    const { code, output } = await run('deploy-check', '-t', file);
    expect(code).toBe(1);
    expect(output).toContain(message);
    expect(output).not.toMatch(/dummy/);
  });
});

/** In the place of fc3: the real one needs an account. It writes down what the CLI hands it. */
const STAND_IN = `
const { appendFileSync, readFileSync, statSync } = require('node:fs');
const fs = require('node:fs');
module.exports = class {
  constructor({ logger }) { this.logger = logger; }
  note(step, inputs, more) {
    const { functionName, environmentVariables } = inputs.props;
    appendFileSync(__dirname + '/steps', JSON.stringify({ step, functionName, environmentVariables, argv: process.argv, ...more }) + '\\n');
  }
  async deploy(inputs) {
    this.note('deploy', inputs);
    if (fs.existsSync(__dirname + '/refuse')) throw new Error('Forbidden.RAM');
    return {};
  }
  async invoke(inputs) {
    const file = inputs.args[inputs.args.indexOf('--event-file') + 1];
    const event = readFileSync(file, 'utf8');
    this.note('invoke', inputs, { event: JSON.parse(event), file, mode: (statSync(file).mode & 0o777).toString(8) });
    this.logger.debug('Running invoke payload: ' + event);
    this.logger.write(readFileSync(__dirname + '/answer', 'utf8'));
  }
};`;

interface Step {
  readonly step: string;
  readonly functionName: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly event?: unknown;
  readonly file?: string;
  readonly mode?: string;
}

describe('npm run deploy', () => {
  let component: string;

  beforeEach(() => {
    component = join(home, '.s/components/devsapp.cn/v3/fc3');
    mkdirSync(component, { recursive: true });
    writeFileSync(join(component, 'index.js'), STAND_IN);
    writeFileSync(join(component, 'package.json'), '{"type":"commonjs"}');
    writeFileSync(join(component, '.s.lock'), JSON.stringify({ version: '0.1.22', lastUpdateCheck: Date.now() }));
    writeFileSync(join(home, '.s/set-config.yml'), 'analysis: disable\n');
    answer('RequestId: 1-6b03\n\nInvoke Result:\n{"applied":[1],"version":1}');
  });

  const answer = (text: string) => writeFileSync(join(component, 'answer'), text);

  function readSteps(): readonly Step[] {
    const path = join(component, 'steps');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  /** Every file below a folder that holds a text. */
  function findText(below: string, text: string): readonly string[] {
    return readdirSync(below, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, 'utf8').includes(text));
  }

  test('checks, deploys both functions and migrates, in this order, then says what is next', async () => {
    writeSettings(SETTINGS);
    const { code, output } = await run('deploy');
    expect(output).toMatch(
      /^1\/3 s\.yaml is right\n2\/3 deploying\n[\s\S]*\n3\/3 the database is at schema version 1\nNext, [\s\S]*npm run setup:check/,
    );
    expect(code).toBe(0);
    expect(readSteps().map(({ step, functionName }) => `${step} ${functionName}`)).toEqual([
      'deploy rtc-recorder-start-dev',
      'deploy rtc-recorder-callback-dev',
      'invoke rtc-recorder-start-dev',
    ]);
    expect(readSteps().at(-1)?.event).toEqual({ Action: 'Migrate' });
  });

  test('hands the owner of the tables to the migration alone, and leaves no trace of it', async () => {
    writeSettings({ ...SETTINGS, MIGRATION_DATABASE_URL: OWNER_URL });
    const { code, output } = await run('deploy');
    expect(code, output).toBe(0);
    const steps = readSteps();
    expect(steps.at(-1)).toMatchObject({ event: { Action: 'Migrate', DatabaseUrl: OWNER_URL }, mode: '600' });
    expect(JSON.stringify(steps.map(({ argv, environmentVariables }) => [argv, environmentVariables]))).not.toContain(
      OWNER_PASSWORD,
    );
    expect(output).not.toContain(OWNER_PASSWORD);
    expect(existsSync(steps.at(-1)?.file ?? '')).toBe(false);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
    rmSync(join(component, 'steps'));
    expect(findText(home, OWNER_PASSWORD)).toEqual([]);
  });

  test('deploys another file when told to', async () => {
    writeSettings({ ...SETTINGS, ...OPTIONS_SETTINGS });
    expect(await run('deploy', '-t', 's.options.yaml')).toMatchObject({ code: 0 });
    expect(readSteps().at(-1)?.argv).toContain('s.options.yaml');
  });

  test('sends nothing when the check finds a fault', async () => {
    writeSettings({ ...SETTINGS, API_KEYS: 'app-one:short' });
    const { code, output } = await run('deploy');
    expect(code).toBe(1);
    expect(output).toContain('s.yaml cannot be deployed: 1 fault\n');
    expect(readSteps()).toEqual([]);
  });

  test('does not migrate after a deployment that failed', async () => {
    writeSettings(SETTINGS);
    writeFileSync(join(component, 'refuse'), '');
    const { code, output } = await run('deploy');
    expect(code).toBe(1);
    expect(output).toContain('Forbidden.RAM');
    expect(output).toContain('The deployment failed: s ended with ');
    expect(readSteps().map(({ step }) => step)).toEqual(['deploy']);
  });

  test('fails when the migration fails, although the CLI does not, and hides the password', async () => {
    writeSettings({ ...SETTINGS, MIGRATION_DATABASE_URL: OWNER_URL });
    answer(`Error Type: X\n\nInvoke Result:\n{"errorMessage":"${OWNER_URL}: permission denied for schema public"}`);
    const { code, output } = await run('deploy');
    expect(code).toBe(1);
    expect(output).toContain(
      'but the migration failed:\n{"errorMessage":"[removed]: permission denied for schema public"}',
    );
    expect(output).not.toContain(OWNER_PASSWORD);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });
});
