import { basename, join } from 'node:path';
import { DriverFailure } from '../contract.ts';
import { type FileStep, StepError } from '../root-files.ts';
import { assertPlainChap, chapOf, knownChap, providerAuth } from './chap.ts';
import type { ExportedDevice, MakeTarget } from './contract.ts';
import { targetFailure } from './failures.ts';
import { attribute, isThere, namesIn } from './host-files.ts';
import { initiatorOf, iscsiConnection, isOfInitiator } from './iscsi-connection.ts';
import { assertIqn, formatLocation, iqnOf, portalsOf, serialOf, volumeIdIn } from './iscsi-names.ts';
import { needModules } from './kernel-modules.ts';
import { granting, making } from './lio/making.ts';
import {
  aclPath,
  aclRemoval,
  directoriesOf,
  exportedDevice,
  LIO,
  objectsBehind,
  portalGroupPath,
  removal,
  storageObjectPath,
  targetPath,
} from './lio/tree.ts';
import { unlessRaced } from './unless-raced.ts';

const MODULES = ['target_core_mod', 'target_core_iblock', 'iscsi_target_mod'];

/** Debian's rtslib keeps its files there, every other one in the second. */
const RTSLIB_FOLDERS = ['/etc/rtslib-fb-target', '/etc/target'] as const;

/** The kernel's own iSCSI target, through its files; Cinder's `lioadm`. */
export const lioTarget: MakeTarget = (options, { run, files }) => {
  let savedPath = '';

  /** With what rtslib would save of it afterwards. */
  const change = async (iqn: string, steps: readonly FileStep[]): Promise<void> => {
    await files([...steps, { do: 'saveTarget', path: savedPath, name: iqn }]);
  };

  const remove = async (iqn: string): Promise<void> => change(iqn, await removal(iqn));

  /** What initiators know a volume by stays, also where somebody else chose it. */
  const serialFor = async (iqn: string, volumeId: string, isKnown: boolean): Promise<string> => {
    if (!isKnown || (await storageObjectPath(iqn)) !== null) return serialOf(volumeId);
    const [saved] = await files([{ do: 'savedSerial', path: savedPath, name: iqn }]);
    return typeof saved === 'string' ? saved : serialOf(volumeId);
  };

  return {
    storageProtocol: 'iSCSI',

    async setup() {
      assertPlainChap(options);
      await needModules(run, MODULES, LIO);
      const folder = (await isThere(RTSLIB_FOLDERS[0])) ? RTSLIB_FOLDERS[0] : RTSLIB_FOLDERS[1];
      savedPath = join(folder, 'saveconfig.json');
      await keepReservationsIn(folder);
    },

    assertFits: (connector) => void initiatorOf(connector),

    async createExport(volume, devicePath) {
      const iqn = iqnOf(volume, options);
      assertIqn(iqn);
      const stood = await isThere(targetPath(iqn));
      const serial = await serialFor(iqn, volume.id, volume.provider_location !== null);
      const portals = portalsOf(options);
      const wanted = { iqn, devicePath, serial, portals };
      try {
        await unlessRaced(['EEXIST'], async () => change(iqn, await making(wanted)));
      } catch (error) {
        if (error instanceof StepError && !stood) await remove(iqn);
        throw targetFailure(`volume ${volume.id} cannot be exported`, asTakenPort(error));
      }
      return {
        provider_location: formatLocation({ portals, tag: iqn, iqn, lun: 0 }),
        provider_auth: providerAuth(chapOf(volume, options)),
      };
    },

    removeExport: async (volume) => remove(iqnOf(volume, options)),

    async grant(volume, connection) {
      const iqn = iqnOf(volume, options);
      const info = iscsiConnection(volume, connection);
      if (!(await isThere(portalGroupPath(iqn)))) {
        throw new DriverFailure(`${iqn} is not there`, 'export the volume again');
      }
      const steps = await granting(iqn, initiatorOf(connection.connector), knownChap(volume));
      await change(iqn, steps);
      return info;
    },

    async revoke(volume, { connector }, others) {
      const initiator = initiatorOf(connector);
      if (others.some(isOfInitiator(initiator))) return;
      const iqn = iqnOf(volume, options);
      await change(iqn, await aclRemoval(aclPath(iqn, initiator)));
    },

    /** The kernel asks the device each time that an initiator looks. */
    deviceGrew: async () => undefined,

    async listExports() {
      const iqns = (await namesIn(join(LIO, 'iscsi'))).filter((name) => name.startsWith('iqn.'));
      const exports = await Promise.all(iqns.map(exportOf));
      return exports.filter((each) => each !== null);
    },
  };

  /** rtslib's place for what the kernel has to remember of reservations; it can be told until the first device. */
  async function keepReservationsIn(folder: string): Promise<void> {
    const path = join(LIO, 'dbroot');
    if ((await attribute(path)) === folder || !(await isThere(folder))) return;
    await files([{ do: 'write', path, text: `${folder}\n` }]).catch((error: unknown) => {
      if (!(error instanceof StepError)) throw error;
    });
  }
};

/** The kernel binds to any address, and calls a port that is taken an invalid argument. */
const asTakenPort = (error: unknown): unknown =>
  error instanceof StepError && error.code === 'EINVAL' && error.path.includes('/np/')
    ? new StepError('EADDRINUSE', error.path)
    : error;

const exportOf = async (iqn: string): Promise<ExportedDevice | null> => {
  const volumeId = volumeIdIn(iqn);
  if (volumeId === null) return null;
  const group = portalGroupPath(iqn);
  const [object] = await objectsBehind(group);
  const portals = await namesIn(join(group, 'np'));
  return {
    reference: iqn,
    devicePath: object === undefined ? null : await exportedDevice(object),
    volumeId,
    initiators: (await directoriesOf(join(group, 'acls'))).map((acl) => basename(acl)),
    provider_location: portals.length === 0 ? null : formatLocation({ portals, tag: iqn, iqn, lun: 0 }),
  };
};
