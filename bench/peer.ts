/**
 * The peers: programs of their own in `bench/peers`, whose packages are installed there and nowhere else.
 *
 * @module
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The folder that `npm run bench` is run in. */
export const PROJECT_FOLDER = process.cwd();

/** The path of a peer. */
export function findPeer(name: string): string {
  return join(PROJECT_FOLDER, 'bench', 'peers', name);
}

/** The exports of a peer. */
export async function importPeer(name: string): Promise<unknown> {
  return await import(pathToFileURL(findPeer(name)).href);
}
