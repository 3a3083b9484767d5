/**
 * The Serverless Devs CLI, as this project runs it: the installed one, with a home folder and an environment of its own.
 *
 * @see https://github.com/Serverless-Devs/Serverless-Devs
 * @module
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import strictSchema from './fc3-schema-strict.json' with { type: 'json' };

const require = createRequire(import.meta.url);
const CLI = require.resolve('@serverless-devs/s/bin/s');

interface CliRun {
  /** 1 also for a process that was killed. */
  readonly code: number;
  /** What it wrote to either stream, without colours. */
  readonly output: string;
}

interface CliOptions {
  /** The folder of `s.yaml`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `show` hands the terminal over; then there is no output to return. */
  readonly output: 'collect' | 'show';
}

/** Runs the CLI to its end. */
export function runCli(args: readonly string[], { folder, environment, output }: CliOptions): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: folder,
      env: environment,
      stdio: output === 'show' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: stripVTControlCharacters(chunks.join('')) }));
  });
}

/** Runs `work` with a temporary folder that nobody else can read, and removes it whatever happens. */
export async function withPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-deploy-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All that `s preview` and `s verify` need of the component fc3: a schema. */
const SCHEMA_COMPONENT = `const { readFileSync } = require('node:fs');
module.exports = class { async getSchema() { return readFileSync(__dirname + '/schema.json', 'utf8'); } };
`;

/** The component's version whose schema was tightened. */
const COMPONENT_VERSION = '0.1.22';

/**
 * Makes `home` a CLI home in which `s verify` works without network and without an account.
 *
 * @returns the variables that lead the CLI there
 */
export function createOfflineHome(home: string): Readonly<Record<string, string>> {
  const component = join(home, '.s/components/devsapp.cn/v3/fc3');
  mkdirSync(component, { recursive: true });
  writeFileSync(join(component, 'index.js'), SCHEMA_COMPONENT);
  writeFileSync(join(component, 'schema.json'), JSON.stringify(strictSchema));
  // Whatever package.json may lie above the temporary folder.
  writeFileSync(join(component, 'package.json'), '{"type":"commonjs"}');
  // A fresh date keeps the CLI from asking the network for a newer one.
  writeFileSync(
    join(component, '.s.lock'),
    JSON.stringify({ version: COMPONENT_VERSION, lastUpdateCheck: Date.now() }),
  );
  writeFileSync(join(home, '.s/set-config.yml'), 'analysis: disable\n');
  return {
    HOME: home,
    serverless_devs_config_home: home,
    serverless_devs_daemon_enable: 'false',
    // Empty ones keep those of .env out: the CLI masks every occurrence of a credential in what it prints.
    AccountID: '',
    AccessKeyID: '',
    AccessKeySecret: '',
    SecurityToken: '',
    default_serverless_devs_key: '',
  };
}
