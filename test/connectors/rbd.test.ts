import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ConnectorFailure } from '../../src/connectors/contract.ts';
import { rbdRouteOf } from '../../src/connectors/rbd/route.ts';
import type { ConnectionInfo } from '../../src/drivers/contract.ts';

const infoOf = (data: ConnectionInfo['data']): ConnectionInfo => ({ driver_volume_type: 'rbd', data });
/** As Cinder's RBD driver gives it. */
const cinders = {
  name: 'volumes/volume-1',
  hosts: ['192.0.2.1', '2001:db8::1'],
  ports: ['6789', '6789'],
  cluster_name: 'ceph',
  auth_enabled: true,
  auth_username: 'cinder',
  secret_type: 'ceph',
  secret_uuid: null,
  volume_id: '1',
  discard: true,
};

test("reads Cinder's info", () => {
  expect(rbdRouteOf(infoOf({ ...cinders, connection_id: 'connection-1' }))).toMatchObject({
    connectionId: 'connection-1',
    pool: 'volumes',
    namespace: '',
    image: 'volume-1',
    cluster: 'ceph',
    monitors: ['192.0.2.1:6789', '[2001:db8::1]:6789'],
    user: 'cinder',
    cephConf: null,
    keyringPath: null,
    keyring: null,
  });
});

test('reads a namespace, paths of this host, and a cluster without users', () => {
  const more = {
    name: 'volumes/tenant/volume-1',
    auth_username: null,
    ceph_conf: '/a.conf',
    keyring_conf: '/a.keyring',
  };
  expect(rbdRouteOf(infoOf({ ...cinders, ...more }))).toMatchObject({
    namespace: 'tenant',
    image: 'volume-1',
    user: null,
    cephConf: '/a.conf',
    keyringPath: '/a.keyring',
  });
});

test('an image is the same whatever the order of the monitors, and another on another cluster', () => {
  const { units } = rbdRouteOf(infoOf(cinders));
  expect(rbdRouteOf(infoOf({ ...cinders, hosts: cinders.hosts.toReversed() })).units).toEqual(units);
  expect(rbdRouteOf(infoOf({ ...cinders, hosts: ['192.0.2.9', '192.0.2.8'] })).units).not.toEqual(units);
});

test('shows no keyring that it was given', () => {
  const keyring = '[client.cinder]\nkey = a-key-of-somebody';
  expect(inspect(rbdRouteOf(infoOf({ ...cinders, keyring })))).not.toContain('a-key-of-somebody');
});

test('refuses what it cannot use', () => {
  for (const wrong of [
    { name: 'volume-1' },
    { name: '--help/volume-1' },
    { name: 'volumes/volume-1@snapshot' },
    { hosts: [] },
    { ports: ['6789'] },
    { ports: ['6789', 'x'] },
    { auth_username: 'a b' },
    { keyring_conf: 'relative' },
    { hosts: ['192.0.2.1\nkey = x', '192.0.2.2'] },
  ]) {
    expect(() => rbdRouteOf(infoOf({ ...cinders, ...wrong }))).toThrow(ConnectorFailure);
  }
});
