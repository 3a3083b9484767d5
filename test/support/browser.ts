/**
 * A real browser for tests, with nothing to install: on Linux x64 a Chromium that comes with the packages
 * (`@sparticuz/chromium`), elsewhere the Google Chrome of the machine.
 *
 * Both run as their users have them. The flags that `@sparticuz/chromium` suggests are not taken: they turn off web
 * security and site isolation, which is what some tests are about.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

const require = createRequire(import.meta.url);
const PACKAGE = require.resolve('@sparticuz/chromium');

/** Starts a browser without a window. Close it, or it stays until the test process ends. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch(await describeBrowser());
}

async function describeBrowser(): Promise<LaunchOptions> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome' };
  const folder = await unpackChromium();
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      // Libraries and a font of its own, for machines that have none.
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

/**
 * Unpacks the browser beside its package, once, and returns the folder. The package itself writes to fixed names and takes
 * a file that is there for a whole one: a second test file that starts meanwhile would run half a browser. So each
 * unpacks into a folder of its own, and the first to be ready gives it the name that all look for.
 */
async function unpackChromium(): Promise<string> {
  const root = join(dirname(PACKAGE), '..', '..');
  const folder = join(root, 'unpacked');
  if (existsSync(folder)) return folder;
  const own = await mkdtemp(join(root, 'unpacking-'));
  await promisify(execFile)(process.execPath, ['--eval', 'require(process.argv[1]).executablePath()', PACKAGE], {
    // The second variable makes it unpack the libraries too.
    env: { TMPDIR: own, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
  });
  await writeFile(join(own, 'fonts.conf'), describeFonts(folder));
  try {
    await rename(own, folder);
  } catch (error) {
    await rm(own, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function describeFonts(folder: string): string {
  const [fonts, cache] = [join(folder, 'fonts'), join(folder, 'fonts-cache')];
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${cache}</cachedir></fontconfig>
`;
}
