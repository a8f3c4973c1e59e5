import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildSite } from '../../docs-site/site/build.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let directory: string;
let browser: BrowserContext;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-site-'));
  await buildSite(join(directory, 'site'));
  browser = await chromium.launchPersistentContext(join(directory, 'profile'), {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
  });
});

afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

/** A page opened from the disk, and what went wrong on it or was asked for elsewhere. */
const opened = async (path = 'index.html'): Promise<{ readonly page: Page; readonly troubles: readonly string[] }> => {
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => troubles.push(message.text()));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) troubles.push(request.url());
  });
  await page.goto(pathToFileURL(join(directory, 'site', path)).href);
  return { page, troubles };
};

describe('the site, opened from the disk', () => {
  test('finds what is typed, and leads there', async () => {
    const { page, troubles } = await opened();
    await page.keyboard.press('/');
    await page.keyboard.type('extend volume');
    await page.getByRole('option').filter({ hasText: 'ExtendVolume' }).first().getByRole('link').click();
    await page.waitForURL(/reference\/commands\.html#extendvolume$/);
    expect(await page.locator('h2#extendvolume').textContent()).toContain('ExtendVolume');
    expect(troubles).toEqual([]);
  });

  test('is searched by keyboard from a page in a folder', async () => {
    const { page, troubles } = await opened('explanation/replay.html');
    await page.getByRole('combobox').fill('BackendFrozen');
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/reference\/\w+\.html/);
    expect(await page.locator('main').textContent()).toContain('BackendFrozen');
    expect(troubles).toEqual([]);
  });

  test('says when nothing is found', async () => {
    const { page } = await opened();
    await page.getByRole('combobox').fill('zzzzqqqq');
    await page.getByText('Nothing was found.').waitFor();
  });

  test.each(['light', 'dark'] as const)('is %s where the system is', async (colorScheme) => {
    const { page } = await opened('tutorial.html');
    await page.emulateMedia({ colorScheme });
    const colour = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const lightness = colour.match(/\d+/)?.[0];
    expect(Number(lightness) > 128).toBe(colorScheme === 'light');
  });

  test.each([
    [1280, 800],
    [390, 800],
  ])('fits into %i pixels', async (width, height) => {
    for (const path of [
      'index.html',
      'tutorial.html',
      'reference/events.html',
      'reference/cli.html',
      'explanation/coming-from-cinderlib.html',
    ]) {
      const { page } = await opened(path);
      await page.setViewportSize({ width, height });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  });

  test('keeps its pages behind a button on a phone', async () => {
    const { page } = await opened();
    await page.setViewportSize({ width: 390, height: 800 });
    const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Events', exact: true });
    await link.waitFor({ state: 'hidden' });
    await page.getByText('Pages', { exact: true }).click();
    await link.click();
    await page.waitForURL(/reference\/events\.html$/);
  });
});
