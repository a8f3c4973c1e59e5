import { expect, test } from 'vitest';
import { ConnectorFailure } from '../../src/connectors/contract.ts';
import { iscsiFailure } from '../../src/connectors/iscsi/failures.ts';
import { settingsFor, withSettings } from '../../src/connectors/iscsi/node-record.ts';
import { iscsiRouteOf, portalOf } from '../../src/connectors/iscsi/route.ts';
import { CommandError } from '../../src/drivers/command-runner.ts';
import type { ConnectionInfo } from '../../src/drivers/contract.ts';

const IQN = 'iqn.2010-10.org.openstack:volume-1';
const PASSWORD = 'quite-secret-12';

const infoOf = (data: object): ConnectionInfo => ({
  driver_volume_type: 'iscsi',
  data: {
    target_discovered: false,
    target_portal: '192.0.2.1:3260',
    target_iqn: IQN,
    target_lun: 1,
    volume_id: 'volume-1',
    ...data,
  },
});

const failureOf = (data: object): ConnectorFailure => {
  try {
    iscsiRouteOf(infoOf(data));
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectorFailure);
    return error as ConnectorFailure;
  }
  throw new Error('the info was taken');
};

test('reads the one target that Cinder gives without multipath', () => {
  const route = iscsiRouteOf(infoOf({ connection_id: 'connection-1' }));
  expect(route.legs).toEqual([{ address: '192.0.2.1', port: 3260, iqn: IQN, lun: 1 }]);
  expect(route).toMatchObject({ connectionId: 'connection-1', targets: [IQN], units: [`${IQN}/1`], chap: null });
});

test('reads all portals, the main one first and none twice', () => {
  const target_portals = ['192.0.2.2:3260', '192.0.2.1:3260', '[2001:db8::1]:3261,1'];
  const others = { target_portals, target_iqns: [IQN, IQN, `${IQN}-b`], target_luns: [1, 1, 2] };
  const { legs, targets, units } = iscsiRouteOf(infoOf(others));
  expect(legs.map(portalOf)).toEqual(['192.0.2.1:3260', '192.0.2.2:3260', '[2001:db8::1]:3261']);
  expect(targets).toEqual([IQN, `${IQN}-b`]);
  expect(units).toEqual([`${IQN}-b/2`, `${IQN}/1`]);
});

test('tells connections of the same volume apart only where the info does', () => {
  expect(iscsiRouteOf(infoOf({})).connectionId).toBe(iscsiRouteOf(infoOf({})).connectionId);
  expect(iscsiRouteOf(infoOf({})).connectionId).not.toBe(iscsiRouteOf(infoOf({ target_lun: 2 })).connectionId);
});

test("numbers LUNs as the array's addressing mode does", () => {
  const lunOf = (addressing_mode: string, target_lun: number) =>
    iscsiRouteOf(infoOf({ addressing_mode, target_lun })).legs[0].lun;
  expect([lunOf('SAM', 300), lunOf('SAM2', 255), lunOf('SAM2', 256), lunOf('SAM3-flat', 1)]).toEqual([
    300, 255, 16_640, 16_385,
  ]);
});

test('refuses what it cannot use, by name and without its values', () => {
  const chap = { auth_method: 'CHAP', auth_username: 'u', auth_password: PASSWORD };
  expect(failureOf({ target_portal: 'no portal' }).message).toContain('"target_portal" must be ADDRESS:PORT');
  expect(failureOf({ target_iqn: 'iqn.2026-01.a:../b' }).message).toContain('"target_iqn"');
  expect(failureOf({ target_lun: -1 }).message).toContain('"target_lun"');
  expect(failureOf({ target_portals: ['192.0.2.1'] }).message).toContain('as many');
  expect(failureOf({ ...chap, auth_password: null }).message).toContain('shredded');
  const broken = failureOf({ ...chap, auth_password: `${PASSWORD}\nnode.startup = automatic` });
  expect(broken.message).toContain('"auth_password" must be one line');
  expect(JSON.stringify([broken.message, broken.stack])).not.toContain(PASSWORD);
});

/** As iscsiadm 2.1.8 writes it, shortened. */
const RECORD = `# BEGIN RECORD 2.1.8
node.name = ${IQN}
node.tpgt = -1
node.startup = automatic
iface.iscsi_ifacename = default
node.session.initial_login_retry_max = 8
node.session.queue_depth = 32
node.session.auth.authmethod = CHAP
node.session.auth.username = earlier
node.session.auth.password = earlier-secret
node.session.auth.chap_algs = MD5
node.session.scan = auto
node.conn[0].address = 192.0.2.1
node.conn[0].port = 3260
node.conn[0].timeo.login_timeout = 15
# END RECORD
`;

test('sets what a login needs in the record of a target, and keeps the rest', () => {
  const record = withSettings(RECORD, settingsFor({ username: 'u', password: PASSWORD }));
  const lines = record.trimEnd().split('\n');
  expect(lines[0]).toBe('# BEGIN RECORD 2.1.8');
  expect(lines.at(-1)).toBe('# END RECORD');
  const values = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(' = ') as [string, string]);
  expect(new Set(values.map(([name]) => name)).size).toBe(values.length);
  expect(Object.fromEntries(values)).toEqual({
    'node.name': IQN,
    'node.tpgt': '-1',
    'node.startup': 'manual',
    'iface.iscsi_ifacename': 'default',
    'node.session.initial_login_retry_max': '2',
    'node.session.queue_depth': '32',
    'node.session.auth.authmethod': 'CHAP',
    'node.session.auth.username': 'u',
    'node.session.auth.password': PASSWORD,
    'node.session.auth.chap_algs': 'MD5',
    'node.session.scan': 'manual',
    'node.conn[0].address': '192.0.2.1',
    'node.conn[0].port': '3260',
    'node.conn[0].timeo.login_timeout': '5',
  });
});

test('leaves no credentials of earlier in the record of a target without CHAP', () => {
  const record = withSettings(RECORD, settingsFor(null));
  expect(record).toContain('node.session.auth.authmethod = None\n');
  expect(record).not.toMatch(/earlier/);
});

const ended = (exitCode: number | null, more: object = {}): CommandError =>
  new CommandError('iscsiadm ended', {
    program: 'iscsiadm',
    exitCode,
    signal: null,
    timedOut: false,
    cancelled: false,
    started: true,
    stderr: '',
    ...more,
  });

test("says in words what iscsiadm's exit codes mean", () => {
  const said = (exitCode: number) => {
    const failure = iscsiFailure('log in', ended(exitCode));
    expect(failure).toBeInstanceOf(ConnectorFailure);
    return (failure as ConnectorFailure).message;
  };
  expect(said(24)).toBe(
    'cannot log in: the target refuses this host: wrong CHAP credentials, or its name is not let in',
  );
  expect(said(20)).toContain('iscsid is not running');
  expect(said(8)).toContain('does not answer in time');
  expect(said(99)).toContain('iscsiadm ended');
  const late = ended(null, { timedOut: true });
  expect(iscsiFailure('log in', late)).toBe(late);
  expect(iscsiFailure('log in', ended(null, { started: false }))).toMatchObject({ remedy: 'install open-iscsi' });
});
