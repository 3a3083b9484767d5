/**
 * Other sites against a user whose browser knows the API key: a page of somebody else's does all that a page can do to
 * the start function, in a real browser. Nothing may happen, and nothing may be readable by that page.
 */
import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOOPBACK, listen } from '../../local/listen.ts';
import { LOCAL_API_KEY } from '../../local/stack.ts';
import { launchBrowser } from '../support/browser.ts';
import { type RequestWatch, startRequestWatch, type WatchedRequest } from '../support/request-watch.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const [username = '', password = ''] = LOCAL_API_KEY.split(':');

/** What a form of type text/plain sends, `name=value`, made to be a start in JSON. */
const FORM_NAME = '{"TaskId":"stolen","TemplateId":"t","ChannelId":"c","UserPanes":[{"PaneId":0,"Texts":[{"Text":"a';
const FORM_VALUE = '"}]}]}';
const START = `${FORM_NAME}=${FORM_VALUE}`;
const RPC_START = { Action: 'StartRecordTask', Version: '2018-01-11', Format: 'JSON', AppId: 'yourAppId' };

interface Attack {
  /** Run in the hostile page with `target`, `get` and `keep`; what it keeps has been read by the page. */
  readonly script: string;
  /** What has to arrive: the attack itself or the question that precedes it. */
  readonly reaches: Partial<WatchedRequest>;
}

const submitForm = (action: string, enctype: string, fields: object): string => `
  const form = document.createElement('form');
  Object.assign(form, { method: 'POST', action: target + ${JSON.stringify(action)}, enctype: ${JSON.stringify(enctype)} });
  for (const [name, value] of Object.entries(${JSON.stringify(fields)})) {
    const input = document.createElement('input');
    Object.assign(input, { name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();`;

/** What the browser asks first; refused by the platform, so that the request itself never leaves. */
const PREFLIGHT = { method: 'OPTIONS', credentials: 'none', status: 403 } as const;

/**
 * Everything a page can make a browser send elsewhere. Links are refused like the rest: that a GET changes nothing does
 * not make it somebody else's to open.
 */
const ATTACKS: Readonly<Record<string, Attack>> = {
  'an image': {
    script: `const image = new Image(); image.onload = () => keep('an image of ' + image.width); image.src = target + '/record-tasks?i';`,
    reaches: { method: 'GET', path: '/record-tasks?i', mode: 'no-cors', status: 403 },
  },
  'a script element': {
    script: `const element = document.createElement('script'); element.onload = () => keep('a script');
      element.src = target + '/console/main.js'; document.body.append(element);`,
    reaches: { path: '/console/main.js', mode: 'no-cors', status: 403 },
  },
  'a style sheet': {
    script: `const element = document.createElement('link'); element.onload = () => keep('a style sheet');
      Object.assign(element, { rel: 'stylesheet', href: target + '/console/main.css' }); document.body.append(element);`,
    reaches: { path: '/console/main.css', mode: 'no-cors', status: 403 },
  },
  'a frame': {
    script: `const frame = document.createElement('iframe'); frame.src = target + '/record-tasks?f';
      frame.onload = () => { if (frame.contentDocument !== null) keep(frame.contentDocument.body.textContent);
        for (let at = 0; at < frame.contentWindow.length; at++) keep('a frame within'); };
      document.body.append(frame);`,
    reaches: { path: '/record-tasks?f', mode: 'navigate', status: 403 },
  },
  'a frame with the console': {
    script: `const frame = document.createElement('iframe'); frame.src = target + '/'; document.body.append(frame);`,
    reaches: { path: '/', mode: 'navigate', status: 403 },
  },
  'a window': {
    script: `const other = window.open(target + '/record-tasks?w');
      const read = setInterval(() => { try { if (other.location.href !== 'about:blank') keep(other.document.body.textContent); }
        catch { clearInterval(read); } }, 5);`,
    reaches: { path: '/record-tasks?w', mode: 'navigate', status: 403 },
  },
  'a link': {
    script: `location.href = target + '/record-tasks?l';`,
    reaches: { path: '/record-tasks?l', mode: 'navigate', status: 403 },
  },
  'a link to the drop-in': {
    script: `location.href = target + '/?' + new URLSearchParams(${JSON.stringify(RPC_START)});`,
    reaches: { method: 'GET', mode: 'navigate', status: 400 },
  },
  'a form of text/plain that is a start': {
    script: submitForm('/record-tasks', 'text/plain', { [FORM_NAME]: FORM_VALUE }),
    reaches: { method: 'POST', path: '/record-tasks', mode: 'navigate', status: 403 },
  },
  'an urlencoded form to the drop-in': {
    script: submitForm('/', 'application/x-www-form-urlencoded', { ...RPC_START, TaskId: 'stolen' }),
    reaches: { method: 'POST', path: '/', mode: 'navigate', status: 400 },
  },
  'a multipart form': {
    script: submitForm('/record-tasks', 'multipart/form-data', { a: START }),
    reaches: { method: 'POST', path: '/record-tasks', mode: 'navigate', status: 403 },
  },
  'a fetch without CORS': {
    script: `get('/record-tasks', { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(START)} });`,
    reaches: { method: 'POST', path: '/record-tasks', mode: 'no-cors', status: 403 },
  },
  'a fetch without CORS that reads': {
    script: `get('/record-tasks?n', { mode: 'no-cors' });`,
    reaches: { path: '/record-tasks?n', mode: 'no-cors', status: 403 },
  },
  'a fetch that reads': {
    script: `get('/record-tasks?c', {});`,
    reaches: { path: '/record-tasks?c', mode: 'cors', status: 403 },
  },
  'a fetch of JSON': {
    script: `get('/record-tasks?j', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(START)} });`,
    reaches: { ...PREFLIGHT, path: '/record-tasks?j' },
  },
  'a fetch with the key itself': {
    script: `get('/record-tasks?k', { headers: { authorization: 'Basic ' + btoa(${JSON.stringify(LOCAL_API_KEY)}) } });`,
    reaches: { ...PREFLIGHT, path: '/record-tasks?k' },
  },
  'a DELETE by fetch': {
    script: `get('/record-tasks/victim', { method: 'DELETE' });`,
    reaches: { ...PREFLIGHT, path: '/record-tasks/victim' },
  },
  'a PATCH by fetch': {
    script: `get('/record-tasks/victim', { method: 'PATCH', body: '{}' });`,
    reaches: { ...PREFLIGHT, path: '/record-tasks/victim' },
  },
  'a fetch to the drop-in': {
    script: `get('/', { method: 'POST', body: new URLSearchParams(${JSON.stringify(RPC_START)}) });`,
    reaches: { method: 'POST', path: '/', mode: 'cors', status: 400 },
  },
  'a beacon': {
    script: `navigator.sendBeacon(target + '/record-tasks?b', ${JSON.stringify(START)});`,
    reaches: { method: 'POST', path: '/record-tasks?b', mode: 'no-cors', status: 403 },
  },
};

/** The hostile page; `loot` is what it could read. */
const createPage = (target: string): string => `<!doctype html><title>hostile</title><body><script>
  const target = ${JSON.stringify(target)};
  globalThis.loot = [];
  const keep = (text) => loot.push(String(text));
  const get = (path, init) => fetch(target + path, { credentials: 'include', ...init }).then(
    async (answer) => { if (answer.type !== 'opaque') keep(answer.status + await answer.text()); },
    () => undefined,
  );
</script>`;

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

describe('another site, with the user’s credentials in the browser', () => {
  let stack: TestStack;
  let watch: RequestWatch;
  let browser: Browser;
  let hostile: Server;
  let hostilePort: number;
  let rtcRequestsBefore = 0;

  beforeAll(async () => {
    stack = await startTestStack();
    watch = await startRequestWatch(stack.start.port);
    hostile = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end(createPage(watch.url));
    });
    hostilePort = await listen(hostile, 0);
    browser = await launchBrowser();
    await stack.call('POST', '/record-tasks', { ChannelId: 'c', TaskId: 'victim', TemplateId: 't' });
    rtcRequestsBefore = stack.rtc.requests().length;
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => hostile.close(resolve));
    await watch.close();
    await stack.close();
  });

  /** The user has opened the console and been asked for the key, which the browser keeps. */
  async function logIn(): Promise<Page> {
    const context = await browser.newContext({ httpCredentials: { username, password } });
    const page = await context.newPage();
    expect((await page.goto(watch.url))?.status()).toBe(200);
    return page;
  }

  // Another port is another origin of the same site; another name is another site.
  describe.each([
    ['another origin', 'same-site', LOOPBACK],
    ['another site', 'cross-site', 'localhost'],
  ])('from %s', (_name, site, host) => {
    interface Outcome {
      readonly arrived: WatchedRequest;
      readonly loot: unknown;
    }
    const outcomes = new Map<string, Outcome>();

    beforeAll(async () => {
      const context = (await logIn()).context();
      const attacking = await inOrder(Object.entries(ATTACKS), async ([attack, { script }]) => {
        const page = await context.newPage();
        await page.goto(`http://${host}:${hostilePort}/`);
        const before = watch.requests().length;
        await page.evaluate(script);
        const arrived = await waitFor(() =>
          watch
            .requests()
            .slice(before)
            .find(({ site: from }) => from === site),
        );
        return { attack, page, arrived };
      });
      for (const { attack, page, arrived } of attacking) {
        // Every answer is there and has had its handlers; whoever navigated away has no page left to read with.
        await page.waitForLoadState('networkidle');
        outcomes.set(attack, { arrived, loot: await page.evaluate('globalThis.loot ?? []') });
      }
      await context.close();
    });

    test.each(Object.entries(ATTACKS))('%s is refused and reads nothing', (attack, { reaches }) => {
      // The browser does send the key along: it is the door that refuses.
      expect(outcomes.get(attack)).toMatchObject({ arrived: { credentials: 'sent', ...reaches }, loot: [] });
    });

    test('does nothing', async () => {
      expect(stack.rtc.requests()).toHaveLength(rtcRequestsBefore);
      const tasks = await stack.database.query('select task_id as id, state, changes from tasks', []);
      expect(tasks).toEqual([{ id: 'victim', state: 'recording', changes: null }]);
    });
  });

  test('would have been let in by what it holds: the console’s own page is, with the same credentials', async () => {
    const page = await logIn();
    const status = await page.evaluate(`fetch('/record-tasks').then((answer) => answer.status)`);
    expect(status).toBe(200);
    expect(watch.requests().at(-1)).toMatchObject({ credentials: 'sent', site: 'same-origin', status: 200 });
  });

  test('would have started a recording: as JSON from the user the body of the form does', async () => {
    const page = await logIn();
    const status = await page.evaluate(
      `fetch('/record-tasks?dryRun=true', { method: 'POST', body: ${JSON.stringify(START)},
        headers: { 'content-type': 'application/json' } }).then((answer) => answer.status)`,
    );
    expect(status).toBe(200);
  });
});
