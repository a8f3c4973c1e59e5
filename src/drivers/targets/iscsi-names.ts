import { isIPv6 } from 'node:net';
import { v5 } from 'uuid';
import { DriverFailure, type Volume } from '../contract.ts';
import type { TargetOptions } from './contract.ts';

/** What Cinder writes into `provider_location` of an iSCSI export: `PORTAL;PORTAL,TAG IQN LUN`. */
export interface IscsiLocation {
  /** `ADDRESS:PORT`, an IPv6 address in brackets. */
  readonly portals: readonly string[];
  /** Nobody reads it: Cinder writes the IQN for LIO, the target's number for tgt. */
  readonly tag: string;
  readonly iqn: string;
  readonly lun: number;
}

export const formatLocation = ({ portals, tag, iqn, lun }: IscsiLocation): string =>
  `${portals.join(';')},${tag} ${iqn} ${lun}`;

/** `null` for what is not of this form. */
export const parseLocation = (location: string | null): IscsiLocation | null => {
  const [, portals, tag, iqn, lun = '0'] = /^([^\s,]+),(\S+) (\S+)(?: (\d+))?$/.exec(location ?? '') ?? [];
  if (portals === undefined || tag === undefined || iqn === undefined) return null;
  return { portals: portals.split(';'), tag, iqn, lun: Number(lun) };
};

export const bracketed = (address: string): string => (isIPv6(address) ? `[${address}]` : address);

/** Where the options say that targets are reached, the first one first. */
export const portalsOf = (options: TargetOptions): readonly string[] =>
  [options.target_ip_address, ...options.target_secondary_ip_addresses].map(
    (address) => `${bracketed(address)}:${options.target_port}`,
  );

/** The recorded one, whatever the prefix was then; otherwise Cinder's name for a new one. */
export const iqnOf = (volume: Volume, { target_prefix }: TargetOptions): string =>
  parseLocation(volume.provider_location)?.iqn ?? `${target_prefix}volume-${volume.id}`;

/** RFC 3720's characters, already in their normal form: rtslib lists no target at all where one has others. */
const IQN = /^iqn\.\d{4}-(0[1-9]|1[0-2])\.[a-z0-9][a-z0-9.-]*(:[a-z0-9.:-]+)?$/;

export const assertIqn = (iqn: string): void => {
  if (iqn.length <= 223 && IQN.test(iqn)) return;
  throw new DriverFailure(
    `${iqn} is no name that an iSCSI target may have`,
    'give the volume an id of lower-case letters, digits, "-" and "." (a UUID), and target_prefix the form iqn.YYYY-MM.DOMAIN: with 223 characters at most for both',
  );
};

/** The id of the volume that an iSCSI target is named after, whatever the prefix. */
export const volumeIdIn = (iqn: string): string | null =>
  /:(?:.*:)?volume-([a-z0-9][a-z0-9.-]*)$/.exec(iqn)?.[1] ?? null;

const SERIALS = 'b5e7a0a4-3c5f-5d0a-9a55-6c1f6a8f7a10';

/**
 * By what initiators tell volumes apart (multipath, /dev/disk/by-id), for ever the same for a volume. Not the id: of a
 * serial the kernel and tgt put only a part into the WWN, in which two ids that somebody counted up do not differ.
 */
export const serialOf = (volumeId: string): string => v5(volumeId, SERIALS);
