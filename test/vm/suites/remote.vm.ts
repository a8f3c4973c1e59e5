import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { attachmentsLeft, exportsLeft, said, startTargets } from '../support/host.ts';
import { newGroup, removeGroup } from '../support/lvm-group.ts';
import { scoriaOnPath } from '../support/scoria.ts';

const run = promisify(execFile);

const GROUP = 'cinder-volumes';
const OTHER = 'node2';
const [HERE_ADDRESS, OTHER_ADDRESS] = ['10.99.0.1', '10.99.0.2'];
const OTHER_NQN = 'nqn.2014-08.org.nvmexpress:uuid:5c0a1a00-0000-4000-8000-000000000002';
const ID = '6b1f7a52-3c0e-4d8b-9c55-0d3f1c1f2a10';

/**
 * Another host as far as this kernel can be one: a network of its own behind a cable, a name and an NQN of its own. The
 * initiator of iSCSI knows no networks but the first, so that it is NVMe-oF that goes over the cable.
 */
describe('a host that has no access to the log', () => {
  let env: NodeJS.ProcessEnv;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'remote-'));
    env = { ...process.env, PATH: await scoriaOnPath(directory), XDG_STATE_HOME: directory };
    await startTargets('nvmet');
    await newGroup(GROUP, '/dev/vda');
    await mkdir(`/etc/netns/${OTHER}/nvme`, { recursive: true });
    await writeFile(`/etc/netns/${OTHER}/nvme/hostnqn`, `${OTHER_NQN}\n`);
    await writeFile(`/etc/netns/${OTHER}/nvme/hostid`, `${OTHER_NQN.split(':').at(-1)}\n`);
    said('ip', 'netns', 'add', OTHER);
    said('ip', 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', OTHER);
    said('ip', 'address', 'add', `${HERE_ADDRESS}/24`, 'dev', 'cable');
    said('ip', 'link', 'set', 'cable', 'up');
    const there = ['netns', 'exec', OTHER, 'ip'];
    said('ip', ...there, 'address', 'add', `${OTHER_ADDRESS}/24`, 'dev', 'cable');
    said('ip', ...there, 'link', 'set', 'cable', 'up');
    said('ip', ...there, 'link', 'set', 'lo', 'up');
  });
  after(async () => {
    said('ip', 'netns', 'delete', OTHER);
    await removeGroup(GROUP, '/dev/vda');
  });

  const shell = async (script: string): Promise<string> => {
    const onOther = `${OTHER}() { ip netns exec ${OTHER} unshare --uts sh -c 'hostname ${OTHER} && cd / && exec "$@"' sh "$@"; }`;
    const { stdout } = await run('bash', ['-c', `set -euo pipefail\n${onOther}\n${script}`], { env, cwd: directory });
    return stdout;
  };

  test('attaches by a connection as JSON, writes over the network, and what it wrote is there for the first', async () => {
    await shell(`
      scoria backend add lvm --driver lvm --set target_helper=nvmet --set target_protocol=nvmet_tcp \\
        --set target_port=4420 --set target_ip_address=${HERE_ADDRESS}
      scoria volume create lvm 1 --name data
      ${OTHER} scoria connector | tee connector.json | scoria connection create data --connector - --id ${ID}
      scoria connection show ${ID} --show-secrets --json --reason 'for ${OTHER}' | ${OTHER} scoria connection attach-from - > device.json
      scoria connection report-device ${ID} --device device.json`);
    const connector = JSON.parse(await shell('cat connector.json'));
    assert.equal(connector.host, OTHER);
    assert.equal(connector.nqn, OTHER_NQN);
    assert.equal(connector.ip, OTHER_ADDRESS);
    const { path } = JSON.parse(await shell('cat device.json'));
    await shell(`echo over the network | ${OTHER} dd of=${path} bs=512 count=1 conv=sync,fsync 2> /dev/null`);

    const shown = JSON.parse(await shell(`scoria connection show ${ID} --json`));
    assert.equal(shown.status, 'attached');
    await shell(`
      scoria connection show ${ID} --json | ${OTHER} scoria connection detach-from -
      scoria connection report-detached ${ID}
      scoria connection delete ${ID}`);
    assert.deepEqual(await attachmentsLeft(), []);

    const mine = JSON.parse(await shell('scoria volume attach data --json'));
    assert.match(await shell(`head -c 512 '${mine.path}'`), /^over the network\n/);
    await shell(`scoria volume detach data && scoria volume delete data`);
    assert.deepEqual(await exportsLeft(), []);
    assert.deepEqual(await attachmentsLeft(), []);
  });
});
