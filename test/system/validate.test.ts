import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAIN } from '../cli/scoria.ts';
import { Browser, type OpenedPage } from './browser.ts';

const ROOT = join(import.meta.dirname, '../..');
const DRIVERS = ['hostile', 'unreachable'].map((name) => join(ROOT, `test/cli/fixtures/${name}-driver.ts`));

let directory: string;
let browser: Browser;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scoria-validate-'));
  const backends = DRIVERS.map((volume_driver, index) => ({ volume_backend_name: `b${index}`, volume_driver }));
  await writeFile(join(directory, 'backends.yaml'), JSON.stringify({ backends }));
  const outputs = ['--only', 'extends', '--html', 'report.html', '--junit', 'report.xml'];
  const { exitCode } = await execa(process.execPath, [MAIN, 'validate', 'backends.yaml', ...outputs], {
    cwd: directory,
    env: { TMPDIR: directory },
    reject: false,
  });
  expect(exitCode).toBe(6);
  browser = await Browser.start();
});

afterAll(async () => {
  await browser?.close();
  await rm(directory, { recursive: true, force: true });
});

const opened = (file: string): Promise<OpenedPage> => browser.opened(join(directory, file));

describe('the page of a validation', () => {
  test('asks for nothing, runs nothing, and shows what a driver said as it said it', async () => {
    const { page, troubles } = await opened('report.html');
    expect(await page.title()).toBe('b0, b1: not valid · Scoria');
    expect(await page.locator('script, img, link, iframe').count()).toBe(0);
    const failure = page.getByRole('row', { name: /failed extends, twice/ });
    expect(await failure.locator('pre').textContent()).toContain("</pre><script>document.title='taken'</script>");
    await page.getByRole('heading', { name: 'b1' }).waitFor();
    await page.getByText('protocol "pigeon"').first().waitFor();
    expect(troubles).toEqual([]);
  });

  test.each([1280, 390])('fits into %i pixels', async (width) => {
    const { page } = await opened('report.html');
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  test.each(['light', 'dark'] as const)('is %s where the system is', async (colorScheme) => {
    const { page } = await opened('report.html');
    await page.emulateMedia({ colorScheme });
    const colour = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(Number(colour.match(/\d+/)?.[0]) > 128).toBe(colorScheme === 'light');
  });
});

test('the JUnit file is XML, and counts what is in it', async () => {
  const { page } = await opened('report.html');
  const text = JSON.stringify(await readFile(join(directory, 'report.xml'), 'utf8'));
  const asked = <Answer>(question: string) =>
    page.evaluate<Answer>(`new DOMParser().parseFromString(${text}, 'text/xml')${question}`);
  const count = (selector: string) => asked<number>(`.querySelectorAll('${selector}').length`);
  const told = (name: string) => asked<string>(`.documentElement.getAttribute('${name}')`);
  expect(await count('parsererror')).toBe(0);
  expect(await asked('.documentElement.localName')).toBe('testsuites');
  for (const [name, selector] of [
    ['tests', 'testcase'],
    ['failures', 'failure'],
    ['errors', 'error'],
    ['skipped', 'skipped'],
  ] as const) {
    expect([name, Number(await told(name))]).toEqual([name, await count(selector)]);
  }
  expect(await count('failure')).toBeGreaterThan(0);
  expect(await count('skipped')).toBeGreaterThan(0);
});
