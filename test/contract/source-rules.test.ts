import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = ['functions', 'shared', 'local']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The code without comments and without what stands in quotes. */
function stripText(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/`(?:[^`\\]|\\.)*`/g, '``')
    .replace(/\/\/.*$/gm, '');
}

const isImport = (line: string) => /^\s*(import|export)\b.*\bas\b/.test(line) || /^\s*(type )?\w+ as \w+,?$/.test(line);

/** Lines that escape the type checker. */
function findCasts(source: string): readonly string[] {
  return stripText(source)
    .split('\n')
    .filter((line) => /\bas (?!const\b)/.test(line) && !isImport(line) && !/\}\s*from/.test(line))
    .map((line) => line.trim());
}

/** Exports that no doc block stands before. */
function findUndocumented(source: string): readonly string[] {
  const lines = source.split('\n');
  return lines.filter(
    (line, index) =>
      /^export (default |async |abstract )*(function|const|class|interface|type|let)\b/.test(line) &&
      !/\*\/\s*$/.test(lines[index - 1] ?? ''),
  );
}

describe('the source', () => {
  test('is read by these rules, and a planted fault is found', () => {
    expect(SOURCES.length).toBeGreaterThan(50);
    expect(findCasts("const x = y as string; // as any\nconst z = 'a as b';")).toEqual(['const x = y as string;']);
    expect(findCasts("import * as v from 'v';\nconst a = [1] as const;")).toEqual([]);
    expect(findUndocumented('/** Said. */\nexport const a = 1;\n\nexport const b = 2;')).toEqual([
      'export const b = 2;',
    ]);
  });

  test.each(SOURCES)('%s says at its top what it is for', (file) => {
    expect(read(file)).toMatch(/^\/\*\*(?:(?!\*\/)[\s\S])*@module\b/);
  });

  test.each(SOURCES)('%s casts nothing', (file) => {
    expect(findCasts(read(file))).toEqual([]);
  });

  test.each(SOURCES.filter((file) => file.startsWith('shared')))('%s documents every export', (file) => {
    expect(findUndocumented(read(file))).toEqual([]);
  });
});

const PLANTED = [
  ['shared/errors.ts', "import '../functions/start/door.ts';", 'noRestrictedImports'],
  ['shared/log.ts', "import '../local/listen.ts';", 'noRestrictedImports'],
  ['functions/start/start.ts', "import '../../local/listen.ts';", 'noRestrictedImports'],
  ['functions/start/stop.ts', "import '../callback/index.ts';", 'noRestrictedImports'],
  ['functions/callback/index.ts', "import '../start/door.ts';", 'noRestrictedImports'],
  ['local/stack.ts', "import '../functions/start/door.ts';", 'noRestrictedImports'],
  ['local/main.ts', "import '../test/support/stack.ts';", 'noRestrictedImports'],
  ['shared/signing/acs3.ts', "import '../store/database.ts';", 'noRestrictedImports'],
  ['shared/record-task/check.ts', "import 'node:fs';", 'noRestrictedImports'],
  ['shared/record-task/rules.ts', 'export const at = Date.now();', 'noRestrictedGlobals'],
  ['shared/signing/rpc-v1.ts', "export const got = fetch('http://x');", 'noRestrictedGlobals'],
  ['functions/start/door.ts', 'export const home = process.env.HOME;', 'noProcessEnv'],
  ['shared/events.ts', "export * from './errors.ts';", 'noReExportAll'],
  ['functions/start/update.ts', "import '../../shared/errors.ts';", undefined],
  ['local/listen.ts', "import '../shared/errors.ts';", undefined],
] as const;

/** Which rules each planted line breaks, by file: a tree of its own, with the project's settings. */
function lintPlanted(): ReadonlyMap<string, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rtc-recorder-layers-'));
  try {
    for (const [file, line] of PLANTED) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `${line}\n`);
    }
    for (const name of ['biome.json', '.gitignore']) copyFileSync(join(ROOT, name), join(folder, name));
    const biome = join(ROOT, 'node_modules', '.bin', 'biome');
    const { stdout, stderr } = spawnSync(biome, ['lint', '--colors=off', '--max-diagnostics=200', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    const found = new Map<string, string[]>();
    for (const match of `${stdout}${stderr}`.matchAll(/^(\S+?\.ts)(?::\d+:\d+)? lint\/\w+\/(\w+)/gm)) {
      const [, file = '', rule = ''] = match;
      found.set(file, [...(found.get(file) ?? []), rule]);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the layers', () => {
  let found: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    found = lintPlanted();
  });

  test.each(PLANTED)('%s: %s is judged by %s', (file, _line, rule) => {
    expect(found.get(file)).toEqual(rule === undefined ? undefined : expect.arrayContaining([rule]));
  });
});
