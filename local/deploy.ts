/**
 * `npm run deploy -- [-t FILE]`: checks the file, deploys it with the Serverless Devs CLI, and migrates the database by
 * invoking the start function. Whatever fails ends it.
 *
 * @module
 */
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../shared/config.ts';
import { RecorderError } from '../shared/errors.ts';
import { checkDeployment } from './check-deployment.ts';
import { readSettings, runCommand } from './command-line.ts';
import { describeFaults } from './deploy-rules.ts';
import { readMigration } from './migration-answer.ts';
import { runCli, withPrivateFolder } from './serverless-devs.ts';

const NEXT_STEPS = `Next, with the domain names from the output above:
  curl https://DOMAIN_OF_START/healthz                        is it alive
  CALLBACK_HOST=DOMAIN_OF_CALLBACK in .env, npm run setup     makes the record template that announces its files there
  TEMPLATE_ID=... in .env, as setup prints it, npm run deploy requests that name no template take that one
  npm run setup:check                                         is everything as it should be`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { template: { type: 'string', short: 't', default: 's.yaml' } } });
  const file = values.template;
  const folder = process.cwd();
  const settings = readSettings();

  const faults = await checkDeployment({ folder, file, settings });
  if (faults.length > 0) throw new RecorderError('Misconfigured', { message: describeFaults(file, faults) });
  console.log(`1/3 ${file} is right`);

  console.log('2/3 deploying');
  const { code } = await runCli(['deploy', '-y', '-t', file], { folder, environment: process.env, output: 'show' });
  if (code !== 0) throw new RecorderError('Misconfigured', { message: `The deployment failed: s ended with ${code}.` });

  const version = await migrate({ folder, file, settings });
  console.log(`3/3 the database is at schema version ${version}\n${NEXT_STEPS}`);
}

interface Target {
  readonly folder: string;
  readonly file: string;
  readonly settings: Environment;
}

/** Invokes `Migrate` on the start function, as the owner of the tables if `.env` names one; returns the schema's version. */
async function migrate({ folder, file, settings }: Target): Promise<number> {
  const DatabaseUrl = settings.MIGRATION_DATABASE_URL || undefined;
  return await withPrivateFolder(async (home) => {
    // In a file, because everybody on the machine can read a command line.
    const eventFile = join(home, 'event.json');
    writeFileSync(eventFile, JSON.stringify({ Action: 'Migrate', DatabaseUrl }), { mode: 0o600 });
    linkCliHome(home);
    const environment = { ...process.env, serverless_devs_config_home: home, serverless_devs_daemon_enable: 'false' };
    const answer = await withInterruptsHeld(() =>
      runCli(['start', 'invoke', '-t', file, '--event-file', eventFile], { folder, environment, output: 'collect' }),
    );
    return readMigration(answer, DatabaseUrl);
  });
}

/**
 * Makes `home` a CLI home with the accounts and components of the real one. The CLI logs what it sends, the event
 * included: here its logs are removed together with the folder.
 */
function linkCliHome(home: string): void {
  const real = join(process.env.serverless_devs_config_home ?? homedir(), '.s');
  mkdirSync(join(home, '.s'));
  if (!existsSync(real)) return;
  // `config` may name another place for the logs.
  for (const entry of readdirSync(real).filter((name) => name !== 'logs' && name !== 'config')) {
    symlinkSync(join(real, entry), join(home, '.s', entry));
  }
}

/** Ctrl-C ends the CLI, and only then this process, so that it can still remove what must not stay. */
async function withInterruptsHeld<T>(work: () => Promise<T>): Promise<T> {
  const hold = () => undefined;
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hold);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, hold);
  }
}

runCommand(main);
