/**
 * `npm run bench`: measures what the budgets are about, prints one table and writes it to `bench/RESULTS.md`.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStart } from './cold-start.ts';
import { measureGrowth } from './growth.ts';
import { measureHotPath } from './hot-path.ts';
import { measureIngest } from './ingest.ts';
import { PROJECT_FOLDER } from './peer.ts';
import { measureStarts } from './starts.ts';
import { formatTable, type Row } from './table.ts';

const HELP = `npm run bench -- [section ...] [options]

  sections           hot-path, cold-start, ingest, starts, growth; all if none is named
  --quick            fewer rounds: to see that it runs, not to quote
  --full             growth up to 1 million tasks (about ten minutes more); 100 thousand without it
  --help

The table is printed, and written to bench/RESULTS.md if all sections were measured. Exits 1 if a budget is missed.
`;

/** How much is done. */
export interface BenchSize {
  readonly rounds: number;
  readonly coldStarts: number;
  readonly requests: number;
  readonly tasks: readonly number[];
}

/** From measurements of their own, made when the figures were first taken. */
const NOTES = `## Where a budget is missed or nearly so, and why

- **First answer of the start function.** About half of it is Node itself, which no program can save: above that floor the ratio is 0.34. What is left is the import, the router's \`Response\`, which loads all of Node's fetch (about
  9 ms), and the first check (7 ms). The figure lies between 0.49 and 0.54 of the peer from run to run.
- **Ingest.** About half of the statement's time is parsing and planning, because statements are unnamed so that any pooler will do: 0.51 ms, and 0.23 ms prepared by name. That weighs where the database is in the same machine; 1 ms away the
  one round trip counts for more, and five, as the three queries in a transaction have, for most.
- **Check and flatten of the largest request.** 0.9 to 1.05 ms from run to run, always a little less than zod with the official client's flatten, which checks no rule between parameters.
- **The vendor's sample** takes twice as long to check as with zod: the rules between parameters cost the same for small requests. It is a thousandth of a start.
`;

const SECTIONS = {
  'hot-path': (size: BenchSize) => measureHotPath(size.rounds),
  'cold-start': measureColdStart,
  ingest: measureIngest,
  starts: measureStarts,
  growth: measureGrowth,
} as const satisfies Record<string, (size: BenchSize) => Promise<readonly Row[]>>;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const tasks = values.quick ? [1_000, 10_000] : values.full ? [1_000, 100_000, 1_000_000] : [1_000, 100_000];
  const size: BenchSize = values.quick
    ? { rounds: 5, coldStarts: 5, requests: 200, tasks }
    : { rounds: 40, coldStarts: 40, requests: 3_000, tasks };
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(SECTIONS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.error(`measuring ${name} …`);
    rows.push(...(await measure(size)));
  }
  const table = formatTable(rows);
  console.log(table);
  if (positionals.length === 0) writeFileSync(join(PROJECT_FOLDER, 'bench', 'RESULTS.md'), describeRun(table, size));
  process.exitCode = rows.some(({ budget }) => budget?.isMet === false) ? 1 : 0;
}

function describeRun(table: string, size: BenchSize): string {
  const { version } = JSON.parse(readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8'));
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const [cpu] = cpus();
  return `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, rtc-recorder ${version} at ${commit}: Node ${process.versions.node}, ${type()} ${release()}, ${cpus().length} × ${cpu?.model ?? 'an unknown processor'},
${Math.round(totalmem() / 2 ** 30)} GiB. Runs of ours and of what stands beside it take turns in one process tree, but for the sizes of growth, which come one after the other; figures are medians of ${size.rounds} rounds (cold starts: ${size.coldStarts}) after one to warm up, unless said otherwise. A ratio
below 1 : 1 is in our favour where less is better.

${table}

${NOTES}`;
}

await main();
