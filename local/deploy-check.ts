/**
 * `npm run deploy:check -- [-t FILE]`: every fault of a deployment at once, each with its remedy, before anything is sent.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { checkDeployment } from './check-deployment.ts';
import { readSettings, runCommand } from './command-line.ts';
import { describeFaults } from './deploy-rules.ts';

runCommand(async () => {
  const { values } = parseArgs({ options: { template: { type: 'string', short: 't', default: 's.yaml' } } });
  const file = values.template;
  const faults = await checkDeployment({ folder: process.cwd(), file, settings: readSettings() });
  if (faults.length === 0) return console.log(`${file} can be deployed.`);
  console.error(describeFaults(file, faults));
  process.exitCode = 1;
});
