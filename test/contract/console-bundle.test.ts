/**
 * What the build makes of the console: how much a browser has to load, and what is in it.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';

const DIST = join(import.meta.dirname, '..', '..', 'dist');
const read = (name: string) => readFileSync(join(DIST, 'start', 'console', name), 'utf8');

const Meta = v.object({
  inputs: v.record(v.string(), v.object({ bytes: v.number() })),
  outputs: v.record(v.string(), v.object({ imports: v.array(v.object({ path: v.string() })) })),
});
const { inputs, outputs } = v.parse(Meta, JSON.parse(readFileSync(join(DIST, 'console-meta.json'), 'utf8')));

const MAX_GZIPPED_BYTES = 150_000;

/** What may be in a browser: the console itself, the model, the schemas of requests and answers, and two libraries. */
const ALLOWED = [
  /^functions\/start\/console\/[\w-]+\.(tsx?|css|html)$/,
  /^functions\/start\/(answer-schemas|recording-end)\.ts$/,
  /^shared\/(errors|record-task\/[\w-]+)\.ts$/,
  /^node_modules\/(preact|valibot)\//,
];

describe('the bundle of the console', () => {
  test('is small', () => {
    const sizes = ['index.html', 'main.js', 'main.css'].map((name) => gzipSync(read(name)).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(MAX_GZIPPED_BYTES);
  });

  test('holds nothing of the functions, of Node or of other packages', () => {
    expect(Object.keys(inputs).filter((input) => !ALLOWED.some((pattern) => pattern.test(input)))).toEqual([]);
    expect(Object.values(outputs).flatMap(({ imports }) => imports)).toEqual([]);
    expect(read('main.js')).not.toMatch(/\bfrom\s*["']|\bimport\s*\(|["']node:/);
  });

  test('has the very model that the service has', () => {
    expect(Object.keys(inputs)).toEqual(
      expect.arrayContaining(['shared/record-task/rules.ts', 'shared/record-task/layout-picture.ts']),
    );
  });

  test('runs nothing inline and loads nothing but its own two files', () => {
    const page = read('index.html');
    const loaded = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(loaded).toEqual(['data:,', '/console/main.css', '/console/main.js']);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
    expect(read('main.css')).not.toMatch(/url\(|@import|https?:/);
  });
});
