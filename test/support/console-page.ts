/**
 * The console in a real browser, watched: what must never happen on any page is noted.
 *
 * @module
 */
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import * as v from 'valibot';
import { LOCAL_API_KEY } from '../../local/stack.ts';

const [username = '', password = ''] = LOCAL_API_KEY.split(':');

/** The console, opened. */
export interface ConsolePage {
  readonly page: Page;
  /** Errors and warnings of the page, dialogs, and requests to anywhere but the start function. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Opens a place of the console, `#/start`, as a user who has typed in the API key. */
export async function openConsole(
  browser: Browser,
  url: string,
  hash: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({ httpCredentials: { username, password }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    // The browser itself says of every refused request that it was refused.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded with a status');
    if (['error', 'warning'].includes(message.type()) && !isStatus) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', async (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(`${url}/`) || request.url().startsWith('data:');
    if (!isOwn) problems.push(`request: ${request.url()}`);
  });
  await page.goto(`${url}/${hash}`);
  return { page, problems, close: () => context.close() };
}

/** Opens everything that is folded, and what is folded within. */
export async function unfoldAll(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const findFolded = () => [...document.querySelectorAll('details:not([open])')];
    while (findFolded().length > 0) {
      for (const details of findFolded()) details.open = true;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }
  })()`);
}

const AxeResults = v.object({
  violations: v.array(
    v.object({ id: v.string(), impact: v.nullable(v.string()), nodes: v.array(v.object({ html: v.string() })) }),
  ),
});

/** Returns what axe holds against the page as it stands, if it is serious: the rule, and the elements. */
export async function findSerious(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = v.parse(AxeResults, await page.evaluate('axe.run()'));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
