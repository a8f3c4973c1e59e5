import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { ConnectorFailure, type HostConnector } from '../../../src/connectors/contract.ts';
import { iscsiConnector } from '../../../src/connectors/iscsi/connector.ts';
import { connectorProperties } from '../../../src/connectors/properties.ts';
import { until } from '../../../src/connectors/until.ts';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import { leftOnHost, nothingLeft, readAt, recordingHost, Slices, writeAt } from '../support/connector-host.ts';
import { said, startIscsi, startMultipath } from '../support/host.ts';
import { PlainIscsiTarget } from '../support/plain-iscsi.ts';

const IQN = 'iqn.2026-01.vm.scoria:paths';
const ADDRESSES = ['127.0.0.11', '127.0.0.12'];
const WWN = `36001405${'5'.repeat(25)}`;
const MIB = 1024n ** 2n;
const connectorOfHost = { multipath: true, enforce_multipath: true };
const rw = { attach_mode: 'rw', connector: connectorOfHost } as const;
const gently = { force: false } as const;
const byForce = { force: true } as const;

const state = mkdtempSync('/run/scoria-vm-');
const host = recordingHost(state);
const slices = new Slices('/dev/vda');
let connector: HostConnector;
let target: PlainIscsiTarget;

const portals = ADDRESSES.map((address) => `${address}:3260`);
const info: ConnectionInfo = {
  driver_volume_type: 'iscsi',
  data: {
    target_discovered: false,
    target_portal: portals[0] ?? '',
    target_iqn: IQN,
    target_lun: 1,
    target_portals: portals,
    target_iqns: [IQN, IQN],
    target_luns: [1, 1],
    volume_id: 'volume-1',
    connection_id: 'connection-1',
  },
};

const failureOf = async (call: Promise<unknown>): Promise<ConnectorFailure> => {
  const error = await call.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConnectorFailure, `no failure of the connector: ${String(error)}`);
  return error;
};

/** What multipathd thinks of the paths, once it thinks so. */
const pathsBecome = async (states: readonly string[]): Promise<void> => {
  const found = await until(60_000, async () => {
    const now = said('multipathd', 'show', 'paths', 'format', '%t')
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
    return now.toSorted().join() === states.join() ? now : null;
  });
  assert.ok(found, `the paths are ${said('multipathd', 'show', 'paths', 'format', '%d %t %T')}`);
};

const sessionsAreUp = (): boolean =>
  readdirSync('/sys/class/iscsi_session').every((name) =>
    readFileSync(`/sys/class/iscsi_session/${name}/state`, 'utf8').startsWith('LOGGED_IN'),
  );

/** A lost path is seen in five seconds and not in ten. */
const QUICK_LOSS = 'node.conn[0].timeo.noop_out_interval = 2\nnode.conn[0].timeo.noop_out_timeout = 3\n';

before(async () => {
  appendFileSync('/etc/iscsi/iscsid.conf', QUICK_LOSS);
  writeFileSync('/etc/multipath.conf', 'defaults {\n  polling_interval 1\n}\n');
  await startIscsi();
  target = new PlainIscsiTarget({
    iqn: IQN,
    luns: { 1: { device: slices.make('paths', 64), serial: '5'.repeat(32) } },
    addresses: ADDRESSES,
  });
  connector = iscsiConnector(host);
});

afterEach(() => assert.deepEqual(leftOnHost(state), nothingLeft));

after(() => {
  target.remove();
  slices.remove();
  said('iscsiadm', '-k', '0');
  if (readFileSync('/proc/net/unix', 'utf8').includes('multipathd')) said('multipathd', 'shutdown');
  rmSync(state, { recursive: true });
  rmSync('/etc/multipath.conf');
});

describe('multipath', () => {
  test('is refused without multipathd where it is enforced, and goes over one path where it is not', async () => {
    assert.match((await failureOf(connector.connectVolume(info, rw))).message, /multipathd does not run/);
    await assert.rejects(connectorProperties({ multipath: true, enforceMultipath: true }), { code: 'ConnectorFailed' });
    assert.equal((await connectorProperties({ multipath: true })).multipath, false);
    const device = await connector.connectVolume(info, { attach_mode: 'rw', connector: { multipath: true } });
    assert.equal(device.multipath_id, undefined);
    assert.equal(leftOnHost(state).disks?.length, 1);
    assert.match(host.warnings.join(), /multipathd does not run/);
    await connector.disconnectVolume(info, device, gently);
    await startMultipath();
    assert.equal((await connectorProperties({ multipath: true, enforceMultipath: true })).multipath, true);
  });

  test('joins all paths, loses one and gets it back, grows, and leaves nothing', async (context) => {
    host.commands();
    const begun = performance.now();
    const device = await connector.connectVolume(info, rw);
    context.diagnostic(`attach ${Math.round(performance.now() - begun)} ms: ${host.commands().join(', ')}`);
    assert.deepEqual(device, { type: 'block', scsi_wwn: WWN, path: device.path, multipath_id: WWN });
    assert.match(device.path, /^\/dev\/dm-\d+$/);
    assert.equal(readdirSync(`/sys/block/${device.path.slice(5)}/slaves`).length, 2);
    assert.deepEqual(await connector.connectVolume(info, rw), device);
    writeAt(device.path, 'over two paths');
    await pathsBecome(['active', 'active']);

    said('nft', 'add table inet cut { chain in { type filter hook input priority 0; ip daddr 127.0.0.12 drop; } ; }');
    try {
      writeAt(device.path, 'over one path', 8192);
      await pathsBecome(['active', 'failed']);
      writeAt(device.path, 'and still', 16_384);
      assert.deepEqual(await connector.findDevice(info), device);
      slices.grow('paths', 96);
      const growing = performance.now();
      assert.equal(await connector.extendVolume(info, device), 96n * MIB);
      context.diagnostic(`grown over the path that is left in ${Math.round(performance.now() - growing)} ms`);
    } finally {
      said('nft', 'delete', 'table', 'inet', 'cut');
    }
    assert.ok(await until(60_000, async () => (sessionsAreUp() ? true : null)));
    slices.grow('paths', 128);
    assert.equal(await connector.extendVolume(info, device), 128n * MIB);
    await pathsBecome(['active', 'active']);
    assert.equal(said('blockdev', '--getsize64', device.path), String(128n * MIB));
    writeAt(device.path, 'at the end', Number(127n * MIB));

    host.commands();
    const detaching = performance.now();
    await connector.disconnectVolume(info, device, gently);
    context.diagnostic(`detach ${Math.round(performance.now() - detaching)} ms: ${host.commands().join(', ')}`);
    assert.equal(readAt('/dev/mapper/paths', 9, 16_384), 'and still');
    assert.equal(readAt('/dev/mapper/paths', 10, Number(127n * MIB)), 'at the end');
  });

  test('takes what paths there are', async () => {
    target.shut('127.0.0.12');
    try {
      const device = await connector.connectVolume(info, rw);
      assert.equal(device.multipath_id, WWN);
      assert.equal(leftOnHost(state).disks?.length, 1);
      await connector.disconnectVolume(info, device, gently);
    } finally {
      target.open('127.0.0.12');
    }
  });

  test('attaches read-only so that nobody can write', async () => {
    const device = await connector.connectVolume(info, { ...rw, attach_mode: 'ro' });
    assert.throws(() => writeAt(device.path, 'no'), { code: 'EPERM' });
    await connector.disconnectVolume(info, device, gently);
  });

  test('does not detach what is mounted', async () => {
    const device = await connector.connectVolume(info, rw);
    said('mkfs.ext4', '-q', device.path);
    said('mount', device.path, '/mnt');
    assert.match((await failureOf(connector.disconnectVolume(info, device, gently))).message, /in use/);
    assert.deepEqual(await connector.findDevice(info), device);
    said('umount', '/mnt');
    await connector.disconnectVolume(info, device, gently);
  });

  test('ends in time when all paths are gone, and by force leaves nothing', async (context) => {
    const device = await connector.connectVolume(info, rw);
    said('nft', 'add table inet cut { chain in { type filter hook input priority 0; tcp dport 3260 drop; } ; }');
    try {
      await pathsBecome(['failed', 'failed']);
      const begun = performance.now();
      assert.match(
        (await failureOf(connector.disconnectVolume(info, device, gently))).message,
        /cannot be written out/,
      );
      const forced = performance.now();
      await assert.rejects(connector.disconnectVolume(info, device, byForce), /cannot be written out/);
      const end = performance.now();
      context.diagnostic(`refused after ${Math.round(forced - begun)} ms, by force ${Math.round(end - forced)} ms`);
    } finally {
      said('nft', 'delete', 'table', 'inet', 'cut');
    }
  });
});
