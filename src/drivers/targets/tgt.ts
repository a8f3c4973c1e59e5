import { join } from 'node:path';
import { DriverFailure, type Volume } from '../contract.ts';
import { type FileStep, ownFiles, StepError } from '../root-files.ts';
import { assertPlainChap, type Chap, chapOf, knownChap, providerAuth, recordedChap } from './chap.ts';
import type { MakeTarget } from './contract.ts';
import { targetFailure } from './failures.ts';
import { discards, isSameDevice } from './host-files.ts';
import { initiatorOf, iscsiConnection, isOfInitiator } from './iscsi-connection.ts';
import { assertIqn, formatLocation, iqnOf, parseLocation, portalsOf, serialOf, volumeIdIn } from './iscsi-names.ts';
import { tgtDaemon, untilIdle } from './tgt/daemon.ts';
import { persistentFile } from './tgt/persistent-file.ts';
import {
  access,
  closing,
  deleteLun,
  deleteTarget,
  deleteUnused,
  describeLun,
  giveAccount,
  isName,
  LUN,
  newLun,
  newTarget,
  volumeLun,
} from './tgt/requests.ts';
import type { TgtTarget } from './tgt/show.ts';
import { unlessRaced } from './unless-raced.ts';

/** The iSCSI target in user space, through its daemon's own socket; Cinder's `tgtadm`. */
export const tgtTarget: MakeTarget = (options, { files }) => {
  const daemon = tgtDaemon(files);
  const hasWriteCache = options.iscsi_write_cache === 'on';

  /** Named as Cinder names it. */
  const filePath = (iqn: string): string => join(options.volumes_dir, iqn.split(':').slice(1).join(':'));

  /** Makes the file say what stands, for a restart of the daemon; none where that could let nobody in. */
  const persist = async (iqn: string, targets: readonly TgtTarget[], chap: Chap | null): Promise<void> => {
    const path = filePath(iqn);
    const target = named(targets, iqn);
    const lun = target && volumeLun(target);
    if (target === undefined || lun === undefined || chap === null) return keepOwn({ do: 'unlink', path });
    const initiators = target.acl.filter(isName);
    const text = persistentFile({ iqn, lun, chap, hasWriteCache, initiators, isOpen: target.acl.includes('ALL') });
    await keepOwn({ do: 'replace', path, text });
  };

  const keepOwn = async (step: FileStep): Promise<void> => void (await ownFiles([step]).catch(refuseVolumesDir));

  const refuseVolumesDir = (error: unknown): never => {
    if (error instanceof StepError && ['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
      throw new DriverFailure(
        `volumes_dir ${options.volumes_dir} cannot be written to`,
        'make it, and let the user that Scoria runs as own it',
        { cause: error },
      );
    }
    throw error;
  };

  const making = async (targets: readonly TgtTarget[], volume: Volume, iqn: string, devicePath: string, chap: Chap) => {
    const target = named(targets, iqn);
    const others = targets.filter((each) => each !== target);
    const tid = target?.tid ?? Math.max(0, ...targets.map((each) => each.tid)) + 1;
    return [
      ...(target === undefined ? [newTarget(tid, iqn)] : []),
      ...giveAccount(tid, target?.accounts ?? [], others, chap),
      ...(await giveDevice(tid, target, volume, devicePath)),
    ];
  };

  const giveDevice = async (tid: number, target: TgtTarget | undefined, { id }: Volume, devicePath: string) => {
    const lun = target && volumeLun(target);
    if (lun?.path && !(await isSameDevice(lun.path, devicePath))) {
      throw new DriverFailure(
        `${target?.name} already exports ${lun.path}, and not ${devicePath}`,
        'remove that target, or give the volume another id',
      );
    }
    if (lun !== undefined && !lun.scsiId.startsWith(UNDESCRIBED)) return [];
    const scsiSn = serialOf(id);
    const scsiId = scsiSn.replaceAll('-', '');
    const attributes = { scsiId, scsiSn, discards: await discards(devicePath), hasWriteCache };
    return [...(lun === undefined ? [newLun(tid, devicePath)] : []), ...describeLun(tid, attributes)];
  };

  const remove = async (iqn: string): Promise<void> => {
    await untilIdle(async () => {
      const targets = await daemon.targets();
      const target = named(targets, iqn);
      if (target === undefined) return;
      const others = targets.filter((each) => each !== target);
      await daemon.change([
        ...target.acl.map((who) => access('unbind', target.tid, who)),
        ...closing(target),
        deleteTarget(target),
        ...deleteUnused(target.accounts, others),
      ]);
    });
    await keepOwn({ do: 'unlink', path: filePath(iqn) });
  };

  return {
    storageProtocol: 'iSCSI',

    async setup() {
      assertPlainChap(options);
      if (options.chap_username !== '' && options.chap_password === null) {
        throw new DriverFailure(
          'chap_username without chap_password gives many passwords to one user, and tgt knows one only',
          'give chap_password too, or neither of them',
        );
      }
      const listening = await daemon.portals();
      const missing = portalsOf(options).filter((portal) => !listening.some(isAt(portal)));
      if (missing.length === 0) return;
      throw new DriverFailure(
        `tgtd listens at ${listening.join(', ')}, and not at ${missing.join(', ')}`,
        'give target_ip_address and target_port a portal of tgtd, or start it with --iscsi portal=ADDRESS:PORT',
      );
    },

    assertFits: (connector) => void initiatorOf(connector),

    async createExport(volume, devicePath) {
      const iqn = iqnOf(volume, options);
      assertIqn(iqn);
      const chap = chapOf(volume, options);
      let stood: boolean | null = null;
      try {
        const targets = await unlessRaced(['TARGET_EXISTS'], async () => {
          const before = await daemon.targets();
          stood ??= named(before, iqn) !== undefined;
          return daemon.change(await making(before, volume, iqn, devicePath, chap));
        });
        await persist(iqn, targets, chap);
        const tag = parseLocation(volume.provider_location)?.tag ?? String(named(targets, iqn)?.tid);
        return {
          provider_location: formatLocation({ portals: portalsOf(options), tag, iqn, lun: LUN }),
          provider_auth: providerAuth(chap),
        };
      } catch (error) {
        if (stood === false) await remove(iqn);
        if (error instanceof DriverFailure) throw error;
        throw targetFailure(`volume ${volume.id} cannot be exported`, error);
      }
    },

    removeExport: async (volume) => remove(iqnOf(volume, options)),

    async grant(volume, connection) {
      const iqn = iqnOf(volume, options);
      const info = iscsiConnection(volume, connection);
      const initiator = initiatorOf(connection.connector);
      const target = named(await daemon.targets(), iqn);
      if (target === undefined || volumeLun(target) === undefined) {
        throw new DriverFailure(`${iqn} is not there, or has no device`, 'export the volume again');
      }
      // Cinder lets everybody in: from the first grant on, only those who were granted.
      const closed = target.acl.includes('ALL') ? [access('unbind', target.tid, 'ALL')] : [];
      const targets = await daemon.change([access('bind', target.tid, initiator), ...closed]);
      await persist(iqn, targets, knownChap(volume));
      return info;
    },

    async revoke(volume, { connector }, others) {
      const initiator = initiatorOf(connector);
      if (others.some(isOfInitiator(initiator))) return;
      const iqn = iqnOf(volume, options);
      const target = named(await daemon.targets(), iqn);
      if (target === undefined) return;
      const targets = await daemon.change([access('unbind', target.tid, initiator), ...closing(target, initiator)]);
      await persist(iqn, targets, recordedChap(volume));
    },

    /**
     * tgtd looks at a size once. So the LUN is made again, and initiators connect again within seconds, with the
     * commands that they had under way: a session that was cut is not an error yet.
     */
    async deviceGrew(volume, devicePath) {
      const iqn = iqnOf(volume, options);
      await untilIdle(async () => {
        const target = named(await daemon.targets(), iqn);
        const lun = target && volumeLun(target);
        if (target === undefined || lun === undefined) return;
        await daemon.change([
          ...closing(target),
          deleteLun(target.tid),
          newLun(target.tid, devicePath),
          ...describeLun(target.tid, { ...lun, hasWriteCache }),
        ]);
      });
    },

    async listExports() {
      return (await daemon.targets()).flatMap((target) => {
        const volumeId = volumeIdIn(target.name);
        const { portals, tag } = { portals: portalsOf(options), tag: String(target.tid) };
        return volumeId === null
          ? []
          : [
              {
                reference: target.name,
                devicePath: volumeLun(target)?.path ?? null,
                volumeId,
                initiators: target.acl.filter(isName),
                provider_location: formatLocation({ portals, tag, iqn: target.name, lun: LUN }),
              },
            ];
      });
    },
  };
};

const named = (targets: readonly TgtTarget[], iqn: string): TgtTarget | undefined =>
  targets.find(({ name }) => name === iqn);

/** tgt's own SCSI ID, until it is given another. */
const UNDESCRIBED = 'IET ';

/** All addresses of a kind are listened at by `0.0.0.0` or `[::]`. */
const isAt =
  (portal: string) =>
  (listening: string): boolean => {
    const port = portal.slice(portal.lastIndexOf(':'));
    return listening === portal || listening === `${portal.startsWith('[') ? '[::]' : '0.0.0.0'}${port}`;
  };
