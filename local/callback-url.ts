/**
 * `npm run callback-url -- --host HOST [--app-id APP_ID]`: prints the callback URL of an AppId, for the record template.
 * The URL is as secret as a key: it is printed to the terminal and nowhere else.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { RecorderError } from '../shared/errors.ts';
import { createCallbackToken } from '../shared/signing/callback-token.ts';
import { runCommand } from './command-line.ts';

function main(): void {
  const { values } = parseArgs({ options: { host: { type: 'string' }, 'app-id': { type: 'string' } } });
  const settings: Readonly<Record<string, string | undefined>> = {
    ...(existsSync('.env') && parseEnv(readFileSync('.env', 'utf8'))),
    ...process.env,
  };
  const secret = firstOf(settings.CALLBACK_SECRETS);
  const AppId = values['app-id'] ?? firstOf(settings.APP_IDS);
  const missing = [
    ...(secret === undefined ? ['CALLBACK_SECRETS (environment or .env)'] : []),
    ...(AppId === undefined ? ['--app-id, or APP_IDS (environment or .env)'] : []),
    ...(values.host === undefined ? ['--host, the domain of the callback function'] : []),
  ];
  if (secret === undefined || AppId === undefined || values.host === undefined) {
    throw new RecorderError('Misconfigured', { message: `Missing: ${missing.join('; ')}.` });
  }
  if (secret.length < 32) {
    throw new RecorderError('Misconfigured', { message: 'CALLBACK_SECRETS: a secret has at least 32 characters.' });
  }
  const path = `/record-callbacks/${encodeURIComponent(AppId)}/${createCallbackToken(secret, AppId)}`;
  console.log(new URL(path, `https://${values.host}`).href);
}

function firstOf(list: string | undefined): string | undefined {
  return list
    ?.split(',')
    .map((item) => item.trim())
    .find((item) => item !== '');
}

runCommand(main);
