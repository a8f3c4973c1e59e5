import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { Shell } from '../cli/scoria.ts';
import { atTerminal } from './pseudo-terminal.ts';

const ESCAPE = '\u001b';
const GREEN = `${ESCAPE}[32mavailable${ESCAPE}[39m`;
const shell = new Shell();
beforeAll(async () => {
  await shell.addStore();
  const name = 'a name that is longer than most are, and than a narrow terminal has room for';
  await shell.json('volume', 'create', 'store', '1', '--name', name);
});

const shown = async (...look: [string, Parameters<typeof atTerminal>[2]?]): Promise<string> => {
  const running = atTerminal(shell, ...look);
  await running.ended;
  return running.stdout.replaceAll('\r\n', '\n');
};

describe('colour', () => {
  test('is for terminals that show it', async () => {
    expect(await shown('scoria volume list')).toContain(GREEN);
    expect(await shown('scoria volume list', { env: { NO_COLOR: '1' } })).not.toContain(ESCAPE);
    expect(await shown('scoria volume list', { env: { TERM: 'dumb' } })).not.toContain(ESCAPE);
    expect(await shown('scoria volume list | cat')).not.toContain(ESCAPE);
    expect(await shown('scoria volume list --json')).not.toContain(ESCAPE);
    expect(await shown('scoria volume show nope')).toContain(`${ESCAPE}[31merror:${ESCAPE}[39m `);
    const { stdout } = await shell.run(['volume', 'list'], { env: { FORCE_COLOR: '1' } });
    expect(stdout).toContain(GREEN);
    expect((await shell.run(['volume', 'list'])).stdout).not.toContain(ESCAPE);
  });
});

describe('a table', () => {
  test.each([200, 120, 80, 50])('fits a terminal of %d columns, and keeps ids whole', async (columns) => {
    const [{ id }] = await shell.json('volume', 'list');
    const text = await shown('scoria volume list', { columns, env: { NO_COLOR: '1' } });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(text).toContain(id);
    expect(text.includes('--json shows all')).toBe(columns < 120);
  });

  test('in a pipe has everything', async () => {
    const { stdout } = await shell.run(['volume', 'list']);
    expect(stdout).toContain('than a narrow terminal has room for');
  });
});

describe('progress', () => {
  test('of a copy is one line that goes when it ends', async () => {
    mkdirSync(shell.path('bin'));
    // Writes some, and goes on when it may.
    const lines = [
      '#!/bin/sh',
      'for to; do :; done',
      'head -c 4194304 /dev/zero > "$to"',
      'read -r go < open',
      'exit 0',
    ];
    writeFileSync(shell.path('bin/cp'), `${lines.join('\n')}\n`, { mode: 0o755 });
    spawnSync('mkfifo', [shell.path('open')]);
    const source = (await shell.json('volume', 'create', 'store', '1', '--name', 'source')).provider_location;
    spawnSync('dd', ['if=/dev/zero', `of=${source}`, 'bs=1M', 'count=16', 'conv=notrunc', 'status=none']);
    const clone = `PATH=${shell.path('bin')}:$PATH scoria --log ${shell.path('scoria.db')} volume clone source --name copied`;
    // The fake cp looks for its pipe where it runs.
    const running = atTerminal(shell, clone);
    await running.printed(/copying volume-[0-9a-f-]+: 4\.0 MiB of 16\.0 MiB, 25%/);
    writeFileSync(shell.path('open'), 'go\n');
    expect(await running.ended).toBe(0);
    const last = running.stdout.split(`${ESCAPE}[2K`).at(-1);
    expect(last).toMatch(/^volume [0-9a-f-]+ \(copied\): /);
  });

  test('of a load tells events and rate, on standard error alone', async () => {
    await using engine = await createEngine({ log: ':memory:' });
    await Promise.all(Array.from({ length: 3_000 }, (_, index) => engine.keyValues.set(`k${index % 10}`, `${index}`)));
    spawnSync('mkfifo', [shell.path('events')]);
    const running = atTerminal(shell, 'scoria load events --log loaded.db > printed');
    const pipe = createWriteStream(shell.path('events'));
    let shownAt = 0;
    let written = 0;
    const seen = running.printed(/loading events: [\d,]+ events, [\d,]+\/s/).then(() => {
      shownAt = written;
    });
    // As slowly as it takes until the line is there.
    for await (const line of (await engine.view()).exportEvents()) {
      written += 1;
      if (!pipe.write(line)) await once(pipe, 'drain');
      if (written % 256 === 10 && shownAt === 0)
        await Promise.race([seen, new Promise((next) => setTimeout(next, 150))]);
    }
    pipe.end();
    await seen;
    expect(await running.ended).toBe(0);
    expect(shownAt).toBeGreaterThan(0);
    const { stdout } = spawnSync('cat', [shell.path('printed')], { encoding: 'utf8' });
    expect(stdout).toBe('3000 events loaded from events\n');
  });

  test('is not for those who are done soon, who want JSON or who look at no terminal', async () => {
    expect(await shown('scoria projection rebuild')).not.toContain('rebuilding');
    const { stderr } = await shell.run(['projection', 'rebuild']);
    expect(stderr).toBe('');
  });
});

test('Ctrl-C at a terminal ends what is under way', async () => {
  const running = atTerminal(shell, 'scoria events follow --after 0; echo "code $?"');
  await running.printed(/BackendAdded|backend-store@0/);
  running.child.stdin.write('\u0003');
  await running.printed(/code 0/);
  expect(await running.ended).toBe(0);
});
