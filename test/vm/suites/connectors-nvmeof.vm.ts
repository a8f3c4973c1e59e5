import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { ConnectorFailure, type HostConnector } from '../../../src/connectors/contract.ts';
import { nvmeofConnector } from '../../../src/connectors/nvmeof/connector.ts';
import { until } from '../../../src/connectors/until.ts';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import { leftOnHost, nothingLeft, readAt, recordingHost, Slices, writeAt } from '../support/connector-host.ts';
import { said, startTargets } from '../support/host.ts';
import { PlainNvmetSubsystem } from '../support/plain-nvmet.ts';

const NQN = 'nqn.2026-01.vm.scoria:plain';
const ADDRESSES = ['127.0.0.21', '127.0.0.22'];
const UUIDS = ['9a0d35d0-175a-11e4-8c21-0800200c9a01', '9a0d35d0-175a-11e4-8c21-0800200c9a02'];
const MIB = 1024n ** 2n;
const rw = { attach_mode: 'rw' } as const;
const both = { ...rw, connector: { multipath: true, enforce_multipath: true } } as const;
const gently = { force: false } as const;

const state = mkdtempSync('/run/scoria-vm-');
const host = recordingHost(state);
const slices = new Slices('/dev/vda');
let connector: HostConnector;
let subsystem: PlainNvmetSubsystem;

const first: ConnectionInfo = {
  driver_volume_type: 'nvmeof',
  data: { target_portal: ADDRESSES[0] ?? '', target_port: '4420', nqn: NQN, transport_type: 'tcp', ns_id: '1' },
};

const secondForm = (index: number, connection_id: string): ConnectionInfo => ({
  driver_volume_type: 'nvmeof',
  data: {
    target_nqn: NQN,
    vol_uuid: UUIDS[index]?.toUpperCase() ?? '',
    portals: ADDRESSES.map((address) => [address, 4420, 'tcp']),
    ns_id: String(index + 1),
    connection_id,
  },
});

const failureOf = async (call: Promise<unknown>): Promise<ConnectorFailure> => {
  const error = await call.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConnectorFailure, `no failure of the connector: ${String(error)}`);
  return error;
};

before(async () => {
  await startTargets('nvmet');
  const [one, two] = [slices.make('space1', 64), slices.make('space2', 64)];
  subsystem = new PlainNvmetSubsystem({
    nqn: NQN,
    addresses: ADDRESSES,
    namespaces: { 1: { device: one, uuid: UUIDS[0] ?? '' }, 2: { device: two, uuid: UUIDS[1] ?? '' } },
  });
  connector = nvmeofConnector(host);
});

afterEach(() => {
  assert.deepEqual(leftOnHost(state), nothingLeft);
  host.commands();
});

after(() => {
  subsystem.remove();
  slices.remove();
  rmSync(state, { recursive: true });
});

describe('NVMe-oF over TCP', () => {
  test('attaches, with its data, grows, and leaves nothing', async (context) => {
    const begun = performance.now();
    const device = await connector.connectVolume(first, rw);
    context.diagnostic(`attach ${Math.round(performance.now() - begun)} ms: ${host.commands().join(', ')}`);
    assert.deepEqual(device, { type: 'block', path: '/dev/nvme0n1' });
    writeAt(device.path, 'through NVMe');
    assert.deepEqual(await connector.connectVolume(first, rw), device);
    slices.grow('space1', 128);
    assert.equal(await connector.extendVolume(first, device), 128n * MIB);
    assert.equal(said('blockdev', '--getsize64', device.path), String(128n * MIB));
    host.commands();
    const detaching = performance.now();
    await connector.disconnectVolume(first, device, gently);
    context.diagnostic(`detach ${Math.round(performance.now() - detaching)} ms: ${host.commands().join(', ')}`);
    assert.equal(readAt('/dev/mapper/space1', 12), 'through NVMe');
  });

  test('shares a subsystem among volumes and connections, and ends it with the last', async () => {
    const [a, b, other] = [secondForm(0, 'a'), secondForm(0, 'b'), secondForm(1, 'other')];
    const device = await connector.connectVolume(a, rw);
    assert.deepEqual(await connector.connectVolume(b, rw), device);
    const second = await connector.connectVolume(other, rw);
    assert.notEqual(second.path, device.path);
    assert.equal(leftOnHost(state).controllers?.length, 1);
    await connector.disconnectVolume(a, device, gently);
    await connector.disconnectVolume(other, second, gently);
    writeAt(device.path, 'for the other');
    await connector.disconnectVolume(b, device, gently);
    assert.equal(readAt('/dev/mapper/space1', 13), 'for the other');
  });

  test('goes over all portals where several paths are wanted', async () => {
    const info = secondForm(1, 'several');
    const device = await connector.connectVolume(info, both);
    assert.equal(leftOnHost(state).controllers?.length, 2);
    said('nft', 'add table inet cut { chain in { type filter hook input priority 0; ip daddr 127.0.0.22 drop; } ; }');
    try {
      writeAt(device.path, 'over what is left');
    } finally {
      said('nft', 'delete', 'table', 'inet', 'cut');
    }
    await connector.disconnectVolume(info, device, gently);
    assert.equal(readAt('/dev/mapper/space2', 17), 'over what is left');
  });

  test('attaches read-only so that nobody can write', async () => {
    const device = await connector.connectVolume(first, { attach_mode: 'ro' });
    assert.throws(() => writeAt(device.path, 'no'), { code: 'EPERM' });
    await connector.disconnectVolume(first, device, gently);
  });

  test('does not detach what is mounted', async () => {
    const device = await connector.connectVolume(first, rw);
    said('mkfs.ext4', '-q', device.path);
    said('mount', device.path, '/mnt');
    assert.match((await failureOf(connector.disconnectVolume(first, device, gently))).message, /in use/);
    said('umount', '/mnt');
    await connector.disconnectVolume(first, device, gently);
  });

  test('says what is wrong: the portal, the subsystem, the namespace', async () => {
    const wrong = async (more: object) =>
      (await failureOf(connector.connectVolume({ ...first, data: { ...first.data, ...more } }, rw))).message;
    assert.match(await wrong({ target_port: 4999 }), /refuses connections/);
    assert.match(await wrong({ nqn: `${NQN}-absent` }), /no such subsystem/);
    assert.match(await wrong({ ns_id: 77 }), /shows no namespace of nsid 77/);
  });

  test('ends in time when the target is gone, and by force leaves nothing', async (context) => {
    const device = await connector.connectVolume(first, rw);
    said('nft', 'add table inet cut { chain in { type filter hook input priority 0; tcp dport 4420 drop; } ; }');
    try {
      const isLost = async () => (said('cat', '/sys/class/nvme/nvme0/state') === 'live' ? null : true);
      assert.ok(await until(60_000, isLost));
      assert.match(
        (await failureOf(connector.disconnectVolume(first, device, gently))).message,
        /cannot be written out/,
      );
      const begun = performance.now();
      await assert.rejects(connector.disconnectVolume(first, device, { force: true }), /cannot be written out/);
      context.diagnostic(`by force in ${Math.round(performance.now() - begun)} ms`);
    } finally {
      said('nft', 'delete', 'table', 'inet', 'cut');
    }
  });
});
