/**
 * Builds what the function host forks, so that a test file works without `npm run build`.
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Bundles `local/instance.ts` into `folder`. @returns the module's path */
export async function buildInstanceModule(folder: string): Promise<string> {
  const outfile = join(folder, 'instance.mjs');
  await build({
    entryPoints: [resolve(import.meta.dirname, '../../local/instance.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
  return outfile;
}
