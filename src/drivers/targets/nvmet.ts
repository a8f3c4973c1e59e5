import { join } from 'node:path';
import { type ConnectionInfo, type Connector, DriverFailure, type Volume } from '../contract.ts';
import { StepError } from '../root-files.ts';
import type { ExportedDevice, MakeTarget, TargetOptions } from './contract.ts';
import { targetFailure } from './failures.ts';
import { attribute, isThere, namesIn } from './host-files.ts';
import { needModules } from './kernel-modules.ts';
import { granting, making } from './nvmet/making.ts';
import { assertNqn, formatNvmeLocation, namespaceUuid, nqnOf, nqnPrefix, parseNvmeLocation } from './nvmet/names.ts';
import {
  allowedHosts,
  allowedPath,
  hostRemoval,
  NVMET,
  portAddress,
  portLinkPath,
  portsOf,
  removal,
  subsystemPath,
} from './nvmet/tree.ts';
import { unlessRaced } from './unless-raced.ts';

const TRANSPORT = 'tcp';

/** NVMe-oF over TCP by the kernel, through its files; Cinder's `nvmet`. */
export const nvmetTarget: MakeTarget = (options, { run, files }) => {
  const port = String(options.target_port);
  const addresses = [options.target_ip_address, ...options.target_secondary_ip_addresses];

  const ports = addresses.map((_, index) => String(options.nvmet_port_id + index));

  const remove = async (nqn: string): Promise<void> => void (await files(await removal(nqn, ports)));

  return {
    storageProtocol: 'NVMe-oF',

    async setup() {
      if (addresses.length > 1 && options.nvmeof_conn_info_version === 1) {
        throw new DriverFailure(
          'target_secondary_ip_addresses has no place in version 1 of the connection info',
          'set nvmeof_conn_info_version to 2',
        );
      }
      await needModules(run, ['nvmet', 'nvmet_tcp'], NVMET);
    },

    assertFits: (connector) => void hostOf(connector),

    async createExport(volume, devicePath) {
      const nqn = nqnOf(volume, options);
      assertNqn(nqn);
      const stood = await isThere(subsystemPath(nqn));
      const namespaceId = options.nvmet_ns_id;
      const firstPort = options.nvmet_port_id;
      const wanted = { nqn, volumeId: volume.id, devicePath, namespaceId, firstPort, addresses, port };
      try {
        await unlessRaced(['ENOENT', 'EEXIST', 'EACCES'], async () => void (await files(await making(wanted))));
      } catch (error) {
        if (error instanceof StepError && !stood) await remove(nqn);
        throw targetFailure(`volume ${volume.id} cannot be exported`, error);
      }
      const location = { addresses, port, transport: TRANSPORT, nqn, namespace: String(namespaceId) };
      return { provider_location: formatNvmeLocation(location) };
    },

    removeExport: async (volume) => remove(nqnOf(volume, options)),

    async grant(volume, { connector }) {
      const nqn = nqnOf(volume, options);
      if (!(await isThere(subsystemPath(nqn)))) {
        throw new DriverFailure(`${nqn} is not there`, 'export the volume again');
      }
      const info = connectionInfo(volume, options);
      await files(await granting(nqn, hostOf(connector)));
      return info;
    },

    async revoke(volume, { connector }, others) {
      const host = hostOf(connector);
      if (others.some((other) => other.connector.nqn === host)) return;
      const nqn = nqnOf(volume, options);
      const isLast = (await allowedHosts(nqn)).every((name) => name === host);
      const cutPorts = isLast ? await portsOf(nqn) : [];
      await files([
        { do: 'unlink', path: allowedPath(nqn, host) },
        ...(await hostRemoval([host])),
        ...cutPorts.flatMap((id) => linkedAgain(id, nqn)),
      ]);
    },

    async deviceGrew(volume) {
      const namespaces = join(subsystemPath(nqnOf(volume, options)), 'namespaces');
      await files(
        (await namesIn(namespaces)).map((id) => ({
          do: 'write',
          path: join(namespaces, id, 'revalidate_size'),
          text: '1',
        })),
      );
    },

    async listExports() {
      const prefix = nqnPrefix(options);
      const nqns = await namesIn(join(NVMET, 'subsystems'));
      return Promise.all(nqns.filter((nqn) => nqn.startsWith(prefix)).map((nqn) => exportOf(nqn, prefix)));
    },
  };
};

/**
 * The kernel goes on serving hosts that are connected already. Without its link to a port a subsystem loses them all,
 * which only the last one may be done: the others would wait for ten seconds until they connect again.
 */
const linkedAgain = (id: string, nqn: string) =>
  [
    { do: 'unlink', path: portLinkPath(id, nqn) },
    { do: 'link', path: portLinkPath(id, nqn), to: subsystemPath(nqn) },
  ] as const;

/** A name that goes into a path. */
const HOST = /^nqn\.[\w.:-]{1,219}$/;

const hostOf = ({ nqn }: Connector): string => {
  if (typeof nqn === 'string' && HOST.test(nqn)) return nqn;
  throw new DriverFailure(
    'the connector has no NQN that an NVMe subsystem could let in',
    'connect a host whose connector properties have "nqn", as /etc/nvme/hostnqn says it',
  );
};

/** Cinder's, in either version; its numbers are texts. */
const connectionInfo = (volume: Volume, options: TargetOptions): ConnectionInfo => {
  const location = parseNvmeLocation(volume.provider_location);
  if (location === null) {
    throw new DriverFailure(`volume ${volume.id} is not exported`, 'export the volume before a host is connected');
  }
  const { addresses, port, transport, nqn, namespace } = location;
  return {
    driver_volume_type: 'nvmeof',
    data:
      options.nvmeof_conn_info_version === 2
        ? {
            target_nqn: nqn,
            vol_uuid: namespaceUuid(volume.id),
            portals: addresses.map((address) => [address, port, transport]),
            ns_id: namespace,
          }
        : {
            target_portal: addresses[0] ?? '',
            target_port: port,
            nqn,
            transport_type: transport,
            ns_id: namespace,
          },
  };
};

const exportOf = async (nqn: string, prefix: string): Promise<ExportedDevice> => {
  const [ports, initiators, [namespace]] = await Promise.all([
    portsOf(nqn),
    allowedHosts(nqn),
    namesIn(join(subsystemPath(nqn), 'namespaces')),
  ]);
  const listening = await Promise.all(ports.map(portAddress));
  const [first] = listening;
  const devicePath = namespace && (await attribute(join(subsystemPath(nqn), 'namespaces', namespace, 'device_path')));
  return {
    reference: nqn,
    devicePath: devicePath || null,
    volumeId: nqn.slice(prefix.length),
    initiators,
    provider_location:
      first === undefined || namespace === undefined
        ? null
        : formatNvmeLocation({
            addresses: listening.map(({ address }) => address),
            port: first.port,
            transport: first.transport,
            nqn,
            namespace,
          }),
  };
};
