import { join } from 'node:path';
import { DriverFailure } from '../../contract.ts';
import type { FileStep } from '../../root-files.ts';
import { attribute, isSameDevice, isThere } from '../host-files.ts';
import { serialOf } from '../iscsi-names.ts';
import { addressFamily, namespaceUuid } from './names.ts';
import { allowedPath, hostPath, portAddress, portLinkPath, portPath, portsOf, subsystemPath } from './tree.ts';

/** What is to be exported. */
export interface NvmeExport {
  readonly nqn: string;
  readonly volumeId: string;
  readonly devicePath: string;
  readonly namespaceId: number;
  readonly firstPort: number;
  readonly addresses: readonly string[];
  readonly port: string;
}

/** As many characters as NVMe gives a serial. */
const SERIAL_LENGTH = 20;

/** Makes what is missing. */
export const making = async (wanted: NvmeExport): Promise<readonly FileStep[]> => {
  const subsystem = subsystemPath(wanted.nqn);
  const isNew = !(await isThere(subsystem));
  const serial = serialOf(wanted.volumeId).replaceAll('-', '').slice(0, SERIAL_LENGTH);
  return [
    ...(isNew
      ? ([
          { do: 'mkdir', path: subsystem },
          { do: 'write', path: join(subsystem, 'attr_allow_any_host'), text: '0' },
          { do: 'write', path: join(subsystem, 'attr_serial'), text: serial },
        ] as const)
      : []),
    ...(await namespaceSteps(wanted)),
    ...(await portSteps(wanted)),
  ];
};

const namespaceSteps = async (wanted: NvmeExport): Promise<readonly FileStep[]> => {
  const { nqn, volumeId, devicePath, namespaceId } = wanted;
  const path = join(subsystemPath(nqn), 'namespaces', String(namespaceId));
  if ((await attribute(join(path, 'enable'))) === '1') {
    await assertSameDevice(path, wanted);
    return [];
  }
  const uuid = namespaceUuid(volumeId);
  const write = (name: string, text: string): FileStep => ({ do: 'write', path: join(path, name), text });
  return [
    { do: 'mkdir', path },
    write('device_path', devicePath),
    write('device_uuid', uuid),
    write('device_nguid', uuid),
    write('enable', '1'),
  ];
};

const assertSameDevice = async (namespace: string, { nqn, devicePath }: NvmeExport): Promise<void> => {
  const exported = (await attribute(join(namespace, 'device_path'))) ?? '';
  if (await isSameDevice(exported, devicePath)) return;
  throw new DriverFailure(
    `${nqn} already exports ${exported}, and not ${devicePath}`,
    'remove that subsystem, or give the volume another id',
  );
};

/** One port for each address, which all subsystems share. */
const portSteps = async ({ nqn, firstPort, addresses, port }: NvmeExport): Promise<readonly FileStep[]> => {
  const linked = new Set(await portsOf(nqn));
  const steps: FileStep[] = [];
  for (const [index, address] of addresses.entries()) {
    const id = firstPort + index;
    if (await isThere(portPath(id))) await assertListensAt(id, address, port);
    if (!(await hasAddress(id))) steps.push(...newPort(id, address, port));
    if (!linked.has(String(id))) steps.push({ do: 'link', path: portLinkPath(id, nqn), to: subsystemPath(nqn) });
  }
  return steps;
};

const hasAddress = async (id: number): Promise<boolean> => (await portAddress(id)).address !== '';

const newPort = (id: number, address: string, port: string): readonly FileStep[] => {
  const write = (name: string, text: string): FileStep => ({ do: 'write', path: join(portPath(id), name), text });
  return [
    { do: 'mkdir', path: portPath(id) },
    write('addr_trtype', 'tcp'),
    write('addr_adrfam', addressFamily(address)),
    write('addr_trsvcid', port),
    write('addr_traddr', address),
  ];
};

const assertListensAt = async (id: number, address: string, port: string): Promise<void> => {
  const standing = await portAddress(id);
  if (standing.address === '') return;
  if (standing.address === address && standing.port === port && standing.transport === 'tcp') return;
  throw new DriverFailure(
    `port ${id} of nvmet listens at ${standing.address}:${standing.port} (${standing.transport}), and not at ${address}:${port} (tcp)`,
    'give nvmet_port_id a number that is free, or the options the address of that port',
  );
};

/** Lets a host in. Cinder lets everybody in: from the first grant on, only those who were granted. */
export const granting = async (nqn: string, host: string): Promise<readonly FileStep[]> => {
  const openness = join(subsystemPath(nqn), 'attr_allow_any_host');
  return [
    { do: 'mkdir', path: hostPath(host) },
    ...((await attribute(openness)) === '1' ? [{ do: 'write', path: openness, text: '0' } as const] : []),
    ...((await isThere(allowedPath(nqn, host)))
      ? []
      : [{ do: 'link', path: allowedPath(nqn, host), to: hostPath(host) } as const]),
  ];
};
