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
  account,
  closing,
  deleteAccount,
  deleteLun,
  deleteTarget,
  describeLun,
  isName,
  LUN,
  newAccount,
  newLun,
  newTarget,
  volumeLun,
} from './tgt/requests.ts';
import type { TgtTarget } from './tgt/show.ts';

/** The iSCSI target in user space, through its daemon's own socket; Cinder's `tgtadm`. */
export const tgtTarget: MakeTarget = (options, { files }) => {
  const daemon = tgtDaemon(files);
  const hasWriteCache = options.iscsi_write_cache === 'on';

  /** Named as Cinder names it. */
  const filePath = (iqn: string): string => join(options.volumes_dir, iqn.split(':').slice(1).join(':'));

  /** Makes the file say what stands, for a restart of the daemon; none where that could let nobody in. */
  const persist = async (iqn: string, chap: Chap | null): Promise<void> => {
    const path = filePath(iqn);
    const target = await daemon.target(iqn);
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

  const standing = async (iqn: string): Promise<TgtTarget> => {
    const target = await daemon.target(iqn);
    if (target !== undefined && volumeLun(target) !== undefined) return target;
    throw new DriverFailure(`${iqn} is not there, or has no device`, 'export the volume again');
  };

  const made = async (iqn: string): Promise<TgtTarget> => {
    const targets = await daemon.targets();
    const target = targets.find(({ name }) => name === iqn);
    if (target !== undefined) return target;
    const tid = Math.max(0, ...targets.map((each) => each.tid)) + 1;
    await daemon.askUnless(['TARGET_EXISTS'], newTarget(tid, iqn));
    return made(iqn);
  };

  /** Only its own user gets in, with the password of now: tgtd tells none. */
  const giveAccount = async ({ tid, accounts }: TgtTarget, chap: Chap): Promise<void> => {
    if (accounts.length === 1 && accounts[0] === chap.user) return;
    for (const user of accounts) await daemon.ask([account('unbind', tid, user)]);
    await dropUnused([...accounts, chap.user]);
    await daemon.askUnless(['USER_EXISTS'], newAccount(chap));
    await daemon.ask([account('bind', tid, chap.user)]);
  };

  /** Accounts are tgtd's and not the target's: others may have the same one. */
  const dropUnused = async (users: readonly string[]): Promise<void> => {
    const used = new Set((await daemon.targets()).flatMap(({ accounts }) => accounts));
    for (const user of users) {
      if (!used.has(user)) await daemon.askUnless(['NO_USER'], deleteAccount(user));
    }
  };

  const close = async (target: TgtTarget, initiator?: string): Promise<void> => {
    for (const request of closing(target, initiator)) await daemon.askUnless(['NO_SESSION', 'NO_CONNECTION'], request);
  };

  const giveDevice = async (target: TgtTarget, volume: Volume, devicePath: string): Promise<void> => {
    const { tid, name } = target;
    const lun = volumeLun(target);
    if (lun?.path && !(await isSameDevice(lun.path, devicePath))) {
      throw new DriverFailure(
        `${name} already exports ${lun.path}, and not ${devicePath}`,
        'remove that target, or give the volume another id',
      );
    }
    if (lun === undefined) await daemon.ask([newLun(tid, devicePath)]);
    if (lun !== undefined && !lun.scsiId.startsWith(UNDESCRIBED)) return;
    const serial = serialOf(volume.id);
    await daemon.ask(
      describeLun(tid, {
        scsiId: serial.replaceAll('-', ''),
        scsiSn: serial,
        discards: await discards(devicePath),
        hasWriteCache,
      }),
    );
  };

  const remove = async (iqn: string): Promise<void> => {
    const target = await daemon.target(iqn);
    if (target !== undefined) {
      await daemon.ask(target.acl.map((who) => access('unbind', target.tid, who)));
      await untilIdle(async () => {
        const now = await daemon.target(iqn);
        if (now === undefined) return;
        await close(now);
        await daemon.ask([deleteTarget(now)]);
      });
      await dropUnused(target.accounts);
    }
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
      const stood = (await daemon.target(iqn)) !== undefined;
      try {
        const target = await made(iqn);
        await giveAccount(target, chap);
        await giveDevice(target, volume, devicePath);
        await persist(iqn, chap);
        const tag = parseLocation(volume.provider_location)?.tag ?? String(target.tid);
        return {
          provider_location: formatLocation({ portals: portalsOf(options), tag, iqn, lun: LUN }),
          provider_auth: providerAuth(chap),
        };
      } catch (error) {
        if (!stood) await remove(iqn);
        if (error instanceof DriverFailure) throw error;
        throw targetFailure(`volume ${volume.id} cannot be exported`, error);
      }
    },

    removeExport: async (volume) => remove(iqnOf(volume, options)),

    async grant(volume, connection) {
      const iqn = iqnOf(volume, options);
      const info = iscsiConnection(volume, connection);
      const initiator = initiatorOf(connection.connector);
      const { tid, acl } = await standing(iqn);
      await daemon.askUnless(['ACL_EXISTS'], access('bind', tid, initiator));
      // Cinder lets everybody in: from the first grant on, only those who were granted.
      if (acl.includes('ALL')) await daemon.askUnless(['NO_ACL'], access('unbind', tid, 'ALL'));
      await persist(iqn, knownChap(volume));
      return info;
    },

    async revoke(volume, { connector }, others) {
      const initiator = initiatorOf(connector);
      if (others.some(isOfInitiator(initiator))) return;
      const iqn = iqnOf(volume, options);
      const target = await daemon.target(iqn);
      if (target === undefined) return;
      await daemon.askUnless(['NO_ACL'], access('unbind', target.tid, initiator));
      await close(target, initiator);
      await persist(iqn, recordedChap(volume));
    },

    /**
     * tgtd looks at a size once. So the LUN is made again, and initiators connect again within seconds, with the
     * commands that they had under way: a session that was cut is not an error yet.
     */
    async deviceGrew(volume, devicePath) {
      const iqn = iqnOf(volume, options);
      await untilIdle(async () => {
        const target = await daemon.target(iqn);
        const lun = target && volumeLun(target);
        if (target === undefined || lun === undefined) return;
        await close(target);
        await daemon.ask([
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

/** tgt's own SCSI ID, until it is given another. */
const UNDESCRIBED = 'IET ';

/** All addresses of a kind are listened at by `0.0.0.0` or `[::]`. */
const isAt =
  (portal: string) =>
  (listening: string): boolean => {
    const port = portal.slice(portal.lastIndexOf(':'));
    return listening === portal || listening === `${portal.startsWith('[') ? '[::]' : '0.0.0.0'}${port}`;
  };
