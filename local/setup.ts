/**
 * `npm run setup`: makes the record template that the settings describe, or brings it in line.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { readSettings, runCommand } from './command-line.ts';
import { createRtcCaller, readRtcTarget } from './setup/rtc-api.ts';
import { setUpTemplate } from './setup/set-up-template.ts';
import { readTemplateSettings } from './setup/settings.ts';

const HELP = `npm run setup -- [options]

Makes the record template of this deployment at RTC, or changes what differs; settings are in .env (see .env.example).

  --app-id ID   the application (default: the first of APP_IDS)
  --dry-run     only say what would change
  --help

It calls RTC with your own key: ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, if the key is temporary,
ALIBABA_CLOUD_SECURITY_TOKEN in the environment.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'app-id': { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const environment = readSettings();
  const settings = readTemplateSettings(environment, values['app-id']);
  const target = readRtcTarget(environment);
  console.log(`RTC at ${target.endpoint} over ${target.protocol}, AppId ${settings.wanted.AppId}`);
  await setUpTemplate({
    callRtc: createRtcCaller(target),
    settings,
    mode: values['dry-run'] ? 'dryRun' : 'apply',
    tell: (line) => console.log(line),
  });
}

runCommand(main);
