import { expect, test } from 'vitest';
import { chapOf, providerAuth, recordedChap } from '../../../src/drivers/targets/chap.ts';
import type { TargetOptions } from '../../../src/drivers/targets/contract.ts';
import { initiatorOf, iscsiConnection } from '../../../src/drivers/targets/iscsi-connection.ts';
import {
  assertIqn,
  formatLocation,
  iqnOf,
  parseLocation,
  portalsOf,
  serialOf,
  volumeIdIn,
} from '../../../src/drivers/targets/iscsi-names.ts';
import { assertNqn, formatNvmeLocation, nqnOf, parseNvmeLocation } from '../../../src/drivers/targets/nvmet/names.ts';
import { Secret } from '../../../src/secret.ts';
import { aVolume } from '../../../src/testing/resources.ts';

const OPTIONS: TargetOptions = {
  target_protocol: 'iscsi',
  target_prefix: 'iqn.2010-10.org.openstack:',
  target_ip_address: '10.0.0.1',
  target_secondary_ip_addresses: ['fd00::1'],
  target_port: 3260,
  iscsi_write_cache: 'on',
  chap_username: '',
  chap_password: null,
  nvmet_port_id: 1,
  nvmet_ns_id: 10,
  nvmeof_conn_info_version: 2,
  volumes_dir: '/var/lib/cinder/volumes',
};
const ID = '3f0c9a6e-7d1b-4c44-9d5a-0d6c1a2b3c4d';
const IQN = `iqn.2010-10.org.openstack:volume-${ID}`;
const CONNECTION = { id: 'connection', attach_mode: 'rw', connector: { initiator: 'iqn.host' } } as const;

test('an iSCSI location is written and read as Cinder does', () => {
  const text = `10.0.0.1:3260;[fd00::1]:3260,1 ${IQN} 1`;
  const location = { portals: ['10.0.0.1:3260', '[fd00::1]:3260'], tag: '1', iqn: IQN, lun: 1 };
  expect(portalsOf(OPTIONS)).toEqual(location.portals);
  expect(formatLocation(location)).toBe(text);
  expect(parseLocation(text)).toEqual(location);
  expect(parseLocation(`10.0.0.1:3260,1 ${IQN}`)).toMatchObject({ lun: 0 });
  for (const other of [null, '', 'file:/x', '10.0.0.1:3260', `10.0.0.1:3260,1 ${IQN} x`]) {
    expect(parseLocation(other)).toBe(null);
  }
});

test('an NVMe-oF location is written and read as Cinder does', () => {
  const text = '10.0.0.1,[fd00::1]:4420 tcp nqn.prefix-x 10';
  const addresses = ['10.0.0.1', 'fd00::1'];
  const location = { addresses, port: '4420', transport: 'tcp', nqn: 'nqn.prefix-x', namespace: '10' };
  expect(formatNvmeLocation(location)).toBe(text);
  expect(parseNvmeLocation(text)).toEqual(location);
  expect(parseNvmeLocation(`10.0.0.1:3260,1 ${IQN} 1`)).toBe(null);
});

test('a name that is recorded stays, whatever the prefix is now', () => {
  const elsewhere = { ...OPTIONS, target_prefix: 'iqn.2020-01.org.other:' };
  expect(iqnOf(aVolume({ id: ID }), OPTIONS)).toBe(IQN);
  expect(iqnOf(aVolume({ id: ID, provider_location: `10.0.0.1:3260,1 ${IQN} 1` }), elsewhere)).toBe(IQN);
  const nqn = `nqn.iqn.2010-10.org.openstack:-${ID}`;
  expect(nqnOf(aVolume({ id: ID }), OPTIONS)).toBe(nqn);
  expect(nqnOf(aVolume({ id: ID, provider_location: `10.0.0.1:4420 tcp ${nqn} 10` }), elsewhere)).toBe(nqn);
});

test('a target names a volume only where its name is one of a volume', () => {
  expect(volumeIdIn(IQN)).toBe(ID);
  expect(volumeIdIn('iqn.2003-01.org.linux-iscsi.host.x8664:sn.0123456789ab')).toBe(null);
  expect(volumeIdIn('iqn.2010-10.org.openstack:volume-')).toBe(null);
});

test.each(['volume_1', 'Volume', `x${'y'.repeat(199)}`])('the id %s gives no IQN', (id) => {
  expect(() => assertIqn(iqnOf(aVolume({ id }), OPTIONS))).toThrow(expect.objectContaining({ name: 'DriverFailure' }));
  assertNqn(nqnOf(aVolume({ id: id.slice(0, 100) }), OPTIONS));
});

test.each(['iqn.2010-13.org.x:', 'iqn.10-10.org.x:', 'iqn.2010-10.org.x y:'])(
  'the prefix %s gives no IQN',
  (prefix) => {
    expect(() => assertIqn(`${prefix}volume-${ID}`)).toThrow(/is no name that an iSCSI target may have/);
  },
);

test('ids that were counted up differ in what initiators see of a serial', () => {
  const seen = (id: string) => serialOf(id).replaceAll('-', '').slice(0, 25);
  const first = '00000000-0000-4000-8000-000000000001';
  expect(seen(first)).toBe(seen(first));
  expect(seen(first)).not.toBe(seen('00000000-0000-4000-8000-000000000002'));
});

test('a credential is made up once for each volume, unless the options or the record have one', () => {
  const made = chapOf(aVolume(), OPTIONS);
  expect(providerAuth(made)).toMatch(/^CHAP [A-Za-z2-9]{20} [A-Za-z2-9]{16}$/);
  expect(chapOf(aVolume(), OPTIONS)).not.toEqual(made);
  expect(chapOf(aVolume({ provider_auth: providerAuth(made) }), OPTIONS)).toEqual(made);
  const fixed = { ...OPTIONS, chap_username: 'user', chap_password: new Secret('password') };
  expect(chapOf(aVolume(), fixed)).toEqual({ user: 'user', password: 'password' });
  for (const provider_auth of [null, '', 'CHAP', 'CHAP user'])
    expect(recordedChap(aVolume({ provider_auth }))).toBe(null);
});

test('the connection info is Cinder’s, with the lists for many paths where there are some or the host wants them', () => {
  const volume = aVolume({
    id: ID,
    provider_location: `10.0.0.1:3260,1 ${IQN} 1`,
    provider_auth: 'CHAP user password',
  });
  const single = {
    target_discovered: false,
    target_portal: '10.0.0.1:3260',
    target_iqn: IQN,
    target_lun: 1,
    volume_id: ID,
    auth_method: 'CHAP',
    auth_username: 'user',
    auth_password: 'password',
    encrypted: false,
  };
  expect(iscsiConnection(volume, CONNECTION)).toEqual({ driver_volume_type: 'iscsi', data: single });
  const many = { target_portals: ['10.0.0.1:3260'], target_iqns: [IQN], target_luns: [1] };
  const wanting = { ...CONNECTION, connector: { ...CONNECTION.connector, multipath: true } };
  expect(iscsiConnection(volume, wanting).data).toEqual({ ...single, ...many });
  const two = { ...volume, provider_location: `10.0.0.1:3260;10.0.0.2:3260,1 ${IQN} 1` };
  expect(iscsiConnection(two, CONNECTION).data).toMatchObject({ target_luns: [1, 1], target_iqns: [IQN, IQN] });
  expect(() => iscsiConnection({ ...volume, provider_auth: null }, CONNECTION)).toThrow(/credential/);
  expect(() => iscsiConnection({ ...volume, provider_location: null }, CONNECTION)).toThrow(/is not exported/);
});

test.each([{}, { initiator: 7 }, { initiator: 'iqn.a/../b' }, { initiator: 'host' }])(
  'the connector %o cannot be let in',
  (connector) => expect(() => initiatorOf(connector)).toThrow(/no initiator name/),
);
