/**
 * `npm run callback-url`: prints the callback URL of an AppId, for the record template. The URL is as secret as a key: it
 * is printed to the terminal and nowhere else.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { RecorderError } from '../shared/errors.ts';
import { readSettings, runCommand } from './command-line.ts';
import { createCallbackUrl } from './setup/callback-address.ts';

const HELP = `npm run callback-url -- --host HOST [options]

  --host HOST        domain name of the callback function
  --app-id APP_ID    default: the first of APP_IDS
  --help

CALLBACK_SECRETS and APP_IDS come from the environment or .env. Whoever knows the URL may post there: treat it as a key.
`;

function main(): void {
  const { values } = parseArgs({
    options: { host: { type: 'string' }, 'app-id': { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const settings = readSettings();
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
  console.log(createCallbackUrl({ host: values.host, AppId }, secret));
}

function firstOf(list: string | undefined): string | undefined {
  return list
    ?.split(',')
    .map((item) => item.trim())
    .find((item) => item !== '');
}

runCommand(main);
