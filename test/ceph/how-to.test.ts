import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocksOf, exchangesOf, shows } from '../docs/blocks.ts';
import { scoriaOnPath } from '../vm/support/scoria.ts';
import { Cluster } from './support/cluster.ts';

const PAGE = 'docs/how-to/rbd.md';

test(`${PAGE} says what happens`, async () => {
  await using cluster = await Cluster.start({ manager: true });
  const home = await mkdtemp(join(tmpdir(), 'how-to-'));
  const env = {
    ...process.env,
    CEPH_CONF: cluster.conf,
    PATH: await scoriaOnPath(home, join(process.cwd(), 'src/cli/main.ts')),
    XDG_STATE_HOME: home,
    NO_COLOR: '1',
  };
  const blocks = blocksOf(await readFile(PAGE, 'utf8')).filter(({ language }) => language === 'console');
  const exchanges = blocks.flatMap(({ text }) => exchangesOf(text));
  expect(exchanges.length).toBeGreaterThan(0);
  for (const { command, expected } of exchanges) {
    // The cluster of this test has its files elsewhere.
    const here = command.replaceAll('/etc/ceph', cluster.directory);
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', here], { env, cwd: home });
    // Where Ceph says what it made, it says so on standard error.
    expect(shows(expected, stdout + stderr), `$ ${command}\n${stdout}${stderr}`).toBe(true);
  }
  await rm(home, { recursive: true });
});
