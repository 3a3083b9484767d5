import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type ConsolePage, findSerious, openConsole, unfoldAll } from '../support/console-page.ts';
import { startTestStack, type TestStack, waitFor } from '../support/stack.ts';

const SCREENSHOT = join(import.meta.dirname, '..', '..', 'docs', 'images', 'console-start.png');

const EVERY_EXAMPLE = readFileSync(new URL('../fixtures/record-task/every-example.json', import.meta.url), 'utf8');

const TEMPLATES = [
  "The vendor's sample",
  'Sound only',
  'One to one',
  'Class of nine',
  'Screen and camera',
  'Empty form',
];

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, path: string) => page.locator(`[id="${path}"]`);
const jsonField = (page: Page) => page.getByLabel('JSON', { exact: true });
const picture = (page: Page) => page.locator('.layout-picture img');
const answer = (page: Page) => page.locator('.answer');

const readJson = async (page: Page): Promise<unknown> => JSON.parse(await jsonField(page).inputValue());
const writeJson = (page: Page, values: object) => jsonField(page).fill(JSON.stringify(values));

async function waitForFocus(page: Page, id: string): Promise<void> {
  await waitFor(async () => ((await page.evaluate('document.activeElement.id')) === id ? true : undefined));
}

/** What a field says of itself to those who cannot see it. */
async function readDescription(page: Page, path: string): Promise<string> {
  const ids = (await field(page, path).getAttribute('aria-describedby')) ?? '';
  const texts = await Promise.all(ids.split(' ').map((id) => field(page, id).textContent()));
  return texts.join(' ');
}

describe('the start page of the console', () => {
  let stack: TestStack;
  let browser: Browser;
  const open: ConsolePage[] = [];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startTestStack(), launchBrowser()]);
  });

  afterAll(async () => {
    await browser.close();
    await stack.close();
  });

  afterEach(async () => {
    const opened = open.splice(0);
    const problems = opened.flatMap((console) => console.problems);
    await Promise.all(opened.map((console) => console.close()));
    expect(problems).toEqual([]);
  });

  async function openStart(options?: BrowserContextOptions): Promise<Page> {
    const opened = await openConsole(browser, stack.start.url, '#/start', options);
    open.push(opened);
    opened.page.setDefaultTimeout(5_000);
    await opened.page.getByRole('heading', { name: 'Start a recording' }).waitFor();
    return opened.page;
  }

  test("starts the vendor's sample, once, and leads to its task", async () => {
    const page = await openStart();
    await button(page, "The vendor's sample").click();
    await button(page, 'Start recording').click();
    await answer(page).getByText('Started: RTC is recording.').waitFor();
    await button(page, 'Start recording').click();
    await answer(page).getByText('The same request started this recording before.').waitFor();
    expect(stack.rtc.requests().map(({ TaskId }) => TaskId)).toEqual(['yourTaskId']);
    await answer(page).getByRole('link').click();
    await page.waitForURL(`${stack.start.url}/#/tasks/yourAppId/yourTaskId`);
  });

  test('starts one recording, also if the answer to the first try is lost and the form names no task', async () => {
    const page = await openStart();
    await writeJson(page, { ChannelId: 'lost', TemplateId: '76dasgb****' });
    await page.route('**/record-tasks', async (route) => {
      await route.fetch();
      await route.fulfill({ status: 504, body: '' });
    });
    await button(page, 'Start recording').click();
    await answer(page).getByText('The service gave no usable answer.').waitFor();
    await page.unroute('**/record-tasks');
    await button(page, 'Start recording').click();
    await answer(page).getByText('The same request started this recording before.').waitFor();
    expect(stack.rtc.requests().filter(({ parameters }) => parameters.ChannelId === 'lost')).toHaveLength(1);
  });

  test('shows each fault at its field, and what it says mends it', async () => {
    const page = await openStart();
    await button(page, 'Class of nine').click();
    expect(await page.locator('.summary h2').textContent()).toBe('No fault, no warning');
    const text = 'UserPanes[0].Texts[0].FontSize';
    await page.getByText('Pane 1').click();
    await page.getByText('Text 1').click();
    await field(page, text).fill('99');
    await field(page, 'MediaEncode').selectOption({ label: '30: 1920×1080, 30 fps, 2048 kbit/s' });
    await page.getByRole('heading', { name: '2 faults, 0 warnings' }).waitFor();
    expect(await field(page, text).getAttribute('aria-invalid')).toBe('true');
    expect(await readDescription(page, text)).toContain('must be an integer from 1 to 72');
    expect(await readDescription(page, 'MediaEncode')).toContain('or a larger TaskProfile');

    await page.getByText('Pane 1').click();
    await page.locator('.summary').getByRole('button', { name: 'FontSize' }).click();
    await waitForFocus(page, text);
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('72');
    await field(page, 'TaskProfile').selectOption({ label: '9IN_1080P: 1080P, up to 9 inputs' });
    await page.getByRole('heading', { name: 'No fault, no warning' }).waitFor();
    expect(await field(page, text).getAttribute('aria-invalid')).toBe('false');
    // Those who do not see the page are told once it has settled.
    await waitFor(async () =>
      (await page.locator('.summary [role=status]').textContent())?.startsWith('No fault') ? true : undefined,
    );
  });

  test('shows at its fields what only the service knows', async () => {
    const page = await openStart();
    await button(page, 'Class of nine').click();
    await field(page, 'AppId').fill('notMine');
    await button(page, 'Dry run').click();
    await answer(page).getByText('Refused: nothing would be sent to RTC.').waitFor();
    expect(await readDescription(page, 'AppId')).toContain('one of the AppIds this deployment serves');
    expect(await readDescription(page, 'TemplateId')).toContain('TemplateId is required');
    await field(page, 'AppId').fill('');
    expect(await field(page, 'TemplateId').getAttribute('aria-invalid')).toBe('false');
    await answer(page).getByText('The form has changed since.').waitFor();
    await field(page, 'TemplateId').fill('76dasgb****');
    await button(page, 'Dry run').click();
    await answer(page).getByText('Acceptable: RTC would be called.').waitFor();
    await answer(page).getByText('Layout by participants').click();
    expect(await answer(page).getByRole('row').count()).toBe(1 + 10);
    expect(stack.rtc.requests().some(({ parameters }) => parameters.ChannelId === 'class-7')).toBe(false);
  });

  test('keeps form and JSON the same, and what was typed while it is no JSON', async () => {
    const page = await openStart();
    await writeJson(page, { ChannelId: 'a', LayoutIds: [6, 20_016], SubSpecUsers: ['x', 'y'], BackgroundColor: 255 });
    expect(await field(page, 'ChannelId').inputValue()).toBe('a');
    expect(await page.getByRole('checkbox', { name: '6: gallery 4' }).isChecked()).toBe(true);
    expect(await page.getByLabel('Layouts of your own, by id').inputValue()).toBe('20016');
    expect(await field(page, 'BackgroundColor').inputValue()).toBe('#ff0000');
    await page.getByRole('checkbox', { name: '1: single' }).check();
    await page.getByLabel('BackgroundColor, colour picker').fill('#0000ff');
    await page.getByText('Who is recorded').click();
    await field(page, 'SubSpecUsers').fill('x, z,');
    expect(await field(page, 'SubSpecUsers').inputValue()).toBe('x, z,');
    expect(await readJson(page)).toEqual({
      ...{ ChannelId: 'a', LayoutIds: [6, 20_016, 1], SubSpecUsers: ['x', 'z'], BackgroundColor: 255 * 65_536 },
    });
    await jsonField(page).fill('{"ChannelId":');
    expect(await field(page, 'ChannelId').isDisabled()).toBe(true);
    expect(await button(page, 'Start recording').isDisabled()).toBe(true);
    await page.reload();
    expect(await jsonField(page).inputValue()).toBe('{"ChannelId":');
    await jsonField(page).fill('{"ChannelId": "b"}');
    expect(await field(page, 'ChannelId').inputValue()).toBe('b');
    expect(await jsonField(page).inputValue()).toBe('{"ChannelId": "b"}');
  });

  test('draws the picture with each keystroke, for as many as one likes', async () => {
    const page = await openStart();
    await button(page, 'One to one').click();
    expect(await picture(page).getAttribute('alt')).toContain('Pane 1: pupil');
    await page.getByText('Pane 2').click();
    await field(page, 'UserPanes[1].UserId').press('End');
    await field(page, 'UserPanes[1].UserId').pressSequentially('-7');
    expect(await picture(page).getAttribute('alt')).toContain('Pane 1: pupil-7');
    await page.getByRole('slider').fill('1');
    expect(await picture(page).getAttribute('alt')).toContain('1 participant');
    // What cannot be drawn leaves the picture of before.
    await field(page, 'UserPanes[1].UserId').fill('not an id');
    expect(await picture(page).getAttribute('alt')).toContain('Pane 0: teacher');
    await page.getByText('The picture of before:').waitFor();
  });

  test('makes, copies, moves and removes the items of lists by keyboard', async () => {
    const page = await openStart();
    await button(page, 'Empty form').click();
    await field(page, 'ChannelId').fill('c');
    const press = async (name: string, nextFocus: string) => {
      await page.getByRole('button', { name, exact: true }).first().press('Enter');
      await waitForFocus(page, nextFocus);
    };
    await press('Add pane', 'UserPanes[0]:content');
    await field(page, 'UserPanes[0].UserId').fill('teacher');
    await press('Add text: Pane 1', 'UserPanes[0].Texts[0]:content');
    await field(page, 'UserPanes[0].Texts[0].Text').fill('two\nlines');
    await press('Duplicate: Pane 1', 'UserPanes[1]:content');
    await field(page, 'UserPanes[1].UserId').fill('pupil');
    await press('Move up: Pane 2', 'UserPanes[0]:content');
    await press('Remove: Text 1, Pane 1', 'UserPanes[0].Texts');
    const text = { X: 0.04, Y: 0.04, FontSize: 24, FontColor: 16_777_215, Text: 'two\nlines' };
    expect(await readJson(page)).toEqual({
      ChannelId: 'c',
      UserPanes: [
        { PaneId: 1, UserId: 'pupil' },
        { PaneId: 0, UserId: 'teacher', Texts: [text] },
      ],
    });
  });

  test('keeps the values of every example of the page when each is typed again', async () => {
    const page = await openStart();
    await jsonField(page).fill(EVERY_EXAMPLE);
    await unfoldAll(page);
    const controls = page.locator('.parameters-form :is(input[type=text], textarea)');
    const count = await controls.count();
    expect(count).toBeGreaterThan(25);
    for (let index = 0; index < count; index++) {
      const value = await controls.nth(index).inputValue();
      await controls.nth(index).fill('');
      await controls.nth(index).fill(value);
    }
    expect(await readJson(page)).toEqual(JSON.parse(EVERY_EXAMPLE));
  });

  test.each(TEMPLATES)('begins with "%s", and goes back', async (name) => {
    const page = await openStart();
    await writeJson(page, { ChannelId: 'mine', TemplateId: 'tpl' });
    await button(page, name).click();
    const faults = name === 'Empty form' ? '1 fault, 0 warnings' : 'No fault, no warning';
    await page.getByRole('heading', { name: faults }).waitFor();
    await button(page, 'Back to what was there').click();
    expect(await readJson(page)).toEqual({ ChannelId: 'mine', TemplateId: 'tpl' });
  });

  test('takes the profile that suffices', async () => {
    const page = await openStart();
    await writeJson(page, {
      ChannelId: 'c',
      TaskProfile: '9IN_1080P',
      MediaEncode: 20,
      LayoutIds: [6],
      MaxDurationSeconds: 601,
    });
    await page.getByText('Billed by 9IN_1080P for each begun minute, at most 11 minutes.').waitFor();
    await button(page, 'Take 4IN_720P').click();
    expect(await readJson(page)).toMatchObject({ TaskProfile: '4IN_720P' });
    await page.getByRole('heading', { name: 'No fault, no warning' }).waitFor();
  });

  test('shows hostile names and texts as texts', async () => {
    const page = await openStart();
    const hostile = `"><img src=x onerror=alert(1)><script>alert(2)</script>'\${alert(3)}`;
    await writeJson(page, {
      ChannelId: hostile,
      TemplateId: hostile,
      [hostile]: hostile,
      LayoutIds: [1],
      UserPanes: [
        {
          PaneId: 0,
          UserId: 'u',
          Texts: [{ Text: hostile }],
          Images: [{ Url: 'https://elsewhere.example.com/x.png' }],
        },
      ],
    });
    await page.getByText('As a curl command').click();
    await button(page, 'Dry run').click();
    await answer(page).getByText('Refused').waitFor();
    expect(await picture(page).getAttribute('src')).toContain(encodeURIComponent('&lt;script&gt;'));
    expect(await page.locator('main img').count()).toBe(1);
    expect(await page.locator('main script').count()).toBe(0);
  });

  test('shows a command that does the same, without the key', async () => {
    const page = await openStart({ permissions: ['clipboard-read', 'clipboard-write'] });
    await writeJson(page, { ChannelId: "it's" });
    await page.getByText('As a curl command').click();
    const command = await page.locator('.curl pre').textContent();
    expect(command).toContain(`-X POST '${stack.start.url}/record-tasks'`);
    expect(command).toContain(`"ChannelId": "it'\\''s"`);
    expect(command).toContain('-u "$KEY"');
    await button(page, 'Copy').click();
    await button(page, 'Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(command);
    expect(await page.content()).not.toContain('only-for-the-stack-on-this-machine');
  });

  const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
    light: { viewport: { width: 1280, height: 900 } },
    dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
    'on a phone': { viewport: { width: 390, height: 844 } },
    'on a phone, dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  };

  test.each(Object.keys(LOOKS))('can be used by everyone: %s', async (look) => {
    const page = await openStart(LOOKS[look]);
    await button(page, 'One to one').click();
    await field(page, 'MediaEncode').selectOption({ label: '30: 1920×1080, 30 fps, 2048 kbit/s' });
    await field(page, 'StreamType').selectOption({ label: '1: its sound only' });
    await button(page, 'Dry run').click();
    await answer(page).getByText('Refused').waitFor();
    await unfoldAll(page);
    expect(await findSerious(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('makes a small picture of itself', async () => {
    const page = await openStart({ viewport: { width: 1280, height: 860 } });
    expect(await picture(page).getAttribute('alt')).toContain('Pane 8: participant 9');
    const image = await page.screenshot({ ...(process.env.UPDATE_SCREENSHOTS !== undefined && { path: SCREENSHOT }) });
    expect(image.length).toBeLessThan(200_000);
  });
});
