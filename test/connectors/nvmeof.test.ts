import { expect, test } from 'vitest';
import { ConnectorFailure } from '../../src/connectors/contract.ts';
import { sizeIn } from '../../src/connectors/nvmeof/connector.ts';
import { isConnectedAlready, nvmeFailure } from '../../src/connectors/nvmeof/failures.ts';
import { nvmeRouteOf } from '../../src/connectors/nvmeof/route.ts';
import { CommandError } from '../../src/drivers/command-runner.ts';
import type { ConnectionInfo } from '../../src/drivers/contract.ts';

const NQN = 'nqn.2014-08.org.nvmexpress:uuid:volume-1';
const infoOf = (data: ConnectionInfo['data']): ConnectionInfo => ({ driver_volume_type: 'nvmeof', data });
const first = { target_portal: '192.0.2.1', target_port: '4420', nqn: NQN, transport_type: 'tcp', ns_id: '10' };

test("reads Cinder's first form of the info", () => {
  expect(nvmeRouteOf(infoOf({ ...first, connection_id: 'connection-1' }))).toEqual({
    connectionId: 'connection-1',
    targets: [NQN],
    units: [`${NQN}/10`],
    nqn: NQN,
    portals: [{ address: '192.0.2.1', port: 4420 }],
    namespace: { attribute: 'nsid', value: '10' },
    hostNqn: null,
  });
});

test("reads Cinder's second form, and goes by what tells a namespace best", () => {
  const portals = [['192.0.2.1', '4420', 'tcp'] as const, ['2001:db8::1', 4421, 'tcp'] as const].map((one) => [...one]);
  const second = { target_nqn: NQN, portals, vol_uuid: '9A0D35D0175A11E48C210800200C9A66', ns_id: '1' };
  const route = nvmeRouteOf(infoOf(second));
  expect(route.namespace).toEqual({ attribute: 'uuid', value: '9a0d35d0-175a-11e4-8c21-0800200c9a66' });
  expect(route.portals).toEqual([
    { address: '192.0.2.1', port: 4420 },
    { address: '2001:db8::1', port: 4421 },
  ]);
  expect(nvmeRouteOf(infoOf({ ...second, vol_uuid: null })).namespace).toEqual({ attribute: 'nsid', value: '1' });
});

test('refuses what it cannot use', () => {
  for (const data of [
    { ...first, transport_type: 'rdma' },
    { ...first, nqn: 'nqn.2026-01.a:b c' },
    { ...first, ns_id: null },
    { target_nqn: NQN, portals: [], vol_uuid: null, ns_id: '1' },
    {},
  ]) {
    expect(() => nvmeRouteOf(infoOf(data))).toThrow(ConnectorFailure);
  }
});

const ended = (stderr: string): CommandError =>
  new CommandError('nvme ended with exit code 1', {
    program: 'nvme',
    exitCode: 1,
    signal: null,
    timedOut: false,
    cancelled: false,
    started: true,
    stderr,
  });

test('says in words of its own what nvme-cli 2.3 says', () => {
  const said = (stderr: string) => (nvmeFailure('connect', ended(stderr)) as Error).message;
  const added = 'could not add new controller:';
  expect(said(`Failed to write to /dev/nvme-fabrics: Connection refused\n${added} connection refused\n`)).toBe(
    'cannot connect: the portal refuses connections',
  );
  expect(
    said(`Failed to write to /dev/nvme-fabrics: Input/output error\n${added} failed to write to nvme-fabrics device\n`),
  ).toBe('cannot connect: there is no such subsystem for this host');
  expect(isConnectedAlready(ended('already connected\n'))).toBe(true);
});

/** As `nvme id-ns -o json` prints it, shortened. */
test('reads the size that the target says, in blocks of the format in use', () => {
  expect(sizeIn('{"nsze":614400,"flbas":0,"lbafs":[{"ms":0,"ds":9,"rp":0}]}')).toBe(314_572_800n);
  expect(sizeIn('{"nsze":10,"flbas":17,"lbafs":[{"ds":9},{"ds":12}]}')).toBe(40_960n);
});
