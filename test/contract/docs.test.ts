/**
 * What the documents say about the project is true of it: links, routes, variables and commands exist, and the table of
 * parameters in docs/migrate.md leaves none out.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseEnv } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { listOperations } from '../../functions/start/operations.ts';
import { AddRecordTemplateSchema } from '../../local/emulator/record-template.ts';
import { readFunctions } from '../../local/s-yaml.ts';
import { getShape, type Shape } from '../../shared/record-task/schema-shape.ts';
import { StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const listMarkdown = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));
const DOCUMENTS = ['.', 'docs', 'docs/ram'].flatMap(listMarkdown);

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The text outside fenced blocks: what is rendered, headings and links included. */
function dropFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

/** What stands in backticks, and every line of the fenced blocks. */
function listCode(markdown: string): readonly string[] {
  const fences = markdown.match(/^```[\s\S]*?^```$/gm) ?? [];
  const spans = [...dropFences(markdown).matchAll(/`([^`\n]+)`/g)].flatMap(([, span = '']) => span);
  return [...fences.flatMap((fence) => fence.split('\n')), ...spans];
}

/** Ids of headings as GitHub makes them: a repeated one gets a number. */
function listAnchors(markdown: string): readonly string[] {
  const counts = new Map<string, number>();
  return [...dropFences(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Links within the project that lead nowhere. */
function findBrokenLinks(file: string, markdown: string): readonly string[] {
  const links = [...dropFences(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((target) => {
    if (/^https?:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const found = path === '' ? file : relative(ROOT, join(ROOT, dirname(file), path));
    if (!existsSync(join(ROOT, found))) return true;
    if (anchor === undefined) return false;
    return !listAnchors(found === file ? markdown : read(found)).includes(anchor);
  });
}

/** `{TaskId}` and `lesson-42` are both one part of a path. */
function matchesPath(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith('{') || part === given[index]);
}

const ROUTES = [
  ...listOperations().map(({ method, path }) => ({ method: method.toUpperCase(), path })),
  // The other function's one route, and those of the emulator.
  { method: 'POST', path: '/record-callbacks/{AppId}/{token}' },
  { method: 'GET', path: '/_emulator/state' },
  ...['GET', 'PUT', 'DELETE'].map((method) => ({ method, path: '/_emulator/faults' })),
];

/** Routes named as `GET /path`, and addresses that curl is given, which are not answered. */
function findUnknownRoutes(code: readonly string[]): readonly string[] {
  const named = code.flatMap((line) => [...line.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/[^\s`?"']*)/g)]);
  const unknown = named
    .filter(
      ([, method, path = '']) => !ROUTES.some((route) => route.method === method && matchesPath(route.path, path)),
    )
    .map(([text]) => text);
  const curled = code.flatMap((line) => [...line.matchAll(/(?:\$URL|http:\/\/127\.0\.0\.1:80\d\d)(\/[^\s`?"']+)/g)]);
  const lost = curled
    .filter(([, path = '']) => !ROUTES.some((route) => matchesPath(route.path, path)))
    .map(([text]) => text);
  return [...unknown, ...lost];
}

const { scripts } = v.parse(v.object({ scripts: v.record(v.string(), v.string()) }), JSON.parse(read('package.json')));

function findUnknownScripts(code: readonly string[]): readonly string[] {
  return code
    .flatMap((line) => [...line.matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name))
    .filter((name) => name !== 'ci' && !Object.hasOwn(scripts, name));
}

/** The rows of the first table with this head, as cells. */
function readTable(markdown: string, head: string): readonly (readonly string[])[] {
  const [, rest = ''] = markdown.split(`\n| ${head} |`);
  const [table = ''] = rest.split('\n\n');
  const rows = table.split('\n').slice(2);
  return rows.map((row) => row.split('|').slice(1, -1));
}

/** What stands in backticks in the first column. */
function listFirstColumn(rows: ReturnType<typeof readTable>): readonly string[] {
  return rows.flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

/** RPC names with N for every index: `UserPanes.N.Texts.N.FontSize`. */
function listRpcNames(shape: Shape, name = ''): readonly string[] {
  if (shape.kind === 'value') return [name];
  if (shape.kind === 'list') return listRpcNames(shape.item, `${name}.N`);
  return [...shape.fields].flatMap(([key, field]) => listRpcNames(field.shape, name === '' ? key : `${name}.${key}`));
}

/** Variables of each function, as they are deployed. */
function readDeployedVariables(): ReadonlyMap<string, readonly string[]> {
  const example = { ...parseEnv(read('.env.example')), WEBHOOK_URL: 'https://app.example.com/' };
  return new Map(
    readFunctions(read('s.yaml'), example).map(({ name, environment }) => [name, Object.keys(environment)]),
  );
}

describe('the rules of this file', () => {
  it('find planted faults', () => {
    const markdown =
      '# A b\n\n## A b\n\n[a](#a-b-1) [b](#nowhere) [c](docs/nothing.md) [d](LICENSE)\n\n```\n# no heading\n```\n';
    expect(listAnchors(markdown)).toEqual(['a-b', 'a-b-1']);
    expect(listAnchors('### What is `recording`, and [why](x.md)?')).toEqual(['what-is-recording-and-why']);
    expect(findBrokenLinks('README.md', markdown)).toEqual(['#nowhere', 'docs/nothing.md']);
    const code = listCode(
      '`GET /record-tasks/{TaskId}` `PUT /record-tasks` `GET /nothing?x=1`\n```sh\ncurl "$URL/no/way?x"\n```\n',
    );
    expect(findUnknownRoutes(code)).toEqual(['PUT /record-tasks', 'GET /nothing', '$URL/no/way']);
    expect(findUnknownScripts(['npm run nothing -- --x', 'npm ci && npm test', 'npm start'])).toEqual(['nothing']);
    const rows = readTable('\n| a | b |\n| --- | --- |\n| `x`, `y` | z |\n\n| c |\n', 'a | b');
    expect(rows).toEqual([[' `x`, `y` ', ' z ']]);
    expect(listFirstColumn(rows)).toEqual(['x', 'y']);
  });
});

describe.each(DOCUMENTS)('%s', (file) => {
  const markdown = read(file);
  const code = listCode(markdown);

  it('links to files and headings that exist', () => {
    expect(findBrokenLinks(file, markdown)).toEqual([]);
  });

  it('names routes that are answered', () => {
    expect(findUnknownRoutes(code)).toEqual([]);
  });

  it('names commands that package.json has', () => {
    expect(findUnknownScripts(code)).toEqual([]);
  });
});

describe('README.md', () => {
  const rows = readTable(read('README.md'), 'variable | function | meaning');
  const documented = rows.flatMap((row) => listFirstColumn([row]).map((name) => [name, row[1]?.trim()]));

  it('says of every variable which function has it, and leaves none out', () => {
    const deployed = readDeployedVariables();
    const names = new Set([...deployed.values()].flat());
    const expected = [...names].map((name) => {
      const owners = [...deployed].filter(([, variables]) => variables.includes(name)).map(([owner]) => owner);
      return [name, owners.length > 1 ? 'both' : owners[0]];
    });
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
  });

  it('names variables that .env.example explains', () => {
    expect(Object.keys(parseEnv(read('.env.example')))).toEqual(expect.arrayContaining([...listFirstColumn(rows)]));
  });
});

describe('docs/migrate.md', () => {
  const markdown = read('docs/migrate.md');
  const newer = 'StartCloudRecord | StartRtcCloudRecording';
  const task = listRpcNames(getShape(StartRecordTaskSchema));

  it('has a row for every parameter of StartRecordTask, and for nothing else', () => {
    expect([...listFirstColumn(readTable(markdown, `StartRecordTask | ${newer}`))].sort()).toEqual([...task].sort());
  });

  it('has a row for every field of the record template that no task has, and for nothing else', () => {
    const template = listRpcNames(getShape(AddRecordTemplateSchema)).filter((name) => !task.includes(name));
    expect([...listFirstColumn(readTable(markdown, `AddRecordTemplate | ${newer}`))].sort()).toEqual(
      [...template].sort(),
    );
  });
});
