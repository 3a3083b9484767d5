/**
 * Peers as bundles: one file each, as the functions are, but for what the functions' build does to be quick: see `define`
 * in package.json, and `--splitting`.
 *
 * @module
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { findPeer, PROJECT_FOLDER } from './peer.ts';

/** Bundles a peer into a folder of its own, as `index.mjs`, and returns the path of the file. */
export async function bundlePeer(name: string): Promise<string> {
  const outfile = join(PROJECT_FOLDER, 'dist', 'bench', name.replace('.mjs', ''), 'index.mjs');
  await build({
    entryPoints: [findPeer(name)],
    outfile,
    ...{ bundle: true, platform: 'node', target: 'node20', format: 'esm', external: ['pg-native'], logLevel: 'error' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}
