/**
 * `npm run setup:check`: is everything there that recording needs? Each line is one check, with a remedy where it failed.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { readSettings, runCommand } from './command-line.ts';
import { formatFinding } from './setup/finding.ts';
import { runChecks } from './setup/run-checks.ts';

const HELP = `npm run setup:check -- [options]

Checks settings, key, record template, bucket, database and webhook; 1 if something failed. Nothing is changed.

  --send-test-webhook  send the app a signed event of type setup.test; without it the address is only asked for
  --help

It calls RTC with your own key, as npm run setup does.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'send-test-webhook': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const verdict = await runChecks({
    environment: readSettings(),
    testWebhook: values['send-test-webhook'] ? 'send' : 'none',
    fetch,
    tell: (finding) => console.log(formatFinding(finding)),
  });
  if (verdict === 'unfit') process.exitCode = 1;
}

runCommand(main);
