import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DriverFailure } from '../../contract.ts';
import type { FileStep } from '../../root-files.ts';
import type { Chap } from '../chap.ts';
import { attribute, discards, isSameDevice, isThere } from '../host-files.ts';
import {
  aclPath,
  exportedDevice,
  freeHolder,
  isLinked,
  lunPath,
  portalGroupPath,
  storageObjectPath,
  targetPath,
} from './tree.ts';

/** What is to be exported. */
export interface LioExport {
  readonly iqn: string;
  readonly devicePath: string;
  readonly serial: string;
  readonly portals: readonly string[];
}

/** Makes what is missing, in rtslib's shape and Cinder's order, so that `targetcli` and Cinder take it for their own. */
export const making = async (wanted: LioExport): Promise<readonly FileStep[]> => {
  const standing = await storageObjectPath(wanted.iqn);
  const holder = standing === null ? await freeHolder() : join(standing, '..');
  const object = join(holder, wanted.iqn);
  return [
    ...(standing === null
      ? ([
          { do: 'mkdir', path: holder, isNew: true },
          { do: 'mkdir', path: object },
        ] as const)
      : []),
    ...(await objectSteps(object, wanted)),
    ...(await targetSteps(object, wanted)),
  ];
};

const objectSteps = async (object: string, { iqn, devicePath, serial }: LioExport) => {
  if ((await attribute(join(object, 'enable'))) === '1') {
    await assertSameDevice(object, devicePath, iqn);
    return [];
  }
  const write = (name: string, text: string): FileStep => ({ do: 'write', path: join(object, name), text });
  return [
    write('udev_path', devicePath),
    write('control', `udev_path=${devicePath}`),
    write('control', 'readonly=0'),
    write('wwn/vpd_unit_serial', `${serial}\n`),
    write('enable', '1\n'),
    ...((await discards(devicePath)) ? [write('attrib/emulate_tpu', '1')] : []),
  ];
};

const assertSameDevice = async (object: string, devicePath: string, iqn: string): Promise<void> => {
  const exported = await exportedDevice(object);
  if (exported === null || (await isSameDevice(exported, devicePath))) return;
  throw new DriverFailure(
    `${iqn} already exports ${exported}, and not ${devicePath}`,
    'remove that target, or give the volume another id',
  );
};

const targetSteps = async (object: string, { iqn, portals }: LioExport): Promise<readonly FileStep[]> => {
  const group = portalGroupPath(iqn);
  const isEnabled = (await attribute(join(group, 'enable'))) === '1';
  return [
    ...(isEnabled
      ? []
      : ([
          { do: 'mkdir', path: join(targetPath(iqn), '..') },
          { do: 'mkdir', path: targetPath(iqn) },
          { do: 'mkdir', path: group },
          { do: 'write', path: join(group, 'attrib', 'authentication'), text: '1' },
        ] as const)),
    ...(await linkSteps(lunPath(iqn), object)),
    ...(isEnabled ? [] : ([{ do: 'write', path: join(group, 'enable'), text: '1' }] as const)),
    ...(await portalSteps(group, portals)),
  ];
};

/** Where all addresses are listened at, one of them cannot be besides. */
const portalSteps = async (group: string, portals: readonly string[]): Promise<readonly FileStep[]> => {
  const steps: FileStep[] = [];
  for (const portal of portals) {
    const port = portal.slice(portal.lastIndexOf(':'));
    const any = portal.startsWith('[') ? `[::0]${port}` : `0.0.0.0${port}`;
    if (!(await isThere(join(group, 'np', any)))) steps.push({ do: 'mkdir', path: join(group, 'np', portal) });
  }
  return steps;
};

/** Lets an initiator in, with the credential that it has to show. */
export const granting = async (iqn: string, initiator: string, chap: Chap): Promise<readonly FileStep[]> => {
  const acl = aclPath(iqn, initiator);
  return [
    { do: 'mkdir', path: acl },
    { do: 'write', path: join(acl, 'auth', 'userid'), text: chap.user, isSecret: true },
    { do: 'write', path: join(acl, 'auth', 'password'), text: chap.password, isSecret: true },
    ...(await linkSteps(join(acl, 'lun_0'), lunPath(iqn))),
  ];
};

/** A directory that a link with any name makes a LUN; rtslib's names are like this. */
const linkSteps = async (directory: string, to: string): Promise<readonly FileStep[]> =>
  (await isLinked(directory))
    ? []
    : [
        { do: 'mkdir', path: directory },
        { do: 'link', path: join(directory, randomUUID().slice(-10)), to },
      ];
