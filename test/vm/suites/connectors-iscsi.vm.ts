import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { ConnectorFailure, type HostConnector } from '../../../src/connectors/contract.ts';
import { iscsiConnector } from '../../../src/connectors/iscsi/connector.ts';
import type { ConnectionInfo } from '../../../src/drivers/contract.ts';
import { leftOnHost, nothingLeft, readAt, recordingHost, Slices, writeAt } from '../support/connector-host.ts';
import { said, startIscsi } from '../support/host.ts';
import { PlainIscsiTarget } from '../support/plain-iscsi.ts';

const IQN = 'iqn.2026-01.vm.scoria:plain';
const ADDRESS = '127.0.0.7';
const PASSWORD = 'quite-secret-12';
const chap = { auth_method: 'CHAP', auth_username: 'somebody', auth_password: PASSWORD };
const rw = { attach_mode: 'rw' } as const;
const gently = { force: false } as const;
const byForce = { force: true } as const;
const MIB = 1024n ** 2n;

const state = mkdtempSync('/run/scoria-vm-');
const host = recordingHost(state);
const slices = new Slices('/dev/vda');
let connector: HostConnector;
let target: PlainIscsiTarget;

const infoOf = (lun: number, more: object = {}): ConnectionInfo => ({
  driver_volume_type: 'iscsi',
  data: {
    target_discovered: false,
    target_portal: `${ADDRESS}:3260`,
    target_iqn: IQN,
    target_lun: lun,
    volume_id: `volume-${lun}`,
    connection_id: `connection-${lun}`,
    ...chap,
    ...more,
  },
});

const failureOf = async (call: Promise<unknown>): Promise<ConnectorFailure> => {
  const error = await call.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ConnectorFailure, `no failure of the connector: ${String(error)}`);
  assert.ok(!`${error.message} ${error.remedy} ${error.stack}`.includes(PASSWORD));
  return error;
};

/** Arguments of every process of the machine, looked at as often as can be. */
const watchArguments = (): (() => string) => {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {}
    }
  };
  const timer = setInterval(look, 25).unref();
  return () => {
    clearInterval(timer);
    return [...seen].join('\n');
  };
};

before(async () => {
  await startIscsi();
  const luns = [1, 2, 3].map((lun) => [lun, { device: slices.make(`plain${lun}`, 64), serial: `${lun}`.repeat(32) }]);
  target = new PlainIscsiTarget({
    iqn: IQN,
    luns: Object.fromEntries(luns),
    addresses: [ADDRESS],
    chap: { username: chap.auth_username, password: PASSWORD },
  });
  connector = iscsiConnector(host);
});

afterEach(() => {
  assert.deepEqual(leftOnHost(state), nothingLeft);
  host.commands();
});

after(() => {
  target.remove();
  slices.remove();
  said('iscsiadm', '-k', '0');
  rmSync(state, { recursive: true });
});

describe('iSCSI', () => {
  test('attaches the one LUN, with its data, and leaves nothing of it', async (context) => {
    const argumentsSeen = watchArguments();
    const begun = performance.now();
    const device = await connector.connectVolume(infoOf(1), rw);
    const attached = performance.now();
    assert.deepEqual(device, { type: 'block', scsi_wwn: `36001405${'1'.repeat(25)}`, path: '/dev/sda' });
    assert.deepEqual(leftOnHost(state).disks, ['sda']);
    const attaching = host.commands();
    writeAt(device.path, 'through iSCSI');
    assert.deepEqual(await connector.connectVolume(infoOf(1), rw), device);
    assert.deepEqual(await connector.findDevice(infoOf(1)), device);
    assert.deepEqual(host.commands(), [], 'attaching what is attached starts no program');
    const detached = performance.now();
    await connector.disconnectVolume(infoOf(1), device, gently);
    const end = performance.now();
    assert.equal(readAt('/dev/mapper/plain1', 13), 'through iSCSI');
    assert.equal(await connector.findDevice(infoOf(1)), null);
    assert.ok(!argumentsSeen().includes(PASSWORD));
    assert.match(attaching.join('\n'), /^iscsiadm .* -o new\niscsiadm .* -l$/);
    const detaching = host.commands();
    context.diagnostic(`attach ${Math.round(attached - begun)} ms: ${attaching.join(', ')}`);
    context.diagnostic(`detach ${Math.round(end - detached)} ms: ${detaching.join(', ')}`);
    await connector.disconnectVolume(infoOf(1), device, gently);
  });

  test('keeps the record of a target to root, set to neither start nor scan by itself', async () => {
    const device = await connector.connectVolume(infoOf(1), rw);
    const file = join('/etc/iscsi/nodes', IQN, `${ADDRESS},3260`);
    assert.equal(said('stat', '--format', '%a %U', file), '600 root');
    const record = said('iscsiadm', '-m', 'node', '-T', IQN, '-p', ADDRESS);
    assert.match(record, /node\.startup = manual/);
    assert.match(record, /node\.session\.scan = manual/);
    assert.match(record, /node\.session\.queue_depth = 32/, 'the rest is as iscsid.conf and iscsiadm have it');
    await connector.disconnectVolume(infoOf(1), device, gently);
  });

  test('says what is wrong with CHAP, and never the password', async () => {
    const wrong = infoOf(1, { auth_password: `wrong-${PASSWORD}` });
    assert.match((await failureOf(connector.connectVolume(wrong, rw))).message, /refuses this host/);
    const none = infoOf(1, { auth_method: null, auth_username: null, auth_password: null });
    assert.match((await failureOf(connector.connectVolume(none, rw))).message, /refuses this host/);
  });

  test('shares a session among LUNs, and ends it with the last', async () => {
    const devices = await Promise.all([1, 2, 3].map((lun) => connector.connectVolume(infoOf(lun), rw)));
    assert.equal(new Set(devices.map(({ path }) => path)).size, 3);
    assert.equal(leftOnHost(state).sessions?.length, 1);
    await connector.disconnectVolume(infoOf(1), null, gently);
    assert.equal(leftOnHost(state).disks?.length, 2);
    writeAt(devices[1]?.path ?? '', 'the second stays');
    await Promise.all([2, 3].map((lun) => connector.disconnectVolume(infoOf(lun), null, gently)));
    assert.equal(readAt('/dev/mapper/plain2', 16), 'the second stays');
  });

  test('shares a device among connections, and removes it with the last', async () => {
    const [a, b] = [infoOf(1, { connection_id: 'a' }), infoOf(1, { connection_id: 'b' })];
    const device = await connector.connectVolume(a, rw);
    assert.equal(await connector.findDevice(b), null);
    assert.deepEqual(await connector.connectVolume(b, rw), device);
    assert.match(
      (await failureOf(connector.connectVolume(infoOf(1, { connection_id: 'c' }), { attach_mode: 'ro' }))).message,
      /attached writable/,
    );
    await connector.disconnectVolume(a, device, gently);
    assert.equal(await connector.findDevice(a), null);
    writeAt(device.path, 'for the other');
    await connector.disconnectVolume(b, device, gently);
  });

  test('attaches read-only so that nobody can write', async () => {
    const device = await connector.connectVolume(infoOf(1), { attach_mode: 'ro' });
    assert.throws(() => writeAt(device.path, 'no'), { code: 'EPERM' });
    await connector.disconnectVolume(infoOf(1), device, gently);
    const again = await connector.connectVolume(infoOf(1), rw);
    writeAt(again.path, 'yes');
    await connector.disconnectVolume(infoOf(1), again, gently);
  });

  test('does not detach what is mounted', async () => {
    const device = await connector.connectVolume(infoOf(1), rw);
    said('mkfs.ext4', '-q', device.path);
    said('mount', device.path, '/mnt');
    const failure = await failureOf(connector.disconnectVolume(infoOf(1), device, gently));
    assert.match(failure.message, /in use/);
    assert.deepEqual(await connector.findDevice(infoOf(1)), device);
    said('umount', '/mnt');
    await connector.disconnectVolume(infoOf(1), device, gently);
  });

  test('grows with the volume', async () => {
    const device = await connector.connectVolume(infoOf(3), rw);
    slices.grow('plain3', 128);
    assert.equal(await connector.extendVolume(infoOf(3), device), 128n * MIB);
    assert.equal(said('blockdev', '--getsize64', device.path), String(128n * MIB));
    await connector.disconnectVolume(infoOf(3), device, gently);
  });

  test('does not take an earlier volume’s disk for this one', async () => {
    const first = await connector.connectVolume(infoOf(2), rw);
    rmSync(join(state, 'units'), { recursive: true });
    target.unmap(2);
    target.map(2, '/dev/mapper/plain2', '9'.repeat(32));
    const second = await connector.connectVolume(infoOf(2), rw);
    assert.notEqual(second.scsi_wwn, first.scsi_wwn);
    target.unmap(2);
    target.map(2, '/dev/mapper/plain2', '2'.repeat(32));
    const other = infoOf(2, { connection_id: 'other' });
    assert.match((await failureOf(connector.connectVolume(other, rw))).message, /was another volume/);
    await connector.disconnectVolume(infoOf(2), second, gently);
  });

  test('takes the first portal that answers', async () => {
    const portals = ['127.0.0.8:3260', `${ADDRESS}:3260`];
    const several = {
      target_portal: portals[0],
      target_portals: portals,
      target_iqns: [IQN, IQN],
      target_luns: [1, 1],
    };
    const device = await connector.connectVolume(infoOf(1, several), rw);
    assert.equal(leftOnHost(state).sessions?.length, 1);
    await connector.disconnectVolume(infoOf(1, several), device, gently);
  });

  test('says that there is no such LUN, and that iscsid does not run', async () => {
    assert.match((await failureOf(connector.connectVolume(infoOf(77), rw))).message, /shows no LUN 77/);
    said('iscsiadm', '-k', '0');
    try {
      assert.match((await failureOf(connector.connectVolume(infoOf(1), rw))).message, /iscsid is not running/);
    } finally {
      await startIscsi();
    }
  });

  test('ends in time when the target is gone, and by force leaves nothing', async (context) => {
    const device = await connector.connectVolume(infoOf(1), rw);
    const file = openSync(device.path, 'r+');
    said('nft', 'add table inet cut { chain in { type filter hook input priority 0; tcp dport 3260 drop; } ; }');
    try {
      writeSync(file, Buffer.alloc(4096, 'never written out'));
      closeSync(file);
      // In the kernel, where no signal reaches it.
      const stuck = host.run('blockdev', ['--flushbufs', device.path], { timeoutMs: 1_000 });
      await assert.rejects(stuck, { name: 'CommandError', timedOut: true });
      const begun = performance.now();
      const lost = await failureOf(connector.disconnectVolume(infoOf(1), device, gently).then(() => waitForLoss()));
      context.diagnostic(`refused after ${Math.round(performance.now() - begun)} ms: ${lost.message}`);
      assert.match(lost.message, /cannot be written out/);
      const forced = performance.now();
      const error = await connector.disconnectVolume(infoOf(1), device, byForce).catch((thrown: unknown) => thrown);
      context.diagnostic(`by force after ${Math.round(performance.now() - forced)} ms: ${String(error)}`);
      assert.match(String(error), /cannot be written out/);
      assert.deepEqual(leftOnHost(state), nothingLeft);
      const failure = await failureOf(connector.connectVolume(infoOf(1), rw));
      assert.match(failure.message, /does not answer in time/);
    } finally {
      said('nft', 'delete', 'table', 'inet', 'cut');
    }
  });
});

const waitForLoss = (): never => {
  throw new Error('detached although nothing could be written out');
};
