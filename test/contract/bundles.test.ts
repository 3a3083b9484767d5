/**
 * What the functions' bundles hold, as esbuild wrote it down: nothing that is not theirs, and nothing twice.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';

const Inputs = v.record(v.string(), v.unknown());
const Imports = v.array(v.object({ path: v.string(), kind: v.string() }));
const Metafile = v.object({
  outputs: v.record(v.string(), v.object({ bytes: v.number(), inputs: Inputs, imports: Imports })),
});

/** The files of a bundle by name: `index.mjs`, and what is loaded from it. */
function readOutputs(name: string) {
  const text = readFileSync(new URL(`../../dist/${name}-meta.json`, import.meta.url), 'utf8');
  const files = Object.entries(v.parse(Metafile, JSON.parse(text)).outputs).filter(([path]) => path.endsWith('.mjs'));
  return new Map(files.map(([path, output]) => [path.replace(`dist/${name}/`, ''), output]));
}

const listInputs = (name: string) => [...readOutputs(name).values()].flatMap(({ inputs }) => Object.keys(inputs));

/** `pg` of `node_modules/pg/lib/index.js`. */
const PACKAGE = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//;

function listPackages(name: string): readonly string[] {
  const packages = listInputs(name).flatMap((input) => PACKAGE.exec(input)?.[1] ?? []);
  return [...new Set(packages)].toSorted();
}

const DATABASE = [
  ...['pg', 'pg-cloudflare', 'pg-connection-string', 'pg-int8', 'pg-pool', 'pg-protocol', 'pg-types', 'pgpass'],
  ...['postgres-array', 'postgres-bytea', 'postgres-date', 'postgres-interval', 'split2', 'xtend'],
];

describe.each(['start', 'callback'])('the bundle of %s', (name) => {
  test('holds nothing of the local stack, the tests, the bench or another function', () => {
    const own = listInputs(name).filter((input) => !/^(node_modules\/|<define:)/.test(input));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((input) => !input.startsWith('shared/') && !input.startsWith(`functions/${name}/`))).toEqual([]);
    expect(own.filter((input) => input.includes('/console/'))).toEqual([]);
  });

  test('holds no package twice', () => {
    expect(listInputs(name).filter((input) => input.split('node_modules/').length > 2)).toEqual([]);
  });

  test('is within its size', () => {
    const bytes = readOutputs(name).get('index.mjs')?.bytes;
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(name === 'start' ? 750_000 : 300_000);
  });

  test('does not load fetch, half of an import, before it is used', () => {
    const url = new URL(`../../dist/${name}/index.mjs`, import.meta.url).href;
    const script = `await import('${url}'); console.log(process.moduleLoadList.some((name) => name.includes('undici')));
Response; console.log(process.moduleLoadList.some((name) => name.includes('undici')));`;
    const told = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(told).toBe('false\ntrue\n');
  });
});

describe('the bundle of callback', () => {
  test('holds the driver and valibot, and no client of RTC', () => {
    expect(listPackages('callback')).toEqual([...DATABASE, 'valibot'].toSorted());
  });
});

describe('the bundle of start', () => {
  test('has the official client in a file that is loaded with the first call', () => {
    const outputs = readOutputs('start');
    expect([...outputs.keys()].toSorted()).toEqual(['chunk.mjs', 'index.mjs', 'official-client.mjs']);
    expect(outputs.get('index.mjs')?.imports.filter(({ path }) => path.startsWith('dist/'))).toEqual([
      { path: 'dist/start/chunk.mjs', kind: 'import-statement' },
      { path: 'dist/start/official-client.mjs', kind: 'dynamic-import' },
    ]);
    const inputs = Object.keys(outputs.get('index.mjs')?.inputs ?? {});
    expect(inputs.filter((input) => input.includes('@alicloud/'))).toEqual([]);
  });

  test('holds the official client besides, the router, cron and the maker of the OpenAPI document', () => {
    const client = listPackages('start').filter((name) => name.startsWith('@alicloud/'));
    expect(client).toEqual([
      ...['@alicloud/credentials', '@alicloud/gateway-spi', '@alicloud/openapi-client', '@alicloud/openapi-util'],
      ...['@alicloud/tea-typescript', '@alicloud/tea-util', '@alicloud/tea-xml'],
    ]);
    const rest = listPackages('start').filter((name) => !client.includes(name) && !DATABASE.includes(name));
    expect(rest).toEqual([
      ...['@valibot/to-json-schema', 'croner', 'debug', 'hono', 'httpx', 'ini', 'kitx', 'ms'],
      ...['sax', 'valibot', 'xml2js', 'xmlbuilder'],
    ]);
  });
});
