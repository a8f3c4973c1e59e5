import type { TgtdError, TgtdRequest } from '../../root-files.ts';
import type { Chap } from '../chap.ts';
import type { TgtLun, TgtTarget } from './show.ts';

/** LUN 0 is tgt's controller. */
export const LUN = 1;

export const volumeLun = ({ luns }: TgtTarget): TgtLun | undefined => luns.find(({ lun }) => lun === LUN);

/** What initiators know the device by, which tgt would else make of the target's number. */
export interface LunAttributes {
  readonly scsiId: string;
  readonly scsiSn: string;
  readonly discards: boolean;
  readonly hasWriteCache: boolean;
}

/** tgt's own caching page, without the bit that says that there is a write cache. */
const NO_WRITE_CACHE = 'mode_page=8:0:18:0x10:0:0xff:0xff:0:0:0xff:0xff:0xff:0xff:0x80:0x14:0:0:0:0:0:0';

export const newTarget = (tid: number, iqn: string): TgtdRequest => ({
  mode: 'target',
  operation: 'new',
  tid,
  parameters: `targetname=${iqn}`,
});

export const newLun = (tid: number, devicePath: string): TgtdRequest => ({
  mode: 'device',
  operation: 'new',
  tid,
  lun: LUN,
  parameters: `path=${devicePath}`,
});

export const deleteLun = (tid: number): TgtdRequest => ({ mode: 'device', operation: 'delete', tid, lun: LUN });

export const describeLun = (tid: number, lun: LunAttributes): readonly TgtdRequest[] =>
  [
    ...(lun.hasWriteCache ? [] : [NO_WRITE_CACHE]),
    `scsi_id=${lun.scsiId}`,
    `scsi_sn=${lun.scsiSn}`,
    ...(lun.discards ? ['thin_provisioning=1'] : []),
  ].map((parameters) => ({ mode: 'device', operation: 'update', tid, lun: LUN, parameters }));

const account = (operation: 'new' | 'delete', parameters: string, unless: TgtdError): TgtdRequest => ({
  mode: 'account',
  operation,
  parameters,
  unless: [unless],
});

const boundAccount = (operation: 'bind' | 'unbind', tid: number, user: string): TgtdRequest => ({
  mode: 'account',
  operation,
  tid,
  parameters: `user=${user}`,
});

/** Accounts are the daemon's and not the target's: one that another target has too stays. */
export const deleteUnused = (users: readonly string[], others: readonly TgtTarget[]): readonly TgtdRequest[] => {
  const used = new Set(others.flatMap(({ accounts }) => accounts));
  return [...new Set(users)]
    .filter((user) => !used.has(user))
    .map((user) => account('delete', `user=${user}`, 'NO_USER'));
};

/** Only this user gets in, with the password of now: tgtd tells none. */
export const giveAccount = (
  tid: number,
  accounts: readonly string[],
  others: readonly TgtTarget[],
  { user, password }: Chap,
): readonly TgtdRequest[] =>
  accounts.length === 1 && accounts[0] === user
    ? []
    : [
        ...accounts.map((each) => boundAccount('unbind', tid, each)),
        ...deleteUnused([...accounts, user], others),
        account('new', `user=${user},password=${password}`, 'USER_EXISTS'),
        boundAccount('bind', tid, user),
      ];

/** Of an initiator's name, or of an address as `ALL`. */
export const access = (operation: 'bind' | 'unbind', tid: number, who: string): TgtdRequest => ({
  mode: 'target',
  operation,
  tid,
  parameters: `${isName(who) ? 'initiator-name' : 'initiator-address'}=${who}`,
  unless: [operation === 'bind' ? 'ACL_EXISTS' : 'NO_ACL'],
});

export const isName = (who: string): boolean => /^(iqn|eui|naa)\./.test(who);

/** Ends the sessions of an initiator, or of all. */
export const closing = ({ tid, sessions }: TgtTarget, initiator?: string): readonly TgtdRequest[] =>
  sessions
    .filter((session) => initiator === undefined || session.initiator === initiator)
    .flatMap(({ sid, connections }) =>
      connections.map(
        (cid) =>
          ({
            mode: 'connection',
            operation: 'delete',
            tid,
            sid,
            cid,
            unless: ['NO_SESSION', 'NO_CONNECTION'],
          }) as const,
      ),
    );

export const deleteTarget = ({ tid }: TgtTarget): TgtdRequest => ({ mode: 'target', operation: 'delete', tid });
