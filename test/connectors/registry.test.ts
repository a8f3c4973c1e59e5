import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectorProperties } from '../../src/connectors/properties.ts';
import { findHostConnector, PROTOCOLS } from '../../src/connectors/registry.ts';
import { JsonObjectSchema } from '../../src/domain/json.ts';
import { silentLogger } from '../../src/logging.ts';

const environment = { run: () => Promise.reject(new Error('no programs here')), log: silentLogger };

test('finds the connector of each protocol, and says which exist', async () => {
  for (const protocol of PROTOCOLS) expect((await findHostConnector(protocol, environment)).protocol).toBe(protocol);
  for (const protocol of ['carrier-pigeon', 'toString', '']) {
    const error = await findHostConnector(protocol, environment).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ScoriaError', code: 'ConnectorFailed', details: { protocol } });
    expect(String(error)).toContain('iscsi, local, memory, nvmeof, rbd');
  }
});

const writeIn = async (root: string, directory: string, files: Readonly<Record<string, string>>): Promise<void> => {
  await mkdir(join(root, directory), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, directory, name), text);
};

const fibrePort = (port_state: string, port_name: string) => ({
  port_state: `${port_state}\n`,
  port_name: `${port_name}\n`,
  node_name: '0x2000001b32000001\n',
});

test('offers several paths only where they are asked for and multipathd runs', async () => {
  const at = (isRunning: boolean) => ({ multipathRuns: async () => isRunning });
  const asked = { multipath: true, enforceMultipath: true };
  expect(await connectorProperties({}, at(true))).toMatchObject({ multipath: false, enforce_multipath: false });
  expect(await connectorProperties(asked, at(true))).toMatchObject({ multipath: true, enforce_multipath: true });
  expect(await connectorProperties({ multipath: true }, at(false))).toMatchObject({ multipath: false });
  await expect(connectorProperties(asked, at(false))).rejects.toMatchObject({
    code: 'ConnectorFailed',
    remedy: expect.stringContaining('start multipathd'),
  });
});

test("tells this host's properties in os-brick's shape", async () => {
  const root = await mkdtemp(join(tmpdir(), 'scoria-test-'));
  const bare = await connectorProperties({}, { root });
  expect(bare).toEqual({
    host: hostname(),
    ip: expect.stringMatching(/^[0-9a-f.:]+$/),
    multipath: false,
    enforce_multipath: false,
    os_type: process.platform,
    platform: machine(),
    do_local_attach: false,
  });
  await mkdir(join(root, 'etc/iscsi'), { recursive: true });
  await mkdir(join(root, 'etc/nvme'), { recursive: true });
  await writeFile(
    join(root, 'etc/iscsi/initiatorname.iscsi'),
    '## comment\n#InitiatorName=no\nInitiatorName=iqn.2026-01.a:b\n',
  );
  await writeFile(join(root, 'etc/nvme/hostnqn'), 'nqn.2014-08.org.nvmexpress:uuid:1\n');
  await writeFile(join(root, 'etc/nvme/hostid'), '1\n');
  await writeIn(root, 'sys/module/nvme_core/parameters', { multipath: 'Y\n' });
  await writeIn(root, 'sys/class/fc_host/host1', fibrePort('Online', '0x2100001b32000001'));
  await writeIn(root, 'sys/class/fc_host/host2', fibrePort('Linkdown', '0x2100001b32000002'));
  await writeIn(root, 'proc/self', { mountinfo: '22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n' });
  await writeIn(root, 'sys/dev/block', {});
  await symlink('../../devices/pci/block/sda/sda2', join(root, 'sys/dev/block/8:2'));
  await writeIn(root, 'dev', { sda1: '', sda2: '' });
  await writeIn(root, 'dev/disk/by-uuid', {});
  await symlink('../../sda1', join(root, 'dev/disk/by-uuid/0000-1'));
  await symlink('../../sda2', join(root, 'dev/disk/by-uuid/0000-2'));
  const full = await connectorProperties({}, { root });
  await rm(root, { recursive: true });
  expect(full).toEqual({
    ...bare,
    initiator: 'iqn.2026-01.a:b',
    nqn: 'nqn.2014-08.org.nvmexpress:uuid:1',
    nvme_hostid: '1',
    nvme_native_multipath: true,
    uuid: '0000-2',
    wwpns: ['2100001b32000001'],
    wwnns: ['2000001b32000001'],
  });
  expect(JsonObjectSchema.safeParse(await connectorProperties()).success).toBe(true);
});
