import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { examplesOf } from '../../src/cli/examples.ts';
import { leavesOf, wholeProgram } from '../cli/grammar.ts';
import { MAIN, Shell } from '../cli/scoria.ts';

const leaves = leavesOf(await wholeProgram());

describe('the examples of the help', () => {
  const shell = new Shell();
  beforeAll(() => writeFileSync(shell.path('node2.json'), '{"host":"node2"}'));

  const run = (example: string): void => {
    const line = example.replaceAll('/srv/volumes', shell.path('volumes'));
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `set -o pipefail; scoria() { "$NODE" "$MAIN" "$@"; }; ${line}`],
      {
        cwd: shell.directory,
        encoding: 'utf8',
        env: { ...process.env, HOME: shell.directory, NODE: process.execPath, MAIN },
      },
    );
    expect({ example, status, stderr }).toEqual({ example, status: 0, stderr: '' });
  };

  /** Not those that need a driver or a projection of one's own, that do not end, or that have a test of their own. */
  const LEFT_OUT = /array-driver|projection show|events follow|quickstart|completion|--format cinderlib/;

  const ORDER = [
    ...['backend add', 'backend list', 'backend show', 'backend stats', 'backend change', 'backend validate-connector'],
    ...['backend freeze', 'backend thaw', 'driver list', 'driver show', 'connector'],
    ...['volume create', 'volume list', 'volume show', 'volume extend', 'volume metadata set', 'volume metadata unset'],
    ...['snapshot create', 'snapshot list', 'snapshot show', 'snapshot restore', 'snapshot revert', 'volume clone'],
    ...['volume rename', 'volume delete', 'snapshot delete'],
    ...['connection create', 'connection list', 'connection show', 'connection attach', 'connection detach'],
    ...['connection attach-from', 'connection extend-from', 'connection detach-from', 'backend ensure-exports'],
    ...[
      'connection report-device',
      'connection report-detached',
      'connection delete',
      'kv set',
      'kv get',
      'kv list',
      'kv delete',
    ],
    ...['history', 'capacity', 'dump', 'load', 'events list', 'events export', 'projection list', 'projection rebuild'],
  ];

  test('that can be run one after the other do run', () => {
    for (const path of ORDER) {
      const verb = leaves.find((leaf) => leaf.path === path)?.verb;
      for (const example of verb === undefined ? [] : examplesOf(verb)) {
        if (!LEFT_OUT.test(example)) run(example);
      }
    }
  });
});
