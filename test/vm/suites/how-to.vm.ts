import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { exchangesOf, shows } from '../../docs/blocks.ts';
import { attachmentsLeft, exportsLeft, said } from '../support/host.ts';
import { shellWithScoria } from '../support/scoria.ts';

const PAGES = ['docs/how-to/lvm.md'];
/** Packages are in the machine already. */
const NOT_RUN = /^apt-get /;
const CONSOLE = /^```console\n(?<text>[\s\S]*?)^```$/gm;

/** The addresses of the pages are this machine's. */
const ADDRESSES = ['192.0.2.10', '198.51.100.10'];

describe('a page', () => {
  for (const page of PAGES) {
    test(`${page} says what happens`, async () => {
      for (const address of ADDRESSES) said('ip', 'address', 'replace', `${address}/32`, 'dev', 'lo');
      const directory = await mkdtemp(join(tmpdir(), 'how-to-'));
      const run = await shellWithScoria(directory);
      const text = await readFile(page, 'utf8');
      const commands = [...text.matchAll(CONSOLE)].flatMap(({ groups }) => exchangesOf(groups?.text ?? ''));
      assert.ok(commands.length > 0);
      for (const { command, expected } of commands.filter((exchange) => !NOT_RUN.test(exchange.command))) {
        const printed = await run(command);
        assert.ok(
          shows(expected, printed),
          `${page} shows\n${expected}\nand this was printed:\n$ ${command}\n${printed}`,
        );
      }
      assert.deepEqual(await exportsLeft(), []);
      assert.deepEqual(await attachmentsLeft(), []);
    });
  }
});
