import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { attachmentsLeft, exportsLeft, said, startTargets, stopTgt } from '../support/host.ts';
import { lvs, newGroup, removeGroup } from '../support/lvm-group.ts';
import { scoriaOnPath } from '../support/scoria.ts';

const IS_FULL = process.env.SCORIA_VM_FULL !== undefined;
/** A life is some thirty short processes, which are what takes long here. */
const HELPERS = IS_FULL ? (['lioadm', 'tgtadm', 'nvmet'] as const) : (['lioadm'] as const);

const run = promisify(execFile);

const USER = 'storage';
const HOME = '/run/storage';
const GROUP = 'cinder-volumes';
/** The rules that the page shows, for the node and the package of this machine. */
const SUDOERS = /^```sudoers\n(?<rules>[\s\S]*?)^```$/m;

const rulesOfPage = async (): Promise<string> => {
  const { rules } = SUDOERS.exec(await readFile('docs/how-to/lvm.md', 'utf8'))?.groups ?? {};
  assert.ok(rules, 'the page shows rules for sudo');
  return rules.replaceAll('/usr/bin/node', process.execPath).replaceAll('/usr/lib/node_modules/scoria', process.cwd());
};

/** A checkout may stand where its owner alone looks. What the machine changes of the host's files is lost with it. */
const letOthersReach = (directory: string): void => {
  said('chmod', 'o+rx', directory);
  if (directory !== '/') letOthersReach(dirname(directory));
};

describe('a user who is not root', () => {
  let path: string;

  before(async () => {
    letOthersReach(process.cwd());
    await writeFile('/etc/sudoers.d/scoria', await rulesOfPage(), { mode: 0o440 });
    await mkdir(HOME, { recursive: true });
    path = await scoriaOnPath(HOME);
    const [uid, gid] = ['-u', '-g'].map((which) => Number(said('id', which, USER)));
    await chown(HOME, uid ?? 0, gid ?? 0);
    await chmod(HOME, 0o755);
    await newGroup(GROUP, '/dev/vda');
  });
  after(() => removeGroup(GROUP, '/dev/vda'));

  const scoria = async (...args: readonly string[]): Promise<string> => {
    const environment = [`PATH=${path}`, `HOME=${HOME}`, `XDG_STATE_HOME=${HOME}`, 'SCORIA_ROOT_HELPER=sudo -n'];
    const asUser = ['--reuid', USER, '--regid', USER, '--init-groups', 'env', ...environment];
    const { stdout } = await run('setpriv', [...asUser, 'scoria', '--log', `${HOME}/scoria.db`, ...args], {
      cwd: HOME,
    });
    return stdout;
  };

  for (const helper of HELPERS) {
    test(`makes, attaches, grows, detaches and deletes a volume through sudo, with ${helper}`, async () => {
      await startTargets(helper);
      const protocol = helper === 'nvmet' ? ['target_protocol=nvmet_tcp', 'target_port=4420'] : [];
      const settings = [
        `target_helper=${helper}`,
        'target_ip_address=127.0.0.1',
        `volumes_dir=${HOME}/volumes`,
        ...protocol,
      ];
      await scoria('backend', 'add', helper, '--driver', 'lvm', ...settings.flatMap((setting) => ['--set', setting]));
      await scoria('volume', 'create', helper, '1', '--name', 'data');
      await scoria('volume', 'attach', 'data');
      await scoria('volume', 'extend', 'data', '2');
      await scoria('volume', 'detach', 'data');
      await scoria('volume', 'delete', 'data');
      assert.deepEqual(await exportsLeft(), []);
      assert.deepEqual(await attachmentsLeft(), []);
      assert.deepEqual(await lvs(GROUP), [`${GROUP}-pool`]);
      await stopTgt();
    });
  }

  if (IS_FULL)
    test("makes and deletes a volume by Cinder's own driver, which starts what it wants through sudo", async () => {
      await writeFile('/etc/sudoers.d/scoria', `${USER} ALL = (root) NOPASSWD: ALL\n`, { mode: 0o440 });
      const driver = 'cinder:cinder.volume.drivers.lvm.LVMVolumeDriver';
      const settings = ['target_helper=lioadm', 'target_ip_address=127.0.0.1', 'lvm_type=thin'];
      await scoria('backend', 'add', 'cinders', '--driver', driver, ...settings.flatMap((one) => ['--set', one]));
      await scoria('volume', 'create', 'cinders', '1', '--name', 'data');
      assert.equal((await lvs(GROUP)).length, 2);
      await scoria('volume', 'delete', 'data');
      assert.deepEqual(await lvs(GROUP), [`${GROUP}-pool`]);
    });
});
