import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';

const said = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' });

describe('the machine', () => {
  test('has what the suites need of a kernel', () => {
    const modules = [
      'dm_thin_pool',
      'dm_snapshot',
      'dm_multipath',
      'iscsi_target_mod',
      'iscsi_tcp',
      'nvmet_tcp',
      'nvme_tcp',
    ];
    said('modprobe', '-a', ...modules);
  });

  test('has blank disks, and nothing of the host’s storage', () => {
    assert.match(said('lsblk', '--noheadings', '--nodeps', '--output', 'NAME'), /vda\nvdb\nvdc\nvdd\n/);
    assert.equal(said('vgs', '--noheadings'), '');
    assert.equal(said('pvs', '--noheadings'), '');
  });
});
