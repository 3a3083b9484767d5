import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type ConsolePage, findSerious, openConsole, unfoldAll } from '../support/console-page.ts';
import { announce, playScene } from '../support/console-scene.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const IMAGES = join(import.meta.dirname, '..', '..', 'docs', 'images');

const DESKTOP = { viewport: { width: 1100, height: 760 } };

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: DESKTOP,
  dark: { ...DESKTOP, colorScheme: 'dark' },
  'on a phone': { viewport: { width: 375, height: 800 } },
};

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name });
const dialog = (page: Page) => page.getByRole('dialog');
const outcome = (page: Page) => page.locator('.outcome-box');
const row = (page: Page, name: string) => page.getByRole('row').filter({ has: link(page, name) });
const readFocus = (page: Page): Promise<unknown> =>
  page.evaluate('document.activeElement.className || document.activeElement.id || document.activeElement.textContent');

async function waitForFocus(page: Page, what: string): Promise<void> {
  await waitFor(async () => (String(await readFocus(page)).startsWith(what) ? true : undefined));
}

describe('the console', () => {
  let stack: TestStack;
  let browser: Browser;
  const open: ConsolePage[] = [];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startTestStack(), launchBrowser()]);
    await playScene(stack);
  });

  afterAll(async () => {
    await browser.close();
    await stack.close();
  });

  afterEach(async () => {
    stack.app.respondWith(204);
    const opened = open.splice(0);
    const problems = opened.flatMap((console) => console.problems);
    await Promise.all(opened.map((console) => console.close()));
    expect(problems).toEqual([]);
  });

  async function openPlace(hash: string, options: BrowserContextOptions = DESKTOP): Promise<Page> {
    const opened = await openConsole(browser, stack.start.url, hash, options);
    open.push(opened);
    // Longer than it takes the page to ask again.
    opened.page.setDefaultTimeout(15_000);
    return opened.page;
  }

  const start = async (TaskId: string, parameters: object = {}) => {
    const body = { TaskId, ChannelId: 'c', TemplateId: '76dasgb****', ...parameters };
    expect(await stack.call('POST', '/record-tasks', body)).toMatchObject({ status: 201 });
  };

  // First, while nothing but the scene has happened.
  test('makes small pictures of itself', async () => {
    const shots = {
      'console-tasks.png': { hash: '#/tasks', shown: 'lesson-42', height: 420 },
      'console-task.png': { hash: '#/tasks/yourAppId/lesson-42', shown: 'What happened', height: 1_000 },
    };
    for (const [name, { hash, shown, height }] of Object.entries(shots)) {
      const page = await openPlace(hash, { viewport: { width: 1_100, height } });
      await page.getByText(shown).first().waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      const update = process.env.UPDATE_SCREENSHOTS !== undefined;
      const image = await page.screenshot({ ...(update && { path: join(IMAGES, name) }) });
      expect(image.length).toBeLessThan(150_000);
    }
  });

  describe('the list of tasks', () => {
    test('shows a recording that begins and its file, while one looks on', async () => {
      const page = await openPlace('#/tasks');
      await link(page, 'lesson-42').waitFor();
      await start('live-1', { ChannelId: 'live' });
      await row(page, 'live-1').getByText('recording').waitFor();
      await announce(stack, { TaskId: 'live-1', ChannelId: 'live', from: 5_390, to: 5_400 });
      await row(page, 'live-1').getByRole('cell', { name: '1', exact: true }).waitFor();
      await link(page, 'live-1').click();
      await heading(page, 'Task live-1').waitFor();
      await announce(stack, { TaskId: 'live-1', ChannelId: 'live', from: 5_400, to: 5_410 });
      await page.locator('.data tbody tr').nth(1).waitFor();
      expect(await page.title()).toBe('Task live-1 · rtc-recorder');
    });

    test('is narrowed by filters that have a link of their own, and back takes them back', async () => {
      const page = await openPlace('#/tasks');
      await page.getByLabel('State').selectOption('failed');
      await link(page, 'lecture-7').waitFor();
      await link(page, 'lesson-42').waitFor({ state: 'detached' });
      expect(page.url()).toBe(`${stack.start.url}/#/tasks?State=failed`);
      await page.getByLabel('Channel').fill('nobody');
      await page.getByLabel('Channel').press('Enter');
      await page.getByText('No task fits.').waitFor();
      await page.goBack();
      await link(page, 'lecture-7').waitFor();
      expect(await page.getByLabel('Channel').inputValue()).toBe('');
    });

    test('goes through its pages and back to the newest', async () => {
      await stack.database.query(
        `insert into tasks (app_id, task_id, channel_id, state)
select 'yourAppId', 'old-' || lpad(i::text, 2, '0'), 'many', 'external' from generate_series(1, 41) as i`,
        [],
      );
      const page = await openPlace('#/tasks?ChannelId=many');
      await link(page, 'old-41').waitFor();
      expect(await page.locator('tbody tr').count()).toBe(20);
      await link(page, 'Older').click();
      await link(page, 'old-21').waitFor();
      await link(page, 'Older').click();
      await link(page, 'old-01').waitFor();
      expect(await link(page, 'Older').count()).toBe(0);
      await page.reload();
      await link(page, 'old-01').waitFor();
      await link(page, 'Newest').click();
      await link(page, 'old-41').waitFor();
      await stack.database.query("delete from tasks where channel_id = 'many'", []);
    });

    test('says when it is not up to date, and is again as soon as it can', async () => {
      const page = await openPlace('#/tasks?ChannelId=class-7');
      await page.getByText('Live', { exact: true }).waitFor();
      await page.route(/\/record-tasks\?/, (route) => route.fulfill({ status: 502, body: '' }));
      await page.getByText('Not up to date. Unreachable: The service gave no usable answer.').waitFor();
      expect(await link(page, 'lesson-42').count()).toBe(1);
      await page.unroute(/\/record-tasks\?/);
      await button(page, 'Try now').click();
      await page.getByText('Live', { exact: true }).waitFor();
    });

    test('does not ask while nobody sees it', async () => {
      const page = await openPlace('#/tasks');
      await page.clock.install();
      await page.reload();
      await page.getByText('Live', { exact: true }).waitFor();
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      const setHidden = (hidden: boolean) =>
        page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
          document.dispatchEvent(new Event('visibilitychange'))`);
      const hasAsked = () => waitFor(() => (requests.length > 0 ? true : undefined));
      await page.clock.fastForward(10_000);
      await hasAsked();
      await setHidden(true);
      requests.length = 0;
      for (let rounds = 0; rounds < 3; rounds++) await page.clock.runFor(10_000);
      expect(requests).toEqual([]);
      await setHidden(false);
      await hasAsked();
    });

    test('shows what is wrong with a filter in the words of the service', async () => {
      const page = await openPlace('#/tasks?State=lost');
      await page.getByText('must be one of starting, recording').first().waitFor();
    });
  });

  describe('the page of a task', () => {
    test('shows its timeline, its files with the gap marked, its warnings and its picture', async () => {
      const page = await openPlace('#/tasks/yourAppId/lesson-42');
      await heading(page, 'Task lesson-42').waitFor();
      const titles = await page.locator('.timeline > li strong:first-child').allTextContents();
      expect(titles.filter((title) => title !== '')).toEqual(
        expect.arrayContaining(['Requested', 'Started', 'Changed', 'File', 'Gap']),
      );
      const files = page.locator('.data tbody tr');
      expect(await files.count()).toBe(4);
      expect(await files.nth(1).textContent()).toMatch(/^Gap.*4 min 5\d sa pause or a loss \(m3u8\)$/);
      await page.getByText('4IN_720P is the cheapest that suffices').first().waitFor();
      expect(await page.locator('.layout-picture img').getAttribute('alt')).toContain('Pane 0: teacher');
      await page.locator('.timeline').getByText('1 attempt').first().click();
      await page.locator('.timeline').getByText('HTTP 204').first().waitFor();
    });

    test('leads to a file by a signed link', async () => {
      const page = await openPlace('#/tasks/yourAppId/lesson-42');
      const href = await page.locator('.data tbody th a').first().getAttribute('href');
      const response = await fetch(`${stack.start.url}${href}`, {
        headers: { authorization: stack.authorization },
        redirect: 'manual',
      });
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toContain('x-oss-signature=');
    });

    test('says why a task has failed, of somebody else, or nowhere to be found', async () => {
      const page = await openPlace('#/tasks/yourAppId/lecture-7');
      await heading(page, 'Why it failed').waitFor();
      await page.getByText('Refused: InvalidLayoutID.Malformed.').first().waitFor();
      await page.goto(`${stack.start.url}/#/tasks/yourAppId/imported-3`);
      await page.getByText('Somebody else started it.').waitFor();
      await page.goto(`${stack.start.url}/#/tasks/yourAppId/nothing`);
      await page.getByText('InvalidTask.NotFound').waitFor();
    });

    test('stops it by keyboard, after a question that can be left', async () => {
      await start('stop-me');
      const page = await openPlace('#/tasks/yourAppId/stop-me');
      await button(page, 'Stop').press('Enter');
      await dialog(page).getByText('RTC ends the task stop-me.').waitFor();
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'hidden' });
      await waitForFocus(page, 'danger');
      expect(stack.rtc.tasks().find(({ TaskId }) => TaskId === 'stop-me')?.state).toBe('recording');

      await page.keyboard.press('Enter');
      await dialog(page).getByRole('button', { name: 'Cancel' }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await outcome(page).getByText('Stopped.').waitFor();
      await waitForFocus(page, 'outcome-box');
      await heading(page, 'Task stop-me stopped').waitFor();
      expect(await button(page, 'Stop').count()).toBe(0);
      expect(await page.locator('.timeline').textContent()).toMatch(/Requested.*Started.*Stop asked for.*Stopped/);
    });

    test('changes it after a question, and shows what is wrong with a change', async () => {
      await start('change-me');
      const page = await openPlace('#/tasks/yourAppId/change-me');
      await page.getByText('Change the recording').click();
      const send = async (json: string) => {
        await page.getByLabel('JSON', { exact: true }).fill(json);
        await button(page, 'Send the change').click();
        await dialog(page).getByRole('button', { name: 'Send the change' }).click();
      };
      await send('{"LayoutIds": ["six"]}');
      await outcome(page).getByText('InvalidLayoutID.Malformed').waitFor();
      await outcome(page).getByText('LayoutIds[0]').first().waitFor();
      await send('{"LayoutIds": [6], "SubSpecUsers": ["teacher"]}');
      await outcome(page).getByText('Changed: RTC has taken it.').waitFor();
      await page.locator('.timeline').getByText('SubSpecUsers, LayoutIds').waitFor();
      expect(stack.rtc.requests().at(-1)).toMatchObject({
        Action: 'UpdateRecordTask',
        parameters: { TaskId: 'change-me', LayoutIds: [6], SubSpecUsers: ['teacher'] },
      });
    });
  });

  describe('the log of events', () => {
    test('has failures first, and delivers one again', async () => {
      stack.app.respondWith(410);
      await start('lost-webhook');
      stack.app.respondWith(503);
      const page = await openPlace('#/events');
      const failures = page.getByRole('table', { name: 'Not delivered' });
      const failure = failures.getByRole('row').filter({ hasText: 'lost-webhook' });
      await failure.getByText('given up').waitFor();
      await failure.getByText('1 attempt').click();
      await failure.getByText('HTTP 410').waitFor();
      const before = stack.app.events().find(({ data }) => Object(data).TaskId === 'lost-webhook')?.attempts;

      await failure.getByRole('button', { name: /^Deliver again: Started/ }).click();
      await outcome(page).getByText('Not delivered: the app did not answer with a 2xx.').waitFor();
      await failure.getByText('being retried').waitFor();
      stack.app.respondWith(204);
      await failure.getByRole('button', { name: /^Deliver again: Started/ }).press('Enter');
      await outcome(page).getByText('Delivered: the app has answered with a 2xx.').waitFor();
      await waitForFocus(page, 'outcome-box');
      await failure.waitFor({ state: 'detached' });
      const after = stack.app.events().find(({ data }) => Object(data).TaskId === 'lost-webhook')?.attempts;
      expect([before, after]).toEqual([1, 3]);
    });

    test('is narrowed by type and task', async () => {
      const page = await openPlace('#/events?TaskId=lesson-42');
      await heading(page, 'Found').waitFor();
      await page.getByLabel('Type').selectOption({ label: 'Gap' });
      await page.waitForURL(/TaskId=lesson-42&Type=record_file\.gap$/);
      await page.getByText(/4 min 5\d s without a file/).waitFor();
      expect(await page.locator('tbody tr').count()).toBe(1);
    });
  });

  describe('schedules', () => {
    test('are made, with faults at their fields, paused, resumed and deleted', async () => {
      const page = await openPlace('#/schedules');
      await page.getByText('No schedule yet.').waitFor();
      await link(page, 'New schedule').click();
      await page.getByLabel('ScheduleId').fill('standup');
      await page.getByLabel('Cron').fill('at ten');
      await page.getByLabel('TimeZone').fill('Asia/Shanghai');
      await page.getByLabel('JSON', { exact: true }).fill('{"ChannelId": "standup", "TemplateId": "76dasgb****"}');
      await button(page, 'Create schedule').click();
      await page.locator('.field', { hasText: 'Cron' }).getByText('a cron expression of five fields').waitFor();
      expect(await page.getByLabel('Cron').getAttribute('aria-invalid')).toBe('true');
      await page.getByLabel('Cron').fill('0 10 * * 1-5');
      await button(page, 'Create schedule').click();
      await outcome(page).getByText('standup is created.').waitFor();
      await link(page, 'Look at it').click();
      await heading(page, 'Schedule standup').waitFor();
      const slots = page.getByRole('table', { name: 'Next slots' }).getByText('10:00 +08:00');
      await slots.nth(4).waitFor();

      await link(page, 'Schedules').click();
      await button(page, 'Pause standup').click();
      await outcome(page).getByText('standup is paused').waitFor();
      await row(page, 'standup').getByText('paused').waitFor();
      await button(page, 'Resume standup').click();
      await row(page, 'standup').getByText('+08:00').waitFor();
      await button(page, 'Delete standup').click();
      await dialog(page).getByRole('button', { name: 'Delete' }).click();
      await outcome(page).getByText('standup is deleted.').waitFor();
      await page.getByText('No schedule yet.').waitFor();
    });

    test('show what became of their slots, and can be deleted there', async () => {
      const StartAt = new Date(Date.now() + 1_000).toISOString();
      const Parameters = { ChannelId: 'webinar', TemplateId: '76dasgb****' };
      await stack.call('POST', '/schedules', { ScheduleId: 'webinar', Parameters, StartAt, DurationSeconds: 600 });
      await stack.tick(new Date(Date.now() + 2_000));
      const page = await openPlace('#/schedules/webinar');
      const history = page.getByRole('table', { name: 'What became of the last' });
      await waitFor(async () => {
        await stack.tick();
        return (await history.count()) > 0 ? true : undefined;
      });
      await history.getByText('started').waitFor();
      await history.getByRole('link').click();
      await heading(page, /^Task webinar-/).waitFor();
      await page.goBack();
      await button(page, 'Delete webinar').click();
      await dialog(page).getByRole('button', { name: 'Delete' }).click();
      await outcome(page).getByText('webinar is deleted.').waitFor();
    });
  });

  test('can be used by keyboard alone', async () => {
    const page = await openPlace('#/tasks?ChannelId=class-7');
    await link(page, 'lesson-42').waitFor();
    await page.keyboard.press('Tab');
    await waitForFocus(page, 'skip');
    expect(await page.evaluate('document.activeElement.offsetWidth')).toBeGreaterThan(50);
    await page.keyboard.press('Enter');
    await waitForFocus(page, 'main');
    for (let presses = 0; (await readFocus(page)) !== 'lesson-42'; presses++) {
      expect(presses).toBeLessThan(8);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await heading(page, 'Task lesson-42').waitFor();
    await waitForFocus(page, 'main');
  });

  describe('hostile names and texts', () => {
    const HOSTILE = `"><img src=x onerror=alert(1)><svg/onload=alert(2)>'{{7*7}}`;

    test('are shown as they are', async () => {
      const { database } = stack;
      const file = [HOSTILE, 'javascript:alert(3)//x.mp4', '2026-11-22T10:00:00Z', '2026-11-22T10:30:00Z'];
      await database.query(
        `insert into tasks (app_id, task_id, channel_id, state, parameters, request, warnings)
values ('yourAppId', $1, $1, 'recording', $2, $2, $3)`,
        [
          HOSTILE,
          JSON.stringify({
            ChannelId: HOSTILE,
            UserPanes: [{ PaneId: 0, UserId: HOSTILE, Texts: [{ Text: HOSTILE }] }],
          }),
          JSON.stringify([{ Path: HOSTILE, Parameter: HOSTILE, Rule: HOSTILE, Message: HOSTILE, Accepted: HOSTILE }]),
        ],
      );
      await database.query(
        `insert into files (id, app_id, task_id, channel_id, url, start_time, stop_time, source)
values ('file_hostile', 'yourAppId', $1, $1, $2, $3, $4, 'callback')`,
        file,
      );
      await database.query(
        `insert into events (id, type, app_id, task_id, body, delivery, failures, attempts)
values ($1, $1, 'yourAppId', $1, $2, 'dead', 1, $3)`,
        [
          HOSTILE,
          JSON.stringify({ type: HOSTILE, timestamp: '', data: { Code: HOSTILE } }),
          JSON.stringify([{ At: '2026-11-22T10:00:00Z', Status: 500, DurationMs: 1, Detail: HOSTILE }]),
        ],
      );
      await database.query(
        `insert into schedules (id, app_id, parameters, cron, time_zone, duration_seconds, late_by_seconds, enabled, planned_from)
values ($1, 'yourAppId', $2, '0 10 * * *', 'UTC', 60, 300, false, now())`,
        [HOSTILE, JSON.stringify({ ChannelId: HOSTILE })],
      );
      const encoded = encodeURIComponent(HOSTILE);
      for (const place of [
        '#/tasks',
        `#/tasks?ChannelId=${encoded}`,
        `#/tasks/yourAppId/${encoded}`,
        '#/schedules',
        `#/schedules/${encoded}`,
        '#/events',
      ]) {
        const page = await openPlace(place);
        await page.getByText('Live', { exact: true }).waitFor();
        await page.getByText(HOSTILE).first().waitFor();
        await unfoldAll(page);
        expect(
          await page.locator('main :is(img:not([src^="data:"]), script, iframe, svg[onload], [onerror])').count(),
        ).toBe(0);
        expect(await page.locator('[href^="javascript:" i], [src^="javascript:" i]').count()).toBe(0);
      }
      const page = await openPlace(`#/tasks/yourAppId/${encoded}`);
      await page.getByText('not a web address').waitFor();
      await page.close();
      for (const table of ['events', 'files', 'tasks']) {
        await database.query(`delete from ${table} where task_id = $1`, [HOSTILE]);
      }
      await database.query('delete from schedules where id = $1', [HOSTILE]);
    });
  });

  describe.each(Object.keys(LOOKS))('can be used by everyone, %s', (look) => {
    const PLACES = {
      'the list of tasks': ['#/tasks', 'lesson-42'],
      'an empty list': ['#/tasks?State=starting', 'No task fits.'],
      'a task': ['#/tasks/yourAppId/lesson-42', 'What happened'],
      'a task that failed': ['#/tasks/yourAppId/lecture-7', 'Why it failed'],
      schedules: ['#/schedules', 'Schedules'],
      'a schedule': ['#/schedules/daily', 'Next slots'],
      'a new schedule': ['#/new-schedule', 'What is recorded'],
      events: ['#/events', 'Not delivered'],
      'a fault': ['#/events?Delivery=lost', 'must be one of'],
    } as const;

    beforeAll(async () => {
      const Parameters = { ChannelId: 'daily', TemplateId: '76dasgb****' };
      const times = { Cron: '0 10 * * *', TimeZone: 'Asia/Shanghai', DurationSeconds: 600 };
      await stack.call('POST', '/schedules', { ScheduleId: 'daily', Parameters, ...times });
    });

    test.each(Object.entries(PLACES))('%s', async (_name, [hash, shown]) => {
      const page = await openPlace(hash, LOOKS[look]);
      await page.getByText(shown).first().waitFor();
      await page.getByText('Loading').waitFor({ state: 'detached' });
      await unfoldAll(page);
      expect(await findSerious(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      const levels = await page
        .locator('h1, h2, h3')
        .evaluateAll((elements) => elements.map(({ tagName }) => Number(tagName.slice(1))));
      expect(levels.filter((level) => level === 1)).toEqual([1]);
      expect(levels.every((level, index) => level <= (levels[index - 1] ?? 0) + 1)).toBe(true);
    });
  });

  describe('GET / and the files of the page', () => {
    const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${stack.start.url}${path}`, { headers: { authorization: stack.authorization, ...headers } });

    test.each(['/', '/console/main.js', '/console/main.css'])('%s lets nothing from elsewhere in', async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      const policy = response.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    });

    test.each(['/', '/console/main.js'])('%s is sent again only when it has changed', async (path) => {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      expect((await first.text()).length).toBeGreaterThan(100);
      const again = await get(path, { 'if-none-match': etag });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    });

    test.each(['/', '/console/main.js'])('%s needs the key', async (path) => {
      expect((await fetch(`${stack.start.url}${path}`)).status).toBe(401);
    });

    test.each(['/console/index.ts', '/console/..%2Findex.mjs', '/console/__proto__'])(
      '%s is not there',
      async (path) => {
        expect((await get(path)).status).toBe(404);
      },
    );
  });
});
