import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSite } from '../../docs-site/site/build.ts';
import { Browser, type OpenedPage } from './browser.ts';

let directory: string;
let browser: Browser;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-site-'));
  await buildSite(join(directory, 'site'));
  browser = await Browser.start();
});

afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

const opened = (path = 'index.html'): Promise<OpenedPage> => browser.opened(join(directory, 'site', path));

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
