import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');
const FILES = readdirSync(FOLDER);

const Step = v.strictObject({
  uses: v.optional(v.string()),
  run: v.optional(v.string()),
  with: v.optional(v.record(v.string(), v.unknown())),
});

const Workflow = v.looseObject({
  permissions: v.unknown(),
  jobs: v.record(v.string(), v.looseObject({ 'timeout-minutes': v.number(), steps: v.array(Step) })),
});

const readText = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const read = (file: string) => v.parse(Workflow, parse(readText(file)));

describe.each(FILES)('.github/workflows/%s', (file) => {
  it('may read the repository and nothing else', () => {
    expect(read(file).permissions).toEqual({ contents: 'read' });
  });

  it('pins every action by its commit, and says which version that is', () => {
    const lines = readText(file)
      .split('\n')
      .filter((line) => line.includes('uses:'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/^ +- uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('keeps no token in the clone', () => {
    const clones = Object.values(read(file).jobs)
      .flatMap(({ steps }) => steps)
      .filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(clones.length).toBeGreaterThan(0);
    for (const clone of clones) expect(clone.with).toMatchObject({ 'persist-credentials': false });
  });
});

describe('.github/workflows/ci.yml', () => {
  it('runs what everybody runs, and nothing besides', () => {
    const steps = Object.values(read('ci.yml').jobs).flatMap(({ steps }) => steps);
    expect(steps.flatMap(({ run }) => run ?? [])).toEqual(['.ci/run']);
    expect(statSync(join(ROOT, '.ci/run')).mode & 0o100).toBe(0o100);
  });

  it('runs on the Node of Function Compute', () => {
    expect(parse(readText('ci.yml')).jobs.ci.strategy.matrix.node).toContain(20);
    expect(readFileSync(join(ROOT, 's.yaml'), 'utf8')).toContain('runtime: nodejs20');
  });
});

describe('.github/dependabot.yml', () => {
  it('watches the packages and the actions, weekly and in groups', () => {
    const { updates } = parse(readFileSync(join(ROOT, '.github/dependabot.yml'), 'utf8'));
    expect(updates).toMatchObject([
      { 'package-ecosystem': 'npm', schedule: { interval: 'weekly' }, groups: { npm: { patterns: ['*'] } } },
      {
        'package-ecosystem': 'github-actions',
        schedule: { interval: 'weekly' },
        groups: { actions: { patterns: ['*'] } },
      },
    ]);
  });
});
