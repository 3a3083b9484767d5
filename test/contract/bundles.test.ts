/**
 * What the functions' bundles hold, as esbuild wrote it down: nothing that is not theirs, and nothing twice.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';

const Metafile = v.object({
  outputs: v.record(v.string(), v.object({ bytes: v.number(), inputs: v.record(v.string(), v.unknown()) })),
});

const { outputs } = v.parse(
  Metafile,
  JSON.parse(readFileSync(new URL('../../dist/meta.json', import.meta.url), 'utf8')),
);

const listInputs = (name: string) => Object.keys(outputs[`dist/${name}/index.mjs`]?.inputs ?? {});

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
    const own = listInputs(name).filter((input) => !input.startsWith('node_modules/'));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((input) => !input.startsWith('shared/') && !input.startsWith(`functions/${name}/`))).toEqual([]);
    expect(own.filter((input) => input.includes('/console/'))).toEqual([]);
  });

  test('holds no package twice', () => {
    expect(listInputs(name).filter((input) => input.split('node_modules/').length > 2)).toEqual([]);
  });

  test('is within its size', () => {
    const bytes = outputs[`dist/${name}/index.mjs`]?.bytes;
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(name === 'start' ? 1_300_000 : 300_000);
  });
});

describe('the bundle of callback', () => {
  test('holds the driver and valibot, and no client of RTC', () => {
    expect(listPackages('callback')).toEqual([...DATABASE, 'valibot'].toSorted());
  });
});

describe('the bundle of start', () => {
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
