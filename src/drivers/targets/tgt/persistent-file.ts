import type { Chap } from '../chap.ts';
import type { TgtLun } from './show.ts';

/** What a restart of tgtd has to make again. */
export interface PersistentTarget {
  readonly iqn: string;
  readonly lun: TgtLun;
  readonly chap: Chap;
  readonly hasWriteCache: boolean;
  readonly initiators: readonly string[];
  /** Whether everybody is let in, as Cinder does it. */
  readonly isOpen: boolean;
}

/** An address that nobody has: `tgt-admin` lets everybody in where a file names no address. */
const NO_ADDRESS = '0.0.0.0';

/** Cinder's file of a target, for `include VOLUMES_DIR/*` in the configuration of tgt. */
export const persistentFile = ({ iqn, lun, chap, hasWriteCache, initiators, isOpen }: PersistentTarget): string =>
  [
    '',
    `<target ${iqn}>`,
    `    backing-store ${lun.path}`,
    '    driver iscsi',
    `    incominguser ${chap.user} ${chap.password}`,
    ...(lun.openFlags ? [`    bsoflags ${lun.openFlags.replace(' ', ':')}`] : []),
    `    write-cache ${hasWriteCache ? 'on' : 'off'}`,
    `    scsi_sn ${lun.scsiSn}`,
    `    scsi_id ${lun.scsiId}`,
    ...(lun.discards ? ['    params thin_provisioning=1'] : []),
    ...(isOpen ? [] : [`    initiator-address ${NO_ADDRESS}`]),
    ...initiators.map((initiator) => `    initiator-name ${initiator}`),
    '</target>',
    '',
  ].join('\n');
